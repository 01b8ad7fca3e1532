-- name: stopRestored :exec
-- A sender that was stopped before keeps its reason, and stays stopped after.
UPDATE senders SET stopped = CASE WHEN stopped = '' THEN CAST(@stopped AS TEXT) ELSE stopped END, restored_from = @restored_from WHERE program_id = @program_id;

-- name: startRestored :exec
UPDATE senders SET stopped = CASE WHEN stopped LIKE CAST(@stopped AS TEXT) || '%' THEN '' ELSE stopped END, restored_from = 0
WHERE program_id = @program_id AND restored_from <> 0;

-- name: forgoQueued :execrows
-- What was queued when the backup was made, or may have been sent since: it never leaves. Its once keys stay used.
UPDATE messages SET state = 'cancelled', reason = 'restored', attempt = CASE WHEN attempt = '' THEN 'restored' ELSE attempt END, final_at = CAST(@now AS BIGINT)
WHERE (program_id, id) IN (SELECT m.program_id, m.id FROM messages AS m
    WHERE m.sender_id = @sender_id AND m.state = 'queued' AND m.class >= CAST(@class AS BIGINT) LIMIT CAST(@most AS BIGINT));

-- name: forgoOpen :exec
-- What was on the wire then: nobody asks about it any more, and it is never sent again.
UPDATE messages SET state = 'unproven', reason = 'restored', lease = 0, final_at = CAST(@now AS BIGINT)
WHERE program_id = @program_id AND state IN ('sending', 'unknown');

-- name: restoredSenders :many
SELECT * FROM senders WHERE program_id = $1 AND restored_from <> 0 ORDER BY id;
