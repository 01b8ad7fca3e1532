package rewards

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"fiel/db"
)

// seals are those of a program when its proof began.
type seals struct {
	rows []Seal
	last int64 // day of the last one, counted from 1970; -1 without any
}

func (s *seals) none() bool { return len(s.rows) == 0 }

// readSeals reads the seals, proves their chain, and looks for the triggers that keep what may never change.
func (p *proof) readSeals(ctx context.Context) error {
	p.seals.last = -1
	after := ""
	for more := true; more; {
		var page []Seal
		err := p.read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			page, err = New(tx).sealsAfter(ctx, sealsAfterParams{ProgramID: p.program, Day: after, Most: 1000})
			return err
		})
		if err != nil {
			return err
		}
		if more = len(page) > 0; more {
			after = page[len(page)-1].Day
			p.seals.rows = append(p.seals.rows, page...)
		}
	}
	before := ""
	for _, s := range p.seals.rows {
		if s.Hash != sealHash(before, p.program, s.Day, s.Parts) {
			p.found("I2", "the seal of %s was changed, or does not follow the one before it", 0, s.Day)
		}
		day, err := dayNumber(s.Day)
		if err != nil {
			return err
		}
		before, p.seals.last = s.Hash, day
	}
	p.Sealed, p.Seal = int64(len(p.seals.rows)), before
	return p.read(ctx, p.readTriggers)
}

// readTriggers looks for the triggers of every table that is only added to.
func (p *proof) readTriggers(ctx context.Context, tx *db.Tx) error {
	query := "SELECT name FROM sqlite_master WHERE type = 'trigger' AND sql LIKE '%BEFORE%RAISE(ABORT%'"
	if tx.Dialect() == db.Postgres {
		query = `SELECT t.tgname FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid JOIN pg_namespace AS n ON n.oid = c.relnamespace
			JOIN pg_proc AS f ON f.oid = t.tgfoid WHERE n.nspname = CURRENT_SCHEMA() AND f.proname = 'append_only' AND t.tgenabled IN ('O', 'A')`
	}
	there := map[string]bool{}
	err := eachText(ctx, tx, query, nil, func(name []byte) error { there[string(name)] = true; return nil })
	if err != nil {
		return err
	}
	tables := []string{"seals"}
	for _, t := range sealedTables() {
		tables = append(tables, t.name)
	}
	for _, table := range tables {
		for _, change := range []string{"update", "delete"} {
			if !there[table+"_no_"+change] {
				p.found("I2", "nothing keeps rows of %s from %s: its trigger is gone", 0, table, change)
			}
		}
	}
	return nil
}

// readSealed hashes a block of a table.
func (r *reader) readSealed(ctx context.Context, tx *db.Tx, t sealedTable, block int64) error {
	n, found := make([]int64, 2), newRuns(block)
	err := r.block(ctx, tx, "SELECT "+t.row(tx.Dialect())+" FROM "+t.name+inBlock("id", "t.id"), block, func(text []byte) error {
		_, err := fields(text, n)
		if day := n[1] / dayMillis; day <= r.seals.last {
			found.add(day, text)
		}
		return err
	})
	r.runs[t.name] = append(r.runs[t.name], found.done()...)
	return err
}

// settleSeals compares what was read of each day with its seal. Days that have none, between those that have, had no rows.
func (p *proof) settleSeals(context.Context) error {
	sealed := map[int64][]string{}
	for _, s := range p.seals.rows {
		day, err := dayNumber(s.Day)
		if err != nil {
			return err
		}
		sealed[day] = strings.Split(s.Parts, "\n")
	}
	for i, t := range sealedTables() {
		days := p.days(t.name)
		for day, lines := range sealed {
			if i < len(lines) {
				p.compare(t.name, day, lines[i], days[day])
			}
		}
		for day := range days {
			if sealed[day] == nil {
				_, n := sealLine(t.name, days[day])
				p.found("I2", "%s: %s has %d rows of a day that had none when the next one was sealed", 0, dayText(day), t.name, n)
			}
		}
	}
	slices.SortStableFunc(p.findings, func(a, b Finding) int { return cmp.Compare(a.Invariant, b.Invariant) })
	return nil
}

// days are the runs of a table by their day, in the order of their blocks.
func (p *proof) days(table string) map[int64][]sealedRun {
	days := map[int64][]sealedRun{}
	for _, r := range p.readers {
		for _, one := range r.runs[table] {
			days[one.day] = append(days[one.day], one)
		}
	}
	for _, all := range days {
		slices.SortFunc(all, func(a, b sealedRun) int { return cmp.Compare(a.block, b.block) })
	}
	return days
}

func (p *proof) compare(table string, day int64, sealed string, runs []sealedRun) {
	line, n := sealLine(table, runs)
	if line == sealed {
		return
	}
	var name string
	var were int64
	if _, err := fmt.Sscan(sealed, &name, &were); err != nil || were == n {
		p.found("I2", "%s: rows of %s were changed after the day was sealed", 0, dayText(day), table)
		return
	}
	p.found("I2", "%s: %s has %d rows, %d were sealed", 0, dayText(day), table, n, were)
}
