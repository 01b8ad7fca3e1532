package rewards

import (
	"context"

	"fiel/db"
	"fiel/members"
)

// History lists the member's last n entries, newest first.
func History(ctx context.Context, tx *db.Tx, p members.Program, m members.Member, n int64) ([]Entry, error) {
	return New(tx).lastEntries(ctx, lastEntriesParams{ProgramID: p.ID, MemberID: m.ID, Limit: mostRows(n, 1000)})
}
