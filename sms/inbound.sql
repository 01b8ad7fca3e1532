-- name: insertInbound :execrows
INSERT INTO inbound (program_id, id, sender_id, provider_id, phone, hash, member_id, body, media, opt_out, at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT DO NOTHING;

-- name: inboundByProvider :one
SELECT * FROM inbound WHERE program_id = $1 AND provider_id = $2;

-- name: inboundByID :one
SELECT * FROM inbound WHERE program_id = $1 AND id = $2;

-- name: noteInbound :execrows
UPDATE inbound SET command = $3, member_id = $4, for_shop = $5 WHERE program_id = $1 AND id = $2;

-- name: readInbound :execrows
UPDATE inbound SET read_at = $3 WHERE program_id = $1 AND id = $2 AND for_shop AND read_at = 0;

-- name: inboundForShop :many
SELECT * FROM inbound WHERE program_id = @program_id AND for_shop AND read_at = 0 AND id > @after ORDER BY id LIMIT CAST(@most AS BIGINT);

-- name: inboundOfNumber :many
SELECT * FROM inbound WHERE program_id = @program_id AND hash = @hash ORDER BY id DESC LIMIT CAST(@most AS BIGINT);

-- name: replyTo :one
SELECT * FROM messages WHERE program_id = $1 AND inbound_id = $2 AND inbound_id <> 0;
