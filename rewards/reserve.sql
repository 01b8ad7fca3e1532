-- name: reserveVoucher :one
UPDATE vouchers SET state = 'reserved', reserved_until = @until, reserved_by = @actor, approver = @approver
WHERE program_id = @program_id AND id = @id AND valid_from <= @now AND expires_at > @now
    AND (state = 'issued' OR state = 'reserved' AND (reserved_until <= @now OR reserved_by = @actor))
RETURNING *;

-- name: freeVoucher :one
UPDATE vouchers SET state = 'issued', reserved_until = 0, reserved_by = '', approver = ''
WHERE program_id = @program_id AND id = @id AND state = 'reserved' AND (reserved_by = @actor OR CAST(@anybody AS BOOLEAN))
RETURNING *;
