-- name: insertMessage :execrows
-- All columns in the order of the table: a Message converts to its parameters.
INSERT INTO messages (program_id, id, sender_id, phone, hash, member_id, run_id, inbound_id, class, topic, body, parts, language, once,
    send_after, send_before, state, reason, consent_gen, attempt, attempts, tries, lease, started_at, resent, sid, rank, error, price,
    price_unit, created_at, sent_at, final_at, cap_day, spend_day, wording, staff_id, about_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27, $28, $29,
    $30, $31, $32, $33, $34, $35, $36, $37, $38)
ON CONFLICT DO NOTHING;

-- name: message :one
SELECT * FROM messages WHERE program_id = $1 AND id = $2;

-- name: messageBySID :one
SELECT * FROM messages WHERE program_id = $1 AND sid = $2 AND sid <> '';

-- name: keptKey :one
SELECT COUNT(*) FROM kept_keys WHERE program_id = $1 AND kind = $2 AND key = $3;

-- name: cancelNumber :many
UPDATE messages SET state = 'cancelled', reason = $3, final_at = $4
WHERE program_id = $1 AND hash = $2 AND state = 'queued'
RETURNING id, member_id, run_id, class, parts, cap_day, spend_day;

-- name: cancelRun :many
UPDATE messages SET state = 'cancelled', reason = @reason, final_at = @final_at
WHERE (program_id, id) IN (SELECT m.program_id, m.id FROM messages AS m
    WHERE m.program_id = @program_id AND m.run_id = @run_id AND m.run_id <> 0 AND m.state = 'queued' LIMIT CAST(@most AS BIGINT))
RETURNING id, member_id, run_id, class, parts, cap_day, spend_day;

-- name: cancelMessage :many
UPDATE messages SET state = 'cancelled', reason = $3, final_at = $4
WHERE program_id = $1 AND id = $2 AND state IN ('queued', 'sending')
RETURNING id, member_id, run_id, class, parts, cap_day, spend_day;

-- name: tally :many
SELECT state, reason, COUNT(*) AS texts, CAST(COALESCE(SUM(parts), 0) AS BIGINT) AS parts
FROM messages WHERE program_id = $1 AND run_id = $2 AND run_id <> 0 GROUP BY state, reason;
