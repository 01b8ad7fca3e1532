package fake_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"fiel/sms"
	"fiel/sms/twilio"
	"fiel/sms/twilio/fake"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const ana = "+525587654321"

// shop is what stands at the other end: a real client and the real webhooks of fiel/sms/twilio.
type shop struct {
	*twilio.Client
	twilio *fake.Server
	url    string

	mu       sync.Mutex
	texts    []sms.Inbound
	statuses []sms.Status
}

func open(t *testing.T, options fake.Options) *shop {
	t.Helper()
	s := &shop{}
	mux := http.NewServeMux()
	server := httptest.NewServer(mux)
	t.Cleanup(server.Close)
	log := slog.New(slog.NewTextHandler(io.Discard, nil))
	accounts := func(sid string) (string, bool) { return fake.Token, sid == fake.AccountSID }
	mux.Handle(twilio.InboundPath, &twilio.Webhook{Base: server.URL, Accounts: accounts, Receive: s.receive, Log: log})
	mux.Handle(twilio.StatusPath, &twilio.StatusWebhook{Base: server.URL, Accounts: accounts, Settle: s.settle, Log: log})
	s.url = server.URL

	var err error
	if s.twilio, err = fake.Start(options); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.twilio.Close(); err != nil {
			t.Error(err)
		}
	})
	s.Client, err = twilio.New(twilio.Config{
		AccountSID: fake.AccountSID, Token: fake.Token, From: fake.Number, BaseURL: s.twilio.URL(), PublicURL: server.URL,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func (s *shop) receive(_ context.Context, text sms.Inbound) (sms.Answer, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.texts = append(s.texts, text)
	if text.Body == "BAJA" {
		return sms.Answer{}, nil
	}
	return sms.Answer{Body: "Tienes <120> puntos & más", MessageID: 9, Attempt: "beef"}, nil
}

func (s *shop) settle(_ context.Context, status sms.Status) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.statuses = append(s.statuses, status)
	return nil
}

// ranks are those of the callbacks so far.
func (s *shop) ranks() (ranks []sms.Rank) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, status := range s.statuses {
		ranks = append(ranks, status.Rank)
	}
	return ranks
}

func (s *shop) wait(t *testing.T) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := s.twilio.Wait(ctx); err != nil {
		t.Fatal(err)
	}
}

func (s *shop) send(t *testing.T, id int64, to string) sms.Outcome {
	t.Helper()
	return s.Send(context.Background(), sms.Outgoing{MessageID: id, Attempt: fmt.Sprintf("a%d", id), To: to, Body: fmt.Sprint("Hola ", id)})
}

func TestATextAndItsCallbacks(t *testing.T) {
	s := open(t, fake.Options{})
	sent := s.send(t, 7, ana)
	s.wait(t)
	want := []sms.Status{
		{AccountSID: fake.AccountSID, From: fake.Number, MessageID: 7, Attempt: "a7", SID: sent.SID, Rank: sms.RankSent},
		{AccountSID: fake.AccountSID, From: fake.Number, MessageID: 7, Attempt: "a7", SID: sent.SID, Rank: sms.RankDelivered},
	}
	if !slices.Equal(s.statuses, want) {
		t.Errorf("got %+v\nwant %+v", s.statuses, want)
	}
	if got, want := s.twilio.Stats(), (fake.Stats{Posts: 1, Accepted: 1, Callbacks: 2}); got != want {
		t.Errorf("%+v", got)
	}
}

func TestWaysOfCallbacks(t *testing.T) {
	sent, delivered, undelivered := sms.RankSent, sms.RankDelivered, sms.RankUndelivered
	cases := map[string]struct {
		faults fake.Faults
		want   []sms.Rank
	}{
		"in order":     {fake.Faults{}, []sms.Rank{sent, delivered}},
		"twice":        {fake.Faults{Callbacks: fake.Callbacks{Twice: 1}}, []sms.Rank{sent, sent, delivered, delivered}},
		"lost":         {fake.Faults{Callbacks: fake.Callbacks{Lost: 1}}, nil},
		"off":          {fake.Faults{Callbacks: fake.Callbacks{Off: true}}, nil},
		"held":         {fake.Faults{Callbacks: fake.Callbacks{Hold: true}}, nil},
		"reversed":     {fake.Faults{Callbacks: fake.Callbacks{Reversed: 1}}, []sms.Rank{delivered, sent}},
		"first early":  {fake.Faults{Callbacks: fake.Callbacks{Early: 1}}, []sms.Rank{sent, delivered}},
		"twice, late":  {fake.Faults{Callbacks: fake.Callbacks{Twice: 1, Late: 20 * time.Millisecond}}, []sms.Rank{sent, sent, delivered, delivered}},
		"undelivered":  {fake.Faults{Fails: map[string]int{ana: 30005}}, []sms.Rank{sent, undelivered}},
		"after a page": {fake.Faults{HTML: 1}, []sms.Rank{sent, delivered}},
		"after a cut":  {fake.Faults{Cut: 1}, []sms.Rank{sent, delivered}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			s := open(t, fake.Options{})
			s.twilio.Set(c.faults)
			s.send(t, 7, ana)
			if early := len(s.ranks()); c.faults.Callbacks.Early == 1 && early == 0 {
				t.Error("no callback came before the answer")
			}
			s.wait(t)
			if got := s.ranks(); !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
			if s.twilio.Stats().Failed > 0 {
				t.Error("callbacks were refused")
			}
			if c.faults.Fails != nil && s.statuses[1].Trouble != twilio.Explain(30005) {
				t.Errorf("%+v", s.statuses[1])
			}
		})
	}
}

func TestHeldCallbacksAreReleased(t *testing.T) {
	s := open(t, fake.Options{})
	s.twilio.Set(fake.Faults{Callbacks: fake.Callbacks{Hold: true}})
	for id := range int64(20) {
		s.send(t, id, ana)
	}
	s.wait(t)
	if got := s.ranks(); len(got) != 0 {
		t.Fatalf("%v came before they were released", got)
	}
	s.twilio.Release()
	s.wait(t)
	if got := s.ranks(); len(got) != 40 {
		t.Errorf("%d callbacks", len(got))
	}
}

func TestTextsIn(t *testing.T) {
	s := open(t, fake.Options{})
	got, err := s.twilio.Text(s.url+twilio.InboundPath, ana, "SALDO", "")
	if err != nil || got.Status != 200 || len(got.Texts) != 1 || got.Texts[0] != "Tienes <120> puntos & más" || got.Error != 0 {
		t.Fatalf("%+v %v", got, err)
	}
	s.wait(t)
	reply := s.twilio.Journal()[0]
	if reply.To != ana || reply.Direction != "outbound-reply" || reply.MessageID != 9 || reply.Attempt != "beef" {
		t.Errorf("%+v", reply)
	}
	if len(s.statuses) != 2 || s.statuses[1].MessageID != 9 || s.statuses[1].SID != reply.SID || s.statuses[1].Rank != sms.RankDelivered {
		t.Errorf("%+v", s.statuses)
	}
	got, err = s.twilio.Text(s.url+twilio.InboundPath, ana, "BAJA", "SM0123456789abcdef0123456789abcdef")
	if err != nil || got.Status != 200 || len(got.Texts) != 0 || s.texts[1].ProviderID != "SM0123456789abcdef0123456789abcdef" {
		t.Errorf("%+v %v", got, err)
	}
	if s.texts[0].ProviderID == s.texts[1].ProviderID || s.texts[0].To != fake.Number || s.texts[0].Body != "SALDO" {
		t.Errorf("%+v", s.texts)
	}
}

func TestAnswersThatTwilioCannotUse(t *testing.T) {
	cases := map[string]struct {
		status     int
		kind, body string
		want       fake.Answer
	}{
		"refused":       {403, "text/plain", "Forbidden", fake.Answer{Status: 403, Error: 11200, TwiML: "Forbidden"}},
		"busy":          {503, "text/plain", "", fake.Answer{Status: 503, Error: 11200}},
		"plain words":   {200, "text/plain", "Hola", fake.Answer{Status: 200, Texts: []string{"Hola"}, TwiML: "Hola"}},
		"JSON":          {200, "application/json", "{}", fake.Answer{Status: 200, Error: 12300, TwiML: "{}"}},
		"broken TwiML":  {200, "text/xml", "<Response>", fake.Answer{Status: 200, Error: 12100, TwiML: "<Response>"}},
		"another root":  {200, "text/xml", "<Hola/>", fake.Answer{Status: 200, Error: 12100, TwiML: "<Hola/>"}},
		"nothing to do": {200, "text/xml", "<Response/>", fake.Answer{Status: 200, TwiML: "<Response/>"}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			s := open(t, fake.Options{})
			other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", c.kind)
				w.WriteHeader(c.status)
				_, _ = io.WriteString(w, c.body)
			}))
			defer other.Close()
			got, err := s.twilio.Text(other.URL, ana, "SALDO", "")
			if err != nil || fmt.Sprint(got) != fmt.Sprint(c.want) {
				t.Errorf("got %+v, want %+v: %v", got, c.want, err)
			}
		})
	}
}

// A shop behind a proxy knows itself by an address that this machine cannot reach.
func TestPublicAndLocalAddresses(t *testing.T) {
	var heard *http.Request
	local := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		form, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(form))
		heard = r
		w.WriteHeader(http.StatusNoContent)
	}))
	defer local.Close()
	s := open(t, fake.Options{Public: "https://shop.example", Local: local.URL})
	if _, err := s.twilio.Text("https://shop.example/webhooks?x=1", ana, "SALDO", ""); err != nil {
		t.Fatal(err)
	}
	if err := heard.ParseForm(); err != nil {
		t.Fatal(err)
	}
	if heard.RequestURI != "/webhooks?x=1" ||
		!twilio.Verify(fake.Token, "https://shop.example", heard.RequestURI, heard.Header.Get("X-Twilio-Signature"), heard.PostForm) {
		t.Errorf("%s %v", heard.RequestURI, heard.PostForm)
	}
}

func TestJournalOutlivesTheProcess(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.jsonl")
	s := open(t, fake.Options{Journal: path, Seed: 1})
	var killed []string
	s.twilio.Set(fake.Faults{Accepted: func(m fake.Message) {
		kept, err := fake.ReadJournal(path) // as another process would, at the moment of the kill
		if err != nil || len(kept) == 0 || kept[len(kept)-1] != m {
			t.Errorf("not in the file when the hook is called: %v %v", kept, err)
		}
		killed = append(killed, m.SID)
	}})
	first := s.send(t, 1, ana)
	s.send(t, 2, ana)
	if len(killed) != 2 || killed[0] != first.SID {
		t.Errorf("hook saw %v", killed)
	}
	file, err := os.OpenFile(path, os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = file.WriteString(`{"sid":"SMhalf`) // a line that is being written
	_ = file.Close()
	if kept, err := fake.ReadJournal(path); err != nil || !slices.Equal(kept, s.twilio.Journal()) {
		t.Errorf("%v %v", kept, err)
	}
}

func TestJournalGoesOn(t *testing.T) {
	path := filepath.Join(t.TempDir(), "journal.jsonl")
	sids := map[string]bool{}
	for run := range int64(3) {
		s := open(t, fake.Options{Journal: path, Seed: 5})
		sids[s.send(t, run, ana).SID] = true
		found, err := s.List(context.Background(), ana, time.Unix(0, 0))
		if err != nil || len(found) != int(run)+1 {
			t.Errorf("run %d lists %v: %v", run, found, err)
		}
		if len(sids) != int(run)+1 {
			t.Errorf("run %d gave a SID again", run)
		}
	}
	if err := os.WriteFile(path, []byte("not JSON\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := fake.Start(fake.Options{Journal: path}); err == nil {
		t.Error("a broken journal is taken")
	}
}

func TestJournalByHTTP(t *testing.T) {
	s := open(t, fake.Options{})
	s.send(t, 1, ana)
	s.send(t, 2, ana)
	response, err := http.Get(s.twilio.URL() + "/journal")
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	var got []fake.Message
	for lines := json.NewDecoder(response.Body); lines.More(); {
		var m fake.Message
		if err := lines.Decode(&m); err != nil {
			t.Fatal(err)
		}
		got = append(got, m)
	}
	if !slices.Equal(got, s.twilio.Journal()) {
		t.Errorf("%+v", got)
	}
	http.DefaultClient.CloseIdleConnections()
}

func TestRefusesWhatTwilioRefuses(t *testing.T) {
	s := open(t, fake.Options{})
	path := "/2010-04-01/Accounts/" + fake.AccountSID + "/Messages.json"
	good := "To=%2B525587654321&From=%2B525550000000&Body=Hola"
	cases := map[string]struct {
		method, path, password, form string
		status, code                 int
	}{
		"fine":             {"POST", path, fake.Token, good, 201, 0},
		"wrong password":   {"POST", path, "x", good, 401, 20003},
		"no such thing":    {"POST", "/2010-04-01/Calls.json", fake.Token, good, 404, 20404},
		"odd method":       {"DELETE", path, fake.Token, "", 405, 20004},
		"no To":            {"POST", path, fake.Token, "From=1&Body=x", 400, 21604},
		"no From":          {"POST", path, fake.Token, "To=%2B525587654321&Body=x", 400, 21603},
		"no Body":          {"POST", path, fake.Token, "To=%2B525587654321&From=1", 400, 21602},
		"odd To":           {"POST", path, fake.Token, "To=5587654321&From=1&Body=x", 400, 21211},
		"too long":         {"POST", path, fake.Token, "To=%2B525587654321&From=1&Body=" + strings.Repeat("%C3%B1", 1601), 400, 21617},
		"as long as it is": {"POST", path, fake.Token, "To=%2B525587654321&From=1&Body=" + strings.Repeat("%C3%B1", 1600), 201, 0},
		"odd validity":     {"POST", path, fake.Token, good + "&ValidityPeriod=0", 400, 21628},
		"long validity":    {"POST", path, fake.Token, good + "&ValidityPeriod=36001", 400, 21628},
		"broken form":      {"POST", path, fake.Token, "%zz", 400, 20001},
	}
	for name, c := range cases {
		r := httptest.NewRequest(c.method, c.path, strings.NewReader(c.form))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.SetBasicAuth(fake.AccountSID, c.password)
		w := httptest.NewRecorder()
		s.twilio.ServeHTTP(w, r)
		var answer struct{ Code int }
		if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || w.Code != c.status || answer.Code != c.code {
			t.Errorf("%s: %d %s %v", name, w.Code, w.Body, err)
		}
	}
}

// The same seed meets the same faults, in whatever order requests come; another seed meets others.
func TestFaultsBelongToTheSeed(t *testing.T) {
	run := func(seed uint64, backwards bool) string {
		s := open(t, fake.Options{Seed: seed})
		s.twilio.Set(fake.Faults{TooMany: 0.3, Unavailable: 0.1, Broken: 0.1, Truncated: 0.1, HTML: 0.1, Callbacks: fake.Callbacks{Off: true}})
		results := make([]sms.Result, 60)
		for i := range results {
			if backwards {
				i = len(results) - 1 - i
			}
			results[i] = s.send(t, int64(i), fmt.Sprintf("+5255000000%02d", i)).Result
		}
		return fmt.Sprint(results)
	}
	first := run(1, false)
	if again := run(1, true); again != first {
		t.Errorf("seed 1 gave\n%s\nand\n%s", first, again)
	}
	if other := run(2, false); other == first {
		t.Errorf("seed 2 gave the same: %s", other)
	}
}

func TestRatesAreShares(t *testing.T) {
	s := open(t, fake.Options{Seed: 3})
	s.twilio.Set(fake.Faults{TooMany: 0.5, Callbacks: fake.Callbacks{Off: true}})
	refused := 0
	for id := range int64(1000) {
		if s.send(t, id, ana).Result == sms.NotSent {
			refused++
		}
	}
	if refused < 430 || refused > 570 {
		t.Errorf("%d of 1000 refused at a rate of one half", refused)
	}
}

// Close ends answers that hang and callbacks that wait or cannot be delivered.
func TestCloseEndsEverything(t *testing.T) {
	stuck := make(chan struct{})
	slow := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-stuck }))
	defer slow.Close()
	defer close(stuck)
	s, err := fake.Start(fake.Options{Workers: 2})
	if err != nil {
		t.Fatal(err)
	}
	c, err := twilio.New(twilio.Config{AccountSID: fake.AccountSID, Token: fake.Token, From: fake.Number, BaseURL: s.URL(), PublicURL: slow.URL})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	for id := range int64(20) {
		c.Send(context.Background(), sms.Outgoing{MessageID: id, Attempt: "a", To: ana, Body: "x"})
	}
	s.Set(fake.Faults{Hang: 1, Callbacks: fake.Callbacks{Late: time.Hour}})
	hanging := make(chan sms.Outcome)
	go func() { hanging <- c.Send(context.Background(), sms.Outgoing{Attempt: "a", To: ana, Body: "x"}) }()
	for len(s.Journal()) < 21 {
		time.Sleep(time.Millisecond)
	}
	began := time.Now()
	if err := s.Close(); err != nil {
		t.Error(err)
	}
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("closing took %v", took)
	}
	if got := <-hanging; got.Result != sms.Unknown {
		t.Errorf("%+v", got)
	}
	if err := s.Up(); err == nil {
		t.Error("up again after Close")
	}
}

func TestPostsInParallel(t *testing.T) {
	s := open(t, fake.Options{Journal: filepath.Join(t.TempDir(), "journal.jsonl")})
	s.twilio.Set(fake.Faults{Callbacks: fake.Callbacks{Twice: 0.2, Lost: 0.1, Reversed: 0.3, Early: 0.3}})
	var all sync.WaitGroup
	for worker := range int64(8) {
		all.Go(func() {
			for i := range int64(50) {
				if got := s.send(t, worker*50+i, fmt.Sprintf("+52550000%04d", i)); got.Result != sms.Accepted {
					t.Errorf("%+v", got)
				}
			}
		})
	}
	all.Wait()
	s.wait(t)
	journal := s.twilio.Journal()
	sids := map[string]bool{}
	for _, m := range journal {
		sids[m.SID] = true
	}
	if len(journal) != 400 || len(sids) != 400 || s.twilio.Stats().Failed != 0 {
		t.Errorf("%d texts, %d SIDs, %+v", len(journal), len(sids), s.twilio.Stats())
	}
}
