package sms

import (
	"context"

	"fiel/db"
)

// OnceKey is what a text to a member is known by for ever.
type OnceKey struct {
	Member int64
	Once   string
}

// Before is the row that has a once key already; ID 0 when it was pruned.
type Before struct {
	ID   int64
	Free bool // nothing of it was ever sent or tried, and nothing will: it may be dropped and planned anew, see [Plan.Drop]
}

// Told finds which of the keys were used before, also by texts that are long gone.
func (pl *Plan) Told(ctx context.Context, tx *db.Tx, keys []OnceKey) (map[OnceKey]Before, error) {
	told := map[OnceKey]Before{}
	if err := pl.toldByPruned(ctx, tx, keys, told); err != nil {
		return nil, err
	}
	err := inBatches(len(keys), func(from, to int) error {
		// A list of pairs, not "a OR b": for that SQLite would go through every text of the program.
		q := newBatch("SELECT id, member_id, once, state, attempt FROM messages WHERE program_id = $1 AND once <> '' AND (member_id, once) IN (VALUES ", pl.program.ID)
		for i, k := range keys[from:to] {
			q.text(comma(i)).text("(CAST(").value(k.Member).text(" AS BIGINT), ").value(k.Once).text(")")
		}
		q.text(")")
		return each(ctx, tx, q, func(scan scan) error {
			var k OnceKey
			var b Before
			var state, attempt string
			err := scan(&b.ID, &k.Member, &k.Once, &state, &attempt)
			b.Free = state == StateLeftOut || state == StateCancelled && attempt == ""
			told[k] = b
			return err
		})
	})
	return told, err
}

func (pl *Plan) toldByPruned(ctx context.Context, tx *db.Tx, keys []OnceKey, told map[OnceKey]Before) error {
	any, err := New(tx).keptOnce(ctx, pl.program.ID)
	if err != nil || len(any) == 0 {
		return err // hardly any program prunes
	}
	for _, k := range keys {
		n, err := New(tx).keptKey(ctx, keptKeyParams{ProgramID: pl.program.ID, Kind: "once", Key: onceKey(k.Member, k.Once)})
		if err != nil {
			return err
		}
		if n > 0 {
			told[k] = Before{}
		}
	}
	return nil
}

// Drop removes a free row (see [Before]), so that its member can be planned anew. Any other row stays, and [Plan.Insert] will find it.
func (pl *Plan) Drop(ctx context.Context, tx *db.Tx, id int64) error {
	return New(tx).dropUnsent(ctx, pl.program.ID, id)
}

// HandKeys makes what a member was told count as told to the one they are part of now: nobody hears of one birthday or one lapse twice
// because two cards became one.
func HandKeys(ctx context.Context, tx *db.Tx, program, from, into int64) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO kept_keys (program_id, kind, key)
SELECT k.program_id, 'once', CAST(CAST($3 AS BIGINT) AS TEXT) || ' ' || k.once FROM messages k
WHERE k.program_id = $1 AND k.member_id = $2 AND k.once <> '' AND k.run_id <> 0 AND k.once NOT LIKE 'run:%'
AND NOT (k.state = 'left_out' OR k.state = 'cancelled' AND k.attempt = '')
ON CONFLICT (program_id, kind, key) DO NOTHING`, program, from, into)
	return err
}
