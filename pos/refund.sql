-- name: takePlace :execrows
-- Takes the place of a sale that has not come: its arrival waits until this transaction ends. See leavePlace.
INSERT INTO purchases (program_id, id, till_id, ref, meant, state, store_id, day, amount, currency, money, earning, occurred_at, received_at, answer)
VALUES ($1, $2, $3, $4, '', 'anonymous', $5, '', 1, '', 0, 0, $6, $6, '')
ON CONFLICT (program_id, till_id, ref) DO NOTHING;

-- name: leavePlace :exec
DELETE FROM purchases WHERE program_id = $1 AND id = $2;

-- name: insertRefund :execrows
INSERT INTO refunds (program_id, id, till_id, ref, meant, purchase_ref, purchase_id, state, amount, currency, lines, taken, received_at, answer, status, body)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
ON CONFLICT (program_id, till_id, ref) DO NOTHING;

-- name: refundByRef :one
SELECT * FROM refunds WHERE program_id = $1 AND till_id = $2 AND ref = $3;

-- name: parkedRefunds :many
SELECT * FROM refunds WHERE program_id = $1 AND till_id = $2 AND purchase_ref = $3 AND state = 'parked' ORDER BY received_at, id;

-- name: appliedRefunds :many
-- All that has come back of a sale so far.
SELECT amount, lines FROM refunds WHERE program_id = $1 AND purchase_id = $2 AND purchase_id <> 0 AND state = 'applied';

-- name: lastRefund :one
SELECT id FROM refunds WHERE program_id = $1 AND purchase_id = $2 AND purchase_id <> 0 AND state = 'applied' ORDER BY received_at DESC, id DESC LIMIT 1;

-- name: judgeRefund :exec
UPDATE refunds SET state = $3, purchase_id = $4, amount = $5, taken = $6 WHERE program_id = $1 AND id = $2;

-- name: returnPurchase :one
-- What a refund brought back, and what it took.
UPDATE purchases SET refunded = refunded + $3, taken = taken + $4, forgotten = forgotten + $5
WHERE program_id = $1 AND id = $2 RETURNING *;
