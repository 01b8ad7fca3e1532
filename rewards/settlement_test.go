package rewards_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"fiel/db"
	"fiel/db/dbtest"
	"fiel/members"
	"fiel/rewards"
)

func (s *shop) settlement(month string) (st rewards.Settlement, err error) {
	err = s.d.Read(context.Background(), func(ctx context.Context, tx *db.Tx) (err error) {
		st, err = rewards.Settle(ctx, tx, s.p, month)
		return err
	})
	return st, err
}

func (s *shop) storeOf(merchant, name string) (id int64) {
	s.t.Helper()
	s.write(func(ctx context.Context, tx *db.Tx) error {
		st, err := members.CreateStore(ctx, tx, s.p, members.NewStore{Name: name, Merchant: merchant})
		id = st.ID
		return err
	})
	return id
}

func (s *shop) buyAtStore(store, amount int64) {
	s.t.Helper()
	_, err := s.earn(rewards.Purchase{ID: s.id(), Store: store, At: s.clock.Now().UnixMilli(), Sale: rewards.Sale{Amount: amount}})
	if err != nil {
		s.t.Fatal(err)
	}
}

func TestWhoGavePointsPaysWhoTookThem(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.rule(rewards.NewRule{Name: "1 per 1", Kind: rewards.AmountRule, Step: 1, Points: 1})
		s.coffee(rewards.Unlimited) // 50 points
		s.p = s.valued(333)
		bakery, books := s.storeOf("Pan SAC", "Panaderia"), s.storeOf("Libros SA", "Libreria")
		s.buyAtStore(bakery, 70)
		s.gift(20, 0) // of the program
		s.buyAtStore(books, 60)

		first, _, _ := s.redeem(s.ana, 1) // 50 of the bakery
		s.use(rewards.Using{Code: first.Code, Store: books, Purchase: 900})
		s.clock.Add(time.Hour)
		second, _, _ := s.redeem(s.ana, 1) // 20 of the bakery, 20 of the program, 10 of the books
		s.use(rewards.Using{Code: second.Code, Store: bakery})
		got, err := s.settlement("2027-03")
		want := rewards.Settlement{
			Month: "2027-03", Points: 100,
			Owed: []rewards.Owed{
				{From: "", To: "Pan SAC", Given: 20, Amount: 6},                      // 20 x 0.333
				{From: "Pan SAC", To: "Libros SA", Given: 50, Taken: 10, Amount: 13}, // 40 x 0.333
			},
			Parties: []rewards.Party{
				{Merchant: "", Given: 20, Amount: -6},
				{Merchant: "Libros SA", Given: 10, Taken: 50, Amount: 13},
				{Merchant: "Pan SAC", Given: 70, Taken: 50, Amount: -7},
			},
		}
		if err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
			t.Errorf("%v\n got %+v\nwant %+v", err, got, want)
		}

		// In April the sale at the bookshop comes back, and the use with it.
		s.at("2027-04-02")
		if _, err := s.takeBack(rewards.Back{Refund: s.id(), Purchase: 900, After: rewards.Returned{Whole: true}}); err != nil {
			t.Fatal(err)
		}
		april, err := s.settlement("2027-04")
		if err != nil || april.Points != -50 || !slices.Equal(april.Owed, []rewards.Owed{{From: "Libros SA", To: "Pan SAC", Taken: -50, Amount: 16}}) {
			t.Errorf("april: %+v, %v", april, err)
		}
		if again, _ := s.settlement("2027-03"); fmt.Sprint(again) != fmt.Sprint(want) {
			t.Errorf("March has changed: %+v", again)
		}
		for _, month := range []string{"", "2027", "2027-13", "2027-03-01", "2027-05"} {
			_, err := s.settlement(month)
			wantCode(t, err, db.Invalid)
		}
	})
}

func (s *shop) valued(thousandths int64) (p members.Program) {
	s.t.Helper()
	s.write(func(ctx context.Context, tx *db.Tx) (err error) {
		p, err = members.Set(ctx, tx, s.p.ID, "point_value", fmt.Sprint(thousandths))
		return err
	})
	return p
}

// Whatever is bought, redeemed, used and undone, and where, the months agree with a count of single points, and nothing is lost
// between the merchants.
func TestSettlementsAgreeWithACountOfPoints(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		rapid.Check(t, func(t *rapid.T) {
			if err := d.Reserve(context.Background(), 1000); err != nil {
				t.Fatal(err)
			}
			inOneTx(d, func(ctx context.Context, tx *db.Tx) { joinCoalition(t, ctx, tx).live() })
		})
	})
}

// coalition is some shops, a member, and each of the member's points with the merchant who gave it.
type coalition struct {
	*rapid.T
	ctx    context.Context
	tx     *db.Tx
	p      members.Program
	m      members.Member
	stores []members.Store

	points   []string // by who gave them, in the order they are spent
	vouchers []*slip
	taken    map[string]map[[2]string]int64 // by month, giver and taker
}

// slip is a voucher with the points that it cost.
type slip struct {
	rewards.Voucher
	points []string
	spent  bool
}

func joinCoalition(t *rapid.T, ctx context.Context, tx *db.Tx) *coalition {
	c := &coalition{T: t, ctx: ctx, tx: tx, taken: map[string]map[[2]string]int64{}}
	tx.Now = dbtest.Start().UnixMilli()
	p, err := members.CreateProgram(ctx, tx, members.NewProgram{Name: "Sol", Country: "PE", Currency: "PEN", Zone: "America/Lima", Language: "es"})
	c.must(err)
	c.p, err = members.Set(ctx, tx, p.ID, "point_value", fmt.Sprint(rapid.Int64Range(0, 5000).Draw(t, "value")))
	c.must(err)
	c.m, _, err = members.Join(ctx, tx, p, members.Joining{Phone: "+51987654321", Hash: "h"})
	c.must(err)
	for i, merchant := range []string{"", "A", "A", "B", "C"} {
		st, err := members.CreateStore(ctx, tx, p, members.NewStore{Name: fmt.Sprint("Store ", i), Merchant: merchant})
		c.must(err)
		c.stores = append(c.stores, st)
	}
	_, err = rewards.AddRule(ctx, tx, p, rewards.NewRule{Name: "1 per 1", Kind: rewards.AmountRule, Step: 1, Points: 1})
	c.must(err)
	_, err = rewards.AddReward(ctx, tx, p, rewards.NewReward{Number: 1, Name: "Cafe", Kind: rewards.FreeItem, Cost: 7, Stock: rewards.Unlimited, Days: 365})
	c.must(err)
	return c
}

func (c *coalition) must(err error) {
	c.Helper()
	if err != nil {
		c.Fatal(err)
	}
}

func (c *coalition) live() {
	steps := []func(){c.buy, c.buy, c.redeem, c.redeem, c.use, c.use, c.reverse, c.giveBack, c.dispute, c.wait}
	for range rapid.IntRange(10, 40).Draw(c.T, "steps") {
		steps[rapid.IntRange(0, len(steps)-1).Draw(c.T, "step")]()
	}
	c.compare()
}

func (c *coalition) store() members.Store { return rapid.SampledFrom(c.stores).Draw(c.T, "store") }

func (c *coalition) buy() {
	st, n := c.store(), rapid.Int64Range(1, 20).Draw(c.T, "amount")
	m, err := members.Lock(c.ctx, c.tx, c.p.ID, c.m.ID)
	c.must(err)
	_, _, err = rewards.Earn(c.ctx, c.tx, c.p, m, rewards.Purchase{ID: c.tx.ID(), Store: st.ID, At: c.tx.Now, Sale: rewards.Sale{Amount: n}}, nil)
	c.must(err)
	c.points = append(c.points, slices.Repeat([]string{st.Merchant}, int(n))...)
}

func (c *coalition) redeem() {
	if len(c.points) < 7 {
		return
	}
	c.tx.Now += 11 * time.Minute.Milliseconds() // a repeated one would answer the same voucher
	v, open, err := rewards.Redeem(c.ctx, c.tx, c.p, c.m, 1)
	c.must(err)
	if !open {
		c.vouchers = append(c.vouchers, &slip{Voucher: v, points: slices.Clone(c.points[:7])})
		c.points = c.points[7:]
	}
}

// any finds a voucher that is in a state.
func (c *coalition) any(state string) *slip {
	var list []*slip
	for _, v := range c.vouchers {
		if v.State == state && !v.spent {
			list = append(list, v)
		}
	}
	if len(list) == 0 {
		return nil
	}
	return rapid.SampledFrom(list).Draw(c.T, "voucher")
}

func (c *coalition) use() {
	v, st := c.any(rewards.Issued), c.store()
	if v == nil {
		return
	}
	used, err := rewards.Use(c.ctx, c.tx, c.p, rewards.Using{Code: v.Code, Store: st.ID, Purchase: c.tx.ID(), Actor: "till:3", Door: "till"})
	c.must(err)
	c.must(used.Why)
	v.Voucher = used.Voucher
	c.count(v, 1)
}

// count adds the points of a voucher to the month, or takes them out of it.
func (c *coalition) count(v *slip, sign int64) {
	month, taker := c.tx.Time().In(c.p.Location()).Format("2006-01"), ""
	for _, st := range c.stores {
		if st.ID == v.StoreID {
			taker = st.Merchant
		}
	}
	if c.taken[month] == nil {
		c.taken[month] = map[[2]string]int64{}
	}
	for _, giver := range v.points {
		c.taken[month][[2]string{giver, taker}] += sign
	}
}

func (c *coalition) reverse() {
	v := c.any(rewards.Redeemed)
	if v == nil || c.tx.Now-v.RedeemedAt >= 30*time.Minute.Milliseconds() {
		return
	}
	undone, err := rewards.Reverse(c.ctx, c.tx, c.p, v.ID, rewards.Undoing{Actor: "till:3", Door: "till", Why: "wrong code"})
	c.must(err)
	c.must(undone.Why)
	c.count(v, -1)
	v.Voucher = undone.Voucher
}

// home puts the points of a voucher back to where they came from: the lots that were opened first are spent first.
func (c *coalition) home(v *slip) {
	c.count(v, -1)
	v.spent = true
	lots, err := lotsWithGivers(c.ctx, c.tx, c.m)
	c.must(err)
	c.points = lots
}

// lotsWithGivers are the member's points by who gave them, as the lots have them.
func lotsWithGivers(ctx context.Context, tx *db.Tx, m members.Member) (list []string, err error) {
	rows, err := tx.QueryContext(ctx, `SELECT stores.merchant, lots."left" FROM lots JOIN entries ON entries.id = lots.entry_id
		JOIN stores ON stores.id = entries.store_id WHERE lots.member_id = $1 ORDER BY lots.id`, m.ID)
	if err != nil {
		return nil, err
	}
	for rows.Next() {
		var giver string
		var left int
		if err := rows.Scan(&giver, &left); err != nil {
			return nil, err
		}
		list = append(list, slices.Repeat([]string{giver}, left)...)
	}
	return list, rows.Err()
}

func (c *coalition) giveBack() {
	v := c.any(rewards.Redeemed)
	if v == nil {
		return
	}
	m, err := members.Lock(c.ctx, c.tx, c.p.ID, c.m.ID)
	c.must(err)
	_, _, err = rewards.TakeBack(c.ctx, c.tx, c.p, m, rewards.Back{
		Refund: c.tx.ID(), Purchase: v.PurchaseID, At: c.tx.Now, After: rewards.Returned{Whole: true},
	}, nil)
	c.must(err)
	c.home(v)
}

func (c *coalition) dispute() {
	v := c.any(rewards.Redeemed)
	if v == nil {
		return
	}
	_, err := rewards.Dispute(c.ctx, c.tx, c.p, c.m, v.ID)
	c.must(err)
	_, err = rewards.SettleDispute(c.ctx, c.tx, c.p, v.ID, rewards.Settling{Return: true, Actor: "cli:ana", Door: "cli", Why: "not hers"})
	c.must(err)
	c.home(v)
}

func (c *coalition) wait() {
	c.tx.Now += rapid.SampledFrom([]int64{1, 10, 30}).Draw(c.T, "days") * day.Milliseconds()
}

func (c *coalition) compare() {
	all, used := int64(0), int64(0)
	for at := time.Date(2027, 3, 1, 12, 0, 0, 0, time.UTC); !at.After(c.tx.Time()); at = at.AddDate(0, 1, 0) {
		month := at.Format("2006-01")
		s, err := rewards.Settle(c.ctx, c.tx, c.p, month)
		c.must(err)
		all += s.Points
		c.month(s, c.taken[month])
	}
	for _, v := range c.vouchers {
		if v.State == rewards.Redeemed && !v.spent {
			used += v.Cost
		}
	}
	if all != used {
		c.Fatalf("%d points were taken over all months, and %d stand in used vouchers", all, used)
	}
}

// month compares one settlement with the count.
func (c *coalition) month(s rewards.Settlement, counted map[[2]string]int64) {
	amounts, given, taken, sum := int64(0), int64(0), int64(0), int64(0)
	for _, party := range s.Parties {
		amounts, given, taken = amounts+party.Amount, given+party.Given, taken+party.Taken
	}
	for _, n := range counted {
		sum += n
	}
	if amounts != 0 || given != s.Points || taken != s.Points || sum != s.Points {
		c.Fatalf("amounts sum to %d, %d given, %d taken, %d counted: %+v", amounts, given, taken, sum, s)
	}
	owed := map[[2]string]rewards.Owed{}
	for _, o := range s.Owed {
		owed[[2]string{o.From, o.To}] = o
	}
	for _, a := range []string{"", "A", "B", "C"} {
		for _, b := range []string{"", "A", "B", "C"} {
			net := counted[[2]string{a, b}] - counted[[2]string{b, a}]
			o := owed[[2]string{a, b}]
			if a != b && (o.Points() != max(net, 0) || o.Amount != max(net, 0)*c.p.PointValue/1000) {
				c.Fatalf("%q owes %q %+v, counted %d", a, b, o, net)
			}
		}
	}
}
