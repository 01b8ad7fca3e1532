-- name: takeText :execrows
INSERT INTO text_days (program_id, member_id, day, n) VALUES (@program_id, @member_id, @day, 1)
ON CONFLICT (program_id, member_id, day) DO UPDATE SET n = text_days.n + 1 WHERE text_days.n < CAST(@cap AS BIGINT);

-- name: giveText :exec
UPDATE text_days SET n = n - 1 WHERE program_id = $1 AND member_id = $2 AND day = $3 AND n > 0;

-- name: addParts :one
-- How many are taken then; no row when there is no room for them.
INSERT INTO spend_days (program_id, day, n) VALUES (@program_id, @day, @n)
ON CONFLICT (program_id, day) DO UPDATE SET n = spend_days.n + excluded.n WHERE spend_days.n + excluded.n <= CAST(@cap AS BIGINT)
RETURNING n;

-- name: giveParts :exec
UPDATE spend_days SET n = n - @n WHERE program_id = @program_id AND day = @day AND n >= @n;

-- name: spent :one
SELECT n FROM spend_days WHERE program_id = $1 AND day = $2;

-- name: campaignOf :one
-- The campaign of a run, and its own cap of parts.
SELECT campaigns.id, campaigns.parts_cap, campaigns.name FROM runs
JOIN campaigns ON campaigns.program_id = runs.program_id AND campaigns.id = runs.campaign_id
WHERE runs.program_id = $1 AND runs.id = $2;

-- name: takeCampaign :execrows
INSERT INTO campaign_spend (program_id, campaign_id, n) VALUES (@program_id, @campaign_id, @n)
ON CONFLICT (program_id, campaign_id) DO UPDATE SET n = campaign_spend.n + excluded.n
WHERE campaign_spend.n + excluded.n <= CAST(@cap AS BIGINT);

-- name: giveCampaign :exec
UPDATE campaign_spend SET n = n - CAST(@n AS BIGINT)
WHERE campaign_spend.program_id = @program_id AND campaign_spend.n >= CAST(@n AS BIGINT)
  AND campaign_spend.campaign_id = (SELECT runs.campaign_id FROM runs WHERE runs.program_id = @program_id AND runs.id = @run_id);

-- name: campaignSpent :one
SELECT n FROM campaign_spend WHERE program_id = $1 AND campaign_id = $2;
