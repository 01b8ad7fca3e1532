-- name: disputeVoucher :one
UPDATE vouchers SET disputed_at = $4
WHERE program_id = $1 AND id = $2 AND member_id = $3 AND state = 'redeemed' AND disputed_at = 0
RETURNING *;

-- name: openDisputes :many
SELECT * FROM vouchers
WHERE program_id = $1 AND disputed_at <> 0 AND settled_at = 0 AND disputed_at > 0
ORDER BY disputed_at LIMIT CAST($2 AS BIGINT);

-- name: disputesByActor :many
SELECT actor, COUNT(*) AS n FROM vouchers
WHERE program_id = $1 AND disputed_at <> 0 AND disputed_at > $2
GROUP BY actor;

-- name: settleDispute :one
UPDATE vouchers SET settled_at = @now, settlement = @settlement,
    state = CASE WHEN CAST(@returned AS BOOLEAN) THEN 'cancelled' ELSE state END
WHERE program_id = @program_id AND id = @id AND member_id = @member_id AND state = 'redeemed' AND disputed_at <> 0 AND settled_at = 0
RETURNING *;

-- name: setDisputeEntry :exec
UPDATE vouchers SET dispute_entry = $3 WHERE program_id = $1 AND id = $2;
