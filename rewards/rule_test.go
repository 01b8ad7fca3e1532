package rewards_test

import (
	"context"
	"encoding/json"
	"reflect"
	"strings"
	"testing"

	"fiel/db"
	"fiel/rewards"
)

func TestRulesAsFiles(t *testing.T) {
	for story, c := range map[string]struct{ file, sentence string }{
		"not JSON":                   {`name: x`, "the file is not JSON"},
		"half":                       {`{"name":`, "the file is not JSON"},
		"nothing":                    {``, "the file is not JSON"},
		"an empty list":              {`[]`, "1 to 200"},
		"a number":                   {`7`, "a rule is an object"},
		"no name":                    {`{"kind":"visit","points":5}`, "name: a rule needs one"},
		"a name with a bell":         {`{"name":"a\u0007","kind":"visit","points":5}`, "name: a rule needs one"},
		"another kind":               {`{"name":"x","kind":"magic"}`, `kind: "magic" is no kind of rule`},
		"an unknown field":           {`{"name":"x","kind":"visit","point":5}`, `"point" is no field of a rule; there are name, kind`},
		"a field twice":              {`{"name":"x","kind":"visit","points":5,"points":6}`, "points: the field stands twice"},
		"another type":               {`{"name":"x","kind":"visit","points":"5"}`, "points: a whole number from 1 to 1000000 is expected"},
		"a fraction":                 {`{"name":"x","kind":"visit","points":5.5}`, "points: a whole number"},
		"null":                       {`{"name":"x","kind":"visit","points":null}`, "points: a whole number"},
		"no step":                    {`{"name":"x","kind":"amount","points":5}`, "step: say for how much money"},
		"no points":                  {`{"name":"x","kind":"amount","step":5}`, "points: a rule gives 1 to"},
		"too many points":            {`{"name":"x","kind":"visit","points":1000001}`, "points: a rule gives 1 to"},
		"a field of another kind":    {`{"name":"x","kind":"visit","points":5,"step":5}`, "step: a rule of kind visit has none; it is for amount, quantity, stamp"},
		"a carry of some lines":      {`{"name":"x","kind":"amount","points":5,"step":5,"carry":true,"categories":["a"]}`, "carry: only a rule that counts for every line"},
		"more than ten times":        {`{"name":"x","kind":"campaign","times":10.001,"ends":"2027-01-01"}`, "times: a multiplier is above 1 and at most 10"},
		"once is no multiplier":      {`{"name":"x","kind":"campaign","times":1,"ends":"2027-01-01"}`, "times: a multiplier is above 1"},
		"too fine":                   {`{"name":"x","kind":"campaign","times":1.2345,"ends":"2027-01-01"}`, "times: a number above 1 and at most 10, with at most three decimals is expected"},
		"times in words":             {`{"name":"x","kind":"campaign","times":"2","ends":"2027-01-01"}`, "times: a number"},
		"no tender":                  {`{"name":"x","kind":"tender","times":2,"tender":"points"}`, "tender: it is one of cash, card"},
		"a window of always":         {`{"name":"x","kind":"window","times":2}`, "weekdays: a window needs"},
		"no weekday":                 {`{"name":"x","kind":"window","times":2,"weekdays":["Fri"]}`, `weekdays: "Fri" is none of mon`},
		"no time":                    {`{"name":"x","kind":"window","times":2,"from":"4pm"}`, `from: a time such as "16:00" is expected`},
		"a time that is none":        {`{"name":"x","kind":"window","times":2,"from":"16:60"}`, `from: a time`},
		"a campaign without an end":  {`{"name":"x","kind":"campaign","times":2}`, "ends: a campaign needs a date"},
		"a date that is none":        {`{"name":"x","kind":"campaign","times":2,"ends":"2027-02-29"}`, `ends: "2027-02-29" is no date`},
		"an end before the start":    {`{"name":"x","kind":"campaign","times":2,"starts":"2027-02-02","ends":"2027-02-01"}`, "ends: a campaign does not end before"},
		"stamps without a reward":    {`{"name":"x","kind":"stamp","step":10}`, "reward: say which reward"},
		"a card without end":         {`{"name":"x","kind":"stamp","step":1001,"reward":1}`, "step: a card is full with 1 to"},
		"a gap between items":        {`{"name":"x","kind":"stamp","step":10,"reward":1,"counts":"item","gap_minutes":5}`, "gap_minutes: a gap is between visits"},
		"an empty category":          {`{"name":"x","kind":"amount","step":10,"points":1,"categories":[" "]}`, "none is empty"},
		"the second of two":          {`[{"name":"x","kind":"visit","points":5},{"name":"y","kind":"visit"}]`, "rule 2: points"},
		"a minimum below zero":       {`{"name":"x","kind":"visit","points":5,"minimum":-1}`, "minimum: a whole number of minor units"},
		"a gap of more than a year":  {`{"name":"x","kind":"visit","points":5,"gap_minutes":525601}`, "gap_minutes: 0 to 525600"},
		"things without a number":    {`{"name":"x","kind":"quantity","points":5}`, "step: say for how many things"},
		"stamps of something else":   {`{"name":"x","kind":"stamp","step":10,"reward":1,"counts":"smile"}`, `counts: "smile" is neither`},
		"midnight that does not end": {`{"name":"x","kind":"window","times":2,"from":"24:00"}`, `from: a time from "00:00" to "23:59"`},
	} {
		_, err := rewards.ReadRules([]byte(c.file))
		if db.CodeOf(err) != db.Invalid || !strings.Contains(err.Error(), c.sentence) {
			t.Errorf("%s: %v, want %q", story, err, c.sentence)
		}
	}
}

// every is a rule of each kind with all it can say.
const every = `[
	{"name": "1 per 10", "kind": "amount", "step": 1000, "points": 1, "carry": true, "minimum": 500},
	{"name": "Coffee", "kind": "amount", "step": 1000, "points": 3, "categories": ["café"], "products": ["C-1"]},
	{"name": "Nights", "kind": "quantity", "step": 1, "points": 50, "categories": ["night"]},
	{"name": "Visit", "kind": "visit", "points": 5, "gap_minutes": 60},
	{"name": "Store card", "kind": "tender", "times": 2, "tender": "store_card"},
	{"name": "Happy hour", "kind": "window", "times": 1.5, "weekdays": ["thu", "fri"], "from": "22:00", "until": "02:00"},
	{"name": "Advent", "kind": "campaign", "times": 1.25, "until": "24:00", "starts": "2027-12-01", "ends": "2027-12-24"}
]`

func TestRulesGoOutAsTheyCameIn(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		drafts, err := rewards.ReadRules([]byte(every))
		if err != nil {
			t.Fatal(err)
		}
		drafts = append(drafts, rewards.NewRule{
			Name: "Card", Kind: rewards.StampRule, Step: 10, Counts: rewards.CountsVisits, GapMinutes: 60, Reward: s.coffee(9).ID, Products: []string{"C-1"},
		})
		for _, n := range drafts {
			s.rule(n)
		}
		var again []rewards.NewRule
		s.read(func(ctx context.Context, tx *db.Tx) error {
			live, err := rewards.Rules(ctx, tx, s.p.ID)
			again = again[:0]
			for _, r := range live {
				n, err := r.Draft()
				if err != nil {
					return err
				}
				if r.Main != (r.Name == "1 per 10") {
					t.Errorf("%s is main: %v", r.Name, r.Main)
				}
				again = append(again, n)
			}
			return err
		})
		if !reflect.DeepEqual(again, drafts) {
			t.Errorf("%+v became %+v", drafts, again)
		}
		text, err := json.Marshal(again)
		if err != nil {
			t.Fatal(err)
		}
		if read, err := rewards.ReadRules(text); err != nil || !reflect.DeepEqual(read, drafts) {
			t.Errorf("%s is read as %+v, %v", text, read, err)
		}
	})
}

func TestARuleNamesWhatThereIs(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		for field, n := range map[string]rewards.NewRule{
			"store":  {Name: "x", Kind: rewards.VisitRule, Points: 5, Stores: []int64{99}},
			"level":  {Name: "x", Kind: rewards.VisitRule, Points: 5, Tiers: []int64{99}},
			"reward": {Name: "x", Kind: rewards.StampRule, Step: 10, Reward: 99},
		} {
			err := s.try(func(ctx context.Context, tx *db.Tx) error {
				_, err := rewards.AddRule(ctx, tx, s.p, n)
				return err
			})
			if db.CodeOf(err) != db.Missing || !strings.Contains(err.Error(), field) {
				t.Errorf("%s: %v", field, err)
			}
		}
		wantCode(t, s.try(retire(s, 99)), db.Missing)
	})
}

// A rule for some lines, stores or levels is never the main one, whichever came first.
func TestTheMainRuleCountsForEverything(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		coffee := s.rule(rewards.NewRule{Name: "Coffee", Kind: rewards.AmountRule, Step: 1000, Points: 3, Categories: []string{"coffee"}})
		visit := s.rule(rewards.NewRule{Name: "Visit", Kind: rewards.VisitRule, Points: 1})
		first := s.rule(onePerTen())
		second := s.rule(rewards.NewRule{Name: "1 per 5", Kind: rewards.AmountRule, Step: 500, Points: 1})
		if coffee.Main || visit.Main || !first.Main || second.Main {
			t.Errorf("main: %v %v %v %v", coffee.Main, visit.Main, first.Main, second.Main)
		}
	})
}
