-- name: insertAudit :exec
INSERT INTO audits (program_id, id, at, actor, door, ip, action, subject, before, after, request_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11);

-- name: auditsAfter :many
SELECT * FROM audits WHERE program_id = $1 AND id > $2 ORDER BY id LIMIT $3;
