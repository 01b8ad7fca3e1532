package campaigns

import (
	"fmt"
	"math"
	"math/big"
	"math/rand/v2"
	"testing"

	"pgregory.net/rapid"
)

// Published tables of Student's t: two-sided 95 % and 99 % (NIST/SEMATECH e-Handbook 1.3.6.7.2; further digits from Fisher and Yates
// and R's qt).
func TestQuantilesAreThoseOfTheTables(t *testing.T) {
	for _, c := range []struct{ p, df, want float64 }{
		{0.975, 1, 12.706204736},
		{0.975, 2, 4.302652730},
		{0.975, 3, 3.182446305},
		{0.975, 4, 2.776445105},
		{0.975, 5, 2.570581836},
		{0.975, 10, 2.228138852},
		{0.975, 30, 2.042272456},
		{0.975, 60, 2.000297822},
		{0.975, 120, 1.979930405},
		{0.975, 1000, 1.962339081},
		{0.95, 10, 1.812461123},
		{0.995, 10, 3.169272673},
		{0.995, 1, 63.656741162},
		{0.9, 5, 1.475884049},
		{0.975, 1e9, 1.959963985},
		{0.5, 7, 0},
	} {
		if got := quantile(c.p, c.df); math.Abs(got-c.want) > 3e-6*max(1, c.want) {
			t.Errorf("t(%v; %v) = %.9f, the table says %.9f", c.p, c.df, got, c.want)
		}
	}
}

// With 1 and 2 degrees of freedom the distribution has a closed form.
func TestStudentHasItsClosedForms(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := rapid.Float64Range(0, 500).Draw(t, "x")
		if got, want := below(x, 1), 0.5+math.Atan(x)/math.Pi; math.Abs(got-want) > 1e-12 {
			t.Errorf("df 1: %v, want %v", got, want)
		}
		if got, want := below(x, 2), 0.5+x/(2*math.Sqrt(2+x*x)); math.Abs(got-want) > 1e-12 {
			t.Errorf("df 2: %v, want %v", got, want)
		}
		df, p := rapid.Float64Range(1, 1e5).Draw(t, "df"), rapid.Float64Range(0.5, 0.9999).Draw(t, "p")
		if got := below(quantile(p, df), df); math.Abs(got-p) > 1e-9 {
			t.Errorf("df %v: the quantile of %v has %v below it", df, p, got)
		}
	})
}

func spent(members int64, amounts ...int64) sums {
	s := sums{members: members}
	for _, a := range amounts {
		s.add(a)
	}
	return s
}

// A worked example by hand: treated 10 and 30 of four members (mean 10, variance 200), held out 6 of three (mean 2, variance 12).
// 8 apart; se² = 200/4 + 12/3 = 54; df = 54² / (50²/3 + 4²/2) = 3.465820; t = 2.952868.
func TestLiftByHand(t *testing.T) {
	l := strata{10: {treated: spent(4, 10, 30), held: spent(3, 6)}}.lift()
	df := 54.0 * 54 / (2500.0/3 + 8)
	reach := quantile(0.975, df) * math.Sqrt(54)
	if l.PerMember != 8 || math.Abs(l.High-8-reach) > 1e-9 || math.Abs(l.Low-8+reach) > 1e-9 || l.Extra != 32 || l.Seen || !l.Few || !l.Known {
		t.Errorf("%+v, want 8 ± %v", l, reach)
	}
	if l.Treated != (Group{4, 2, 40, 10}) || l.HeldOut != (Group{3, 1, 6, 2}) {
		t.Errorf("%+v", l)
	}
}

func TestLiftAtTheEdges(t *testing.T) {
	for name, c := range map[string]struct {
		st          strata
		known, seen bool
		per         float64
	}{
		"nobody":                 {strata{}, false, false, 0},
		"nobody held out":        {strata{0: {treated: spent(500, 9, 9)}}, false, false, 0},
		"one held out":           {strata{0: {treated: spent(500, 9, 9), held: spent(1, 3)}}, false, false, 0},
		"nobody treated":         {strata{0: {held: spent(500, 3)}}, false, false, 0},
		"two each, no spread":    {strata{0: {treated: spent(2, 9, 9), held: spent(2)}}, true, false, 9},
		"nobody bought":          {strata{0: {treated: spent(900), held: spent(400)}}, true, false, 0},
		"spread on one side":     {strata{0: {treated: spent(3, 9, 10, 11), held: spent(3)}}, true, true, 10},
		"the largest amounts":    {strata{0: {treated: spent(3, 1e12, 1e12, 1e12-3), held: spent(2)}}, true, true, 1e12 - 1},
		"shares are not mixed":   {strata{10: {treated: spent(2, 100, 102), held: spent(2, 100, 102)}, 50: {treated: spent(2, 10, 12), held: spent(2, 10, 12)}}, true, false, 0},
		"a share without a pair": {strata{10: {treated: spent(2, 7, 9), held: spent(2, 1, 3)}, 0: {treated: spent(90, 100, 100)}}, true, false, 6},
	} {
		l := c.st.lift()
		if l.Known != c.known || l.Seen != c.seen || math.Abs(l.PerMember-c.per) > 1e-3 || math.IsNaN(l.Low) || math.IsInf(l.High, 0) || l.Low > l.High {
			t.Errorf("%s: %+v", name, l)
		}
	}
}

// Sums are exact: the variance of 10^12 ± 1 is 1 and not the noise of what cancels.
func TestSumsAreExact(t *testing.T) {
	s := spent(3, 1e12-1, 1e12, 1e12+1)
	if s.variance() != 1 || s.mean() != 1e12 {
		t.Errorf("%v %v", s.mean(), s.variance())
	}
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.Int64Range(0, 1e12), 2, 40).Draw(t, "values")
		cut := rapid.IntRange(0, len(values)).Draw(t, "cut")
		whole, left, right := spent(int64(len(values)), values...), spent(int64(cut), values[:cut]...), spent(int64(len(values)-cut), values[cut:]...)
		left.join(&right)
		if left.total.Cmp(&whole.total) != 0 || left.squares.Cmp(&whole.squares) != 0 || left.members != whole.members {
			t.Error("the parts do not add up to the whole")
		}
		if whole.variance() < 0 || whole.total.Cmp(big.NewInt(0)) < 0 {
			t.Error("below zero")
		}
	})
}

// spender draws what one person spends: most nothing, some an amount of moderate spread.
func spender(r *rand.Rand, share, mean float64) int64 {
	if r.Float64() >= share {
		return 0
	}
	return int64(mean * math.Exp(0.6*r.NormFloat64()-0.18)) // the mean of a lognormal is exp(mu + sigma²/2)
}

func drawnSides(r *rand.Rand, treated, held int64, share, effect float64) *sides {
	s := &sides{treated: sums{members: treated}, held: sums{members: held}}
	for _, g := range []struct {
		to    *sums
		share float64
	}{{&s.treated, share + effect}, {&s.held, share}} {
		for range g.to.members {
			if v := spender(r, g.share, 5000); v > 0 {
				g.to.add(v)
			}
		}
	}
	return s
}

// An interval that is 95 % sure holds the truth in about 190 of 200 draws; in 181 at least (three standard deviations below).
func TestIntervalsCoverTheTruth(t *testing.T) {
	for _, effect := range []float64{0, 0.05, 0.1} {
		t.Run(fmt.Sprint(effect), func(t *testing.T) {
			covered, seen := 0, 0
			for seed := range uint64(200) {
				r := rand.New(rand.NewPCG(seed, 7))
				l := strata{10: drawnSides(r, 2700, 300, 0.2, effect)}.lift()
				if truth := effect * 5000; l.Low <= truth && truth <= l.High {
					covered++
				}
				if l.Seen {
					seen++
				}
			}
			t.Logf("covered %d of 200, a difference seen in %d", covered, seen)
			if covered < 181 || effect == 0 && seen > 19 || effect == 0.1 && seen < 150 {
				t.Errorf("the interval covers the truth in %d of 200, a difference is seen in %d", covered, seen)
			}
		})
	}
}

// Two shares that were held out, in times of which one is rich and one poor: taken together without care the rich time's small share
// would look like lift.
func TestStrataCoverTheTruth(t *testing.T) {
	covered := 0
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 11))
		l := strata{5: drawnSides(r, 3800, 200, 0.6, 0), 50: drawnSides(r, 1000, 1000, 0.1, 0)}.lift()
		if l.Low <= 0 && 0 <= l.High {
			covered++
		}
	}
	if covered < 181 {
		t.Errorf("covered in %d of 200", covered)
	}
}
