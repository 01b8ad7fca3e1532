-- name: blankPurchases :execrows
UPDATE purchases SET body = '' WHERE (program_id, id) IN (
    SELECT p.program_id, p.id FROM purchases AS p WHERE p.program_id = $1 AND p.received_at < $2 AND p.body <> '' LIMIT $3);

-- name: blankRefunds :execrows
UPDATE refunds SET body = '' WHERE (program_id, id) IN (
    SELECT r.program_id, r.id FROM refunds AS r WHERE r.program_id = $1 AND r.received_at < $2 AND r.body <> '' LIMIT $3);

-- name: blankParked :execrows
UPDATE parked SET body = '' WHERE (program_id, id) IN (
    SELECT n.program_id, n.id FROM parked AS n WHERE n.program_id = $1 AND n.at < $2 AND n.body <> '' LIMIT $3);

-- name: dropOldHeld :execrows
UPDATE purchases SET state = 'dropped', hash = '' WHERE (program_id, id) IN (
    SELECT p.program_id, p.id FROM purchases AS p WHERE p.program_id = $1 AND p.state = 'held' AND p.occurred_at < $2 LIMIT $3);
