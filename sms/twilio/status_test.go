package twilio

import (
	"net/url"
	"strings"
	"testing"

	"fiel/sms"

	"github.com/google/go-cmp/cmp"
)

func statusForm() url.Values {
	return url.Values{
		"AccountSid": {account}, "MessageSid": {sid}, "SmsSid": {sid}, "MessageStatus": {"delivered"}, "SmsStatus": {"delivered"},
		"From": {"+525550000000"}, "To": {"+525587654321"}, "ApiVersion": {"2010-04-01"},
	}
}

func TestStatusIsReadAsItCame(t *testing.T) {
	plain := sms.Status{
		AccountSID: account, From: "+525550000000", MessageID: 7, Attempt: "f00d", SID: sid, Rank: sms.RankDelivered,
	}
	change := func(f func(*sms.Status)) sms.Status {
		status := plain
		f(&status)
		return status
	}
	lost := func(status string) string {
		form := statusForm()
		form.Set("MessageStatus", status)
		return with(form, "ErrorCode", "30005")
	}
	const usual = "?m=7&a=f00d"
	cases := map[string]struct {
		query, body string
		want        sms.Status
	}{
		"delivered":              {usual, statusForm().Encode(), plain},
		"by older names":         {usual, without(statusForm(), "MessageSid", "MessageStatus"), plain},
		"of a messaging service": {usual, with(statusForm(), "MessagingServiceSid", "MG1"), change(func(s *sms.Status) { s.ServiceSID = "MG1" })},
		"undelivered":            {usual, lost("undelivered"), change(func(s *sms.Status) { s.Rank = sms.RankUndelivered; s.Trouble = Explain(30005) })},
		"failed":                 {usual, lost("failed"), change(func(s *sms.Status) { s.Rank = sms.RankFailed; s.Trouble = Explain(30005) })},
		"failed without a code": {usual, with(statusForm(), "MessageStatus", "failed"), change(func(s *sms.Status) {
			s.Rank = sms.RankFailed
			s.Trouble.Text = "Twilio did not say why the text was not delivered."
		})},
		"a code that is no number": {usual, with(statusForm(), "ErrorCode", "x"), plain},
		"a code of zero":           {usual, with(statusForm(), "ErrorCode", "0"), plain},
		"a status new to us":       {usual, with(statusForm(), "MessageStatus", "teleported"), change(func(s *sms.Status) { s.Rank = sms.RankNone })},
		"no status":                {usual, without(statusForm(), "MessageStatus", "SmsStatus"), change(func(s *sms.Status) { s.Rank = sms.RankNone })},
		"a price":                  {usual, with(with2(statusForm(), "PriceUnit", "USD"), "Price", "-0.00750"), change(func(s *sms.Status) { s.Price = 7500; s.PriceUnit = "USD" })},
		"no query":                 {"", statusForm().Encode(), change(func(s *sms.Status) { s.MessageID = 0; s.Attempt = "" })},
		"a message of no number":   {"?m=x&a=f00d", statusForm().Encode(), change(func(s *sms.Status) { s.MessageID = 0 })},
		"a message below zero":     {"?m=-7&a=f00d", statusForm().Encode(), change(func(s *sms.Status) { s.MessageID = 0 })},
		"a message beyond all":     {"?m=99999999999999999999&a=f00d", statusForm().Encode(), change(func(s *sms.Status) { s.MessageID = 0 })},
		"an attempt with a NUL":    {"?m=7&a=f0%000d", statusForm().Encode(), plain},
		"m in the body is nothing": {usual, with(statusForm(), "m", "8"), plain},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			d := &doors{}
			if w := knock(d.status(), StatusPath+c.query, c.body, nil); w.Code != 200 || w.Body.Len() != 0 || d.opened() != 1 {
				t.Fatalf("%d %q: %s", w.Code, w.Body, d.log.String())
			}
			if diff := cmp.Diff(c.want, d.statuses[0]); diff != "" {
				t.Error(diff)
			}
			if logged := strings.Contains(d.log.String(), "unknown name"); logged != (c.want.Rank == sms.RankNone) {
				t.Errorf("log: %s", d.log.String())
			}
		})
	}
}

func with2(form url.Values, name, value string) url.Values {
	form.Set(name, value)
	return form
}

func TestStatusRefusesAnAmbiguousQuery(t *testing.T) {
	for _, query := range []string{"?m=7&m=8&a=f00d", "?m=7&a=f00d&a=beef", "?m=7;a=f00d", "?m=%zz"} {
		d := &doors{}
		if w := knock(d.status(), StatusPath+query, statusForm().Encode(), nil); w.Code != 400 || d.opened() != 0 {
			t.Errorf("%s: %d", query, w.Code)
		}
	}
}

func TestRanksFollowTwiliosOrder(t *testing.T) {
	order := []string{"accepted", "queued", "sending", "sent", "delivered", "undelivered", "failed", "canceled"}
	for i, name := range order[1:] {
		if ranks[name] <= ranks[order[i]] {
			t.Errorf("%s does not follow %s", name, order[i])
		}
	}
}

func TestMillionths(t *testing.T) {
	cases := map[string]int64{
		"": 0, "-0.00750": 7500, "0.0075": 7500, "-0.04825": 48250, "-1": 1000000, "-12.5": 12500000, "-.5": 500000,
		"-0.0000004": 0, "-0.0000005": 1, "-0.0000014": 1, "9999999.999999": 9999999999999, "10000000": 0,
		"-1e9": 0, "--1": 0, "+1": 0, "1,5": 0, "NaN": 0, "-0.00x": 0, "٣": 0, "null": 0, "1.2.3": 0, "0.1234567890123": 0,
	}
	for price, want := range cases {
		if got := millionths(price); got != want {
			t.Errorf("%q: %d, want %d", price, got, want)
		}
	}
}
