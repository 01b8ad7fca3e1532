-- name: insertLink :one
INSERT INTO links (program_id, id, code, target, name, campaign_id, wording, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT DO NOTHING
RETURNING *;

-- name: linkByCode :one
SELECT * FROM links WHERE program_id = $1 AND code = $2;

-- name: linksOfCampaign :many
SELECT * FROM links WHERE program_id = $1 AND campaign_id = $2 AND campaign_id <> 0 ORDER BY wording;

-- name: linksFollowed :many
SELECT links.id, links.code, links.target, links.name, links.campaign_id, links.wording, links.created_at, links.retired_at,
    CAST(COALESCE(SUM(link_days.n), 0) AS BIGINT) AS clicks
FROM links LEFT JOIN link_days ON link_days.program_id = links.program_id AND link_days.link_id = links.id
WHERE links.program_id = $1
GROUP BY links.id, links.code, links.target, links.name, links.campaign_id, links.wording, links.created_at, links.retired_at
ORDER BY links.id;

-- name: retireLink :execrows
UPDATE links SET retired_at = $3 WHERE program_id = $1 AND id = $2 AND retired_at = 0;

-- name: addClicks :exec
INSERT INTO link_days (program_id, link_id, day, n) VALUES ($1, $2, $3, $4)
ON CONFLICT (program_id, link_id, day) DO UPDATE SET n = link_days.n + excluded.n;
-- name: campaignClicks :many
-- How often the links of a campaign were followed, by wording and day of the program.
SELECT links.wording, link_days.day, link_days.n
FROM links JOIN link_days ON link_days.program_id = links.program_id AND link_days.link_id = links.id
WHERE links.program_id = @program_id AND links.campaign_id = @campaign_id AND links.campaign_id <> 0
ORDER BY link_days.day;

