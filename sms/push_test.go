package sms

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"fiel/db"
	"fiel/members"
)

// list is a provider's consent list that keeps what it was told.
type list struct {
	mu     sync.Mutex
	told   []Declared
	answer Outcome
	during func() // called while a post is on the wire
}

func (l *list) declare(_ context.Context, d Declared) Outcome {
	if l.during != nil {
		l.during()
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.told = append(l.told, d)
	return l.answer
}

// pushing is the shop with a sender that tells the list of consent, and a pusher.
func (s *shop) pushing() (*Pusher, *list) {
	s.s = s.setPush(true)
	l := &list{answer: Outcome{Result: Accepted}}
	return &Pusher{DB: s.d, Lists: func(Sender) (Declare, error) { return l.declare, nil }}, l
}

func (s *shop) setPush(on bool) (changed Sender) {
	s.write(func(ctx context.Context, tx *db.Tx) (err error) {
		changed, err = SetSender(ctx, tx, s.p.ID, s.s.ID, Address{Pace: 1, PushConsent: on})
		return err
	})
	return changed
}

// said has a member's number say BAJA or ALTA.
func (s *shop) said(m members.Member, sid string, given bool) {
	s.t.Helper()
	s.write(func(ctx context.Context, tx *db.Tx) error { return s.saidIn(ctx, tx, m, sid, given) })
}

func (s *shop) saidIn(ctx context.Context, tx *db.Tx, m members.Member, sid string, given bool) error {
	if _, err := members.Touch(ctx, tx, s.p.ID, m.Hash); err != nil {
		return err
	}
	who, err := members.Lock(ctx, tx, s.p.ID, m.ID)
	if err != nil {
		return err
	}
	d, err := RecordInbound(ctx, tx, s.s, Inbound{ProviderID: sid, Body: "x"}, From{Phone: m.Phone, Hash: m.Hash, Member: m.ID})
	if err != nil || d.Again {
		return err
	}
	if given {
		if err := members.Reopen(ctx, tx, s.p.ID, m.Hash); err != nil {
			return err
		}
		if _, _, err := members.Join(ctx, tx, s.p, members.Joining{Phone: m.Phone, Hash: m.Hash, WroteFirst: true}); err != nil {
			return err
		}
		_, err = members.Agree(ctx, tx, who, members.Declaration{Kind: members.ServiceTexts, Given: true, Door: "text"})
	} else {
		err = members.Stop(ctx, tx, s.p.ID, m.Hash, who, members.Declaration{Door: "text", Words: "BAJA"})
	}
	if err != nil {
		return err
	}
	return Push(ctx, tx, s.s, d.Received, given)
}

func (s *shop) pass(p *Pusher) {
	s.t.Helper()
	if err := p.Pass(s.t.Context()); err != nil {
		s.t.Fatal(err)
	}
}

func (s *shop) drifts() (kinds string) {
	s.t.Helper()
	s.write(func(ctx context.Context, tx *db.Tx) error {
		all, err := Drifts(ctx, tx, s.p.ID)
		kinds = ""
		for _, d := range all {
			kinds += fmt.Sprintf("%s %s %v;", d.Kind, d.Phone, d.Given)
		}
		return err
	})
	return kinds
}

func (s *shop) pushes(where string) int64 {
	return s.count("SELECT COUNT(*) FROM consent_pushes WHERE " + where)
}

func TestPush(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		p, l := s.pushing()
		m := s.join(1)
		s.said(m, "SM1", false)
		s.said(m, "SM1", false) // delivered again
		if n := s.pushes("done_at = 0"); n != 1 {
			t.Fatalf("%d wait", n)
		}
		if got := s.drifts(); got != "untold +52•••••001 false;" {
			t.Error(got)
		}
		s.pass(p)
		s.pass(p)
		if len(l.told) != 1 || l.told[0].Given || l.told[0].To != m.Phone || len(l.told[0].ID) != 32 || !l.told[0].At.IsZero() {
			t.Errorf("%+v", l.told)
		}
		if n := s.count("SELECT COUNT(*) FROM phones WHERE provider = 'stopped' AND provider_at > 0"); n != 1 || s.drifts() != "" {
			t.Errorf("%d heard, %s", n, s.drifts())
		}

		s.clock.Add(time.Second)
		s.said(m, "SM2", true)
		if got := s.drifts(); got != "refused +52•••••001 true;" {
			t.Errorf("before the list hears: %q", got)
		}
		s.pass(p)
		if len(l.told) != 2 || !l.told[1].Given || s.drifts() != "" {
			t.Errorf("%+v, %s", l.told, s.drifts())
		}
	})
}

// BAJA and ALTA before anything was told: the last word alone is.
func TestPushTellsTheLastWord(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		p, l := s.pushing()
		m, other := s.join(1), s.join(2)
		s.said(m, "SM1", false)
		s.said(other, "SM2", false)
		s.said(m, "SM3", true)
		s.pass(p)
		if len(l.told) != 2 || s.pushes("reason = 'superseded'") != 1 {
			t.Fatalf("%+v", l.told)
		}
		for _, d := range l.told {
			if d.Given != (d.To == m.Phone) {
				t.Errorf("%+v", d)
			}
		}
	})
}

// ALTA while BAJA is on the wire: it is told after that, and is the last.
func TestPushKeepsTheOrderOfWhatIsOnTheWire(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		p, l := s.pushing()
		m := s.join(1)
		s.said(m, "SM1", false)
		second := &Pusher{DB: s.d, Lists: p.Lists}
		l.during = func() {
			l.during = nil
			s.said(m, "SM2", true)
			s.pass(second)
		}
		s.pass(p)
		if len(l.told) != 1 || l.told[0].Given {
			t.Fatalf("overtaken: %+v", l.told)
		}
		s.clock.Add(time.Minute)
		s.pass(second)
		if len(l.told) != 2 || !l.told[1].Given || l.told[1].At.IsZero() || s.drifts() != "" {
			t.Errorf("%+v, %s", l.told, s.drifts())
		}
	})
}

func TestPushIsTriedForADay(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		p, l := s.pushing()
		m := s.join(1)
		l.answer = Outcome{Result: Unknown, Trouble: Trouble{Text: "down"}}
		s.said(m, "SM1", false)
		for range 4 * 60 {
			s.pass(p)
			s.clock.Add(time.Minute)
		}
		if n := len(l.told); n < 8 || n > 16 || s.drifts() != "late +52•••••001 false;" {
			t.Fatalf("%d tries in four hours, %s", n, s.drifts())
		}
		l.answer.Result = Accepted
		s.clock.Add(time.Hour)
		s.pass(p)
		if s.drifts() != "" || s.pushes("reason = '' AND done_at <> 0") != 1 {
			t.Fatalf("up again: %s", s.drifts())
		}

		l.answer = Outcome{Result: NotSent, RetryAfter: 2 * time.Hour, Trouble: Trouble{Text: "down"}}
		s.said(m, "SM2", true)
		tries := len(l.told)
		for range 30 {
			s.pass(p)
			s.clock.Add(time.Hour)
		}
		if n := len(l.told) - tries; n > 13 || n < 11 || s.pushes("reason = 'failed'") != 1 || s.drifts() != "refused +52•••••001 true;" {
			t.Errorf("%d tries, %s", n, s.drifts())
		}
	})
}

func TestPushRefused(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		p, l := s.pushing()
		m := s.join(1)
		l.answer = Outcome{Result: Rejected, Trouble: Trouble{Code: 20003, Text: "not enabled"}}
		s.said(m, "SM1", false)
		s.pass(p)
		s.clock.Add(time.Hour)
		s.pass(p)
		if len(l.told) != 1 || s.pushes("reason = 'failed' AND error = 'not enabled (error 20003)'") != 1 || s.drifts() != "failed +52•••••001 false;" {
			t.Errorf("%+v, %s", l.told, s.drifts())
		}
	})
}

// A process that dies between the post and writing it down has it told again.
func TestPushSurvivesItsDeath(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		p, l := s.pushing()
		s.said(s.join(1), "SM1", false)
		s.write(func(ctx context.Context, tx *db.Tx) error {
			taken, err := takePush(ctx, tx, s.p.ID)
			if err == nil && len(taken) == 1 {
				p.tell(ctx, taken[0], map[int64]Declare{})
			}
			return err
		})
		s.pass(p)
		if len(l.told) != 1 {
			t.Fatalf("told %d times within the lease", len(l.told))
		}
		s.clock.Add(time.Minute)
		s.pass(p)
		if len(l.told) != 2 || l.told[0].ID == l.told[1].ID || s.pushes("done_at = 0") != 0 {
			t.Errorf("%+v", l.told)
		}
	})
}

func TestPushOffAndErased(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		s.said(s.join(1), "SM1", false)
		if s.pushes("TRUE") != 0 {
			t.Error("a row though nothing is told")
		}
		p, l := s.pushing()
		m := s.join(2)
		s.said(m, "SM2", false)
		s.write(func(ctx context.Context, tx *db.Tx) error {
			if _, err := members.Touch(ctx, tx, s.p.ID, m.Hash); err != nil {
				return err
			}
			return Erase(ctx, tx, s.p.ID, m.ID, m.Hash)
		})
		s.said(s.join(3), "SM3", false)
		s.setPush(false)
		s.pass(p)
		if len(l.told) != 0 || s.pushes("reason = 'erased'") != 1 || s.pushes("reason = 'off'") != 1 {
			t.Errorf("%+v", l.told)
		}
	})
}

// A program that came back from a backup tells nothing before its resumption: somebody may have come back since.
func TestPushWaitsForResumption(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		p, l := s.pushing()
		s.said(s.join(1), "SM1", false)
		s.exec("UPDATE senders SET restored_from = 1")
		s.pass(p)
		if len(l.told) != 0 {
			t.Errorf("%+v", l.told)
		}
	})
}

// Many pushers at once, and many words: each is told once.
func TestPushersAtOnce(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		p, l := s.pushing()
		for n := range 12 {
			s.said(s.join(n), fmt.Sprint("SM", n), false)
		}
		var all sync.WaitGroup
		for range 4 {
			all.Go(func() {
				for range 3 {
					if err := p.Pass(t.Context()); err != nil {
						t.Error(err)
					}
				}
			})
		}
		all.Wait()
		if len(l.told) != 12 || s.pushes("done_at = 0") != 0 {
			t.Errorf("%d told", len(l.told))
		}
	})
}

// A refusal of what was sent before somebody came back stops nobody: their list is about to hear of it, or has.
func TestOldRefusals(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		p, _ := s.pushing()
		m := s.join(1)
		refused := Trouble{Code: 21610, Verdict: OptedOut}
		blamed := func(created int64) bool {
			s.write(func(ctx context.Context, tx *db.Tx) error {
				if _, err := members.Touch(ctx, tx, s.p.ID, m.Hash); err != nil {
					return err
				}
				return blame(ctx, tx, Message{ProgramID: s.p.ID, MemberID: m.ID, Hash: m.Hash, CreatedAt: created}, refused)
			})
			return s.count("SELECT COUNT(*) FROM phones WHERE stopped_at <> 0 AND hash = $1", m.Hash) == 1
		}
		now := func() int64 { return s.clock.Now().UnixMilli() }
		s.clock.Add(time.Minute)
		if !blamed(now()) || s.count("SELECT COUNT(*) FROM phones WHERE provider = 'stopped'") != 1 {
			t.Fatal("a refusal does not stop")
		}
		s.clock.Add(time.Minute)
		before := now()
		s.said(m, "SM1", true)
		if blamed(before) {
			t.Error("stopped though the list is about to hear of the return")
		}
		s.clock.Add(time.Minute)
		s.pass(p)
		if blamed(before) {
			t.Error("stopped by what is older than the return")
		}
		s.clock.Add(time.Minute)
		if !blamed(now()) {
			t.Error("a new refusal does not stop")
		}
		if s.drifts() != "" {
			t.Error(s.drifts())
		}
	})
}

// Who texts ALTA while the provider blocks them is shown: the answer is refused, and nobody else can see it.
func TestRefusedAnswersAreShown(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		m := s.join(1)
		s.stop(m)
		s.clock.Add(time.Hour)
		s.said(m, "SM1", true)
		at := s.clock.Now().UnixMilli()
		s.clock.Add(time.Second)
		s.write(func(ctx context.Context, tx *db.Tx) error {
			if _, err := members.Touch(ctx, tx, s.p.ID, m.Hash); err != nil {
				return err
			}
			answer := Message{ProgramID: s.p.ID, MemberID: m.ID, Hash: m.Hash, Class: Reply, InboundID: 1, CreatedAt: at}
			return blame(ctx, tx, answer, Trouble{Code: 21610, Verdict: OptedOut})
		})
		if got := s.drifts(); got != "refused +52•••••001 true;" {
			t.Errorf("%q", got)
		}
		s.said(m, "SM2", false)
		if got := s.drifts(); got != "" {
			t.Errorf("left by their own words: %q", got)
		}
	})
}
