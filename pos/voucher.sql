-- name: voucherEvent :one
SELECT * FROM voucher_events WHERE program_id = $1 AND till_id = $2 AND kind = $3 AND ref = $4;

-- name: insertVoucherEvent :execrows
INSERT INTO voucher_events (program_id, till_id, kind, ref, meant, voucher_id, answer, at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (program_id, till_id, kind, ref) DO NOTHING;
