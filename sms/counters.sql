-- name: takeText :execrows
INSERT INTO text_days (program_id, member_id, day, n) VALUES (@program_id, @member_id, @day, 1)
ON CONFLICT (program_id, member_id, day) DO UPDATE SET n = text_days.n + 1 WHERE text_days.n < CAST(@cap AS BIGINT);

-- name: giveText :exec
UPDATE text_days SET n = n - 1 WHERE program_id = $1 AND member_id = $2 AND day = $3 AND n > 0;

-- name: takeParts :execrows
INSERT INTO spend_days (program_id, day, n) VALUES (@program_id, @day, @n)
ON CONFLICT (program_id, day) DO UPDATE SET n = spend_days.n + excluded.n WHERE spend_days.n + excluded.n <= CAST(@cap AS BIGINT);

-- name: giveParts :exec
UPDATE spend_days SET n = n - @n WHERE program_id = @program_id AND day = @day AND n >= @n;

-- name: spent :one
SELECT n FROM spend_days WHERE program_id = $1 AND day = $2;
