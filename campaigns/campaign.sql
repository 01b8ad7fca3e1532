-- name: insertCampaign :one
INSERT INTO campaigns (program_id, id, name, recipe, words, words_b, steps, game, offer, audience, calendar, holdout, parts_cap, as_many, made_by,
    state, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, 'draft', $16)
ON CONFLICT (program_id, name) DO NOTHING
RETURNING *;

-- name: campaign :one
SELECT * FROM campaigns WHERE program_id = $1 AND id = $2;

-- name: campaignByName :one
SELECT * FROM campaigns WHERE program_id = $1 AND name = $2;

-- name: campaignsOf :many
SELECT * FROM campaigns WHERE program_id = $1 ORDER BY id;

-- name: activeCampaigns :many
SELECT * FROM campaigns WHERE program_id = $1 AND state = 'active' ORDER BY id;

-- name: lockCampaign :one
-- Whoever changes a campaign or makes a run of it holds this row.
UPDATE campaigns SET version = version WHERE program_id = $1 AND id = $2 RETURNING *;

-- name: setCampaign :one
UPDATE campaigns SET state = $3, active_at = $4 WHERE program_id = $1 AND id = $2 RETURNING *;

-- name: endCampaign :exec
UPDATE campaigns SET state = 'ended' WHERE program_id = $1 AND id = $2 AND state = 'active';

-- name: unfinishedRuns :one
SELECT COUNT(*) FROM runs WHERE program_id = $1 AND campaign_id = $2 AND done_at = 0;

-- name: deleteCampaign :exec
DELETE FROM campaigns WHERE program_id = $1 AND id = $2;

-- name: deleteRuns :exec
DELETE FROM runs WHERE program_id = $1 AND campaign_id = $2;

-- name: goAsMany :exec
UPDATE campaigns SET as_many = TRUE WHERE program_id = $1 AND id = $2 AND state = 'draft';
