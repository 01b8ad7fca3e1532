-- name: donations :many
SELECT choice AS charity, COUNT(*) AS n, CAST(COALESCE(SUM(value), 0) AS BIGINT) AS amount, CAST(COALESCE(SUM(cost), 0) AS BIGINT) AS points
FROM vouchers
WHERE program_id = @program_id AND redeemed_at <> 0 AND redeemed_at >= @first AND redeemed_at < @last AND kind = 'donation' AND state = 'redeemed'
GROUP BY choice;
