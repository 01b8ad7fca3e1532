-- name: touchNumber :one
-- Takes the row of the number; whatever is written about that number waits for it.
INSERT INTO phones (program_id, hash, touched) VALUES ($1, $2, $3)
ON CONFLICT (program_id, hash) DO UPDATE SET touched = excluded.touched
RETURNING stopped_at, health, suppressed_at, replies, replies_since, helps, helps_day, told_day, formerly, no_bonus_until, provider, provider_at;

-- name: stopNumber :exec
UPDATE phones SET stopped_at = $3 WHERE program_id = $1 AND hash = $2 AND stopped_at = 0;

-- name: openNumber :exec
-- Who writes can be written to. Whether the number is still the member's is not said by that.
UPDATE phones SET stopped_at = 0, suppressed_at = 0, health = CASE WHEN health = 'confirm' THEN health ELSE '' END
WHERE program_id = $1 AND hash = $2;

-- name: markNumber :exec
UPDATE phones SET health = $3 WHERE program_id = $1 AND hash = $2;

-- name: countReply :exec
UPDATE phones SET replies = $3, replies_since = $4, helps = $5, helps_day = $6, told_day = $7
WHERE program_id = $1 AND hash = $2;

-- name: freeNumber :exec
-- The number is nobody's any more.
UPDATE phones SET formerly = @member_id, health = '',
    no_bonus_until = CASE WHEN no_bonus_until > CAST(@no_bonus_until AS BIGINT) THEN no_bonus_until ELSE CAST(@no_bonus_until AS BIGINT) END
WHERE program_id = @program_id AND hash = @hash;

-- name: allowBonus :exec
UPDATE phones SET no_bonus_until = 0 WHERE program_id = $1 AND hash = $2;

-- name: suppressNumber :exec
UPDATE phones SET suppressed_at = $3, health = '' WHERE program_id = $1 AND hash = $2;

-- name: healthOf :one
SELECT health FROM phones WHERE program_id = $1 AND hash = $2;

-- name: confirmNumber :execrows
UPDATE phones SET health = '' WHERE program_id = $1 AND hash = $2 AND health = 'confirm';

-- name: hearProvider :exec
-- The time stays that of the first who said so.
UPDATE phones SET provider = @provider, provider_at = @provider_at WHERE program_id = @program_id AND hash = @hash AND provider <> @provider;
