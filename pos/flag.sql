-- name: movementsOfDay :one
-- The member's sales of a store's day at one till, looked for around an instant of that day.
SELECT COUNT(*) FROM purchases
WHERE program_id = @program_id AND member_id = @member_id AND occurred_at BETWEEN CAST(@since AS BIGINT) AND CAST(@until AS BIGINT)
    AND till_id = @till_id AND day = @day;
