-- name: lotsToWarnOf :many
SELECT member_id FROM lots
WHERE program_id = $1 AND expires_first <= $2 AND lapses_at > $3 AND gen >= $4
    AND "left" > 0 AND NOT warned AND expires_first < 9007199254740991
ORDER BY expires_first LIMIT CAST($5 AS BIGINT);

-- name: daysToWarnOf :many
-- The days on which points of a member end that no warning spoke of, and all points that end on them.
SELECT expires_at, CAST(SUM("left") AS BIGINT) AS points FROM lots
WHERE program_id = $1 AND member_id = $2 AND expires_first <= $3 AND lapses_at > $4 AND "left" > 0 AND gen >= $5
GROUP BY expires_at HAVING MAX(CASE WHEN warned THEN 0 ELSE 1 END) = 1 ORDER BY expires_at;

-- name: markWarned :exec
UPDATE lots SET warned = TRUE
WHERE program_id = $1 AND member_id = $2 AND expires_first = $3 AND "left" > 0 AND NOT warned;

-- name: insertWarning :execrows
INSERT INTO expiry_warnings (program_id, member_id, expires_at, points, warned_at, look_at)
VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT DO NOTHING;

-- name: setWarningText :exec
UPDATE expiry_warnings SET message_id = @message_id, warned_at = @warned_at, look_at = @look_at,
    tries = tries + CASE WHEN CAST(@message_id AS BIGINT) = 0 THEN 0 ELSE 1 END
WHERE program_id = @program_id AND member_id = @member_id AND expires_at = @expires_at;

-- name: warningsToLookAt :many
SELECT * FROM expiry_warnings
WHERE program_id = $1 AND look_at <= $2 AND look_at <> 0
ORDER BY look_at LIMIT CAST($3 AS BIGINT);

-- name: warning :one
SELECT * FROM expiry_warnings WHERE program_id = $1 AND member_id = $2 AND expires_at = $3;

-- name: lookAgain :exec
UPDATE expiry_warnings SET look_at = $4
WHERE program_id = $1 AND member_id = $2 AND expires_at = $3 AND delivered_at = 0;

-- name: lookLater :exec
UPDATE expiry_warnings SET look_at = $4 WHERE program_id = $1 AND member_id = $2 AND expires_at = $3;

-- name: warningArrived :exec
UPDATE expiry_warnings SET delivered_at = $4, look_at = 0
WHERE program_id = $1 AND member_id = $2 AND expires_at = $3 AND delivered_at = 0;

-- name: proveLots :exec
-- A warning arrived: points of that day lapse when it says.
UPDATE lots SET lapses_at = $4
WHERE program_id = $1 AND member_id = $2 AND expires_first = $3 AND "left" > 0 AND lapses_at = 9007199254740991;

-- name: pointsOfDay :one
SELECT CAST(COALESCE(SUM("left"), 0) AS BIGINT) FROM lots
WHERE program_id = $1 AND member_id = $2 AND expires_first = $3 AND "left" > 0 AND lapses_at > $4;
