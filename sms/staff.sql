-- name: insertNotice :execrows
INSERT INTO notices (program_id, id, kind, subject, words, key, fields, at, told_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (program_id, kind, subject) DO NOTHING;

-- name: notices :many
SELECT * FROM notices WHERE program_id = $1 ORDER BY id DESC LIMIT CAST($2 AS BIGINT);

-- name: unseenNotices :many
SELECT * FROM notices WHERE program_id = $1 AND seen_at = 0 ORDER BY id DESC LIMIT CAST($2 AS BIGINT);

-- name: seeNotices :execrows
-- Up to an id, or that one alone.
UPDATE notices SET seen_at = @now
WHERE program_id = @program_id AND seen_at = 0 AND id <= @last AND id >= @first;

-- name: untoldNotices :many
SELECT * FROM notices WHERE program_id = $1 AND told_at = 0 ORDER BY id LIMIT CAST($2 AS BIGINT);

-- name: tellNotice :execrows
-- Whoever marks it queues the texts.
UPDATE notices SET told_at = $3 WHERE program_id = $1 AND id = $2 AND told_at = 0;

-- name: staffOnce :one
SELECT COUNT(*) FROM messages WHERE program_id = $1 AND member_id = 0 AND once = $2 AND once <> '';
