-- name: insertProof :exec
INSERT INTO keys (name, proof) VALUES ('fiel', $1) ON CONFLICT (name) DO NOTHING;

-- name: proof :one
SELECT proof FROM keys WHERE name = 'fiel';
