-- name: insertLink :exec
INSERT INTO data_links (program_id, token_hash, member_id, made_at, expires_at) VALUES ($1, $2, $3, $4, $5);

-- name: link :one

SELECT * FROM data_links WHERE program_id = $1 AND token_hash = $2 AND expires_at > $3;

-- name: dropLinks :exec
DELETE FROM data_links WHERE program_id = $1 AND member_id = $2;

-- name: dropOldLinks :execrows
DELETE FROM data_links WHERE (program_id, token_hash) IN (
    SELECT l.program_id, l.token_hash FROM data_links AS l WHERE l.program_id = @program_id AND l.expires_at <= @now LIMIT CAST(@most AS BIGINT));
