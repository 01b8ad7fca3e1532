-- name: automaticRewards :many
-- What a balance reaches of the rewards that are issued by themselves, the dearest first.
SELECT * FROM rewards
WHERE program_id = @program_id AND automatic AND retired_at = 0 AND cost <= @balance
    AND stock <> 0 AND starts_at <= @latest AND (ends_at = 0 OR ends_at > @now)
ORDER BY cost DESC, id LIMIT 10;
