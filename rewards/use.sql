-- name: useVoucher :one
-- Of the member whose row is held: it may have changed hands since it was found.
UPDATE vouchers SET state = 'redeemed', redeemed_at = @now, store_id = @store_id, purchase_id = @purchase_id, actor = @actor,
    approver = @approver, reserved_until = 0, reserved_by = ''
WHERE program_id = @program_id AND id = @id AND member_id = @member_id AND valid_from <= @now AND expires_at > @now
    AND (state = 'issued' OR state = 'reserved' AND (reserved_until <= @now OR reserved_by = @actor))
RETURNING *;

-- name: bindVoucher :one
-- The sale comes after the use that a till has asked for by itself.
UPDATE vouchers SET purchase_id = @purchase_id
WHERE program_id = @program_id AND id = @id AND state = 'redeemed' AND purchase_id = 0 AND actor = @actor AND redeemed_at > @since
RETURNING *;

-- name: triedWrong :one
SELECT n FROM wrong_codes WHERE program_id = $1 AND door = $2 AND hour = $3;

-- name: countWrongCode :one
INSERT INTO wrong_codes (program_id, door, hour, n) VALUES ($1, $2, $3, 1)
ON CONFLICT (program_id, door, hour) DO UPDATE SET n = wrong_codes.n + 1 WHERE wrong_codes.n < $4
RETURNING n;
