-- name: insertTaking :exec
INSERT INTO takings (program_id, id, voucher_id, entry_id, store_id, undone, at) VALUES ($1, $2, $3, $4, $5, $6, $7);

-- name: pointsTaken :many
-- What the stores took in a span, by the store that gave it: the store of the entry that opened the lot. CROSS JOIN keeps SQLite from
-- beginning with all lots.
SELECT gave.store_id AS giver, takings.store_id AS taker,
    CAST(SUM(CASE WHEN takings.undone THEN lot_moves.points ELSE -lot_moves.points END) AS BIGINT) AS points
FROM takings CROSS JOIN lot_moves CROSS JOIN lots CROSS JOIN entries AS gave
WHERE takings.program_id = @program_id AND takings.at >= @since AND takings.at < @until
    AND lot_moves.program_id = takings.program_id AND lot_moves.entry_id = takings.entry_id
    AND lots.program_id = lot_moves.program_id AND lots.id = lot_moves.lot_id
    AND gave.program_id = lots.program_id AND gave.id = lots.entry_id
GROUP BY gave.store_id, takings.store_id
ORDER BY gave.store_id, takings.store_id;
