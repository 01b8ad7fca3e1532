-- name: gamesSent :many
-- The latest texts to a member that ask for an answer, and whose question was not opened yet. One on its way may be read already.
SELECT m.id, m.asked_at, runs.asks, runs.ends_at
FROM (SELECT messages.id, messages.run_id, messages.state, CAST(CASE WHEN messages.sent_at <> 0 THEN messages.sent_at ELSE messages.started_at END AS BIGINT) AS asked_at
    FROM messages WHERE messages.program_id = @program_id AND messages.member_id = @member_id ORDER BY messages.id DESC LIMIT 100) AS m
JOIN runs ON runs.program_id = @program_id AND runs.id = m.run_id
WHERE m.run_id <> 0 AND m.state IN ('sending', 'unknown', 'unproven', 'sent', 'delivered', 'undelivered')
  AND runs.asks <> '' AND runs.ends_at > CAST(@now AS BIGINT) AND runs.state <> 'cancelled'
  AND NOT EXISTS (SELECT 1 FROM questions AS q WHERE q.program_id = @program_id AND q.member_id = @member_id
      AND q.kind IN ('score', 'rsvp', 'clue', 'spin') AND q.kind = runs.asks AND q.ref = m.id)
ORDER BY m.asked_at, m.id;

-- name: takeOf :execrows
-- Something of what a run's game has a limited number of: all or nothing.
INSERT INTO game_counts (program_id, run_id, name, n) VALUES (@program_id, @run_id, @name, @n)
ON CONFLICT (program_id, run_id, name) DO UPDATE SET n = game_counts.n + excluded.n WHERE game_counts.n + excluded.n <= CAST(@most AS BIGINT);

-- name: giveBack :exec
UPDATE game_counts SET n = n - @n WHERE program_id = @program_id AND run_id = @run_id AND name = @name AND n >= @n;

-- name: taken :one
SELECT CAST(COALESCE(SUM(n), 0) AS BIGINT) FROM game_counts WHERE program_id = $1 AND run_id = $2 AND name = $3;

-- name: spinOf :one
SELECT * FROM spins WHERE program_id = $1 AND run_id = $2 AND member_id = $3;

-- name: insertSpin :execrows
INSERT INTO spins (program_id, run_id, member_id, prize, voucher_id, entry_id, at) VALUES ($1, $2, $3, $4, $5, $6, $7)
ON CONFLICT DO NOTHING;

-- name: huntOf :one
SELECT * FROM hunts WHERE program_id = $1 AND run_id = $2 AND member_id = $3;

-- name: beginHunt :one
INSERT INTO hunts (program_id, run_id, member_id, step, started_at) VALUES ($1, $2, $3, 0, $4) RETURNING *;

-- name: setHunt :exec
UPDATE hunts SET step = @step, tries = @tries, tries_day = @tries_day, won = @won, voucher_id = @voucher_id, done_at = @done_at
WHERE program_id = @program_id AND run_id = @run_id AND member_id = @member_id;

-- name: insertScore :execrows
INSERT INTO scores (program_id, id, run_id, member_id, once, score, store_id, purchase_id, voucher_id, at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
ON CONFLICT DO NOTHING;

-- name: scoredBefore :one
SELECT COUNT(*) FROM scores WHERE program_id = $1 AND member_id = $2 AND once = $3;

-- name: scoreByID :one
SELECT * FROM scores WHERE program_id = $1 AND id = $2;

-- name: setComment :execrows
UPDATE scores SET comment = @comment, commented_at = @now WHERE program_id = @program_id AND id = @id AND commented_at = 0;

-- name: guestOf :one
SELECT * FROM guests WHERE program_id = $1 AND run_id = $2 AND member_id = $3;

-- name: setGuest :exec
INSERT INTO guests (program_id, run_id, member_id, places, at) VALUES (@program_id, @run_id, @member_id, @places, @at)
ON CONFLICT (program_id, run_id, member_id) DO UPDATE SET places = excluded.places, at = excluded.at;

-- name: spinsOf :many
SELECT prize, COUNT(*) AS n FROM spins WHERE program_id = $1 AND run_id = $2 GROUP BY prize ORDER BY prize;

-- name: huntersOf :many
-- Who takes part in a treasure hunt, those who found it first.
SELECT hunts.member_id, hunts.step, hunts.won, hunts.started_at, hunts.done_at, members.name, members.phone
FROM hunts JOIN members ON members.program_id = hunts.program_id AND members.id = hunts.member_id
WHERE hunts.program_id = @program_id AND hunts.run_id = @run_id
ORDER BY CASE WHEN hunts.done_at = 0 THEN 1 ELSE 0 END, hunts.done_at, hunts.step DESC, hunts.member_id LIMIT CAST(@most AS BIGINT);

-- name: scoresOf :many
-- The latest scores, and who gave them.
SELECT scores.id, scores.member_id, scores.score, scores.comment, scores.store_id, scores.at, members.name, members.phone
FROM scores JOIN members ON members.program_id = scores.program_id AND members.id = scores.member_id
WHERE scores.program_id = @program_id AND scores.run_id = @run_id
ORDER BY scores.at DESC, scores.id DESC LIMIT CAST(@most AS BIGINT);

-- name: scoreCounts :many
SELECT score, COUNT(*) AS n FROM scores WHERE program_id = $1 AND run_id = $2 GROUP BY score ORDER BY score;

-- name: guestsOf :many
SELECT guests.member_id, guests.places, guests.at, members.name, members.phone
FROM guests JOIN members ON members.program_id = guests.program_id AND members.id = guests.member_id
WHERE guests.program_id = @program_id AND guests.run_id = @run_id
ORDER BY CASE WHEN guests.places = 0 THEN 1 ELSE 0 END, members.name, guests.member_id LIMIT CAST(@most AS BIGINT);
