package rewards

import (
	"context"
	"fmt"
	"math/big"
	"slices"

	"fiel/db"
	"fiel/members"
)

const (
	medianDays = 90        // of purchases that say what a usual one is
	mostTimes  = 10 * 1000 // all multipliers together, thousandths
)

// GivingBack is what a scheme gives back as a share of sales.
type GivingBack struct {
	Median  int64        `json:"median"`  // the usual purchase of the last 90 days, minor units; 0: there was none
	Rule    string       `json:"rule"`    // the base rule that gives most for it; '' when none gives points for money
	Times   int64        `json:"times"`   // what all multipliers can make of it together, thousandths
	Rewards []GivingPart `json:"rewards"` // by number
	Stamps  []GivingPart `json:"stamps"`  // full cards, by rule; they come on top
	perUnit *big.Rat     // points for a minor unit
}

// GivingPart is what one reward gives back.
type GivingPart struct {
	Number  int64  `json:"number"` // 0: it has none
	Name    string `json:"name"`
	Share   int64  `json:"share"`             // tenths of a per cent of sales, rounded: 50 is 5.0 %
	UpTo    int64  `json:"up_to"`             // the same with every multiplier
	Unknown string `json:"unknown,omitempty"` // why it cannot be said; then both are 0
}

// GiveBack finds what a scheme of those rules and rewards gives back as a share of sales: the points that the best base rule gives for
// money, times what a reward makes of a point. A percent reward is worth its share of the usual purchase of the program's last 90 days.
// What rests on an amount that nobody has said is unknown. It reads only, and takes its time over many purchases.
func GiveBack(ctx context.Context, tx *db.Tx, p members.Program, rules []Rule, rewards []Reward) (GivingBack, error) {
	median, err := medianPurchase(ctx, tx, p)
	if err != nil {
		return GivingBack{}, err
	}
	levels, err := Levels(ctx, tx, p.ID)
	if err != nil {
		return GivingBack{}, err
	}
	g := GivingBack{Median: median, Times: together(rules, levels), Rewards: []GivingPart{}, Stamps: []GivingPart{}}
	g.base(rules)
	for _, r := range rewards {
		if r.Cost > 0 {
			g.Rewards = append(g.Rewards, g.reward(r))
		}
	}
	for _, rule := range rules {
		if rule.Kind == StampRule {
			g.Stamps = append(g.Stamps, g.card(rule, rewards))
		}
	}
	return g, nil
}

// medianPurchase is the middle one of the purchases of the last 90 days, the lower of two; 0 when there is none.
func medianPurchase(ctx context.Context, tx *db.Tx, p members.Program) (int64, error) {
	since := tx.Now - medianDays*24*hour
	n, err := New(tx).purchasesSince(ctx, p.ID, since)
	if err != nil || n == 0 {
		return 0, err
	}
	return New(tx).purchaseAt(ctx, purchaseAtParams{ProgramID: p.ID, Since: since, Place: (n - 1) / 2})
}

// together is the best multiplier of each kind, times that of the highest level, at most 10.
func together(rules []Rule, levels Ladder) int64 {
	best := map[string]int64{}
	for _, r := range rules {
		if slices.Contains([]string{TenderRule, WindowRule, CampaignRule}, r.Kind) {
			best[r.Kind] = max(best[r.Kind], r.Times)
		}
	}
	for _, t := range levels {
		best["level"] = max(best["level"], t.Times)
	}
	all := big.NewRat(1, 1)
	for _, times := range best {
		all.Mul(all, big.NewRat(times, 1000))
	}
	if all.Cmp(big.NewRat(mostTimes, 1000)) > 0 {
		return mostTimes
	}
	all.Mul(all, big.NewRat(1000, 1))
	return new(big.Int).Quo(all.Num(), all.Denom()).Int64()
}

// base finds the base rule that gives most points for a minor unit of the usual purchase.
func (g *GivingBack) base(rules []Rule) {
	g.perUnit = new(big.Rat)
	for _, r := range rules {
		points := new(big.Rat)
		switch {
		case r.Kind == AmountRule && r.Step > 0:
			points.SetFrac64(r.Points, r.Step)
		case r.Kind == VisitRule && g.Median > 0:
			points.SetFrac64(r.Points, g.Median)
		}
		if points.Cmp(g.perUnit) > 0 {
			g.perUnit, g.Rule = points, r.Name
		}
	}
}

// reward is what a reward gives back: points for money, times money for points.
func (g *GivingBack) reward(r Reward) GivingPart {
	worth, unknown := g.worth(r)
	if unknown == "" && g.Rule == "" {
		unknown = "no rule gives points for money"
	}
	part := GivingPart{Number: r.Number, Name: r.Name, Unknown: unknown}
	if unknown != "" {
		return part
	}
	share := new(big.Rat).Mul(worth, big.NewRat(1, r.Cost))
	share.Mul(share, g.perUnit)
	part.Share = tenths(share)
	part.UpTo = tenths(share.Mul(share, big.NewRat(g.Times, 1000)))
	return part
}

// card is what a full card of stamps gives back.
func (g *GivingBack) card(rule Rule, rewards []Reward) GivingPart {
	part := GivingPart{Name: rule.Name, Unknown: "its reward is not on the list"}
	for _, r := range rewards {
		if r.ID != rule.RewardID {
			continue
		}
		worth, unknown := g.worth(r)
		switch {
		case unknown == "" && rule.Counts != "visit":
			unknown = "what one thing costs is not known"
		case unknown == "" && g.Median == 0:
			unknown = noPurchase
		}
		if part.Unknown = unknown; unknown == "" {
			part.Share = tenths(worth.Mul(worth, new(big.Rat).SetFrac(big.NewInt(1), new(big.Int).Mul(big.NewInt(rule.Step), big.NewInt(g.Median)))))
			part.UpTo = part.Share // stamps are not multiplied
		}
	}
	return part
}

const noPurchase = "there was no purchase in the last 90 days"

// worth is the money that a reward is worth, in minor units, or why that is unknown.
func (g *GivingBack) worth(r Reward) (worth *big.Rat, unknown string) {
	switch {
	case r.Kind == PercentOff && g.Median == 0:
		return nil, noPurchase
	case r.Kind == PercentOff:
		worth = big.NewRat(r.Value, 100)
		return worth.Mul(worth, big.NewRat(g.Median, 1)), ""
	case r.Value == 0:
		return nil, "what it is worth was not said"
	}
	return big.NewRat(r.Value, 1), ""
}

// tenths is a share as tenths of a per cent, rounded half up.
func tenths(share *big.Rat) int64 {
	n := new(big.Rat).Mul(share, big.NewRat(1000, 1))
	n.Add(n, big.NewRat(1, 2))
	return new(big.Int).Div(n.Num(), n.Denom()).Int64()
}

// Percent writes tenths of a per cent: 50 is "5.0 %".
func Percent(tenths int64) string { return fmt.Sprintf("%d.%d %%", tenths/10, tenths%10) }
