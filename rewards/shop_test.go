package rewards_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"fiel/db"
	"fiel/db/dbtest"
	"fiel/members"
	"fiel/rewards"
	"fiel/sms"
)

// shop is a program with a member, on a fresh database whose clock the story moves.
type shop struct {
	t     testing.TB
	d     *db.DB
	clock *dbtest.Clock
	p     members.Program
	ana   members.Member
}

// inEachShop tells a story in a shop on each database.
func inEachShop(t *testing.T, story func(t *testing.T, s *shop)) {
	t.Helper()
	t.Parallel()
	clock := new(dbtest.Clock)
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		clock.Set(dbtest.Start())
		story(t, openShop(t, d, clock))
	}, dbtest.WithClock(clock))
}

func openShop(t testing.TB, d *db.DB, clock *dbtest.Clock) *shop {
	s := &shop{t: t, d: d, clock: clock}
	s.write(func(ctx context.Context, tx *db.Tx) (err error) {
		s.p, err = members.CreateProgram(ctx, tx, members.NewProgram{
			Name: "Café Sol", Country: "PE", Currency: "PEN", Zone: "America/Lima", Language: "es",
		})
		if err != nil {
			return err
		}
		_, err = sms.AddSender(ctx, tx, members.NewKey(), s.p.ID, sms.Address{
			AccountSID: "AC00000000000000000000000000000001", Token: "secret", Number: "+51900000000",
		})
		return err
	})
	s.ana = s.join("+51987654321")
	return s
}

// try runs a closure and returns its error; write must succeed.
func (s *shop) try(f func(context.Context, *db.Tx) error) error {
	return s.d.Write(context.Background(), db.Interactive, f)
}

func (s *shop) write(f func(context.Context, *db.Tx) error) {
	s.t.Helper()
	if err := s.try(f); err != nil {
		s.t.Fatal(err)
	}
}

func (s *shop) join(phone members.Phone) (m members.Member) {
	s.t.Helper()
	s.write(func(ctx context.Context, tx *db.Tx) error {
		hash := "hash of " + phone.E164()
		if _, err := members.Touch(ctx, tx, s.p.ID, hash); err != nil {
			return err
		}
		joined, _, err := members.Join(ctx, tx, s.p, members.Joining{Phone: phone, Hash: hash})
		m = joined
		return err
	})
	return m
}

// clamps makes the program forget what a refund finds missing.
func (s *shop) clamps() {
	s.t.Helper()
	s.write(func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.ExecContext(ctx, "UPDATE programs SET refund_policy = 'clamp' WHERE id = $1", s.p.ID)
		return err
	})
	s.p.RefundPolicy = rewards.Clamp
}

func (s *shop) rule(n rewards.NewRule) (r rewards.Rule) {
	s.t.Helper()
	s.write(func(ctx context.Context, tx *db.Tx) (err error) {
		r, err = rewards.AddRule(ctx, tx, s.p, n)
		return err
	})
	return r
}

func (s *shop) reward(n rewards.NewReward) (r rewards.Reward) {
	s.t.Helper()
	s.write(func(ctx context.Context, tx *db.Tx) (err error) {
		r, err = rewards.AddReward(ctx, tx, s.p, n)
		return err
	})
	return r
}

// coffee is a reward of 50 points, valid 7 days, with that stock.
func (s *shop) coffee(stock int64) rewards.Reward {
	s.t.Helper()
	return s.reward(rewards.NewReward{Name: "Café", Kind: rewards.FreeItem, Cost: 50, Stock: stock, Days: 7})
}

// post posts for Ana and returns the entry.
func (s *shop) post(p rewards.Posting) (e rewards.Entry, err error) {
	err = s.try(func(ctx context.Context, tx *db.Tx) error {
		m, err := members.Lock(ctx, tx, s.p.ID, s.ana.ID)
		if err != nil {
			return err
		}
		e, _, err = rewards.Post(ctx, tx, s.p, m, p)
		return err
	})
	return e, err
}

// gift gives Ana points that expire in a while; 0: never.
func (s *shop) gift(points int64, lasting time.Duration) {
	s.t.Helper()
	p := rewards.Posting{Kind: rewards.KindBonus, Delta: points, Source: fmt.Sprintf("gift:%d", s.now().Balance+s.now().Seq*1000)}
	if lasting > 0 {
		p.ExpiresAt = s.clock.Now().Add(lasting).UnixMilli()
	}
	if _, err := s.post(p); err != nil {
		s.t.Fatal(err)
	}
}

// now is Ana as she stands in the database.
func (s *shop) now() (m members.Member) {
	s.t.Helper()
	s.read(func(ctx context.Context, tx *db.Tx) (err error) {
		m, err = members.ByID(ctx, tx, s.p.ID, s.ana.ID)
		return err
	})
	return m
}

func (s *shop) read(f func(context.Context, *db.Tx) error) {
	s.t.Helper()
	if err := s.d.Read(context.Background(), f); err != nil {
		s.t.Fatal(err)
	}
}

func (s *shop) redeem(m members.Member, number int64) (v rewards.Voucher, open bool, err error) {
	err = s.try(func(ctx context.Context, tx *db.Tx) error {
		var failed error
		v, open, failed = rewards.Redeem(ctx, tx, s.p, m, number)
		err = failed
		return failed
	})
	return v, open, err
}

func (s *shop) use(u rewards.Using) (used rewards.Used) {
	s.t.Helper()
	if u.Actor == "" {
		u.Actor, u.Door = "till:3", "till"
	}
	s.write(func(ctx context.Context, tx *db.Tx) (err error) {
		used, err = rewards.Use(ctx, tx, s.p, u)
		return err
	})
	return used
}

func (s *shop) releaseDue() (n int64) {
	s.t.Helper()
	s.write(func(ctx context.Context, tx *db.Tx) (err error) {
		n, err = rewards.ReleaseDue(ctx, tx, s.p, 100)
		return err
	})
	return n
}

// lot is what is left of a lot, and when it ends: 0 never.
type lot struct{ left, expires int64 }

// lots are Ana's that hold something, in the order they are spent.
func (s *shop) lots() (all []lot) {
	s.t.Helper()
	s.read(func(ctx context.Context, tx *db.Tx) (err error) {
		all, err = lotsOf(ctx, tx, s.ana)
		return err
	})
	return all
}

func lotsOf(ctx context.Context, tx *db.Tx, m members.Member) ([]lot, error) {
	rows, err := tx.QueryContext(ctx, `SELECT "left", expires_at FROM lots WHERE program_id = $1 AND member_id = $2 AND "left" > 0
		ORDER BY expires_first, id`, m.ProgramID, m.ID)
	if err != nil {
		return nil, err
	}
	var all []lot
	for rows.Next() {
		var l lot
		if err := rows.Scan(&l.left, &l.expires); err != nil {
			return nil, err
		}
		all = append(all, l)
	}
	return all, rows.Err()
}

// sound fails the story when the ledger breaks an invariant.
func (s *shop) sound() {
	s.t.Helper()
	s.read(func(ctx context.Context, tx *db.Tx) error {
		found, err := rewards.Check(ctx, tx, s.p.ID)
		for _, f := range found {
			s.t.Errorf("%s: %s", f.Invariant, f.Text)
		}
		return err
	})
}

// stands fails the story unless Ana has that balance, debt and carry.
func (s *shop) stands(balance, debt, carry int64) {
	s.t.Helper()
	if m := s.now(); m.Balance != balance || m.Debt != debt || m.Carry != carry {
		s.t.Errorf("balance %d, debt %d, carry %d; want %d, %d, %d", m.Balance, m.Debt, m.Carry, balance, debt, carry)
	}
	s.sound()
}

func wantCode(t testing.TB, err error, code db.Code) {
	t.Helper()
	if db.CodeOf(err) != code {
		t.Errorf("error %v (%s), want %q", err, db.CodeOf(err), code)
	}
}

func isShort(err error, missing int64) bool {
	var short *rewards.ShortError
	return errors.As(err, &short) && short.Missing == missing
}

const day = 24 * time.Hour
