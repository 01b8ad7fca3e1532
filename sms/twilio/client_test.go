package twilio_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"fiel/db"
	"fiel/sms"
	"fiel/sms/twilio"
	"fiel/sms/twilio/fake"
)

const ana = "+525587654321"

var hola = sms.Outgoing{MessageID: 7, Attempt: "0123456789abcdef0123456789abcdef", To: ana, Body: "Hola Ana, tienes 120 puntos.", Validity: time.Hour}

func config(base string) twilio.Config {
	return twilio.Config{
		AccountSID: fake.AccountSID, Token: fake.Token, From: fake.Number, BaseURL: base, PublicURL: "https://shop.example",
		Timeout: 300 * time.Millisecond,
	}
}

func newClient(t *testing.T, config twilio.Config) *twilio.Client {
	t.Helper()
	c, err := twilio.New(config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func start(t *testing.T, options fake.Options) *fake.Server {
	t.Helper()
	s, err := fake.Start(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// quiet is a fake that posts no callbacks: nobody is at shop.example.
func quiet(t *testing.T, faults fake.Faults) *fake.Server {
	s := start(t, fake.Options{})
	faults.Callbacks.Off = true
	s.Set(faults)
	return s
}

func TestNewSaysWhatToMend(t *testing.T) {
	good := config("")
	change := func(f func(*twilio.Config)) twilio.Config {
		c := good
		f(&c)
		return c
	}
	bad := map[string]twilio.Config{
		"account":            change(func(c *twilio.Config) { c.AccountSID = "AC123" }),
		"an API key":         change(func(c *twilio.Config) { c.AccountSID = "SK" + c.AccountSID[2:] }),
		"no token":           change(func(c *twilio.Config) { c.Token = "" }),
		"token with a blank": change(func(c *twilio.Config) { c.Token += " " }),
		"token with a sign":  change(func(c *twilio.Config) { c.Token = "a:b" }),
		"no sender":          change(func(c *twilio.Config) { c.From = "" }),
		"two senders":        change(func(c *twilio.Config) { c.ServiceSID = "MG" + c.AccountSID[2:] }),
		"odd number":         change(func(c *twilio.Config) { c.From = "+0123" }),
		"odd service":        change(func(c *twilio.Config) { c.From, c.ServiceSID = "", "MG1" }),
		"no public address":  change(func(c *twilio.Config) { c.PublicURL = "" }),
		"public without one": change(func(c *twilio.Config) { c.PublicURL = "shop.example" }),
		"public with query":  change(func(c *twilio.Config) { c.PublicURL = "https://shop.example?x=1" }),
		"API by ftp":         change(func(c *twilio.Config) { c.BaseURL = "ftp://127.0.0.1" }),
		"API in the clear":   change(func(c *twilio.Config) { c.BaseURL = "http://api.twilio.com" }),
		"API with password":  change(func(c *twilio.Config) { c.BaseURL = "https://a:b@api.twilio.com" }),
		"negative timeout":   change(func(c *twilio.Config) { c.Timeout = -1 }),
	}
	for name, c := range bad {
		if _, err := twilio.New(c); db.CodeOf(err) != db.Invalid || strings.Contains(err.Error(), c.Token) && c.Token != "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, c := range map[string]twilio.Config{
		"as usual":      good,
		"a service":     change(func(c *twilio.Config) { c.From, c.ServiceSID = "", "MG"+c.AccountSID[2:] }),
		"a short code":  change(func(c *twilio.Config) { c.From = "22345" }),
		"a name":        change(func(c *twilio.Config) { c.From = "Cafe Luna" }),
		"another place": change(func(c *twilio.Config) { c.BaseURL = "https://api.dublin.ie1.twilio.com" }),
		"below a path":  change(func(c *twilio.Config) { c.PublicURL = "https://shop.example/fiel/" }),
	} {
		if _, err := twilio.New(c); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSendIsInTheJournalAsItWas(t *testing.T) {
	s := quiet(t, fake.Faults{})
	c := newClient(t, config(s.URL()))
	got := c.Send(context.Background(), hola)
	if got.Result != sms.Accepted || got.Rank != sms.RankQueued || got.Trouble != (sms.Trouble{}) {
		t.Fatalf("%+v", got)
	}
	want := fake.Message{
		SID: got.SID, To: ana, From: fake.Number, Body: hola.Body, MessageID: 7, Attempt: hola.Attempt, Validity: 3600, Direction: "outbound-api",
		Callback: "https://shop.example/webhooks/twilio/status?m=7&a=" + hola.Attempt,
	}
	journal := s.Journal()
	want.At = journal[0].At
	if len(journal) != 1 || journal[0] != want {
		t.Errorf("got %+v\nwant %+v", journal, want)
	}
}

func TestWhatIsSent(t *testing.T) {
	service := "MG" + fake.AccountSID[2:]
	common := "&Body=Hola&SmartEncoded=false&StatusCallback=https%3A%2F%2Fshop.example%2Fwebhooks%2Ftwilio%2Fstatus%3Fm%3D1%26a%3Da%252B&To=%2B525587654321"
	cases := map[string]struct {
		from, service string
		validity      time.Duration
		want          string
	}{
		"from a number":     {fake.Number, "", 0, "From=%2B525550000000"},
		"from a service":    {"", service, 0, "MessagingServiceSid=" + service},
		"a minute":          {fake.Number, "", time.Minute, "From=%2B525550000000&ValidityPeriod=60"},
		"rounded down":      {fake.Number, "", 90*time.Second - 1, "From=%2B525550000000&ValidityPeriod=89"},
		"under a second":    {fake.Number, "", time.Millisecond, "From=%2B525550000000&ValidityPeriod=1"},
		"above ten hours":   {fake.Number, "", 100 * time.Hour, "From=%2B525550000000&ValidityPeriod=36000"},
		"beyond all bounds": {fake.Number, "", 1<<63 - 1, "From=%2B525550000000&ValidityPeriod=36000"},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			var got url.Values
			var header http.Header
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				body, _ := io.ReadAll(r.Body)
				got, _ = url.ParseQuery(string(body))
				header = r.Header
				if r.URL.Path != "/2010-04-01/Accounts/"+fake.AccountSID+"/Messages.json" || r.URL.RawQuery != "" {
					t.Errorf("asked %s", r.URL)
				}
			}))
			defer server.Close()
			setting := config(server.URL)
			setting.From, setting.ServiceSID = c.from, c.service
			newClient(t, setting).Send(context.Background(), sms.Outgoing{MessageID: 1, Attempt: "a+", To: ana, Body: "Hola", Validity: c.validity})
			want, _ := url.ParseQuery(c.want + common)
			if got.Encode() != want.Encode() {
				t.Errorf("got  %s\nwant %s", got.Encode(), want.Encode())
			}
			for name := range header {
				if strings.Contains(strings.ToLower(name), "idempotency") {
					t.Errorf("%s makes net/http repeat the POST", name)
				}
			}
		})
	}
}

// Region and edge of the environment are twilio-go's; ours is the address in the config alone.
func TestTheEnvironmentDoesNotChangeTheHost(t *testing.T) {
	t.Setenv("TWILIO_EDGE", "dublin")
	t.Setenv("TWILIO_REGION", "ie1")
	t.Setenv("TWILIO_AUTH_TOKEN", "another")
	asked := ""
	setting := config("")
	setting.Transport = seen(func(r *http.Request) { asked = r.URL.Scheme + "://" + r.URL.Host + " " + r.Host })
	newClient(t, setting).Send(context.Background(), hola)
	if asked != "https://api.twilio.com api.twilio.com" {
		t.Errorf("asked %s", asked)
	}
}

type seen func(*http.Request)

func (f seen) RoundTrip(r *http.Request) (*http.Response, error) {
	f(r)
	return nil, io.ErrUnexpectedEOF
}

func TestEveryFault(t *testing.T) {
	cases := map[string]struct {
		faults  fake.Faults
		want    sms.Outcome // without SID and text
		journal int         // texts accepted, whatever we were told
	}{
		"429":                         {fake.Faults{TooMany: 1}, sms.Outcome{Result: sms.NotSent, Trouble: sms.Trouble{Code: 20429, Verdict: sms.Later}}, 0},
		"429 with a time to wait":     {fake.Faults{TooMany: 1, RetryAfter: 7 * time.Second}, sms.Outcome{Result: sms.NotSent, RetryAfter: 7 * time.Second, Trouble: sms.Trouble{Code: 20429, Verdict: sms.Later}}, 0},
		"429 with an absurd time":     {fake.Faults{TooMany: 1, RetryAfter: 1e6 * time.Second}, sms.Outcome{Result: sms.NotSent, RetryAfter: time.Hour, Trouble: sms.Trouble{Code: 20429, Verdict: sms.Later}}, 0},
		"5xx, not accepted":           {fake.Faults{Unavailable: 1}, sms.Outcome{Result: sms.Unknown}, 0},
		"5xx, though accepted":        {fake.Faults{Broken: 1}, sms.Outcome{Result: sms.Unknown}, 1},
		"reset, not accepted":         {fake.Faults{Reset: 1}, sms.Outcome{Result: sms.Unknown}, 0},
		"reset, though accepted":      {fake.Faults{Cut: 1}, sms.Outcome{Result: sms.Unknown}, 1},
		"no answer":                   {fake.Faults{Hang: 1}, sms.Outcome{Result: sms.Unknown}, 1},
		"half an answer":              {fake.Faults{Truncated: 1}, sms.Outcome{Result: sms.Unknown}, 1},
		"a page instead of an answer": {fake.Faults{HTML: 1}, sms.Outcome{Result: sms.Unknown}, 1},
		"rotated token":               {fake.Faults{Unauthorized: true}, sms.Outcome{Result: sms.Rejected, Trouble: sms.Trouble{Code: 20003, Verdict: sms.StopSender}}, 0},
		"opted out":                   {fake.Faults{Errors: map[string]int{ana: 21610}}, sms.Outcome{Result: sms.Rejected, Trouble: sms.Trouble{Code: 21610, Verdict: sms.OptedOut}}, 0},
		"no such number":              {fake.Faults{Errors: map[string]int{ana: 21211}}, sms.Outcome{Result: sms.Rejected, Trouble: sms.Trouble{Code: 21211, Verdict: sms.BadNumber}}, 0},
		"landline":                    {fake.Faults{Errors: map[string]int{ana: 21614}}, sms.Outcome{Result: sms.Rejected, Trouble: sms.Trouble{Code: 21614, Verdict: sms.Landline}}, 0},
		"country off":                 {fake.Faults{Errors: map[string]int{ana: 21408}}, sms.Outcome{Result: sms.Rejected, Trouble: sms.Trouble{Code: 21408, Verdict: sms.StopRun}}, 0},
		"an error new to us":          {fake.Faults{Errors: map[string]int{ana: 21999}}, sms.Outcome{Result: sms.Rejected, Trouble: sms.Trouble{Code: 21999, Verdict: sms.GiveUp}}, 0},
		"another number's error":      {fake.Faults{Errors: map[string]int{"+525500000000": 21610}}, sms.Outcome{Result: sms.Accepted, Rank: sms.RankQueued}, 1},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			s := quiet(t, c.faults)
			got := newClient(t, config(s.URL())).Send(context.Background(), hola)
			if (got.SID != "") != (c.want.Result == sms.Accepted) || (got.Trouble.Text != "") != (c.want.Result != sms.Accepted) {
				t.Errorf("%+v", got)
			}
			if strings.Contains(got.Trouble.Text, ana) {
				t.Errorf("the number is told: %s", got.Trouble.Text)
			}
			got.SID, got.Trouble.Text = "", ""
			if got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
			if posts, kept := s.Stats().Posts, len(s.Journal()); kept != c.journal || posts > 1 {
				t.Errorf("%d posts, %d accepted, want %d", posts, kept, c.journal)
			}
		})
	}
}

func TestDownAndUpAgain(t *testing.T) {
	s := quiet(t, fake.Faults{})
	c := newClient(t, config(s.URL()))
	for round := range 3 {
		if got := c.Send(context.Background(), hola); got.Result != sms.Accepted {
			t.Fatalf("up, round %d: %+v", round, got)
		}
		s.Down()
		if got := c.Send(context.Background(), hola); got.Result == sms.Accepted {
			t.Fatalf("down, round %d: %+v", round, got)
		}
		if got := c.Send(context.Background(), hola); got.Result != sms.NotSent {
			t.Fatalf("down for a while, round %d: %+v", round, got)
		}
		if err := s.Up(); err != nil {
			t.Fatal(err)
		}
	}
	if kept := len(s.Journal()); kept != 3 {
		t.Errorf("%d accepted", kept)
	}
}

// Answers that no fake of Twilio gives, but a proxy, a captive portal or a bad day might.
func TestStrangeAnswers(t *testing.T) {
	sid := "SM0123456789abcdef0123456789abcdef"
	cases := map[string]struct {
		status int
		header map[string]string
		body   string
		want   sms.Outcome // without text
	}{
		"200 is as good as 201":         {200, nil, `{"sid":"` + sid + `","status":"accepted"}`, sms.Outcome{Result: sms.Accepted, SID: sid, Rank: sms.RankAccepted}},
		"a status new to us":            {201, nil, `{"sid":"` + sid + `","status":"teleported"}`, sms.Outcome{Result: sms.Accepted, SID: sid}},
		"accepted and failed at once":   {201, nil, `{"sid":"` + sid + `","status":"failed","error_code":30002}`, sms.Outcome{Result: sms.Accepted, SID: sid, Rank: sms.RankFailed, Trouble: sms.Trouble{Code: 30002, Verdict: sms.StopSender}}},
		"yes without a SID":             {201, nil, `{"status":"queued"}`, sms.Outcome{}},
		"yes with an odd SID":           {201, nil, `{"sid":"SM1","status":"queued"}`, sms.Outcome{}},
		"yes with a number for SID":     {201, nil, `{"sid":1}`, sms.Outcome{}},
		"yes and nothing":               {201, nil, ``, sms.Outcome{}},
		"yes and null":                  {200, nil, `null`, sms.Outcome{}},
		"yes and too much":              {200, nil, `{"sid":"` + strings.Repeat("x", 5<<20), sms.Outcome{}},
		"no content":                    {204, nil, ``, sms.Outcome{}},
		"a redirect":                    {307, map[string]string{"Location": "/again"}, ``, sms.Outcome{}},
		"a redirect to a page":          {302, map[string]string{"Location": "http://127.0.0.1:1/"}, ``, sms.Outcome{}},
		"400 without a code":            {400, nil, `<h1>Bad Request</h1>`, sms.Outcome{}},
		"400 with a code of no Twilio":  {400, nil, `{"code":400}`, sms.Outcome{}},
		"400 with a code of words":      {400, nil, `{"code":"21610"}`, sms.Outcome{}},
		"401 of a proxy":                {401, nil, `<h1>Log in</h1>`, sms.Outcome{}},
		"403 with 20003":                {403, nil, `{"code":20003}`, sms.Outcome{Result: sms.Rejected, Trouble: sms.Trouble{Code: 20003, Verdict: sms.StopSender}}},
		"403 with a code new to us":     {403, nil, `{"code":20999}`, sms.Outcome{Result: sms.Rejected, Trouble: sms.Trouble{Code: 20999, Verdict: sms.StopSender}}},
		"404 of an account":             {404, nil, `{"code":20404}`, sms.Outcome{Result: sms.Rejected, Trouble: sms.Trouble{Code: 20404, Verdict: sms.StopSender}}},
		"407 of a proxy":                {407, nil, ``, sms.Outcome{}},
		"408":                           {408, nil, ``, sms.Outcome{}},
		"429 of a proxy":                {429, nil, `slow down`, sms.Outcome{Result: sms.NotSent, Trouble: sms.Trouble{Code: 20429, Verdict: sms.Later}}},
		"429 until a date":              {429, map[string]string{"Retry-After": "Sun, 22 Nov 2026 10:00:30 GMT", "Date": "Sun, 22 Nov 2026 10:00:00 GMT"}, `{}`, sms.Outcome{Result: sms.NotSent, RetryAfter: 30 * time.Second, Trouble: sms.Trouble{Code: 20429, Verdict: sms.Later}}},
		"429 until a date gone by":      {429, map[string]string{"Retry-After": "Sun, 22 Nov 2026 09:00:00 GMT", "Date": "Sun, 22 Nov 2026 10:00:00 GMT"}, `{}`, sms.Outcome{Result: sms.NotSent, Trouble: sms.Trouble{Code: 20429, Verdict: sms.Later}}},
		"429 with a wait below zero":    {429, map[string]string{"Retry-After": "-5"}, `{}`, sms.Outcome{Result: sms.NotSent, Trouble: sms.Trouble{Code: 20429, Verdict: sms.Later}}},
		"429 with a wait of no meaning": {429, map[string]string{"Retry-After": "soon"}, `{}`, sms.Outcome{Result: sms.NotSent, Trouble: sms.Trouble{Code: 20429, Verdict: sms.Later}}},
		"500 with a code":               {500, nil, `{"code":21610}`, sms.Outcome{}},
		"503":                           {503, map[string]string{"Retry-After": "5"}, ``, sms.Outcome{}},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			posts := 0
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				posts++
				for name, value := range c.header {
					w.Header().Set(name, value)
				}
				w.WriteHeader(c.status)
				_, _ = io.WriteString(w, c.body)
			}))
			defer server.Close()
			got := newClient(t, config(server.URL)).Send(context.Background(), hola)
			got.Trouble.Text = ""
			if got != c.want || posts != 1 {
				t.Errorf("%d posts\ngot  %+v\nwant %+v", posts, got, c.want)
			}
		})
	}
}
