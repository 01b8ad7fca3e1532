-- name: consentedIn :many
-- Who agreed to texts in a span of time. (+ 0 keeps SQLite from going through all consents by member instead.)
SELECT DISTINCT CAST(consents.member_id + 0 AS BIGINT) AS member_id FROM consents
WHERE consents.program_id = @program_id AND consents.at >= @from_at AND consents.at < @to_at AND consents.given AND consents.member_id + 0 > @after
ORDER BY member_id LIMIT CAST(@most AS BIGINT);

-- name: latestRun :one
SELECT * FROM runs WHERE program_id = $1 AND campaign_id = $2 ORDER BY occurrence DESC LIMIT 1;

-- name: setFrozen :exec
UPDATE runs SET frozen = $3 WHERE program_id = $1 AND id = $2 AND frozen = $4;
