-- name: insertReward :one
INSERT INTO rewards (program_id, id, number, name, kind, value, cost, choices, charity, categories, products, stores, tier_id, automatic,
    next_day, starts_at, ends_at, stock, minimum, days, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)
RETURNING *;

-- name: liveRewards :many
SELECT * FROM rewards WHERE program_id = $1 AND retired_at = 0 ORDER BY number, id;

-- name: catalogue :many
SELECT * FROM rewards WHERE program_id = $1 AND retired_at = 0 AND number <> 0 ORDER BY number;

-- name: rewardByNumber :one
SELECT * FROM rewards WHERE program_id = $1 AND number = $2 AND number <> 0 AND retired_at = 0;

-- name: nextReward :one
-- The nearest that the points do not reach and the member's level may have, bought or issued by itself.
SELECT * FROM rewards
WHERE rewards.program_id = @program_id AND rewards.cost > @balance AND rewards.retired_at = 0 AND rewards.stock <> 0
    AND (rewards.number <> 0 OR rewards.automatic)
    AND rewards.starts_at <= @now AND (rewards.ends_at = 0 OR rewards.ends_at > @now)
    AND (rewards.tier_id = 0 OR EXISTS (
        SELECT 1 FROM tiers AS needed JOIN tiers AS own ON own.program_id = needed.program_id AND own.id = @tier_id
        WHERE needed.program_id = @program_id AND needed.id = rewards.tier_id AND needed.retired_at = 0 AND needed.threshold <= own.threshold
    ))
ORDER BY rewards.cost, rewards.number LIMIT 1;

-- name: retireReward :execrows
UPDATE rewards SET retired_at = $3 WHERE program_id = $1 AND id = $2 AND retired_at = 0;

-- name: takeStock :execrows
UPDATE rewards SET stock = stock - 1 WHERE program_id = $1 AND id = $2 AND retired_at = 0 AND stock > 0;

-- name: putBackStock :exec
UPDATE rewards SET stock = stock + 1 WHERE program_id = $1 AND id = $2 AND stock >= 0;

-- name: rewardByID :one
SELECT * FROM rewards WHERE program_id = $1 AND id = $2;
