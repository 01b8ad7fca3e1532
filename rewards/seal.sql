-- name: lastSeal :many
SELECT * FROM seals WHERE program_id = $1 ORDER BY day DESC LIMIT 1;

-- name: sealsAfter :many
SELECT * FROM seals WHERE program_id = @program_id AND day > @day ORDER BY day LIMIT CAST(@most AS BIGINT);

-- name: insertSeal :execrows
-- Once for a day, and only next to the seal it was made for.
INSERT INTO seals (program_id, day, rows_sealed, parts, hash)
SELECT CAST(@program_id AS BIGINT), CAST(@day AS TEXT), CAST(@rows_sealed AS BIGINT), CAST(@parts AS TEXT), CAST(@hash AS TEXT)
WHERE (SELECT COALESCE(MAX(day), '') FROM seals WHERE seals.program_id = @program_id) = CAST(@before AS TEXT)
ON CONFLICT (program_id, day) DO NOTHING;
