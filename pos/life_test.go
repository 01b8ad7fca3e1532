package pos_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"fiel/db"
	"fiel/db/dbtest"
	"fiel/members"
	"fiel/pos"
	"fiel/sms"
)

func (s *shop) merge(from, into members.Member) error {
	return s.d.Write(context.Background(), db.Interactive, func(ctx context.Context, tx *db.Tx) error {
		_, err := pos.Merge(ctx, tx, s.p, from.ID, into.ID, members.Act{Actor: "cli:ana", Door: "cli"})
		return err
	})
}

func (s *shop) move(m members.Member, to members.Phone) (a pos.Admission, err error) {
	err = s.d.Write(context.Background(), db.Interactive, func(ctx context.Context, tx *db.Tx) (err error) {
		a, err = pos.ChangeNumber(ctx, tx, s.key, s.p, pos.NewNumber{Member: m.ID, Phone: to, Actor: "cli:ana", Door: "cli", Words: "asked at the till"})
		return err
	})
	return a, err
}

func (s *shop) byID(id int64) (m members.Member) {
	s.t.Helper()
	err := s.d.Read(context.Background(), func(ctx context.Context, tx *db.Tx) (err error) {
		m, err = members.ByID(ctx, tx, s.p.ID, id)
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return m
}

func TestRefundsFollowAMerge(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.join(rosa)
		s.sells("200 credited known 10/15", s.sale("T-1"))
		s.join(pedro)
		old, m := s.member(rosa), s.member(pedro)
		if err := s.merge(old, m); err != nil {
			t.Fatal(err)
		}
		s.balance(20, pedro)
		s.refunds("200 applied known -10/10", s.refund("R-1", "T-1", 0))
		s.balance(10, pedro)
		s.sells("200 held held 0/0", s.sale("T-2"))
		s.sound()
		// The number that is free gives no second join bonus within a year, but what was held.
		if a := s.join(rosa); a.Bonus != 0 || a.Held != 1 || a.Member.ID == old.ID {
			t.Errorf("%+v", a)
		}
		s.sound()
	})
}

func TestAMergeAndItsSalesAtOnce(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		for i := range 20 {
			a, b := number(2*i), number(2*i+1)
			from, into := s.join(a).Member, s.join(b).Member
			s.report(s.sale(fmt.Sprint("first-", i), func(sale *pos.Sale) { sale.Phone = a.E164() }))
			atOnce(
				func() {
					if err := s.merge(from, into); err != nil {
						t.Error(err)
					}
				},
				func() { s.report(s.sale(fmt.Sprint("a-", i), func(sale *pos.Sale) { sale.Phone = a.E164() })) },
				func() { s.report(s.sale(fmt.Sprint("b-", i), func(sale *pos.Sale) { sale.Phone = b.E164() })) },
				func() { s.reportRefund(s.refund(fmt.Sprint("r-", i), fmt.Sprint("first-", i), 0)) },
			)
			held := s.count("SELECT COUNT(*) FROM purchases WHERE ref = $1 AND state = 'held'", fmt.Sprint("a-", i))
			if got, want := s.byID(into.ID).Balance, 5+5+10+10*(1-held); got != want {
				t.Errorf("%d points, want %d (held: %d)", got, want, held)
			}
			if left := s.byID(from.ID).Balance; left != 0 {
				t.Errorf("%d points stayed behind", left)
			}
		}
		s.sound()
	})
}

func TestAMergeAndItsNumberJoiningAtOnce(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		for i := range 20 {
			a, b := number(2*i), number(2*i+1)
			from, into := s.join(a).Member, s.join(b).Member
			atOnce(
				func() {
					if err := s.merge(from, into); err != nil {
						t.Error(err)
					}
				},
				func() {
					if _, err := s.tryJoin(a); err != nil && db.CodeOf(err) != db.Conflict {
						t.Error(err)
					}
				},
			)
			if got := s.byID(into.ID).Balance; got != 10 {
				t.Errorf("%d points", got)
			}
		}
		s.sound()
		if n := s.count("SELECT COUNT(*) FROM entries WHERE kind = 'bonus'"); n != 40 {
			t.Errorf("%d join bonuses for 40 numbers", n)
		}
	})
}

func TestANumberChanges(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.join(rosa)
		s.sells("200 held held 0/0", s.sale("T-1", func(sale *pos.Sale) { sale.Phone = pedro.E164() }))
		a, err := s.move(s.member(rosa), pedro)
		if err != nil || a.Held != 1 || a.Bonus != 0 || a.Member.Balance != 15 {
			t.Errorf("%+v, %v", a, err)
		}
		s.sells("200 credited known 10/25", s.sale("T-2", func(sale *pos.Sale) { sale.Phone = pedro.E164() }))
		s.join(rosa)
		if _, err := s.move(s.member(rosa), pedro); db.CodeOf(err) != db.Conflict {
			t.Errorf("another member's number: %v", err)
		}
		if _, err := s.move(s.member(rosa), "+13055550123"); db.CodeOf(err) != db.Refused {
			t.Errorf("a number of a country that is not welcome: %v", err)
		}
		if err := s.merge(s.member(rosa), s.member(pedro)); err != nil {
			t.Fatal(err)
		}
		s.sound()
	})
}

func TestANewOwnerBeginsWithNothing(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.join(rosa)
		s.sells("200 credited known 10/15", s.sale("T-1"))
		old := s.member(rosa)
		s.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := pos.Reassign(ctx, tx, s.p, old.ID, false, members.Declaration{Door: "text", Actor: "member", Words: "RESET"})
			return err
		})
		s.clock.Add(time.Hour)
		a := s.join(rosa)
		if a.Bonus != 0 || a.Member.Balance != 0 || a.Member.Formerly != old.ID {
			t.Errorf("%+v", a)
		}
		s.write(func(ctx context.Context, tx *db.Tx) error {
			own, err := pos.OwnData(ctx, tx, s.p, a.Member)
			if len(own.Entries)+len(own.Purchases)+len(own.Texts) != 0 {
				t.Errorf("the new owner sees %+v", own)
			}
			return err
		})
		s.refunds("200 applied known -10/5", s.refund("R-1", "T-1", 0))
		s.balance(0, rosa)
		s.sound()
		s.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := pos.Reassign(ctx, tx, s.p, a.Member.ID, true, members.Declaration{Door: "cli", Actor: "cli:ana", Words: "seen at the till"})
			return err
		})
		if a := s.join(rosa); a.Bonus != 5 {
			t.Errorf("staff saw the person, and the bonus is %d", a.Bonus)
		}
		s.sound()
	})
}

func TestACardThatIsNobodysKeepsTheSale(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		m := s.join(rosa).Member
		var codes []string
		s.write(func(ctx context.Context, tx *db.Tx) (err error) {
			codes, err = members.NewCards(ctx, tx, s.p.ID, 2)
			return err
		})
		card := func(code string) func(*pos.Sale) {
			return func(sale *pos.Sale) { sale.Phone, sale.Card = "", code }
		}
		s.sells("200 kept none 0/0 card", s.sale("T-1", card(codes[0])))
		s.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := members.GiveCard(ctx, tx, m, codes[0])
			return err
		})
		s.sells("200 credited known 10/15", s.sale("T-2", card(codes[0])))
		s.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := members.LoseCard(ctx, tx, s.p.ID, codes[0])
			return err
		})
		s.sells("200 kept none 0/0 card", s.sale("T-3", card(codes[0])))
	})
}

func TestANumberOfDoubtIsAskedFor(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.join(rosa)
		s.write(func(ctx context.Context, tx *db.Tx) error {
			return members.Mark(ctx, tx, s.p.ID, s.key.Hash(rosa), members.HealthConfirm)
		})
		s.sells("200 credited known 10/15 confirm", s.sale("T-1"))
		s.sells("200 credited known 10/15 confirm", s.sale("T-1"))
		shown := func() bool {
			a, err := s.Person(t.Context(), pos.PersonRequest{Program: s.p.ID, Till: s.till.ID, Kind: pos.ShowMember, Phone: rosa.E164()})
			if err != nil {
				t.Fatal(err)
			}
			return bytes.Contains(a.Body, []byte(`"confirm":true`))
		}
		if !shown() {
			t.Error("member.show does not ask whose number it is")
		}
		s.write(func(ctx context.Context, tx *db.Tx) error {
			m, err := members.ByPhone(ctx, tx, s.p.ID, rosa)
			if err != nil {
				return err
			}
			return members.Confirm(ctx, tx, m)
		})
		if shown() {
			t.Error("member.show asks again")
		}
		s.sells("200 credited known 10/25", s.sale("T-2"))
	})
}

// told makes a sale whose body names the member, a text to them and one from them.
func (s *shop) leavesTraces() {
	s.write(func(ctx context.Context, tx *db.Tx) error {
		if _, err := sms.AddSender(ctx, tx, s.key, s.p.ID, sms.Address{AccountSID: "AC00000000000000000000000000000001", Token: "x", Number: "+5115550100"}); err != nil {
			return err
		}
		_, err := members.SetName(ctx, tx, s.rosa(ctx, tx), "Rosalinda")
		return err
	})
	s.write(func(ctx context.Context, tx *db.Tx) error {
		m := s.rosa(ctx, tx)
		if _, err := sms.Enqueue(ctx, tx, sms.Draft{Program: s.p, Member: m, Class: sms.Service, Topic: "x", Body: "Hola Rosalinda"}); err != nil {
			return err
		}
		sender, err := sms.DefaultSender(ctx, tx, s.p.ID)
		if err != nil {
			return err
		}
		_, err = sms.RecordInbound(ctx, tx, sender, sms.Inbound{ProviderID: "SM1", Body: "NOMBRE Rosalinda"}, sms.From{Phone: rosa, Hash: m.Hash, Member: m.ID})
		return err
	})
	body := `{"phone":"987654321","name":"Rosalinda"}`
	s.sells("200 credited known 10/15", s.sale("T-1", func(sale *pos.Sale) { sale.Body = body }))
	r := s.refund("R-1", "T-1", 1000)
	r.Body = body
	s.refunds("200 applied known -1/14", r)
	r = s.refund("R-2", "T-1", 99900)
	r.Body = body
	_, _ = s.RecordRefund(context.Background(), r)
}

// I32: after an erasure neither number, name nor words are in the database, the ledger is what it was, and no text of ours leaves.
func TestErasedForGood(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.join(rosa)
		s.leavesTraces()
		m := s.member(rosa)
		before := s.count("SELECT SUM(delta) * 1000 + COUNT(*) FROM entries")
		for range 2 {
			s.write(func(ctx context.Context, tx *db.Tx) error {
				_, err := pos.Forget(ctx, tx, s.p, m.ID, members.Declaration{Door: "cli", Actor: "cli:ana", Words: "erased"})
				return err
			})
		}
		if after := s.count("SELECT SUM(delta) * 1000 + COUNT(*) FROM entries"); after != before {
			t.Error("the ledger has changed")
		}
		for table, columns := range map[string][]string{
			"members": {"phone", "hash", "name"}, "messages": {"phone", "hash", "body"}, "inbound": {"phone", "hash", "body"},
			"purchases": {"body", "hash"}, "refunds": {"body"}, "parked": {"body"},
		} {
			for _, column := range columns {
				if n := s.count("SELECT COUNT(*) FROM " + table + " WHERE " + column + " LIKE '%987654321%' OR " + column + " LIKE '%Rosalinda%'"); n != 0 {
					t.Errorf("%d rows of %s.%s name the member", n, table, column)
				}
			}
		}
		s.write(func(ctx context.Context, tx *db.Tx) error {
			n, err := members.Touch(ctx, tx, s.p.ID, s.key.Hash(rosa))
			if n.Textable() {
				t.Error("the number can be texted")
			}
			return err
		})
		s.sound()
		if a := s.join(rosa); a.Bonus != 0 || a.Member.ID == m.ID || a.Member.Formerly != 0 {
			t.Errorf("%+v", a)
		}
	})
}

// Nor are they in the file: what is taken out is overwritten, and a checkpoint empties the journal.
func TestErasedFromTheFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "fiel.db")
	clock := new(dbtest.Clock)
	d, err := db.Open(t.Context(), file, db.Options{Clock: clock.Now})
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	s := openOn(t, d, clock)
	s.join(rosa)
	s.leavesTraces()
	s.write(func(ctx context.Context, tx *db.Tx) error {
		_, err := pos.Forget(ctx, tx, s.p, s.rosa(ctx, tx).ID, members.Declaration{Door: "cli", Actor: "cli:ana", Words: "erased"})
		return err
	})
	d.Close()
	files, err := filepath.Glob(file + "*")
	if err != nil || len(files) == 0 {
		t.Fatal("no file", err)
	}
	for _, name := range files {
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, trace := range []string{"987654321", "Rosalinda"} {
			if at := bytes.Index(raw, []byte(trace)); at >= 0 {
				t.Errorf("%s has %s at %d: %q", filepath.Base(name), trace, at, raw[max(0, at-80):min(len(raw), at+80)])
			}
		}
	}
}
