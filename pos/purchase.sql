-- name: insertPurchase :execrows
INSERT INTO purchases (program_id, id, till_id, ref, meant, state, member_id, hash, store_id, day, amount, currency, tax, tip, money, earning,
    rule_id, points, carry_before, carry_after, voucher, cashier, flagged, occurred_at, received_at, answer, body, facts, ticket, twin_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29, $30)
ON CONFLICT (program_id, till_id, ref) DO NOTHING;

-- name: insertPurchaseLine :exec
INSERT INTO purchase_lines (program_id, purchase_id, n, sku, name, category, quantity, amount)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8);

-- name: purchaseByRef :one
SELECT * FROM purchases WHERE program_id = $1 AND till_id = $2 AND ref = $3;

-- name: lockPurchase :one
UPDATE purchases SET refunded = refunded WHERE program_id = $1 AND id = $2 RETURNING *;

-- name: linesOfPurchase :many
SELECT * FROM purchase_lines WHERE program_id = $1 AND purchase_id = $2 ORDER BY n;

-- name: returnLine :exec
UPDATE purchase_lines SET returned = $4, returned_quantity = $5 WHERE program_id = $1 AND purchase_id = $2 AND n = $3;

-- name: answerPurchase :exec
UPDATE purchases SET answer = $3 WHERE program_id = $1 AND id = $2;

-- name: countVisit :exec
-- One more purchase of the member, the last one unless a later one came before it.
UPDATE members SET purchases = purchases + 1,
    last_purchase_id = CASE WHEN last_purchase_at > CAST(@at AS BIGINT) THEN last_purchase_id ELSE CAST(@purchase_id AS BIGINT) END,
    last_purchase_at = CASE WHEN last_purchase_at > CAST(@at AS BIGINT) THEN last_purchase_at ELSE CAST(@at AS BIGINT) END
WHERE program_id = @program_id AND id = @member_id;

-- name: uncountVisit :exec
-- One purchase less, and which one is the last now.
UPDATE members SET purchases = purchases - 1, last_purchase_id = $3, last_purchase_at = $4 WHERE program_id = $1 AND id = $2;

-- name: lastVisit :one
-- The last purchase that was not wholly returned.
SELECT id, occurred_at FROM purchases
WHERE program_id = $1 AND member_id = $2 AND state IN ('credited', 'imported') AND money > 0 AND refunded < money
ORDER BY occurred_at DESC, id DESC LIMIT 1;
