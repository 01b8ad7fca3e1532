-- name: moveStamps :one
INSERT INTO stamp_cards (program_id, member_id, rule_id, stamps) VALUES ($1, $2, $3, $4)
ON CONFLICT (program_id, member_id, rule_id) DO UPDATE SET stamps = stamp_cards.stamps + excluded.stamps
RETURNING stamps;

-- name: insertStampMove :execrows
INSERT INTO stamp_moves (program_id, id, member_id, rule_id, delta, stamps_after, source, purchase_id, voucher_id, at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT DO NOTHING;

-- name: cardVouchers :many
-- The vouchers that the member has of full cards and has not used, the newest first.
SELECT vouchers.id, vouchers.code, vouchers.name FROM stamp_moves
JOIN vouchers ON vouchers.program_id = stamp_moves.program_id AND vouchers.id = stamp_moves.voucher_id
WHERE stamp_moves.program_id = @program_id AND stamp_moves.member_id = @member_id AND stamp_moves.rule_id = @rule_id AND stamp_moves.voucher_id <> 0
    AND stamp_moves.delta < 0 AND vouchers.state = 'issued'
ORDER BY stamp_moves.id DESC LIMIT CAST(@most AS BIGINT);

-- name: cancelCardVoucher :execrows
UPDATE vouchers SET state = 'cancelled' WHERE program_id = $1 AND id = $2 AND state = 'issued' AND cost = 0;

-- name: stampCards :many
SELECT rules.id, rules.name, rules.step, stamp_cards.stamps FROM stamp_cards
JOIN rules ON rules.program_id = stamp_cards.program_id AND rules.id = stamp_cards.rule_id
WHERE stamp_cards.program_id = $1 AND stamp_cards.member_id = $2 AND (rules.retired_at = 0 OR stamp_cards.stamps <> 0)
ORDER BY rules.id;
