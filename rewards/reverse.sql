-- name: reverseVoucher :one
-- That one use and no later one: it is told by its moment.
UPDATE vouchers SET state = CASE WHEN expires_at > @now THEN 'issued' ELSE 'expired' END,
    redeemed_at = 0, purchase_id = 0, store_id = 0, actor = '', approver = ''
WHERE program_id = @program_id AND id = @id AND member_id = @member_id AND state = 'redeemed' AND redeemed_at = @redeemed_at AND disputed_at = 0
RETURNING *;

-- name: returnVoucher :one
-- A whole sale was given back: points go home, a gift may be used again until its end. A dispute about its use is settled with it.
UPDATE vouchers SET
    state = CASE WHEN cost > 0 THEN 'cancelled' ELSE 'issued' END,
    redeemed_at = CASE WHEN cost > 0 THEN redeemed_at ELSE 0 END,
    purchase_id = CASE WHEN cost > 0 THEN purchase_id ELSE 0 END,
    store_id = CASE WHEN cost > 0 THEN store_id ELSE 0 END,
    actor = CASE WHEN cost > 0 THEN actor ELSE '' END,
    approver = CASE WHEN cost > 0 THEN approver ELSE '' END,
    disputed_at = CASE WHEN cost > 0 THEN disputed_at ELSE 0 END,
    settled_at = CASE WHEN cost = 0 THEN 0 WHEN disputed_at > 0 THEN CAST(@now AS BIGINT) ELSE settled_at END,
    settlement = CASE WHEN cost = 0 THEN '' WHEN disputed_at > 0 THEN 'returned' ELSE settlement END
WHERE program_id = @program_id AND id = @id AND state = 'redeemed' AND purchase_id = @purchase_id
RETURNING *;

-- name: ownersOn :many
SELECT member_id FROM vouchers WHERE program_id = $1 AND purchase_id = $2 AND purchase_id <> 0;
