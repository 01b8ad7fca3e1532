-- name: closeQuestion :exec
-- A new question of a kind replaces the one that is open.
UPDATE questions SET answered_at = $4 WHERE program_id = $1 AND member_id = $2 AND kind = $3 AND answered_at = 0;

-- name: insertQuestion :one
INSERT INTO questions (program_id, id, member_id, kind, ref, asked_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING *;

-- name: openQuestions :many
SELECT * FROM questions
WHERE program_id = $1 AND member_id = $2 AND answered_at = 0 AND expires_at > $3
ORDER BY asked_at DESC, id DESC;

-- name: answerQuestion :one
UPDATE questions SET answer = @answer, answered_at = @now
WHERE program_id = @program_id AND id = @id AND answered_at = 0 AND expires_at > @now
RETURNING *;
