package sms

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"fiel/db"
	"fiel/members"
	"fiel/templates"
)

func TestEnqueue(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		m := s.join(1)
		text := s.enqueue(m, Marketing, "Hoy\t2x1 “ya”…\r\n", func(d *Draft) { d.Once = "run:1" })
		if text.Body != "Hoy 2x1 \"ya\"...\n" || text.Parts != 1 || text.Language != "es" || text.SenderID != s.s.ID || text.Phone != m.Phone {
			t.Errorf("row: %+v", text)
		}
		if diff := cmp.Diff(text, s.message(text.ID)); diff != "" {
			t.Errorf("what is stored differs (-returned +stored):\n%s", diff)
		}
	})
}

func TestWhatIsNotQueued(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		m := s.join(1)
		s.exec("INSERT INTO kept_keys (program_id, kind, key) VALUES ($1, 'once', $2)", s.p.ID, onceKey(m.ID, "birthday:2020"))
		s.enqueue(m, Service, "Hola", func(d *Draft) { d.Once, d.Inbound = "birthday:2027", 5 })
		tests := []struct {
			name string
			edit func(*Draft)
			want db.Code
		}{
			{"no words", func(d *Draft) { d.Body = "" }, db.Invalid},
			{"nothing to read", func(d *Draft) { d.Body = " \u200b\n" }, db.Invalid},
			{"too many words", func(d *Draft) { d.Body = strings.Repeat("a", 1601) }, db.Invalid},
			{"once already", func(d *Draft) { d.Once = "birthday:2027" }, db.Conflict},
			{"once long ago", func(d *Draft) { d.Once = "birthday:2020" }, db.Conflict},
			{"answered already", func(d *Draft) { d.Inbound = 5 }, db.Conflict},
			{"no sender", func(d *Draft) { d.Program.ID++ }, db.Missing},
		}
		for _, test := range tests {
			d := Draft{Program: s.p, Member: m, Class: Marketing, Body: "Hola"}
			test.edit(&d)
			before := s.room()
			s.write(func(ctx context.Context, tx *db.Tx) error {
				if _, err := Enqueue(ctx, tx, d); db.CodeOf(err) != test.want {
					t.Errorf("%s: %v, want %s", test.name, err, test.want)
				}
				return nil
			})
			if after := s.room(); after != before {
				t.Errorf("%s: room of caps went from %s to %s", test.name, before, after)
			}
		}
	})
}

// room is everything the caps count.
func (s *shop) room() string {
	return fmt.Sprintf("texts %d parts %d", s.count("SELECT COALESCE(SUM(n), 0) FROM text_days"), s.count("SELECT COALESCE(SUM(n), 0) FROM spend_days"))
}

// The audience of a run is its rows: those held out and those left out are there, and take no room.
func TestAudienceRows(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		run := func(d *Draft) { d.Run = 3 }
		s.enqueue(s.join(1), Marketing, "Hola", run)
		s.enqueue(s.join(2), Marketing, "", run, func(d *Draft) { d.Holdout = true })
		s.enqueue(s.join(3), Marketing, "", run, func(d *Draft) { d.LeftOut = ReasonConsent })
		erased := s.join(4)
		erased.Phone, erased.Hash = "", ""
		s.enqueue(erased, Marketing, "Hola", run)
		if n := s.sendAll(s.line()); n != 1 {
			t.Errorf("%d texts left, want 1", n)
		}
		var tallies []Tally
		s.write(func(ctx context.Context, tx *db.Tx) (err error) {
			tallies, err = RunTally(ctx, tx, s.p.ID, 3)
			return err
		})
		got := map[string]int64{}
		for _, tally := range tallies {
			got[tally.State+" "+tally.Reason] = tally.Texts
		}
		want := map[string]int64{"sent ": 1, "holdout ": 1, "left_out consent": 1, "left_out stopped": 1}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("tally (-want +got):\n%s", diff)
		}
		if room := s.room(); room != "texts 2 parts 1" { // a day and a week
			t.Errorf("room taken: %s", room)
		}
	})
}

// The caps hold, and the room of what is taken back is there again.
func TestCaps(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		m := s.join(1)
		first := s.enqueue(m, Marketing, "uno", func(d *Draft) { d.Run = 1 })
		if second := s.enqueue(m, Marketing, "dos"); second.State != StateLeftOut || second.Reason != ReasonCap {
			t.Errorf("a second promotion on one day: %s %q", second.State, second.Reason)
		}
		if notice := s.enqueue(m, Service, "puntos"); notice.State != StateQueued {
			t.Errorf("a notice is under no cap: %s", notice.State)
		}
		for day := 1; day <= 4; day++ {
			text := s.enqueue(m, Marketing, "otro dia", func(d *Draft) { d.SendAfter = s.clock.Now().AddDate(0, 0, day).UnixMilli() })
			want := StateQueued // Friday's, Saturday's and Sunday's are three of one week; Monday begins another
			if got := text.State; got != want {
				t.Errorf("%d days later: %s %q", day, got, text.Reason)
			}
		}
		s.set("texts_per_week", 3)
		s.set("texts_per_day", 5)
		if full := s.enqueue(m, Marketing, "cuarto de la semana"); full.Reason != ReasonCap {
			t.Errorf("a fourth in a week: %s %q", full.State, full.Reason)
		}
		s.write(func(ctx context.Context, tx *db.Tx) error {
			n, err := CancelRun(ctx, tx, s.p.ID, 1, "cancelled", 1000)
			if n != 1 {
				t.Errorf("%d cancelled, want 1", n)
			}
			return err
		})
		if got := s.message(first.ID); got.State != StateCancelled || got.Reason != "cancelled" {
			t.Errorf("the cancelled one: %s %q", got.State, got.Reason)
		}
		if free := s.enqueue(m, Marketing, "ahora si"); free.State != StateQueued {
			t.Errorf("after the first was taken back: %s %q", free.State, free.Reason)
		}
		s.consistent()
	})
}

// consistent checks that the counters say what the rows say.
func (s *shop) consistent() {
	s.t.Helper()
	texts := s.count("SELECT COUNT(*) FROM messages WHERE cap_day <> '' AND state NOT IN ('cancelled', 'left_out', 'holdout')")
	if n := s.count("SELECT COALESCE(SUM(n), 0) FROM text_days"); n != 2*texts {
		s.t.Errorf("text_days counts %d, %d promotions take a day and a week each", n, texts)
	}
	parts := s.count("SELECT CAST(COALESCE(SUM(parts), 0) AS BIGINT) FROM messages WHERE spend_day <> '' AND state NOT IN ('cancelled', 'left_out', 'holdout')")
	if n := s.count("SELECT CAST(COALESCE(SUM(n), 0) AS BIGINT) FROM spend_days"); n != parts {
		s.t.Errorf("spend_days counts %d, the texts have %d parts", n, parts)
	}
}

func TestSpendCap(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		s.set("parts_per_day", 3)
		states := func(bodies ...string) (got []string) {
			for i, body := range bodies {
				got = append(got, s.enqueue(s.join(100*len(body)+i), Service, body).State)
			}
			return got
		}
		long := strings.Repeat("a", 161) // two parts
		if diff := cmp.Diff([]string{StateQueued, StateLeftOut, StateQueued, StateLeftOut}, states(long, long, "b", "c")); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		s.consistent()
		s.clock.Add(24 * time.Hour)
		if got := states("d"); got[0] != StateQueued {
			t.Errorf("the next day: %v", got)
		}
	})
}

// Campaigns and blasts that plan at once, and owners who take runs back meanwhile, cannot together pass a cap.
func TestCapsUnderConcurrency(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		s.set("texts_per_day", 2)
		s.set("parts_per_day", 25)
		var people []members.Member
		for i := range 10 {
			people = append(people, s.join(i))
		}
		var all sync.WaitGroup
		for run := range int64(6) {
			all.Go(func() {
				for i, m := range people {
					draft := Draft{Program: s.p, Member: m, Class: Marketing, Body: "Hoy 2x1", Run: run + 1, Once: fmt.Sprintf("run:%d", run+1)}
					s.concurrently(func(ctx context.Context, tx *db.Tx) error {
						_, err := Enqueue(ctx, tx, draft)
						return err
					})
					if i == 5 && run%3 == 0 {
						s.concurrently(func(ctx context.Context, tx *db.Tx) error {
							_, err := CancelRun(ctx, tx, s.p.ID, run+1, "cancelled", 100)
							return err
						})
					}
				}
			})
		}
		all.Wait()
		over := s.count(`SELECT COUNT(*) FROM (SELECT member_id FROM messages WHERE state = 'queued' GROUP BY member_id, cap_day HAVING COUNT(*) > 2) AS over`)
		queued := s.count("SELECT COUNT(*) FROM messages WHERE state = 'queued'")
		if over > 0 || queued > 25 {
			t.Errorf("%d members over their cap, %d parts of 25", over, queued)
		}
		s.consistent()
		for range 2 { // no room was lost: who comes afterwards finds all that is left
			for _, m := range people {
				s.enqueue(m, Marketing, "Hoy 2x1")
			}
		}
		if queued := s.count("SELECT COUNT(*) FROM messages WHERE state = 'queued'"); queued != 20 {
			t.Errorf("%d queued in the end, want 2 for each of 10", queued)
		}
	})
}

// concurrently is write for other goroutines.
func (s *shop) concurrently(f func(context.Context, *db.Tx) error) {
	if err := s.d.Write(s.t.Context(), db.Interactive, f); err != nil {
		s.t.Error(err)
	}
}

// Whatever is queued, cancelled, moved by hours or by a full queue from day to day: the counters never drift from the rows.
func TestCountersNeverDrift(t *testing.T) {
	t.Parallel()
	eachShop(t, func(t *testing.T, s *shop) {
		members := []members.Member{s.join(1), s.join(2), s.join(3)}
		rapid.Check(t, func(rt *rapid.T) {
			rt.Repeat(map[string]func(*rapid.T){
				"queue": func(rt *rapid.T) {
					m := rapid.SampledFrom(members).Draw(rt, "member")
					class := rapid.SampledFrom([]Class{Service, Marketing, Marketing}).Draw(rt, "class")
					days := rapid.IntRange(0, 3).Draw(rt, "days")
					ends := rapid.Bool().Draw(rt, "ends")
					s.enqueue(m, class, "Hola", func(d *Draft) {
						d.Run, d.SendAfter = int64(days), s.clock.Now().AddDate(0, 0, days).UnixMilli()
						if ends {
							d.SendBefore = d.SendAfter + (2 * time.Hour).Milliseconds()
						}
					})
				},
				"cancel a run": func(rt *rapid.T) {
					run := rapid.Int64Range(1, 3).Draw(rt, "run")
					s.write(func(ctx context.Context, tx *db.Tx) error {
						_, err := CancelRun(ctx, tx, s.p.ID, run, "cancelled", 2)
						return err
					})
				},
				"cancel a number": func(rt *rapid.T) {
					m := rapid.SampledFrom(members).Draw(rt, "member")
					s.write(func(ctx context.Context, tx *db.Tx) error {
						_, err := Cancel(ctx, tx, s.p.ID, m.Hash, ReasonStopped)
						return err
					})
				},
				"claim":     func(*rapid.T) { s.step(s.line()) },
				"time goes": func(rt *rapid.T) { s.clock.Add(time.Duration(rapid.IntRange(1, 30).Draw(rt, "hours")) * time.Hour) },
				"": func(rt *rapid.T) {
					s.consistent()
					if s.t.Failed() {
						rt.FailNow()
					}
				},
			})
		})
	})
}

func TestTell(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		tell := func(m members.Member, class Class) {
			t.Helper()
			s.write(func(ctx context.Context, tx *db.Tx) error {
				return Tell(ctx, tx, s.p, m, class, "voucher_back", templates.Fields{"reward": "Un café", "points": "50", "balance": "120"})
			})
		}
		m := s.join(1)
		tell(m, Service)
		if n := s.count("SELECT COUNT(*) FROM messages WHERE topic = 'voucher_back' AND class = 2 AND body LIKE '%Cafe Sol%'"); n != 1 {
			t.Errorf("%d texts, want 1 in the program's name", n)
		}
		none := []members.Member{{}, s.join(2), s.join(3), s.join(4)}
		s.stop(none[1])
		none[2].Service = false
		s.exec("UPDATE phones SET health = 'landline' WHERE hash = $1", none[3].Hash)
		for _, m := range none {
			tell(m, Service)
		}
		if n := s.count("SELECT COUNT(*) FROM messages"); n != 1 {
			t.Errorf("%d texts to people who must not get any", n-1)
		}
	})
}
