package sms

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"fiel/db"
)

// run writes a run of a campaign, which may cost so many parts (0: no cap of its own), as planning leaves it.
func (s *shop) run(id, campaign, partsCap int64) {
	s.t.Helper()
	s.exec(`INSERT INTO campaigns (program_id, id, name, recipe, words, calendar, state, created_at, parts_cap)
VALUES ($1, $2, CAST($3 AS TEXT), 'blast', '{}', '{}', 'active', 1, $4) ON CONFLICT DO NOTHING`, s.p.ID, campaign, fmt.Sprint("offer ", campaign), partsCap)
	s.exec(`INSERT INTO runs (program_id, id, campaign_id, occurrence, state, version, starts_at, planned_at, created_at)
VALUES ($1, $2, $3, CAST($4 AS TEXT), 'running', 1, 1, 1, 1)`, s.p.ID, id, campaign, fmt.Sprint(id))
}

// wantRun compares a run's state and reason.
func (s *shop) wantRun(id int64, want string) {
	s.t.Helper()
	var state, reason string
	err := s.d.Read(s.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		return tx.QueryRowContext(ctx, "SELECT state, reason FROM runs WHERE id = $1", id).Scan(&state, &reason)
	})
	if got := strings.TrimSpace(state + " " + reason); err != nil || got != want {
		s.t.Errorf("run %d is %q, want %q, %v", id, got, want, err)
	}
}

// wantNews compares what the owners were told, as "kind subject", the first first.
func (s *shop) wantNews(want ...string) {
	s.t.Helper()
	var got []string
	s.write(func(ctx context.Context, tx *db.Tx) error {
		all, err := Alerts(ctx, tx, s.p.ID, 100)
		got = nil
		for _, n := range slices.Backward(all) {
			got = append(got, n.Kind+" "+n.Subject)
		}
		return err
	})
	if !slices.Equal(got, want) {
		s.t.Errorf("told %q, want %q", got, want)
	}
}

// The first text that the provider refuses for its country stops the run; the owner hears of it once, the others of the run wait.
func TestARunThatWouldFailAlikeStops(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		s.luz(true)
		s.run(7, 3, 0)
		for i := range 10 {
			s.enqueue(s.join(i), Marketing, "Hoy 2x1", func(d *Draft) { d.Run = 7 })
		}
		s.net.refuses(Outcome{Result: Rejected, Trouble: trouble(21408, StopRun)})
		l := s.line()
		for range 5 {
			s.step(l)
			s.clock.Add(time.Second)
		}
		if s.net.posts > l.share {
			t.Errorf("%d posts of what would fail alike, with %d connections", s.net.posts, l.share)
		}
		s.wantRun(7, "paused It failed. (error 21408)")
		s.net.recovers()
		for range 3 {
			s.worker().sweep(t.Context())
			s.clock.Add(2 * time.Second)
			s.sendAll(l)
		}
		if all := s.net.accepted(); len(all) != 1 || !strings.Contains(all[0].Body, "offer 3") || !strings.Contains(all[0].Body, "21408") {
			t.Errorf("left %+v, want one text to the owner", all)
		}
		s.wantNews("run_stopped run:7:21408")
	})
}

// Two replicas, two runs of one campaign and one program's day: neither cap is passed, whatever happens at once, and what is taken back
// is free for others.
func TestNoCapIsPassedAtOnce(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		s.set("parts_per_day", 30)
		s.run(7, 3, 20)
		s.run(8, 3, 20)
		s.run(9, 4, 0)
		runs := []int64{7, 8, 9}
		var done sync.WaitGroup
		for i := range 60 {
			m := s.join(i)
			done.Go(func() {
				err := s.d.Write(context.WithoutCancel(t.Context()), db.Interactive, func(ctx context.Context, tx *db.Tx) error {
					_, err := Enqueue(ctx, tx, Draft{Program: s.p, Member: m, Class: Marketing, Topic: "test", Body: "Hoy 2x1", Run: runs[i%3]})
					return err
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		done.Wait()
		queued := func(where string) int64 {
			return s.count("SELECT COUNT(*) FROM messages WHERE state = 'queued' AND " + where)
		}
		taken := func(where string) int64 { return s.count("SELECT CAST(COALESCE(SUM(n), 0) AS BIGINT) FROM " + where) }
		if n := queued("run_id IN (7, 8)"); n > 20 || taken("campaign_spend WHERE campaign_id = 3") != n {
			t.Errorf("the campaign has %d texts and %d parts of 20", n, taken("campaign_spend WHERE campaign_id = 3"))
		}
		if n := queued("run_id > 0"); n != 30 || taken("spend_days") != 30 {
			t.Errorf("the program has %d texts and %d parts of 30", n, taken("spend_days"))
		}
		s.write(func(ctx context.Context, tx *db.Tx) error {
			for _, run := range runs {
				if _, err := CancelRun(ctx, tx, s.p.ID, run, "cancelled", 100); err != nil {
					return err
				}
			}
			return nil
		})
		if taken("campaign_spend") != 0 || taken("spend_days") != 0 || taken("text_days") != 0 {
			t.Error("what was taken back still takes room")
		}
	})
}

// The owner is told at a half, at four fifths and at the end of a day's parts, and when a campaign has cost what it may.
func TestOwnersHearOfSpending(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		s.set("parts_per_day", 10)
		s.run(7, 3, 2)
		text := func(i int, run int64) Message {
			return s.enqueue(s.join(i), Marketing, "Hoy 2x1", func(d *Draft) { d.Run = run })
		}
		for i := range 4 {
			text(i, 7)
		}
		s.wantNews("campaign_full campaign:3:2")
		for i := range 9 {
			text(10+i, 0)
		}
		s.wantNews("campaign_full campaign:3:2", "spend_50 day:2027-03-05", "spend_80 day:2027-03-05", "spend_full day:2027-03-05")
		if n := s.count("SELECT COUNT(*) FROM messages WHERE reason = 'campaign_cap' AND cap_day = ''"); n != 2 {
			t.Errorf("%d were left out for the campaign's cap, want 2", n)
		}
		if n := s.count("SELECT COUNT(*) FROM messages WHERE reason = 'spend'"); n != 1 {
			t.Errorf("%d were left out for the day's, want 1", n)
		}
	})
}

// That the day's parts are used up reaches the owner on the next day, since nothing fits on this one.
func TestTheEndOfTheDaysPartsIsToldTheNextDay(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		s.luz(true)
		s.set("parts_per_day", 1)
		s.enqueue(s.join(1), Service, "Hola")
		s.worker().sweep(t.Context())
		s.sendAll(s.line())
		if n := len(s.net.accepted()); n != 1 {
			t.Errorf("%d left on a day with one part", n)
		}
		s.clock.Add(24 * time.Hour)
		s.worker().sweep(t.Context())
		if s.sendAll(s.line()) != 1 || !strings.Contains(s.net.accepted()[1].Body, "tope") {
			t.Error("the owner was not told on the next day")
		}
	})
}

// What was told stays until somebody has seen it.
func TestNoticesAreSeen(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		s.write(func(ctx context.Context, tx *db.Tx) error {
			for _, subject := range []string{"run:1", "run:2", "run:3"} {
				if _, err := Note(ctx, tx, s.p, NewsRunMissed, subject, "yes_thanks", nil); err != nil {
					return err
				}
			}
			all, err := Unseen(ctx, tx, s.p.ID, 10)
			if err != nil || len(all) != 3 {
				t.Fatalf("%d unseen, %v", len(all), err)
			}
			for _, want := range []int64{1, 0} {
				if n, err := See(ctx, tx, s.p.ID, all[1].ID); err != nil || n != want {
					t.Errorf("saw %d of the middle one, want %d, %v", n, want, err)
				}
			}
			if n, err := See(ctx, tx, s.p.ID, 0); err != nil || n != 2 {
				t.Errorf("saw %d of the rest, %v", n, err)
			}
			return nil
		})
	})
}
