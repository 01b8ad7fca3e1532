-- name: recheck :many
-- The last look at the texts of a claim before they are posted: one at all of them costs little more than one at each.
SELECT messages.id, messages.state, messages.attempt,
    CAST(COALESCE(phones.stopped_at, 0) AS BIGINT) AS stopped_at,
    CAST(COALESCE(phones.suppressed_at, 0) AS BIGINT) AS suppressed_at,
    CAST(COALESCE(phones.health, '') AS TEXT) AS health,
    CAST(COALESCE(members.consent_gen, 0) AS BIGINT) AS consent_gen,
    CAST(COALESCE(holds.at, 0) AS BIGINT) AS held_at,
    senders.stopped,
    CAST(COALESCE(members.zone, '') AS TEXT) AS zone,
    CAST(COALESCE(stores.zone, '') AS TEXT) AS store_zone,
    programs.zone AS program_zone, programs.quiet_from, programs.quiet_until, programs.closed_days
FROM messages
JOIN senders ON senders.id = messages.sender_id
JOIN programs ON programs.id = messages.program_id
LEFT JOIN phones ON phones.program_id = messages.program_id AND phones.hash = messages.hash
LEFT JOIN members ON members.program_id = messages.program_id AND members.id = messages.member_id
LEFT JOIN stores ON stores.program_id = messages.program_id AND stores.id = members.store_id
LEFT JOIN holds ON holds.program_id = messages.program_id AND holds.run_id = messages.run_id
WHERE messages.program_id = @program_id AND messages.state IN ('sending', 'unknown') AND messages.state = 'sending'
  AND SUBSTR(messages.attempt, 1, 32) = CAST(@prefix AS TEXT);

-- name: keepAccepted :execrows
-- A provider's id belongs to one row for ever. It is proof of its attempt however late it comes, also after the text was given up.
UPDATE messages SET state = $4, sid = $5, rank = $6, error = $7, sent_at = $8, final_at = $9, consent_gen = $10, lease = 0, tries = 0
WHERE messages.program_id = $1 AND messages.id = $2 AND messages.attempt = $3 AND messages.sid = ''
  AND messages.state IN ('queued', 'sending', 'unknown', 'unproven', 'failed', 'cancelled')
  AND NOT EXISTS (SELECT 1 FROM messages AS other WHERE other.program_id = $1 AND other.sid = $5 AND other.sid <> '' AND other.id <> $2);

-- name: keepQueued :execrows
-- Proof that the attempt was not processed: the text waits again, and the attempt does not count.
UPDATE messages SET state = 'queued', send_after = CASE WHEN send_after < CAST(@send_after AS BIGINT) THEN CAST(@send_after AS BIGINT) ELSE send_after END, attempts = attempts - 1, lease = 0, error = @error
WHERE program_id = @program_id AND id = @id AND attempt = @attempt AND state IN ('sending', 'unknown') AND sid = '';

-- name: keepLater :execrows
-- Refused for now: the text waits again, and the attempt counts.
UPDATE messages SET state = 'queued', send_after = $4, lease = 0, error = $5
WHERE program_id = $1 AND id = $2 AND attempt = $3 AND state IN ('sending', 'unknown') AND sid = '';

-- name: keepFailed :execrows
UPDATE messages SET state = 'failed', reason = $4, error = $5, final_at = $6, lease = 0
WHERE program_id = $1 AND id = $2 AND attempt = $3 AND state IN ('sending', 'unknown') AND sid = '';

-- name: keepUnknown :execrows
UPDATE messages SET state = 'unknown', tries = 0, lease = $4
WHERE program_id = $1 AND id = $2 AND attempt = $3 AND state = 'sending' AND sid = '';
