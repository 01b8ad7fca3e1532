package rewards_test

import (
	"context"
	"testing"

	"fiel/db"
	"fiel/members"
	"fiel/rewards"
)

func (s *shop) approve(d rewards.Deciding) (done rewards.Credited, err error) {
	err = s.try(func(ctx context.Context, tx *db.Tx) (err error) {
		done, err = rewards.ApproveCredit(ctx, tx, s.p, d)
		return err
	})
	return done, err
}

func (s *shop) refuse(d rewards.Deciding) error {
	return s.try(func(ctx context.Context, tx *db.Tx) error { return rewards.RefuseCredit(ctx, tx, s.p, d) })
}

func (s *shop) waiting() (list []rewards.PendingCredit) {
	s.t.Helper()
	s.read(func(ctx context.Context, tx *db.Tx) (err error) {
		list, err = rewards.PendingCredits(ctx, tx, s.p.ID, 100)
		return err
	})
	return list
}

// manager enters somebody who may approve.
func (s *shop) manager(name string, phone members.Phone) (who members.Staff) {
	s.t.Helper()
	s.write(func(ctx context.Context, tx *db.Tx) (err error) {
		who, err = members.AddStaff(ctx, tx, s.p.ID, members.NewStaff{Name: name, Role: members.Manager, Phone: phone})
		return err
	})
	return who
}

func TestPointsAboveTheLimitWaitForASecondPerson(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		eva, luz := s.staff("Eva", "+51987650009"), s.manager("Luz", "+51987650008")
		ana := s.manager("Ana", s.ana.Phone)
		ask := rewards.Crediting{Points: 1001, Reason: " esperó mucho ", Source: "api:1", Staff: luz.ID, Actor: "staff:luz", Door: "page"}
		asked, err := s.credit(ask)
		if err != nil || asked.Waits.ID == 0 || asked.Entry.ID != 0 {
			t.Fatalf("%+v, %v", asked, err)
		}
		s.stands(0, 0, 0)
		_, err = s.credit(ask)
		wantCode(t, err, db.Conflict)
		id := asked.Waits.ID
		for _, c := range []struct {
			story string
			who   rewards.Deciding
			code  db.Code
		}{
			{"who asked", rewards.Deciding{ID: id, Staff: luz.ID, Actor: "staff:luz", Door: "page"}, db.Denied},
			{"who asked, by another door", rewards.Deciding{ID: id, Staff: luz.ID, Actor: "cli:luz", Door: "cli"}, db.Denied},
			{"a cashier", rewards.Deciding{ID: id, Staff: eva.ID, Actor: "staff:eva", Door: "page"}, db.Denied},
			{"who would get them", rewards.Deciding{ID: id, Staff: ana.ID, Actor: "staff:ana", Door: "page"}, db.Denied},
			{"nobody we know", rewards.Deciding{ID: id, Staff: 99, Actor: "staff:99", Door: "page"}, db.Missing},
			{"nobody at all", rewards.Deciding{ID: id}, db.Invalid},
			{"of what does not wait", rewards.Deciding{ID: 99, Actor: "cli:eva", Door: "cli"}, db.Missing},
		} {
			if _, err := s.approve(c.who); db.CodeOf(err) != c.code {
				t.Errorf("approved by %s: %v (%s), want %q", c.story, err, db.CodeOf(err), c.code)
			}
		}
		s.stands(0, 0, 0)
		given, err := s.approve(rewards.Deciding{ID: id, Actor: "cli:eva", Door: "cli"})
		if err != nil || given.Entry.Delta != 1001 || given.Entry.StaffID != luz.ID || given.Entry.Words != "esperó mucho" {
			t.Errorf("%+v, %v", given.Entry, err)
		}
		wantCode(t, s.refuse(rewards.Deciding{ID: id, Actor: "cli:eva", Door: "cli"}), db.Conflict)
		s.stands(1001, 0, 0)
		if s.audits("points.ask") != 1 || s.audits("points.approve") != 1 || s.audits("points.credit") != 0 || len(s.waiting()) != 0 {
			t.Error("the acts are not written down, or something waits still")
		}
	})
}

func TestPointsByHandAreRefused(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		ask := rewards.Crediting{Points: -1001, Reason: "error", Actor: "cli:ana", Door: "cli"}
		first, err := s.credit(ask)
		if err != nil {
			t.Fatal(err)
		}
		second, err := s.credit(ask)
		if err != nil || len(s.waiting()) != 2 {
			t.Fatal(err, s.waiting())
		}
		_, err = s.approve(rewards.Deciding{ID: first.Waits.ID, Actor: "cli:eva", Door: "cli"})
		if !isShort(err, 1001) {
			t.Errorf("taking what is not there: %v", err)
		}
		if err := s.refuse(rewards.Deciding{ID: first.Waits.ID, Actor: "cli:ana", Door: "cli"}); err != nil {
			t.Errorf("who asked takes it back: %v", err)
		}
		if err := s.refuse(rewards.Deciding{ID: second.Waits.ID, Actor: "cli:eva", Door: "cli"}); err != nil {
			t.Error(err)
		}
		if s.audits("points.refuse") != 2 || len(s.waiting()) != 0 {
			t.Error("the acts are not written down, or something waits still")
		}
		s.stands(0, 0, 0)
	})
}

func TestPointsAreApprovedOnce(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		asked, err := s.credit(rewards.Crediting{Points: 2000, Reason: "feria", Actor: "cli:ana", Door: "cli"})
		if err != nil {
			t.Fatal(err)
		}
		var outcomes tally
		atOnce(16, func(i int) {
			d := rewards.Deciding{ID: asked.Waits.ID, Actor: "cli:eva", Door: "cli"}
			if i%4 == 3 {
				outcomes.add(s.refuse(d))
				return
			}
			_, err := s.approve(d)
			outcomes.add(err)
		})
		if outcomes.n[""] != 1 || outcomes.n[db.Conflict] != 15 {
			t.Errorf("outcomes %v", outcomes.n)
		}
		s.stands(2000*int64(s.audits("points.approve")), 0, 0)
	})
}
