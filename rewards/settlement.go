package rewards

import (
	"cmp"
	"context"
	"maps"
	"math/big"
	"slices"

	"fiel/db"
	"fiel/members"
)

// Settlement is what the merchants of a coalition owe one another for a month. Whoever gave a point pays whoever took it for a reward:
// the giver had the sale, the taker hands out the thing. A use that was undone counts below zero in the month in which it was undone.
//
// The program itself, ” among merchants, is a party too: it gave the points that no store gave (for joining, by hand, from a friend;
// and those that came back so near their end that they got a new one), it takes what is used at no store (donations, codes), and
// stores without a merchant are its own.
type Settlement struct {
	Month   string // 2027-03, in the program's zone
	Points  int64  // taken in all, also by those who gave them
	Owed    []Owed
	Parties []Party
}

// Owed is what one merchant owes another. The price is rounded down once, on the points of the pair.
type Owed struct {
	From, To string // merchants; ” is the program
	Given    int64  // points that From gave and To took
	Taken    int64  // points that To gave and From took
	Amount   int64  // minor units: (Given - Taken) x the program's point value
}

// Points are what is paid for.
func (o Owed) Points() int64 { return o.Given - o.Taken }

// Party is how one merchant stands. Over all parties, given is taken, and the amounts sum to zero.
type Party struct {
	Merchant string // ” is the program
	Given    int64  // its points that were taken anywhere
	Taken    int64  // points it took, of anybody
	Amount   int64  // minor units; below zero: it owes
}

// Settle reckons a month (2027-03) from what stands in the ledger. The merchant of a store is its present one. Errors: db.Invalid for
// what is no month, or one that has not begun.
func Settle(ctx context.Context, tx *db.Tx, p members.Program, month string) (Settlement, error) {
	since, until, err := monthSpan(month, p.Location())
	if err != nil {
		return Settlement{}, err
	}
	if since > tx.Now {
		return Settlement{}, db.Errorf(db.Invalid, "%s has not begun yet", month)
	}
	owners, err := merchants(ctx, tx, p)
	if err != nil {
		return Settlement{}, err
	}
	rows, err := New(tx).pointsTaken(ctx, pointsTakenParams{ProgramID: p.ID, Since: since, Until: until})
	if err != nil {
		return Settlement{}, err
	}
	points := map[flow]int64{}
	for _, r := range rows {
		points[flow{owners[r.Giver], owners[r.Taker]}] += r.Points
	}
	return reckon(month, points, p.PointValue), nil
}

func merchants(ctx context.Context, tx *db.Tx, p members.Program) (map[int64]string, error) {
	stores, err := members.Stores(ctx, tx, p.ID)
	list := map[int64]string{}
	for _, s := range stores {
		list[s.ID] = s.Merchant
	}
	return list, err
}

// flow is from whom to whom points went.
type flow struct{ giver, taker string }

func reckon(month string, points map[flow]int64, value int64) Settlement {
	s, parties := Settlement{Month: month}, map[string]*Party{}
	party := func(merchant string) *Party {
		if parties[merchant] == nil {
			parties[merchant] = &Party{Merchant: merchant}
		}
		return parties[merchant]
	}
	for f, n := range points {
		s.Points += n
		party(f.giver).Given += n
		party(f.taker).Taken += n
	}
	for _, o := range pairs(points, value) {
		s.Owed = append(s.Owed, o)
		party(o.From).Amount -= o.Amount
		party(o.To).Amount += o.Amount
	}
	for _, name := range slices.Sorted(maps.Keys(parties)) {
		s.Parties = append(s.Parties, *parties[name])
	}
	return s
}

// pairs nets each two merchants against one another.
func pairs(points map[flow]int64, value int64) (list []Owed) {
	seen := map[flow]bool{}
	for f := range points {
		back := flow{f.taker, f.giver}
		if f.giver == f.taker || seen[f] || seen[back] {
			continue
		}
		seen[f] = true
		if points[f] < points[back] {
			f, back = back, f
		}
		if o := (Owed{From: f.giver, To: f.taker, Given: points[f], Taken: points[back]}); o.Points() != 0 {
			o.Amount = worthOf(o.Points(), value)
			list = append(list, o)
		}
	}
	slices.SortFunc(list, func(a, b Owed) int { return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To)) })
	return list
}

// worthOf is the price of points in minor units, rounded down; value is thousandths of a minor unit.
func worthOf(points, value int64) int64 {
	n := new(big.Int).Mul(big.NewInt(points), big.NewInt(value))
	return n.Quo(n, big.NewInt(1000)).Int64()
}

// take writes down that a store took the points of a voucher that was used, or that the use was undone. A gift cost no points.
func (v Voucher) take(ctx context.Context, tx *db.Tx, undone bool) error {
	if v.Cost == 0 || v.RedeemEntry == 0 {
		return nil
	}
	return New(tx).insertTaking(ctx, insertTakingParams{
		ProgramID: v.ProgramID, ID: tx.ID(), VoucherID: v.ID, EntryID: v.RedeemEntry, StoreID: v.StoreID, Undone: undone, At: tx.Now,
	})
}
