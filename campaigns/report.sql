-- name: runTexts :many
-- The texts of a run by all that a report tells apart, with one number of each country's for the price.
SELECT messages.state, messages.reason, messages.error, messages.wording,
    COALESCE(members.store_id, 0) AS store_id, CAST(SUBSTR(messages.phone, 1, 7) AS TEXT) AS prefix, CAST(MIN(messages.phone) AS TEXT) AS phone,
    CASE WHEN messages.price_unit = CAST(@unit AS TEXT) AND messages.price <> 0 THEN 1 ELSE 0 END AS priced, COUNT(*) AS texts,
    CAST(COALESCE(SUM(messages.parts), 0) AS BIGINT) AS parts, CAST(COALESCE(SUM(messages.price), 0) AS BIGINT) AS price
FROM messages LEFT JOIN members ON members.program_id = messages.program_id AND members.id = messages.member_id
WHERE messages.program_id = @program_id AND messages.run_id = @run_id AND messages.run_id <> 0 AND messages.member_id <> 0
GROUP BY 1, 2, 3, 4, 5, 6, 8;

-- name: runVouchers :many
SELECT state, store_id, COUNT(*) AS vouchers FROM vouchers WHERE program_id = $1 AND run_id = $2 AND run_id <> 0 GROUP BY state, store_id;

-- name: wordingVouchers :many
-- Vouchers used, by the wording of the text they came with. Here and below the text of a member is looked up by the member: run_id + 0
-- keeps a database that has counted nothing yet from reading the whole run for each.
SELECT used.wording, COUNT(*) AS vouchers FROM (
    SELECT CAST(COALESCE((SELECT MAX(messages.wording) FROM messages WHERE messages.program_id = vouchers.program_id
        AND messages.member_id = vouchers.member_id AND messages.run_id + 0 = vouchers.run_id), '') AS TEXT) AS wording
    FROM vouchers WHERE vouchers.program_id = $1 AND vouchers.run_id = $2 AND vouchers.run_id <> 0 AND vouchers.state = 'redeemed') AS used
WHERE used.wording <> '' GROUP BY used.wording;

-- name: runOptOuts :many
-- Members who said no after their text had left, until the end of the offer or for a while, whichever is later; those who left all texts
-- among them. Their wording, - of the only one.
SELECT no.wording, COUNT(DISTINCT no.member_id) AS members, COUNT(DISTINCT CASE WHEN no.kind = 'service' THEN no.member_id END) AS from_all FROM (
    SELECT consents.member_id, consents.kind, CAST(COALESCE((SELECT MAX(CASE WHEN messages.wording = '' THEN '-' ELSE messages.wording END) FROM messages
        WHERE messages.program_id = consents.program_id AND messages.member_id = consents.member_id AND messages.run_id + 0 = CAST(@run_id AS BIGINT)
          AND messages.sent_at <> 0 AND consents.at >= messages.sent_at
          AND (consents.at < CAST(@ends_at AS BIGINT) OR consents.at < messages.sent_at + CAST(@aftermath AS BIGINT))), '') AS TEXT) AS wording
    FROM consents WHERE consents.program_id = @program_id AND consents.at >= @starts_at
      AND consents.at < CAST(@ends_at AS BIGINT) + CAST(@aftermath AS BIGINT) AND NOT consents.given) AS no
WHERE no.wording <> '' GROUP BY no.wording;

-- name: runReplies :many
-- What texted members wrote in that time, but for what ends texts.
SELECT back.wording, COUNT(*) AS texts FROM (
    SELECT CAST(COALESCE((SELECT MAX(CASE WHEN messages.wording = '' THEN '-' ELSE messages.wording END) FROM messages
        WHERE messages.program_id = inbound.program_id AND messages.member_id = inbound.member_id AND messages.run_id + 0 = CAST(@run_id AS BIGINT)
          AND messages.sent_at <> 0 AND inbound.at >= messages.sent_at
          AND (inbound.at < CAST(@ends_at AS BIGINT) OR inbound.at < messages.sent_at + CAST(@aftermath AS BIGINT))), '') AS TEXT) AS wording
    FROM inbound WHERE inbound.program_id = @program_id AND inbound.at >= @starts_at
      AND inbound.at < CAST(@ends_at AS BIGINT) + CAST(@aftermath AS BIGINT)
      AND inbound.member_id <> 0 AND inbound.opt_out <> 'STOP' AND inbound.command NOT IN ('STOP', 'PROMOS', 'ERASE')) AS back
WHERE back.wording <> '' GROUP BY back.wording;

-- name: vouchersUsed :one
SELECT CAST(COALESCE(SUM(CASE WHEN vouchers.state = 'redeemed' THEN 1 ELSE 0 END), 0) AS BIGINT) AS used,
    CAST(COALESCE(SUM(CASE WHEN vouchers.state = 'cancelled' THEN 0 ELSE 1 END), 0) AS BIGINT) AS granted
FROM vouchers WHERE vouchers.program_id = $1 AND vouchers.run_id = $2 AND vouchers.run_id <> 0;
