-- name: insertStaff :one
INSERT INTO staff (program_id, id, store_id, name, role, phone, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7)
RETURNING *;

-- name: staffByID :one
SELECT * FROM staff WHERE program_id = $1 AND id = $2 AND left_at = 0;

-- name: staffByPhone :one
SELECT * FROM staff WHERE program_id = $1 AND phone = $2 AND left_at = 0;

-- name: staffOf :many
SELECT * FROM staff WHERE program_id = $1 AND left_at = 0 ORDER BY id;

-- name: leaveStaff :one
UPDATE staff SET left_at = $3, phone = '' WHERE program_id = $1 AND id = $2 AND left_at = 0 RETURNING *;
