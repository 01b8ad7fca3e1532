-- name: insertHold :exec
INSERT INTO holds (program_id, run_id, reason, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING;

-- name: deleteHold :execrows
DELETE FROM holds WHERE program_id = $1 AND run_id = $2;

-- name: holdsOf :many
SELECT * FROM holds WHERE program_id = $1 ORDER BY run_id;

-- name: hold :one
SELECT * FROM holds WHERE program_id = $1 AND run_id = $2;
