-- name: insertNotice :execrows
INSERT INTO notices (program_id, id, kind, subject, words, at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (program_id, kind, subject) DO NOTHING;

-- name: notices :many
SELECT * FROM notices WHERE program_id = $1 ORDER BY id DESC LIMIT CAST($2 AS BIGINT);
