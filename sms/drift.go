package sms

import (
	"context"

	"fiel/db"
	"fiel/members"
)

// Why our consent and the provider's list differ.
const (
	DriftRefused = "refused" // consents here, and the provider refuses our texts
	DriftFailed  = "failed"  // the provider would not hear that they left or came back
	DriftLate    = "late"    // it has not heard for an hour, and is still being told
	DriftUntold  = "untold"  // left here, and the provider is not told
)

const (
	driftLateAfter = 60 * 60 * 1000 // milliseconds
	driftMost      = 10000          // rows of a kind that are looked at
)

// Drift is one number that we and the provider take differently.
type Drift struct {
	Kind   string
	Member int64 // 0: a stranger
	Phone  members.Phone
	Given  bool   // what is true here
	At     int64  // since when, unix milliseconds
	Error  string // what the provider said last, if anything
}

// Drifts lists the numbers of a program whose consent the provider's list takes otherwise than we do, as far as we heard: those who need
// somebody first ([DriftRefused], [DriftFailed]), then [DriftLate], then [DriftUntold], the oldest first; at most 10,000 of a kind.
func Drifts(ctx context.Context, tx *db.Tx, program int64) ([]Drift, error) {
	q, all, named := New(tx), []Drift{}, map[members.Phone]bool{}
	add := func(d Drift) {
		if !named[d.Phone] {
			all, named[d.Phone] = append(all, d), true
		}
	}
	refused, err := q.driftRefused(ctx, program, driftMost)
	if err != nil {
		return nil, err
	}
	for _, r := range refused {
		add(Drift{Kind: DriftRefused, Member: r.ID, Phone: members.Phone(r.Phone), Given: true, At: r.At})
	}
	failed, err := q.driftFailed(ctx, program, driftMost)
	if err != nil {
		return nil, err
	}
	for _, r := range failed {
		add(Drift{Kind: DriftFailed, Member: r.MemberID, Phone: r.Phone, Given: r.Given, At: r.At, Error: r.Error})
	}
	late, err := q.driftLate(ctx, driftLateParams{ProgramID: program, Before: tx.Now - driftLateAfter, Most: driftMost})
	if err != nil {
		return nil, err
	}
	for _, r := range late {
		add(Drift{Kind: DriftLate, Member: r.MemberID, Phone: r.Phone, Given: r.Given, At: r.At, Error: r.Error})
	}
	untold, err := q.driftUntold(ctx, program, driftMost)
	for _, r := range untold {
		add(Drift{Kind: DriftUntold, Member: r.ID, Phone: members.Phone(r.Phone), At: r.At})
	}
	return all, err
}
