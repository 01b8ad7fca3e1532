package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"fiel/db"
	"fiel/db/dbtest"
	"fiel/members"
	"fiel/pos/standard"
	"fiel/sms/twilio"
	"fiel/sms/twilio/fake"
)

// program is a built fiel with a folder of its own, a fake Twilio, and whatever it serves.
type program struct {
	t    *testing.T
	path string
	dir  string
	env  []string
	url  string
	base string // FIEL_DATABASE
	fake *fake.Server
	made made
	run  *exec.Cmd

	opened map[string]*db.DB // by FIEL_DATABASE
}

var build = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "fiel-built-")
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, "fiel")
	out, err := exec.Command("go", "build", "-o", path, ".").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return path, nil
})

// place is where it is an hour at which anybody may be texted.
type place struct{ country, zone, prefix string }

// awake finds such a place now: one of the three always has daylight.
func awake(now time.Time) place {
	for _, p := range []place{{"PE", "America/Lima", "+51970"}, {"ES", "Europe/Madrid", "+34600"}, {"JP", "Asia/Tokyo", "+818012"}} {
		zone, err := time.LoadLocation(p.zone)
		if hour := now.In(zone).Hour(); err == nil && hour >= 10 && hour < 20 {
			return p
		}
	}
	panic("night everywhere")
}

// eachDatabase runs a story of the running program on SQLite and on PostgreSQL.
func eachDatabase(t *testing.T, story func(t *testing.T, database string)) {
	t.Run("sqlite", func(t *testing.T) { story(t, "") })
	t.Run("postgres", func(t *testing.T) { story(t, dbtest.URL(t, db.Postgres, false)) })
}

// newProgram sets up a shop with a fake Twilio as its own; a database of ” is a SQLite file in its folder.
func newProgram(t *testing.T, database string, where place, pace int, extra ...string) *program {
	t.Helper()
	path, err := build()
	if err != nil {
		t.Fatal(err)
	}
	addr, err := freeAddr()
	if err != nil {
		t.Fatal(err)
	}
	p := &program{t: t, path: path, dir: t.TempDir(), url: "http://" + addr, base: database, opened: map[string]*db.DB{}}
	if database == "" {
		p.base = filepath.Join(p.dir, "fiel.db")
	}
	p.fake, err = fake.Start(fake.Options{Number: "+15005550006", Seed: 7, Journal: filepath.Join(p.dir, "journal")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { p.fake.Close() })
	for _, pair := range os.Environ() {
		if !strings.HasPrefix(pair, "FIEL_") {
			p.env = append(p.env, pair)
		}
	}
	p.env = append(p.env, "FIEL_DATABASE="+p.base, "FIEL_LISTEN="+addr, "FIEL_METRICS_LISTEN=", "FIEL_PUBLIC_URL="+p.url, "FIEL_TWILIO_ACCOUNT_SID="+fake.AccountSID,
		"FIEL_TWILIO_AUTH_TOKEN="+fake.Token, "FIEL_TWILIO_FROM=+15005550006", "FIEL_TWILIO_BASE_URL="+p.fake.URL(), "FIEL_LOG_LEVEL=error",
		fmt.Sprint("FIEL_TWILIO_PACE=", pace))
	args := append([]string{"init", "--name", "Cafe Flor", "--country", where.country, "--zone", where.zone, "--currency", "PEN", "--language", "es", "--owner", "Ana", "--json"}, extra...)
	if err := json.Unmarshal(p.do(args...), &p.made); err != nil {
		t.Fatal(err)
	}
	return p
}

// do runs a command and returns what it prints.
func (p *program) do(args ...string) []byte {
	p.t.Helper()
	c := exec.Command(p.path, args...)
	c.Dir, c.Env = p.dir, p.env
	var failed bytes.Buffer
	c.Stderr = &failed
	out, err := c.Output()
	if err != nil {
		p.t.Fatalf("fiel %s: %v: %s", strings.Join(args, " "), err, failed.String())
	}
	return out
}

// serve starts serving and waits until it answers.
func (p *program) serve() {
	p.t.Helper()
	p.run = exec.Command(p.path, "serve")
	p.run.Dir, p.run.Env, p.run.Stderr = p.dir, p.env, os.Stderr
	p.run.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := p.run.Start(); err != nil {
		p.t.Fatal(err)
	}
	if _, err := firstAnswer(p.url+"/readyz", time.Now()); err != nil {
		p.t.Fatal(err)
	}
}

func (p *program) end(signal os.Signal) {
	_ = p.run.Process.Signal(signal)
	_ = p.run.Wait()
}

// open opens the program's database beside it, once.
func (p *program) open() (*db.DB, members.Key) {
	p.t.Helper()
	if p.opened[p.base] == nil {
		d, err := db.Open(p.t.Context(), p.base, db.Options{})
		if err != nil {
			p.t.Fatal(err)
		}
		p.t.Cleanup(func() { d.Close() })
		p.opened[p.base] = d
	}
	key, err := members.ReadKey(filepath.Join(p.dir, "fiel.key"))
	if err != nil {
		p.t.Fatal(err)
	}
	return p.opened[p.base], key
}

// signed posts a form to an address as Twilio signs it for another, which is the public one.
func signed(t *testing.T, address, public string, form url.Values) (int, string) {
	t.Helper()
	r, err := http.NewRequest(http.MethodPost, address, strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("X-Twilio-Signature", twilio.Sign(fake.Token, public, form))
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var body bytes.Buffer
	_, _ = body.ReadFrom(res.Body)
	return res.StatusCode, body.String()
}

func inboundForm(n int, from, body string) url.Values {
	return url.Values{
		"MessageSid": {fmt.Sprintf("SM%032x", n)}, "AccountSid": {fake.AccountSID}, "From": {from}, "To": {"+15005550006"}, "Body": {body}, "NumMedia": {"0"},
	}
}

func TestFiftyCopiesOfOneText(t *testing.T) { eachDatabase(t, fiftyCopiesOfOneText) }

func fiftyCopiesOfOneText(t *testing.T, database string) {
	p := newProgram(t, database, place{"PE", "America/Lima", ""}, 0, "--join-bonus", "20")
	p.serve()
	defer p.end(syscall.SIGTERM)
	address := p.url + twilio.InboundPath
	answers := make([]string, 50)
	var all sync.WaitGroup
	for i := range answers {
		all.Go(func() {
			code, body := signed(t, address, address, inboundForm(1, "+51987654321", "ALTA Rosa"))
			answers[i] = fmt.Sprint(code, " ", body)
		})
	}
	all.Wait()
	for _, a := range answers {
		if a != answers[0] || !strings.HasPrefix(a, "200 ") || !strings.Contains(a, "Rosa") {
			t.Fatalf("one copy was answered\n%s\nanother\n%s", answers[0], a)
		}
	}
	var m memberView
	if err := json.Unmarshal(p.do("member", "show", "+51987654321", "--json"), &m); err != nil {
		t.Fatal(err)
	}
	if m.Points != 20 || len(m.Movements) != 1 || len(m.Consents) != 2 {
		t.Errorf("after fifty copies: %+v", m)
	}
	form := inboundForm(2, "+51987654321", "SALDO")
	if code, _ := signed(t, address, "https://elsewhere.example"+twilio.InboundPath, form); code != http.StatusForbidden {
		t.Errorf("a wrong signature: %d", code)
	}
	twice := url.Values{"Body": {"SALDO", "BAJA"}}
	for k, v := range inboundForm(3, "+51987654321", "SALDO") {
		if k != "Body" {
			twice[k] = v
		}
	}
	if code, _ := signed(t, address, address, twice); code != http.StatusBadRequest {
		t.Errorf("a repeated field: %d", code)
	}
	if code, body := signed(t, address+"?shop=1&x=%2F", address+"?shop=1&x=%2F", form); code != http.StatusOK || !strings.Contains(body, "20 puntos") {
		t.Errorf("a query in the URL: %d %s", code, body)
	}
}

func TestOnePurchaseAHundredTimes(t *testing.T) { eachDatabase(t, onePurchaseAHundredTimes) }

func onePurchaseAHundredTimes(t *testing.T, database string) {
	p := newProgram(t, database, place{"PE", "America/Lima", ""}, 0)
	p.serve()
	defer p.end(syscall.SIGTERM)
	p.do("member", "add", "987 654 321")
	body := []byte(`{"type":"purchase.completed","data":{"id":"T-1","phone":"987 654 321","amount":10500,"currency":"PEN"}}`)
	var all sync.WaitGroup
	var mu sync.Mutex
	codes := map[int]int{}
	for i := range 100 {
		all.Go(func() {
			r, _ := http.NewRequest(http.MethodPost, p.made.TillURL, bytes.NewReader(body))
			r.Header, _ = standard.Headers(p.made.TillToken, fmt.Sprint("msg_", i), time.Now(), body)
			res, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Error(err)
				return
			}
			res.Body.Close()
			mu.Lock()
			defer mu.Unlock()
			codes[res.StatusCode]++
		})
	}
	all.Wait()
	var m memberView
	if err := json.Unmarshal(p.do("member", "show", "987654321", "--json"), &m); err != nil {
		t.Fatal(err)
	}
	if codes[200] != 100 || m.Points != 10 || len(m.Movements) != 1 {
		t.Errorf("answers %v, points %d, movements %d", codes, m.Points, len(m.Movements))
	}
	p.do("db", "check")
}

// crowd gives the program members who agreed to everything, with numbers of the place.
func (p *program) crowd(where place, n int) {
	p.t.Helper()
	d, key := p.open()
	err := d.Write(p.t.Context(), db.Bulk, func(ctx context.Context, tx *db.Tx) error {
		program, err := members.OnlyProgram(ctx, tx)
		if err != nil {
			return err
		}
		c := &cafe{db: d, key: key, program: program, store: members.Store{ID: p.made.Store}}
		for i := range n {
			if err := c.welcome(ctx, tx, where.phone(i)); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		p.t.Fatal(err)
	}
}

func (w place) phone(i int) members.Phone { return members.Phone(fmt.Sprintf("%s%06d", w.prefix, i)) }

func TestBlastThroughTenCrashes(t *testing.T) { eachDatabase(t, blastThroughTenCrashes) }

// blastThroughTenCrashes sends a blast through a Twilio that refuses, breaks and cuts, kills the program ten times on the way,
// and has people leave meanwhile. The journal of the fake says what really happened.
func blastThroughTenCrashes(t *testing.T, database string) {
	const people, crashes = 1000, 10
	where := awake(time.Now())
	p := newProgram(t, database, where, 120)
	p.crowd(where, people)
	p.fake.Set(fake.Faults{
		TooMany: 0.05, Unavailable: 0.03, Broken: 0.03, Reset: 0.03, Cut: 0.05,
		Callbacks: fake.Callbacks{Late: 50 * time.Millisecond, Twice: 0.2, Lost: 0.1, Reversed: 0.2, Early: 0.2},
	})
	p.do("campaign", "add", "blast", "--words", "es=Cafe Flor: hoy 20% en todo. BAJA para salir", "--holdout", "0")
	p.serve()
	p.do("campaign", "start", "blast", "--count", fmt.Sprint(people))
	left := map[string]time.Time{}
	for i := range crashes {
		time.Sleep(700 * time.Millisecond)
		for n := range 5 {
			from := where.phone(people - 1 - 5*i - n).E164()
			if _, err := p.fake.Text(p.url+twilio.InboundPath, from, "BAJA", ""); err != nil {
				t.Fatal(err)
			}
			left[from] = time.Now()
		}
		p.end(syscall.SIGKILL)
		p.serve()
	}
	states := p.settled(t, 60*time.Second)
	p.end(syscall.SIGTERM)

	sent := map[string]int{}
	for _, m := range p.fake.Journal() {
		if m.Direction != "outbound-api" || !strings.Contains(m.Body, "20%") {
			continue
		}
		if sent[m.To]++; sent[m.To] > 1 {
			t.Errorf("%s was texted %d times", members.Phone(m.To), sent[m.To])
		}
		if at, ok := left[m.To]; ok && time.UnixMilli(m.At).After(at) {
			t.Errorf("%s had left and was texted %v later", members.Phone(m.To), time.UnixMilli(m.At).Sub(at))
		}
	}
	lost := 0
	for phone, state := range states {
		switch {
		case state == "cancelled":
			if _, ok := left[phone]; !ok {
				t.Errorf("a text was cancelled for nobody's reason")
			}
		case sent[phone] == 0:
			lost++
			if state != "unknown" && state != "unproven" && state != "sending" {
				t.Errorf("a text that never left is shown as %s", state)
			}
		}
	}
	if lost > crashes*16+people/10 {
		t.Errorf("%d texts were lost", lost)
	}
	t.Logf("%d texted, %d lost, %d left meanwhile", len(sent), lost, len(left))
	p.do("db", "check")
}

// settled waits until nothing of the blast waits to leave and returns the state of each text by number.
func (p *program) settled(t *testing.T, limit time.Duration) map[string]string {
	t.Helper()
	d, _ := p.open()
	for begun := time.Now(); ; time.Sleep(200 * time.Millisecond) {
		states, queued := map[string]string{}, 0
		err := d.Read(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			rows, err := tx.QueryContext(ctx, "SELECT phone, state FROM messages WHERE run_id <> 0")
			if err != nil {
				return err
			}
			defer rows.Close()
			for rows.Next() {
				var phone, state string
				if err := rows.Scan(&phone, &state); err != nil {
					return err
				}
				if states[phone] = state; state == "queued" {
					queued++
				}
			}
			return rows.Err()
		})
		if err != nil {
			t.Fatal(err)
		}
		if queued == 0 {
			return states
		}
		if time.Since(begun) > limit {
			t.Fatalf("%d texts still wait", queued)
		}
	}
}
