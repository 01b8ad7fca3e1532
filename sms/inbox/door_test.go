package inbox_test

import (
	"context"
	"encoding/xml"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"fiel/db"
	"fiel/db/dbtest"
	"fiel/sms/twilio"
)

const (
	public = "https://fiel.example"
	token  = "0123456789abcdef0123456789abcdef"
)

// knock posts a form to the webhook as Twilio does, signed for what signed says; nil is the form itself.
func (s *shop) knock(body string, signed url.Values, change func(*http.Request)) (int, string) {
	door := &twilio.Webhook{
		Base: public, Receive: s.box.Receive, Log: slog.New(slog.DiscardHandler),
		Accounts: func(sid string) (string, bool) { return token, sid == account },
	}
	if signed == nil {
		signed, _ = url.ParseQuery(body)
	}
	r := httptest.NewRequest(http.MethodPost, twilio.InboundPath, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("X-Twilio-Signature", twilio.Sign(token, public+twilio.InboundPath, signed))
	if change != nil {
		change(r)
	}
	w := httptest.NewRecorder()
	door.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

// form is a text as Twilio posts it, with a SID of its own.
func (s *shop) form(from, body string, more ...string) url.Values {
	s.texts++
	form := url.Values{
		"MessageSid": {fmt.Sprintf("SM%032x", s.texts)}, "AccountSid": {account}, "From": {from}, "To": {shopNumber}, "Body": {body}, "NumMedia": {"0"},
	}
	for i := 0; i < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	return form
}

// inbound is the texts in under a SID: how many, and the body of the last.
func (s *shop) inbound(sid string) (n int, body string) {
	s.write(func(ctx context.Context, tx *db.Tx) error {
		rows, err := tx.QueryContext(ctx, "SELECT body FROM inbound WHERE program_id = $1 AND provider_id = $2", s.program.ID, sid)
		if err != nil {
			return err
		}
		defer rows.Close()
		for n = 0; rows.Next(); n++ {
			if err := rows.Scan(&body); err != nil {
				return err
			}
		}
		return rows.Err()
	})
	return n, body
}

// said is what a TwiML answer texts; it fails when the answer is no TwiML.
func said(t testing.TB, answer string) string {
	t.Helper()
	var twiml struct {
		XMLName xml.Name `xml:"Response"`
		Message struct {
			Body string `xml:",chardata"`
		}
	}
	if err := xml.Unmarshal([]byte(answer), &twiml); err != nil {
		t.Errorf("%q is no TwiML: %v", answer, err)
	}
	return twiml.Message.Body
}

// TestBadTexts knocks with every class of bad input, signed as it should be: each is stored once and answered as it deserves. The answer
// "?" is any.
func TestBadTexts(t *testing.T) {
	const (
		nothing = ""
		lost    = "No te entendimos"
		balance = "tienes 20 puntos"
		left    = "ya no recibes textos"
	)
	cases := []struct{ name, from, body, answer string }{
		{"nothing at all", rosa, "", nothing},
		{"blanks", rosa, " \t\r\n\u00a0\u200b", nothing},
		{"emoji alone", rosa, "👍🏽", lost},
		{"1,600 letters", rosa, strings.Repeat("a", 1600), lost},
		{"60,000 letters", rosa, strings.Repeat("ab ", 20000), lost},
		{"a stop behind much", rosa, strings.Repeat("! ", 700) + "BAJA", left},
		{"invalid UTF-8", rosa, "SALDO\xff\xfe", "?"},
		{"NUL", rosa, "SA\x00LDO", balance},
		{"NUL alone", rosa, "\x00\x00", nothing},
		{"full-width letters", rosa, "ＳＡＬＤＯ", balance},
		{"zero-width letters", rosa, "S\u200bA\u200dL\ufeffDO", balance},
		{"bidi marks", rosa, "\u202eSALDO\u202c", balance},
		{"look-alike letters", rosa, "ЅАLDО", "?"},
		{"look-alike stop", rosa, "ВАJА", left},
		{"marks upon marks", rosa, "S\u0301\u0302\u0303ALDO", balance},
		{"a template", rosa, "{{.}} {{call .X}} ${x} {nombre}", lost},
		{"a format string", rosa, "%s%n%d%!v(MISSING)", lost},
		{"SQL", rosa, "'; DROP TABLE members; --", lost},
		{"a name of markup", rosa, "NOMBRE <script>alert(1)</script>", "Ese nombre no nos sirve"},
		{"a name of a formula", rosa, "NOMBRE =HYPERLINK(\"x\")", "Ese nombre no nos sirve"},
		{"a name that grows in small letters", rosa, "NOMBRE " + strings.Repeat("İ", 40), "?"},
		{"a negative number", rosa, "CANJEAR -1", "Escribe CANJEAR"},
		{"a number with an exponent", rosa, "CANJEAR 1e9", "Escribe CANJEAR"},
		{"a fraction", rosa, "CANJEAR 1.5", "Escribe CANJEAR"},
		{"a number of other digits", rosa, "CANJEAR ٥", "Escribe CANJEAR"},
		{"a huge number", rosa, "CANJEAR 99999999999999999999", "Escribe CANJEAR"},
		{"no such reward", rosa, "CANJEAR 99", "No hay un premio 99"},
		{"an impossible date", rosa, "CUMPLE 31/02", "no existe"},
		{"29 February", rosa, "CUMPLE 29/02", "29 de febrero"},
		{"a year to come", rosa, "CUMPLE 1/2/9999", "no existe"},
		{"our own number", shopNumber, "SALDO", nothing},
		{"a short code", "22395", "ALTA", nothing},
		{"letters", "BANCO", "ALTA", nothing},
		{"another channel", "whatsapp:" + rosa, "ALTA", nothing},
		{"a premium number", "+19005550123", "ALTA", nothing},
		{"a satellite", "+881612345678", "ALTA", nothing},
		{"a landline", "+5115550199", "ALTA", nothing},
		{"no number", "+1", "ALTA", nothing},
		{"a number with a NUL", "+51987\x00654321", "?ALTA", "?"},
		{"a number of other digits", "+٥١٩٨٧٦٥٤٣٢١", "ALTA", nothing},
		{"joins by a strange name", "+51987000777", "ALTA " + strings.Repeat("İ", 40), "Ya eres de Cafe Flor"},
		{"joins by a name of marks", "+51987000778", "ALTA \u0301\u0302", "Ya eres de Cafe Flor"},
		{"joins by markup", "+51987000779", "ALTA <b>Ana</b> =1+1", "Ya eres de Cafe Flor"},
	}
	each(t, func(s *shop) {
		for _, c := range cases {
			s.clock.Add(24 * time.Hour)
			s.receiveAgain(rosa)
			form := s.form(c.from, c.body, "role", "owner", "balance", "1000000", "Kind", "✓")
			code, answer := s.knock(form.Encode(), nil, nil)
			got := said(s.t, answer)
			if code != 200 || c.answer == "" && got != "" || c.answer != "?" && !strings.Contains(got, c.answer) {
				s.t.Errorf("%s: %d, answered %q, want %q", c.name, code, got, c.answer)
			}
			sid := form.Get("MessageSid")
			if n, kept := s.inbound(sid); n != 1 || !utf8.ValidString(kept) || strings.Contains(kept, "\x00") {
				s.t.Errorf("%s: stored %d times as %.40q", c.name, n, kept)
			}
			form.Set("Body", "ALTA somebody else")
			if code, again := s.knock(form.Encode(), nil, nil); code != 200 || again != answer {
				s.t.Errorf("%s: the same SID with other words is answered %d %q", c.name, code, again)
			}
		}
	})
}

// receiveAgain makes a phone a member that is texted, whatever it was.
func (s *shop) receiveAgain(phone string) {
	s.texts++
	if code, answer := s.knock(s.form(phone, "START").Encode(), nil, nil); code != 200 {
		s.t.Fatal(code, answer)
	}
}

// TestShutDoor knocks with what is not signed as it should be or is no text: nothing of it is stored, and nobody is told why.
func TestShutDoor(t *testing.T) {
	header := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	cases := []struct {
		name   string
		form   func(url.Values) string // '' posts it as it is
		signed bool                    // for what is posted, not for what was meant
		change func(*http.Request)
		status int
	}{
		{name: "no signature", change: func(r *http.Request) { r.Header.Del("X-Twilio-Signature") }, status: 403},
		{name: "a wrong signature", change: header("X-Twilio-Signature", "AAAAAAAAAAAAAAAAAAAAAAAAAAA="), status: 403},
		{name: "two signatures", change: func(r *http.Request) { r.Header.Add("X-Twilio-Signature", "x") }, status: 403},
		{name: "another body", form: func(f url.Values) string { f.Set("Body", "BAJA"); return f.Encode() }, status: 403},
		{name: "another path", change: func(r *http.Request) { r.RequestURI = "/x" + twilio.InboundPath }, status: 403},
		{name: "a query that was not signed", change: func(r *http.Request) { r.RequestURI += "?Body=BAJA" }, status: 403},
		{name: "a field twice", form: func(f url.Values) string { return f.Encode() + "&Body=BAJA" }, signed: true, status: 400},
		{name: "no SID", form: func(f url.Values) string { f.Del("MessageSid"); return f.Encode() }, signed: true, status: 400},
		{name: "a SID of another shape", form: func(f url.Values) string { f.Set("MessageSid", "SM1\x00"); return f.Encode() }, signed: true, status: 400},
		{name: "no From", form: func(f url.Values) string { f.Del("From"); return f.Encode() }, signed: true, status: 400},
		{name: "an account not ours", form: func(f url.Values) string { f.Set("AccountSid", "AC"+strings.Repeat("9", 32)); return f.Encode() }, signed: true, status: 403},
		{name: "a number not ours", form: func(f url.Values) string { f.Set("To", "+15550001111"); return f.Encode() }, signed: true, status: 403},
		{name: "a number with a NUL", form: func(f url.Values) string { f.Set("To", "\x00\xff"); return f.Encode() }, signed: true, status: 403},
		{name: "no form", form: func(url.Values) string { return "%zz" }, status: 403},
		{name: "64 KB and more", form: func(f url.Values) string { f.Set("Body", strings.Repeat("a", 1<<16)); return f.Encode() }, signed: true, status: 413},
		{name: "JSON", change: header("Content-Type", "application/json"), status: 415},
		{name: "gzip", change: header("Content-Encoding", "gzip"), status: 415},
		{name: "a GET", change: func(r *http.Request) { r.Method = http.MethodGet }, status: 405},
	}
	each(t, func(s *shop) {
		for _, c := range cases {
			form := s.form(rosa, "ALTA")
			meant, posted := url.Values{}, ""
			for name, values := range form {
				meant[name] = values
			}
			if posted = form.Encode(); c.form != nil {
				posted = c.form(form)
			}
			if c.signed {
				meant = nil
			}
			code, answer := s.knock(posted, meant, c.change)
			if code != c.status || strings.Contains(answer, "Response") {
				s.t.Errorf("%s: %d %q, want %d", c.name, code, answer, c.status)
			}
			if n, _ := s.inbound(fmt.Sprintf("SM%032x", s.texts)); n != 0 || s.state(rosa) != "" {
				s.t.Errorf("%s was let in: %s", c.name, s.state(rosa))
			}
		}
	})
}

// FuzzReceive texts whatever it likes through the door to a real database: signed as it should be it is stored once and answered with
// TwiML, the same when it comes again.
func FuzzReceive(f *testing.F) {
	for _, seed := range []struct{ from, body, optOut string }{
		{rosa, "ALTA Rosa", ""},
		{rosa, "SALDO", ""},
		{rosa, "BAJA", ""},
		{rosa, "x", "STOP"},
		{rosa, "", "START"},
		{"+13055550123", "JOIN İİ", ""},
		{"22395", "ALTA", "HELP"},
		{"BANCO", "\xff\x00", ""},
		{shopNumber, "SALDO", ""},
		{"+447700900123", "NOMBRE {{.}}", "PAUSE"},
		{rosa, "CANJEAR 1", ""},
		{rosa, "CUMPLE 29/2", ""},
		{rosa, "PORQUE", ""},
		{rosa, "borren mi numero", ""},
		{rosa, "兑换一", ""},
	} {
		f.Add(seed.from, seed.body, seed.optOut)
	}
	clock := new(dbtest.Clock)
	clock.Set(dbtest.Start())
	s := open(f, dbtest.New(f, db.SQLite, dbtest.WithClock(clock)), clock, cafe())
	f.Fuzz(func(t *testing.T, from, body, optOut string) {
		here := *s
		here.t = t
		s.clock.Add(2 * time.Minute)
		form := here.form(from, body, "OptOutType", optOut)
		s.texts = here.texts
		code, answer := here.knock(form.Encode(), nil, nil)
		stored, _ := here.inbound(form.Get("MessageSid"))
		if code == 200 != (stored == 1) || code != 200 && (code != 400 || strings.Trim(from, "\x00") != "") && code != 413 {
			t.Fatalf("%d, stored %d times: %q", code, stored, answer)
		}
		if code != 200 {
			return
		}
		said(t, answer)
		if code, again := here.knock(form.Encode(), nil, nil); code != 200 || again != answer {
			t.Fatalf("again: %d %q, the first time %q", code, again, answer)
		}
	})
}
