package rewards_test

import (
	"context"
	"strings"
	"testing"

	"fiel/db"
	"fiel/members"
	"fiel/rewards"
)

func (s *shop) credit(c rewards.Crediting) (done rewards.Credited, err error) {
	if c.Member == 0 {
		c.Member = s.ana.ID
	}
	err = s.try(func(ctx context.Context, tx *db.Tx) (err error) {
		done, err = rewards.Credit(ctx, tx, s.p, c)
		return err
	})
	return done, err
}

func TestPointsByHand(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		eva, ana := s.staff("Eva", "+51987650009"), s.staff("Ana", s.ana.Phone)
		ok := rewards.Crediting{Points: 100, Reason: "esperó mucho", Staff: eva.ID, Actor: "staff:7", Door: "page"}
		for _, c := range []struct {
			story  string
			change func(*rewards.Crediting)
			code   db.Code
		}{
			{"a good one", func(*rewards.Crediting) {}, ""},
			{"by the command line", func(c *rewards.Crediting) { c.Staff, c.Actor, c.Door = 0, "cli:ana", "cli" }, ""},
			{"exactly the limit", func(c *rewards.Crediting) { c.Points = 1000 }, ""},
			{"taking some away", func(c *rewards.Crediting) { c.Points = -50 }, ""},
			{"with a key", func(c *rewards.Crediting) { c.Source = "api:1" }, ""},
			{"with that key again", func(c *rewards.Crediting) { c.Source = "api:1" }, db.Conflict},
			{"to oneself", func(c *rewards.Crediting) { c.Staff = ana.ID }, db.Denied},
			{"by nobody we know", func(c *rewards.Crediting) { c.Staff = 99 }, db.Missing},
			{"to nobody we know", func(c *rewards.Crediting) { c.Member = 99 }, db.Missing},
			{"for no reason", func(c *rewards.Crediting) { c.Reason = "  " }, db.Invalid},
			{"for too long a reason", func(c *rewards.Crediting) { c.Reason = strings.Repeat("a", 201) }, db.Invalid},
			{"of nothing", func(c *rewards.Crediting) { c.Points = 0 }, db.Invalid},
			{"by no actor", func(c *rewards.Crediting) { c.Actor = "" }, db.Invalid},
		} {
			given := ok
			c.change(&given)
			if _, err := s.credit(given); db.CodeOf(err) != c.code {
				t.Errorf("%s: %v (%s), want %q", c.story, err, db.CodeOf(err), c.code)
			}
		}
		s.stands(100+100+1000-50+100, 0, 0)
		_, err := s.credit(rewards.Crediting{Points: -1000, Reason: "error", Actor: "cli:ana", Door: "cli"})
		if err != nil {
			t.Error(err)
		}
		_, err = s.credit(rewards.Crediting{Points: -1000, Reason: "error", Actor: "cli:ana", Door: "cli"})
		if !isShort(err, 750) {
			t.Errorf("taking what is not there: %v", err)
		}
		if n := s.audits("points.credit"); n != 6 {
			t.Errorf("%d acts are written down, want one for each that was done", n)
		}
	})
}

func (s *shop) staff(name string, phone members.Phone) (who members.Staff) {
	s.t.Helper()
	s.write(func(ctx context.Context, tx *db.Tx) (err error) {
		who, err = members.AddStaff(ctx, tx, s.p.ID, members.NewStaff{Name: name, Role: members.Cashier, Phone: phone})
		return err
	})
	return who
}

func (s *shop) audits(action string) (n int) {
	s.t.Helper()
	s.read(func(ctx context.Context, tx *db.Tx) error {
		all, err := members.Audits(ctx, tx, s.p.ID, 0, 1000)
		n = 0
		for _, a := range all {
			if a.Action == action {
				n++
			}
		}
		return err
	})
	return n
}
