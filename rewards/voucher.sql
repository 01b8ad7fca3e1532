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
SELECT * FROM vouchers
WHERE program_id = $1 AND member_id = $2 AND reward_id = $3 AND state = 'issued' AND issued_at > $4 AND expires_at > $5
ORDER BY id DESC LIMIT 1;

-- name: vouchersSpentOn :many
SELECT * FROM vouchers WHERE program_id = $1 AND purchase_id = $2 AND purchase_id <> 0 AND state = 'redeemed' ORDER BY issued_at, id;

-- name: useVoucher :one
UPDATE vouchers SET state = 'redeemed', redeemed_at = @now, store_id = @store_id, purchase_id = @purchase_id, actor = @actor
WHERE program_id = @program_id AND id = @id AND state IN ('issued') AND valid_from <= @now AND expires_at > @now
RETURNING *;

-- name: returnVoucher :one
-- A whole sale was given back: points go home, a gift may be used again until its end.
UPDATE vouchers SET
    state = CASE WHEN cost > 0 THEN 'cancelled' ELSE 'issued' END,
    release_entry = @release_entry,
    redeemed_at = CASE WHEN cost > 0 THEN redeemed_at ELSE 0 END,
    purchase_id = CASE WHEN cost > 0 THEN purchase_id ELSE 0 END,
    store_id = CASE WHEN cost > 0 THEN store_id ELSE 0 END,
    actor = CASE WHEN cost > 0 THEN actor ELSE '' END
WHERE program_id = @program_id AND id = @id AND state = 'redeemed'
RETURNING *;

-- name: dueVouchers :many
SELECT id, member_id FROM vouchers
WHERE program_id = $1 AND expires_at <= $2 AND state IN ('issued', 'reserved')
ORDER BY expires_at LIMIT $3;

-- name: expireVoucher :one
UPDATE vouchers SET state = 'expired'
WHERE program_id = $1 AND id = $2 AND expires_at <= $3 AND state IN ('issued', 'reserved')
RETURNING *;

-- name: setRelease :exec
UPDATE vouchers SET release_entry = $3 WHERE program_id = $1 AND id = $2;

-- name: disputeVoucher :one
UPDATE vouchers SET disputed_at = $4
WHERE program_id = $1 AND id = $2 AND member_id = $3 AND state = 'redeemed' AND disputed_at = 0
RETURNING *;

-- name: triedWrong :one
SELECT n FROM wrong_codes WHERE program_id = $1 AND door = $2 AND hour = $3;

-- name: countWrongCode :one
INSERT INTO wrong_codes (program_id, door, hour, n) VALUES ($1, $2, $3, 1)
ON CONFLICT (program_id, door, hour) DO UPDATE SET n = wrong_codes.n + 1 WHERE wrong_codes.n < $4
RETURNING n;
