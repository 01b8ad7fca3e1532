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
-- Brings the lots up to the moves of an entry. One that was empty may have missed that the warning of its day arrived: it is looked
-- at as if nobody had been warned, which for a day that somebody was warned of means no second text.
UPDATE lots SET warned = warned AND "left" > 0, "left" = "left" + (
    SELECT lot_moves.points FROM lot_moves
    WHERE lot_moves.program_id = lots.program_id AND lot_moves.entry_id = $2 AND lot_moves.lot_id = lots.id)
WHERE lots.program_id = $1 AND lots.id IN (SELECT lot_id FROM lot_moves WHERE lot_moves.program_id = $1 AND lot_moves.entry_id = $2);

-- name: lotsToSettle :many
-- What is past its day, and what the program's rule of now has not dated yet.
SELECT * FROM lots
WHERE program_id = $1 AND member_id = $2 AND "left" > 0
    AND (lapses_at <= $3 OR gen < (SELECT programs.expiry_gen FROM programs WHERE programs.id = $1))
ORDER BY expires_first, id;

-- name: staleLotsOf :many
-- The lots that an entry ate and that an older rule dated, empty ones too.
SELECT lots.* FROM lots
WHERE lots.program_id = $1 AND lots.gen < CAST($3 AS BIGINT)
    AND lots.id IN (SELECT lot_moves.lot_id FROM lot_moves WHERE lot_moves.program_id = $1 AND lot_moves.entry_id = $2)
ORDER BY lots.id;

-- name: liveLots :many
SELECT * FROM lots
WHERE program_id = $1 AND member_id = $2 AND "left" > 0 AND lapses_at > $3
ORDER BY expires_first, id;

-- name: renewLots :exec
-- Activity renews: all live points of the member end on the same day.
UPDATE lots SET expires_at = @ends, expires_first = @ends, lapses_at = CAST(@lapses AS BIGINT), gen = @gen, warned = FALSE
WHERE program_id = @program_id AND member_id = @member_id AND "left" > 0 AND lapses_at > CAST(@now AS BIGINT)
    AND (gen < @gen OR gen = @gen AND expires_first < @ends);

-- name: dateLot :execrows
UPDATE lots SET expires_at = @expires_at, expires_first = @expires_first, lapses_at = @lapses_at, gen = @gen,
    warned = CASE WHEN expires_first = @expires_first THEN warned ELSE FALSE END
WHERE program_id = @program_id AND id = @id AND gen < @gen;

-- name: lapsedOf :one
-- The points of an entry's own lot that lapsed.
SELECT CAST(COALESCE(SUM(-lot_moves.points), 0) AS BIGINT) FROM lot_moves
JOIN entries ON entries.program_id = lot_moves.program_id AND entries.id = lot_moves.entry_id
WHERE lot_moves.program_id = $1 AND entries.kind = 'expire'
  AND lot_moves.lot_id IN (SELECT lots.id FROM lots WHERE lots.program_id = $1 AND lots.entry_id = $2);

-- name: nextToExpire :many
-- The first day on which points end. Points that wait for a warning to arrive have no day once theirs is past.
SELECT CAST(expires_at AS BIGINT) AS expires_at, CAST(SUM(points) AS BIGINT) AS points FROM (
    SELECT CASE WHEN lapses_at < 9007199254740991 THEN lapses_at ELSE expires_first END AS expires_at, "left" AS points FROM lots
    WHERE program_id = $1 AND member_id = $2 AND "left" > 0 AND lapses_at > $3 AND expires_first < 9007199254740991
) AS ending
WHERE ending.expires_at > $3 GROUP BY ending.expires_at ORDER BY ending.expires_at LIMIT 1;
