-- name: insertVoucher :one
-- No row when the code, the member's voucher of that run, or one of that source is there already.
INSERT INTO vouchers (program_id, id, code, member_id, reward_id, run_id, source, name, kind, value, minimum, choice, digital, words,
    categories, products, cost, stores, state, issued_at, valid_from, expires_at, redeemed_at, redeem_entry, actor)
VALUES (@program_id, @id, @code, @member_id, @reward_id, @run_id, @source, @name, @kind, @value, @minimum, @choice, @digital, @words,
    @categories, @products, @cost, @stores, @state, @issued_at, @valid_from, @expires_at, @redeemed_at, @redeem_entry, @actor)
ON CONFLICT DO NOTHING
RETURNING *;

-- name: voucherBySource :one
SELECT * FROM vouchers WHERE program_id = $1 AND source = $2 AND source <> '';

-- name: voucherByCode :one
SELECT * FROM vouchers WHERE program_id = $1 AND code = $2;

-- name: voucherByID :one
SELECT * FROM vouchers WHERE program_id = $1 AND id = $2;

-- name: voucherOfRun :one
SELECT * FROM vouchers WHERE program_id = $1 AND run_id = $2 AND member_id = $3 AND run_id <> 0;

-- name: openVoucher :one
-- The voucher that the member has just bought and can still use, or that was used as it was issued.
SELECT * FROM vouchers
WHERE program_id = @program_id AND member_id = @member_id AND reward_id = @reward_id AND cost > 0 AND issued_at > @issued_after
    AND (state IN ('issued', 'reserved') AND expires_at > @now OR state = 'redeemed' AND kind IN ('donation', 'code'))
ORDER BY id DESC LIMIT 1;

-- name: vouchersSpentOn :many
SELECT * FROM vouchers WHERE program_id = $1 AND purchase_id = $2 AND purchase_id <> 0 AND state = 'redeemed' ORDER BY issued_at, id;

-- name: dueVouchers :many
SELECT id, member_id FROM vouchers
WHERE program_id = $1 AND expires_at <= $2 AND state IN ('issued', 'reserved')
ORDER BY expires_at LIMIT $3;

-- name: expireVoucher :one
UPDATE vouchers SET state = 'expired', reserved_until = 0, reserved_by = '', approver = ''
WHERE program_id = $1 AND id = $2 AND member_id = $3 AND expires_at <= $4 AND state IN ('issued', 'reserved')
RETURNING *;

-- name: setRelease :exec
UPDATE vouchers SET release_entry = $3 WHERE program_id = $1 AND id = $2;

-- name: openVouchers :many
-- What a member can use, or will be able to, the soonest to end first.
SELECT * FROM vouchers
WHERE program_id = $1 AND member_id = $2 AND state IN ('issued', 'reserved') AND expires_at > $3
ORDER BY expires_at, id LIMIT 20;
