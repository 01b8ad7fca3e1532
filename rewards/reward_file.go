package rewards

import (
	"context"
	"strings"
	"time"

	"fiel/db"
	"fiel/members"
)

const (
	aMinute = "2006-01-02 15:04" // how a file writes a time
	aDay    = time.DateOnly
)

// Reward is what the file asks for, with the stores and the level found by their names. Errors: db.Missing for one that is not there,
// db.Invalid for a time that cannot be read.
func (f RewardFile) Reward(ctx context.Context, tx *db.Tx, p members.Program) (NewReward, error) {
	n := NewReward{
		Name: f.Name, Kind: f.Kind, Value: f.Value, Cost: f.Cost, Stock: Unlimited, Minimum: f.Minimum, Days: 7, Choices: f.Choices,
		Charity: f.Charity, Categories: f.Categories, Products: f.Products, Automatic: f.Automatic, NextDay: f.NextDay,
	}
	if f.Number != nil {
		n.Number, n.Given = *f.Number, *f.Number == 0
	}
	if f.Stock != nil {
		n.Stock = *f.Stock
	}
	if f.Days != nil {
		n.Days = *f.Days
	}
	var err error
	if n.StartsAt, err = readTime(p, "starts", f.Starts, 0); err != nil {
		return NewReward{}, err
	}
	if n.EndsAt, err = readTime(p, "ends", f.Ends, 1); err != nil {
		return NewReward{}, err
	}
	if n.Stores, err = storesNamed(ctx, tx, p, f.Stores); err != nil || f.Level == "" {
		return n, err
	}
	levels, err := Levels(ctx, tx, p.ID)
	if err != nil {
		return NewReward{}, err
	}
	level, err := levels.ByName(f.Level)
	n.Tier = level.ID
	return n, err
}

// readTime reads a local time, or a day, which is its first instant or that of so many days later; ” is 0.
func readTime(p members.Program, name, words string, later int) (int64, error) {
	words = strings.TrimSpace(words)
	if words == "" {
		return 0, nil
	}
	if at, err := time.ParseInLocation(aMinute, words, p.Location()); err == nil && at.UnixMilli() > 0 {
		return at.UnixMilli(), nil
	}
	day, err := time.ParseInLocation(aDay, words, p.Location())
	if err != nil || day.UnixMilli() <= 0 {
		return 0, db.Errorf(db.Invalid, "%q has to be a date such as 2027-03-05, or with a time, 2027-03-05 10:00", name)
	}
	return firstInstant(day, later), nil
}

func storesNamed(ctx context.Context, tx *db.Tx, p members.Program, names []string) (ids []int64, err error) {
	if len(names) == 0 {
		return nil, nil
	}
	all, err := members.Stores(ctx, tx, p.ID)
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		found := int64(0)
		for _, s := range all {
			if strings.EqualFold(s.Name, strings.Join(strings.Fields(name), " ")) {
				found = s.ID
			}
		}
		if found == 0 {
			return nil, db.Errorf(db.Missing, "there is no store %q", name)
		}
		ids = append(ids, found)
	}
	return ids, nil
}

// FileOf is a reward as [ReadRewards] reads it back.
func FileOf(ctx context.Context, tx *db.Tx, p members.Program, r Reward) (RewardFile, error) {
	f := RewardFile{
		Number: &r.Number, Name: r.Name, Kind: r.Kind, Value: r.Value, Cost: r.Cost, Choices: r.ChoiceNames(), Charity: r.Charity,
		Categories: readList(r.Categories), Products: readList(r.Products), Automatic: r.Automatic, NextDay: r.NextDay,
		Starts: writeTime(p, r.StartsAt), Ends: writeTime(p, r.EndsAt), Minimum: r.Minimum, Days: &r.Days,
	}
	if r.Stock != Unlimited {
		f.Stock = &r.Stock
	}
	stores, err := members.Stores(ctx, tx, p.ID)
	for _, s := range stores {
		if r.Stores != "" && (Voucher{Stores: r.Stores}).ValidIn(s.ID) {
			f.Stores = append(f.Stores, s.Name)
		}
	}
	if err != nil || r.TierID == 0 {
		return f, err
	}
	level, err := New(tx).tierByID(ctx, p.ID, r.TierID)
	f.Level = level.Name
	return f, err
}

func writeTime(p members.Program, at int64) string {
	if at == 0 {
		return ""
	}
	return time.UnixMilli(at).In(p.Location()).Format(aMinute)
}
