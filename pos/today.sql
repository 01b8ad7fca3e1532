-- name: salesSince :one
-- Sales that were reported since, each once, and what they gave.
SELECT COUNT(*) AS sales, CAST(COALESCE(SUM(points), 0) AS BIGINT) AS points FROM purchases
WHERE program_id = $1 AND received_at >= $2 AND state IN ('credited', 'held', 'review');
