package rewards

import (
	"context"
	"reflect"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"fiel/db"
	"fiel/members"
)

// What a stamp rule counts.
const (
	CountsVisits = "visit" // one stamp a visit
	CountsItems  = "item"  // one for each thing
)

// NewRule is what a rule is made from, in Go and as a JSON file (see [ReadRules]). The tag `of` says for which kinds of rules a field
// is, `want` what is expected in it.
type NewRule struct {
	Name       string   `json:"name" want:"a text of at most 80 letters"`
	Kind       string   `json:"kind" want:"amount, quantity, visit, stamp, tender, window or campaign"`
	Step       int64    `json:"step,omitempty" of:"amount quantity stamp" want:"a whole number: minor units of money, things, or the stamps that fill a card"`
	Points     int64    `json:"points,omitempty" of:"amount quantity visit" want:"a whole number from 1 to 1000000"`
	Times      Times    `json:"times,omitempty" of:"tender window campaign" want:"a number above 1 and at most 10, with at most three decimals"`
	Carries    bool     `json:"carry,omitempty" of:"amount" want:"true or false"`
	Minimum    int64    `json:"minimum,omitempty" of:"amount quantity visit stamp tender window campaign" want:"a whole number of minor units"`
	Categories []string `json:"categories,omitempty" of:"amount quantity stamp" want:"a list of texts"`
	Products   []string `json:"products,omitempty" of:"amount quantity stamp" want:"a list of texts, the sku of each"`
	Stores     []int64  `json:"stores,omitempty" of:"amount quantity visit stamp tender window campaign" want:"a list of ids of stores"`
	Tiers      []int64  `json:"tiers,omitempty" of:"amount quantity visit stamp tender window campaign" want:"a list of ids of levels"`
	Tender     string   `json:"tender,omitempty" of:"tender" want:"cash, card, store_card, gift_card or other"`
	Weekdays   []string `json:"weekdays,omitempty" of:"window campaign" want:"a list of mon, tue, wed, thu, fri, sat, sun"`
	From       Clock    `json:"from,omitempty" of:"window campaign" want:"a time such as \"16:00\""`
	Until      Clock    `json:"until,omitempty" of:"window campaign" want:"a time such as \"18:00\", up to \"24:00\""`
	Starts     string   `json:"starts,omitempty" of:"campaign" want:"a date such as \"2027-12-01\""`
	Ends       string   `json:"ends,omitempty" of:"campaign" want:"a date such as \"2027-12-24\""`
	GapMinutes int64    `json:"gap_minutes,omitempty" of:"visit stamp" want:"a whole number of minutes up to 525600"`
	Counts     string   `json:"counts,omitempty" of:"stamp" want:"visit or item"`
	Reward     int64    `json:"reward,omitempty" of:"stamp" want:"the id of a reward"`
}

// general says whether the rule counts for every sale and line of everybody, as the main one has to.
func (n NewRule) general() bool {
	return n.Kind == AmountRule && !n.byLine() && len(n.Stores)+len(n.Tiers) == 0
}

// byLine says whether the rule counts for some lines only.
func (n NewRule) byLine() bool { return len(n.Categories)+len(n.Products) > 0 }

var (
	ruleKinds = []string{AmountRule, QuantityRule, VisitRule, StampRule, TenderRule, WindowRule, CampaignRule}
	weekdays  = []string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"} // as time.Weekday counts
	tenders   = []string{"cash", "card", "store_card", "gift_card", "other"}
)

// validate finds the first field that makes no sense. It does not look into the database.
func (n NewRule) validate() error {
	switch name := strings.TrimSpace(n.Name); {
	case name == "" || utf8.RuneCountInString(name) > 80 || !legible(name):
		return db.Errorf(db.Invalid, "name: a rule needs one, a text of at most 80 letters")
	case !slices.Contains(ruleKinds, n.Kind):
		return db.Errorf(db.Invalid, "kind: %q is no kind of rule; it is amount, quantity, visit, stamp, tender, window or campaign", n.Kind)
	}
	for f, v := range reflect.ValueOf(n).Fields() {
		kinds, some := f.Tag.Lookup("of")
		if some && !v.IsZero() && !slices.Contains(strings.Fields(kinds), n.Kind) {
			return db.Errorf(db.Invalid, "%s: a rule of kind %s has none; it is for %s", fieldName(f), n.Kind, strings.ReplaceAll(kinds, " ", ", "))
		}
	}
	for _, check := range []func() error{n.checkNumbers, n.checkTimes, n.checkStamps, n.checkLists} {
		if err := check(); err != nil {
			return err
		}
	}
	return nil
}

// fieldName is a field as the JSON file calls it.
func fieldName(f reflect.StructField) string {
	name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
	return name
}

func (n NewRule) checkNumbers() error {
	gives := n.Kind == AmountRule || n.Kind == QuantityRule || n.Kind == VisitRule
	switch {
	case gives && (n.Points < 1 || n.Points > 1_000_000):
		return db.Errorf(db.Invalid, "points: a rule gives 1 to 1,000,000 points")
	case n.Kind == AmountRule && (n.Step < 1 || n.Step > maxCarry):
		return db.Errorf(db.Invalid, "step: say for how much money the points are given, at least one minor unit")
	case n.Kind == QuantityRule && (n.Step < 1 || n.Step > 1_000_000):
		return db.Errorf(db.Invalid, "step: say for how many things the points are given, 1 to 1,000,000")
	case n.Minimum < 0 || n.Minimum > maxCarry:
		return db.Errorf(db.Invalid, "minimum: a whole number of minor units from 0 to %d", maxCarry)
	case n.Carries && !n.general():
		return db.Errorf(db.Invalid, "carry: only a rule that counts for every line, store and level can carry")
	}
	return nil
}

func (n NewRule) checkTimes() error {
	multiplies := n.Kind == TenderRule || n.Kind == WindowRule || n.Kind == CampaignRule
	switch {
	case multiplies && (n.Times <= 1000 || n.Times > maxTimes):
		return db.Errorf(db.Invalid, "times: a multiplier is above 1 and at most 10")
	case n.Kind == TenderRule && !slices.Contains(tenders, n.Tender):
		return db.Errorf(db.Invalid, "tender: it is one of %s; a voucher and points are no money", strings.Join(tenders, ", "))
	case n.From < 0 || n.From > 23*60+59:
		return db.Errorf(db.Invalid, `from: a time from "00:00" to "23:59"`)
	case n.Until < 0 || n.Until > 24*60:
		return db.Errorf(db.Invalid, `until: a time from "00:00" to "24:00"`)
	case n.Kind == WindowRule && len(n.Weekdays) == 0 && n.From == 0 && n.Until == 0:
		return db.Errorf(db.Invalid, "weekdays: a window needs weekdays, or from and until, or both")
	case n.Kind == CampaignRule && n.Starts == "" && n.Ends == "":
		return db.Errorf(db.Invalid, "ends: a campaign needs a date on which it starts or ends")
	case !isDate(n.Starts):
		return db.Errorf(db.Invalid, "starts: %q is no date such as 2027-12-01", n.Starts)
	case !isDate(n.Ends):
		return db.Errorf(db.Invalid, "ends: %q is no date such as 2027-12-24", n.Ends)
	case n.Ends != "" && n.Ends < n.Starts:
		return db.Errorf(db.Invalid, "ends: a campaign does not end before it starts")
	}
	return nil
}

func (n NewRule) checkStamps() error {
	switch {
	case n.GapMinutes < 0 || n.GapMinutes > 365*24*60:
		return db.Errorf(db.Invalid, "gap_minutes: 0 to 525600 minutes, a year")
	case n.Kind != StampRule:
		return nil
	case n.Step < 1 || n.Step > 1000:
		return db.Errorf(db.Invalid, "step: a card is full with 1 to 1,000 stamps")
	case n.Counts != "" && n.Counts != CountsVisits && n.Counts != CountsItems:
		return db.Errorf(db.Invalid, "counts: %q is neither visit nor item", n.Counts)
	case n.Counts == CountsItems && n.GapMinutes != 0:
		return db.Errorf(db.Invalid, "gap_minutes: a gap is between visits; this rule counts items")
	case n.Reward == 0:
		return db.Errorf(db.Invalid, "reward: say which reward a full card gives, by its id")
	}
	return nil
}

func (n NewRule) checkLists() error {
	if most := max(len(n.Categories), len(n.Products), len(n.Stores), len(n.Tiers)); most > 200 {
		return db.Errorf(db.Invalid, "a list of a rule has at most 200 values; one has %d", most)
	}
	for _, s := range slices.Concat(n.Categories, n.Products) {
		if strings.TrimSpace(s) == "" || utf8.RuneCountInString(s) > 200 || !legible(s) {
			return db.Errorf(db.Invalid, "categories, products: each is a text of at most 200 letters, none is empty")
		}
	}
	for _, day := range n.Weekdays {
		if !slices.Contains(weekdays, day) {
			return db.Errorf(db.Invalid, "weekdays: %q is none of mon, tue, wed, thu, fri, sat, sun", day)
		}
	}
	return nil
}

// legible says whether a text can be kept and shown.
func legible(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, unicode.IsControl)
}

func isDate(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return s == "" || err == nil
}

// check validates the rule and finds what it names in the program.
func (n NewRule) check(ctx context.Context, tx *db.Tx, p members.Program) error {
	if err := n.validate(); err != nil {
		return err
	}
	for _, id := range n.Stores {
		if _, err := members.StoreByID(ctx, tx, p.ID, id); err != nil {
			return err
		}
	}
	for _, id := range n.Tiers {
		if _, err := New(tx).tierByID(ctx, p.ID, id); err != nil {
			return orMissing(err, "there is no level %d", id)
		}
	}
	if n.Reward != 0 {
		if _, err := New(tx).rewardByID(ctx, p.ID, n.Reward); err != nil {
			return orMissing(err, "there is no reward with the id %d", n.Reward)
		}
	}
	return nil
}
