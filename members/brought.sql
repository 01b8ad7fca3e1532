-- name: bringOver :one
-- Fills what is not known of a member yet; what they said themselves stays.
UPDATE members SET
    name = CASE WHEN name = '' THEN CAST(@name AS TEXT) ELSE name END,
    email = CASE WHEN email = '' THEN CAST(@email AS TEXT) ELSE email END,
    tag = CASE WHEN tag = '' THEN CAST(@tag AS TEXT) ELSE tag END,
    store_id = CASE WHEN store_id = 0 THEN CAST(@store_id AS BIGINT) ELSE store_id END,
    joined_at = CASE WHEN formerly = 0 AND CAST(@joined_at AS BIGINT) BETWEEN 1 AND joined_at THEN CAST(@joined_at AS BIGINT) ELSE joined_at END,
    birth_set_at = CASE WHEN birth_month = 0 AND CAST(@birth_month AS BIGINT) > 0 THEN CAST(@now AS BIGINT) ELSE birth_set_at END,
    birth_day = CASE WHEN birth_month = 0 THEN CAST(@birth_day AS BIGINT) ELSE birth_day END,
    birth_year = CASE WHEN birth_month = 0 THEN CAST(@birth_year AS BIGINT) ELSE birth_year END,
    birth_month = CASE WHEN birth_month = 0 THEN CAST(@birth_month AS BIGINT) ELSE birth_month END
WHERE program_id = @program_id AND id = @member_id
RETURNING *;
