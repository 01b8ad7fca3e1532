package fake

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strconv"
	"sync"
	"time"
)

// Message is one accepted text, as the journal keeps it.
type Message struct {
	SID       string `json:"sid"`
	To        string `json:"to"`
	From      string `json:"from,omitempty"`
	Service   string `json:"service,omitempty"`
	Body      string `json:"body"`
	At        int64  `json:"at"`                  // when it was accepted, unix milliseconds
	MessageID int64  `json:"message,omitempty"`   // m of the callback's address
	Attempt   string `json:"attempt,omitempty"`   // a of the callback's address
	Callback  string `json:"callback,omitempty"`  // the whole address
	Validity  int    `json:"validity,omitempty"`  // seconds, 0 when none was asked for
	Direction string `json:"direction,omitempty"` // outbound-api or outbound-reply
}

// record is a message with where it has got to.
type record struct {
	Message
	status  string
	place   int // of the status on the text's way
	code    int
	updated time.Time
}

// journal holds every accepted text in order, in memory and in a file. A line is written with one call before the text is
// answered, so it outlives a kill of this process; it is not synced, so it does not outlive the machine.
type journal struct {
	mu   sync.Mutex
	all  []*record
	byTo map[string][]*record
	in   []*record // texts in, once for each SID
	file *os.File  // nil without one
}

func openJournal(path string) (*journal, error) {
	j := &journal{byTo: map[string][]*record{}}
	if path == "" {
		return j, nil
	}
	before, err := ReadJournal(path)
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	for _, m := range before {
		j.keep(&record{Message: m, status: "delivered", updated: time.UnixMilli(m.At)})
	}
	j.file, err = os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	return j, err
}

// ReadJournal reads the file of a journal, which may be in use by another process: a last line that is not whole is left out.
func ReadJournal(path string) ([]Message, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	messages := []Message{}
	for lines := bufio.NewReader(file); ; {
		line, err := lines.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return messages, nil
		}
		if err != nil {
			return nil, err
		}
		var m Message
		if err := json.Unmarshal(line, &m); err != nil {
			return nil, fmt.Errorf("%s:%d: %w", path, len(messages)+1, err)
		}
		messages = append(messages, m)
	}
}

// add gives the message the SID of its place and keeps it.
func (j *journal) add(r *record, sid func(n uint64) string) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	r.SID = sid(uint64(len(j.all)))
	if j.file != nil {
		var line bytes.Buffer
		if err := json.NewEncoder(&line).Encode(r.Message); err != nil {
			return err
		}
		if _, err := j.file.Write(line.Bytes()); err != nil {
			return err
		}
	}
	j.keep(r)
	return nil
}

// received keeps a text in, the first time it is delivered.
func (j *journal) received(r *record) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if !slices.ContainsFunc(j.in, func(had *record) bool { return had.SID == r.SID }) {
		j.in = append(j.in, r)
	}
}

func (j *journal) keep(r *record) {
	j.all = append(j.all, r)
	j.byTo[r.To] = append(j.byTo[r.To], r)
}

// advance moves a text to a status, never back: callbacks may be posted in another order than statuses are reached.
func (j *journal) advance(r *record, step step, at time.Time) {
	j.mu.Lock()
	defer j.mu.Unlock()
	if step.place > r.place {
		r.place, r.status, r.code, r.updated = step.place, step.status, step.code, at
	}
}

// newest returns copies of at most n texts to a number that were accepted by the time until, newest first, and whether more
// follow. An empty number is any; with a SID it begins after that text.
func (j *journal) newest(to, after string, n int, until time.Time) (found []record, more bool) {
	j.mu.Lock()
	defer j.mu.Unlock()
	var records []*record
	for _, r := range j.in {
		if to == "" || r.To == to {
			records = append(records, r)
		}
	}
	if to == "" {
		records = append(records, j.all...)
		slices.SortStableFunc(records, func(a, b *record) int { return cmp.Compare(a.At, b.At) })
	} else {
		records = append(records, j.byTo[to]...)
	}
	begun := after == ""
	for _, r := range slices.Backward(records) {
		switch {
		case !begun:
			begun = r.SID == after
		case r.At > until.UnixMilli():
		case len(found) == n:
			return found, true
		default:
			found = append(found, *r)
		}
	}
	return found, false
}

func (j *journal) messages() []Message {
	j.mu.Lock()
	defer j.mu.Unlock()
	messages := make([]Message, 0, len(j.all))
	for _, r := range j.all {
		messages = append(messages, r.Message)
	}
	return messages
}

func (j *journal) len() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return len(j.all)
}

func (j *journal) close() error {
	if j.file == nil {
		return nil
	}
	return j.file.Close()
}

// Journal returns every accepted text in order of acceptance.
func (s *Server) Journal() []Message { return s.journal.messages() }

// serveJournal answers GET /journal with a JSON line for every accepted text, as in the file.
func (s *Server) serveJournal(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/jsonl")
	lines := json.NewEncoder(w)
	for _, m := range s.journal.messages() {
		if lines.Encode(m) != nil {
			return // the reader has gone
		}
	}
}

// accept keeps a text and calls the hook.
func (s *Server) accept(faults *Faults, m Message, status string) (*record, error) {
	now := s.options.Now()
	m.At = now.UnixMilli()
	if address, err := url.Parse(m.Callback); err == nil {
		m.MessageID, _ = strconv.ParseInt(address.Query().Get("m"), 10, 64) // 0 when the address has none
		m.Attempt = address.Query().Get("a")
	}
	r := &record{Message: m, status: status, updated: now}
	if err := s.journal.add(r, s.sid); err != nil {
		return nil, err
	}
	if faults.Accepted != nil {
		faults.Accepted(r.Message)
	}
	return r, nil
}

// sid is that of the nth text: another for every n and seed.
func (s *Server) sid(n uint64) string {
	return fmt.Sprintf("SM%016x%016x", mix(s.options.Seed), mix(n))
}

// inboundSID is that of another text in.
func (s *Server) inboundSID() string {
	return fmt.Sprintf("SM%016x%016x", mix(^s.options.Seed), mix(uint64(s.stats.inbound.Add(1))))
}

// mix is a bijection of the 64-bit numbers that looks random: the finaliser of SplitMix64.
func mix(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}
