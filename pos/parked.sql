-- name: insertParked :exec
INSERT INTO parked (program_id, id, till_id, kind, ref, meant, reason, body, at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
ON CONFLICT (program_id, till_id, kind, ref, meant, reason) DO NOTHING;

-- name: unseenParked :many
SELECT * FROM parked WHERE program_id = $1 AND seen_at = 0 ORDER BY at, id LIMIT $2;

-- name: seeParked :execrows
UPDATE parked SET seen_at = $3 WHERE program_id = $1 AND id = $2 AND seen_at = 0;
