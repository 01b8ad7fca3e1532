-- name: insertAudit :exec
INSERT INTO audits (program_id, id, at, actor, door, ip, action, subject, before, after, request_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11);

-- name: auditsAfter :many
SELECT * FROM audits WHERE program_id = $1 AND id > $2 ORDER BY id LIMIT $3;

-- name: auditsFrom :many
-- Acts after an instant and an id, by time; an actor or action of '' is any.
SELECT * FROM audits
WHERE program_id = @program_id AND at >= @at AND (at > @at OR id > @id)
    AND (CAST(@actor AS TEXT) = '' OR actor = CAST(@actor AS TEXT)) AND (CAST(@action AS TEXT) = '' OR action = CAST(@action AS TEXT))
ORDER BY at, id LIMIT CAST(@most AS BIGINT);

-- name: countActs :one
SELECT COUNT(*) FROM audits WHERE program_id = @program_id AND at >= CAST(@since AS BIGINT) AND actor = @actor AND action = @action;
