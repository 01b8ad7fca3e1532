// Package fake is a Twilio in a few hundred lines: it takes texts by the REST API, moves them through their statuses, posts
// signed status callbacks and signed inbound texts, and fails in every way Twilio can, by a seed. Its journal of accepted texts is the
// oracle that says who was texted how often.
//
// It is for tests, the demo and benchmarks. It texts nobody and must never stand behind a program that is in service.
package fake

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// The account a fake has unless its [Options] say otherwise.
const (
	AccountSID = "ACfa4e0000000000000000000000000000"
	Token      = "fa4efa4efa4efa4efa4efa4efa4efa4e"
	Number     = "+525550000000"
)

// Options say what a [Server] is. The zero value works.
type Options struct {
	AccountSID string // '' is [AccountSID]
	Token      string // '' is [Token]; signs callbacks and inbound texts, and is the password of the API
	Number     string // inbound texts are to it; '' is [Number]
	Seed       uint64 // of every fault and every SID
	Journal    string // a file that every accepted text is appended to before it is answered; what it holds is read at start
	Workers    int    // callbacks under way at once, 0 is 8
	Step       time.Duration
	// Public and Local let webhooks be signed for an address that nobody can reach: what goes to an address that begins with Public
	// is signed as such and posted to the same one beginning with Local.
	Public, Local string
	Now           func() time.Time // nil is time.Now
}

// Server is a fake Twilio. Its methods may be called at any time, also while it serves.
type Server struct {
	options Options
	faults  atomic.Pointer[Faults]
	journal *journal
	queue   *queue
	client  *http.Client
	stats   stats
	ctx     context.Context // ends when Close begins
	cancel  context.CancelFunc

	mu       sync.Mutex
	consents []Consent
	posts    map[string]uint64 // creates seen per number: what faults are drawn by
	address  string
	server   *http.Server  // nil when down
	serving  chan struct{} // closed when server has returned
}

// New returns a fake that is an http.Handler and listens nowhere. The error is that of the journal's file. Close it after use.
func New(options Options) (*Server, error) {
	fill(&options)
	journal, err := openJournal(options.Journal)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(context.Background())
	s := &Server{
		options: options,
		journal: journal,
		client:  newClient(options.Workers),
		posts:   map[string]uint64{},
		ctx:     ctx,
		cancel:  cancel,
	}
	s.faults.Store(&Faults{})
	s.queue = newQueue(ctx, options.Workers)
	return s, nil
}

func fill(o *Options) {
	if o.AccountSID == "" {
		o.AccountSID = AccountSID
	}
	if o.Token == "" {
		o.Token = Token
	}
	if o.Number == "" {
		o.Number = Number
	}
	if o.Workers <= 0 {
		o.Workers = 8
	}
	if o.Now == nil {
		o.Now = time.Now
	}
}

// newClient posts webhooks with Twilio's time limits: 5 s to connect, 15 s in all. It follows no redirect.
func newClient(workers int) *http.Client {
	return &http.Client{
		Timeout: 15 * time.Second,
		Transport: &http.Transport{
			DialContext:         (&net.Dialer{Timeout: 5 * time.Second}).DialContext,
			MaxIdleConnsPerHost: workers + 64,
			DisableCompression:  true,
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// Start returns a fake that listens on a free port of the loopback address.
func Start(options Options) (*Server, error) {
	s, err := New(options)
	if err != nil {
		return nil, err
	}
	s.address = "127.0.0.1:0"
	if err := s.Up(); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// URL is where a started fake's API is: the BaseURL of a client's config. It stays the same through Down and Up.
func (s *Server) URL() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return "http://" + s.address
}

// Up makes a fake listen again that is down. It does nothing to one that is up, and fails after Close.
func (s *Server) Up() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.server != nil || s.ctx.Err() != nil {
		return s.ctx.Err()
	}
	listener, err := (&net.ListenConfig{}).Listen(s.ctx, "tcp", s.address)
	if err != nil {
		return err
	}
	server, serving := &http.Server{Handler: s, ReadHeaderTimeout: 10 * time.Second}, make(chan struct{})
	s.address, s.server, s.serving = listener.Addr().String(), server, serving
	go func() {
		defer close(serving)
		_ = server.Serve(listener) // always http.ErrServerClosed: the listener is closed by Down alone
	}()
	return nil
}

// Down refuses every connection from now on and cuts those that are open.
func (s *Server) Down() { s.stop(0) }

// stop ends the listening; answers under way have the grace to finish.
func (s *Server) stop(grace time.Duration) {
	s.mu.Lock()
	server, serving := s.server, s.serving
	s.server = nil
	s.mu.Unlock()
	if server == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), grace)
	defer cancel()
	_ = server.Shutdown(ctx) // what does not end in time is cut
	_ = server.Close()
	<-serving
}

// Close stops everything: the API, answers that hang, callbacks under way and those that wait. The journal stays readable.
func (s *Server) Close() error {
	s.cancel()
	s.stop(250 * time.Millisecond)
	s.queue.wait()
	s.client.CloseIdleConnections()
	return s.journal.close()
}

// Stats is what a fake has done so far.
type Stats struct {
	Posts     int64 // requests to create a text, whatever became of them
	Accepted  int64 // texts in the journal, replies by TwiML included
	Callbacks int64 // status callbacks answered with 2xx
	Failed    int64 // status callbacks answered otherwise, or not at all
}

type stats struct{ posts, callbacks, failed, inbound atomic.Int64 }

// Stats returns what the fake has done so far.
func (s *Server) Stats() Stats {
	return Stats{
		Posts:     s.stats.posts.Load(),
		Accepted:  int64(s.journal.len()),
		Callbacks: s.stats.callbacks.Load(),
		Failed:    s.stats.failed.Load(),
	}
}
