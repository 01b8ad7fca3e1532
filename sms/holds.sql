-- name: insertHold :execrows
INSERT INTO holds (program_id, run_id, reason, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING;

-- name: deleteHold :execrows
DELETE FROM holds WHERE program_id = $1 AND run_id = $2;

-- name: holdsOf :many
SELECT * FROM holds WHERE program_id = $1 ORDER BY run_id;

-- name: hold :one
SELECT * FROM holds WHERE program_id = $1 AND run_id = $2;

-- name: pauseRun :execrows
-- A run that goes on leaving texts is paused; its reason says why.
UPDATE runs SET state = 'paused', reason = $3 WHERE program_id = $1 AND id = $2 AND state IN ('planning', 'running');
