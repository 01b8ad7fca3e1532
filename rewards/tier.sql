-- name: levels :many
SELECT * FROM tiers WHERE program_id = $1 AND retired_at = 0 ORDER BY threshold;

-- name: tierByID :one
SELECT * FROM tiers WHERE program_id = $1 AND id = $2;

-- name: insertTier :one
INSERT INTO tiers (program_id, id, name, threshold, times, entry_points, entry_reward_id, early_minutes, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
RETURNING *;
