-- name: insertEntry :one
-- The next row of the member's ledger, unless its source has one already or the balance would leave its bounds.
INSERT INTO entries (program_id, id, member_id, seq, kind, delta, balance_after, source, at, store_id, staff_id, till_id,
    purchase_id, voucher_id, basis, rule_id, multiplier, carry_before, carry_after, words, breakdown)
SELECT program_id, CAST(@id AS BIGINT), id, seq + 1, CAST(@kind AS TEXT), CAST(@delta AS BIGINT), balance + CAST(@delta AS BIGINT),
    CAST(@source AS TEXT), CAST(@at AS BIGINT), CAST(@store_id AS BIGINT), CAST(@staff_id AS BIGINT), CAST(@till_id AS BIGINT),
    CAST(@purchase_id AS BIGINT), CAST(@voucher_id AS BIGINT), CAST(@basis AS BIGINT), CAST(@rule_id AS BIGINT),
    CAST(@multiplier AS BIGINT), CAST(@carry_before AS BIGINT), CAST(@carry_after AS BIGINT), CAST(@words AS TEXT), CAST(@breakdown AS TEXT)
FROM members
WHERE members.program_id = @program_id AND members.id = @member_id
    AND balance + CAST(@delta AS BIGINT) BETWEEN CAST(@lowest AS BIGINT) AND 1000000000000
ON CONFLICT (program_id, kind, source) DO NOTHING
RETURNING *;

-- name: sourceTaken :one
SELECT COUNT(*) FROM entries WHERE program_id = $1 AND kind = $2 AND source = $3;

-- name: moveBalance :one
-- The member's side of the entry with that seq. A balance below zero is a debt.
UPDATE members SET balance = balance + @delta, seq = seq + 1, carry = carry + @carried,
    debt = CASE WHEN balance + @delta < 0 THEN -(balance + @delta) ELSE 0 END
WHERE program_id = @program_id AND id = @member_id AND seq = CAST(@seq AS BIGINT) - 1 AND balance + @delta >= CAST(@lowest AS BIGINT)
RETURNING balance, debt, seq, carry;

-- name: moveCarry :one
UPDATE members SET carry = carry + $3
WHERE program_id = $1 AND id = $2 AND carry + $3 BETWEEN -1000000000000 AND 1000000000000
RETURNING carry;

-- name: memberState :one
SELECT balance, debt, seq, carry FROM members WHERE program_id = $1 AND id = $2;

-- name: insertLot :exec
INSERT INTO lots (program_id, id, member_id, entry_id, points, "left", expires_at, expires_first, lapses_at, gen, created_at)
VALUES ($1, $2, $3, $4, $5, $5, $6, $7, $8, $9, $10);

-- name: takeFromLots :many
-- Writes down which live lots a debit eats: its own sale's first, then those that expire first.
INSERT INTO lot_moves (program_id, entry_id, lot_id, points)
SELECT program_id, CAST(@entry_id AS BIGINT), id, -CASE WHEN before + points <= CAST(@points AS BIGINT) THEN points ELSE CAST(@points AS BIGINT) - before END
FROM (
    SELECT lots.program_id, lots.id, lots."left" AS points,
        CAST(SUM(lots."left") OVER (ORDER BY CASE WHEN lots.entry_id = CAST(@own AS BIGINT) THEN 0 ELSE 1 END, lots.expires_first, lots.id) AS BIGINT) - lots."left" AS before
    FROM lots
    WHERE lots.program_id = @program_id AND lots.member_id = @member_id AND lots."left" > 0 AND lots.lapses_at > CAST(@now AS BIGINT)
) AS live
WHERE before < CAST(@points AS BIGINT)
RETURNING points;

-- name: takeFromLot :exec
INSERT INTO lot_moves (program_id, entry_id, lot_id, points) VALUES ($1, $2, $3, $4);

-- name: putIntoLots :many
-- Writes down what goes back to the lots that an entry ate, but for the first points of them, which fill a debt, and for lots
-- that end too soon.
INSERT INTO lot_moves (program_id, entry_id, lot_id, points)
SELECT program_id, CAST(@entry_id AS BIGINT), lot_id, CASE WHEN before >= CAST(@filled AS BIGINT) THEN eaten ELSE before + eaten - CAST(@filled AS BIGINT) END
FROM (
    SELECT lot_moves.program_id, lot_moves.lot_id, -lot_moves.points AS eaten, lots.expires_first,
        CAST(SUM(-lot_moves.points) OVER (ORDER BY lots.expires_first, lots.id) AS BIGINT) + lot_moves.points AS before
    FROM lot_moves JOIN lots ON lots.program_id = lot_moves.program_id AND lots.id = lot_moves.lot_id
    WHERE lot_moves.program_id = @program_id AND lot_moves.entry_id = @from_entry
) AS eats
WHERE before + eaten > CAST(@filled AS BIGINT) AND expires_first > CAST(@soon AS BIGINT)
RETURNING points;

-- name: settleLots :exec
-- Brings the lots up to the moves of an entry.
UPDATE lots SET "left" = "left" + (
    SELECT lot_moves.points FROM lot_moves
    WHERE lot_moves.program_id = lots.program_id AND lot_moves.entry_id = $2 AND lot_moves.lot_id = lots.id)
WHERE lots.program_id = $1 AND lots.id IN (SELECT lot_id FROM lot_moves WHERE lot_moves.program_id = $1 AND lot_moves.entry_id = $2);

-- name: dueLots :many
SELECT * FROM lots
WHERE program_id = $1 AND member_id = $2 AND "left" > 0 AND lapses_at <= $3
ORDER BY expires_first, id;

-- name: lapsedOf :one
-- The points of an entry's own lot that lapsed.
SELECT CAST(COALESCE(SUM(-lot_moves.points), 0) AS BIGINT) FROM lot_moves
JOIN entries ON entries.program_id = lot_moves.program_id AND entries.id = lot_moves.entry_id
WHERE lot_moves.program_id = $1 AND entries.kind = 'expire'
  AND lot_moves.lot_id IN (SELECT lots.id FROM lots WHERE lots.program_id = $1 AND lots.entry_id = $2);

-- name: entryBySource :one
SELECT * FROM entries WHERE program_id = $1 AND kind = $2 AND source = $3;

-- name: lastEntries :many
SELECT * FROM entries WHERE program_id = $1 AND member_id = $2 ORDER BY seq DESC LIMIT $3;

-- name: deadPoints :one
SELECT CAST(COALESCE(SUM("left"), 0) AS BIGINT) FROM lots
WHERE program_id = $1 AND member_id = $2 AND "left" > 0 AND lapses_at <= $3;

-- name: nextToExpire :many
SELECT expires_at, CAST(SUM("left") AS BIGINT) AS points FROM lots
WHERE program_id = $1 AND member_id = $2 AND "left" > 0 AND lapses_at > $3 AND expires_at > 0
GROUP BY expires_at ORDER BY expires_at LIMIT 1;
