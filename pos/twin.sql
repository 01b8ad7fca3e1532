-- name: reportsLike :many
-- The sale that the till reported under that id, if it did, and what was reported of the same buyer, store and amount around that time,
-- so that one sale which was reported twice is known again. In one statement: it is asked of every sale.
SELECT * FROM purchases WHERE purchases.program_id = @program_id AND purchases.till_id = @till_id AND purchases.ref = @ref
UNION ALL
SELECT * FROM purchases WHERE purchases.program_id = @program_id AND purchases.member_id = CAST(@member_id AS BIGINT) AND purchases.member_id <> 0
    AND purchases.occurred_at BETWEEN CAST(@since AS BIGINT) AND CAST(@until AS BIGINT)
    AND purchases.store_id = @store_id AND purchases.amount = @amount AND purchases.currency = @currency AND purchases.state = 'credited'
UNION ALL
SELECT * FROM purchases WHERE purchases.program_id = @program_id AND purchases.hash = CAST(@hash AS TEXT) AND purchases.hash <> ''
    AND purchases.occurred_at BETWEEN CAST(@since AS BIGINT) AND CAST(@until AS BIGINT)
    AND purchases.store_id = @store_id AND purchases.amount = @amount AND purchases.currency = @currency AND purchases.state = 'held'
UNION ALL
SELECT * FROM purchases WHERE purchases.program_id = @program_id AND purchases.hash = CAST(@hash AS TEXT) AND purchases.hash <> ''
    AND purchases.occurred_at BETWEEN CAST(@since AS BIGINT) AND CAST(@until AS BIGINT)
    AND purchases.store_id = @store_id AND purchases.amount = @amount AND purchases.currency = @currency AND purchases.state = 'review'
UNION ALL
SELECT * FROM purchases WHERE purchases.program_id = @program_id
    AND purchases.member_id IN (SELECT members.id FROM members
        WHERE members.program_id = @program_id AND members.merged_into = CAST(@member_id AS BIGINT) AND members.merged_into <> 0)
    AND purchases.occurred_at BETWEEN CAST(@since AS BIGINT) AND CAST(@until AS BIGINT)
    AND purchases.store_id = @store_id AND purchases.amount = @amount AND purchases.currency = @currency AND purchases.state = 'credited';

-- name: purchaseByID :one
SELECT * FROM purchases WHERE program_id = $1 AND id = $2;

-- name: pair :one
-- The second report of a sale: whoever counts it takes one.
UPDATE purchases SET twin_id = @second, voucher = CASE WHEN voucher = '' THEN CAST(@codes AS TEXT) ELSE voucher END
WHERE program_id = @program_id AND id = @id AND twin_id = 0 AND state IN ('credited', 'held', 'review') RETURNING *;

-- name: seconds :many
-- Sales that were reported twice, the latest first: the report that does not count.
SELECT * FROM purchases WHERE program_id = $1 AND state = 'matched' ORDER BY id DESC LIMIT CAST($2 AS BIGINT);

-- name: forgetTwins :exec
-- What a till said of a sale that is counted under another report of it.
UPDATE parked SET body = '' WHERE parked.program_id = $1 AND parked.body <> '' AND parked.kind = 'purchase' AND (parked.till_id, parked.ref) IN (
    SELECT twin.till_id, twin.ref FROM purchases AS p JOIN purchases AS twin ON twin.program_id = p.program_id AND twin.id = p.twin_id
    WHERE p.program_id = $1 AND p.member_id = $2 AND p.twin_id <> 0);

-- name: forgetTwinRefunds :exec
UPDATE refunds SET body = '' WHERE refunds.program_id = $1 AND refunds.body <> '' AND refunds.purchase_id <> 0 AND refunds.purchase_id IN (
    SELECT p.id FROM purchases AS p WHERE p.program_id = $1 AND p.member_id = $2 AND p.twin_id <> 0);

-- name: textTill :one
SELECT * FROM tills WHERE program_id = $1 AND store_id = $2 AND kind = 'text';

-- name: insertTextTill :execrows
INSERT INTO tills (program_id, id, store_id, name, kind, path, secret, created_at)
VALUES ($1, $2, $3, $4, 'text', $5, $6, $7)
ON CONFLICT DO NOTHING;
