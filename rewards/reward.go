package rewards

import (
	"context"
	"strings"

	"fiel/db"
	"fiel/members"
)

// Kinds of rewards.
const (
	PercentOff  = "percent"    // value: 1 to 100 per cent
	AmountOff   = "amount"     // value: minor units off a sale
	FreeItem    = "item"       // value: what it is worth, minor units; 0 if not said
	GiftCard    = "gift_card"  // value: minor units to buy with
	Experience  = "experience" // one of up to three that the member chooses from; value as for an item
	Donation    = "donation"   // value: minor units that a charity gets; used as it is issued
	Cashback    = "cashback"   // value: minor units of credit
	DigitalCode = "code"       // one of an uploaded list, a phone's top-up for example; value as for an item; used as it is issued
	Physical    = "physical"   // a thing to take along; value as for an item
)

// Unlimited is the stock of a reward that never runs out.
const Unlimited = -1

// NewReward is what a reward is made from.
type NewReward struct {
	Number  int64 // 1 to 99, what the member texts: CANJEAR 1. 0 takes the lowest free one
	Name    string
	Kind    string // percent, amount or item
	Value   int64
	Cost    int64 // points
	Stock   int64 // Unlimited for no limit
	Minimum int64 // purchase that it asks for, minor units
	Days    int64 // to use its voucher, 1 to 365
}

func (n NewReward) validate() error {
	_, named := members.Line(n.Name, 40)
	switch {
	case n.Number < 0 || n.Number > 99:
		return db.Errorf(db.Invalid, "the number of a reward is 1 to 99")
	case !named:
		return db.Errorf(db.Invalid, "a reward needs a name of at most 40 letters: it stands in texts")
	case n.Cost < 1 || n.Cost > MaxDelta:
		return db.Errorf(db.Invalid, "a reward costs at least one point")
	case n.Stock < Unlimited:
		return db.Errorf(db.Invalid, "the stock of a reward is not below zero; leave it out for no limit")
	case n.Minimum < 0 || n.Minimum > maxCarry:
		return db.Errorf(db.Invalid, "the minimum purchase of a reward is not below zero")
	case n.Days < 1 || n.Days > 365:
		return db.Errorf(db.Invalid, "a voucher can be used for 1 to 365 days")
	}
	return checkValue(n.Kind, n.Value)
}

// checkValue refuses what a reward or voucher of that kind cannot be worth.
func checkValue(kind string, value int64) error {
	switch {
	case kind == PercentOff && (value < 1 || value > 100):
		return db.Errorf(db.Invalid, "a reward takes 1 to 100 per cent off")
	case kind == AmountOff && (value < 1 || value > maxCarry):
		return db.Errorf(db.Invalid, "a reward takes at least one minor unit off")
	case kind == FreeItem && (value < 0 || value > maxCarry):
		return db.Errorf(db.Invalid, "a free item is not worth less than nothing")
	case kind != PercentOff && kind != AmountOff && kind != FreeItem:
		return db.Errorf(db.Invalid, "%q is no kind of reward: percent, amount or item", kind)
	}
	return nil
}

// AddReward puts a reward into the catalogue. Errors: db.Conflict when its number is taken, db.Invalid with what to change.
func AddReward(ctx context.Context, tx *db.Tx, p members.Program, n NewReward) (Reward, error) {
	n.Name = strings.Join(strings.Fields(n.Name), " ")
	if err := n.validate(); err != nil {
		return Reward{}, err
	}
	all, err := Catalogue(ctx, tx, p)
	if err != nil {
		return Reward{}, err
	}
	if n.Number, err = freeNumber(all, n.Number); err != nil {
		return Reward{}, err
	}
	r, err := New(tx).insertReward(ctx, insertRewardParams{
		ProgramID: p.ID, ID: tx.ID(), Number: n.Number, Name: n.Name, Kind: n.Kind, Value: n.Value, Cost: n.Cost, Stock: n.Stock,
		Minimum: n.Minimum, Days: n.Days, CreatedAt: tx.Now,
	})
	if db.Taken(err, "rewards_number") {
		return Reward{}, db.Errorf(db.Conflict, "there is a reward %d already", n.Number)
	}
	return r, err
}

func freeNumber(all []Reward, wanted int64) (int64, error) {
	taken := map[int64]bool{}
	for _, r := range all {
		taken[r.Number] = true
	}
	if wanted != 0 {
		if taken[wanted] {
			return 0, db.Errorf(db.Conflict, "there is a reward %d already: retire it first, or take another number", wanted)
		}
		return wanted, nil
	}
	for n := int64(1); n <= 99; n++ {
		if !taken[n] {
			return n, nil
		}
	}
	return 0, db.Errorf(db.Refused, "a catalogue has at most 99 rewards: retire one first")
}

// Catalogue lists the rewards that can be had today by number, those that have run out included.
func Catalogue(ctx context.Context, tx *db.Tx, p members.Program) ([]Reward, error) {
	return New(tx).catalogue(ctx, p.ID)
}

// RetireReward takes a reward out of the catalogue; vouchers of it stay good, and its number is free. db.Missing when there is none
// with that number.
func RetireReward(ctx context.Context, tx *db.Tx, program, number int64) error {
	n, err := New(tx).retireReward(ctx, retireRewardParams{ProgramID: program, Number: number, RetiredAt: tx.Now})
	if err == nil && n == 0 {
		return db.Errorf(db.Missing, "there is no reward %d", number)
	}
	return err
}

// Gone says whether the reward has run out.
func (r Reward) Gone() bool { return r.Stock == 0 }
