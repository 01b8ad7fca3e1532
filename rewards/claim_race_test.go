package rewards_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"fiel/db"
	"fiel/members"
	"fiel/rewards"
)

func asClaim(err error, as **rewards.ClaimError) bool { return errors.As(err, as) }

func TestFiftyCopiesOfAClaimGiveOnce(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		a := s.action(rewards.NewAction{Name: "Encuesta", Kind: rewards.OwnAction, Points: 10, Times: 3})
		var outcomes tally
		atOnce(50, func(int) {
			_, err := s.claim(s.ana, rewards.Claiming{Action: a, Source: "form:1"})
			outcomes.add(err)
		})
		if outcomes.n[""] != 1 || outcomes.n[db.Conflict] != 49 {
			t.Errorf("one source: %v", outcomes.n)
		}
		outcomes = tally{}
		atOnce(50, func(int) {
			_, err := s.claim(s.ana, rewards.Claiming{Action: a})
			outcomes.add(err)
		})
		if outcomes.n[""] != 2 || outcomes.n[db.Refused] != 48 {
			t.Errorf("three times a member: %v", outcomes.n)
		}
		s.stands(30, 0, 0)
	})
}

func TestTheTotalHoldsForEverybody(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		a := s.action(rewards.NewAction{Name: "Los primeros", Kind: rewards.OwnAction, Points: 10, Total: 5})
		crowd := make([]members.Member, 20)
		for i := range crowd {
			crowd[i] = s.join(members.Phone(fmt.Sprintf("+519876500%02d", i)))
		}
		var outcomes tally
		atOnce(len(crowd), func(i int) {
			_, err := s.claim(crowd[i], rewards.Claiming{Action: a})
			outcomes.add(err)
		})
		if outcomes.n[""] != 5 || outcomes.n[db.Refused] != 15 {
			t.Errorf("five of twenty: %v", outcomes.n)
		}
		if got := s.actionNow("Los primeros"); got.Given != 5 {
			t.Errorf("counted %d", got.Given)
		}
		// A source that several members bring at once is used by one of them.
		b := s.action(rewards.NewAction{Name: "El sobre", Kind: rewards.OwnAction, Points: 10, Total: 5})
		outcomes = tally{}
		atOnce(len(crowd), func(i int) {
			_, err := s.claim(crowd[i], rewards.Claiming{Action: b, Source: "envelope:1"})
			outcomes.add(err)
		})
		if outcomes.n[""] != 1 || outcomes.n[db.Conflict] != 19 || s.actionNow("El sobre").Given != 1 {
			t.Errorf("one source: %v", outcomes.n)
		}
		s.sound()
	})
}

func TestTwoRoundsGiveABirthdayOnce(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.action(rewards.NewAction{Name: "Tu cumple", Kind: rewards.BirthdayAction, Points: 100})
		for i := range 10 {
			m := s.join(members.Phone(fmt.Sprintf("+519876500%02d", i)))
			s.write(func(ctx context.Context, tx *db.Tx) error {
				local := tx.Time().In(s.p.Location()).AddDate(0, 0, 1)
				return members.SetBirthday(ctx, tx, m, members.Birthday{Month: int64(local.Month()), Day: int64(local.Day())})
			})
		}
		s.clock.Add(day)
		given := make([]int64, 6)
		atOnce(len(given), func(i int) {
			s.write(func(ctx context.Context, tx *db.Tx) (err error) {
				given[i], err = rewards.GiveBirthdays(ctx, tx, s.p, 4)
				return err
			})
		})
		total := int64(0)
		for _, n := range given {
			total += n
		}
		for n := int64(1); n > 0; total += n {
			s.write(func(ctx context.Context, tx *db.Tx) (err error) {
				n, err = rewards.GiveBirthdays(ctx, tx, s.p, 4)
				return err
			})
		}
		if total != 10 {
			t.Errorf("given %d times, to ten members", total)
		}
		s.sound()
	})
}
