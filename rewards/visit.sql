-- name: visitsAround :one
-- How many visits counted for a rule between two moments, both excluded.
SELECT COUNT(*) FROM visits WHERE program_id = @program_id AND member_id = @member_id AND rule_id = @rule_id AND at > @after AND at < @before;

-- name: insertVisit :exec
INSERT INTO visits (program_id, member_id, rule_id, at, purchase_id) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING;

-- name: dropVisits :exec
-- A sale that came back is no visit.
DELETE FROM visits WHERE program_id = $1 AND member_id = $2 AND rule_id = $3 AND at = $4 AND purchase_id = $5;

-- name: pointsOnDay :one
SELECT CAST(COALESCE(SUM(n), 0) AS BIGINT) FROM point_days WHERE program_id = $1 AND member_id = $2 AND day = $3;

-- name: takeRoom :execrows
-- Takes room under the day's cap, if there is as much.
INSERT INTO point_days (program_id, member_id, day, n) VALUES (@program_id, @member_id, @day, @n)
ON CONFLICT (program_id, member_id, day) DO UPDATE SET n = point_days.n + excluded.n WHERE point_days.n + excluded.n <= CAST(@cap AS BIGINT);
