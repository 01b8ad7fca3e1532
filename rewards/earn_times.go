package rewards

import (
	"math/big"
	"slices"
	"time"
)

// factor is a multiplier that applies to a sale.
type factor struct {
	Factor
	exact *big.Rat
}

// factors are the multipliers of a sale: the best of each kind. That of a tender applies to its share of the money.
func (b basket) factors(rules []term, f Facts) (all []factor) {
	if f.Times > 1000 {
		all = append(all, onAll(Factor{Kind: "level", Rule: f.Level, Name: f.LevelName, Times: Times(f.Times)}))
	}
	for _, kind := range []string{WindowRule, CampaignRule} {
		best := Factor{Kind: kind, Times: 1000}
		for _, r := range rules {
			if r.Kind == kind && Times(r.Times) > best.Times {
				best.Rule, best.Name, best.Times = r.ID, r.Name, Times(r.Times)
			}
		}
		if best.Times > 1000 {
			all = append(all, onAll(best))
		}
	}
	if t := b.tenderFactor(rules); t.Rule != 0 {
		all = append(all, t)
	}
	return all
}

// onAll is a multiplier of the whole sale.
func onAll(f Factor) factor { return factor{f, big.NewRat(int64(f.Times), 1000)} }

// tenderFactor is 1, and for each way the sale was paid the best of its rules less 1 on its share of the money. It bears the name of the
// rule that adds most.
func (b basket) tenderFactor(rules []term) factor {
	t := factor{Factor: Factor{Kind: TenderRule}, exact: big.NewRat(1, 1)}
	most := new(big.Rat)
	for _, paid := range b.tender {
		best := term{Rule: Rule{Times: 1000}}
		for _, r := range rules {
			if r.Kind == TenderRule && r.Tender == paid.Kind && r.Times > best.Times {
				best = r
			}
		}
		more := share(capped(0, paid.Amount), b.spent)
		more.Mul(more, big.NewRat(best.Times-1000, 1000))
		t.exact.Add(t.exact, more)
		if more.Cmp(most) > 0 {
			most, t.Rule, t.Name = more, best.ID, best.Name
		}
	}
	t.Times = thousandths(t.exact)
	return t
}

// thousandths rounds a multiplier down to what a row keeps.
func thousandths(r *big.Rat) Times {
	n := new(big.Rat).Mul(r, big.NewRat(1000, 1))
	return Times(floor(n))
}

// counts says whether a rule counts for a sale, but for its minimum: at this store, for this level, on this day, at this hour, and with
// its gap passed.
func (r term) counts(f Facts) bool {
	switch {
	case len(r.stores) > 0 && !slices.Contains(r.stores, f.Store):
		return false
	case len(r.tiers) > 0 && !slices.Contains(r.tiers, f.Level):
		return false
	case r.GapMinutes > 0 && slices.Contains(f.Soon, r.ID):
		return false
	}
	return r.open(f.Local)
}

// open says whether the store's clock is within the hours, weekdays and dates of a rule. The end is exclusive; hours over midnight belong
// to the day they start on.
func (r term) open(local string) bool {
	allDay := r.FromMinute == 0 && r.UntilMinute == 0
	if allDay && len(r.weekdays) == 0 && r.StartsDay == "" && r.EndsDay == "" {
		return true
	}
	at, err := time.Parse(localClock, local)
	if err != nil {
		return false
	}
	minute := int64(at.Hour()*60 + at.Minute())
	if over := r.UntilMinute <= r.FromMinute; !allDay {
		switch {
		case over && minute < r.UntilMinute:
			at = at.AddDate(0, 0, -1)
		case minute < r.FromMinute, !over && minute >= r.UntilMinute:
			return false
		}
	}
	day := at.Format(time.DateOnly)
	return (len(r.weekdays) == 0 || slices.Contains(r.weekdays, weekdays[at.Weekday()])) &&
		r.StartsDay <= day && (r.EndsDay == "" || day <= r.EndsDay)
}
