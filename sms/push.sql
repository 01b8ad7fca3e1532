-- name: insertPush :execrows
INSERT INTO consent_pushes (program_id, id, sender_id, inbound_id, given, at, next_at) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT DO NOTHING;

-- name: supersedePushes :many
-- What waits for a number at a sender, or is being told this moment, gives way to what was said later.
UPDATE consent_pushes SET done_at = CAST(@now AS BIGINT), reason = 'superseded'
WHERE (program_id, id) IN (SELECT c.program_id, c.id FROM consent_pushes AS c JOIN inbound AS i ON i.program_id = c.program_id AND i.id = c.inbound_id
    WHERE c.program_id = @program_id AND c.done_at = 0 AND c.sender_id = @sender_id AND i.hash = @hash) AND done_at = 0
RETURNING next_at;

-- name: duePushes :one
SELECT COUNT(*) FROM (SELECT 1 FROM consent_pushes WHERE program_id = @program_id AND done_at = 0 AND next_at <= @now LIMIT 1) AS due;

-- name: leasePush :many
-- One that is due, kept from others until the lease ends.
UPDATE consent_pushes SET tries = tries + 1, next_at = CAST(@lease AS BIGINT)
WHERE (program_id, id) IN (SELECT c.program_id, c.id FROM consent_pushes AS c
    WHERE c.program_id = @program_id AND c.done_at = 0 AND c.next_at <= @now ORDER BY c.next_at LIMIT 1)
  AND done_at = 0 AND next_at <= @now
RETURNING *;

-- name: endPush :execrows
-- Only by who took it, and unless something later took its place.
UPDATE consent_pushes SET done_at = @done_at, reason = @reason, error = @error
WHERE program_id = @program_id AND id = @id AND tries = @tries AND done_at = 0;

-- name: putOffPush :execrows
UPDATE consent_pushes SET next_at = @next_at, error = @error
WHERE program_id = @program_id AND id = @id AND tries = @tries AND done_at = 0;

-- name: liftedSince :one
-- Whether a number's block at the provider was lifted after an instant, or is about to be.
SELECT COUNT(*) FROM phones AS n WHERE n.program_id = @program_id AND n.hash = @hash AND n.stopped_at = 0 AND n.suppressed_at = 0
  AND (n.provider = 'started' AND n.provider_at > @since
    OR EXISTS (SELECT 1 FROM consent_pushes AS c JOIN inbound AS i ON i.program_id = c.program_id AND i.id = c.inbound_id
      WHERE c.program_id = n.program_id AND c.done_at = 0 AND c.given AND c.at >= @since AND i.hash = n.hash));
