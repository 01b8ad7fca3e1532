package rewards

import (
	"context"
	"strings"

	"fiel/db"
	"fiel/members"
)

// Kinds of rules.
const (
	AmountRule = "amount" // points per amount of money
	VisitRule  = "visit"  // points per visit, however much was spent
)

// NewRule is what a rule is made from.
type NewRule struct {
	Name    string
	Kind    string // amount or visit
	Step    int64  // amount: minor units that make Points
	Points  int64
	Carries bool  // amount: what is left below a step counts the next time
	Minimum int64 // earning money below which the rule does not count, minor units
}

func (n NewRule) validate() error {
	switch {
	case n.Name == "" || len(n.Name) > 80:
		return db.Errorf(db.Invalid, "a rule needs a name of at most 80 letters")
	case n.Kind != AmountRule && n.Kind != VisitRule:
		return db.Errorf(db.Invalid, "%q is no kind of rule: amount or visit", n.Kind)
	case n.Points < 1 || n.Points > 1_000_000:
		return db.Errorf(db.Invalid, "a rule gives 1 to 1,000,000 points")
	case n.Kind == AmountRule && (n.Step < 1 || n.Step > maxCarry):
		return db.Errorf(db.Invalid, "say for how much money the points are given, at least one minor unit")
	case n.Kind == VisitRule && (n.Step != 0 || n.Carries):
		return db.Errorf(db.Invalid, "a rule per visit has no amount and nothing to carry")
	case n.Minimum < 0 || n.Minimum > maxCarry:
		return db.Errorf(db.Invalid, "the minimum of a rule is not below zero")
	}
	return nil
}

// AddRule makes a rule of the program; it counts for purchases from now on. The first amount rule is the main one, to which the
// members' carry belongs, and so is the first one after that was retired. Errors: db.Invalid with what to change.
func AddRule(ctx context.Context, tx *db.Tx, p members.Program, n NewRule) (Rule, error) {
	n.Name = strings.TrimSpace(n.Name)
	if err := n.validate(); err != nil {
		return Rule{}, err
	}
	live, err := Rules(ctx, tx, p.ID)
	if err != nil {
		return Rule{}, err
	}
	r, err := New(tx).insertRule(ctx, insertRuleParams{
		ProgramID: p.ID, ID: tx.ID(), Name: n.Name, Kind: n.Kind, Step: n.Step, Points: n.Points, Carries: n.Carries, Minimum: n.Minimum,
		Main: n.Kind == AmountRule && !hasMain(live), CreatedAt: tx.Now,
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
		return db.Errorf(db.Missing, "there is no rule %d", id)
	}
	return err
}
