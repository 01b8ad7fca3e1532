-- name: purchasesSince :one
SELECT COUNT(*) FROM purchases WHERE program_id = $1 AND occurred_at >= $2 AND state = 'credited' AND refunded < amount;

-- name: purchaseAt :one
SELECT amount FROM purchases
WHERE program_id = @program_id AND occurred_at >= @since AND state = 'credited' AND refunded < amount
ORDER BY amount LIMIT 1 OFFSET CAST(@place AS BIGINT);
