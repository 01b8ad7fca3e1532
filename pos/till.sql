-- name: insertTill :one
INSERT INTO tills (program_id, id, store_id, name, path, secret, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
RETURNING *;

-- name: tillByID :one
SELECT * FROM tills WHERE program_id = $1 AND id = $2;

-- name: tillByPath :one
SELECT * FROM tills WHERE program_id = $1 AND path = $2;

-- name: tills :many
SELECT * FROM tills WHERE program_id = $1 ORDER BY id;

-- name: addSecret :execrows
UPDATE tills SET next_secret = $3 WHERE program_id = $1 AND id = $2 AND next_secret = '' AND revoked_at = 0;

-- name: dropOldSecret :execrows
UPDATE tills SET secret = next_secret, next_secret = '' WHERE program_id = $1 AND id = $2 AND next_secret <> '';

-- name: revokeTill :execrows
UPDATE tills SET revoked_at = $3 WHERE program_id = $1 AND id = $2 AND revoked_at = 0;
