package pos_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"testing"

	"fiel/db"
	"fiel/db/dbtest"
	"fiel/members"
	"fiel/pos"
	"fiel/rewards"
)

const (
	rosa  = members.Phone("+51987654321")
	pedro = members.Phone("+51912345678")
)

// shop is a café in Lima with a till: one point for 10.00, the rest is carried.
type shop struct {
	t     testing.TB
	d     *db.DB
	clock *dbtest.Clock
	key   members.Key
	p     members.Program
	store members.Store
	till  pos.Till
	*pos.Service
}

// each opens a shop on a fresh database of either kind.
func each(t *testing.T, f func(t *testing.T, s *shop)) {
	t.Helper()
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(dialect.String(), func(t *testing.T) { f(t, open(t, dialect)) })
	}
}

func open(t testing.TB, dialect db.Dialect) *shop {
	t.Helper()
	clock := new(dbtest.Clock)
	return openOn(t, dbtest.New(t, dialect, dbtest.WithClock(clock)), clock)
}

// openOn opens a shop on a database that is there.
func openOn(t testing.TB, d *db.DB, clock *dbtest.Clock) *shop {
	t.Helper()
	s := &shop{t: t, d: d, clock: clock, key: members.NewKey()}
	s.Service = &pos.Service{DB: s.d, Key: s.key}
	s.write(func(ctx context.Context, tx *db.Tx) (err error) {
		s.p, err = members.CreateProgram(ctx, tx, members.NewProgram{
			Name: "Cafe Flor", Country: "PE", Currency: "PEN", Zone: "America/Lima", Language: "es", JoinBonus: 5,
		})
		if err != nil {
			return err
		}
		if s.store, err = members.CreateStore(ctx, tx, s.p, members.NewStore{Name: "Centro"}); err != nil {
			return err
		}
		if s.till, _, err = pos.AddTill(ctx, tx, s.key, s.p, s.store.ID, "Caja 1"); err != nil {
			return err
		}
		_, err = rewards.AddRule(ctx, tx, s.p, rewards.NewRule{Name: "1 per 10", Kind: rewards.AmountRule, Step: 1000, Points: 1, Carries: true})
		return err
	})
	return s
}

// write runs f in a transaction that must succeed.
func (s *shop) write(f func(context.Context, *db.Tx) error) {
	s.t.Helper()
	if err := s.d.Write(context.Background(), db.Interactive, f); err != nil {
		s.t.Fatal(err)
	}
}

// set changes a setting of the program.
func (s *shop) set(setting string, value any) {
	s.t.Helper()
	s.exec("UPDATE programs SET "+setting+" = $1 WHERE id = $2", value, s.p.ID)
	s.write(func(ctx context.Context, tx *db.Tx) (err error) {
		s.p, err = members.ProgramByID(ctx, tx, s.p.ID)
		return err
	})
}

func (s *shop) exec(query string, args ...any) {
	s.t.Helper()
	s.write(func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.ExecContext(ctx, query, args...)
		return err
	})
}

// count answers a query for one number.
func (s *shop) count(query string, args ...any) int64 {
	s.t.Helper()
	var n int64
	err := s.d.Read(context.Background(), func(ctx context.Context, tx *db.Tx) error {
		return tx.QueryRowContext(ctx, query, args...).Scan(&n)
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return n
}

// join makes a member as a text with ALTA does.
func (s *shop) join(phone members.Phone) pos.Admission {
	s.t.Helper()
	a, err := s.tryJoin(phone)
	if err != nil {
		s.t.Fatal(err)
	}
	return a
}

func (s *shop) tryJoin(phone members.Phone) (a pos.Admission, err error) {
	err = s.d.Write(context.Background(), db.Interactive, func(ctx context.Context, tx *db.Tx) error {
		if _, err := members.Touch(ctx, tx, s.p.ID, s.key.Hash(phone)); err != nil {
			return err
		}
		m, _, err := members.Join(ctx, tx, s.p, members.Joining{Phone: phone, Hash: s.key.Hash(phone), WroteFirst: true})
		if err != nil {
			return err
		}
		a, err = pos.Admit(ctx, tx, s.p, m)
		return err
	})
	return a, err
}

// rosa is she within a transaction.
func (s *shop) rosa(ctx context.Context, tx *db.Tx) members.Member {
	m, err := members.ByPhone(ctx, tx, s.p.ID, rosa)
	if err != nil {
		s.t.Error(err)
	}
	return m
}

// member is who has the phone, as they are now.
func (s *shop) member(phone members.Phone) (m members.Member) {
	s.t.Helper()
	err := s.d.Read(context.Background(), func(ctx context.Context, tx *db.Tx) (err error) {
		m, err = members.ByPhone(ctx, tx, s.p.ID, phone)
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return m
}

// sale is a sale of the till, of 100.00 to Rosa unless changed.
func (s *shop) sale(ref string, change ...func(*pos.Sale)) pos.Sale {
	sale := pos.Sale{Program: s.p.ID, Till: s.till.ID, Ref: ref, Phone: rosa.E164(), Amount: 10000, Currency: "PEN", Body: "{}"}
	for _, f := range change {
		f(&sale)
	}
	return sale
}

// refund is a refund of a sale; amount 0 is all of it.
func (s *shop) refund(ref, sale string, amount int64, lines ...pos.Line) pos.Refund {
	return pos.Refund{Program: s.p.ID, Till: s.till.ID, Ref: ref, Purchase: sale, Amount: amount, Lines: lines, Body: "{}"}
}

// told is the body of an answer.
type told struct {
	Status   string
	Member   string
	Points   int64
	Balance  int64
	Voucher  struct{ Code, Status, Message string }
	Warnings []struct{ Code, Message string }
	Error    struct{ Code, Message, Field string }
}

// line is an answer in short: "200 credited known 10/15".
func line(a pos.Answer, err error) string {
	if err != nil {
		return fmt.Sprintf("%s: %v", db.CodeOf(err), err)
	}
	var b told
	if err := json.Unmarshal(a.Body, &b); err != nil {
		return err.Error()
	}
	if b.Error.Code != "" {
		return fmt.Sprintf("%d %s %s", a.Status, b.Error.Code, b.Error.Field)
	}
	text := fmt.Sprintf("%d %s %s %d/%d", a.Status, b.Status, b.Member, b.Points, b.Balance)
	for _, w := range b.Warnings {
		text += " " + w.Code
	}
	return text
}

// sells and refunds report and compare the answer in short.
func (s *shop) sells(want string, sale pos.Sale) {
	s.t.Helper()
	if got := line(s.Record(context.Background(), sale)); got != want {
		s.t.Errorf("sale %s: %s, want %s", sale.Ref, got, want)
	}
}

func (s *shop) refunds(want string, r pos.Refund) {
	s.t.Helper()
	if got := line(s.RecordRefund(context.Background(), r)); got != want {
		s.t.Errorf("refund %s: %s, want %s", r.Ref, got, want)
	}
}

// balance compares a member's points.
func (s *shop) balance(want int64, phone members.Phone) {
	s.t.Helper()
	if got := s.member(phone).Balance; got != want {
		s.t.Errorf("balance is %d, want %d", got, want)
	}
}

// parked compares the reasons of what the owner has to look at, in their order.
func (s *shop) parked(want ...string) {
	s.t.Helper()
	var got []string
	err := s.d.Read(context.Background(), func(ctx context.Context, tx *db.Tx) error {
		all, err := pos.ListParked(ctx, tx, s.p.ID, 100)
		for _, n := range all {
			got = append(got, n.Reason)
		}
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		s.t.Errorf("parked %v, want %v", got, want)
	}
}

// sound fails the test if the ledger is not.
func (s *shop) sound() {
	s.t.Helper()
	err := s.d.Read(context.Background(), func(ctx context.Context, tx *db.Tx) error {
		found, err := rewards.Check(ctx, tx, s.p.ID)
		for _, f := range found {
			s.t.Errorf("ledger: %v", f)
		}
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

func asFault(err error, f **pos.Fault) bool { return errors.As(err, f) }
