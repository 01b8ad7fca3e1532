package twilio

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"testing/iotest"

	"fiel/db"
	"fiel/sms"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	account = "AC0123456789abcdef0123456789abcdef"
	token   = "0123456789abcdef0123456789abcdef"
	public  = "https://shop.example"
	sid     = "SM0123456789abcdef0123456789abcdef"
	formTyp = "application/x-www-form-urlencoded"
)

func ours(accountSID string) (string, bool) { return token, accountSID == account }

// inboundForm is a text in, as Twilio posts it.
func inboundForm() url.Values {
	return url.Values{
		"AccountSid": {account}, "MessageSid": {sid}, "SmsMessageSid": {sid}, "SmsSid": {sid}, "ApiVersion": {"2010-04-01"},
		"From": {"+525587654321"}, "To": {"+525550000000"}, "Body": {"¿Cuál es mi SALDO?"}, "NumMedia": {"0"}, "FromCity": {""},
	}
}

// doors are both webhooks, answering what they took in.
type doors struct {
	texts    []sms.Inbound
	statuses []sms.Status
	answer   sms.Answer
	err      error
	log      bytes.Buffer
}

func (d *doors) logger() *slog.Logger { return slog.New(slog.NewJSONHandler(&d.log, nil)) }

func (d *doors) inbound() http.Handler {
	return &Webhook{Base: public, Accounts: ours, Log: d.logger(), Receive: func(_ context.Context, text sms.Inbound) (sms.Answer, error) {
		d.texts = append(d.texts, text)
		return d.answer, d.err
	}}
}

func (d *doors) status() http.Handler {
	return &StatusWebhook{Base: public, Accounts: ours, Log: d.logger(), Settle: func(_ context.Context, status sms.Status) error {
		d.statuses = append(d.statuses, status)
		return d.err
	}}
}

func (d *doors) opened() int { return len(d.texts) + len(d.statuses) }

// knock posts a body to a door, signed as the form it is unless a signature is given.
func knock(door http.Handler, uri, body string, change func(*http.Request)) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, uri, strings.NewReader(body))
	r.Header.Set("Content-Type", formTyp)
	form, _ := url.ParseQuery(body)
	r.Header.Set("X-Twilio-Signature", Sign(token, public+uri, form))
	if change != nil {
		change(r)
	}
	w := httptest.NewRecorder()
	door.ServeHTTP(w, r)
	return w
}

// eachDoor runs a test on both webhooks: they let in alike.
func eachDoor(t *testing.T, test func(t *testing.T, d *doors, door http.Handler, uri string)) {
	t.Run("inbound", func(t *testing.T) {
		d := &doors{}
		test(t, d, d.inbound(), InboundPath+"?shop=centro&x=%2F")
	})
	t.Run("status", func(t *testing.T) {
		d := &doors{}
		test(t, d, d.status(), StatusPath+"?m=7&a=f00d")
	})
}

func with(form url.Values, name, value string) string {
	form.Set(name, value)
	return form.Encode()
}

func without(form url.Values, names ...string) string {
	for _, name := range names {
		form.Del(name)
	}
	return form.Encode()
}

func TestWhoMayComeIn(t *testing.T) {
	good := inboundForm().Encode()
	header := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	cases := map[string]struct {
		body   string
		change func(*http.Request)
		want   int
	}{
		"a signed text":             {good, nil, 200},
		"a charset is named":        {good, header("Content-Type", formTyp+"; charset=UTF-8"), 200},
		"fields in another order":   {"Zzz=1&" + good, nil, 200},
		"a field new to us":         {with(inboundForm(), "Novelty", "yes"), nil, 200},
		"wrong Host":                {good, func(r *http.Request) { r.Host = "evil.example" }, 200},
		"behind a proxy":            {good, header("X-Forwarded-Host", "evil.example"), 200},
		"on another port inside":    {good, func(r *http.Request) { r.Host = "127.0.0.1:8080" }, 200},
		"no signature":              {good, func(r *http.Request) { r.Header.Del("X-Twilio-Signature") }, 403},
		"an empty signature":        {good, header("X-Twilio-Signature", ""), 403},
		"two signatures":            {good, func(r *http.Request) { r.Header.Add("X-Twilio-Signature", r.Header.Get("X-Twilio-Signature")) }, 403},
		"somebody else's signature": {good, header("X-Twilio-Signature", Sign("another", public+InboundPath, inboundForm())), 403},
		"signed for the Host sent": {good, func(r *http.Request) {
			r.Host = "evil.example"
			r.Header.Set("X-Twilio-Signature", Sign(token, "https://evil.example"+r.RequestURI, inboundForm()))
		}, 403},
		"another account":          {with(inboundForm(), "AccountSid", strings.Replace(account, "0", "1", 1)), nil, 403},
		"no account":               {without(inboundForm(), "AccountSid"), nil, 403},
		"an account of odd shape":  {with(inboundForm(), "AccountSid", "AC' OR 1=1"), nil, 403},
		"an empty body":            {"", nil, 403},
		"cannot be decoded":        {good + "&x=%zz", nil, 403},
		"a query instead of form":  {"", func(r *http.Request) { r.RequestURI += "&" + good; r.URL.RawQuery += "&" + good }, 403},
		"absolute request line":    {good, func(r *http.Request) { r.RequestURI = public + r.RequestURI }, 403},
		"a repeated field":         {good + "&Body=BAJA", nil, 400},
		"a repeated unknown field": {"Zzz=1&Zzz=1&" + good, nil, 400},
		"no SID":                   {without(inboundForm(), "MessageSid", "SmsMessageSid", "SmsSid"), nil, 400},
		"a SID of odd shape":       {with(inboundForm(), "MessageSid", "SM12"), nil, 400},
		"a SID in capitals":        {with(inboundForm(), "MessageSid", strings.ToUpper(sid)), nil, 400},
		"a call's SID":             {with(inboundForm(), "MessageSid", "CA"+sid[2:]), nil, 400},
		"two SIDs":                 {with(inboundForm(), "MessageSid", strings.Replace(sid, "0", "f", 1)), nil, 400},
		"a body cut short":         {good, func(r *http.Request) { r.Body = io.NopCloser(iotest.ErrReader(io.ErrUnexpectedEOF)) }, 400},
		"GET":                      {good, func(r *http.Request) { r.Method = http.MethodGet }, 405},
		"PUT":                      {good, func(r *http.Request) { r.Method = http.MethodPut }, 405},
		"JSON":                     {`{"Body":"ALTA"}`, header("Content-Type", "application/json"), 415},
		"no content type":          {good, func(r *http.Request) { r.Header.Del("Content-Type") }, 415},
		"multipart":                {good, header("Content-Type", "multipart/form-data; boundary=x"), 415},
		"another charset":          {good, header("Content-Type", formTyp+"; charset=utf-7"), 415},
		"gzip":                     {good, header("Content-Encoding", "gzip"), 415},
		"too long":                 {with(inboundForm(), "Body", strings.Repeat("x", 64<<10)), nil, 413},
		"endless":                  {good, func(r *http.Request) { r.Body = io.NopCloser(endless{}); r.ContentLength = -1 }, 413},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			eachDoor(t, func(t *testing.T, d *doors, door http.Handler, uri string) {
				w := knock(door, uri, c.body, c.change)
				if w.Code != c.want {
					t.Fatalf("got %d, want %d: %s", w.Code, c.want, d.log.String())
				}
				if let := d.opened() == 1; let != (c.want == 200) {
					t.Errorf("%d, but let in: %v", w.Code, let)
				}
				if strings.Contains(w.Body.String(), "SID") || strings.Contains(d.log.String(), "87654321") {
					t.Errorf("told too much: %q, log %s", w.Body, d.log.String())
				}
			})
		})
	}
}

type endless struct{}

func (endless) Read(p []byte) (int, error) { return copy(p, "Body=x&"), nil }

// Whoever changes one bit of what Twilio signed stays outside; unless the change means the same, as %2b and %2B do.
func TestEveryFlippedBitIsSeen(t *testing.T) {
	form := inboundForm()
	eachDoor(t, func(t *testing.T, d *doors, door http.Handler, uri string) {
		body, signature := form.Encode(), Sign(token, public+uri, form)
		flips := 0
		try := func(part string, uri, body, signature string) {
			flips++
			w := knock(door, InboundPath, body, func(r *http.Request) {
				r.RequestURI = uri
				r.Header["X-Twilio-Signature"] = []string{signature}
			})
			if w.Code != http.StatusForbidden && (part != "body" || !means(body, form)) {
				t.Errorf("%s flipped: %d for %q %q %q", part, w.Code, uri, body, signature)
			}
		}
		for bit := range 8 {
			for i := range uri {
				try("address", flipped(uri, i, bit), body, signature)
			}
			for i := range body {
				try("body", uri, flipped(body, i, bit), signature)
			}
			for i := range signature {
				try("signature", uri, body, flipped(signature, i, bit))
			}
		}
		if flips < 2000 {
			t.Errorf("%d flips only", flips)
		}
	})
}

func flipped(s string, i, bit int) string {
	b := []byte(s)
	b[i] ^= 1 << bit
	return string(b)
}

func means(body string, form url.Values) bool {
	got, err := url.ParseQuery(body)
	return err == nil && got.Encode() == form.Encode()
}

// The signature joins names and values with nothing between, so a byte can move over the boundary and the form still verifies.
// What a text hangs on cannot be moved that way.
func TestShiftedBoundariesLetNobodyIn(t *testing.T) {
	cases := []struct {
		name, shifted string
		want          int
	}{
		{"Body", "Bod", 400},
		{"From", "Fro", 400},
		{"To", "T", 400},
		{"AccountSid", "AccountSi", 403},
		{"MessageSid", "MessageSi", 200}, // it is in two more fields
	}
	for _, c := range cases {
		form := inboundForm()
		value := strings.TrimPrefix(c.name, c.shifted) + form.Get(c.name)
		form.Del(c.name)
		form.Set(c.shifted, value)
		if Sign(token, public, form) != Sign(token, public, inboundForm()) {
			t.Fatalf("%s: no attack, the signatures differ", c.name)
		}
		d := &doors{}
		if w := knock(d.inbound(), InboundPath, form.Encode(), nil); w.Code != c.want || d.opened() > 0 && d.texts[0].ProviderID != sid {
			t.Errorf("%s: %d %+v", c.name, w.Code, d.texts)
		}
	}
}

func TestErrorsOfTheBusiness(t *testing.T) {
	secret := "the number +525587654321 of Ana"
	cases := []struct {
		err  error
		want int
	}{
		{db.Errorf(db.Denied, "%s", secret), 403},
		{db.Errorf(db.Invalid, "%s", secret), 400},
		{db.Errorf(db.Missing, "%s", secret), 400},
		{db.Errorf(db.Conflict, "%s", secret), 400},
		{db.Errorf(db.Refused, "%s", secret), 400},
		{db.Errorf(db.Busy, "%s", secret), 503},
		{db.ErrClosing, 503},
		{context.Canceled, 503},
		{db.Errorf(db.Internal, "%s", secret), 500},
		{errors.New(secret), 500},
	}
	for _, c := range cases {
		eachDoor(t, func(t *testing.T, d *doors, door http.Handler, uri string) {
			d.err = c.err
			w := knock(door, uri, inboundForm().Encode(), nil)
			if w.Code != c.want || strings.Contains(w.Body.String(), "Ana") {
				t.Errorf("%v: %d %q", c.err, w.Code, w.Body)
			}
			if (w.Header().Get("Retry-After") != "") != (c.want == 503) {
				t.Errorf("%v: Retry-After %q", c.err, w.Header().Get("Retry-After"))
			}
		})
	}
}

func TestMasked(t *testing.T) {
	cases := map[string]string{
		"": "", "12345": "•••••", "+525587654321": "+52•••••321", "whatsapp:+525587654321": "wha•••••321", "ñandú": "•••••",
	}
	for number, want := range cases {
		if got := masked(number); got != want {
			t.Errorf("%q: %q, want %q", number, got, want)
		}
	}
}
