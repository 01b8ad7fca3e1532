-- name: rehashHeld :exec
UPDATE purchases SET hash = @hash WHERE program_id = @program_id AND hash = @was AND state = 'held';

-- name: rehashReview :exec
UPDATE purchases SET hash = @hash WHERE program_id = @program_id AND hash = @was AND state = 'review';

-- name: dropHeld :exec
UPDATE purchases SET state = 'dropped', hash = '', body = '' WHERE program_id = $1 AND hash = $2 AND state = 'held';

-- name: dropReview :exec
UPDATE purchases SET state = 'dropped', hash = '', body = '' WHERE program_id = $1 AND hash = $2 AND state = 'review';

-- name: forgetParkedRefunds :exec
UPDATE parked SET body = '' WHERE parked.program_id = $1 AND parked.body <> '' AND parked.kind = 'refund' AND (parked.till_id, parked.ref) IN (
    SELECT r.till_id, r.ref FROM refunds AS r JOIN purchases AS p ON p.program_id = r.program_id AND p.till_id = r.till_id AND p.ref = r.purchase_ref
    WHERE p.program_id = $1 AND p.member_id = $2);

-- name: forgetParked :exec
UPDATE parked SET body = '' WHERE parked.program_id = $1 AND parked.body <> '' AND parked.kind = 'purchase' AND (parked.till_id, parked.ref) IN (
    SELECT p.till_id, p.ref FROM purchases AS p WHERE p.program_id = $1 AND p.member_id = $2);

-- name: forgetRefunds :exec
UPDATE refunds SET body = '' WHERE refunds.program_id = $1 AND refunds.body <> '' AND (refunds.till_id, refunds.purchase_ref) IN (
    SELECT p.till_id, p.ref FROM purchases AS p WHERE p.program_id = $1 AND p.member_id = $2);

-- name: forgetPurchases :exec
UPDATE purchases SET body = '' WHERE program_id = $1 AND member_id = $2 AND body <> '';

-- name: purchasesOf :many
SELECT * FROM purchases WHERE program_id = @program_id AND member_id = @member_id ORDER BY occurred_at DESC, id DESC LIMIT CAST(@most AS BIGINT);
