-- name: moveStamps :one
INSERT INTO stamp_cards (program_id, member_id, rule_id, stamps) VALUES ($1, $2, $3, $4)
ON CONFLICT (program_id, member_id, rule_id) DO UPDATE SET stamps = stamp_cards.stamps + excluded.stamps
RETURNING stamps;

-- name: insertStampMove :execrows
INSERT INTO stamp_moves (program_id, id, member_id, rule_id, delta, stamps_after, source, purchase_id, voucher_id, at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT DO NOTHING;

-- name: stampsOn :one
SELECT CAST(COALESCE(SUM(stamps), 0) AS BIGINT) FROM stamp_cards WHERE program_id = $1 AND member_id = $2 AND rule_id = $3;

-- name: cardVouchers :many
-- The vouchers of full cards that the member has and has not used, the newest first; those of cards of somebody who was merged into
-- the member too.
SELECT vouchers.id, vouchers.code, vouchers.name FROM vouchers
JOIN stamp_moves ON stamp_moves.program_id = vouchers.program_id AND stamp_moves.rule_id = @rule_id
    AND stamp_moves.source = 'voucher:' || CAST(vouchers.id AS TEXT)
WHERE vouchers.program_id = @program_id AND vouchers.member_id = @member_id AND vouchers.state = 'issued'
ORDER BY vouchers.id DESC LIMIT CAST(@most AS BIGINT);

-- name: cancelCardVoucher :execrows
UPDATE vouchers SET state = 'cancelled' WHERE program_id = $1 AND id = $2 AND state = 'issued' AND cost = 0;

-- name: stampCards :many
SELECT rules.id, rules.name, rules.step, stamp_cards.stamps FROM stamp_cards
JOIN rules ON rules.program_id = stamp_cards.program_id AND rules.id = stamp_cards.rule_id
WHERE stamp_cards.program_id = $1 AND stamp_cards.member_id = $2 AND (rules.retired_at = 0 OR stamp_cards.stamps <> 0)
ORDER BY rules.id;
