-- name: eraseTexts :exec
UPDATE messages SET phone = '', hash = '', body = '' WHERE program_id = $1 AND member_id = $2 AND member_id <> 0;

-- name: eraseReplies :exec
-- Answers to texts of the number from when it was nobody's.
UPDATE messages SET phone = '', hash = '', body = ''
WHERE (program_id, inbound_id) IN (SELECT i.program_id, i.id FROM inbound AS i WHERE i.program_id = @program_id AND i.hash = @hash)
  AND inbound_id <> 0;

-- name: eraseRepliesOf :exec
UPDATE messages SET phone = '', hash = '', body = ''
WHERE (program_id, inbound_id) IN (SELECT i.program_id, i.id FROM inbound AS i
    WHERE i.program_id = @program_id AND i.member_id = @member_id AND i.member_id <> 0) AND inbound_id <> 0;

-- name: eraseAbout :exec
-- What staff were told of a member. One that waits would leave empty.
UPDATE messages SET body = '', state = CASE WHEN state = 'queued' THEN 'cancelled' ELSE state END
WHERE program_id = $1 AND about_id = $2 AND about_id <> 0 AND body <> '';

-- name: eraseInboundOf :exec
UPDATE inbound SET phone = '', hash = '', body = '' WHERE program_id = $1 AND member_id = $2 AND member_id <> 0;

-- name: adopt :exec
UPDATE inbound SET member_id = $3 WHERE program_id = $1 AND hash = $2 AND member_id = 0;

-- name: unnumber :exec
-- The hash stays: what waits is cancelled by it, and a callback finds whose it was.
UPDATE messages SET phone = '' WHERE program_id = @program_id AND member_id = @member_id AND member_id <> 0 AND hash = @hash AND phone <> '';

-- name: blankErased :execrows
-- The confirmation of an erasure, once it has left or an hour has gone by.
UPDATE messages SET phone = '', hash = '', body = '', state = CASE WHEN state = 'queued' THEN 'cancelled' ELSE state END
WHERE (program_id, id) IN (SELECT m.program_id, m.id FROM messages AS m
    WHERE m.program_id = @program_id AND m.topic = 'erased' AND m.phone <> ''
      AND (m.state NOT IN ('queued', 'sending', 'unknown') OR m.created_at < @before)
    ORDER BY m.id LIMIT CAST(@most AS BIGINT));

-- name: textsTo :many
SELECT * FROM messages WHERE program_id = @program_id AND member_id = @member_id AND body <> '' ORDER BY id DESC LIMIT CAST(@most AS BIGINT);

-- name: textsFrom :many
SELECT * FROM inbound WHERE program_id = @program_id AND member_id = @member_id AND member_id <> 0 AND body <> '' ORDER BY id DESC LIMIT CAST(@most AS BIGINT);

-- name: eraseInbound :exec
UPDATE inbound SET phone = '', hash = '', body = '' WHERE program_id = $1 AND hash = $2;

-- name: textsAfter :one
-- The next stretch of texts: where it ends, and when its first was written.
SELECT CAST(COALESCE(MAX(id), 0) AS BIGINT) AS last, CAST(COALESCE(MIN(created_at), 0) AS BIGINT) AS oldest
FROM (SELECT m.id, m.created_at FROM messages AS m WHERE m.program_id = @program_id AND m.id > @after ORDER BY m.id LIMIT 500) AS stretch;

-- name: inboundAfter :one
SELECT CAST(COALESCE(MAX(id), 0) AS BIGINT) AS last, CAST(COALESCE(MIN(at), 0) AS BIGINT) AS oldest
FROM (SELECT i.id, i.at FROM inbound AS i WHERE i.program_id = @program_id AND i.id > @after ORDER BY i.id LIMIT 500) AS stretch;

-- name: blankTexts :execrows
UPDATE messages SET body = ''
WHERE program_id = @program_id AND id > @after AND id <= @last AND body <> '' AND created_at < @before
  AND state NOT IN ('queued', 'sending', 'unknown');

-- name: blankInbound :execrows
UPDATE inbound SET body = '' WHERE program_id = @program_id AND id > @after AND id <= @last AND body <> '' AND at < @before;
