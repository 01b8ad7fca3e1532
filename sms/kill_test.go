package sms_test

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"os/exec"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"fiel/db"
	"fiel/db/dbtest"
	"fiel/sms"
	"fiel/sms/twilio"
	"fiel/sms/twilio/fake"
)

// The test binary is also the process that gets killed.
func TestMain(m *testing.M) {
	if os.Getenv("FIEL_TEST_WORKER") != "" {
		os.Exit(workUntilKilled())
	}
	os.Exit(m.Run())
}

// workUntilKilled sends from the database it is told, by a clock that is ahead of the machine's.
func workUntilKilled() int {
	ahead, _ := time.ParseDuration(os.Getenv("FIEL_TEST_AHEAD"))
	clock := func() time.Time { return time.Now().Add(ahead) }
	log := slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError}))
	d, err := db.Open(context.Background(), os.Getenv("FIEL_TEST_WORKER"), db.Options{Clock: clock, Log: log})
	if err != nil {
		log.Error("open", "error", err)
		return 1
	}
	client, err := twilio.New(twilio.Config{
		AccountSID: fake.AccountSID, Token: fake.Token, From: fake.Number, BaseURL: os.Getenv("FIEL_TEST_API"),
		PublicURL: os.Getenv("FIEL_TEST_PUBLIC"),
	})
	if err != nil {
		log.Error("client", "error", err)
		return 1
	}
	w := &sms.Worker{DB: d, Clock: clock, Log: log, Providers: func(sms.Sender) (sms.Provider, error) { return client, nil }}
	if err := w.Run(context.Background()); err != nil {
		log.Error("run", "error", err)
	}
	return 0
}

// A blast through a provider that cuts, slows down and fails, while the process is killed with SIGKILL ten times: no text leaves twice,
// no more are lost than were on the wire, and each of those is shown as unproven. The provider's journal says what left.
func TestKilledTenTimes(t *testing.T) {
	t.Parallel()
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(dialect.String(), func(t *testing.T) {
			t.Parallel()
			killTenTimes(t, dialect)
		})
	}
}

// afterLease is how much later each process starts: leases are over by then. It is no later than that, since a request that was on its way
// when its process was killed must still reach the provider within the time that its list is searched for, 135 s from the claim, also
// where the machine is busy.
const afterLease = 2*time.Minute + 3*time.Second

func killTenTimes(t *testing.T, dialect db.Dialect) {
	const texts, kills = 1000, 10
	var ahead atomic.Int64 // of the machine's clock, for all processes
	ahead.Store(int64(time.Until(nextNoon())))
	clock := func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	url := dbtest.URL(t, dialect, true)
	d := dbtest.Open(t, url, dbtest.Options(func(o *db.Options) { o.Clock = clock }))
	w := wire(t, d, fake.Faults{}, fake.Options{Seed: 3, Now: clock})
	w.blast(texts)
	w.exec("UPDATE senders SET pace = 0")
	public := statusServer(t, d)
	w.client = newClientTo(t, w.fake.URL(), public)
	w.fake.Set(fake.Faults{
		TooMany: 0.01, Unavailable: 0.02, Broken: 0.02, Reset: 0.02, Cut: 0.03, Truncated: 0.02, HTML: 0.01,
		Callbacks: fake.Callbacks{Lost: 0.3, Twice: 0.2, Reversed: 0.2, Early: 0.2},
	})
	random := rand.New(rand.NewPCG(1, 2))
	for range kills {
		kill(t, url, w.fake.URL(), public, time.Duration(ahead.Load()), time.Duration(100+random.IntN(250))*time.Millisecond)
		ahead.Add(int64(afterLease))
	}
	left := len(w.fake.Journal())
	if left == 0 || left == texts {
		t.Logf("the kills came at the wrong time: %d of %d had left", left, texts)
	}
	w.fake.Set(fake.Faults{})
	w.finish(&ahead)
	w.judge(texts, kills)
}

func nextNoon() time.Time {
	now := time.Now().UTC()
	return time.Date(now.Year(), now.Month(), now.Day()+1, 18, 0, 0, 0, time.UTC)
}

// statusServer takes in the status callbacks, in this process and not in the one that is killed.
func statusServer(t *testing.T, d *db.DB) (address string) {
	t.Helper()
	hook := &twilio.StatusWebhook{
		Accounts: func(string) (string, bool) { return fake.Token, true },
		Settle:   sms.Settler{DB: d}.Settle, Log: slog.New(slog.DiscardHandler),
	}
	server := httptest.NewServer(hook)
	t.Cleanup(server.Close)
	hook.Base = server.URL
	return server.URL
}

// kill runs a worker in a process of its own and kills it after a while.
func kill(t *testing.T, url, api, public string, ahead, after time.Duration) {
	t.Helper()
	worker := exec.CommandContext(t.Context(), os.Args[0])
	worker.Env = append(os.Environ(), "FIEL_TEST_WORKER="+url, "FIEL_TEST_AHEAD="+ahead.String(), "FIEL_TEST_API="+api, "FIEL_TEST_PUBLIC="+public)
	worker.Stderr = os.Stderr
	if err := worker.Start(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(after)
	if err := worker.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	if state, err := worker.Process.Wait(); err == nil && state.Exited() {
		t.Fatalf("the worker ended by itself: %s", state)
	}
}

// finish runs a worker here until every text has come to its end, letting the time of the look-ups pass quickly.
func (w *wired) finish(ahead *atomic.Int64) {
	w.t.Helper()
	ctx, stop := context.WithCancel(w.t.Context())
	defer stop()
	clock := func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }
	worker := &sms.Worker{DB: w.d, Clock: clock, Providers: func(sms.Sender) (sms.Provider, error) { return w.client, nil }}
	ended := make(chan error, 1)
	go func() { ended <- worker.Run(ctx) }()
	for begun := time.Now(); w.count("state IN ('queued', 'sending')") > 0 && time.Since(begun) < time.Minute; {
		time.Sleep(20 * time.Millisecond)
	}
	ahead.Add(int64(20 * time.Minute))
	for begun := time.Now(); w.count("state IN ('sending', 'unknown')") > 0 && time.Since(begun) < time.Minute; {
		w.exec("UPDATE senders SET callback_at = " + strconv.FormatInt(clock().UnixMilli(), 10))
		time.Sleep(300 * time.Millisecond)
		ahead.Add(int64(20 * time.Second))
	}
	stop()
	if err := <-ended; err != nil {
		w.t.Error(err)
	}
}

func (w *wired) count(where string) (n int) {
	w.t.Helper()
	err := w.d.Read(w.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		return tx.QueryRowContext(ctx, "SELECT COUNT(*) FROM messages WHERE "+where).Scan(&n)
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return n
}

// judge compares the rows with the journal.
func (w *wired) judge(texts, kills int) {
	w.t.Helper()
	sids := map[int64]string{}
	for _, m := range w.fake.Journal() {
		if sids[m.MessageID] != "" {
			w.t.Errorf("text %d left twice: %s and %s", m.MessageID, sids[m.MessageID], m.SID)
		}
		sids[m.MessageID] = m.SID
	}
	unproven := w.count("state = 'unproven'")
	known := w.count("state IN ('sent', 'delivered') AND sid <> ''")
	if open := w.count("state NOT IN ('sent', 'delivered', 'unproven')"); open > 0 {
		w.t.Errorf("%d texts have not come to an end", open)
	}
	if known != len(sids) || known+unproven != texts {
		w.t.Errorf("of %d texts %d left, %d are known to have, %d are unproven", texts, len(sids), known, unproven)
	}
	// Besides what a kill caught on the wire, the provider itself lost some: it answered 500 or reset without accepting.
	failed := int(w.fake.Stats().Posts) - len(sids)
	if unproven > kills*sms.Connections+failed {
		w.t.Errorf("%d texts are lost, at most %d were on the wire when the process was killed and %d met a failing provider",
			unproven, kills*sms.Connections, failed)
	}
	w.t.Logf("%d left, %d unproven, %d posts", len(sids), unproven, w.fake.Stats().Posts)
}
