package rewards

import (
	"context"
	"slices"
	"time"

	"fiel/db"
	"fiel/members"
)

// Kinds of actions. Of join, referral and birthday a program has one at a time: Fiel itself knows when they happen.
const (
	JoinAction     = "join"     // instead of the program's join bonus
	ReferralAction = "referral" // for bringing a friend who buys
	BirthdayAction = "birthday" // on the day, once a year
	ReviewAction   = "review"
	NewsAction     = "newsletter"
	SocialAction   = "social" // follows the shop somewhere
	OwnAction      = "own"    // whatever the shop thinks of
)

// Spans in which an action may be had so many times.
const (
	PerDay   = "day"
	PerMonth = "month"
	PerYear  = "year"
	Lifetime = "lifetime"
)

// NoLimit is how often an action may be had that has no limit.
const NoLimit = -1

// NewAction is what an action is made from, as Go and as the JSON of a file.
type NewAction struct {
	Name         string `json:"name"`          // at most 40 letters: members read it
	Kind         string `json:"kind"`          // join, referral, birthday, review, newsletter, social or own
	Points       int64  `json:"points"`        // for the member
	FriendPoints int64  `json:"friend_points"` // referral: for the friend
	Minimum      int64  `json:"minimum"`       // referral: earning money of the friend's purchase that counts, minor units
	Reward       int64  `json:"reward"`        // a voucher with it, or instead: the number of a reward in the catalogue
	RewardID     int64  `json:"reward_id"`     // the same by id, for rewards that are only given
	NextDay      bool   `json:"next_day"`      // its voucher is good from the next day on
	Per          string `json:"per"`           // day, month, year or lifetime; '' is the kind's own: year for birthday and referral, else lifetime
	Times        int64  `json:"times"`         // how often in that span; referral: friends. 0 is the kind's own, 10 for referral, else 1; -1: no limit
	Total        int64  `json:"total"`         // how often in all; 0: no limit
	Starts       string `json:"starts"`        // first local day, 2027-03-01; '': from now on
	Ends         string `json:"ends"`          // last local day; '': no end
}

// complete fills in what the kind of the action says of itself.
func (n *NewAction) complete() {
	often, per := int64(1), Lifetime
	switch n.Kind {
	case ReferralAction:
		often, per = 10, PerYear
	case BirthdayAction:
		per = PerYear
	}
	if n.Times == 0 {
		n.Times = often
	}
	if n.Per == "" {
		n.Per = per
	}
}

func (n *NewAction) validate() error {
	ok := false
	if n.Name, ok = members.Line(n.Name, 40); !ok {
		return db.Errorf(db.Invalid, "an action needs a name of at most 40 letters: members read it")
	}
	kinds := []string{JoinAction, ReferralAction, BirthdayAction, ReviewAction, NewsAction, SocialAction, OwnAction}
	switch {
	case !slices.Contains(kinds, n.Kind):
		return db.Errorf(db.Invalid, "%q is no kind of action: join, referral, birthday, review, newsletter, social or own", n.Kind)
	case n.Points < 0 || n.Points > 1_000_000 || n.FriendPoints < 0 || n.FriendPoints > 1_000_000:
		return db.Errorf(db.Invalid, "an action gives 0 to 1,000,000 points")
	case n.Minimum < 0 || n.Minimum > maxCarry:
		return db.Errorf(db.Invalid, "the minimum of an action is not below zero")
	case n.Kind != ReferralAction && (n.FriendPoints != 0 || n.Minimum != 0):
		return db.Errorf(db.Invalid, "only a referral has points for a friend and a minimum purchase")
	case n.Reward != 0 && n.RewardID != 0:
		return db.Errorf(db.Invalid, "say the reward by its number or by its id, not both")
	case n.Points == 0 && n.FriendPoints == 0 && n.Reward == 0 && n.RewardID == 0:
		return db.Errorf(db.Invalid, "an action gives points, or a reward, or both")
	case n.NextDay && n.Reward == 0 && n.RewardID == 0:
		return db.Errorf(db.Invalid, "only a reward can wait for the next day")
	}
	return n.limits()
}

// limits refuses limits that make no sense, and those that the kind does not leave open.
func (n *NewAction) limits() error {
	switch {
	case !slices.Contains([]string{PerDay, PerMonth, PerYear, Lifetime}, n.Per):
		return db.Errorf(db.Invalid, "%q is no span: day, month, year or lifetime", n.Per)
	case n.Times < NoLimit || n.Times > 1_000_000:
		return db.Errorf(db.Invalid, "an action may be had 1 to 1,000,000 times in its span, or -1 for no limit")
	case n.Total < 0 || n.Total > 1_000_000_000:
		return db.Errorf(db.Invalid, "the total of an action is not below zero; leave it out for no limit")
	case n.Kind == JoinAction && (n.Times != 1 || n.Per != Lifetime):
		return db.Errorf(db.Invalid, "the gift for joining is given once in a lifetime")
	case n.Kind == BirthdayAction && (n.Times != 1 || n.Per != PerYear):
		return db.Errorf(db.Invalid, "the gift for a birthday is given once a year")
	}
	return nil
}

// period is the days of the action as instants: from the first of one to before the first after the other.
func (n *NewAction) period(zone *time.Location) (starts, ends int64, err error) {
	if n.Starts != "" {
		if starts, err = begins(n.Starts, zone, 0); err != nil {
			return 0, 0, err
		}
	}
	if n.Ends != "" {
		if ends, err = begins(n.Ends, zone, 1); err != nil {
			return 0, 0, err
		}
	}
	if ends != 0 && ends <= starts {
		return 0, 0, db.Errorf(db.Invalid, "an action ends on the day it starts or later")
	}
	return starts, ends, nil
}

// begins is the first instant of the day that lies so many days after the one written.
func begins(written string, zone *time.Location, days int) (int64, error) {
	day, err := time.ParseInLocation(time.DateOnly, written, zone)
	if err != nil {
		return 0, db.Errorf(db.Invalid, "%q is no day: write it as 2027-03-01", written)
	}
	return firstInstant(day, days), nil
}

// AddAction makes an action of the program. Errors: db.Conflict when its name is taken, or there is one of a kind of which there is
// one at a time; db.Missing for a reward that does not exist; db.Invalid with what to change.
func AddAction(ctx context.Context, tx *db.Tx, p members.Program, n NewAction) (Action, error) {
	n.complete()
	if err := n.validate(); err != nil {
		return Action{}, err
	}
	starts, ends, err := n.period(p.Location())
	if err != nil {
		return Action{}, err
	}
	reward, err := n.reward(ctx, tx, p)
	if err != nil {
		return Action{}, err
	}
	a, err := New(tx).insertAction(ctx, insertActionParams{
		ProgramID: p.ID, ID: tx.ID(), Name: n.Name, Kind: n.Kind, Points: n.Points, FriendPoints: n.FriendPoints, Minimum: n.Minimum, RewardID: reward,
		NextDay: n.NextDay, Per: n.Per, Times: max(n.Times, 0), Total: n.Total, StartsAt: starts, EndsAt: ends, CreatedAt: tx.Now,
	})
	switch {
	case db.Taken(err, "actions_name"):
		return Action{}, db.Errorf(db.Conflict, "there is an action named %q already", n.Name)
	case db.Taken(err, "actions_single"):
		return Action{}, db.Errorf(db.Conflict, "there is an action for %s already: retire it first", n.Kind)
	}
	return a, err
}

// reward is the id of the reward that comes with the action, 0 for none.
func (n *NewAction) reward(ctx context.Context, tx *db.Tx, p members.Program) (int64, error) {
	if n.Reward != 0 {
		r, err := New(tx).rewardByNumber(ctx, p.ID, n.Reward)
		return r.ID, orMissing(err, "there is no reward %d", n.Reward)
	}
	if n.RewardID == 0 {
		return 0, nil
	}
	r, err := New(tx).rewardByID(ctx, p.ID, n.RewardID)
	if err == nil && r.RetiredAt != 0 {
		return 0, db.Errorf(db.Missing, "reward %d is off the list", n.RewardID)
	}
	return r.ID, orMissing(err, "there is no reward with the id %d", n.RewardID)
}

// Actions lists the actions of a program that are not retired, by name.
func Actions(ctx context.Context, tx *db.Tx, program int64) ([]Action, error) {
	return New(tx).liveActions(ctx, program)
}

// ActionByName answers db.Missing when the program has no such action.
func ActionByName(ctx context.Context, tx *db.Tx, program int64, name string) (Action, error) {
	a, err := New(tx).actionByName(ctx, program, name)
	return a, orMissing(err, "there is no action %q: see `fiel action list`", name)
}

// RetireAction ends an action and its codes; what was given stays. The name is free again. db.Missing when there is none.
func RetireAction(ctx context.Context, tx *db.Tx, program int64, name string) (Action, error) {
	a, err := ActionByName(ctx, tx, program, name)
	if err != nil {
		return Action{}, err
	}
	n, err := New(tx).retireAction(ctx, retireActionParams{ProgramID: program, ID: a.ID, RetiredAt: tx.Now})
	if err == nil && n == 0 {
		return Action{}, db.Errorf(db.Missing, "somebody else has just retired %q", name)
	}
	if err != nil {
		return Action{}, err
	}
	return a, New(tx).retireCodes(ctx, retireCodesParams{ProgramID: program, ActionID: a.ID, RetiredAt: tx.Now})
}

// span names the stretch of time that a local day (2027-03-05) lies in, as far as the action's limit goes: the day, 2027-03, 2027, or
// ” for a lifetime.
func (a Action) span(day string) string {
	switch a.Per {
	case PerDay:
		return day
	case PerMonth:
		return day[:len("2027-03")]
	case PerYear:
		return day[:len("2027")]
	}
	return ""
}

// Running says whether the action may be had at a moment (unix milliseconds).
func (a Action) Running(at int64) bool {
	return a.RetiredAt == 0 && a.StartsAt <= at && (a.EndsAt == 0 || at < a.EndsAt)
}
