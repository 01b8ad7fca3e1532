-- What games gave goes along with a merge; what both did counts once.

-- name: handSpins :exec
UPDATE spins SET member_id = @into_id
WHERE spins.program_id = @program_id AND spins.member_id = @from_id
    AND NOT EXISTS (SELECT 1 FROM spins AS s WHERE s.program_id = spins.program_id AND s.run_id = spins.run_id AND s.member_id = @into_id);

-- name: handHunts :exec
UPDATE hunts SET member_id = @into_id
WHERE hunts.program_id = @program_id AND hunts.member_id = @from_id
    AND NOT EXISTS (SELECT 1 FROM hunts AS h WHERE h.program_id = hunts.program_id AND h.run_id = hunts.run_id AND h.member_id = @into_id);

-- name: handScores :exec
UPDATE scores SET member_id = @into_id
WHERE scores.program_id = @program_id AND scores.member_id = @from_id
    AND NOT EXISTS (SELECT 1 FROM scores AS s WHERE s.program_id = scores.program_id AND s.member_id = @into_id AND s.once = scores.once);

-- name: handGuests :exec
UPDATE guests SET member_id = @into_id
WHERE guests.program_id = @program_id AND guests.member_id = @from_id
    AND NOT EXISTS (SELECT 1 FROM guests AS g WHERE g.program_id = guests.program_id AND g.run_id = guests.run_id AND g.member_id = @into_id);

-- name: freePlaces :exec
-- Of events that are still to come.
UPDATE game_counts SET n = n - (SELECT g.places FROM guests AS g
    WHERE g.program_id = game_counts.program_id AND g.run_id = game_counts.run_id AND g.member_id = @member_id)
WHERE game_counts.program_id = @program_id AND game_counts.name = 'places'
    AND game_counts.run_id IN (SELECT k.run_id FROM guests AS k JOIN runs AS r ON r.program_id = k.program_id AND r.id = k.run_id
        WHERE k.program_id = @program_id AND k.member_id = @member_id AND k.places > 0 AND r.ends_at > CAST(@now AS BIGINT));

-- name: freeGuest :exec
UPDATE guests SET places = 0
WHERE guests.program_id = @program_id AND guests.member_id = @member_id AND guests.places > 0
    AND guests.run_id IN (SELECT r.id FROM runs AS r WHERE r.program_id = @program_id AND r.id = guests.run_id AND r.ends_at > CAST(@now AS BIGINT));

-- name: forgetComments :exec
UPDATE scores SET comment = '' WHERE program_id = $1 AND member_id = $2 AND comment <> '';

-- name: answersOf :many
-- What a member answered to texts of campaigns, the latest first.
SELECT CAST('score' AS TEXT) AS kind, scores.at, scores.score AS n, scores.comment AS words FROM scores
WHERE scores.program_id = @program_id AND scores.member_id = @member_id
UNION ALL
SELECT CAST('places' AS TEXT) AS kind, guests.at, guests.places AS n, CAST('' AS TEXT) AS words FROM guests
WHERE guests.program_id = @program_id AND guests.member_id = @member_id
UNION ALL
SELECT CAST('wheel' AS TEXT) AS kind, spins.at, CAST(0 AS BIGINT) AS n, spins.prize AS words FROM spins
WHERE spins.program_id = @program_id AND spins.member_id = @member_id
UNION ALL
SELECT CAST('hunt' AS TEXT) AS kind, hunts.started_at AS at, hunts.step AS n, CAST('' AS TEXT) AS words FROM hunts
WHERE hunts.program_id = @program_id AND hunts.member_id = @member_id
ORDER BY at DESC LIMIT CAST(@most AS BIGINT);
