package rewards

import (
	"context"
	"time"

	"fiel/db"
	"fiel/members"
)

// Modes of expiry.
const (
	NoExpiry   = "none"
	Rolling    = "rolling"    // so many months after they were earned, good to the end of that month
	Inactivity = "inactivity" // so many months after the member's last entry, all together
)

// Expiry is a program's rule for the end of points.
type Expiry struct {
	Mode     string
	Months   int64 // 1 to 120; 0 with NoExpiry
	Proof    bool  // points lapse only 7 days after a warning arrived
	WarnDays int64 // how long before their end a member is warned, 0 to 90; 0: not at all
}

// ExpiryOf is the rule of a program.
func ExpiryOf(p members.Program) Expiry {
	return Expiry{Mode: p.Expiry, Months: p.ExpiryMonths, Proof: p.ExpiryProof, WarnDays: p.ExpiryWarnDays}
}

// Validate answers db.Invalid with what to change.
func (x Expiry) Validate() error {
	switch {
	case x.Mode != NoExpiry && x.Mode != Rolling && x.Mode != Inactivity:
		return db.Errorf(db.Invalid, "%q is no way to expire: none, rolling or inactivity", x.Mode)
	case x.Mode == NoExpiry && x.Months != 0:
		return db.Errorf(db.Invalid, "points that never expire have no months: leave them out, or choose rolling or inactivity")
	case x.Mode != NoExpiry && (x.Months < 1 || x.Months > 120):
		return db.Errorf(db.Invalid, "points last 1 to 120 months")
	case x.WarnDays < 0 || x.WarnDays > 90:
		return db.Errorf(db.Invalid, "a warning goes out up to 90 days before; 0 is no warning")
	case x.Proof && x.WarnDays < 7:
		return db.Errorf(db.Invalid, "with proof a warning has to arrive 7 days before: warn at least 7 days ahead")
	}
	return nil
}

// end is when points end that were earned at an instant, or whose member was last active then: exclusive, the last day included.
func (x Expiry) end(zone *time.Location, from int64) int64 {
	year, month, day := time.UnixMilli(from).In(zone).Date()
	month += time.Month(x.Months)
	switch x.Mode {
	case Rolling:
		return dayBegins(zone, year, month+1, 1)
	case Inactivity:
		return dayBegins(zone, year, month, min(day, daysIn(year, month))+1)
	}
	return never
}

// lapse is when points that end then are gone: with proof no sooner than a warning says.
func (x Expiry) lapse(end int64) int64 {
	if x.Proof {
		return never
	}
	return end
}

// SetExpiry gives the program another rule for the end of points and writes the act down. It touches no points: [DateAnew] brings them
// under the rule, a few at a time. Only more or fewer days of warning change nothing about the points themselves.
//
// Errors: db.Invalid for a rule that is none; db.Busy while points are still being brought under the rule before, or when somebody has
// just set another.
func SetExpiry(ctx context.Context, tx *db.Tx, p members.Program, x Expiry, by members.Act) (members.Program, error) {
	if err := x.Validate(); err != nil {
		return p, err
	}
	p, err := members.ProgramByID(ctx, tx, p.ID)
	old := ExpiryOf(p)
	if err != nil || x == old {
		return p, err
	}
	same := old
	same.WarnDays = x.WarnDays
	if same != x && p.ExpiryDatedGen < p.ExpiryGen {
		return p, db.Errorf(db.Busy, "the points are still being brought under the last change: try again in a while")
	}
	p, err = members.SetExpiry(ctx, tx, p, members.Expiry(x), same != x)
	if err != nil {
		return p, err
	}
	by.Action, by.Before, by.After = "program.expiry", old, x
	return p, members.Record(ctx, tx, p.ID, by)
}
