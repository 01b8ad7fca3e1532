-- name: openOfRun :one
-- Whether anything of a run may still leave, or may have left without our knowing.
SELECT COUNT(*) FROM (SELECT id FROM messages WHERE program_id = $1 AND run_id = $2 AND run_id <> 0 AND state IN ('queued', 'sending', 'unknown') LIMIT 1) AS open;

-- name: dropUnsent :exec
-- A member who got nothing and may be texted after all is planned anew.
DELETE FROM messages WHERE program_id = $1 AND id = $2 AND (state = 'left_out' OR state = 'cancelled' AND attempt = '');

-- name: keptOnce :many
SELECT key FROM kept_keys WHERE program_id = $1 AND kind = 'once' LIMIT 1;

-- name: textOfRun :one
-- Whether a run texts anybody.
SELECT COUNT(*) FROM (SELECT id FROM messages WHERE program_id = $1 AND run_id = $2 AND run_id <> 0
    AND state IN ('queued', 'sending', 'sent', 'delivered', 'undelivered', 'unknown') LIMIT 1) AS open;

-- name: queueAhead :many
-- What waits for a sender, by when it may leave, in slices of time.
SELECT CAST(messages.send_after / CAST(@slice AS BIGINT) AS BIGINT) AS slice, CAST(COALESCE(SUM(messages.parts), 0) AS BIGINT) AS parts FROM messages
WHERE messages.sender_id = @sender_id AND messages.state = 'queued' AND messages.class IN (1, 2, 3) AND messages.send_after < CAST(@until AS BIGINT)
  AND messages.run_id NOT IN (SELECT holds.run_id FROM holds WHERE holds.program_id = @program_id)
GROUP BY 1 ORDER BY 1;
