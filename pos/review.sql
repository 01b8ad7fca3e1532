-- name: parkedByID :one
SELECT * FROM parked WHERE program_id = $1 AND id = $2;

-- name: memberOfHash :one
SELECT id FROM members WHERE program_id = $1 AND hash = $2 AND hash <> '';

-- name: holdReviewed :exec
UPDATE purchases SET state = 'held' WHERE program_id = $1 AND id = $2 AND state = 'review';
