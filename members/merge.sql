-- name: setProfile :one
UPDATE members SET name = @name, email = @email, zone = @zone, store_id = @store_id, tag = @tag, channel = @channel,
    birth_month = @birth_month, birth_day = @birth_day, birth_year = @birth_year, birth_first_at = @birth_first_at, birth_set_at = @birth_set_at,
    joined_at = @joined_at, wrote_first = @wrote_first,
    last_purchase_id = @last_purchase_id, last_purchase_at = @last_purchase_at, purchases = @purchases
WHERE program_id = @program_id AND id = @id
RETURNING *;

-- name: endMerged :exec
-- What is left of a member who is part of another now: a name in the ledger.
UPDATE members SET merged_into = $3, phone = '', hash = '', name = '', email = '', zone = '', tag = '', birth_month = 0, birth_day = 0,
    birth_year = 0, birth_first_at = 0, birth_set_at = 0, service = FALSE, marketing = FALSE, consent_gen = consent_gen + 1,
    purchases = 0, last_purchase_id = 0, last_purchase_at = 0
WHERE program_id = $1 AND id = $2;

-- name: partsOf :many
SELECT id FROM members WHERE program_id = $1 AND merged_into = $2 AND merged_into <> 0;
