package sms_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"fiel/db"
	"fiel/db/dbtest"
	"fiel/members"
	"fiel/sms"
	"fiel/sms/twilio"
	"fiel/sms/twilio/fake"
)

// wired is a shop that sends through a fake Twilio on the loopback address.
type wired struct {
	t      testing.TB
	d      *db.DB
	fake   *fake.Server
	client *twilio.Client
	key    members.Key
	p      members.Program
	s      sms.Sender
}

// wire gives a database a shop without a pace, open around the clock.
func wire(t testing.TB, d *db.DB, faults fake.Faults, options fake.Options) *wired {
	t.Helper()
	f, err := fake.Start(options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	f.Set(faults)
	w := &wired{t: t, d: d, fake: f, client: newClientTo(t, f.URL(), "http://127.0.0.1:1"), key: members.NewKey()}
	w.write(func(ctx context.Context, tx *db.Tx) (err error) {
		w.p, w.s, err = newShop(ctx, tx, w.key)
		return err
	})
	return w
}

func newClientTo(t testing.TB, base, public string) *twilio.Client {
	t.Helper()
	c, err := twilio.New(twilio.Config{
		AccountSID: fake.AccountSID, Token: fake.Token, From: fake.Number, BaseURL: base, PublicURL: public,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func newShop(ctx context.Context, tx *db.Tx, key members.Key) (p members.Program, s sms.Sender, err error) {
	p, err = members.CreateProgram(ctx, tx, members.NewProgram{
		Name: "Cafe Sol", Country: "MX", Currency: "MXN", Zone: "America/Mexico_City", Language: "es",
	})
	if err != nil {
		return p, s, err
	}
	_, err = tx.ExecContext(ctx, "UPDATE programs SET quiet_from = 0, quiet_until = 1440, parts_per_day = 1000000 WHERE id = $1", p.ID)
	if err != nil {
		return p, s, err
	}
	if p, err = members.ProgramByID(ctx, tx, p.ID); err != nil {
		return p, s, err
	}
	s, err = sms.AddSender(ctx, tx, key, p.ID, sms.Address{AccountSID: fake.AccountSID, Token: fake.Token, Number: fake.Number})
	return p, s, err
}

func (w *wired) write(f func(context.Context, *db.Tx) error) {
	w.t.Helper()
	if err := w.d.Write(w.t.Context(), db.Bulk, f); err != nil {
		w.t.Fatal(err)
	}
}

// blast queues n promotions, each to a member of its own.
func (w *wired) blast(n int) {
	w.t.Helper()
	for from := 0; from < n; from += 500 {
		w.write(func(ctx context.Context, tx *db.Tx) error {
			for i := from; i < min(from+500, n); i++ {
				if err := queuePromotion(ctx, tx, w.key, w.p, w.s, i); err != nil {
					return err
				}
			}
			return nil
		})
	}
}

func queuePromotion(ctx context.Context, tx *db.Tx, key members.Key, p members.Program, s sms.Sender, i int) error {
	phone := members.Phone(fmt.Sprintf("+5255%08d", 10000000+i))
	hash := key.Hash(phone)
	if _, err := members.Touch(ctx, tx, p.ID, hash); err != nil {
		return err
	}
	m, _, err := members.Join(ctx, tx, p, members.Joining{Phone: phone, Hash: hash, WroteFirst: true})
	if err != nil {
		return err
	}
	m, err = members.Agree(ctx, tx, m, members.Declaration{Kind: members.ServiceTexts, Given: true, Door: "text"},
		members.Declaration{Kind: members.MarketingTexts, Given: true, Door: "text"})
	if err != nil {
		return err
	}
	_, err = sms.Enqueue(ctx, tx, sms.Draft{
		Program: p, Member: m, Sender: s.ID, Class: sms.Marketing, Topic: "flash", Run: 7, Once: "run:7",
		Body: fmt.Sprintf("Cafe Sol: %d, hoy 2x1 en capuchino hasta las 18:00. Muestra este texto. BAJA para no recibir mas.", i),
	})
	return err
}

// run works until all n texts are accepted, and returns how long that took.
func (w *wired) run(n int64, worker *sms.Worker) time.Duration {
	w.t.Helper()
	ctx, stop := context.WithCancel(w.t.Context())
	var done sync.WaitGroup
	begun := time.Now()
	done.Go(func() {
		if err := worker.Run(ctx); err != nil {
			w.t.Error(err)
		}
	})
	for worker.Stats.Accepted.Load() < n && time.Since(begun) < time.Minute {
		time.Sleep(time.Millisecond)
	}
	took := time.Since(begun)
	stop()
	done.Wait()
	return took
}

// atNoon is the clock of the tests: it goes on from noon in Mexico.
func atNoon() func() time.Time {
	begun := time.Now()
	noon := time.Date(2027, time.March, 5, 18, 0, 0, 0, time.UTC)
	return func() time.Time { return noon.Add(time.Since(begun)) }
}

// bare posts n texts over as many connections without a database.
func (w *wired) bare(n int) time.Duration {
	var next atomic.Int64
	var posting sync.WaitGroup
	begun := time.Now()
	for range sms.Connections {
		posting.Go(func() {
			for i := next.Add(1); i <= int64(n); i = next.Add(1) {
				out := w.client.Send(context.Background(), sms.Outgoing{
					MessageID: i, Attempt: fmt.Sprintf("%032x", i), To: fmt.Sprintf("+5255%08d", 10000000+i), Validity: time.Hour,
					Body: "Cafe Sol: hoy 2x1 en capuchino hasta las 18:00. Muestra este texto. BAJA para no recibir mas.",
				})
				if out.Result != sms.Accepted {
					w.t.Errorf("not accepted: %+v", out)
					return
				}
			}
		})
	}
	posting.Wait()
	return time.Since(begun)
}

// BenchmarkBlast is a blast of 10,000 against the same posts without a database.
func BenchmarkBlast(b *testing.B) {
	const n = 10_000
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		b.Run(dialect.String(), func(b *testing.B) {
			for b.Loop() {
				clock := atNoon()
				d := dbtest.New(b, dialect, func(o *db.Options) { o.Clock = clock })
				w := wire(b, d, fake.Faults{Callbacks: fake.Callbacks{Off: true}}, fake.Options{Seed: 1})
				w.bare(1000) // connections and caches
				w.blast(n)
				w.exec("UPDATE senders SET pace = 0")
				worker := &sms.Worker{DB: d, Clock: clock, Providers: func(sms.Sender) (sms.Provider, error) { return w.client, nil }}
				start := cpu()
				sent := w.run(n, worker)
				between := cpu()
				bare := w.bare(n)
				b.ReportMetric(float64(n)/sent.Seconds(), "texts/s")
				b.ReportMetric(float64(n)/bare.Seconds(), "bare/s")
				b.ReportMetric(bare.Seconds()/sent.Seconds(), "ratio")
				// On a busy machine the time of the processor says more. That of PostgreSQL's own processes is not in it.
				b.ReportMetric((cpu()-between).Seconds()/(between-start).Seconds(), "cpu-ratio")
			}
		})
	}
}

// cpu is the processor's time this process has used.
func cpu() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func (w *wired) exec(query string, args ...any) {
	w.t.Helper()
	w.write(func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.ExecContext(ctx, query, args...)
		return err
	})
}
