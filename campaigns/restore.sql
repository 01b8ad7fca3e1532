-- name: missAll :exec
-- The runs that were under way, and those that came round since: their texts may have left.
UPDATE runs SET state = 'missed', reason = 'restored', done_at = 0 WHERE program_id = $1 AND state IN ('planning', 'running', 'paused');
