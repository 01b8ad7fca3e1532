package rewards

import (
	"context"
	"strings"
	"time"

	"fiel/db"
	"fiel/members"
)

const (
	dayMillis = 24 * 60 * 60 * 1000
	// sealAfter is how long after the end of a day nothing of that day is written any more, in milliseconds.
	sealAfter = 60 * 60 * 1000
)

// SealDays seals the closed days (UTC) of a program, oldest first, at most limit, and says how many it did. A seal holds the number and
// the SHA-256 of the day's rows of each table that never changes, chained to the seal before: whoever changes, adds or removes a row
// later has to make every seal since anew, and the last one may be kept elsewhere. A day is closed an hour after its end; a day on which
// nothing was written gets no seal.
//
// It reads a day on a snapshot, without holding up anybody's writing, and may run in any number of processes at once: a day gets one
// seal.
func SealDays(ctx context.Context, d *db.DB, p members.Program, limit int64) (n int64, err error) {
	for more := true; more && n < limit && err == nil && ctx.Err() == nil; {
		var s Seal
		var before string
		err = d.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			s, before, more, err = nextSeal(ctx, tx, p.ID)
			return err
		})
		if err != nil || !more {
			return n, err
		}
		var rows int64
		err = d.Write(ctx, db.Bulk, func(ctx context.Context, tx *db.Tx) (err error) {
			rows, err = New(tx).insertSeal(ctx, insertSealParams{
				ProgramID: s.ProgramID, Day: s.Day, RowsSealed: s.RowsSealed, Parts: s.Parts, Hash: s.Hash, Before: before,
			})
			return err
		})
		n += rows
	}
	return n, err
}

// LastSeal is the newest seal, if there is one. Kept outside the database it proves that no seal was made anew.
func LastSeal(ctx context.Context, tx *db.Tx, program int64) (s Seal, ok bool, err error) {
	rows, err := New(tx).lastSeal(ctx, program)
	if err != nil || len(rows) == 0 {
		return Seal{}, false, err
	}
	return rows[0], true, nil
}

// nextSeal works out the seal of the first day after the last one that has rows and is closed.
func nextSeal(ctx context.Context, tx *db.Tx, program int64) (s Seal, before string, ok bool, err error) {
	last, sealed, err := LastSeal(ctx, tx, program)
	if err != nil {
		return Seal{}, "", false, err
	}
	from := int64(0)
	if sealed {
		day, err := dayNumber(last.Day)
		if err != nil {
			return Seal{}, "", false, err
		}
		from = (day + 1) * dayMillis
	}
	if tx.Now < from+dayMillis+sealAfter {
		return Seal{}, "", false, nil
	}
	day, found, err := firstDay(ctx, tx, program, from)
	if err != nil || !found || tx.Now < (day+1)*dayMillis+sealAfter {
		return Seal{}, "", false, err
	}
	s = Seal{ProgramID: program, Day: dayText(day)}
	if s.Parts, s.RowsSealed, err = sealDay(ctx, tx, program, day); err != nil {
		return Seal{}, "", false, err
	}
	s.Hash = sealHash(last.Hash, program, s.Day, s.Parts)
	return s, last.Day, true, nil
}

// firstDay is the first day from an instant on with a row in any table.
func firstDay(ctx context.Context, tx *db.Tx, program, from int64) (day int64, found bool, err error) {
	for _, t := range sealedTables() {
		if t.name == "lot_moves" {
			continue // of an entry
		}
		var at int64
		query := "SELECT COALESCE(MIN(at), -1) FROM " + t.name + " WHERE program_id = $1 AND at >= $2"
		if err := tx.QueryRowContext(ctx, query, program, from).Scan(&at); err != nil {
			return 0, false, err
		}
		if at >= 0 && (!found || at/dayMillis < day) {
			day, found = at/dayMillis, true
		}
	}
	return day, found, nil
}

// sealDay hashes the rows of a day.
func sealDay(ctx context.Context, tx *db.Tx, program, day int64) (parts string, rows int64, err error) {
	var lines []string
	for _, t := range sealedTables() {
		all, err := t.day(ctx, tx, program, day)
		if err != nil {
			return "", 0, err
		}
		line, n := sealLine(t.name, all)
		lines, rows = append(lines, line), rows+n
	}
	return strings.Join(lines, "\n"), rows, nil
}

// day reads the rows of a day in the order of their keys. The + 0 keeps the database from reading the whole table in that order: it is
// the index on the instant that finds a day.
func (s sealedTable) day(ctx context.Context, tx *db.Tx, program, day int64) (all []sealedRun, err error) {
	query := "SELECT " + s.row(tx.Dialect()) + " FROM " + s.name + " AS t WHERE t.program_id = $1 AND t.at >= $2 AND t.at < $3 ORDER BY t.id + 0"
	if s.name == "lot_moves" {
		query = "SELECT " + s.row(tx.Dialect()) + ` FROM entries AS e JOIN lot_moves AS t ON t.program_id = e.program_id AND t.entry_id = e.id
			WHERE e.program_id = $1 AND e.at >= $2 AND e.at < $3 ORDER BY t.entry_id + 0, t.lot_id + 0`
	}
	r, key := newRuns(0), make([]int64, 1)
	err = eachText(ctx, tx, query, []any{program, day * dayMillis, (day + 1) * dayMillis}, func(text []byte) error {
		if _, err := fields(text, key); err != nil {
			return err
		}
		if block := key[0] / sealBlock; block != r.block {
			all, r = append(all, r.done()...), newRuns(block)
		}
		r.add(day, text)
		return nil
	})
	return append(all, r.done()...), err
}

func dayText(day int64) string { return time.UnixMilli(day * dayMillis).UTC().Format(time.DateOnly) }

// dayNumber is the day of a seal, counted from 1970.
func dayNumber(day string) (int64, error) {
	t, err := time.Parse(time.DateOnly, day)
	if err != nil {
		return 0, db.Errorf(db.Internal, "a seal is of %q, which is no day", day)
	}
	return t.UnixMilli() / dayMillis, nil
}
