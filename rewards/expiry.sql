-- name: lotsOfAnOlderRule :many
SELECT member_id FROM lots
WHERE program_id = $1 AND gen < $2 AND "left" > 0
ORDER BY gen LIMIT CAST($3 AS BIGINT);

-- name: staleLots :many
SELECT * FROM lots
WHERE program_id = $1 AND member_id = $2 AND "left" > 0 AND gen < $3
ORDER BY id;

-- name: deadLots :many
SELECT member_id FROM lots
WHERE program_id = $1 AND lapses_at <= $2 AND "left" > 0 AND lapses_at < 9007199254740991
ORDER BY lapses_at LIMIT CAST($3 AS BIGINT);

-- name: longLeft :many
-- Members who left before an instant, have done nothing since, and still have points.
SELECT id FROM members
WHERE program_id = $1 AND left_at <= $2 AND left_at <> 0 AND active_at <= $2 AND balance > 0
ORDER BY left_at LIMIT CAST($3 AS BIGINT);

-- name: accountsFrom :many
SELECT id, phone, active_at FROM members WHERE program_id = $1 AND id > $2 ORDER BY id LIMIT CAST($3 AS BIGINT);

-- name: lotsOfMembers :many
-- The live lots of the members from one to another.
SELECT * FROM lots
WHERE program_id = $1 AND member_id BETWEEN $2 AND $3 AND "left" > 0 AND lapses_at > $4
ORDER BY member_id, expires_first, id;
