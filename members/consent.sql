-- name: insertConsent :exec
INSERT INTO consents (program_id, id, member_id, kind, channel, given, at, door, actor, language, words, evidence)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12);

-- name: setFlags :one
UPDATE members SET service = $3, marketing = $4, consent_gen = consent_gen + 1
WHERE program_id = $1 AND id = $2 RETURNING *;

-- name: consentsOf :many
SELECT * FROM consents WHERE program_id = $1 AND member_id = $2 ORDER BY at, id;
