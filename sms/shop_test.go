package sms

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"fiel/db"
	"fiel/db/dbtest"
	"fiel/members"
)

const (
	testAccount = "AC00000000000000000000000000000001"
	testNumber  = "+525500000000"
)

// shop is a program with a sender, on a database, at noon on a Friday in Mexico.
type shop struct {
	t     testing.TB
	d     *db.DB
	clock *dbtest.Clock
	key   members.Key
	p     members.Program
	s     Sender
	net   *carrier
}

func noon() *dbtest.Clock {
	clock := new(dbtest.Clock)
	clock.Set(time.Date(2027, time.March, 5, 18, 0, 0, 0, time.UTC))
	return clock
}

// eachShop runs f on both databases.
func eachShop(t *testing.T, f func(t *testing.T, s *shop)) {
	clock := noon()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		clock.Set(time.Date(2027, time.March, 5, 18, 0, 0, 0, time.UTC))
		f(t, openShop(t, d, clock, testNumber))
	}, dbtest.WithClock(clock))
}

func openShop(t testing.TB, d *db.DB, clock *dbtest.Clock, number string) *shop {
	t.Helper()
	s := &shop{t: t, d: d, clock: clock, key: members.NewKey(), net: &carrier{clock: clock.Now}}
	s.write(func(ctx context.Context, tx *db.Tx) (err error) {
		s.p, err = members.CreateProgram(ctx, tx, members.NewProgram{
			Name: "Cafe Sol", Country: "MX", Currency: "MXN", Zone: "America/Mexico_City", Language: "es",
		})
		if err != nil {
			return err
		}
		s.s, err = AddSender(ctx, tx, s.key, s.p.ID, Address{AccountSID: testAccount, Token: "secret", Number: number})
		return err
	})
	return s
}

func (s *shop) write(f func(context.Context, *db.Tx) error) {
	s.t.Helper()
	if err := s.d.Write(s.t.Context(), db.Interactive, f); err != nil {
		s.t.Fatal(err)
	}
}

// set changes a setting of the program by hand.
func (s *shop) set(column string, value any) {
	s.t.Helper()
	s.exec("UPDATE programs SET "+column+" = $1 WHERE id = $2", value, s.p.ID)
	s.write(func(ctx context.Context, tx *db.Tx) (err error) {
		s.p, err = members.ProgramByID(ctx, tx, s.p.ID)
		return err
	})
}

func (s *shop) exec(query string, args ...any) {
	s.t.Helper()
	s.write(func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.ExecContext(ctx, query, args...)
		return err
	})
}

func (s *shop) count(query string, args ...any) (n int64) {
	s.t.Helper()
	err := s.d.Read(s.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		return tx.QueryRowContext(ctx, query, args...).Scan(&n)
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return n
}

// join makes a member who agreed to everything; n tells members apart.
func (s *shop) join(n int) (m members.Member) {
	s.t.Helper()
	s.write(func(ctx context.Context, tx *db.Tx) (err error) {
		m, err = s.joinIn(ctx, tx, n)
		return err
	})
	return m
}

func (s *shop) joinIn(ctx context.Context, tx *db.Tx, n int) (members.Member, error) {
	phone := members.Phone(fmt.Sprintf("+5255%08d", 10000000+n))
	hash := s.key.Hash(phone)
	if _, err := members.Touch(ctx, tx, s.p.ID, hash); err != nil {
		return members.Member{}, err
	}
	m, _, err := members.Join(ctx, tx, s.p, members.Joining{Phone: phone, Hash: hash, WroteFirst: true})
	if err != nil {
		return members.Member{}, err
	}
	return members.Agree(ctx, tx, m,
		members.Declaration{Kind: members.ServiceTexts, Given: true, Door: "text"},
		members.Declaration{Kind: members.MarketingTexts, Given: true, Door: "text"})
}

// byNumber finds the member that join made of n.
func (s *shop) byNumber(n int) (m members.Member) {
	s.t.Helper()
	s.write(func(ctx context.Context, tx *db.Tx) (err error) {
		m, err = members.ByPhone(ctx, tx, s.p.ID, members.Phone(fmt.Sprintf("+5255%08d", 10000000+n)))
		return err
	})
	return m
}

// enqueue queues a text of a class; edit may change the draft.
func (s *shop) enqueue(m members.Member, class Class, body string, edit ...func(*Draft)) (text Message) {
	s.t.Helper()
	d := Draft{Program: s.p, Member: m, Class: class, Topic: "test", Body: body}
	for _, e := range edit {
		e(&d)
	}
	s.write(func(ctx context.Context, tx *db.Tx) (err error) {
		text, err = Enqueue(ctx, tx, d)
		return err
	})
	return text
}

func (s *shop) message(id int64) (m Message) {
	s.t.Helper()
	s.write(func(ctx context.Context, tx *db.Tx) (err error) {
		m, err = ByID(ctx, tx, s.p.ID, id)
		return err
	})
	return m
}

// stop is what BAJA does to the outbox.
func (s *shop) stop(m members.Member) {
	s.t.Helper()
	s.write(func(ctx context.Context, tx *db.Tx) error {
		m, err := members.Lock(ctx, tx, s.p.ID, m.ID)
		if err != nil {
			return err
		}
		if err := members.Stop(ctx, tx, s.p.ID, m.Hash, m, members.Declaration{Door: "text", Words: "BAJA"}); err != nil {
			return err
		}
		_, err = Cancel(ctx, tx, s.p.ID, m.Hash, ReasonStopped)
		return err
	})
}

func (s *shop) worker() *Worker {
	return &Worker{DB: s.d, Clock: s.clock.Now, Connections: 4, Providers: func(Sender) (Provider, error) { return s.net, nil }}
}

// line is the worker's line of the shop's sender, to be moved by hand.
func (s *shop) line() *line {
	w := s.worker()
	return newLine(w, s.s, s.net, w.Connections)
}

// step makes a line claim once, send all it claimed, and write the results down. It returns how many it sent.
func (s *shop) step(l *line) int {
	s.t.Helper()
	before := l.w.Stats.Claimed.Load()
	if _, err := l.turn(s.t.Context(), l.free); err != nil {
		s.t.Fatal(err)
	}
	n := int(l.w.Stats.Claimed.Load() - before)
	for range n {
		l.take(<-l.done)
	}
	if _, err := l.turn(s.t.Context(), 0); err != nil {
		s.t.Fatal(err)
	}
	return n
}

// sendAll steps until nothing more leaves.
func (s *shop) sendAll(l *line) (n int) {
	s.t.Helper()
	for {
		sent := s.step(l)
		if n += sent; sent == 0 {
			return n
		}
	}
}

// carrier is a provider that keeps a journal of what it accepted: the oracle of these tests.
type carrier struct {
	clock func() time.Time

	mu      sync.Mutex
	n       int
	posts   int
	journal []posted
	// fault decides about a post: whether it is accepted, and what is answered. nil accepts everything.
	fault   func(out Outgoing) (accept bool, answer Outcome)
	before  func(out Outgoing) // called as the post arrives, without the lock
	list    error              // what listing fails with
	hidden  map[string]bool    // sids the list does not show
	accepts func(p posted)     // called after a post was accepted, without the lock
}

type posted struct {
	Outgoing
	sid string
	at  time.Time
}

func (c *carrier) Send(_ context.Context, out Outgoing) Outcome {
	if c.before != nil {
		c.before(out)
	}
	c.mu.Lock()
	c.posts++
	accept, answer := true, Outcome{Result: Accepted}
	if c.fault != nil {
		accept, answer = c.fault(out)
	}
	var p posted
	if accept {
		c.n++
		p = posted{Outgoing: out, sid: fmt.Sprintf("SM%032x", c.n), at: c.clock()}
		c.journal = append(c.journal, p)
	}
	c.mu.Unlock()
	if accept && c.accepts != nil {
		c.accepts(p)
	}
	if answer.Result == Accepted {
		answer.SID, answer.Rank = p.sid, RankQueued
	}
	return answer
}

func (c *carrier) List(_ context.Context, to string, since time.Time) ([]Listed, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.list != nil {
		return nil, c.list
	}
	var listed []Listed
	for _, p := range slices.Backward(c.journal) {
		if p.To == to && !p.at.Before(since) && !c.hidden[p.sid] {
			listed = append(listed, Listed{SID: p.sid, Body: p.Body, Created: p.at.Truncate(time.Second), Rank: RankSent})
		}
	}
	return listed, nil
}

// accepted lists what the carrier accepted, in order.
func (c *carrier) accepted() []posted {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.journal)
}

// refuses answers every post with an outcome and accepts none.
func (c *carrier) refuses(o Outcome) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.fault = func(Outgoing) (bool, Outcome) { return false, o }
}

// recovers accepts again.
func (c *carrier) recovers() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.fault = nil
}

// status is a callback of the carrier about a text it accepted.
func (s *shop) status(p posted, rank Rank, trouble ...Trouble) Status {
	st := Status{AccountSID: testAccount, From: s.s.Number, MessageID: p.MessageID, Attempt: p.Attempt, SID: p.sid, Rank: rank}
	if len(trouble) > 0 {
		st.Trouble = trouble[0]
	}
	return st
}

func (s *shop) settle(st Status) {
	s.t.Helper()
	if err := (Settler{DB: s.d}).Settle(s.t.Context(), st); err != nil {
		s.t.Fatal(err)
	}
}
