-- Each query names rows that break an invariant: none in a sound ledger.
-- Those with a second parameter look at one member, voucher or entry, by an index; the others read a whole table that is not large.

-- name: brokenSums :many
SELECT members.id FROM members
LEFT JOIN (
    SELECT member_id, SUM(delta) AS total, MAX(seq) AS last, COUNT(*) AS n FROM entries
    WHERE entries.program_id = $1 AND entries.member_id = $2 GROUP BY member_id
) AS sums ON sums.member_id = members.id
WHERE members.program_id = $1 AND members.id = $2
    AND (members.balance <> COALESCE(sums.total, 0) OR members.seq <> COALESCE(sums.last, 0) OR members.seq <> COALESCE(sums.n, 0));

-- name: brokenRuns :many
SELECT id FROM (
    SELECT id, balance_after - delta AS found, LAG(balance_after, 1, CAST(0 AS BIGINT)) OVER (ORDER BY seq) AS before
    FROM entries WHERE program_id = $1 AND member_id = $2
) AS runs
WHERE found <> before ORDER BY id LIMIT 100;

-- name: brokenLots :many
SELECT members.id FROM members
LEFT JOIN (
    SELECT member_id, SUM("left") AS total FROM lots WHERE lots.program_id = $1 AND lots.member_id = $2 AND "left" > 0 GROUP BY member_id
) AS sums ON sums.member_id = members.id
WHERE members.program_id = $1 AND members.id = $2
    AND (COALESCE(sums.total, 0) <> CASE WHEN members.balance > 0 THEN members.balance ELSE 0 END
        OR members.debt <> CASE WHEN members.balance < 0 THEN -members.balance ELSE 0 END);

-- name: brokenMoves :many
SELECT lots.id FROM entries
JOIN lots ON lots.program_id = entries.program_id AND lots.entry_id = entries.id
WHERE entries.program_id = $1 AND entries.member_id = $2
    AND lots."left" <> lots.points + COALESCE((SELECT SUM(lot_moves.points) FROM lot_moves
        WHERE lot_moves.program_id = lots.program_id AND lot_moves.lot_id = lots.id), 0)
ORDER BY lots.id LIMIT 100;

-- name: strangeLots :many
-- Lots that are another member's than their entry, or were moved by another member's entry. Members who were merged handed theirs over.
SELECT lots.id FROM entries
JOIN members ON members.program_id = entries.program_id AND members.id = entries.member_id AND members.merged_into = 0
JOIN lots ON lots.program_id = entries.program_id AND lots.entry_id = entries.id
WHERE entries.program_id = $1 AND entries.member_id = $2 AND lots.member_id <> entries.member_id
UNION
SELECT lots.id FROM entries
JOIN members ON members.program_id = entries.program_id AND members.id = entries.member_id AND members.merged_into = 0
JOIN lot_moves ON lot_moves.program_id = entries.program_id AND lot_moves.entry_id = entries.id
JOIN lots ON lots.program_id = lot_moves.program_id AND lots.id = lot_moves.lot_id
WHERE entries.program_id = $1 AND entries.member_id = $2 AND lots.member_id <> entries.member_id
ORDER BY 1 LIMIT 100;

-- name: brokenEntries :many
SELECT entries.id FROM entries
WHERE entries.program_id = $1 AND entries.member_id = $2
    AND COALESCE((SELECT SUM(lot_moves.points) FROM lot_moves WHERE lot_moves.program_id = entries.program_id AND lot_moves.entry_id = entries.id), 0)
        + COALESCE((SELECT SUM(lots.points) FROM lots WHERE lots.program_id = entries.program_id AND lots.entry_id = entries.id), 0)
        -- Members who were merged hand over their lots as they are: the points of these two entries changed hands without a move.
        + CASE WHEN entries.kind = 'merge' AND (entries.delta < 0 AND entries.source LIKE 'merged:%' OR entries.delta > 0 AND entries.source LIKE 'merge:%')
            THEN entries.delta ELSE 0 END
        <> CASE WHEN entries.balance_after > 0 THEN entries.balance_after ELSE 0 END
        - CASE WHEN entries.balance_after > entries.delta THEN entries.balance_after - entries.delta ELSE 0 END
ORDER BY entries.id LIMIT 100;

-- name: belowZero :many
SELECT members.id FROM members
WHERE members.program_id = $1 AND members.id = $2 AND members.balance < 0
    AND NOT EXISTS (SELECT 1 FROM entries WHERE entries.program_id = members.program_id AND entries.member_id = members.id
        AND (entries.kind = 'refund' OR entries.kind = 'merge' AND entries.delta < 0));

-- name: nobody :one
SELECT COUNT(*) FROM members WHERE program_id = $1 AND id = $2;

-- name: unpaidVouchers :many
SELECT vouchers.id FROM vouchers
LEFT JOIN entries ON entries.program_id = vouchers.program_id AND entries.id = vouchers.redeem_entry AND entries.kind = 'redeem'
    AND entries.voucher_id = vouchers.id AND entries.delta = -vouchers.cost
LEFT JOIN members AS payer ON payer.program_id = entries.program_id AND payer.id = entries.member_id
    AND (payer.id = vouchers.member_id OR payer.merged_into <> 0)
WHERE vouchers.program_id = $1 AND vouchers.id = $2 AND vouchers.cost > 0 AND payer.id IS NULL;

-- name: paidForNothing :many
SELECT entries.id FROM entries
LEFT JOIN vouchers ON vouchers.program_id = entries.program_id AND vouchers.id = entries.voucher_id AND vouchers.redeem_entry = entries.id
WHERE entries.program_id = $1 AND entries.id = $2 AND entries.kind = 'redeem' AND vouchers.id IS NULL;

-- name: wronglyReleased :many
SELECT vouchers.id FROM vouchers
LEFT JOIN entries ON entries.program_id = vouchers.program_id AND entries.voucher_id = vouchers.id AND entries.delta = vouchers.cost
    AND (entries.id = vouchers.release_entry AND entries.kind = 'release' AND vouchers.dispute_entry = 0
        OR entries.id = vouchers.dispute_entry AND entries.kind = 'dispute' AND vouchers.release_entry = 0)
LEFT JOIN members AS owner ON owner.program_id = entries.program_id AND owner.id = entries.member_id
    AND (owner.id = vouchers.member_id OR owner.merged_into <> 0)
LEFT JOIN members AS erased ON erased.program_id = vouchers.program_id AND erased.id = vouchers.member_id AND erased.erased_at <> 0
WHERE vouchers.program_id = $1 AND vouchers.id = $2 AND vouchers.cost > 0
    AND (vouchers.state IN ('expired', 'cancelled') AND owner.id IS NULL AND (vouchers.state = 'expired' OR erased.id IS NULL)
        OR vouchers.state IN ('issued', 'reserved', 'redeemed') AND (vouchers.release_entry <> 0 OR vouchers.dispute_entry <> 0));

-- name: releasedForNothing :many
SELECT entries.id FROM entries
LEFT JOIN vouchers ON vouchers.program_id = entries.program_id AND vouchers.id = entries.voucher_id
    AND (entries.kind = 'release' AND vouchers.release_entry = entries.id OR entries.kind = 'dispute' AND vouchers.dispute_entry = entries.id)
WHERE entries.program_id = $1 AND entries.id = $2 AND entries.kind IN ('release', 'dispute') AND entries.voucher_id <> 0 AND vouchers.id IS NULL;

-- name: samePhone :many
-- Members with the same number as this one.
SELECT twin.id FROM members
JOIN members AS twin ON twin.program_id = members.program_id AND twin.hash = members.hash AND twin.hash <> '' AND twin.id <> members.id AND twin.phone <> ''
WHERE members.program_id = $1 AND members.id = $2 AND members.phone <> '' AND members.hash <> ''
ORDER BY twin.id LIMIT 100;

-- name: halfUsed :many
SELECT id FROM vouchers
WHERE program_id = $1 AND id = $2 AND (state = 'redeemed' AND redeemed_at = 0 OR state IN ('issued', 'reserved', 'expired') AND redeemed_at <> 0);

-- name: halfReserved :many
SELECT id FROM vouchers
WHERE program_id = $1 AND id = $2 AND (state = 'reserved' AND (reserved_until = 0 OR reserved_by = '' OR reserved_until > expires_at)
    OR state <> 'reserved' AND (reserved_until <> 0 OR reserved_by <> ''));

-- name: usedOutOfTime :many
SELECT id FROM vouchers
WHERE program_id = $1 AND id = $2 AND redeemed_at <> 0 AND (redeemed_at < valid_from OR redeemed_at >= expires_at);

-- name: wronglySettled :many
SELECT id FROM vouchers
WHERE program_id = $1 AND id = $2
    AND ((settled_at <> 0) <> (settlement <> '') OR disputed_at = 0 AND settled_at <> 0
        OR dispute_entry <> 0 AND settlement <> 'returned'
        OR settlement = 'returned' AND state <> 'cancelled' OR settlement = 'upheld' AND state <> 'redeemed'
        OR disputed_at <> 0 AND state NOT IN ('redeemed', 'cancelled'));

-- name: brokenStamps :many
SELECT stamp_cards.member_id FROM stamp_cards
LEFT JOIN (SELECT member_id, rule_id, SUM(delta) AS total FROM stamp_moves WHERE stamp_moves.program_id = $1 GROUP BY member_id, rule_id) AS sums
    ON sums.member_id = stamp_cards.member_id AND sums.rule_id = stamp_cards.rule_id
WHERE stamp_cards.program_id = $1 AND stamp_cards.stamps <> COALESCE(sums.total, 0)
ORDER BY stamp_cards.member_id LIMIT 100;

-- name: paidWithoutPurchase :many
SELECT friend_id FROM referrals WHERE program_id = $1 AND state IN ('due', 'paid', 'capped') AND purchase_id = 0
ORDER BY friend_id LIMIT 100;

-- name: inherited :many
-- Who came after another one at a number has nothing of theirs.
SELECT members.id FROM members
WHERE members.program_id = $1 AND members.formerly <> 0 AND (
    EXISTS (SELECT 1 FROM entries WHERE entries.program_id = members.program_id AND entries.member_id = members.id AND entries.at < members.joined_at)
    OR EXISTS (SELECT 1 FROM lots WHERE lots.program_id = members.program_id AND lots.member_id = members.id AND lots."left" > 0 AND lots.created_at < members.joined_at)
    OR EXISTS (SELECT 1 FROM vouchers WHERE vouchers.program_id = members.program_id AND vouchers.member_id = members.id AND vouchers.issued_at < members.joined_at)
    OR EXISTS (SELECT 1 FROM cards WHERE cards.program_id = members.program_id AND cards.member_id = members.id AND cards.member_id <> 0 AND cards.given_at < members.joined_at))
ORDER BY members.id LIMIT 100;
