-- name: insertReferral :execrows
INSERT INTO referrals (program_id, friend_id, member_id, state, at) VALUES ($1, $2, $3, 'open', $4)
ON CONFLICT DO NOTHING;

-- name: broughtBy :one
SELECT member_id FROM referrals WHERE program_id = $1 AND friend_id = $2;

-- name: openReferral :one
SELECT * FROM referrals WHERE program_id = $1 AND friend_id = $2 AND state = 'open';

-- name: referralDue :execrows
UPDATE referrals SET state = 'due', purchase_id = $3, due_at = $4 WHERE program_id = $1 AND friend_id = $2 AND state = 'open';

-- name: dueReferrals :many
SELECT friend_id, member_id FROM referrals WHERE program_id = $1 AND state = 'due' ORDER BY due_at LIMIT CAST($2 AS BIGINT);

-- name: settleReferral :execrows
UPDATE referrals SET state = $3, paid_at = $4 WHERE program_id = $1 AND friend_id = $2 AND state = 'due';

-- name: resettleReferral :exec
UPDATE referrals SET state = $3, paid_at = 0 WHERE program_id = $1 AND friend_id = $2 AND state = 'paid';

-- name: cancelReferral :execrows
UPDATE referrals SET state = 'cancelled' WHERE program_id = $1 AND friend_id = $2 AND purchase_id = $3 AND state = 'due';

-- name: referralsAfter :many
SELECT * FROM referrals WHERE program_id = @program_id AND friend_id > @after ORDER BY friend_id LIMIT CAST(@most AS BIGINT);

-- name: friendsWhoBought :many
-- Friends brought since a moment who have bought, with the purchase that counted.
SELECT referrals.member_id, referrals.friend_id, purchases.till_id, purchases.cashier, purchases.earning, purchases.occurred_at,
    purchases.refunded >= purchases.amount AS returned, members.purchases AS bought
FROM referrals
JOIN purchases ON purchases.program_id = referrals.program_id AND purchases.id = referrals.purchase_id
JOIN members ON members.program_id = referrals.program_id AND members.id = referrals.friend_id
WHERE referrals.program_id = $1 AND referrals.at >= $2 AND referrals.purchase_id <> 0
ORDER BY referrals.member_id, purchases.occurred_at, referrals.friend_id;
