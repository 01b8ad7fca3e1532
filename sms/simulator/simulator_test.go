package simulator_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fiel/sms"
	"fiel/sms/simulator"
)

var start = time.Date(2027, time.March, 5, 18, 0, 0, 0, time.UTC)

// shop answers every text with its length and remembers statuses.
type shop struct {
	mu       sync.Mutex
	statuses []sms.Status
	heard    chan struct{}
}

func (s *shop) receive(_ context.Context, in sms.Inbound) (sms.Answer, error) {
	if in.Body == "nothing" {
		return sms.Answer{}, nil
	}
	return sms.Answer{Body: fmt.Sprintf("%s from %s, %d letters", in.To, in.From, len(in.Body)), MessageID: 5, Attempt: "a"}, nil
}

func (s *shop) settle(_ context.Context, st sms.Status) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.statuses = append(s.statuses, st)
	s.heard <- struct{}{}
	return nil
}

func connected() (*simulator.Simulator, *shop) {
	s, owner := simulator.New("AC1", "+5255000", func() time.Time { return start }), &shop{heard: make(chan struct{}, 100)}
	s.Connect(owner.receive, owner.settle)
	return s, owner
}

func TestConversation(t *testing.T) {
	s, owner := connected()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	go s.Run(ctx)
	answer, err := s.Text(t.Context(), "+52551", "SALDO")
	if err != nil || answer != "+5255000 from +52551, 5 letters" {
		t.Fatalf("%q %v", answer, err)
	}
	out := s.Send(t.Context(), sms.Outgoing{MessageID: 9, Attempt: "b", To: "+52551", Body: "Hoy 2x1"})
	if out.Result != sms.Accepted || out.SID == "" {
		t.Fatalf("%+v", out)
	}
	<-owner.heard
	<-owner.heard
	var lines []string
	for _, l := range s.Thread("+52551", 0) {
		lines = append(lines, fmt.Sprintf("%d %t %s", l.N, l.ToShop, l.Body))
	}
	want := []string{"1 true SALDO", "2 false +5255000 from +52551, 5 letters", "3 false Hoy 2x1"}
	if diff := cmp.Diff(want, lines); diff != "" {
		t.Errorf("thread (-want +got):\n%s", diff)
	}
	if got := s.Thread("+52551", 2); len(got) != 1 {
		t.Errorf("%d lines after the second, want 1", len(got))
	}
	last := owner.statuses[1]
	if last.MessageID != 9 || last.Attempt != "b" || last.SID != out.SID || last.Rank != sms.RankDelivered || last.AccountSID != "AC1" || last.From != "+5255000" {
		t.Errorf("status %+v", last)
	}
	listed, err := s.List(t.Context(), "+52551", start)
	if err != nil || len(listed) != 2 || listed[0].SID != out.SID || listed[0].Body != "Hoy 2x1" {
		t.Errorf("list %+v %v", listed, err)
	}
	if none, _ := s.List(t.Context(), "+52551", start.Add(1)); len(none) != 0 {
		t.Errorf("%d texts from later on", len(none))
	}
}

func TestNoAnswer(t *testing.T) {
	s, _ := connected()
	if answer, err := s.Text(t.Context(), "+52551", "nothing"); answer != "" || err != nil {
		t.Errorf("%q %v", answer, err)
	}
	if n := len(s.Thread("+52551", 0)); n != 1 {
		t.Errorf("%d lines, want the question alone", n)
	}
	if _, err := simulator.New("AC1", "+5255000", time.Now).Text(t.Context(), "+52551", "SALDO"); err == nil {
		t.Error("nobody is connected, and nobody says so")
	}
}

// Whoever takes Changed before looking misses nothing.
func TestChanged(t *testing.T) {
	s, _ := connected()
	changed := s.Changed()
	select {
	case <-changed:
		t.Fatal("changed before anything happened")
	default:
	}
	s.Send(t.Context(), sms.Outgoing{To: "+52551", Body: "Hola"})
	<-changed
	if diff := cmp.Diff([]string{"+52551"}, s.Numbers()); diff != "" {
		t.Error(diff)
	}
}

// Memory is bounded: the oldest lines and the quietest phones go.
func TestBounds(t *testing.T) {
	s, _ := connected()
	for i := range 500 {
		s.Send(t.Context(), sms.Outgoing{To: "+52550", Body: fmt.Sprint(i)})
	}
	lines := s.Thread("+52550", 0)
	if len(lines) != 200 || lines[0].Body != "300" || lines[199].Body != "499" {
		t.Errorf("%d lines from %q", len(lines), lines[0].Body)
	}
	for i := range 1000 {
		s.Send(t.Context(), sms.Outgoing{To: fmt.Sprintf("+5255%d", 100+i), Body: "Hola"})
	}
	if n := len(s.Numbers()); n != 1000 || s.Thread("+52550", 0) != nil {
		t.Errorf("%d phones, the quiet one has %d lines", n, len(s.Thread("+52550", 0)))
	}
}
