-- name: expireLeases :execrows
-- Nobody reported in time, so nobody knows: never back to queued.
UPDATE messages SET state = 'unknown', tries = 0, lease = started_at + 15000
WHERE program_id = @program_id AND state IN ('sending', 'unknown') AND state = 'sending' AND lease < @now;

-- name: expired :one
SELECT COUNT(*) FROM (SELECT id FROM messages WHERE program_id = $1 AND state IN ('sending', 'unknown') AND state = 'sending' AND lease < $2 LIMIT 1) AS late;

-- name: dueUnknown :many
SELECT * FROM messages WHERE program_id = @program_id AND state IN ('sending', 'unknown') AND state = 'unknown' AND lease <= @now AND sender_id = @sender_id ORDER BY lease, id LIMIT CAST(@most AS BIGINT);

-- name: openTexts :many
-- Every text with this body to this number whose fate is open, oldest first.
SELECT * FROM messages
WHERE program_id = $1 AND state IN ('sending', 'unknown') AND hash = $2 AND body = $3 AND sid = '' ORDER BY started_at, id;

-- name: owned :one
SELECT COUNT(*) FROM messages WHERE program_id = $1 AND sid = $2 AND sid <> '';

-- name: lookAgain :execrows
UPDATE messages SET tries = $4, lease = $5 WHERE program_id = $1 AND id = $2 AND attempt = $3 AND state = 'unknown';

-- name: sendAgain :execrows
UPDATE messages SET state = 'queued', resent = TRUE, send_after = $4, lease = 0, tries = 0
WHERE program_id = $1 AND id = $2 AND attempt = $3 AND state = 'unknown' AND NOT resent;

-- name: keepUnproven :execrows
UPDATE messages SET state = 'unproven', lease = 0, final_at = $4 WHERE program_id = $1 AND id = $2 AND attempt = $3 AND state = 'unknown';

-- name: programsToSweep :many
SELECT DISTINCT program_id FROM senders ORDER BY program_id;
