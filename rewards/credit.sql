-- name: insertPendingCredit :many
-- Nothing when something of that source waits, or waited, already.
INSERT INTO pending_credits (program_id, id, member_id, points, reason, source, store_id, staff_id, actor, state, at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'open', $10)
ON CONFLICT (program_id, source) DO NOTHING
RETURNING *;

-- name: pendingCredit :one
SELECT * FROM pending_credits WHERE program_id = $1 AND id = $2;

-- name: openCredits :many
SELECT * FROM pending_credits WHERE program_id = $1 AND state = 'open' ORDER BY id LIMIT CAST($2 AS BIGINT);

-- name: decideCredit :many
UPDATE pending_credits SET state = @state, second = @second, decided_at = @decided_at
WHERE program_id = @program_id AND id = @id AND state = 'open'
RETURNING *;

-- name: creditsOfDay :one
-- How often one person, 0 is the command line, gave a member points by hand since an instant, among the member's last 100 movements.
SELECT COUNT(*) FROM (
    SELECT kind, staff_id, at FROM entries WHERE entries.program_id = $1 AND entries.member_id = $2 ORDER BY seq DESC LIMIT 100
) AS last
WHERE kind = 'adjust' AND staff_id = $3 AND at >= $4;
