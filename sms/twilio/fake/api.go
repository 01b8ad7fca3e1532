package fake

import (
	"crypto/subtle"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"time"
	"unicode/utf8"
)

var e164 = regexp.MustCompile(`^\+[1-9][0-9]{6,14}$`)

// ServeHTTP answers POST and GET /2010-04-01/Accounts/<sid>/Messages.json as Twilio does, POST
// /v1/Consents/Bulk, and GET /journal.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	messages := "/2010-04-01/Accounts/" + s.options.AccountSID + "/Messages.json"
	switch {
	case r.URL.Path == "/journal" && r.Method == http.MethodGet:
		s.serveJournal(w)
	case !s.authentic(r):
		refuse(w, http.StatusUnauthorized, 20003, "Authenticate")
	case r.URL.Path == consentsPath && r.Method == http.MethodPost:
		s.consent(w, r)
	case r.URL.Path != messages:
		refuse(w, http.StatusNotFound, 20404, "The requested resource "+r.URL.Path+" was not found")
	case r.Method == http.MethodPost:
		s.create(w, r)
	case r.Method == http.MethodGet:
		s.list(w, r)
	default:
		refuse(w, http.StatusMethodNotAllowed, 20004, "Method not allowed")
	}
}

func (s *Server) authentic(r *http.Request) bool {
	user, password, _ := r.BasicAuth()
	known := subtle.ConstantTimeCompare([]byte(user+":"+password), []byte(s.options.AccountSID+":"+s.options.Token)) == 1
	return known && !s.faults.Load().Unauthorized
}

// refuse answers an error in Twilio's form: https://www.twilio.com/docs/usage/twilios-response#response-formats-exceptions
func refuse(w http.ResponseWriter, status, code int, message string) {
	answer(w, status, map[string]any{
		"code": code, "message": message, "status": status, "more_info": fmt.Sprintf("https://www.twilio.com/docs/errors/%d", code),
	})
}

func answer(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json;charset=utf-8")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(body) // whoever asked may have gone
}

// create takes a text, or meets its fate.
func (s *Server) create(w http.ResponseWriter, r *http.Request) {
	s.stats.posts.Add(1)
	r.Body = http.MaxBytesReader(w, r.Body, 1<<20)
	if err := r.ParseForm(); err != nil {
		refuse(w, http.StatusBadRequest, 20001, "The form cannot be read")
		return
	}
	form, faults := r.PostForm, s.faults.Load()
	fate := s.fate(faults, form.Get("To"))
	if s.refused(w, r, fate, faults) {
		return
	}
	if code, message := invalid(form, faults); code != 0 {
		refuse(w, http.StatusBadRequest, code, message)
		return
	}
	record, err := s.accept(faults, messageFrom(form), firstStatus(form))
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	shown := *record
	s.schedule(faults, record)
	s.answerCreated(w, r, fate, shown)
}

// refused answers the fates that come before a text is accepted.
func (s *Server) refused(w http.ResponseWriter, r *http.Request, fate fate, faults *Faults) bool {
	switch fate {
	case tooMany:
		if wait := int(faults.RetryAfter / time.Second); wait > 0 {
			w.Header().Set("Retry-After", strconv.Itoa(wait))
		}
		refuse(w, http.StatusTooManyRequests, 20429, "Too Many Requests")
	case unavailable:
		s.break5xx(w, r)
	case reset:
		cutOff(w)
	default:
		return false
	}
	return true
}

// answerCreated answers an accepted text, or does what its fate does instead.
func (s *Server) answerCreated(w http.ResponseWriter, r *http.Request, fate fate, record record) {
	s.answerWith(w, r, fate, s.shown(&record))
}

// answerWith answers 201 with a body, or does what the fate does instead.
func (s *Server) answerWith(w http.ResponseWriter, r *http.Request, fate fate, body any) {
	switch fate {
	case broken:
		s.break5xx(w, r)
	case cut:
		cutOff(w)
	case hang:
		s.hang(r)
		cutOff(w)
	case page:
		w.Header().Set("Content-Type", "text/html")
		_, _ = w.Write([]byte("<html><body>Welcome to the network of this hotel</body></html>"))
	case truncated:
		whole, _ := json.Marshal(body)
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", strconv.Itoa(len(whole)))
		w.WriteHeader(http.StatusCreated)
		_, _ = w.Write(whole[:len(whole)/2]) // net/http cuts the connection when less comes than was promised
	default:
		answer(w, http.StatusCreated, body)
	}
}

func (s *Server) break5xx(w http.ResponseWriter, r *http.Request) {
	status := s.status5xx(r.PostForm.Get("To"))
	refuse(w, status, 20500, "An internal server error has occurred")
}

// hang waits until the time is up, whoever asked has gone, or the fake closes.
func (s *Server) hang(r *http.Request) {
	wait := s.faults.Load().HangFor
	if wait == 0 {
		wait = time.Minute
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-r.Context().Done():
	case <-s.ctx.Done():
	}
}

// cutOff resets the connection: no answer, and no goodbye either.
func cutOff(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // not a connection of ours: net/http cuts it in its own way
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}

// invalid is the code that Twilio would refuse a text with, 0 when none.
func invalid(form url.Values, faults *Faults) (int, string) {
	to, validity := form.Get("To"), form.Get("ValidityPeriod")
	seconds, err := strconv.Atoi(validity)
	code := faults.Errors[to]
	switch {
	case code != 0:
		return code, "The message to " + to + " cannot be created"
	case to == "":
		return 21604, "A 'To' phone number is required."
	case form.Get("From") == "" && form.Get("MessagingServiceSid") == "":
		return 21603, "A 'From' phone number is required."
	case form.Get("Body") == "":
		return 21602, "Message body is required."
	case !e164.MatchString(to):
		return 21211, "Invalid 'To' Phone Number: " + to
	case utf8.RuneCountInString(form.Get("Body")) > 1600:
		return 21617, "The concatenated message body exceeds the 1600 character limit"
	case validity != "" && (err != nil || seconds < 1 || seconds > 36000):
		return 21628, "Validity period value is out of range."
	}
	return 0, ""
}

func messageFrom(form url.Values) Message {
	validity, _ := strconv.Atoi(form.Get("ValidityPeriod")) // checked by invalid
	return Message{
		To: form.Get("To"), From: form.Get("From"), Service: form.Get("MessagingServiceSid"), Body: form.Get("Body"),
		Callback: form.Get("StatusCallback"), Validity: validity, Direction: "outbound-api",
	}
}

// firstStatus is the one in the answer: a text of a messaging service has no sender yet.
func firstStatus(form url.Values) string {
	if form.Get("MessagingServiceSid") != "" {
		return "accepted"
	}
	return "queued"
}
