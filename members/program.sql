-- name: insertProgram :one
INSERT INTO programs (id, name, contact, country, currency, zone, language, countries, join_bonus, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
RETURNING *;

-- name: program :one
SELECT * FROM programs WHERE id = $1;

-- name: programs :many
SELECT * FROM programs ORDER BY id;

-- name: setTextingHours :execrows
UPDATE programs SET quiet_from = $2, quiet_until = $3 WHERE id = $1;
