package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"fiel/db"
	"fiel/db/dbtest"
	"fiel/sms"
	"fiel/sms/twilio/fake"
)

var (
	monthSeed  = flag.Int64("month.seed", -1, "live through the month of this seed alone")
	monthFrom  = flag.Int("month.from", 0, "begin with this seed")
	monthSeeds = flag.Int("month.seeds", 0, "live through so many months; 0 is 200 under CI=true, else 4")
)

// A month of a shop with five thousand members and every recipe there is, lived through by two replicas, seed by seed: tills and
// texts come in, the provider refuses, hangs up and loses callbacks, replicas are killed between any two statements, clocks jump and
// are turned for the summer. What the fake Twilio accepted says who was texted; judge compares it with what must never happen.
//
//	go test ./cmd/fiel -run TestMonth -month.seed 17
func TestMonth(t *testing.T) {
	seeds := *monthSeeds
	if seeds == 0 {
		seeds = 4
		if os.Getenv("CI") == "true" {
			seeds = 200
		}
	}
	if *monthSeed >= 0 {
		live(t, uint64(*monthSeed))
		return
	}
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // memory is cheaper here than time
	next := make(chan uint64)
	var crews sync.WaitGroup
	for range 3 * runtime.GOMAXPROCS(0) { // a month waits as much as it works
		crews.Go(func() {
			for seed := range next {
				live(t, seed)
			}
		})
	}
	for seed := uint64(*monthFrom); seed < uint64(*monthFrom+seeds) && !t.Failed(); seed++ {
		next <- seed
	}
	close(next)
	crews.Wait()
}

// month is one simulated month.
type month struct {
	*settled
	t        *testing.T
	seed     uint64
	place    town
	dice     *rand.Rand
	dir      string
	ctx      context.Context
	clock    *dbtest.Clock
	d        *db.DB
	fake     *fake.Server
	server   *httptest.Server
	crew     [2]*replica
	doom     atomic.Int64 // writing statements until the replica at work is killed, 0: it lives
	posts    atomic.Int64 // texts accepted until it is killed
	deeds    []deed       // what tills and phones did, until each was acknowledged
	nth      int
	failures int
	found    []string
	grave    bool // one of them is of safety
	postgres bool
	front    *replica       // who answers what comes in, and works
	far      time.Time      // the latest instant a clock ever showed
	holes    [][2]time.Time // when nothing ran, or a clock was wrong
	wire     sync.WaitGroup // posts under way
}

// replica is a process: what it knows of the world is lost with it.
type replica struct {
	*house
	door http.Handler
	ctx  context.Context
	kill context.CancelFunc
	dead bool
}

// live lives through a month, and through the same once more where only something did not come to its end in time.
func live(t *testing.T, seed uint64) {
	m := liveOnce(t, seed)
	if m.failures > 0 && !m.grave {
		for _, found := range m.found {
			t.Log("once: ", found)
		}
		m = liveOnce(t, seed)
	}
	for _, found := range m.found {
		t.Error(found)
	}
	if m.failures > 0 {
		t.Errorf("%d failures in the month of seed %d: go test ./cmd/fiel -run TestMonth -month.seed %d", m.failures, seed, seed)
	}
}

func liveOnce(t *testing.T, seed uint64) *month {
	began := time.Now()
	m := openMonth(t, seed)
	defer m.close()
	m.begin()
	for _, at := range m.times() {
		if m.failures == 0 {
			m.step(at)
		}
	}
	m.end()
	m.judge()
	t.Logf("seed %d, %s: %d texts, %s", seed, m.place.country, len(m.fake.Journal()), time.Since(began).Round(time.Millisecond))
	return m
}

// shm is a folder in memory where there is one: a month has some ten thousand commits.
func shm(t *testing.T) string {
	dir, err := os.MkdirTemp("/dev/shm", "fiel-month-")
	if err != nil {
		return t.TempDir()
	}
	return dir
}

func openMonth(t *testing.T, seed uint64) *month {
	m := &month{t: t, seed: seed, place: towns[seed%uint64(len(towns))], dice: rand.New(rand.NewPCG(seed, 3)), clock: new(dbtest.Clock), ctx: t.Context()}
	built, err := settle()[m.place.country]()
	if err != nil {
		t.Fatal(err)
	}
	own := *built
	own.souls = append([]soul(nil), built.souls...)
	m.settled = &own
	m.dir = shm(t)
	path := filepath.Join(m.dir, "fiel.db")
	if err := os.WriteFile(path, built.file, 0o600); err != nil {
		t.Fatal(err)
	}
	m.clock.Set(m.place.start().Add(-6 * time.Hour))
	options := db.Options{Clock: m.clock.Now, Trace: m.trace}
	if m.postgres = seed%100 == 19; m.postgres {
		m.d, err = restoredInto(t.Context(), dbtest.URL(t, db.Postgres, true), path, options)
	} else {
		m.d, err = db.Open(t.Context(), path, options)
	}
	if err != nil {
		t.Fatal(err)
	}
	if m.fake, err = fake.Start(fake.Options{Seed: seed, Now: m.clock.Now}); err != nil {
		t.Fatal(err)
	}
	m.server = httptest.NewServer(http.HandlerFunc(m.serve))
	return m
}

// restoredInto fills an empty PostgreSQL with a town.
func restoredInto(ctx context.Context, url, path string, o db.Options) (*db.DB, error) {
	d, err := db.Open(ctx, url, o)
	if err != nil {
		return nil, err
	}
	if err := d.Restore(ctx, path, nil); err != nil {
		return nil, errors.Join(err, d.Close())
	}
	if err := d.Close(); err != nil { // ids in memory are those of before
		return nil, err
	}
	return db.Open(ctx, url, o)
}

func (m *month) close() {
	m.server.Close()
	err := errors.Join(m.fake.Close(), m.d.Close(), os.RemoveAll(m.dir))
	if err != nil {
		m.t.Error(err)
	}
}

// guards are what no statement may ever do, as triggers; one database is enough to see it.
func (m *month) guards() []string {
	if m.postgres {
		return nil
	}
	return []string{
		`CREATE TRIGGER i19 BEFORE UPDATE OF sid ON messages WHEN OLD.sid <> '' AND NEW.sid <> OLD.sid AND NOT NEW.resent
			BEGIN SELECT RAISE(ABORT, 'I19: a text has two ids'); END`,
		`CREATE TRIGGER i20 BEFORE UPDATE OF rank ON messages WHEN NEW.rank < OLD.rank AND NEW.sid = OLD.sid
			BEGIN SELECT RAISE(ABORT, 'I20: a status moved back'); END`,
	}
}

// begin guards what no statement may ever do, and starts every campaign.
func (m *month) begin() {
	m.write(func(ctx context.Context, tx *db.Tx) error {
		for _, guard := range m.guards() {
			if _, err := tx.ExecContext(ctx, guard); err != nil {
				return err
			}
		}
		if m.seed%4 == 1 { // a day's parts run out
			if _, err := tx.ExecContext(ctx, "UPDATE programs SET parts_per_day = $1", 40+m.dice.IntN(200)); err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, "UPDATE senders SET pace = 0")
		return err
	})
	m.write(func(ctx context.Context, tx *db.Tx) error { return m.offers(ctx, tx, m.dice) })
	m.write(func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.ExecContext(ctx, "UPDATE senders SET pace = 0")
		return err
	})
	for i := range m.crew {
		m.revive(i)
	}
}

func (m *month) write(f func(context.Context, *db.Tx) error) {
	m.t.Helper()
	if err := m.d.Write(m.ctx, db.Interactive, f); err != nil {
		m.fail("write", "%v", err)
	}
}

// revive starts a replica anew.
func (m *month) revive(i int) {
	r := &replica{}
	r.ctx, r.kill = context.WithCancel(m.ctx)
	a := &App{Settings: Settings{
		PublicURL: m.server.URL, TwilioAccountSID: fake.AccountSID, TwilioAuthToken: fake.Token, TwilioFrom: fake.Number, TwilioBaseURL: m.fake.URL(),
	}, ctx: r.ctx, clock: m.clock.Now, log: slog.New(complaints{m, r})}
	providers := a.providers(m.key)
	h, err := newHouse(a, m.d, m.key, func(s sms.Sender) (sms.Provider, error) {
		p, err := providers(s)
		return &mortal{p, m, r}, err
	})
	if err != nil {
		m.t.Fatal(err)
	}
	r.house, r.door, m.crew[i] = h, h.routes(), r
	m.front = r
}

// complaints is a log that only hears errors: of a replica that lives, they are failures.
type complaints struct {
	m *month
	r *replica
}

func (c complaints) Enabled(_ context.Context, l slog.Level) bool { return l >= slog.LevelError }
func (c complaints) WithAttrs([]slog.Attr) slog.Handler           { return c }
func (c complaints) WithGroup(string) slog.Handler                { return c }

func (c complaints) Handle(_ context.Context, rec slog.Record) error {
	if c.r.dead || c.m.doom.Load() < 0 {
		return nil
	}
	var text strings.Builder
	rec.Attrs(func(a slog.Attr) bool { fmt.Fprintf(&text, " %s=%v", a.Key, a.Value); return true })
	c.m.fail("log", "at %s: %s%s", c.m.clock.Now().Format(time.DateTime), rec.Message, text.String())
	return nil
}

// mortal is a provider whose process may be killed just after the provider took a text: nothing of it is written down then.
type mortal struct {
	sms.Provider
	m *month
	r *replica
}

func (p *mortal) Send(ctx context.Context, out sms.Outgoing) sms.Outcome {
	p.m.wire.Add(1)
	defer p.m.wire.Done()
	if p.r.dead { // a killed process begins nothing
		runtime.Goexit()
	}
	got := p.Provider.Send(ctx, out)
	if p.m.posts.Load() > 0 && p.m.posts.Add(-1) == 0 {
		p.r.dead = true
		p.r.kill()
	}
	if p.r.dead {
		runtime.Goexit()
	}
	return got
}

var errKilled = errors.New("killed")

// trace kills the replica at work before one of its writing statements.
func (m *month) trace(query string) {
	if m.doom.Load() <= 0 || strings.Contains(query[:min(len(query), 200)], "SELECT") && !strings.Contains(query, "UPDATE") && !strings.Contains(query, "INSERT") {
		return
	}
	if m.doom.Add(-1) == 0 {
		m.doom.Store(-1)
		m.front.dead = true
		m.front.kill()
		panic(errKilled)
	}
}
