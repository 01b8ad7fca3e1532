-- name: insertRule :one
INSERT INTO rules (program_id, id, name, kind, step, points, times, carries, minimum, main, categories, products, stores, tiers, tender,
    weekdays, from_minute, until_minute, starts_day, ends_day, gap_minutes, counts, reward_id, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24)
RETURNING *;

-- name: liveRules :many
SELECT * FROM rules WHERE program_id = $1 AND retired_at = 0 ORDER BY main DESC, id;

-- name: rulesAt :many
-- The rules in force at a moment; before the first rule was made, the first one is.
SELECT * FROM rules
WHERE rules.program_id = $1 AND (rules.retired_at = 0 OR rules.retired_at > $2)
    AND (rules.created_at <= $2 OR rules.created_at = (SELECT MIN(r.created_at) FROM rules AS r WHERE r.program_id = $1))
ORDER BY main DESC, id;

-- name: retireRule :execrows
UPDATE rules SET retired_at = $3 WHERE program_id = $1 AND id = $2 AND retired_at = 0;
