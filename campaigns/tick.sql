-- name: takeTick :one
-- The time of the program's last tick, 0 before the first. The row is held until the transaction ends: ticks of one program take turns.
INSERT INTO ticks (program_id, last_at) VALUES ($1, 0)
ON CONFLICT (program_id) DO UPDATE SET last_at = ticks.last_at
RETURNING last_at;

-- name: moveTick :exec
UPDATE ticks SET last_at = $2 WHERE program_id = $1;
