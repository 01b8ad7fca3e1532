-- name: stopRestored :exec
UPDATE senders SET stopped = $3, restored_from = $2 WHERE program_id = $1;

-- name: startRestored :exec
UPDATE senders SET stopped = '', restored_from = 0 WHERE program_id = $1 AND restored_from <> 0;

-- name: dropOld :execrows
-- What was queued, or on the wire, when the backup was made: nobody knows whether it left since. Its once keys stay used.
UPDATE messages SET state = CASE WHEN state = 'queued' THEN 'cancelled' ELSE 'unproven' END, reason = 'restored', attempt = CASE WHEN attempt = '' THEN 'restored' ELSE attempt END,
    lease = 0, final_at = CAST(@now AS BIGINT)
WHERE (program_id, id) IN (SELECT m.program_id, m.id FROM messages AS m
    WHERE m.program_id = @program_id AND (m.state = 'queued' AND m.class >= CAST(@class AS BIGINT) OR m.state IN ('sending', 'unknown')) LIMIT CAST(@most AS BIGINT));

-- name: restoredSenders :many
SELECT * FROM senders WHERE program_id = $1 AND restored_from <> 0 ORDER BY id;
