-- name: sentBetween :many
SELECT * FROM messages
WHERE program_id = $1 AND sent_at >= $2 AND sent_at < $3 AND class >= $4
ORDER BY sent_at, id LIMIT $5;

-- name: countWaiting :one
SELECT COUNT(*) FROM messages
WHERE program_id = $1 AND (state = 'sending' OR (state = 'queued' AND send_after <= $2));
