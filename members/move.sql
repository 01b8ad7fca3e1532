-- name: dropChanges :exec
DELETE FROM number_changes WHERE program_id = $1 AND member_id = $2;

-- name: insertChange :execrows
INSERT INTO number_changes (program_id, code, member_id, hash, asked_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING;

-- name: change :one
SELECT * FROM number_changes WHERE program_id = $1 AND code = $2 AND done_at = 0;

-- name: endChange :execrows
UPDATE number_changes SET done_at = $3 WHERE program_id = $1 AND code = $2 AND done_at = 0;

-- name: setNumber :one
UPDATE members SET phone = $3, hash = $4 WHERE program_id = $1 AND id = $2 RETURNING *;

-- name: loseNumber :one
-- The ledger stays; who the number reaches now is somebody else.
UPDATE members SET phone = '', hash = '', service = FALSE, marketing = FALSE, consent_gen = consent_gen + 1,
    left_at = CASE WHEN left_at = 0 THEN CAST(@left_at AS BIGINT) ELSE left_at END
WHERE program_id = @program_id AND id = @id
RETURNING *;

-- name: closeQuestions :exec
UPDATE questions SET answered_at = $3 WHERE program_id = $1 AND member_id = $2 AND answered_at = 0;
