-- name: driftRefused :many
-- Members whose last word was yes, after the provider's list began to say no; none whom a text has reached since.
SELECT m.id, m.phone, n.provider_at AS at FROM phones AS n JOIN members AS m ON m.program_id = n.program_id AND m.hash = n.hash AND m.hash <> ''
WHERE n.program_id = @program_id AND n.provider = 'stopped' AND n.provider_at > 0 AND n.suppressed_at = 0
  AND EXISTS (SELECT 1 FROM consents AS c WHERE c.program_id = m.program_id AND c.member_id = m.id AND c.given AND c.kind = 'service' AND c.at >= n.provider_at
    AND NOT EXISTS (SELECT 1 FROM consents AS d WHERE d.program_id = c.program_id AND d.member_id = c.member_id AND NOT d.given AND d.kind = 'service'
      AND d.door <> 'provider' AND d.at >= c.at))
  AND NOT EXISTS (SELECT 1 FROM messages AS t WHERE t.program_id = m.program_id AND t.member_id = m.id AND t.hash = n.hash
    AND t.state = 'delivered' AND t.sent_at >= n.provider_at)
ORDER BY n.provider_at LIMIT CAST(@most AS BIGINT);

-- name: driftUntold :many
-- Members who left here and whom the provider's list does not know as stopped.
SELECT m.id, m.phone, n.stopped_at AS at FROM members AS m JOIN phones AS n ON n.program_id = m.program_id AND n.hash = m.hash
WHERE m.program_id = @program_id AND m.left_at <> 0 AND m.left_at > 0 AND m.hash <> '' AND n.stopped_at <> 0 AND n.provider <> 'stopped'
ORDER BY m.left_at LIMIT CAST(@most AS BIGINT);

-- name: driftFailed :many
-- What the provider would not hear and is still true.
SELECT c.id, c.given, c.at, c.error, i.phone, i.member_id FROM consent_pushes AS c JOIN inbound AS i ON i.program_id = c.program_id AND i.id = c.inbound_id
  JOIN phones AS n ON n.program_id = i.program_id AND n.hash = i.hash
WHERE c.program_id = @program_id AND c.reason = 'failed' AND c.id > 0 AND i.phone <> ''
  AND (c.given AND n.stopped_at = 0 AND n.provider <> 'started' OR NOT c.given AND n.stopped_at <> 0 AND n.provider <> 'stopped')
ORDER BY c.id LIMIT CAST(@most AS BIGINT);

-- name: driftLate :many
SELECT c.id, c.given, c.at, c.error, i.phone, i.member_id FROM consent_pushes AS c JOIN inbound AS i ON i.program_id = c.program_id AND i.id = c.inbound_id
WHERE c.program_id = @program_id AND c.done_at = 0 AND c.at < @before
ORDER BY c.at LIMIT CAST(@most AS BIGINT);
