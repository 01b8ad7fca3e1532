-- name: lastSlot :one
-- How often the member has had the action in that span.
SELECT CAST(COALESCE(MAX(slot), 0) AS BIGINT) FROM claims WHERE program_id = $1 AND action_id = $2 AND member_id = $3 AND span = $4;

-- name: claimOfSource :one
SELECT COUNT(*) FROM claims WHERE program_id = $1 AND action_id = $2 AND source = $3 AND source <> '';

-- name: insertClaim :execrows
INSERT INTO claims (program_id, action_id, member_id, span, slot, source, code, entry_id, voucher_id, actor, at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT DO NOTHING;

-- name: joinGifts :one
-- How often the member was given something for joining: points, or a voucher.
SELECT (SELECT COUNT(*) FROM entries WHERE entries.program_id = @program_id AND entries.kind = 'bonus' AND entries.source = @source)
    + (SELECT COUNT(*) FROM vouchers WHERE vouchers.program_id = @program_id AND vouchers.source = @source AND vouchers.source <> '');

-- name: birthdayMembers :many
-- Who has a birthday then, and joined and said so before; not those who had their gift in that span.
SELECT members.id FROM members
WHERE members.program_id = @program_id AND members.birth_month = @birth_month AND members.birth_day = @birth_day AND members.birth_month <> 0
    AND members.joined_at < @before AND members.birth_set_at < @before AND members.phone <> '' AND members.left_at = 0
    AND NOT EXISTS (
        SELECT 1 FROM claims WHERE claims.program_id = members.program_id AND claims.action_id = @action_id AND claims.member_id = members.id AND claims.span = @span)
ORDER BY members.id LIMIT CAST(@most AS BIGINT);
