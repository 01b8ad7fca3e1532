-- name: insertRun :execrows
INSERT INTO runs (program_id, id, campaign_id, occurrence, state, version, frozen, asks, starts_at, ends_at, created_at, done_at, reason)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
ON CONFLICT (program_id, campaign_id, occurrence) DO NOTHING;

-- name: run :one
SELECT * FROM runs WHERE program_id = $1 AND id = $2;

-- name: lockRun :one
-- Whoever plans a run or ends it holds this row: two processes take turns.
UPDATE runs SET cursor = cursor WHERE program_id = $1 AND id = $2 RETURNING *;

-- name: runsOf :many
SELECT * FROM runs WHERE program_id = $1 AND campaign_id = $2 ORDER BY starts_at DESC, id DESC LIMIT $3;

-- name: runAt :one
SELECT * FROM runs WHERE program_id = $1 AND campaign_id = $2 AND occurrence = $3;

-- name: liveRuns :many
SELECT * FROM runs WHERE program_id = $1 AND state IN ('planning', 'running') ORDER BY starts_at, id;

-- name: liveRunsOf :many
SELECT * FROM runs WHERE program_id = $1 AND campaign_id = $2 AND state IN ('planning', 'running', 'paused') ORDER BY id;

-- name: setRun :exec
UPDATE runs SET state = $3, reason = $4, done_at = $5 WHERE program_id = $1 AND id = $2;

-- name: moveCursor :exec
UPDATE runs SET cursor = $3, state = $4, planned_at = $5 WHERE program_id = $1 AND id = $2;

-- name: endedRuns :many
-- Runs that were ended while texts of theirs were waiting, or on the wire. They are held until nothing of them is open.
SELECT * FROM runs WHERE program_id = $1 AND state IN ('cancelled', 'missed') AND done_at = 0 ORDER BY id;

-- name: withdrawVouchers :execrows
-- The vouchers of a run whose texts never left: nobody knows their codes.
UPDATE vouchers SET state = 'cancelled'
WHERE (program_id, id) IN (SELECT v.program_id, v.id FROM vouchers AS v
    WHERE v.program_id = $1 AND v.run_id = $2 AND v.run_id <> 0 AND v.state = 'issued'
      AND NOT EXISTS (SELECT 1 FROM messages WHERE messages.program_id = $1 AND messages.run_id = $2
          AND messages.member_id = v.member_id AND messages.state NOT IN ('cancelled', 'left_out', 'holdout'))
    LIMIT $3);

-- name: pausedRuns :many
-- Paused runs whose offer is over.
SELECT * FROM runs WHERE program_id = $1 AND state = 'paused' AND ends_at <= $2 ORDER BY id;

-- name: stoppedRuns :many
-- Runs that were stopped for what would meet all of their texts, the latest of a campaign last.
SELECT campaign_id, reason FROM runs WHERE program_id = $1 AND state = 'paused' AND reason <> '' ORDER BY id;

-- name: someLate :one
-- Whether anybody the run left out for want of consent consents now.
SELECT COUNT(*) FROM (SELECT messages.id FROM messages
    JOIN members ON members.program_id = messages.program_id AND members.id = messages.member_id
    WHERE messages.program_id = $1 AND messages.run_id = $2 AND messages.run_id <> 0 AND messages.state IN ('left_out', 'cancelled')
      AND messages.reason IN ('consent', 'stopped', 'write_first') AND members.service AND members.marketing AND members.left_at = 0
    LIMIT 1) AS late;

-- name: freeze :exec
-- What a run has learnt of itself before anybody was planned.
UPDATE runs SET frozen = $3 WHERE program_id = $1 AND id = $2 AND cursor = 0;
