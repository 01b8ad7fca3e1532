-- name: insertMember :one
INSERT INTO members (program_id, id, phone, hash, name, language, store_id, joined_at, touched, wrote_first, formerly)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9, $10)
RETURNING *;

-- name: memberByID :one
SELECT * FROM members WHERE program_id = $1 AND id = $2;

-- name: memberByPhone :one
SELECT * FROM members WHERE program_id = $1 AND phone = $2 AND phone <> '';

-- name: lockMember :one
UPDATE members SET touched = $3 WHERE program_id = $1 AND id = $2 RETURNING *;

-- name: hashOfMember :one
SELECT hash FROM members WHERE program_id = $1 AND id = $2;

-- name: returnMember :one
UPDATE members SET left_at = 0 WHERE program_id = $1 AND id = $2 RETURNING *;

-- name: leave :exec
UPDATE members SET left_at = $3 WHERE program_id = $1 AND id = $2 AND left_at = 0;

-- name: setName :exec
UPDATE members SET name = $3 WHERE program_id = $1 AND id = $2;

-- name: setLanguage :exec
UPDATE members SET language = $3 WHERE program_id = $1 AND id = $2;

-- name: setWroteFirst :exec
UPDATE members SET wrote_first = TRUE WHERE program_id = $1 AND id = $2 AND NOT wrote_first;

-- name: setBirthday :exec
UPDATE members SET birth_month = $3, birth_day = $4, birth_year = $5, birth_first_at = $6, birth_set_at = $7
WHERE program_id = $1 AND id = $2;

-- name: membersAfter :many
SELECT * FROM members WHERE program_id = $1 AND id > $2 AND phone <> '' ORDER BY id LIMIT $3;

-- name: countMembers :one
SELECT COUNT(*) FROM members WHERE program_id = $1 AND phone <> '' AND left_at = 0;

-- name: formerlyOf :one
SELECT formerly FROM phones WHERE program_id = $1 AND hash = $2;

-- name: setChannel :exec
UPDATE members SET channel = $3 WHERE program_id = $1 AND id = $2 AND channel = '';

-- name: counted :one
-- Members who are somebody's, those of them who left, and those who were erased.
SELECT CAST(COALESCE(SUM(CASE WHEN merged_into = 0 THEN 1 ELSE 0 END), 0) AS BIGINT) AS everybody,
    CAST(COALESCE(SUM(CASE WHEN merged_into = 0 AND left_at <> 0 AND erased_at = 0 THEN 1 ELSE 0 END), 0) AS BIGINT) AS gone,
    CAST(COALESCE(SUM(CASE WHEN erased_at <> 0 THEN 1 ELSE 0 END), 0) AS BIGINT) AS erased
FROM members WHERE program_id = $1;

-- name: joinedSince :one
SELECT COUNT(*) FROM members WHERE program_id = $1 AND joined_at >= $2;
