-- name: insertEntry :one
-- The next row of the member's ledger, unless its source has one already, the balance would leave its bounds, or the member is part of
-- another now.
INSERT INTO entries (program_id, id, member_id, seq, kind, delta, balance_after, source, at, store_id, staff_id, till_id,
    purchase_id, voucher_id, basis, rule_id, multiplier, carry_before, carry_after, words, breakdown)
SELECT program_id, CAST(@id AS BIGINT), id, seq + 1, CAST(@kind AS TEXT), CAST(@delta AS BIGINT), balance + CAST(@delta AS BIGINT),
    CAST(@source AS TEXT), CAST(@at AS BIGINT), CAST(@store_id AS BIGINT), CAST(@staff_id AS BIGINT), CAST(@till_id AS BIGINT),
    CAST(@purchase_id AS BIGINT), CAST(@voucher_id AS BIGINT), CAST(@basis AS BIGINT), CAST(@rule_id AS BIGINT),
    CAST(@multiplier AS BIGINT), CAST(@carry_before AS BIGINT), CAST(@carry_after AS BIGINT), CAST(@words AS TEXT), CAST(@breakdown AS TEXT)
FROM members
WHERE members.program_id = @program_id AND members.id = @member_id AND members.merged_into = 0
    AND balance + CAST(@delta AS BIGINT) BETWEEN CAST(@lowest AS BIGINT) AND 1000000000000
ON CONFLICT (program_id, kind, source) DO NOTHING
RETURNING *;

-- name: sourceTaken :one
SELECT COUNT(*) FROM entries WHERE program_id = $1 AND kind = $2 AND source = $3;

-- name: moveBalance :one
-- The member's side of the entry with that seq. A balance below zero is a debt.
UPDATE members SET balance = balance + @delta, seq = seq + 1, carry = carry + @carried,
    debt = CASE WHEN balance + @delta < 0 THEN -(balance + @delta) ELSE 0 END,
    active_at = CASE WHEN active_at < CAST(@active_at AS BIGINT) THEN CAST(@active_at AS BIGINT) ELSE active_at END
WHERE members.program_id = @program_id AND members.id = @member_id AND seq = CAST(@seq AS BIGINT) - 1 AND balance + @delta >= CAST(@lowest AS BIGINT)
RETURNING balance, debt, seq, carry, active_at, CAST((SELECT programs.expiry_gen FROM programs WHERE programs.id = members.program_id) AS BIGINT) AS expiry_gen;

-- name: moveCarry :one
UPDATE members SET carry = carry + $3
WHERE program_id = $1 AND id = $2 AND carry + $3 BETWEEN -1000000000000 AND 1000000000000
RETURNING carry;

-- name: memberState :one
SELECT balance, debt, seq, carry, merged_into FROM members WHERE program_id = $1 AND id = $2;

-- name: entryBySource :one
SELECT * FROM entries WHERE program_id = $1 AND kind = $2 AND source = $3;

-- name: lastEntries :many
SELECT * FROM entries WHERE program_id = $1 AND member_id = $2 ORDER BY seq DESC LIMIT $3;
