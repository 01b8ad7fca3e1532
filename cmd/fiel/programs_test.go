package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"fiel/db"
	"fiel/members"
	"fiel/sms/twilio"
	"fiel/sms/twilio/fake"
)

const (
	otherAccount = "AC0000000000000000000000000000000b"
	otherToken   = "0000000000000000000000000000000b"
	otherNumber  = "+15005550077"
)

// Two shops share a server, each with a number of an account of its own: a text finds its shop by number and account, and nothing of the
// one is seen, sent or stopped by the other.
func TestTwoProgramsOnOneServer(t *testing.T) { eachDatabase(t, twoPrograms) }

func twoPrograms(t *testing.T, database string) {
	where := awake(time.Now())
	p := newProgram(t, database, where, 0)
	other, err := fake.New(fake.Options{AccountSID: otherAccount, Token: otherToken, Number: otherNumber, Seed: 8})
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	both := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.Path, otherAccount) {
			other.ServeHTTP(w, r)
		} else {
			p.fake.ServeHTTP(w, r)
		}
	}))
	defer both.Close()
	p.env = append(p.env, "FIEL_TWILIO_BASE_URL="+both.URL)
	var second made
	out := p.do("init", "--another", "--name", "Pan Rico", "--country", where.country, "--zone", where.zone, "--currency", "PEN", "--language", "es", "--owner", "Eva", "--json")
	if err := json.Unmarshal(out, &second); err != nil {
		t.Fatal(err)
	}
	named := fmt.Sprint("--program=", second.Program)
	token := filepath.Join(p.dir, "token")
	if err := os.WriteFile(token, []byte(otherToken+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p.do(named, "sender", "add", "--account", otherAccount, "--token-file", token, "--number", otherNumber, "--pace", "0")
	p.serve()
	defer p.end(syscall.SIGTERM)

	ana := where.phone(1).E164()
	for _, shop := range []struct {
		fake *fake.Server
		name string
	}{{p.fake, "Cafe Flor"}, {other, "Pan Rico"}} {
		answer, err := shop.fake.Text(p.url+twilio.InboundPath, ana, "ALTA Ana", "")
		if err != nil || len(answer.Texts) != 1 || !strings.Contains(answer.Texts[0], shop.name) {
			t.Fatalf("%s: %+v, %v", shop.name, answer, err)
		}
	}
	// The one account cannot speak for the number of the other.
	forged, err := fake.New(fake.Options{AccountSID: otherAccount, Token: fake.Token, Number: otherNumber})
	if err != nil {
		t.Fatal(err)
	}
	defer forged.Close()
	if answer, _ := forged.Text(p.url+twilio.InboundPath, ana, "BAJA", ""); answer.Status != http.StatusForbidden {
		t.Errorf("a text signed by another account was answered %d", answer.Status)
	}
	if answer, err := p.fake.Text(p.url+twilio.InboundPath, ana, "BAJA", ""); err != nil || answer.Status != 200 {
		t.Fatal(answer, err)
	}
	for _, args := range [][]string{{named, "campaign", "add", "blast", "--offer", "es=un pan", "--holdout", "0"}, {named, "campaign", "start", "blast", "--count", "1"}} {
		p.do(args...)
	}
	p.until(t, "the second shop's blast left by its own number", func() bool {
		journal := other.Journal()
		return len(journal) > 0 && journal[len(journal)-1].From == otherNumber && strings.Contains(journal[len(journal)-1].Body, "un pan")
	})
	if n := p.texts("un pan"); n != 0 {
		t.Errorf("%d texts of the second shop left by the first", n)
	}
	d, _ := p.open()
	err = d.Read(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		for id, left := range map[int64]bool{p.made.Program: true, second.Program: false} {
			m, err := members.ByPhone(ctx, tx, id, where.phone(1))
			if err != nil || m.Left() != left {
				t.Errorf("program %d: left %v, %v", id, m.Left(), err)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
