-- name: insertCard :execrows
INSERT INTO cards (program_id, code, created_at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING;

-- name: card :one
SELECT * FROM cards WHERE program_id = $1 AND code = $2;

-- name: giveCard :execrows
UPDATE cards SET member_id = $3, given_at = $4 WHERE program_id = $1 AND code = $2 AND member_id = 0 AND lost_at = 0;

-- name: loseCard :execrows
UPDATE cards SET lost_at = $3 WHERE program_id = $1 AND code = $2 AND lost_at = 0;

-- name: cardsOf :many
SELECT * FROM cards WHERE program_id = $1 AND member_id = $2 AND member_id <> 0 ORDER BY given_at, code;

-- name: freeCards :many
-- Printed and not yet handed out, the newest first.
SELECT * FROM cards WHERE program_id = @program_id AND member_id = 0 AND lost_at = 0 ORDER BY created_at DESC, code LIMIT CAST(@most AS BIGINT);

-- name: moveCards :exec
UPDATE cards SET member_id = @into_id WHERE program_id = @program_id AND member_id = @from_id AND member_id <> 0;

-- name: forgetCards :exec
UPDATE cards SET member_id = 0, lost_at = $3 WHERE program_id = $1 AND member_id = $2 AND member_id <> 0;
