package sms

import (
	"context"

	"fiel/db"
)

// Cancel takes back every text that waits for a number, for a reason, and gives their room of the caps back. Texts that are on the
// wire are not touched. It returns how many it took. The caller holds the number's row (members.Touch).
func Cancel(ctx context.Context, tx *db.Tx, program int64, hash, reason string) (int64, error) {
	rows, err := New(tx).cancelNumber(ctx, cancelNumberParams{ProgramID: program, Hash: hash, Reason: reason, FinalAt: tx.Now})
	if err != nil {
		return 0, err
	}
	all := make([]booking, len(rows))
	for i, r := range rows {
		all[i] = booking{r.MemberID, r.Parts, r.CapDay, r.SpendDay, paying(r.Class, r.RunID, r.SpendDay)}
	}
	return int64(len(rows)), unbook(ctx, tx, program, all...)
}

// CancelRun takes back texts of a run that wait, at most limit (1,000) at a time, and returns how many it took: call it until 0.
func CancelRun(ctx context.Context, tx *db.Tx, program, run int64, reason string, limit int64) (int64, error) {
	rows, err := New(tx).cancelRun(ctx, cancelRunParams{
		ProgramID: program, RunID: run, Reason: reason, FinalAt: tx.Now, Most: min(limit, 1000),
	})
	if err != nil {
		return 0, err
	}
	all := make([]booking, len(rows))
	for i, r := range rows {
		all[i] = booking{r.MemberID, r.Parts, r.CapDay, r.SpendDay, paying(r.Class, r.RunID, r.SpendDay)}
	}
	return int64(len(rows)), unbook(ctx, tx, program, all...)
}

// Tally is how many texts of a run are in one state for one reason, and their parts.
type Tally struct {
	State  string
	Reason string
	Texts  int64
	Parts  int64
}

// RunTally counts the texts of a run: its audience and what became of it.
func RunTally(ctx context.Context, tx *db.Tx, program, run int64) ([]Tally, error) {
	rows, err := New(tx).tally(ctx, program, run)
	all := make([]Tally, len(rows))
	for i, r := range rows {
		all[i] = Tally(r)
	}
	return all, err
}
