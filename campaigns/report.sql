-- name: vouchersUsed :one
SELECT CAST(COALESCE(SUM(CASE WHEN vouchers.state = 'redeemed' THEN 1 ELSE 0 END), 0) AS BIGINT) AS used,
    CAST(COALESCE(SUM(CASE WHEN vouchers.state = 'cancelled' THEN 0 ELSE 1 END), 0) AS BIGINT) AS granted
FROM vouchers WHERE vouchers.program_id = $1 AND vouchers.run_id = $2 AND vouchers.run_id <> 0;

-- name: boughtInside :many
-- What the run's audience bought inside the offer's time, net of refunds, by whether they were held out.
SELECT CASE WHEN messages.state = 'holdout' THEN 'holdout' ELSE 'texted' END AS part,
    COUNT(DISTINCT purchases.member_id) AS buyers, CAST(COALESCE(SUM(purchases.amount - purchases.refunded), 0) AS BIGINT) AS revenue
FROM messages JOIN purchases ON purchases.program_id = messages.program_id AND purchases.member_id = messages.member_id
WHERE messages.program_id = @program_id AND messages.run_id = @run_id AND messages.run_id <> 0 AND messages.state NOT IN ('left_out', 'cancelled', 'failed')
  AND purchases.state = 'credited' AND purchases.occurred_at >= @starts_at AND purchases.occurred_at < @ends_at
GROUP BY CASE WHEN messages.state = 'holdout' THEN 'holdout' ELSE 'texted' END;
