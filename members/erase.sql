-- name: eraseMember :one
-- The row stays as a name in the ledger, with the language, the store and the days: they tell nobody from anybody.
UPDATE members SET phone = '', hash = '', name = '', email = '', zone = '', tag = '', channel = '', birth_month = 0, birth_day = 0,
    birth_year = 0, birth_first_at = 0, birth_set_at = 0, service = FALSE, marketing = FALSE, wrote_first = FALSE,
    consent_gen = consent_gen + 1, erased_at = CAST(@now AS BIGINT), left_at = CASE WHEN left_at = 0 THEN CAST(@now AS BIGINT) ELSE left_at END
WHERE program_id = @program_id AND id = @id
RETURNING *;
