package campaigns

import (
	"context"
	"fmt"
	"testing"
	"time"

	"fiel/db"
	"fiel/members"
)

// sale writes a purchase of a member that many days ago, straight into the table.
func (s *shop) sale(m members.Member, daysAgo int, money int64) {
	s.t.Helper()
	at := s.clock.Now().AddDate(0, 0, -daysAgo).UnixMilli()
	var id int64
	s.write(func(ctx context.Context, tx *db.Tx) error {
		id = tx.ID()
		_, err := tx.ExecContext(ctx, `INSERT INTO tills (program_id, id, store_id, name, path, secret, created_at) VALUES ($1, 1, $2, 'Caja', 'x', 'x', 1)
ON CONFLICT DO NOTHING`, s.p.ID, s.store.ID)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO purchases (program_id, id, till_id, ref, meant, state, member_id, store_id, day, amount, currency, money, earning,
occurred_at, received_at, answer) VALUES ($1, $2, 1, $7, '', 'credited', $3, $4, '', CAST($5 AS BIGINT), 'MXN', CAST($5 AS BIGINT), 0, CAST($6 AS BIGINT), CAST($6 AS BIGINT), '')`,
			s.p.ID, id, m.ID, s.store.ID, money, at, fmt.Sprint(id))
		return err
	})
	s.exec(`UPDATE members SET purchases = purchases + 1, last_purchase_id = CASE WHEN last_purchase_at > CAST($4 AS BIGINT) THEN last_purchase_id ELSE CAST($3 AS BIGINT) END,
last_purchase_at = CASE WHEN last_purchase_at > CAST($4 AS BIGINT) THEN last_purchase_at ELSE CAST($4 AS BIGINT) END WHERE program_id = $1 AND id = $2`, s.p.ID, m.ID, id, at)
}

// night scores all members, two at a time, and says in how many transactions.
func (s *shop) night() (steps int) {
	s.t.Helper()
	for n := int64(1); n > 0; steps++ {
		s.write(func(ctx context.Context, tx *db.Tx) (err error) {
			n, err = ScoreMembers(ctx, tx, s.p, 1)
			return err
		})
	}
	return steps
}

func (s *shop) score(m members.Member) int64 {
	return s.count("SELECT rfm FROM members WHERE program_id = $1 AND id = $2", s.p.ID, m.ID)
}

func TestMembersAreScoredInFifths(t *testing.T) {
	eachShop(t, "2027-03-05T15:00:00Z", lima(), func(t *testing.T, s *shop) {
		var all []members.Member
		for i := range 10 {
			m := s.member("Ana")
			all = append(all, m)
			for range i/2 + 1 {
				s.sale(m, 100-10*(i/2), int64(1000*(i/2+1)))
			}
		}
		never, long, twin := s.member("Nie"), s.member("Alt"), s.member("Zwilling")
		s.sale(long, 400, 99_900)
		s.exec("UPDATE members SET merged_into = $3, phone = '' WHERE program_id = $1 AND id = $2", s.p.ID, twin.ID, never.ID)
		steps := s.night()
		for i, want := range []int64{111, 111, 222, 222, 333, 333, 444, 444, 555, 555} {
			if got := s.score(all[i]); got != want {
				t.Errorf("member %d has %d, want %d", i, got, want)
			}
		}
		if s.score(never) != 0 || s.score(long) != 111 {
			t.Errorf("never %d, long ago %d", s.score(never), s.score(long))
		}
		if steps < 6 || s.night() != 1 {
			t.Errorf("%d steps, and the same night was gone through again", steps)
		}
		s.clock.Add(24 * time.Hour)
		s.sale(twin, 1, 500_000) // what a merged member bought is the survivor's
		s.exec("UPDATE members SET purchases = 1, last_purchase_at = $3 WHERE program_id = $1 AND id = $2", s.p.ID, never.ID, s.clock.Now().AddDate(0, 0, -1).UnixMilli())
		s.night()
		if got := s.score(never); got != 515 {
			t.Errorf("the survivor has %d", got)
		}
		if got := RFMClass("es", 515); got != "recién llegados" {
			t.Errorf("515 is %q", got)
		}
	})
}

// Equal values have equal scores, whatever that leaves empty.
func TestFifthsKeepEqualsTogether(t *testing.T) {
	for _, c := range []struct {
		counts map[int64]int64
		want   map[int64]int64
	}{
		{map[int64]int64{7: 100}, map[int64]int64{7: 1}},
		{map[int64]int64{1: 60, 2: 30, 9: 10}, map[int64]int64{1: 1, 2: 4, 9: 5}},
		{map[int64]int64{1: 1, 2: 1, 3: 1, 4: 1, 5: 1}, map[int64]int64{1: 1, 2: 2, 3: 3, 4: 4, 5: 5}},
	} {
		got := fifths(c.counts, true)
		for v, want := range c.want {
			if got[v] != want {
				t.Errorf("%v: %d scores %d, want %d", c.counts, v, got[v], want)
			}
		}
	}
}
