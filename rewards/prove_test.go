package rewards_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"fiel/db"
	"fiel/members"
	"fiel/rewards"
)

func (s *shop) prove() rewards.Proved {
	s.t.Helper()
	proved, err := rewards.Prove(context.Background(), s.d, s.p, func(done, total int) {
		if done > total {
			s.t.Errorf("%d of %d steps are done", done, total)
		}
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return proved
}

// A proof counts what it looked at, suspects nobody who rests, and finds damage that was done for good.
func TestProof(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.livedIn()
		s.clock.Add(2 * day)
		s.seal()
		p := s.prove()
		if p.Members != 2 || p.Vouchers != 2 || p.Entries == 0 || p.Lots == 0 || p.Moves == 0 || p.Sealed == 0 || p.Seal != s.lastSeal().Hash || p.Suspects != 0 || len(p.Findings) != 0 {
			t.Errorf("%+v", p)
		}
		s.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.ExecContext(ctx, `UPDATE lots SET "left" = "left" - 1 WHERE "left" > 0`)
			return err
		})
		p = s.prove()
		if p.Suspects != 1 || !has(p.Findings, "I1", "left in the lots") || !has(p.Findings, "I1", "opened with and its moves") {
			t.Errorf("%+v", p)
		}
	})
}

// What no key would let in is found all the same.
func TestProofFindsWhatKeysForbid(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.livedIn()
		eva := s.join("+51987650007")
		for _, c := range []struct{ table, damage, invariant, words string }{
			{"entries", fmt.Sprintf("UPDATE entries SET member_id = 8000000 WHERE kind = 'refund' AND member_id = %d", s.ana.ID), "I1", "member 8000000 does not exist"},
			{"entries", "DELETE FROM entries WHERE kind = 'refund'", "I1", "moved points of a lot but does not exist"},
			{"lot_moves", "DELETE FROM lot_moves", "I1", "lots gained or lost"},
			{"entries", fmt.Sprintf(`UPDATE lots SET member_id = %d WHERE "left" > 0`, eva.ID), "I1", "another member's than the entry"},
			{"entries", "UPDATE entries SET seq = seq + 1 WHERE kind = 'refund'", "I1", "an entry is missing"},
			{"entries", "UPDATE entries SET kind = 'earn', purchase_id = 77 WHERE kind IN ('bonus', 'release')", "I3", "purchase 77 was credited more than once"},
			{"entries", "UPDATE entries SET kind = 'refund', voucher_id = 0 WHERE kind = 'redeem'", "I9", "without its points being taken"},
		} {
			if found := s.unguarded(c.table, c.damage); !has(found, c.invariant, c.words) {
				t.Errorf("%s\nwas not found as %s %q: %v", c.damage, c.invariant, c.words, found)
			}
		}
		s.sound()
	})
}

// Eight writers do everything at once while proof follows proof: nothing of it is ever found to be wrong.
func TestProofUnderWrites(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.rule(onePerTen())
		s.coffee(rewards.Unlimited)
		crowd := []members.Member{s.ana}
		for i := range 11 {
			crowd = append(crowd, s.join(members.Phone(fmt.Sprintf("+519876400%02d", i))))
		}
		s.gift(40, 0)
		s.clock.Set(s.clock.Now().Truncate(day).Add(day + 50*time.Minute)) // the day before is closed soon
		stop := make(chan struct{})
		var writers sync.WaitGroup
		for w := range 8 {
			writers.Go(func() { s.busy(stop, crowd, uint64(w)) })
		}
		until, proofs := time.Now().Add(1500*time.Millisecond), 0
		for ; time.Now().Before(until) || proofs < 3; proofs++ {
			if proofs < 4 { // what is being written is never an hour old
				s.clock.Add(5 * time.Minute)
			}
			s.seal()
			if p := s.prove(); len(p.Findings) != 0 {
				t.Errorf("%+v", p)
			}
		}
		close(stop)
		writers.Wait()
		s.sound()
		if s.lastSeal().Day == "" {
			t.Error("nothing was sealed meanwhile")
		}
	})
}

// busy moves members of the crowd until it is stopped.
func (s *shop) busy(stop <-chan struct{}, crowd []members.Member, seed uint64) {
	random := rand.New(rand.NewPCG(seed, 1))
	for n := 0; ; n++ {
		select {
		case <-stop:
			return
		default:
		}
		who, dice := crowd[random.IntN(len(crowd))], random.IntN(6)
		err := s.try(func(ctx context.Context, tx *db.Tx) error {
			m, err := members.Lock(ctx, tx, s.p.ID, who.ID)
			if err != nil {
				return err
			}
			switch dice {
			case 0:
				_, _, err = rewards.Redeem(ctx, tx, s.p, m, 1)
			case 1:
				_, err = rewards.ReleaseDue(ctx, tx, s.p, 1)
			case 2:
				_, _, err = rewards.Post(ctx, tx, s.p, m, rewards.Posting{Kind: rewards.KindRefund, Delta: -3, Source: fmt.Sprint("refund:", tx.ID())})
			default:
				_, _, err = rewards.Bonus(ctx, tx, s.p, m, "", fmt.Sprint("gift:", tx.ID()), 20, nil)
			}
			return err
		})
		if code := db.CodeOf(err); err != nil && code != db.Refused && code != db.Conflict && code != db.Busy {
			s.t.Error(err)
			return
		}
	}
}
