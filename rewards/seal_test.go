package rewards_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"fiel/db"
	"fiel/members"
	"fiel/rewards"
)

func (s *shop) seal() (n int64) {
	s.t.Helper()
	n, err := rewards.SealDays(context.Background(), s.d, s.p, 100)
	if err != nil {
		s.t.Fatal(err)
	}
	return n
}

func (s *shop) lastSeal() (last rewards.Seal) {
	s.t.Helper()
	s.read(func(ctx context.Context, tx *db.Tx) (err error) {
		last, _, err = rewards.LastSeal(ctx, tx, s.p.ID)
		return err
	})
	return last
}

// unguarded is what Check finds after damage that no trigger and no foreign key kept off, which is then undone.
func (s *shop) unguarded(table string, damage ...string) (found []rewards.Finding) {
	s.t.Helper()
	err := s.try(func(ctx context.Context, tx *db.Tx) error {
		before := []string{"SET LOCAL session_replication_role = replica"}
		if tx.Dialect() == db.SQLite {
			before = []string{"PRAGMA defer_foreign_keys = ON", "DROP TRIGGER " + table + "_no_update", "DROP TRIGGER " + table + "_no_delete"}
		}
		for _, statement := range append(before, damage...) {
			if _, err := tx.ExecContext(ctx, statement); err != nil {
				return err
			}
		}
		all, err := rewards.Check(ctx, tx, s.p.ID)
		if found = all; err != nil {
			return err
		}
		return errRollBack
	})
	if !errors.Is(err, errRollBack) {
		s.t.Fatalf("%s: %v", damage, err)
	}
	return found
}

func has(found []rewards.Finding, invariant, words string) bool {
	return slices.ContainsFunc(found, func(f rewards.Finding) bool { return f.Invariant == invariant && strings.Contains(f.Text, words) })
}

// A day is sealed an hour after its end; days on which nothing happened are passed over; a day is sealed once.
func TestDaysAreSealed(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		first := time.Date(2027, 5, 1, 12, 0, 0, 0, time.UTC)
		s.clock.Set(first)
		s.seal() // what founding the shop left behind
		s.gift(5, 0)
		if n := s.seal(); n != 0 {
			t.Errorf("%d days sealed while they last", n)
		}
		s.clock.Set(time.Date(2027, 5, 2, 0, 59, 59, 0, time.UTC))
		if n := s.seal(); n != 0 {
			t.Errorf("%d days sealed before an hour has passed", n)
		}
		s.clock.Add(time.Second)
		if n := s.seal(); n != 1 || s.lastSeal().Day != "2027-05-01" || s.lastSeal().RowsSealed == 0 {
			t.Errorf("%d days, %+v", n, s.lastSeal())
		}
		s.clock.Add(5 * day)
		s.gift(7, 0)
		s.clock.Add(2 * day)
		if n := s.seal(); n != 1 || s.lastSeal().Day != "2027-05-07" {
			t.Errorf("%d days, %+v", n, s.lastSeal())
		}
		if n := s.seal(); n != 0 {
			t.Errorf("%d days sealed again", n)
		}
		s.sound()
	})
}

// livedInQuietly leaves rows in every table that is sealed.
func (s *shop) livedInQuietly() {
	s.t.Helper()
	s.livedIn()
	s.write(func(ctx context.Context, tx *db.Tx) error {
		m, err := members.ByID(ctx, tx, s.p.ID, s.ana.ID)
		if err != nil {
			return err
		}
		_, err = members.Agree(ctx, tx, m, members.Declaration{
			Kind: members.ServiceTexts, Given: true, Door: "cli", Actor: "cli:ana", Words: "año|ñ\n1 tab\t", Evidence: "7",
		})
		if err != nil {
			return err
		}
		if err := members.Record(ctx, tx, s.p.ID, members.Act{Actor: "cli:ana", Door: "cli", Action: "test"}); err != nil {
			return err
		}
		for _, statement := range []string{
			`INSERT INTO stamp_moves (program_id, id, member_id, rule_id, delta, stamps_after, source, at) VALUES ($1, $2, $3, 1, 1, 1, 'test', $4)`,
			`INSERT INTO tier_moves (program_id, id, member_id, tier_id, up, at) VALUES ($1, $2, $3, 0, TRUE, $4)`,
		} {
			if _, err := tx.ExecContext(ctx, statement, s.p.ID, tx.ID(), s.ana.ID, tx.Now); err != nil {
				return err
			}
		}
		return nil
	})
}

// Whatever is changed, added or taken away after its day was sealed is found, and the day and the table are named.
func TestSealsFindWhatWasChanged(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.clock.Set(time.Date(2027, 3, 1, 12, 0, 0, 0, time.UTC))
		s.livedInQuietly()
		s.clock.Set(time.Date(2027, 4, 1, 12, 0, 0, 0, time.UTC))
		s.gift(3, 0)
		s.clock.Add(2 * day)
		if n := s.seal(); n < 3 {
			t.Fatalf("%d days sealed", n)
		}
		s.sound()
		for _, c := range []struct{ table, damage, words string }{
			{"entries", "UPDATE entries SET words = 'otra cosa' WHERE source LIKE 'gift:%'", "rows of entries were changed after the day was sealed"},
			{"entries", "UPDATE entries SET at = at + 86400000 WHERE source LIKE 'gift:%'", "entries has"},
			{"entries", "DELETE FROM entries WHERE kind = 'refund'", "entries has"},
			{"lot_moves", "UPDATE lot_moves SET points = points - 1", "rows of lot_moves were changed"},
			{"lot_moves", "DELETE FROM lot_moves", "lot_moves has 0 rows"},
			{"consents", "UPDATE consents SET given = NOT given", "rows of consents were changed"},
			{"consents", "DELETE FROM consents WHERE actor = 'cli:ana'", "consents has"},
			{"audits", "UPDATE audits SET actor = 'cli:eva' WHERE action = 'test'", "rows of audits were changed"},
			{"audits", "DELETE FROM audits WHERE action = 'test'", "audits has"},
			{"stamp_moves", "UPDATE stamp_moves SET delta = 2 WHERE source = 'test'", "rows of stamp_moves were changed"},
			{"tier_moves", "DELETE FROM tier_moves", "tier_moves has"},
			{"audits", "INSERT INTO audits (program_id, id, at, actor, door, action) SELECT program_id, 9000001, at, actor, door, action FROM audits WHERE action = 'test'", "audits has"},
			{"audits", "INSERT INTO audits (program_id, id, at, actor, door, action) SELECT program_id, 9000001, at - 8640000000, actor, door, action FROM audits WHERE action = 'test'", "of a day that had none"},
			{"seals", "DELETE FROM seals WHERE day = '2027-03-01'", "does not follow the one before it"},
			{"seals", "UPDATE seals SET parts = REPLACE(parts, 'audits', 'audit') WHERE day = '2027-03-01'", "the seal of 2027-03-01 was changed"},
		} {
			if found := s.unguarded(c.table, c.damage); !has(found, "I2", c.words) {
				t.Errorf("%s\nwas not found as %q: %v", c.damage, c.words, found)
			}
		}
		s.sound()
	})
}

// A trigger that is gone is missed, on both databases.
func TestTriggersAreMissed(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		for _, table := range []string{"entries", "lot_moves", "consents", "audits", "stamp_moves", "tier_moves", "seals"} {
			for _, change := range []string{"update", "delete"} {
				drop := "DROP TRIGGER " + table + "_no_" + change
				s.read(func(_ context.Context, tx *db.Tx) error {
					if tx.Dialect() == db.Postgres {
						drop += " ON " + table
					}
					return nil
				})
				if found := s.damaged(drop); len(found) != 1 || !has(found, "I2", "keeps rows of "+table+" from "+change) {
					t.Errorf("%s: %v", drop, found)
				}
			}
		}
	})
}

// Any number of processes may seal at once: a day gets one seal, and the chain holds.
func TestSealingAtOnce(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		for range 5 {
			s.gift(5, 0)
			s.clock.Add(day)
		}
		s.clock.Add(day)
		sealed := make([]int64, 6)
		atOnce(len(sealed), func(i int) { sealed[i] = s.seal() })
		sum := int64(0)
		for _, n := range sealed {
			sum += n
		}
		if sum != 5 && sum != 6 {
			t.Errorf("sealed %v: %d days", sealed, sum)
		}
		if s.seal() != 0 {
			t.Error("something was left")
		}
		s.sound()
	})
}
