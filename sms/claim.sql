-- name: nextLane :one
-- The first queued text of a class behind a run: one step in the index, however many texts that run holds.
SELECT class, run_id, send_after FROM messages
WHERE sender_id = $1 AND state = 'queued' AND class = $2 AND run_id > $3
ORDER BY run_id, send_after, id LIMIT 1;

-- name: claimLane :execrows
WITH picked AS (
    SELECT m.program_id, m.id FROM messages AS m
    WHERE m.sender_id = @sender_id AND m.state = 'queued' AND m.class = @class AND m.run_id = @run_id AND m.send_after <= @now
    ORDER BY m.send_after, m.id LIMIT CAST(@texts AS BIGINT) /* SKIP LOCKED */
)
UPDATE messages SET state = 'sending', attempt = CAST(@prefix AS TEXT) || CAST(id AS TEXT), attempts = attempts + 1, tries = 0, lease = @lease, started_at = @now
WHERE (program_id, id) IN (SELECT picked.program_id, picked.id FROM picked) AND state = 'queued';

-- name: claimed :many
-- What one claim took, with what the law and the member say about it now. It reads the rows of members in one query: a
-- look-up for each text cost as much as sending it.
SELECT messages.id, messages.phone, messages.hash, messages.member_id, messages.run_id, messages.inbound_id, messages.class, messages.body,
    messages.parts, messages.send_after, messages.send_before, messages.attempt, messages.attempts, messages.cap_day,
    messages.spend_day, messages.created_at, messages.staff_id,
    CAST(COALESCE(phones.stopped_at, 0) AS BIGINT) AS stopped_at,
    CAST(COALESCE(phones.suppressed_at, 0) AS BIGINT) AS suppressed_at,
    CAST(COALESCE(phones.health, '') AS TEXT) AS health,
    CAST(COALESCE(members.service, FALSE) AS BOOLEAN) AS service,
    CAST(COALESCE(members.marketing, FALSE) AS BOOLEAN) AS marketing,
    CAST(COALESCE(members.wrote_first, FALSE) AS BOOLEAN) AS wrote_first,
    CAST(COALESCE(members.consent_gen, 0) AS BIGINT) AS consent_gen,
    CAST(COALESCE(members.zone, '') AS TEXT) AS zone,
    CAST(COALESCE(stores.zone, '') AS TEXT) AS store_zone,
    CAST(COALESCE(CASE WHEN messages.topic = 'staff_ask' THEN staff.asked_at ELSE staff.verified_at END, 0) AS BIGINT) AS staff_since
FROM messages
LEFT JOIN phones ON phones.program_id = messages.program_id AND phones.hash = messages.hash
LEFT JOIN members ON members.program_id = messages.program_id AND members.id = messages.member_id
LEFT JOIN stores ON stores.program_id = messages.program_id AND stores.id = members.store_id
LEFT JOIN staff ON staff.program_id = messages.program_id AND staff.id = messages.staff_id AND staff.phone = messages.phone
WHERE messages.program_id = @program_id AND messages.state IN ('sending', 'unknown') AND messages.state = 'sending' AND messages.lease = @lease
  AND messages.attempt = CAST(@prefix AS TEXT) || CAST(messages.id AS TEXT)
ORDER BY messages.class, messages.send_after, messages.id;

-- name: postpone :execrows
-- Claimed in this transaction and not to leave yet.
UPDATE messages SET state = 'queued', send_after = $4, attempts = attempts - 1, attempt = CASE WHEN attempts = 1 THEN '' ELSE attempt END,
    lease = 0, cap_day = $5, spend_day = $6
WHERE program_id = $1 AND id = $2 AND attempt = $3 AND state = 'sending';

-- name: refuse :execrows
-- Claimed in this transaction and not to leave at all.
UPDATE messages SET state = 'cancelled', reason = $4, attempts = attempts - 1, attempt = CASE WHEN attempts = 1 THEN '' ELSE attempt END,
    lease = 0, final_at = $5
WHERE program_id = $1 AND id = $2 AND attempt = $3 AND state = 'sending';

-- name: rebook :execrows
UPDATE messages SET cap_day = $4, spend_day = $5 WHERE program_id = $1 AND id = $2 AND attempt = $3 AND state = 'sending';

-- name: releaseClaim :execrows
-- A claim whose COMMIT gave no answer: nothing was posted with these attempts.
UPDATE messages SET state = 'queued', attempts = attempts - 1, lease = 0
WHERE (program_id, id) IN (SELECT m.program_id, m.id FROM messages AS m
    WHERE m.program_id = @program_id AND m.state IN ('sending', 'unknown') AND m.state = 'sending' AND SUBSTR(m.attempt, 1, 32) = CAST(@prefix AS TEXT));
