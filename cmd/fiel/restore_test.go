package main

import (
	"context"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"fiel/db"
	"fiel/db/dbtest"
	"fiel/members"
	"fiel/rewards"
	"fiel/sms/twilio"
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
	p.serve()
	for n := range 4 {
		say(n, "ALTA Ana")
	}
	backup := filepath.Join(p.dir, "backup.db")
	p.do("db", "backup", backup)

	say(0, "BAJA")
	say(1, "BORRAR", "SI")
	say(4, "ALTA Eva")
	p.do("campaign", "add", "blast", "--offer", "es=un cafe", "--holdout", "0")
	p.do("campaign", "start", "blast", "--count", "3")
	p.until(t, "the blast left", func() bool { return p.texts("un cafe") == 3 })
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
	say(2, "SALDO") // answered: it is their own text
	time.Sleep(1500 * time.Millisecond)
	if n := len(p.fake.Journal()); n > texts+1 {
		t.Errorf("%d texts left before the stops were read", n-texts)
	}
	p.end(syscall.SIGTERM)

	told := string(p.do("resume"))
	if !strings.Contains(told, "1 members left, 1 joined, 1 were erased") {
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
		for n, want := range []string{"left", "erased", "there", "there", "there"} {
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
