package rewards_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"fiel/db"
	"fiel/members"
	"fiel/rewards"
)

// agrees has Ana consent to texts about her points.
func (s *shop) agrees() {
	s.t.Helper()
	s.write(func(ctx context.Context, tx *db.Tx) error {
		m, err := members.Lock(ctx, tx, s.p.ID, s.ana.ID)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "UPDATE members SET wrote_first = TRUE WHERE id = $1", m.ID); err != nil {
			return err
		}
		_, err = members.Agree(ctx, tx, m, members.Declaration{Kind: members.ServiceTexts, Given: true, Door: "text", Actor: "member"})
		return err
	})
}

// texts are the topics and bodies that wait for Ana, oldest first.
func (s *shop) texts() (topics, bodies []string) {
	s.t.Helper()
	s.read(func(ctx context.Context, tx *db.Tx) error {
		rows, err := tx.QueryContext(ctx, "SELECT topic, body FROM messages WHERE member_id = $1 AND state = 'queued' ORDER BY id", s.ana.ID)
		if err != nil {
			return err
		}
		for rows.Next() {
			var topic, body string
			if err := rows.Scan(&topic, &body); err != nil {
				return err
			}
			topics, bodies = append(topics, topic), append(bodies, body)
		}
		return rows.Err()
	})
	return topics, bodies
}

func (s *shop) questions() (open []members.Question) {
	s.t.Helper()
	s.read(func(ctx context.Context, tx *db.Tx) (err error) {
		open, err = members.Open(ctx, tx, s.p.ID, s.ana.ID)
		return err
	})
	return open
}

func TestTheMemberIsToldWhenAVoucherIsUsed(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.agrees()
		store := s.store("Barranco")
		first, second := s.grant(0, day), s.grant(0, day)
		s.use(rewards.Using{Code: first.Code, Store: store.ID})
		s.use(rewards.Using{Code: first.Code, Store: store.ID})
		topics, bodies := s.texts()
		if !slices.Equal(topics, []string{"voucher_used"}) || !strings.Contains(bodies[0], first.Code) || !strings.Contains(bodies[0], "Barranco") {
			t.Fatalf("texts %v %q", topics, bodies)
		}
		s.use(rewards.Using{Code: second.Code})
		asked := s.questions()
		if len(asked) != 1 || asked[0].Kind != members.AskDispute || asked[0].Ref != second.ID {
			t.Errorf("open questions %+v, want one about the second voucher", asked)
		}
		s.clock.Add(day)
		if asked := s.questions(); len(asked) != 0 {
			t.Errorf("a day later: %+v", asked)
		}
	})
}

func TestWhoDidNotConsentIsNeitherToldNorAsked(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		if used := s.use(rewards.Using{Code: s.grant(0, day).Code}); used.Why != nil {
			t.Fatal(used.Why)
		}
		if topics, _ := s.texts(); len(topics) != 0 || len(s.questions()) != 0 {
			t.Errorf("texts %v, questions %v", topics, s.questions())
		}
	})
}

func TestTheMemberIsToldWhenPointsComeBack(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.agrees()
		s.coffee(rewards.Unlimited)
		s.gift(70, 0)
		v, _, _ := s.redeem(s.ana, 1)
		s.clock.Set(time.UnixMilli(v.ExpiresAt))
		s.releaseDue()
		s.releaseDue()
		topics, bodies := s.texts()
		if !slices.Equal(topics, []string{"voucher_back"}) || !strings.Contains(bodies[0], "50") || !strings.Contains(bodies[0], "70") {
			t.Errorf("texts %v %q", topics, bodies)
		}
	})
}

// A program that texts nobody gives points back all the same.
func TestPointsComeBackWithoutASender(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.agrees()
		s.coffee(rewards.Unlimited)
		s.gift(70, 0)
		v, _, _ := s.redeem(s.ana, 1)
		s.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.ExecContext(ctx, "DELETE FROM senders WHERE program_id = $1", s.p.ID)
			return err
		})
		s.clock.Set(time.UnixMilli(v.ExpiresAt))
		if n := s.releaseDue(); n != 1 || s.now().Balance != 70 {
			t.Errorf("%d released, %d points", n, s.now().Balance)
		}
	})
}
