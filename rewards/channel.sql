-- name: insertChannelCode :one
INSERT INTO codes (program_id, code, action_id, member_id, channel, created_at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT DO NOTHING
RETURNING *;

-- name: codeByText :one
SELECT * FROM codes WHERE program_id = $1 AND code = $2 AND retired_at = 0;

-- name: codeOfMember :one
SELECT * FROM codes WHERE program_id = $1 AND member_id = $2 AND member_id <> 0 AND retired_at = 0;

-- name: retireCodes :exec
UPDATE codes SET retired_at = $3 WHERE program_id = $1 AND action_id = $2 AND action_id <> 0 AND retired_at = 0;

-- name: channels :many
-- What each code brought: the action claimed with it, members who joined with it, and those of them who bought.
SELECT codes.code, codes.channel, codes.retired_at, actions.name AS action,
    (SELECT COUNT(*) FROM claims WHERE claims.program_id = codes.program_id AND claims.code = codes.code AND claims.code <> '' AND claims.action_id = codes.action_id) AS claimed,
    (SELECT COUNT(*) FROM members WHERE members.program_id = codes.program_id AND members.channel = codes.code AND members.channel <> '') AS joined,
    (SELECT COUNT(*) FROM members WHERE members.program_id = codes.program_id AND members.channel = codes.code AND members.channel <> '' AND members.purchases > 0) AS bought
FROM codes JOIN actions ON actions.program_id = codes.program_id AND actions.id = codes.action_id
WHERE codes.program_id = $1 AND codes.action_id <> 0
ORDER BY actions.name, codes.channel, codes.code;
