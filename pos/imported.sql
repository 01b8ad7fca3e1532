-- name: tillNamed :one
SELECT * FROM tills WHERE program_id = $1 AND store_id = $2 AND name = $3;
