// Package simulator is a provider without a carrier: texts land on phones in memory. The demo's page and `fiel text` use it; nothing of
// it ever reaches a real phone.
package simulator

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"slices"
	"sync"
	"time"

	"fiel/db"
	"fiel/sms"
)

const (
	maxPhones = 1000 // the phone that was quiet longest is forgotten
	maxLines  = 200  // of one phone; the oldest go
)

// Line is one text on a phone.
type Line struct {
	N      int64 // rises over all phones: ask for what is new after it
	ToShop bool  // written by the phone's owner
	Body   string
	At     time.Time
	SID    string
}

// Simulator is a shop's number and every phone that texts with it. It is an [sms.Provider], safe for concurrent use.
type Simulator struct {
	account string
	number  string
	clock   func() time.Time

	mu      sync.Mutex
	n       int64
	phones  map[string]*phone // by number
	changed chan struct{}     // closed and replaced whenever a line is added
	pending []sms.Status      // callbacks to make
	news    chan struct{}     // there are some
	receive sms.Receive
	settle  sms.Settle
}

type phone struct {
	lines []Line
	last  int64 // N of its last line
}

var _ sms.Provider = (*Simulator)(nil)

// New makes the shop's side: the account and number that its sender has, and the clock that lines are dated by.
func New(account, number string, clock func() time.Time) *Simulator {
	return &Simulator{
		account: account, number: number, clock: clock, phones: map[string]*phone{}, changed: make(chan struct{}), news: make(chan struct{}, 1),
	}
}

// Connect says who answers texts to the shop, and who is told what became of texts from it. Call it before the first text.
func (s *Simulator) Connect(receive sms.Receive, settle sms.Settle) {
	s.receive, s.settle = receive, settle
}

// Send puts a text on the phone at once and has its delivery reported by [Simulator.Run].
func (s *Simulator) Send(_ context.Context, out sms.Outgoing) sms.Outcome {
	sid := newSID()
	s.add(out.To, Line{Body: out.Body, SID: sid})
	s.report(sms.Status{MessageID: out.MessageID, Attempt: out.Attempt, SID: sid, Rank: sms.RankDelivered})
	return sms.Outcome{Result: sms.Accepted, SID: sid, Rank: sms.RankSent}
}

// List returns the texts from the shop that a phone still shows.
func (s *Simulator) List(_ context.Context, to string, since time.Time) ([]sms.Listed, error) {
	var listed []sms.Listed
	for _, line := range slices.Backward(s.Thread(to, 0)) {
		if !line.ToShop && !line.At.Before(since) {
			listed = append(listed, sms.Listed{SID: line.SID, Body: line.Body, Created: line.At, Rank: sms.RankDelivered})
		}
	}
	return listed, nil
}

// Text sends a text from a phone to the shop, as its webhook would get it, and returns the answer that came back with it, ” for none.
// Texts that the shop sends by itself come to the phone later. Errors are those of the shop.
func (s *Simulator) Text(ctx context.Context, from, body string) (answer string, err error) {
	if s.receive == nil {
		return "", db.Errorf(db.Internal, "simulator: nobody is connected")
	}
	sid := newSID()
	s.add(from, Line{ToShop: true, Body: body, SID: sid})
	a, err := s.receive(ctx, sms.Inbound{ProviderID: sid, AccountSID: s.account, From: from, To: s.number, Body: body})
	if err != nil || a.Body == "" {
		return "", err
	}
	out := newSID()
	s.add(from, Line{Body: a.Body, SID: out})
	s.report(sms.Status{MessageID: a.MessageID, Attempt: a.Attempt, SID: out, Rank: sms.RankDelivered})
	return a.Body, nil
}

// Thread lists the lines of a phone after line n, oldest first.
func (s *Simulator) Thread(number string, n int64) []Line {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.phones[number]
	if p == nil {
		return nil
	}
	i, _ := slices.BinarySearchFunc(p.lines, n+1, func(l Line, n int64) int { return int(l.N - n) })
	return slices.Clone(p.lines[i:])
}

// Numbers lists the phones, the last to get or send a text first.
func (s *Simulator) Numbers() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	numbers := make([]string, 0, len(s.phones))
	for number := range s.phones {
		numbers = append(numbers, number)
	}
	slices.SortFunc(numbers, func(a, b string) int { return int(s.phones[b].last - s.phones[a].last) })
	return numbers
}

// Changed is closed when the next line comes to any phone. Take it before looking at a thread, and nothing is missed.
func (s *Simulator) Changed() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.changed
}

// Run reports deliveries until the context ends.
func (s *Simulator) Run(ctx context.Context) {
	for {
		for _, status := range s.due() {
			if s.settle == nil || ctx.Err() != nil {
				continue
			}
			status.AccountSID, status.From = s.account, s.number
			for try := range 3 {
				if err := s.settle(ctx, status); err == nil || ctx.Err() != nil {
					break
				}
				sleep(ctx, 50*time.Millisecond<<try)
			}
		}
		select {
		case <-s.news:
		case <-ctx.Done():
			return
		}
	}
}

func (s *Simulator) due() []sms.Status {
	s.mu.Lock()
	defer s.mu.Unlock()
	due := s.pending
	s.pending = nil
	return due
}

func (s *Simulator) report(status sms.Status) {
	s.mu.Lock()
	s.pending = append(s.pending, status)
	s.mu.Unlock()
	select {
	case s.news <- struct{}{}:
	default:
	}
}

func (s *Simulator) add(number string, line Line) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := s.phones[number]
	if p == nil {
		s.makeRoom()
		p = &phone{}
		s.phones[number] = p
	}
	s.n++
	line.N, line.At = s.n, s.clock()
	p.last = line.N
	if p.lines = append(p.lines, line); len(p.lines) > maxLines {
		p.lines = slices.Delete(p.lines, 0, len(p.lines)-maxLines)
	}
	close(s.changed)
	s.changed = make(chan struct{})
}

// makeRoom forgets the phone that was quiet longest when there are too many.
func (s *Simulator) makeRoom() {
	if len(s.phones) < maxPhones {
		return
	}
	oldest := ""
	for number, p := range s.phones {
		if oldest == "" || p.last < s.phones[oldest].last {
			oldest = number
		}
	}
	delete(s.phones, oldest)
}

func newSID() string {
	var bits [16]byte
	rand.Read(bits[:]) //nolint:errcheck // crypto/rand.Read never fails: https://pkg.go.dev/crypto/rand#Read
	return "SM" + hex.EncodeToString(bits[:])
}

func sleep(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
	}
}
