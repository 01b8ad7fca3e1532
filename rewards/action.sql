-- name: insertAction :one
INSERT INTO actions (program_id, id, name, kind, points, friend_points, minimum, reward_id, next_day, per, times, total, starts_at, ends_at, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)
RETURNING *;

-- name: liveActions :many
SELECT * FROM actions WHERE program_id = $1 AND retired_at = 0 ORDER BY name, id;

-- name: actionByID :one
SELECT * FROM actions WHERE program_id = $1 AND id = $2;

-- name: actionByName :one
SELECT * FROM actions WHERE program_id = $1 AND name = $2 AND retired_at = 0;

-- name: actionOfKind :one
SELECT * FROM actions WHERE program_id = $1 AND kind = $2 AND retired_at = 0 AND kind IN ('join', 'referral', 'birthday');

-- name: retireAction :execrows
UPDATE actions SET retired_at = $3 WHERE program_id = $1 AND id = $2 AND retired_at = 0;

-- name: countGiven :execrows
-- One more of an action that has a total; no row when it is used up.
UPDATE actions SET given = given + 1 WHERE program_id = $1 AND id = $2 AND retired_at = 0 AND total > 0 AND given < total;

-- name: uncountGiven :exec
UPDATE actions SET given = given - 1 WHERE program_id = $1 AND id = $2 AND total > 0 AND given > 0;
