package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"fiel/campaigns"
	"fiel/db"
	"fiel/db/dbtest"
	"fiel/members"
	"fiel/sms/twilio/fake"
)

// rewrite changes rows of the program beside it, as time would.
func (p *program) rewrite(query string, args ...any) {
	p.t.Helper()
	d, _ := p.open()
	err := d.Write(p.t.Context(), db.Interactive, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.ExecContext(ctx, query, args...)
		return err
	})
	if err != nil {
		p.t.Fatal(err)
	}
}

// number asks the database for one number.
func (p *program) number(query string, args ...any) (n int64) {
	p.t.Helper()
	d, _ := p.open()
	err := d.Read(p.t.Context(), func(ctx context.Context, tx *db.Tx) error { return tx.QueryRowContext(ctx, query, args...).Scan(&n) })
	if err != nil {
		p.t.Fatal(err)
	}
	return n
}

// texted is how often each number got a text with some words, by the fake's journal.
func (p *program) texted(words string) map[string]int {
	all := map[string]int{}
	for _, m := range p.fake.Journal() {
		if m.Direction == "outbound-api" && strings.Contains(m.Body, words) {
			all[m.To]++
		}
	}
	return all
}

func (p *program) progress(name string) (all []campaigns.Progress) {
	p.t.Helper()
	if err := json.Unmarshal(p.do("campaign", "progress", name, "--json"), &all); err != nil {
		p.t.Fatal(err)
	}
	return all
}

func TestTenThousandPausedAndResumedNextMorning(t *testing.T) {
	eachDatabase(t, tenThousandPausedAndResumedNextMorning)
}

// tenThousandPausedAndResumedNextMorning pauses a run in its middle: the journal of the fake says that nothing leaves any more. The night
// passes (the run's times are moved back); resumed after the end of its offer nothing leaves either, and it is marked missed.
func tenThousandPausedAndResumedNextMorning(t *testing.T, database string) {
	people := 10_000
	if database != "" {
		people = 3_000 // entering them takes longer than all the rest
	}
	where := awake(time.Now())
	p := newProgram(t, database, where, 400)
	p.crowd(where, people)
	p.fake.Set(fake.Faults{Callbacks: fake.Callbacks{Late: 20 * time.Millisecond}})
	p.do("campaign", "add", "blast", "--words", "es=Cafe Flor: hoy 20% en todo. BAJA para salir", "--holdout", "0", "--ends", "3d")
	p.serve()
	defer p.end(syscall.SIGTERM)
	p.do("campaign", "start", "blast", "--count", fmt.Sprint(people))
	for len(p.texted("20%")) < 1000 {
		time.Sleep(50 * time.Millisecond)
	}
	if now := p.progress("blast")[0]; now.State != campaigns.RunRunning || now.Rate == 0 || now.Finish == 0 || now.Left == 0 {
		t.Errorf("while it runs: %+v", now)
	}
	p.do("campaign", "pause", "blast")
	atPause := len(p.texted("20%"))
	time.Sleep(2 * time.Second)
	stood := len(p.texted("20%"))
	if stood > atPause+16 || stood == people {
		t.Errorf("%d had left at the pause, and %d two seconds later", atPause, stood)
	}
	time.Sleep(3 * time.Second)
	night := int64(4 * 24 * time.Hour / time.Millisecond)
	p.rewrite("UPDATE runs SET starts_at = starts_at - CAST($1 AS BIGINT), ends_at = ends_at - CAST($1 AS BIGINT)", night)
	p.rewrite("UPDATE messages SET send_before = send_before - CAST($1 AS BIGINT) WHERE state = 'queued'", night)
	p.do("campaign", "resume", "blast")
	time.Sleep(3 * time.Second)
	if n := len(p.texted("20%")); n != stood {
		t.Errorf("%d left after the end of the offer", n-stood)
	}
	if now := p.progress("blast")[0]; now.State != campaigns.RunMissed || now.Waiting != 0 || now.Left != int64(stood) {
		t.Errorf("after the end: %+v", now)
	}
	if told := string(p.do("notice")); strings.Count(told, "run_missed") != 1 {
		t.Errorf("the owner was told\n%s", told)
	}
	if n := p.number("SELECT n FROM campaign_spend"); n != int64(stood) {
		t.Errorf("%d parts of the campaign are taken, %d left", n, stood)
	}
	for to, n := range p.texted("20%") {
		if n != 1 {
			t.Errorf("%s was texted %d times", members.Phone(to), n)
		}
	}
}

// Two servers on one database come up when a hundred campaigns have just come due, each for a person of its own: each has one run, and
// everybody hears of theirs once.
func TestTwoServersAHundredRuns(t *testing.T) {
	const runs = 100
	where := awake(time.Now())
	p := newProgram(t, dbtest.URL(t, db.Postgres, false), where, 0)
	p.crowd(where, runs)
	p.rewrite("UPDATE members SET tag = 't' || CAST(id AS TEXT)")
	zone, err := time.LoadLocation(where.zone)
	if err != nil {
		t.Fatal(err)
	}
	at := time.Now().In(zone).Add(-2 * time.Minute).Format("15:04")
	d, _ := p.open()
	service := &campaigns.Service{DB: d}
	program := p.number("SELECT id FROM programs")
	for i := range runs {
		c, err := service.Add(t.Context(), members.Act{Actor: "cli:ana", Door: "cli"}, program, campaigns.NewCampaign{
			Recipe: "flash", Name: fmt.Sprint("f", i), Holdout: new(int64), Words: map[string]string{"es": fmt.Sprintf("Cafe Flor %02d: hoy 2x1. BAJA para salir", i)},
			Calendar: campaigns.Calendar{On: "daily", At: at, Ends: "3d"},
			Audience: fmt.Appendf(nil, `{"tag": ["t%d"]}`, p.number("SELECT id FROM members ORDER BY id LIMIT 1 OFFSET $1", i)),
		})
		if err == nil {
			_, err = service.Start(t.Context(), members.Act{Actor: "cli:ana", Door: "cli"}, program, c.ID, 0)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	hour := int64(time.Hour / time.Millisecond)
	p.rewrite("UPDATE campaigns SET active_at = active_at - CAST($1 AS BIGINT)", hour)
	second := p.replica()
	for _, c := range []*exec.Cmd{p.run, second} {
		defer func() { _ = c.Process.Signal(syscall.SIGTERM); _ = c.Wait() }()
	}
	for begun := time.Now(); p.number("SELECT COUNT(*) FROM messages WHERE state IN ('sent', 'delivered')") < runs; time.Sleep(200 * time.Millisecond) {
		if time.Since(begun) > 90*time.Second {
			break
		}
	}
	time.Sleep(time.Second)
	texted := p.texted("hoy 2x1")
	for to, n := range texted {
		if n != 1 {
			t.Errorf("%s was texted %d times", members.Phone(to), n)
		}
	}
	if got := p.number("SELECT COUNT(*) FROM runs"); got != runs || len(texted) != runs || p.number("SELECT COUNT(*) FROM messages WHERE run_id <> 0") != runs {
		t.Errorf("%d runs, %d people, %d rows", got, len(texted), p.number("SELECT COUNT(*) FROM messages WHERE run_id <> 0"))
	}
}

// replica starts serving twice at once on the program's database, and returns the second process.
func (p *program) replica() *exec.Cmd {
	p.t.Helper()
	addr, err := freeAddr()
	if err != nil {
		p.t.Fatal(err)
	}
	second := exec.Command(p.path, "serve")
	second.Dir, second.Env = p.dir, append(p.env[:len(p.env):len(p.env)], "FIEL_LISTEN="+addr)
	second.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := second.Start(); err != nil {
		p.t.Fatal(err)
	}
	p.serve()
	if _, err := firstAnswer("http://"+addr+"/readyz", time.Now()); err != nil {
		p.t.Fatal(err)
	}
	return second
}
