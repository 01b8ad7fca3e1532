-- name: openRuns :many
-- The runs that are under way, paused ones included.
SELECT * FROM runs WHERE program_id = $1 AND state IN ('planning', 'running', 'paused') ORDER BY id;
