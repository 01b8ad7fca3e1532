package sms

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fiel/db"
	"fiel/members"
)

// What the claim leaves out, moves, or takes: the class table.
func TestWhoMayBeTexted(t *testing.T) {
	stop := func(s *shop, m members.Member) {
		s.exec("UPDATE phones SET stopped_at = $1 WHERE hash = $2", s.clock.Now().UnixMilli()+1, m.Hash)
	}
	health := func(h string) func(*shop, members.Member) {
		return func(s *shop, m members.Member) { s.exec("UPDATE phones SET health = $1 WHERE hash = $2", h, m.Hash) }
	}
	flags := func(service, marketing bool) func(*shop, members.Member) {
		return func(s *shop, m members.Member) {
			s.exec("UPDATE members SET service = $1, marketing = $2 WHERE id = $3", service, marketing, m.ID)
		}
	}
	peru := func(s *shop, m members.Member) {
		s.exec("UPDATE members SET wrote_first = FALSE WHERE id = $1", m.ID)
		s.exec("UPDATE messages SET phone = '+51987654321' WHERE member_id = $1", m.ID)
	}
	const reply, act = 1, 0 // the reply to a text of its own, or to an act at the till
	tests := []struct {
		name   string
		class  Class
		own    int64
		change func(*shop, members.Member)
		want   string // the reason it is left out, '' when it leaves
	}{
		{"all is well", Marketing, 0, nil, ""},
		{"stopped", Marketing, 0, stop, ReasonStopped},
		{"stopped", Service, 0, stop, ReasonStopped},
		{"stopped", Reply, act, stop, ReasonStopped},
		{"stopped after it had asked", Reply, reply, stop, ReasonStopped},
		{"the confirmation of a stop", Reply, reply, func(s *shop, m members.Member) {
			s.exec("UPDATE phones SET stopped_at = $1 WHERE hash = $2", s.clock.Now().UnixMilli(), m.Hash)
		}, ""},
		{"erased", Service, 0, func(s *shop, m members.Member) {
			s.exec("UPDATE phones SET suppressed_at = $1 WHERE hash = $2", s.clock.Now().UnixMilli(), m.Hash)
		}, ReasonStopped},
		{"bad number", Service, 0, health("bad"), ReasonNumber},
		{"landline", Reply, act, health("landline"), ReasonNumber},
		{"wrong number, somebody said", Marketing, 0, health("suspect"), ReasonNumber},
		{"to be confirmed at the till", Marketing, 0, health("confirm"), ReasonNumber},
		{"a bad number that writes gets its answer", Reply, reply, health("bad"), ""},
		{"points only", Marketing, 0, flags(true, false), ReasonConsent},
		{"points only", Service, 0, flags(true, false), ""},
		{"marketing without service is none", Marketing, 0, flags(false, true), ReasonConsent},
		{"nothing agreed to", Service, 0, flags(false, false), ReasonConsent},
		{"nothing agreed to, act at the till", Reply, act, flags(false, false), ReasonConsent},
		{"nothing agreed to, own text", Reply, reply, flags(false, false), ""},
		{"Peru, has not written", Service, 0, peru, ReasonWriteFirst},
		{"Peru, has not written", Marketing, 0, peru, ReasonWriteFirst},
		{"Peru, act at the till", Reply, act, peru, ReasonWriteFirst},
		{"Peru, answers its own text", Reply, reply, peru, ""},
	}
	eachShop(t, func(t *testing.T, s *shop) {
		for i, test := range tests {
			m := s.join(i)
			text := s.enqueue(m, test.class, test.name, func(d *Draft) { d.Inbound = test.own * int64(i+1) })
			if test.change != nil {
				test.change(s, m)
			}
			s.step(s.line())
			got := s.message(text.ID)
			want := StateSent
			if test.want != "" {
				want = StateCancelled
			}
			if got.State != want || got.Reason != test.want || (want == StateCancelled && got.Attempts != 0) {
				t.Errorf("%s, %s: %s %q after %d attempts, want %s %q", test.class, test.name, got.State, got.Reason, got.Attempts, want, test.want)
			}
		}
	})
}

// Hours are those of the class, looked at when the text is queued and again when it is claimed.
func TestHours(t *testing.T) {
	at := func(clock string) time.Time { // in Mexico, on Friday 5 March 2027
		zone, _ := time.LoadLocation("America/Mexico_City")
		local, err := time.ParseInLocation("2 15:04:05", clock, zone)
		if err != nil {
			t.Fatal(err)
		}
		return time.Date(2027, time.March, local.Day(), local.Hour(), local.Minute(), local.Second(), 0, zone)
	}
	tests := []struct {
		name   string
		class  Class
		queued string // when
		before string // its end, '' none
		state  string
		reason string
		leaves string // when, at the earliest
	}{
		{"by day", Marketing, "5 12:00:00", "", StateSent, "", "5 12:00:00"},
		{"at night it waits for nine", Marketing, "5 23:00:00", "", StateSent, "", "6 09:00:00"},
		{"20:59:00 is the last minute", Marketing, "5 20:59:00", "", StateSent, "", "5 20:59:00"},
		{"with less it waits", Marketing, "5 20:59:01", "", StateSent, "", "6 09:00:00"},
		{"a notice goes from eight", Service, "5 06:00:00", "", StateSent, "", "5 08:00:00"},
		{"an answer at any time", Reply, "5 03:00:00", "", StateSent, "", "5 03:00:00"},
		{"an offer over before morning", Marketing, "5 22:00:00", "6 08:00:00", StateLeftOut, ReasonHours, ""},
		{"an offer that ends too soon", Marketing, "5 12:00:00", "5 12:00:59", StateLeftOut, ReasonLate, ""},
		{"an offer that ends just late enough", Marketing, "5 12:00:00", "5 12:01:00", StateSent, "", "5 12:00:00"},
	}
	eachShop(t, func(t *testing.T, s *shop) {
		for i, test := range tests {
			s.clock.Set(at(test.queued))
			m := s.join(i)
			text := s.enqueue(m, test.class, test.name, func(d *Draft) {
				if test.before != "" {
					d.SendBefore = at(test.before).UnixMilli()
				}
				if test.class == Reply {
					d.Inbound = int64(i + 1)
				}
			})
			if test.leaves != "" {
				if wait := at(test.leaves).Add(-time.Second); wait.After(s.clock.Now()) {
					s.clock.Set(wait)
					s.sendAll(s.line())
				}
				if got := s.message(text.ID); at(test.leaves) != at(test.queued) && got.State != StateQueued {
					t.Errorf("%s: %s a second before %s", test.name, got.State, test.leaves)
				}
				s.clock.Set(at(test.leaves))
			}
			s.sendAll(s.line())
			if got := s.message(text.ID); got.State != test.state || got.Reason != test.reason {
				t.Errorf("%s: %s %q, want %s %q", test.name, got.State, got.Reason, test.state, test.reason)
			}
		}
	})
}

// A text that could leave when it was queued is judged again when it is claimed: hours were narrowed, the queue was long, the offer is
// over.
func TestHoursAtTheClaim(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		waits := s.enqueue(s.join(1), Marketing, "sin fin")
		late := s.enqueue(s.join(2), Marketing, "hasta las 18", func(d *Draft) { d.SendBefore = s.clock.Now().Add(6 * time.Hour).UnixMilli() })
		s.set("quiet_until", 11*60) // it is noon
		if n := s.sendAll(s.line()); n != 0 {
			t.Fatalf("%d texts left outside the hours", n)
		}
		tomorrow := s.clock.Now().Add(21 * time.Hour).UnixMilli()
		if got := s.message(waits.ID); got.State != StateQueued || got.SendAfter != tomorrow || got.CapDay != "2027-03-06" || got.Attempts != 0 {
			t.Errorf("the one without an end: %s, after %d, day %s, %d attempts", got.State, got.SendAfter-tomorrow, got.CapDay, got.Attempts)
		}
		if got := s.message(late.ID); got.State != StateCancelled || got.Reason != ReasonHours {
			t.Errorf("the one that ends today: %s %q", got.State, got.Reason)
		}
		s.clock.Add(21 * time.Hour)
		if n := s.sendAll(s.line()); n != 1 {
			t.Errorf("%d texts left the next morning, want 1", n)
		}
	})
}

// Texts leave in the order of class, time and age; what is held stays, whatever else waits.
func TestOrder(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		now := s.clock.Now().UnixMilli()
		run := func(n int64) func(*Draft) { return func(d *Draft) { d.Run = n } }
		s.enqueue(s.join(1), Marketing, "blast a", run(7))
		s.enqueue(s.join(2), Marketing, "blast b", run(7))
		s.enqueue(s.join(3), Marketing, "held", run(8))
		s.enqueue(s.join(4), Service, "notice")
		s.enqueue(s.join(5), Reply, "answer", func(d *Draft) { d.Inbound = 5 })
		s.enqueue(s.join(6), Service, "later", func(d *Draft) { d.SendAfter = now + 60_000 })
		s.write(func(ctx context.Context, tx *db.Tx) error { return HoldRun(ctx, tx, s.p.ID, 8, "paused") })
		l := s.line()
		l.free = 1
		for s.step(l) > 0 {
		}
		if diff := cmp.Diff([]string{"answer", "notice", "blast a", "blast b"}, s.bodies()); diff != "" {
			t.Errorf("order (-want +got):\n%s", diff)
		}
		s.write(func(ctx context.Context, tx *db.Tx) error { return ReleaseRun(ctx, tx, s.p.ID, 8) })
		s.clock.Add(time.Minute)
		s.sendAll(l)
		if diff := cmp.Diff([]string{"answer", "notice", "blast a", "blast b", "later", "held"}, s.bodies()); diff != "" {
			t.Errorf("order after the release (-want +got):\n%s", diff)
		}
	})
}

func (s *shop) bodies() (bodies []string) {
	for _, p := range s.net.accepted() {
		bodies = append(bodies, p.Body)
	}
	return bodies
}

// A claim whose commit gave no answer is taken back: nothing was posted with its attempts.
func TestDoubtfulClaim(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		text := s.enqueue(s.join(1), Marketing, "Hoy 2x1")
		l := s.line()
		c := &claim{sender: s.s, prefix: newAttempt(), n: 4, zones: &l.zones}
		s.write(c.run) // and the process never heard of it
		l.doubtful = []string{c.prefix}
		if n := s.sendAll(l); n != 1 {
			t.Fatalf("%d texts left, want 1", n)
		}
		if got := s.message(text.ID); got.State != StateSent || got.Attempts != 1 {
			t.Errorf("%s after %d attempts", got.State, got.Attempts)
		}
	})
}

// A sender with a pace gets at most a second of it at a time, over all processes together.
func TestPaceIsShared(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		s.exec("UPDATE senders SET pace = 3")
		for i := range 30 {
			s.enqueue(s.join(i), Service, fmt.Sprintf("text %d", i))
		}
		claimed := func() (delays []time.Duration) {
			c := &claim{sender: s.s, prefix: newAttempt(), n: 16, rate: 3, zones: new(clockZones)}
			s.write(c.run)
			for _, t := range c.texts {
				delays = append(delays, t.delay.Round(time.Millisecond))
			}
			return delays
		}
		third := time.Second / 3
		if diff := cmp.Diff([]time.Duration{0, third.Round(time.Millisecond), (2 * third).Round(time.Millisecond), time.Second}, claimed()); diff != "" {
			t.Errorf("one process (-want +got):\n%s", diff)
		}
		if more := claimed(); len(more) != 0 {
			t.Errorf("another gets %v on top", more)
		}
		s.clock.Add(time.Second)
		if more := claimed(); len(more) != 3 || more[0] != third.Round(time.Millisecond) {
			t.Errorf("a second later: %v, want 3 from a third of a second on", more)
		}
		s.clock.Add(-time.Hour) // the clock was set back: nobody waits for an hour
		s.exec("UPDATE messages SET send_after = 0")
		if more := claimed(); len(more) == 0 {
			t.Error("nothing leaves after the clock was set back")
		}
	})
}
