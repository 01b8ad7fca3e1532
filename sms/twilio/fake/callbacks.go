package fake

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"fiel/sms/twilio"
)

// step is one status on a text's way, and how its callback fares.
type step struct {
	place  int // later statuses have a higher one
	status string
	code   int
	copies int // 0 lost, 1, or 2
}

// way is the statuses of a text, the first in its answer left out, in the order in which they are posted.
func (s *Server) way(faults *Faults, r *record) (steps []step, early bool) {
	names := []string{"sent", "delivered"}
	if r.status == "accepted" {
		names = []string{"queued", "sent", "delivered"}
	}
	code := faults.Fails[r.To]
	if code != 0 {
		names[len(names)-1] = "undelivered"
	}
	random, ways := s.random("way"+r.To+r.Body, 0), faults.Callbacks
	for i, name := range names {
		step := step{place: i + 1, status: name, copies: 1}
		if random.Float64() < ways.Twice {
			step.copies = 2
		}
		if random.Float64() < ways.Lost {
			step.copies = 0
		}
		steps = append(steps, step)
	}
	steps[len(steps)-1].code = code
	if random.Float64() < ways.Reversed {
		slices.Reverse(steps)
	}
	return steps, random.Float64() < ways.Early
}

// schedule sends an accepted text on its way.
func (s *Server) schedule(faults *Faults, r *record) {
	steps, early := s.way(faults, r)
	if faults.Callbacks.Off && s.options.Step == 0 {
		for _, step := range steps {
			s.journal.advance(r, step, s.options.Now())
		}
		return
	}
	if early {
		s.take(r, steps[0])
		steps = steps[1:]
	}
	s.follow(r, steps)
}

// follow takes the steps one after the other, so that one text's callbacks do not overtake each other by chance.
func (s *Server) follow(r *record, steps []step) {
	if len(steps) == 0 {
		return
	}
	due := time.Now().Add(s.options.Step + s.faults.Load().Callbacks.Late)
	s.queue.push(due, func() { s.walk(r, steps) })
}

func (s *Server) walk(r *record, steps []step) {
	if s.faults.Load().Callbacks.Hold {
		s.queue.hold(func() { s.walk(r, steps) })
		return
	}
	s.take(r, steps[0])
	s.follow(r, steps[1:])
}

// take moves the text to a status and posts its callbacks.
func (s *Server) take(r *record, step step) {
	s.journal.advance(r, step, s.options.Now())
	if r.Callback == "" || s.faults.Load().Callbacks.Off {
		return
	}
	for range step.copies {
		status, _, err := s.Post(r.Callback, s.callbackForm(r, step))
		if err == nil && status/100 == 2 {
			s.stats.callbacks.Add(1)
		} else if s.ctx.Err() == nil {
			s.stats.failed.Add(1)
		}
	}
}

// callbackForm is what Twilio posts:
// https://www.twilio.com/docs/messaging/guides/outbound-message-status-in-status-callbacks
func (s *Server) callbackForm(r *record, step step) url.Values {
	form := url.Values{
		"AccountSid": {s.options.AccountSID}, "ApiVersion": {"2010-04-01"}, "To": {r.To}, "From": {r.From},
		"MessageSid": {r.SID}, "SmsSid": {r.SID}, "MessageStatus": {step.status}, "SmsStatus": {step.status},
	}
	if r.Service != "" {
		form.Set("MessagingServiceSid", r.Service)
	}
	if step.code != 0 {
		form.Set("ErrorCode", strconv.Itoa(step.code))
	}
	return form
}

// Post posts a form to a webhook, signed as Twilio signs it, and returns what it answered, at most 64 KB of it. A connection
// that fails is tried once more, as Twilio does.
func (s *Server) Post(address string, form url.Values) (status int, body []byte, err error) {
	reply, err := s.exchange(address, form)
	return reply.status, reply.body, err
}

// heard is what a webhook answered.
type heard struct {
	status int
	kind   string // its Content-Type
	body   []byte
}

func (s *Server) exchange(address string, form url.Values) (heard, error) {
	signature := twilio.Sign(s.options.Token, address, form)
	response, err := s.post(address, form, signature)
	if err != nil && s.ctx.Err() == nil {
		response, err = s.post(address, form, signature)
	}
	if err != nil {
		return heard{}, err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, 64<<10))
	return heard{response.StatusCode, response.Header.Get("Content-Type"), body}, err
}

func (s *Server) post(address string, form url.Values, signature string) (*http.Response, error) {
	if s.options.Public != "" && strings.HasPrefix(address, s.options.Public) {
		address = s.options.Local + strings.TrimPrefix(address, s.options.Public)
	}
	request, err := http.NewRequestWithContext(s.ctx, http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8")
	request.Header.Set("User-Agent", "TwilioProxy/1.1")
	request.Header.Set("X-Twilio-Signature", signature)
	return s.client.Do(request)
}

// Release posts the callbacks that were held and holds no more.
func (s *Server) Release() {
	faults := *s.faults.Load()
	faults.Callbacks.Hold = false
	s.Set(faults)
}

// Wait returns when every callback but those held has been posted, or with the context's error.
func (s *Server) Wait(ctx context.Context) error {
	ticker := time.NewTicker(time.Millisecond)
	defer ticker.Stop()
	for !s.queue.idle() {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}
