package twilio

import (
	"encoding/xml"
	"net/url"
	"strings"
	"testing"

	"fiel/sms"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestInboundIsReadAsItCame(t *testing.T) {
	plain := sms.Inbound{
		ProviderID: sid, AccountSID: account, From: "+525587654321", To: "+525550000000", Body: "¿Cuál es mi SALDO?",
	}
	change := func(f func(*sms.Inbound)) sms.Inbound {
		text := plain
		f(&text)
		return text
	}
	cases := map[string]struct {
		body string
		want sms.Inbound
	}{
		"as usual":                   {inboundForm().Encode(), plain},
		"by an older name":           {without(inboundForm(), "MessageSid", "SmsMessageSid"), plain},
		"of a messaging service":     {with(inboundForm(), "MessagingServiceSid", "MG1"), change(func(i *sms.Inbound) { i.ServiceSID = "MG1" })},
		"STOP understood by Twilio":  {with(inboundForm(), "OptOutType", "STOP"), change(func(i *sms.Inbound) { i.OptOut, i.Handled, i.Listed = "STOP", true, "stopped" })},
		"STOP answered by Twilio":    {with(inboundForm(), "Body", " Stop "), change(func(i *sms.Inbound) { i.Body, i.Handled, i.Listed = " Stop ", true, "stopped" })},
		"BAJA answered by nobody":    {with(inboundForm(), "Body", "BAJA"), change(func(i *sms.Inbound) { i.Body = "BAJA" })},
		"STOP among other words":     {with(inboundForm(), "Body", "STOP & SHOP?"), change(func(i *sms.Inbound) { i.Body = "STOP & SHOP?" })},
		"an OptOutType new to us":    {with(inboundForm(), "OptOutType", "PAUSE"), plain},
		"with three pictures":        {with(inboundForm(), "NumMedia", "3"), change(func(i *sms.Inbound) { i.Media = 3 })},
		"a picture without words":    {without(inboundForm(), "Body"), sms.Inbound{}},
		"pictures of a silly number": {with(inboundForm(), "NumMedia", "-1"), plain},
		"pictures of no number":      {with(inboundForm(), "NumMedia", "1e9"), plain},
		"an empty body":              {with(inboundForm(), "Body", ""), change(func(i *sms.Inbound) { i.Body = "" })},
		"blanks are kept":            {with(inboundForm(), "Body", "  ALTA \n"), change(func(i *sms.Inbound) { i.Body = "  ALTA \n" })},
		"invalid UTF-8":              {with(inboundForm(), "Body", "ALTA \xff\xfeAna"), change(func(i *sms.Inbound) { i.Body = "ALTA \uFFFDAna" })},
		"NUL":                        {with(inboundForm(), "Body", "AL\x00TA"), change(func(i *sms.Inbound) { i.Body = "ALTA" })},
		"a template":                 {with(inboundForm(), "Body", "{{.}} %s%n ${x}"), change(func(i *sms.Inbound) { i.Body = "{{.}} %s%n ${x}" })},
		"zero-width and bidi":        {with(inboundForm(), "Body", "B\u200bA\u202eJA"), change(func(i *sms.Inbound) { i.Body = "B\u200bA\u202eJA" })},
		"from WhatsApp":              {with(inboundForm(), "From", "whatsapp:+52155"), change(func(i *sms.Inbound) { i.From = "whatsapp:+52155" })},
		"from a short code":          {with(inboundForm(), "From", "22345"), change(func(i *sms.Inbound) { i.From = "22345" })},
		"from letters":               {with(inboundForm(), "From", "BANCO"), change(func(i *sms.Inbound) { i.From = "BANCO" })},
		"a picture message":          {with(picture(), "NumMedia", "1"), change(func(i *sms.Inbound) { i.ProviderID = "MM" + sid[2:]; i.Media = 1; i.Body = "" })},
		"a name in the query alone":  {inboundForm().Encode(), plain},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			d := &doors{}
			w := knock(d.inbound(), InboundPath+"?Body=BAJA&OptOutType=STOP&From=me", c.body, nil)
			if (c.want == sms.Inbound{}) {
				if w.Code != 400 || d.opened() != 0 {
					t.Errorf("%d, let in %d", w.Code, d.opened())
				}
				return
			}
			if w.Code != 200 || d.opened() != 1 {
				t.Fatalf("%d: %s", w.Code, d.log.String())
			}
			if diff := cmp.Diff(c.want, d.texts[0]); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func picture() url.Values {
	form := inboundForm()
	for _, name := range []string{"MessageSid", "SmsMessageSid", "SmsSid"} {
		form.Set(name, "MM"+sid[2:])
	}
	form.Del("Body")
	return form
}

func TestAnswers(t *testing.T) {
	head := `<?xml version="1.0" encoding="UTF-8"?>` + "\n"
	cases := map[string]struct {
		answer sms.Answer
		want   string
	}{
		"nothing": {sms.Answer{MessageID: 7, Attempt: "f00d"}, `<Response></Response>`},
		"words": {
			sms.Answer{Body: "Hola Ana, tienes 120 puntos.", MessageID: 7, Attempt: "f00d"},
			`<Response><Message statusCallback="https://shop.example/webhooks/twilio/status?m=7&amp;a=f00d">Hola Ana, tienes 120 puntos.</Message></Response>`,
		},
		"words nobody tracks": {sms.Answer{Body: "Hola"}, `<Response><Message>Hola</Message></Response>`},
		"markup":              {sms.Answer{Body: `</Message><Message to="+1">a & b`}, `<Response><Message>&lt;/Message&gt;&lt;Message to=&#34;+1&#34;&gt;a &amp; b</Message></Response>`},
		"two lines":           {sms.Answer{Body: "1 Café\n2 Té"}, "<Response><Message>1 Café&#xA;2 Té</Message></Response>"},
		"what XML cannot say": {sms.Answer{Body: "a\x00b\x1bc\xffd"}, "<Response><Message>a\uFFFDb\uFFFDc\uFFFDd</Message></Response>"},
		"an odd attempt":      {sms.Answer{Body: "x", MessageID: 1, Attempt: `"&a=b`}, `<Response><Message statusCallback="https://shop.example/webhooks/twilio/status?m=1&amp;a=%22%26a%3Db">x</Message></Response>`},
	}
	for name, c := range cases {
		d := &doors{answer: c.answer}
		w := knock(d.inbound(), InboundPath, inboundForm().Encode(), nil)
		if w.Code != 200 || w.Body.String() != head+c.want {
			t.Errorf("%s: %d\n got %s\nwant %s", name, w.Code, w.Body, head+c.want)
		}
		if kind := w.Header().Get("Content-Type"); kind != "text/xml; charset=utf-8" {
			t.Errorf("%s: Content-Type %q", name, kind)
		}
	}
}

// Whatever is answered, Twilio reads the same words, and one message at most.
func TestAnswersSurviveXML(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.StringOf(rapid.Rune().Filter(inXML)).Draw(t, "words")
		body, err := render(public, sms.Answer{Body: words, MessageID: 1, Attempt: rapid.String().Draw(t, "attempt")})
		if err != nil {
			t.Fatal(err)
		}
		var read struct {
			Messages []string `xml:"Message"`
		}
		if err := xml.Unmarshal(body, &read); err != nil {
			t.Fatalf("%v: %s", err, body)
		}
		if got := strings.Join(read.Messages, "|"); got != words {
			t.Fatalf("%q became %q", words, got)
		}
	})
}

// inXML says whether XML 1.0 can hold a character: https://www.w3.org/TR/xml/#charsets
func inXML(r rune) bool {
	return r == '\t' || r == '\n' || r == '\r' || r >= 0x20 && r <= 0xD7FF || r >= 0xE000 && r <= 0xFFFD || r >= 0x10000
}
