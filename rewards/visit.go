package rewards

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"fiel/db"
	"fiel/members"
)

// localClock is how the store's clock is written down.
const localClock = "2006-01-02T15:04"

const minute = 60 * 1000 // milliseconds

// Facts are what decides the worth of a sale beside the sale and the rules: of the member, of the moment, and of the program's
// settings then. They are kept with the purchase, so that a refund is judged by them whatever has changed since.
type Facts struct {
	Scope
	Local  string  `json:"local,omitempty"`  // the store's clock
	Carry  int64   `json:"carry,omitempty"`  // the member's, minor units
	Level  int64   `json:"level,omitempty"`  // id of the member's level before the sale
	Times  int64   `json:"times,omitempty"`  // its multiplier, thousandths; 0 is 1000
	Capped bool    `json:"capped,omitempty"` // the program has a cap of points per member and day,
	Room   int64   `json:"room,omitempty"`   // and so many were left under it
	Soon   []int64 `json:"soon,omitempty"`   // rules whose gap since the last visit had not passed

	Store     int64  `json:"-"` // of the purchase
	LevelName string `json:"-"`
}

// factsOf finds them. It asks the database only for what the program uses: a level, a cap, a gap between visits.
func factsOf(ctx context.Context, tx *db.Tx, p members.Program, m members.Member, sold Purchase, rules []Rule) (Facts, error) {
	scope, err := ScopeOf(p)
	if err != nil {
		return Facts{}, err
	}
	f := Facts{Scope: scope, Local: sold.Local, Carry: m.Carry, Store: sold.Store}
	if f.Local == "" {
		f.Local = Local(p.Location(), min(sold.At, tx.Now))
	}
	if err := f.addLevel(ctx, tx, p, m); err != nil {
		return Facts{}, err
	}
	if f.Soon, err = tooSoon(ctx, tx, m, min(sold.At, tx.Now), rules); err != nil || p.PointsPerDay == 0 {
		return f, err
	}
	n, err := New(tx).pointsOnDay(ctx, pointsOnDayParams{ProgramID: p.ID, MemberID: m.ID, Day: sold.day(f)})
	f.Capped, f.Room = true, max(0, p.PointsPerDay-n)
	return f, err
}

// addLevel notes the level that the member has before the sale.
func (f *Facts) addLevel(ctx context.Context, tx *db.Tx, p members.Program, m members.Member) error {
	level, err := LevelOf(ctx, tx, p, m)
	f.Level, f.LevelName = level.ID, level.Name
	if level.Times != 1000 {
		f.Times = level.Times
	}
	return err
}

// tooSoon lists the rules whose gap has not passed: another visit counted for them less than that before the sale, or after it where
// this one is reported late.
func tooSoon(ctx context.Context, tx *db.Tx, m members.Member, at int64, rules []Rule) (soon []int64, err error) {
	for _, r := range rules {
		if r.GapMinutes == 0 || m.ID == 0 {
			continue
		}
		gap := r.GapMinutes * minute
		n, err := New(tx).visitsAround(ctx, visitsAroundParams{ProgramID: m.ProgramID, MemberID: m.ID, RuleID: r.ID, After: at - gap, Before: at + gap})
		if err != nil {
			return nil, err
		}
		if n > 0 {
			soon = append(soon, r.ID)
		}
	}
	return soon, nil
}

// keepVisit writes down what later sales of the member are judged by: which visits counted, and how much of the day's cap is used.
func keepVisit(ctx context.Context, tx *db.Tx, p members.Program, m members.Member, sold Purchase, e Earned, rules []Rule) error {
	for _, r := range rules {
		if r.GapMinutes == 0 || !slices.Contains(e.visited, r.ID) {
			continue
		}
		err := New(tx).insertVisit(ctx, insertVisitParams{ProgramID: p.ID, MemberID: m.ID, RuleID: r.ID, At: min(sold.At, tx.Now), PurchaseID: sold.ID})
		if err != nil {
			return err
		}
	}
	if !e.Facts.Capped || e.Points == 0 {
		return nil
	}
	n, err := New(tx).takeRoom(ctx, takeRoomParams{ProgramID: p.ID, MemberID: m.ID, Day: sold.day(e.Facts), N: e.Points, Cap: p.PointsPerDay})
	if err == nil && n == 0 {
		err = db.Errorf(db.Busy, "another purchase is being credited to this member: try again")
	}
	return err
}

// day is the local date that the purchase belongs to.
func (p Purchase) day(f Facts) string {
	if p.Day == "" && len(f.Local) >= len(time.DateOnly) {
		return f.Local[:len(time.DateOnly)]
	}
	return p.Day
}

// Local is the clock of a place at an instant (unix milliseconds), as [Purchase] takes it.
func Local(zone *time.Location, at int64) string {
	return time.UnixMilli(at).In(zone).Format(localClock)
}

// list reads a column that is a JSON list.
func list[T any](column string) (all []T, err error) {
	if column == "" || column == "[]" {
		return nil, nil
	}
	if err := json.Unmarshal([]byte(column), &all); err != nil {
		return nil, db.Errorf(db.Internal, "the list %q cannot be read: %w", column, err)
	}
	return all, nil
}
