-- name: keepCallback :exec
INSERT INTO callbacks (program_id, id, sid, rank, error, verdict, price, price_unit, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT DO NOTHING;

-- name: callbacksOf :many
SELECT * FROM callbacks WHERE program_id = $1 AND sid = $2 ORDER BY rank;

-- name: dropCallbacks :exec
DELETE FROM callbacks WHERE program_id = $1 AND sid = $2;

-- name: anyCallback :one
SELECT COUNT(*) FROM (SELECT id FROM callbacks WHERE program_id = $1 LIMIT 1) AS waiting;

-- name: matchedCallbacks :many
-- Callbacks whose row has learnt its sid since.
SELECT DISTINCT callbacks.sid FROM callbacks
JOIN messages ON messages.program_id = callbacks.program_id AND messages.sid = callbacks.sid
WHERE callbacks.program_id = $1 AND messages.sid <> '' LIMIT 100;

-- name: pruneCallbacks :execrows
DELETE FROM callbacks WHERE program_id = $1 AND at < $2;

-- name: learnSID :execrows
-- A signed callback of this very attempt proves that the provider has it, whatever we thought.
UPDATE messages SET sid = @sid, sent_at = CASE WHEN sent_at = 0 THEN CAST(@now AS BIGINT) ELSE sent_at END, lease = 0, tries = 0, final_at = 0,
    state = CASE WHEN state = 'answered' THEN state ELSE 'sent' END
WHERE messages.program_id = @program_id AND messages.id = @id AND messages.attempt = @attempt AND messages.attempt <> '' AND messages.sid = ''
  AND messages.state IN ('queued', 'sending', 'unknown', 'unproven', 'answered', 'failed', 'cancelled')
  AND NOT EXISTS (SELECT 1 FROM messages AS other WHERE other.program_id = @program_id AND other.sid = @sid AND other.sid <> '' AND other.id <> @id);

-- name: raiseRank :execrows
-- Only forward, and never past the end.
UPDATE messages SET rank = @rank, error = CASE WHEN CAST(@error AS BIGINT) = 0 THEN error ELSE CAST(@error AS BIGINT) END, state = CASE WHEN CAST(@state AS TEXT) = '' THEN state ELSE CAST(@state AS TEXT) END,
    final_at = @final_at
WHERE program_id = @program_id AND sid = @sid AND sid <> '' AND rank < @rank AND rank < 50;

-- name: setPrice :exec
UPDATE messages SET price = $3, price_unit = $4 WHERE program_id = $1 AND sid = $2 AND sid <> '' AND price = 0;

-- name: hashOf :one
-- The number a status is about, by our attempt or the provider's id.
SELECT hash FROM messages
WHERE program_id = @program_id AND (id = @id AND attempt = @attempt AND attempt <> '' OR sid = @sid AND sid <> '') LIMIT 1;

-- name: failures :one
SELECT COUNT(*) FROM messages WHERE program_id = $1 AND run_id = $2 AND run_id <> 0 AND state = 'undelivered' AND error = $3;

-- name: sentOfRun :one
SELECT COUNT(*) FROM messages WHERE program_id = $1 AND run_id = $2 AND run_id <> 0 AND state IN ('sent', 'delivered', 'undelivered');

-- name: latestStates :many
SELECT state FROM messages
WHERE program_id = @program_id AND member_id = @member_id AND state IN ('delivered', 'undelivered') ORDER BY id DESC LIMIT CAST(@most AS BIGINT);
