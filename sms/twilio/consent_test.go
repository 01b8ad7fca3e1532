package twilio_test

import (
	"strings"
	"testing"
	"time"

	"fiel/members"
	"fiel/sms"
	"fiel/sms/twilio"
	"fiel/sms/twilio/fake"
)

func TestDeclare(t *testing.T) {
	s := quiet(t, fake.Faults{})
	c, err := twilio.New(config(s.URL()))
	if err != nil {
		t.Fatal(err)
	}
	id := strings.Repeat("a1", 16)
	at := time.Date(2027, 3, 5, 18, 0, 0, 0, time.UTC)
	for _, given := range []bool{false, true} {
		if o := c.Declare(t.Context(), sms.Declared{ID: id, To: "+525512345678", Given: given, At: at}); o.Result != sms.Accepted {
			t.Fatalf("%+v", o)
		}
	}
	told := s.Consents()
	want := fake.Consent{Contact: "+525512345678", Correlation: id, Sender: config("").From, Status: "opt-out", Source: "opt-out-message", Date: "2027-03-05T18:00:00Z"}
	if len(told) != 2 || told[0] != want || told[1].Status != "opt-in" || told[1].Source != "opt-in-message" {
		t.Errorf("%+v", told)
	}
	if o := c.Declare(t.Context(), sms.Declared{ID: "short", To: "+525512345678"}); o.Result != sms.Rejected || o.Trouble.Code != 30646 {
		t.Errorf("%+v", o)
	}
}

// What the list answers, and what it comes to. Nothing but a clear no is final.
func TestDeclareFaults(t *testing.T) {
	const to = "+525512345678"
	cases := map[string]struct {
		faults fake.Faults
		want   sms.Result
	}{
		"429":          {fake.Faults{TooMany: 1, RetryAfter: 3 * time.Second}, sms.NotSent},
		"5xx":          {fake.Faults{Unavailable: 1}, sms.Unknown},
		"broken":       {fake.Faults{Broken: 1}, sms.Unknown},
		"reset":        {fake.Faults{Reset: 1}, sms.Unknown},
		"cut":          {fake.Faults{Cut: 1}, sms.Unknown},
		"half":         {fake.Faults{Truncated: 1}, sms.Unknown},
		"page":         {fake.Faults{HTML: 1}, sms.Unknown},
		"hang":         {fake.Faults{Hang: 1}, sms.Unknown},
		"unauthorized": {fake.Faults{Unauthorized: true}, sms.Rejected},
		"4xx":          {fake.Faults{Errors: map[string]int{to: 20003}}, sms.Rejected},
	}
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			s := quiet(t, test.faults)
			config := config(s.URL())
			config.Timeout = 300 * time.Millisecond
			c, err := twilio.New(config)
			if err != nil {
				t.Fatal(err)
			}
			o := c.Declare(t.Context(), sms.Declared{ID: strings.Repeat("a1", 16), To: to})
			if o.Result != test.want || o.Trouble.Text == "" || o.RetryAfter != test.faults.RetryAfter {
				t.Errorf("%+v", o)
			}
			s.Down()
			if o := c.Declare(t.Context(), sms.Declared{ID: strings.Repeat("a1", 16), To: to}); o.Result == sms.Accepted || o.Result == sms.Rejected {
				t.Errorf("down: %+v", o)
			}
		})
	}
}

func TestListed(t *testing.T) {
	cases := []struct{ optOut, body, want string }{
		{"", "STOP", members.ProviderStopped},
		{"", " stop ", members.ProviderStopped},
		{"STOP", "Basta", members.ProviderStopped},
		{"START", "hola", members.ProviderStarted},
		{"", "unstop", members.ProviderStarted},
		{"", "Start", members.ProviderStarted},
		{"HELP", "STOP", ""},
		{"", "BAJA", ""},
		{"", "ALTA", ""},
		{"", "START now", ""},
	}
	for _, c := range cases {
		if got := twilio.Listed(c.optOut, c.body); got != c.want {
			t.Errorf("%q %q: %q", c.optOut, c.body, got)
		}
	}
}
