package main

import (
	"encoding/json"
	"fmt"
	"syscall"
	"testing"
	"time"

	"fiel/sms/twilio"
)

// TestConsentIsTold has somebody leave and come back: Twilio's list hears both, in order, from the moment the owner wants it.
func TestConsentIsTold(t *testing.T) { eachDatabase(t, consentIsTold) }

func consentIsTold(t *testing.T, database string) {
	where := awake(time.Now())
	p := newProgram(t, database, where, 0)
	var senders []senderView
	if err := json.Unmarshal(p.do("sender", "--json"), &senders); err != nil || senders[0].Push {
		t.Fatal(senders, err)
	}
	p.do("sender", "set", fmt.Sprint(senders[0].ID), "--push-consent", "on")
	p.serve()
	defer p.end(syscall.SIGTERM)
	ana := where.phone(1).E164()
	for i, body := range []string{"ALTA Ana", "BAJA", "ALTA"} {
		if answer, err := p.fake.Text(p.url+twilio.InboundPath, ana, body, ""); err != nil || answer.Status != 200 {
			t.Fatal(answer, err)
		}
		p.until(t, body+" is told", func() bool { return len(p.fake.Consents()) == i })
	}
	told := p.fake.Consents()
	if told[0].Contact != ana || told[0].Status != "opt-out" || told[1].Contact != ana || told[1].Status != "opt-in" {
		t.Errorf("%+v", told)
	}
}
