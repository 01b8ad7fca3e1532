package sms

import (
	"context"
	"testing"
	"time"

	"fiel/db"
	"fiel/members"
)

// forecast reckons with texts of one part to n members from an instant on.
func (s *shop) forecast(who members.Member, n int, at, before int64) (o Outlook) {
	s.t.Helper()
	s.write(func(ctx context.Context, tx *db.Tx) error {
		f, err := NewForecast(ctx, tx, s.s, at+1)
		if err != nil {
			return err
		}
		pl := NewPlan(s.p, []Sender{s.s}, Marketing, "blast", 7)
		slot, reason := pl.Opening(who, "", at, before)
		for range n {
			f.Add(Planned{Member: who, Slot: slot, Before: before, Parts: 1, LeftOut: reason})
		}
		o = f.Outlook()
		return nil
	})
	return o
}

func TestForecast(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		ana := s.join(1)
		now := s.clock.Now().UnixMilli() // noon on a Friday
		minute := time.Minute.Milliseconds()
		hour := 60 * minute
		if o := s.forecast(ana, 900, now, now+hour); o != (Outlook{First: now, Finish: now}) {
			t.Errorf("a sender without a limit: %+v", o)
		}
		s.exec("UPDATE senders SET pace = 1")
		s.s.Pace = 1
		if o := s.forecast(ana, 900, now, now+hour); o != (Outlook{First: now, Finish: now + 900_000}) {
			t.Errorf("a quarter of an hour: %+v", o)
		}
		s.enqueue(ana, Service, "Hola")
		s.enqueue(ana, Service, "Adios", func(d *Draft) { d.Run = 9 })
		if o := s.forecast(ana, 60, now, now+hour); o != (Outlook{First: now + 2000, Finish: now + 62_000}) {
			t.Errorf("behind two that wait: %+v", o)
		}
		s.write(func(ctx context.Context, tx *db.Tx) error { return HoldRun(ctx, tx, s.p.ID, 9, "paused") })
		if o := s.forecast(ana, 60, now, now+hour); o != (Outlook{First: now + 1000, Finish: now + 61_000}) {
			t.Errorf("what is held does not count: %+v", o)
		}
		// At 20:00 an hour is left of the day (less the minute in which a text would arrive too late), the rest goes on Saturday at 09:00.
		if o := s.forecast(ana, 4000, now+8*hour, now+24*hour); o.Late != 0 || o.Finish/1000 != (now+21*hour)/1000+460-1 {
			t.Errorf("over night: %+v, finish %v", o, time.UnixMilli(o.Finish).UTC())
		}
		if o := s.forecast(ana, 4000, now+8*hour, now+12*hour); o.Late != 460 || o.Parts != 460 {
			t.Errorf("what is left at the end: %+v", o)
		}
	})
}

// A text goes to its provider for as long as its offer, its hours and an hour allow, by the settings of that very moment.
func TestTheLastLookAtTheHours(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		ana, l := s.join(1), s.line()
		s.set("texts_per_day", 10)
		s.set("texts_per_week", 10)
		now := s.clock.Now()
		for _, c := range []struct {
			name     string
			clock    time.Duration // after noon
			before   time.Duration
			validity time.Duration
		}{
			{"an hour at most", 0, 10 * time.Hour, time.Hour},
			{"to the offer's end", 0, 20 * time.Minute, 20 * time.Minute},
			{"to the end of the hours", 8*time.Hour + 30*time.Minute, 10 * time.Hour, 30 * time.Minute},
		} {
			s.clock.Set(now.Add(c.clock))
			s.enqueue(ana, Marketing, c.name, func(d *Draft) { d.SendBefore = now.Add(c.clock + c.before).UnixMilli() })
			s.sendAll(l)
			sent := s.net.accepted()
			if last := sent[len(sent)-1]; last.Body != c.name || last.Validity != c.validity {
				t.Errorf("%s: %q may be held for %v, want %v", c.name, last.Body, last.Validity, c.validity)
			}
		}
		s.clock.Set(now.Add(24 * time.Hour))
		s.enqueue(ana, Marketing, "cerrado")
		before := len(s.net.accepted())
		c := s.claimOnly(l)
		s.set("closed_days", `["2027-03-06"]`)
		if r := l.send(t.Context(), c); !r.released {
			t.Error("it was posted on a day that was closed after the claim")
		}
		if n := len(s.net.accepted()); n != before {
			t.Errorf("%d were posted", n-before)
		}
	})
}

// claimOnly claims the one text that is due.
func (s *shop) claimOnly(l *line) (t text) {
	s.t.Helper()
	s.write(func(ctx context.Context, tx *db.Tx) error {
		c := &claim{sender: l.sender, prefix: newAttempt(), n: 1, zones: &l.zones}
		if err := c.run(ctx, tx); err != nil {
			return err
		}
		if len(c.texts) != 1 {
			s.t.Fatalf("%d texts claimed", len(c.texts))
		}
		t = c.texts[0]
		t.taken = s.clock.Now()
		return nil
	})
	return t
}

// A closed day keeps promotions back when they are planned and when they are claimed, and nothing else.
func TestClosedDaysInTheQueue(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		s.set("closed_days", `["2027-03-06","03-08"]`)
		s.set("texts_per_day", 10)
		ana, l := s.join(1), s.line()
		s.clock.Set(s.clock.Now().Add(24 * time.Hour)) // Saturday noon, closed
		offer, notice := s.enqueue(ana, Marketing, "oferta"), s.enqueue(ana, Service, "aviso")
		if at := time.UnixMilli(offer.SendAfter).UTC().Format(time.RFC3339); at != "2027-03-07T15:00:00Z" {
			t.Errorf("the offer leaves at %s", at)
		}
		s.sendAll(l)
		if got := s.message(notice.ID).State; got != StateSent {
			t.Errorf("the notice is %s", got)
		}
		s.clock.Set(time.UnixMilli(offer.SendAfter))
		s.set("closed_days", `["2027-03-07","03-08"]`) // closed after it was planned
		s.sendAll(l)
		moved := s.message(offer.ID)
		if at := time.UnixMilli(moved.SendAfter).UTC().Format(time.RFC3339); moved.State != StateQueued || at != "2027-03-09T15:00:00Z" {
			t.Errorf("the offer is %s and leaves at %s", moved.State, at)
		}
	})
}
