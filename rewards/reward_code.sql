-- name: takeCode :one
-- The oldest code that nobody has. One that another transaction is about to give is passed over.
UPDATE reward_codes SET voucher_id = @voucher_id
WHERE reward_codes.program_id = @program_id AND reward_codes.voucher_id = 0 AND reward_codes.id = (
    SELECT c.id FROM reward_codes AS c
    WHERE c.program_id = @program_id AND c.reward_id = @reward_id AND c.voucher_id = 0
    ORDER BY c.id LIMIT 1 /* SKIP LOCKED */
)
RETURNING code;

-- name: insertCode :execrows
INSERT INTO reward_codes (program_id, id, reward_id, code, added_at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING;

-- name: codesLeft :one
SELECT COUNT(*) FROM reward_codes WHERE program_id = $1 AND reward_id = $2 AND voucher_id = 0;
