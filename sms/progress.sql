-- name: progress :many
-- The texts of a run by what became of them, with those that have left lately.
SELECT state, reason, COUNT(*) AS texts, CAST(COALESCE(SUM(parts), 0) AS BIGINT) AS parts,
    CAST(COALESCE(SUM(CASE WHEN sent_at >= CAST(@since AS BIGINT) THEN 1 ELSE 0 END), 0) AS BIGINT) AS lately,
    CAST(MIN(CASE WHEN sent_at >= CAST(@since AS BIGINT) THEN sent_at ELSE 9007199254740991 END) AS BIGINT) AS first_at,
    CAST(MAX(send_after) AS BIGINT) AS last_after
FROM messages WHERE program_id = @program_id AND run_id = @run_id AND run_id <> 0 GROUP BY state, reason;

-- name: ahead :one
-- Parts that are due by a sender beside those of a run, and not held.
SELECT CAST(COALESCE(SUM(messages.parts), 0) AS BIGINT) FROM messages
WHERE messages.sender_id = @sender_id AND messages.state = 'queued' AND messages.class IN (1, 2, 3) AND messages.run_id <> @run_id AND messages.send_after <= @now
  AND messages.run_id NOT IN (SELECT holds.run_id FROM holds WHERE holds.program_id = @program_id);
