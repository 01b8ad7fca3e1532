-- name: changeCampaign :one
-- The caller holds the row.
UPDATE campaigns SET words = $3, offer = $4, audience = $5, calendar = $6, holdout = $7, steps = $8, game = $9, parts_cap = $10, as_many = $11,
    version = version + 1, changed_at = $12
WHERE program_id = $1 AND id = $2 RETURNING *;
