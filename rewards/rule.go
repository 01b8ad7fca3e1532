package rewards

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"fiel/db"
	"fiel/members"
)

// Kinds of rules. The first three give points, of which the best counts; stamps stand beside points; the others multiply points.
const (
	AmountRule   = "amount"   // points per amount of money
	QuantityRule = "quantity" // points per number of things: kilometres, nights
	VisitRule    = "visit"    // points per visit, however much was spent
	StampRule    = "stamp"    // stamps of a card, a visit or a thing each
	TenderRule   = "tender"   // times, on what was paid that way
	WindowRule   = "window"   // times, at some hours of some weekdays
	CampaignRule = "campaign" // times, between two dates
)

// AddRule makes a rule of the program; it counts for purchases from now on. The first amount rule that counts for every sale and line
// is the main one, to which the members' carry belongs, and so is the first one after that was retired. Errors: db.Invalid with what
// to change, db.Missing for a store, level or reward that there is none of, db.Conflict for the name of a rule that counts: the same file
// read twice would fill two cards of stamps with every coffee.
func AddRule(ctx context.Context, tx *db.Tx, p members.Program, n NewRule) (Rule, error) {
	if err := n.check(ctx, tx, p); err != nil {
		return Rule{}, err
	}
	live, err := Rules(ctx, tx, p.ID)
	if err != nil {
		return Rule{}, err
	}
	if slices.ContainsFunc(live, func(r Rule) bool { return r.Name == n.Name }) {
		return Rule{}, db.Errorf(db.Conflict, "there is a rule %q already: retire it first, or take another name", n.Name)
	}
	row := n.row()
	r, err := New(tx).insertRule(ctx, insertRuleParams{
		ProgramID: p.ID, ID: tx.ID(), Name: row.Name, Kind: row.Kind, Step: row.Step, Points: row.Points, Times: row.Times,
		Carries: row.Carries, Minimum: row.Minimum, Main: n.general() && !hasMain(live), Categories: row.Categories, Products: row.Products,
		Stores: row.Stores, Tiers: row.Tiers, Tender: row.Tender, Weekdays: row.Weekdays, FromMinute: row.FromMinute,
		UntilMinute: row.UntilMinute, StartsDay: row.StartsDay, EndsDay: row.EndsDay, GapMinutes: row.GapMinutes, Counts: row.Counts,
		RewardID: row.RewardID, CreatedAt: tx.Now,
	})
	if db.Taken(err, "rules_main") {
		return Rule{}, db.Errorf(db.Busy, "another main rule has just been made: try again")
	}
	return r, err
}

func hasMain(rules []Rule) bool {
	for _, r := range rules {
		if r.Main {
			return true
		}
	}
	return false
}

// Rules lists the rules that count today, the main one first.
func Rules(ctx context.Context, tx *db.Tx, program int64) ([]Rule, error) {
	return New(tx).liveRules(ctx, program)
}

// RulesAt lists the rules that counted at a moment (unix milliseconds), the main one first: a late purchase and a refund are judged
// by them. Before the first rule was made, the first one counts.
func RulesAt(ctx context.Context, tx *db.Tx, program, at int64) ([]Rule, error) {
	return New(tx).rulesAt(ctx, program, at)
}

// RetireRule ends a rule; purchases of before are still judged by it. db.Missing when the program has no such rule today.
func RetireRule(ctx context.Context, tx *db.Tx, program, id int64) error {
	n, err := New(tx).retireRule(ctx, retireRuleParams{ProgramID: program, ID: id, RetiredAt: tx.Now})
	if err == nil && n == 0 {
		return db.Errorf(db.Missing, "there is no rule %d: see `fiel rule list`", id)
	}
	return err
}

// row is the rule as it is kept, without its keys.
func (n NewRule) row() Rule {
	r := Rule{
		Name: strings.TrimSpace(n.Name), Kind: n.Kind, Step: n.Step, Points: n.Points, Times: 1000, Carries: n.Carries, Minimum: n.Minimum,
		Categories: column(n.Categories), Products: column(n.Products), Stores: column(n.Stores), Tiers: column(n.Tiers),
		Tender: n.Tender, Weekdays: column(n.Weekdays), FromMinute: int64(n.From), UntilMinute: int64(n.Until),
		StartsDay: n.Starts, EndsDay: n.Ends, GapMinutes: n.GapMinutes, Counts: n.Counts, RewardID: n.Reward,
	}
	if n.Times != 0 {
		r.Times = int64(n.Times)
	}
	if r.Counts == "" {
		r.Counts = CountsVisits
	}
	return r
}

// Draft is what the rule would be made from: written as JSON, [ReadRules] takes it again. db.Internal for a rule whose lists cannot be
// read.
func (r Rule) Draft() (n NewRule, err error) {
	n = NewRule{
		Name: r.Name, Kind: r.Kind, Step: r.Step, Points: r.Points, Carries: r.Carries, Minimum: r.Minimum, Tender: r.Tender,
		From: Clock(r.FromMinute), Until: Clock(r.UntilMinute), Starts: r.StartsDay, Ends: r.EndsDay, GapMinutes: r.GapMinutes,
		Reward: r.RewardID,
	}
	if r.Kind == StampRule {
		n.Counts = r.Counts
	}
	if r.Times != 1000 {
		n.Times = Times(r.Times)
	}
	for _, read := range []func() error{
		into(&n.Categories, r.Categories), into(&n.Products, r.Products), into(&n.Stores, r.Stores), into(&n.Tiers, r.Tiers),
		into(&n.Weekdays, r.Weekdays),
	} {
		if err := read(); err != nil {
			return NewRule{}, err
		}
	}
	return n, nil
}

func into[T any](to *[]T, text string) func() error {
	return func() (err error) {
		*to, err = list[T](text)
		return err
	}
}

// column writes a list as its column is kept.
func column[T any](all []T) string {
	if len(all) == 0 {
		return "[]"
	}
	b, err := json.Marshal(all)
	if err != nil {
		panic(err) // texts and numbers always marshal
	}
	return string(b)
}
