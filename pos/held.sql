-- name: heldPurchases :many
-- The sum keeps SQLite from walking through all that are held by their time.
SELECT * FROM purchases WHERE program_id = $1 AND hash = $2 AND state = 'held' ORDER BY occurred_at + 0, id;

-- name: creditPurchase :execrows
-- A purchase that waited for its member has one now.
UPDATE purchases SET state = 'credited', member_id = $3, hash = '', earning = $4, rule_id = $5, points = $6, carry_before = $7, carry_after = $8, facts = $9
WHERE program_id = $1 AND id = $2 AND state IN ('held', 'review');

-- name: dropPurchase :execrows
UPDATE purchases SET state = 'dropped', hash = '' WHERE program_id = $1 AND id = $2 AND state IN ('held', 'review');
