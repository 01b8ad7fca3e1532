-- name: boughtBefore :many
-- Every line of what a member bought and did not wholly bring back.
SELECT p.id, p.occurred_at, l.sku, l.category FROM purchases AS p
JOIN purchase_lines AS l ON l.program_id = p.program_id AND l.purchase_id = p.id
WHERE p.program_id = $1 AND p.member_id = $2 AND p.state = 'credited' AND p.refunded < p.amount AND (p.money = 0 OR p.refunded < p.money);

-- name: setBought :exec
UPDATE bought SET last_at = $5, times = $6 WHERE program_id = $1 AND member_id = $2 AND kind = $3 AND name = $4;

-- name: dropBought :exec
DELETE FROM bought WHERE program_id = $1 AND member_id = $2 AND kind = $3 AND name = $4;

-- name: handBought :exec
INSERT INTO bought (program_id, kind, name, member_id, last_at, times)
SELECT b.program_id, b.kind, b.name, CAST(@into_id AS BIGINT), b.last_at, b.times FROM bought AS b WHERE b.program_id = @program_id AND b.member_id = @from_id
ON CONFLICT (program_id, member_id, kind, name) DO UPDATE SET times = bought.times + excluded.times,
    last_at = CASE WHEN excluded.last_at > bought.last_at THEN excluded.last_at ELSE bought.last_at END;

-- name: forgetBought :exec
DELETE FROM bought WHERE program_id = $1 AND member_id = $2;
