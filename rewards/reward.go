package rewards

import (
	"context"

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
	Given   bool  // has no number: it is only given, or issued by itself, and never bought
	Name    string
	Kind    string
	Value   int64
	Cost    int64 // points; 0 only for what is given
	Stock   int64 // Unlimited for no limit
	Minimum int64 // purchase that it asks for, minor units
	Days    int64 // to use its voucher, 1 to 365

	Choices    []string // experience: none, or two or three names the member chooses from
	Charity    string   // donation: who gets it
	Categories []string // one of these, or of the products, has to be in the sale; none of both: any sale
	Products   []string // sku
	Stores     []int64  // where its vouchers are good; none: in all
	Tier       int64    // for members of this level and above; 0: for everybody
	Automatic  bool     // issued by itself as soon as the points are there
	NextDay    bool     // good from the day after
	StartsAt   int64    // can be had from then on, unix milliseconds; levels with early access before. 0: at once
	EndsAt     int64    // exclusive; 0: no end
}

// AddReward puts a reward into the catalogue. Errors: db.Conflict when its number is taken, db.Missing for a store or level that is
// not there, db.Invalid with what to change.
func AddReward(ctx context.Context, tx *db.Tx, p members.Program, n NewReward) (Reward, error) {
	n = n.tidy()
	if err := n.validate(tx.Now); err != nil {
		return Reward{}, err
	}
	if err := n.known(ctx, tx, p); err != nil {
		return Reward{}, err
	}
	if err := n.numbered(ctx, tx, p); err != nil {
		return Reward{}, err
	}
	r, err := New(tx).insertReward(ctx, insertRewardParams{
		ProgramID: p.ID, ID: tx.ID(), Number: n.Number, Name: n.Name, Kind: n.Kind, Value: n.Value, Cost: n.Cost, Choices: jsonList(n.Choices),
		Charity: n.Charity, Categories: jsonList(n.Categories), Products: jsonList(n.Products), Stores: storeList(n.Stores), TierID: n.Tier,
		Automatic: n.Automatic, NextDay: n.NextDay, StartsAt: n.StartsAt, EndsAt: n.EndsAt, Stock: n.Stock, Minimum: n.Minimum, Days: n.Days,
		CreatedAt: tx.Now,
	})
	if db.Taken(err, "rewards_number") {
		return Reward{}, db.Errorf(db.Conflict, "there is a reward %d already", n.Number)
	}
	return r, err
}

// known makes sure that the stores and the level are the program's.
func (n NewReward) known(ctx context.Context, tx *db.Tx, p members.Program) error {
	for _, id := range n.Stores {
		if _, err := members.StoreByID(ctx, tx, p.ID, id); err != nil {
			return err
		}
	}
	if n.Tier == 0 {
		return nil
	}
	levels, err := Levels(ctx, tx, p.ID)
	if _, ok := levels.ByID(n.Tier); err == nil && !ok {
		return db.Errorf(db.Missing, "there is no level %d: see `fiel tier list`", n.Tier)
	}
	return err
}

// numbered gives the reward its number: the one wanted, or the lowest free one.
func (n *NewReward) numbered(ctx context.Context, tx *db.Tx, p members.Program) error {
	if n.Given {
		return nil
	}
	all, err := Catalogue(ctx, tx, p)
	if err == nil {
		n.Number, err = freeNumber(all, n.Number)
	}
	return err
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

// Rewards lists every reward of today by number, those that are only given first.
func Rewards(ctx context.Context, tx *db.Tx, program int64) ([]Reward, error) {
	return New(tx).liveRewards(ctx, program)
}

// Catalogue lists the rewards that can be bought today by number, for whatever level, those that have run out included.
func Catalogue(ctx context.Context, tx *db.Tx, p members.Program) ([]Reward, error) {
	return New(tx).catalogue(ctx, p.ID)
}

// RewardByNumber finds a reward of the catalogue; db.Missing when none has that number today.
func RewardByNumber(ctx context.Context, tx *db.Tx, program, number int64) (Reward, error) {
	r, err := New(tx).rewardByNumber(ctx, program, number)
	return r, orMissing(err, "there is no reward %d", number)
}

// RewardByID finds a reward, also one that is off the list; db.Missing when the program has none with that id.
func RewardByID(ctx context.Context, tx *db.Tx, program, id int64) (Reward, error) {
	r, err := New(tx).rewardByID(ctx, program, id)
	return r, orMissing(err, "there is no reward with id %d", id)
}

// RetireReward takes a reward out of the catalogue; vouchers of it stay good, and its number is free. db.Missing when there is none
// with that number.
func RetireReward(ctx context.Context, tx *db.Tx, program, number int64) error {
	r, err := RewardByNumber(ctx, tx, program, number)
	if err != nil {
		return err
	}
	return RetireRewardByID(ctx, tx, program, r.ID)
}

// RetireRewardByID is [RetireReward] for one that may have no number; db.Missing when it is off the list already.
func RetireRewardByID(ctx context.Context, tx *db.Tx, program, id int64) error {
	n, err := New(tx).retireReward(ctx, retireRewardParams{ProgramID: program, ID: id, RetiredAt: tx.Now})
	if err == nil && n == 0 {
		return db.Errorf(db.Missing, "there is no reward with id %d on the list", id)
	}
	return err
}

// Gone says whether the reward has run out.
func (r Reward) Gone() bool { return r.Stock == 0 }

// ChoiceNames are what the member chooses from, none for most rewards.
func (r Reward) ChoiceNames() []string { return readList(r.Choices) }
