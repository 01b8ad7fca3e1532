-- name: insertReward :one
INSERT INTO rewards (program_id, id, number, name, kind, value, cost, stock, minimum, days, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
RETURNING *;

-- name: catalogue :many
SELECT * FROM rewards WHERE program_id = $1 AND retired_at = 0 ORDER BY number;

-- name: rewardByNumber :one
SELECT * FROM rewards WHERE program_id = $1 AND number = $2 AND retired_at = 0;

-- name: nextReward :one
SELECT * FROM rewards
WHERE program_id = $1 AND cost > $2 AND retired_at = 0 AND stock <> 0
ORDER BY cost, number LIMIT 1;

-- name: retireReward :execrows
UPDATE rewards SET retired_at = $3 WHERE program_id = $1 AND number = $2 AND retired_at = 0;

-- name: takeStock :execrows
UPDATE rewards SET stock = stock - 1 WHERE program_id = $1 AND id = $2 AND retired_at = 0 AND stock > 0;

-- name: putBackStock :exec
UPDATE rewards SET stock = stock + 1 WHERE program_id = $1 AND id = $2 AND stock >= 0;

-- name: rewardByID :one
SELECT * FROM rewards WHERE program_id = $1 AND id = $2;
