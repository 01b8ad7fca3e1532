-- name: insertProgram :one
INSERT INTO programs (id, name, contact, country, currency, zone, language, countries, join_bonus, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
RETURNING *;

-- name: program :one
SELECT * FROM programs WHERE id = $1;

-- name: programs :many
SELECT * FROM programs ORDER BY id;

-- name: setTextingHours :execrows
UPDATE programs SET quiet_from = $2, quiet_until = $3 WHERE id = $1;

-- name: setSetting :one
-- One setting of a program, by name.
UPDATE programs SET
    name = CASE WHEN @setting = 'name' THEN CAST(@words AS TEXT) ELSE name END,
    contact = CASE WHEN @setting = 'contact' THEN CAST(@words AS TEXT) ELSE contact END,
    countries = CASE WHEN @setting = 'countries' THEN CAST(@words AS TEXT) ELSE countries END,
    language = CASE WHEN @setting = 'language' THEN CAST(@words AS TEXT) ELSE language END,
    leap_day = CASE WHEN @setting = 'leap_day' THEN CAST(@words AS TEXT) ELSE leap_day END,
    refund_policy = CASE WHEN @setting = 'refund_policy' THEN CAST(@words AS TEXT) ELSE refund_policy END,
    never_earns = CASE WHEN @setting = 'never_earns' THEN CAST(@words AS TEXT) ELSE never_earns END,
    tier_by = CASE WHEN @setting = 'tier_by' THEN CAST(@words AS TEXT) ELSE tier_by END,
    tier_window = CASE WHEN @setting = 'tier_window' THEN CAST(@words AS TEXT) ELSE tier_window END,
    closed_days = CASE WHEN @setting = 'closed_days' THEN CAST(@words AS TEXT) ELSE closed_days END,
    prices = CASE WHEN @setting = 'prices' THEN CAST(@words AS TEXT) ELSE prices END,
    price_unit = CASE WHEN @setting = 'price_unit' THEN CAST(@words AS TEXT) ELSE price_unit END,
    net_of_tax = CASE WHEN @setting = 'net_of_tax' THEN CAST(@number AS BIGINT) = 1 ELSE net_of_tax END,
    join_bonus = CASE WHEN @setting = 'join_bonus' THEN CAST(@number AS BIGINT) ELSE join_bonus END,
    held_days = CASE WHEN @setting = 'held_days' THEN CAST(@number AS BIGINT) ELSE held_days END,
    unusual_amount = CASE WHEN @setting = 'unusual_amount' THEN CAST(@number AS BIGINT) ELSE unusual_amount END,
    credit_limit = CASE WHEN @setting = 'credit_limit' THEN CAST(@number AS BIGINT) ELSE credit_limit END,
    points_per_day = CASE WHEN @setting = 'points_per_day' THEN CAST(@number AS BIGINT) ELSE points_per_day END,
    movements_per_day = CASE WHEN @setting = 'movements_per_day' THEN CAST(@number AS BIGINT) ELSE movements_per_day END,
    point_value = CASE WHEN @setting = 'point_value' THEN CAST(@number AS BIGINT) ELSE point_value END,
    tier_grace_days = CASE WHEN @setting = 'tier_grace_days' THEN CAST(@number AS BIGINT) ELSE tier_grace_days END,
    tier_swept = CASE WHEN @setting IN ('tier_by', 'tier_window', 'tier_grace_days') THEN 0 ELSE tier_swept END, -- everybody's level is looked at anew
    texts_per_day = CASE WHEN @setting = 'texts_per_day' THEN CAST(@number AS BIGINT) ELSE texts_per_day END,
    texts_per_week = CASE WHEN @setting = 'texts_per_week' THEN CAST(@number AS BIGINT) ELSE texts_per_week END,
    parts_per_day = CASE WHEN @setting = 'parts_per_day' THEN CAST(@number AS BIGINT) ELSE parts_per_day END,
    quiet_from = CASE WHEN @setting = 'texting_hours' THEN CAST(@number AS BIGINT) ELSE quiet_from END,
    quiet_until = CASE WHEN @setting = 'texting_hours' THEN CAST(@until AS BIGINT) ELSE quiet_until END
WHERE id = @id
RETURNING *;

-- name: setExpiry :one
-- A new rule for the end of points, unless somebody has just set one.
UPDATE programs SET expiry = @expiry, expiry_months = @months, expiry_proof = @proof, expiry_warn_days = @warn_days,
    expiry_gen = @next_gen, expiry_changed_at = @changed_at,
    expiry_was = @was, expiry_was_months = @was_months
WHERE id = @id AND expiry_gen = @gen
RETURNING *;

-- name: setDated :exec
UPDATE programs SET expiry_dated_gen = $2 WHERE id = $1 AND expiry_gen = $2 AND expiry_dated_gen < $2;

-- name: setPublicURL :execrows
UPDATE programs SET public_url = $1 WHERE public_url <> $1;
