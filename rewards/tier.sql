-- name: levels :many
SELECT * FROM tiers WHERE program_id = $1 AND retired_at = 0 ORDER BY threshold;

-- name: tierByID :one
SELECT * FROM tiers WHERE program_id = $1 AND id = $2;

-- name: insertTier :one
INSERT INTO tiers (program_id, id, name, threshold, times, entry_points, entry_reward_id, early_minutes, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
RETURNING *;

-- name: addTierDay :exec
INSERT INTO tier_days (program_id, member_id, day, points, money) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (program_id, member_id, day) DO UPDATE SET points = tier_days.points + excluded.points, money = tier_days.money + excluded.money;

-- name: tierSum :one
-- What counted after a day; after '' all of it.
SELECT CAST(COALESCE(SUM(points), 0) AS BIGINT) AS points, CAST(COALESCE(SUM(money), 0) AS BIGINT) AS money
FROM tier_days WHERE program_id = $1 AND member_id = $2 AND day > $3;

-- name: tierDaysAfter :many
SELECT * FROM tier_days WHERE program_id = $1 AND member_id = $2 AND day > $3 ORDER BY day;

-- name: tierYears :many
SELECT CAST(SUBSTR(day, 1, 4) AS TEXT) AS year, CAST(SUM(points) AS BIGINT) AS points, CAST(SUM(money) AS BIGINT) AS money
FROM tier_days WHERE program_id = $1 AND member_id = $2 AND day >= $3
GROUP BY SUBSTR(day, 1, 4) ORDER BY 1;

-- name: setLevel :exec
UPDATE members SET tier_id = $3, tier_since = $4, tier_until = $5 WHERE program_id = $1 AND id = $2;

-- name: insertTierMove :exec
INSERT INTO tier_moves (program_id, id, member_id, tier_id, up, gift, at) VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: tiersRewarded :many
SELECT DISTINCT tier_id FROM tier_moves WHERE program_id = $1 AND member_id = $2 AND gift AND at >= $3;

-- name: levelsDue :many
SELECT id FROM members
WHERE program_id = @program_id AND tier_until <> 0 AND tier_until <= @now
ORDER BY tier_until LIMIT CAST(@most AS BIGINT);

-- name: startTierSweep :exec
UPDATE programs SET tier_swept = 0 WHERE id = $1;

-- name: holdTierSweep :one
-- Takes the program's row while members are looked at after a change of levels; no row: there is nothing to do.
UPDATE programs SET tier_swept = tier_swept WHERE id = $1 AND tier_swept < 9007199254740991 RETURNING tier_swept;

-- name: setTierSweep :exec
UPDATE programs SET tier_swept = $2 WHERE id = $1;

-- name: membersFrom :many
-- Those whose level may be another after a change of levels.
SELECT members.id FROM members
WHERE members.program_id = @program_id AND members.id > @after AND members.merged_into = 0 AND (members.tier_id <> 0 OR members.tier_given_id <> 0 OR EXISTS (
    SELECT 1 FROM tier_days WHERE tier_days.program_id = members.program_id AND tier_days.member_id = members.id))
ORDER BY members.id LIMIT CAST(@most AS BIGINT);

-- name: updateTier :one
UPDATE tiers SET name = $3, threshold = $4, times = $5, entry_points = $6, entry_reward_id = $7, early_minutes = $8
WHERE program_id = $1 AND id = $2 AND retired_at = 0
RETURNING *;

-- name: retireTier :execrows
UPDATE tiers SET retired_at = $3 WHERE program_id = $1 AND id = $2 AND retired_at = 0;

-- name: rewardsOfTier :one
SELECT COUNT(*) FROM rewards WHERE program_id = $1 AND tier_id = $2 AND retired_at = 0;

-- name: giveTier :exec
UPDATE members SET tier_given_id = $3, tier_given_until = $4 WHERE program_id = $1 AND id = $2;

-- name: tierCounts :many
SELECT tier_id, COUNT(*) AS n FROM members
WHERE program_id = $1 AND left_at = 0 AND erased_at = 0 AND merged_into = 0
GROUP BY tier_id;
