-- name: flag :exec
-- A note for the owner, once for the same thing; the till, if any, is said by its reference.
INSERT INTO parked (program_id, id, till_id, kind, ref, meant, reason, at)
VALUES ($1, $2, 0, $3, $4, $5, $6, $7)
ON CONFLICT (program_id, till_id, kind, ref, meant, reason) DO NOTHING;

-- name: mostEarns :many
-- Who earned most often at one till. Three is not yet a pattern.
SELECT till_id, member_id, COUNT(*) AS earns, CAST(SUM(delta) AS BIGINT) AS points, CAST(MAX(at) AS BIGINT) AS last_at FROM entries
WHERE program_id = @program_id AND at >= CAST(@since AS BIGINT) AND kind = 'earn' AND till_id <> 0
GROUP BY till_id, member_id HAVING COUNT(*) > 3
ORDER BY COUNT(*) DESC, till_id, member_id LIMIT CAST(@most AS BIGINT);

-- name: earnsOfTills :many
SELECT till_id, COUNT(*) AS earns, COUNT(DISTINCT member_id) AS earners FROM entries
WHERE program_id = $1 AND at >= $2 AND kind = 'earn' AND till_id <> 0
GROUP BY till_id;
