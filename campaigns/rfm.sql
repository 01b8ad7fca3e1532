-- name: beginRFM :exec
INSERT INTO rfm_nights (program_id, day) VALUES ($1, '') ON CONFLICT (program_id) DO NOTHING;

-- name: lockRFM :one
-- Whoever scores members of a program holds this row.
UPDATE rfm_nights SET cursor = cursor WHERE program_id = $1 RETURNING *;

-- name: saveRFM :exec
UPDATE rfm_nights SET day = $2, phase = $3, cursor = $4, counts = $5 WHERE program_id = $1;

-- name: buyersAfter :many
-- Members who ever bought, or have a score, in rising id.
SELECT id, rfm, last_purchase_at, purchases FROM members
WHERE program_id = @program_id AND id > @after AND phone <> '' AND erased_at = 0 AND merged_into = 0 AND (purchases > 0 OR rfm <> 0)
ORDER BY id LIMIT CAST(@most AS BIGINT);

-- name: salesBetween :many
-- What members with ids from one to another spent within a time: those of who was merged into them count by the next query.
SELECT member_id, COUNT(*) AS times, CAST(SUM(money - refunded) AS BIGINT) AS spent FROM purchases
WHERE program_id = @program_id AND member_id >= @first AND member_id <= @last AND occurred_at >= @since AND occurred_at < @until
    AND state IN ('credited', 'imported') AND money > refunded
GROUP BY member_id;

-- name: mergedSales :many
SELECT x.merged_into, COUNT(*) AS times, CAST(SUM(p.money - p.refunded) AS BIGINT) AS spent FROM members AS x
JOIN purchases AS p ON p.program_id = x.program_id AND p.member_id = x.id
WHERE x.program_id = @program_id AND x.merged_into <> 0 AND x.merged_into >= @first AND x.merged_into <= @last
    AND p.occurred_at >= @since AND p.occurred_at < @until AND p.state IN ('credited', 'imported') AND p.money > p.refunded
GROUP BY x.merged_into;

-- name: setRFM :exec
UPDATE members SET rfm = $3 WHERE program_id = $1 AND id = $2;
