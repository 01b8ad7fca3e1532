package twilio

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"unicode/utf8"
)

// fuzzDoor knocks with a body, once signed for what it can be read as and once with a signature of the fuzzer's. A door
// answers 200 only to the signed one, never fails, and lets in nothing that a database cannot store.
func fuzzDoor(t *testing.T, open func(*doors) http.Handler, path, query, body, contentType, signature string) {
	form, _ := url.ParseQuery(body)
	signed := Sign(token, public+path+"?"+query, form)
	for _, s := range []string{signed, signature} {
		r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
		r.RequestURI, r.URL.RawQuery = path+"?"+query, query
		r.Header["Content-Type"] = []string{contentType}
		r.Header["X-Twilio-Signature"] = []string{s}
		d, w := &doors{}, httptest.NewRecorder()
		open(d).ServeHTTP(w, r)
		if w.Code >= 500 || (w.Code == 200) != (d.opened() == 1) || (w.Code == 200 && s != signed) {
			t.Fatalf("%d, let in %d, signed %v", w.Code, d.opened(), s == signed)
		}
		for _, field := range d.fields() {
			if !utf8.ValidString(field) || strings.Contains(field, "\x00") {
				t.Fatalf("%q was let in", field)
			}
		}
	}
}

// fields are all words that were let in.
func (d *doors) fields() (all []string) {
	for _, text := range d.texts {
		all = append(all, text.ProviderID, text.AccountSID, text.ServiceSID, text.From, text.To, text.Body, text.OptOut)
	}
	for _, status := range d.statuses {
		all = append(all, status.AccountSID, status.ServiceSID, status.From, status.Attempt, status.SID, status.PriceUnit)
	}
	return all
}

func seeds(f *testing.F, form func() url.Values) {
	good := form().Encode()
	for _, body := range []string{
		good, "", "&", "=", "%", good + "&Body=x&Body=y", good + "&x=%ff%00", with(form(), "Body", "\xff\x00{{.}}%s"), "AccountSid=" + account,
		with(form(), "NumMedia", "99999999999999999999"), with(form(), "Price", "-0.0.1"), with(form(), "From", "\u202e+52"), good + ";a=b",
	} {
		f.Add("m=7&a=f00d", body, formTyp, "")
	}
	f.Add("m=%00&a=%ff", good, formTyp+"; charset=utf-8", "x")
	f.Add("m=7&m=8;", good, "application/json", "\n")
}

func FuzzWebhook(f *testing.F) {
	seeds(f, inboundForm)
	f.Fuzz(func(t *testing.T, query, body, contentType, signature string) {
		fuzzDoor(t, (*doors).inbound, InboundPath, query, body, contentType, signature)
	})
}

func FuzzStatus(f *testing.F) {
	seeds(f, statusForm)
	f.Fuzz(func(t *testing.T, query, body, contentType, signature string) {
		fuzzDoor(t, (*doors).status, StatusPath, query, body, contentType, signature)
	})
}
