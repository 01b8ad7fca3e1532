-- name: insertPurchase :execrows
INSERT INTO purchases (program_id, id, till_id, ref, meant, state, member_id, hash, store_id, day, amount, currency, tax, tip, money, earning,
    rule_id, points, carry_before, carry_after, voucher, cashier, flagged, occurred_at, received_at, answer, body, facts)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28)
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
-- One purchase less: the last one is the last that was not wholly returned.
UPDATE members SET purchases = purchases - 1,
    last_purchase_id = CAST(COALESCE((SELECT p.id FROM purchases AS p WHERE p.program_id = members.program_id AND p.member_id = members.id
        AND p.state IN ('credited', 'imported') AND p.money > 0 AND p.refunded < p.money ORDER BY p.occurred_at DESC, p.id DESC LIMIT 1), 0) AS BIGINT),
    last_purchase_at = CAST(COALESCE((SELECT p.occurred_at FROM purchases AS p WHERE p.program_id = members.program_id AND p.member_id = members.id
        AND p.state IN ('credited', 'imported') AND p.money > 0 AND p.refunded < p.money ORDER BY p.occurred_at DESC, p.id DESC LIMIT 1), 0) AS BIGINT)
WHERE members.program_id = $1 AND members.id = $2;
