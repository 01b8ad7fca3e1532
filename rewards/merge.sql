-- name: handLots :exec
-- The lots change hands as they are: end, generation and history go along, so that what comes back or is taken back finds them.
-- Owner is who earned them: from, or somebody who was merged into from before. Those that wait for a warning to arrive wait for one of
-- their new member's.
UPDATE lots SET member_id = @into_id, warned = warned AND lapses_at < 9007199254740991
WHERE lots.program_id = @program_id AND lots.member_id = @from_id
    AND lots.entry_id IN (SELECT e.id FROM entries AS e WHERE e.program_id = @program_id AND e.member_id = @owner);

-- name: handVouchers :exec
-- A member has one voucher of a run; a second one stays good, as a gift.
UPDATE vouchers SET member_id = @into_id,
    run_id = CASE WHEN vouchers.run_id IN (SELECT v.run_id FROM vouchers AS v WHERE v.program_id = @program_id AND v.member_id = @into_id AND v.run_id <> 0)
        THEN 0 ELSE vouchers.run_id END
WHERE vouchers.program_id = @program_id AND vouchers.member_id = @from_id;

-- name: handVisits :exec
UPDATE visits SET member_id = @into_id WHERE program_id = @program_id AND member_id = @from_id;

-- name: handPointDays :exec
INSERT INTO point_days (program_id, member_id, day, n)
SELECT d.program_id, CAST(@into_id AS BIGINT), d.day, d.n FROM point_days AS d
WHERE d.program_id = @program_id AND d.member_id = @from_id AND d.day >= @since
ON CONFLICT (program_id, member_id, day) DO UPDATE SET n = point_days.n + excluded.n;

-- name: handClaims :exec
-- What both did counts once: a place that the survivor has filled is not filled again.
UPDATE claims SET member_id = @into_id
WHERE claims.program_id = @program_id AND claims.member_id = @from_id
    AND NOT EXISTS (SELECT 1 FROM claims AS c WHERE c.program_id = claims.program_id AND c.action_id = claims.action_id
        AND c.member_id = @into_id AND c.span = claims.span AND c.slot = claims.slot);

-- name: handPending :exec
UPDATE pending_credits SET member_id = @into_id WHERE program_id = @program_id AND member_id = @from_id AND state = 'open';

-- name: codeOf :one
SELECT COUNT(*) FROM codes WHERE program_id = $1 AND member_id = $2 AND member_id <> 0 AND retired_at = 0;

-- name: handCode :exec
UPDATE codes SET member_id = @into_id WHERE program_id = @program_id AND member_id = @from_id AND member_id <> 0 AND retired_at = 0;

-- name: retireCode :exec
UPDATE codes SET retired_at = $3 WHERE program_id = $1 AND member_id = $2 AND member_id <> 0 AND retired_at = 0;

-- name: openFriends :many
-- Whom a member brought and has no points for yet.
SELECT friend_id FROM referrals WHERE program_id = $1 AND member_id = $2 AND state IN ('open', 'due') ORDER BY friend_id;

-- name: dropReferral :exec
DELETE FROM referrals WHERE program_id = $1 AND friend_id = $2;

-- name: handReferral :exec
UPDATE referrals SET friend_id = @into_id WHERE program_id = @program_id AND friend_id = @from_id AND state = 'open';

-- name: handFriend :exec
UPDATE referrals SET member_id = @into_id WHERE program_id = @program_id AND friend_id = @friend_id;

-- name: stampsToHand :many
SELECT * FROM stamp_cards WHERE program_id = $1 AND member_id = $2 AND stamps <> 0 ORDER BY rule_id;

-- name: loseLevel :exec
UPDATE members SET tier_id = 0, tier_since = 0, tier_until = 0, tier_given_id = 0, tier_given_until = 0 WHERE program_id = $1 AND id = $2;

-- name: cancelVouchers :many
UPDATE vouchers SET state = 'cancelled', reserved_until = 0, reserved_by = '', approver = ''
WHERE program_id = $1 AND member_id = $2 AND state IN ('issued', 'reserved')
RETURNING *;

-- name: forgetWords :exec
UPDATE vouchers SET words = '' WHERE program_id = $1 AND member_id = $2 AND words <> '';

-- name: entriesOf :many
SELECT * FROM entries WHERE program_id = @program_id AND member_id = @member_id ORDER BY seq DESC LIMIT CAST(@most AS BIGINT);

-- name: vouchersOf :many
SELECT * FROM vouchers WHERE program_id = @program_id AND member_id = @member_id ORDER BY id DESC LIMIT CAST(@most AS BIGINT);
