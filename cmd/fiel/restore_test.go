package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"fiel/db"
	"fiel/db/dbtest"
	"fiel/members"
	"fiel/rewards"
	"fiel/sms/twilio"
	"fiel/sms/twilio/fake"
)

// A shop is backed up, goes on, is lost and restored: nobody gets anything twice, and who stopped, joined or was erased in between
// stays so.
func TestRestore(t *testing.T) { eachDatabase(t, restoreStory) }

func restoreStory(t *testing.T, database string) {
	where := awake(time.Now())
	p := newProgram(t, database, where, 0)
	phone := func(n int) string { return where.phone(100 + n).E164() }
	say := func(n int, words ...string) {
		t.Helper()
		for _, w := range words {
			if answer, err := p.fake.Text(p.url+twilio.InboundPath, phone(n), w, ""); err != nil || answer.Status != 200 {
				t.Fatalf("%s: %+v, %v", w, answer, err)
			}
		}
	}
	second := p.addSender(t, "+15005550007")
	p.do("sender", "stop", second)
	p.serve()
	for n := range 4 {
		say(n, "ALTA Ana")
	}
	backup := filepath.Join(p.dir, "backup.db")
	p.do("db", "backup", backup)

	say(0, "BAJA")
	say(1, "BORRAR", "SI")
	say(4, "ALTA Eva")
	p.sayTo(t, "+15005550007", phone(5), "ALTA Ines")
	say(6, "ALTA Luz")
	time.Sleep(1100 * time.Millisecond) // what came in is listed by the second
	say(5, "BAJA")
	p.do("campaign", "add", "blast", "--offer", "es=un cafe", "--holdout", "0")
	p.do("campaign", "start", "blast", "--count", "4")
	p.until(t, "the blast left", func() bool { return p.texts("un cafe") == 4 })
	p.end(syscall.SIGKILL)

	p.base = filepath.Join(p.dir, "restored.db")
	if database != "" {
		p.base = dbtest.URL(t, db.Postgres, false)
	}
	p.env = append(p.env, "FIEL_DATABASE="+p.base)
	p.do("db", "restore", backup)
	texts := len(p.fake.Journal())
	p.do("campaign", "add", "blast", "--name", "otro", "--offer", "es=un te", "--holdout", "0")
	p.serve()
	p.do("campaign", "start", "otro", "--count", "4")
	say(6, "BAJA")  // after the ALTA that is not known yet
	say(2, "SALDO") // answered: it is their own text
	time.Sleep(1500 * time.Millisecond)
	if n := len(p.fake.Journal()); n > texts+2 {
		t.Errorf("%d texts left before the stops were read", n-texts)
	}
	p.end(syscall.SIGTERM)

	told := string(p.do("resume"))
	if !strings.Contains(told, "2 members left, 2 joined, 1 were erased") {
		t.Error(told)
	}
	texts = len(p.fake.Journal())
	p.serve()
	time.Sleep(1500 * time.Millisecond)
	if n := len(p.fake.Journal()); n > texts {
		t.Errorf("%d old texts left: %+v", n-texts, p.fake.Journal()[texts:])
	}
	say(3, "SALDO")
	p.end(syscall.SIGTERM)
	if !strings.Contains(string(p.do("resume")), "Nothing to resume") {
		t.Error("resumed twice")
	}
	p.judgeRestored(t, phone)
	if v := p.sender(t, second); v.Stopped != "stopped by the owner" {
		t.Errorf("the sender that was stopped before the backup is %+v", v)
	}
}

// addSender gives the program another number of the same account.
func (p *program) addSender(t *testing.T, number string) (id string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(p.dir, "token"), []byte(fake.Token), 0o600); err != nil {
		t.Fatal(err)
	}
	var v senderView
	if err := json.Unmarshal(p.do("sender", "add", "--account", fake.AccountSID, "--token-file", "token", "--number", number, "--json"), &v); err != nil {
		t.Fatal(err)
	}
	return fmt.Sprint(v.ID)
}

func (p *program) sender(t *testing.T, id string) senderView {
	t.Helper()
	var all []senderView
	if err := json.Unmarshal(p.do("sender", "list", "--json"), &all); err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(all, func(v senderView) bool { return fmt.Sprint(v.ID) == id })
	if i < 0 {
		t.Fatalf("no sender %s among %+v", id, all)
	}
	return all[i]
}

// sayTo texts another number than the first of the program.
func (p *program) sayTo(t *testing.T, to, from, words string) {
	t.Helper()
	sid := fmt.Sprintf("SM%032x", len(p.fake.Journal())+1<<40)
	form := url.Values{"AccountSid": {fake.AccountSID}, "MessageSid": {sid}, "NumMedia": {"0"}, "From": {from}, "To": {to}, "Body": {words}}
	if answer, err := p.fake.Deliver(p.url+twilio.InboundPath, form); err != nil || answer.Status != 200 {
		t.Fatalf("%s: %+v, %v", words, answer, err)
	}
}

// texts counts the texts that left with some words.
func (p *program) texts(words string) (n int) {
	for _, m := range p.fake.Journal() {
		if strings.Contains(m.Body, words) {
			n++
		}
	}
	return n
}

// until waits for something, ten seconds at most.
func (p *program) until(t *testing.T, what string, so func() bool) {
	t.Helper()
	for range 500 {
		if so() {
			return
		}
		time.Sleep(20 * time.Millisecond)
	}
	t.Fatalf("in vain: %s", what)
}

func (p *program) judgeRestored(t *testing.T, phone func(int) string) {
	d, _ := p.open()
	err := d.Read(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		program, err := members.OnlyProgram(ctx, tx)
		if err != nil {
			return err
		}
		for n, want := range []string{"left", "erased", "there", "there", "there", "left", "erased"} {
			got := "there"
			m, err := members.ByPhone(ctx, tx, program.ID, members.Phone(phone(n)))
			switch {
			case db.NotFound(err):
				got = "erased"
			case err != nil:
				return err
			case m.Left():
				got = "left"
			}
			if got != want {
				t.Errorf("member %d is %s, not %s", n, got, want)
			}
		}
		found, err := rewards.Check(ctx, tx, program.ID)
		if len(found) > 0 {
			t.Error(found)
		}
		return err
	})
	if err != nil {
		t.Error(err)
	}
}
