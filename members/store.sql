-- name: insertStore :one
INSERT INTO stores (program_id, id, name, merchant, zone, address, contact, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
RETURNING *;

-- name: store :one
SELECT * FROM stores WHERE program_id = $1 AND id = $2;

-- name: stores :many
SELECT * FROM stores WHERE program_id = $1 ORDER BY id;
