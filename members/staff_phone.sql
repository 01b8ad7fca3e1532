-- name: setStaffPhone :one
-- Another phone is nobody's before it says so itself.
UPDATE staff SET phone = $3, hash = $4, asked_at = 0, verified_at = 0 WHERE program_id = $1 AND id = $2 AND left_at = 0 RETURNING *;

-- name: askStaff :one
UPDATE staff SET asked_at = $3 WHERE program_id = $1 AND id = $2 AND left_at = 0 AND verified_at = 0 AND hash <> '' RETURNING *;

-- name: verifyStaff :one
UPDATE staff SET verified_at = @now WHERE program_id = @program_id AND id = @id AND hash = @hash AND left_at = 0 AND verified_at = 0 AND asked_at > @since RETURNING *;

-- name: denyStaff :execrows
UPDATE staff SET asked_at = 0 WHERE program_id = $1 AND id = $2 AND hash = $3 AND verified_at = 0 AND asked_at <> 0;

-- name: doubtStaff :exec
UPDATE staff SET verified_at = 0, asked_at = 0 WHERE program_id = $1 AND hash = $2 AND hash <> '' AND left_at = 0 AND (verified_at <> 0 OR asked_at <> 0);

-- name: tellStaffRuns :one
UPDATE staff SET tell_runs = $3 WHERE program_id = $1 AND id = $2 AND left_at = 0 RETURNING *;

-- name: openStaffAsk :one
INSERT INTO staff_asks (program_id, id, staff_id, kind, ref, number, asked_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING *;

-- name: closeStaffAsks :exec
UPDATE staff_asks SET done_at = $4 WHERE program_id = $1 AND staff_id = $2 AND kind = $3 AND done_at = 0;

-- name: staffAsk :one
SELECT * FROM staff_asks WHERE program_id = $1 AND staff_id = $2 AND kind = $3 AND done_at = 0;

-- name: lastStaffAsk :one
-- The last one that was done.
SELECT * FROM staff_asks WHERE program_id = $1 AND staff_id = $2 AND kind = $3 ORDER BY id DESC LIMIT 1;

-- name: recountStaffAsk :execrows
UPDATE staff_asks SET number = $3, expires_at = $4 WHERE program_id = $1 AND id = $2 AND done_at = 0;

-- name: doneStaffAsk :execrows
UPDATE staff_asks SET done_at = $3 WHERE program_id = $1 AND id = $2 AND done_at = 0 AND expires_at > $3;
