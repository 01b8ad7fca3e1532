-- name: insertSender :one
INSERT INTO senders (id, program_id, source, account_sid, token, number, service_sid, reply_via, pace, region, kind, countries, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
ON CONFLICT DO NOTHING
RETURNING *;

-- name: sender :one
SELECT * FROM senders WHERE id = $1;

-- name: senders :many
SELECT * FROM senders ORDER BY id;

-- name: sendersOf :many
SELECT * FROM senders WHERE program_id = $1 ORDER BY id;

-- name: claimants :many
-- Who else holds the number or the service.
SELECT program_id FROM senders
WHERE id <> @id AND (number <> '' AND number = CAST(@number AS TEXT) OR service_sid <> '' AND service_sid = CAST(@service_sid AS TEXT));

-- name: bindSender :one
UPDATE senders SET account_sid = $2, number = $3, service_sid = $4, reply_via = $5, pace = $6, region = $7 WHERE id = $1 RETURNING *;

-- name: setSender :one
UPDATE senders SET pace = $3, kind = $4, countries = $5, push_consent = $6 WHERE program_id = $1 AND id = $2 RETURNING *;

-- name: sendersOfAccount :many
-- Those whose rows hold their tokens, the last made first.
SELECT * FROM senders WHERE source = 'row' AND account_sid <> '' AND account_sid = CAST(@account_sid AS TEXT) ORDER BY id DESC;

-- name: sendersAt :many
SELECT * FROM senders
WHERE account_sid <> '' AND account_sid = CAST(@account_sid AS TEXT)
  AND (number <> '' AND number = CAST(@number AS TEXT) OR service_sid <> '' AND service_sid = CAST(@service_sid AS TEXT))
ORDER BY id;

-- name: stopSender :execrows
UPDATE senders SET stopped = $2 WHERE id = $1;

-- name: heard :exec
-- Once in five seconds is enough to know that callbacks come through.
UPDATE senders SET callback_at = CAST(@now AS BIGINT) WHERE id = @id AND callback_at < CAST(@now AS BIGINT) - 5000;

-- name: takeSlots :one
-- Takes the row of a paced sender, so that several processes share its pace. A time far ahead is a clock that was set back.
UPDATE senders SET paced_until = CASE WHEN paced_until > CAST(@now AS BIGINT) AND paced_until < CAST(@latest AS BIGINT) THEN paced_until ELSE CAST(@now AS BIGINT) END
WHERE id = @id RETURNING paced_until;

-- name: setSlots :exec
UPDATE senders SET paced_until = $2 WHERE id = $1;

-- name: haltSender :execrows
-- The first to be refused halts it; the others find it halted.
UPDATE senders SET stopped = $2 WHERE id = $1 AND stopped = '';
