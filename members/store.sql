-- name: insertStore :one
INSERT INTO stores (program_id, id, name, merchant, zone, address, contact, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
RETURNING *;

-- name: store :one
SELECT * FROM stores WHERE program_id = $1 AND id = $2;

-- name: stores :many
SELECT * FROM stores WHERE program_id = $1 ORDER BY id;

-- name: lockStore :one
UPDATE stores SET name = name WHERE program_id = $1 AND id = $2 RETURNING *;

-- name: changeStore :one
UPDATE stores SET name = $3, merchant = $4, zone = $5, address = $6, contact = $7, redeem_share = $8, redeem_sale = $9,
    redeem_points = $10, redeem_approval = $11, reversal_minutes = $12
WHERE program_id = $1 AND id = $2
RETURNING *;
