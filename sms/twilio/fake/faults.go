package fake

import (
	"hash/fnv"
	"math/rand/v2"
	"time"
)

// Faults are the ways to fail. The rates from TooMany to HTML are shares, from 0 to 1, of the requests to create a text; they
// exclude one another and add up to 1 at most. Which request meets which fault depends on the seed, its number and how many
// went to that number before, so a run can be repeated.
type Faults struct {
	TooMany     float64 // 429, not accepted
	Unavailable float64 // 500 or 503, not accepted
	Broken      float64 // 500 or 503, though accepted
	Reset       float64 // the connection is reset, not accepted
	Cut         float64 // the connection is reset, though accepted
	Hang        float64 // accepted, then no answer for HangFor
	Truncated   float64 // accepted, then half an answer
	HTML        float64 // accepted, then 200 with a page

	RetryAfter   time.Duration  // said with 429, whole seconds; 0 says nothing
	HangFor      time.Duration  // 0 is a minute
	Unauthorized bool           // 401 with 20003 to everything
	Errors       map[string]int // by number: refused at once with this code
	Fails        map[string]int // by number: accepted, then undelivered with this code
	ListLag      time.Duration  // texts younger than this are not listed
	BlankFrom    bool           // lists and answers have no sender, as at first with a messaging service

	Callbacks Callbacks
	// Accepted is called with every text that is accepted, after it is in the journal and before it is answered. It may kill.
	Accepted func(Message)
}

// Callbacks are the ways of status callbacks. Rates are shares from 0 to 1.
type Callbacks struct {
	Off      bool          // none are posted; statuses still advance
	Hold     bool          // none are posted before Release
	Late     time.Duration // they come this much later
	Twice    float64       // of callbacks, posted two times
	Lost     float64       // of callbacks, never posted
	Reversed float64       // of texts, whose statuses are posted last first
	Early    float64       // of texts, whose first status is posted before the create request is answered
}

// Set replaces the faults, from the next request on. The maps must not be changed afterwards.
func (s *Server) Set(faults Faults) {
	s.faults.Store(&faults)
	if !faults.Callbacks.Hold {
		s.queue.release()
	}
}

// fate is what becomes of one request to create a text.
type fate int

const (
	fine fate = iota
	tooMany
	unavailable
	broken
	reset
	cut
	hang
	truncated
	page
)

// draw picks a fate; the rates stand in the order of the fates.
func (f *Faults) draw(random *rand.Rand) fate {
	at := random.Float64()
	rates := []float64{0, f.TooMany, f.Unavailable, f.Broken, f.Reset, f.Cut, f.Hang, f.Truncated, f.HTML}
	for i, rate := range rates {
		if at -= rate; at < 0 {
			return fate(i)
		}
	}
	return fine
}

// random is a source that depends on the seed, the words and a count, and on nothing else: not on the order of requests.
func (s *Server) random(words string, n uint64) *rand.Rand {
	hash := fnv.New64a()
	hash.Write([]byte(words))
	return rand.New(rand.NewPCG(s.options.Seed, hash.Sum64()+n))
}

// fate draws what becomes of this request.
func (s *Server) fate(faults *Faults, to string) fate {
	s.mu.Lock()
	n := s.posts[to]
	s.posts[to]++
	s.mu.Unlock()
	return faults.draw(s.random(to, n))
}

// status5xx is the one of the two that this request is answered with.
func (s *Server) status5xx(to string) int {
	if s.random("5xx"+to, 0).IntN(2) == 0 {
		return 500
	}
	return 503
}
