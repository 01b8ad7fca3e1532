-- name: insertStaff :one
INSERT INTO staff (program_id, id, store_id, name, role, phone, hash, language, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
RETURNING *;

-- name: staffByID :one
SELECT * FROM staff WHERE program_id = $1 AND id = $2 AND left_at = 0;

-- name: staffByPhone :one
SELECT * FROM staff WHERE program_id = $1 AND phone = $2 AND phone <> '' AND left_at = 0;

-- name: staffOf :many
SELECT * FROM staff WHERE program_id = $1 AND left_at = 0 ORDER BY id;

-- name: leaveStaff :one
UPDATE staff SET left_at = $3, phone = '', hash = '', asked_at = 0, verified_at = 0, tell_runs = FALSE WHERE program_id = $1 AND id = $2 AND left_at = 0 RETURNING *;
