package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"fiel/campaigns"
	"fiel/db"
	"fiel/members"
	"fiel/sms"
	"fiel/sms/twilio"
	"fiel/sms/twilio/fake"
)

const benchNumber = "+5115550100"

// stage is a shop that serves on loopback and texts through a fake Twilio on loopback.
type stage struct {
	*cafe
	house *house
	fake  *fake.Server
	stop  context.CancelFunc
	ended chan error
}

func (b *bench) stage(name string, n int, pace int64) (*stage, error) {
	c, err := b.open(name, n, db.Options{})
	if err != nil {
		return nil, err
	}
	twin, err := fake.Start(fake.Options{Number: benchNumber})
	if err != nil {
		return nil, err
	}
	twin.Set(fake.Faults{Callbacks: fake.Callbacks{Off: true}})
	a := *b.app
	if err := (&demoCmd{Addr: "127.0.0.1:0"}).settle(&a, b.dir); err != nil {
		return nil, err
	}
	a.clock = c.clock.Now
	a.TwilioAccountSID, a.TwilioAuthToken, a.TwilioFrom, a.TwilioBaseURL = fake.AccountSID, fake.Token, benchNumber, twin.URL()
	a.TwilioReplyVia, a.TwilioPace = sms.ViaTwiML, pace
	if err := a.bind(c.db); err != nil {
		return nil, err
	}
	s := &stage{cafe: c, fake: twin, ended: make(chan error, 1)}
	if s.house, err = newHouse(&a, c.db, c.key, a.providers(c.key)); err != nil {
		return nil, err
	}
	a.ctx, s.stop = context.WithCancel(b.app.ctx)
	go func() { s.ended <- s.house.run(a.ctx, nil) }()
	return s, s.awake()
}

// awake waits until the shop answers.
func (s *stage) awake() error {
	for range 200 {
		if res, err := http.Get(s.house.app.publicURL() + "/readyz"); err == nil {
			res.Body.Close()
			return nil
		}
		time.Sleep(5 * time.Millisecond)
	}
	return db.Errorf(db.Refused, "the shop of the benchmark does not answer")
}

func (s *stage) close() error {
	s.stop()
	return errors.Join(<-s.ended, s.fake.Close(), s.db.Close())
}

// blasts measures one blast at full speed while somebody asks for their points, and short ones at the pace of real numbers.
func (b *bench) blasts() error {
	b.step("posts without a database")
	bare, err := b.bare()
	if err != nil {
		return err
	}
	b.step("a blast that waits in the outbox")
	queued, err := b.queued()
	if err != nil {
		return err
	}
	b.found(figure{fmt.Sprintf("%d waiting texts sent, over the same posts without a database", b.Members), queued / bare, "x", "at least 0.55", fmt.Sprintf("%.0f/s over %.0f/s", queued, bare)})
	b.step("a blast, from the start command")
	s, err := b.stage("blast", b.Members, 0)
	if err != nil {
		return err
	}
	blast, first, asked, err := s.blast(b.app.ctx, b.Members)
	if err = errors.Join(err, s.close()); err != nil {
		return err
	}
	b.found(figure{"the same, with counting and planning them since the start command", blast / bare, "x", "", fmt.Sprintf("%.0f/s", blast)})
	b.found(figure{"first text out after the start command", float64(first.Microseconds()) / 1000, "ms", "under 250", ""})
	b.found(figure{"text in (SALDO) p99 during the blast", float64(percentile(asked, 0.99).Microseconds()) / 1000, "ms", "under 50", fmt.Sprintf("%d asked", len(asked))})
	b.step("a blast at the pace of a number")
	for _, pace := range []int64{1, 10} {
		if err := b.paced(pace); err != nil {
			return err
		}
	}
	return nil
}

// queued plans a blast while its sender is stopped, and then says how many texts a second left.
func (b *bench) queued() (perSecond float64, err error) {
	s, err := b.stage("queued", b.Members, 0)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, s.close()) }()
	ctx := sms.WithWaker(b.app.ctx, s.house.worker.Wake)
	c, service, err := s.draft(ctx)
	if err != nil {
		return 0, err
	}
	if err := s.turn(ctx, func(ctx context.Context, tx *db.Tx, sender int64) error {
		return sms.HaltSender(ctx, tx, sender, "bench")
	}); err != nil {
		return 0, err
	}
	if _, err := service.Start(ctx, members.Act{Actor: "system", Door: "cli"}, s.program.ID, c.ID, int64(b.Members)); err != nil {
		return 0, err
	}
	begun := time.Now()
	if err := s.turn(ctx, sms.ResumeSender); err != nil {
		return 0, err
	}
	return s.leave(b.Members, begun)
}

// turn stops the sender or lets it go on.
func (s *stage) turn(ctx context.Context, f func(context.Context, *db.Tx, int64) error) error {
	return s.db.Write(ctx, db.Interactive, func(ctx context.Context, tx *db.Tx) error {
		sender, err := sms.DefaultSender(ctx, tx, s.program.ID)
		if err != nil {
			return err
		}
		return f(ctx, tx, sender.ID)
	})
}

// leave waits until n texts have left and says how many that were a second.
func (s *stage) leave(n int, begun time.Time) (perSecond float64, err error) {
	accepted := &s.house.worker.Stats.Accepted
	for accepted.Load() < int64(n) {
		if time.Since(begun) > 2*time.Minute {
			return 0, db.Errorf(db.Refused, "%d of %d texts left within two minutes", accepted.Load(), n)
		}
		time.Sleep(time.Millisecond)
	}
	return float64(n) / time.Since(begun).Seconds(), nil
}

// bare posts as many texts with as many connections and says how many a second were accepted.
func (b *bench) bare() (float64, error) {
	twin, err := fake.Start(fake.Options{Number: benchNumber})
	if err != nil {
		return 0, err
	}
	defer twin.Close()
	twin.Set(fake.Faults{Callbacks: fake.Callbacks{Off: true}})
	client, err := twilio.New(twilio.Config{AccountSID: fake.AccountSID, Token: fake.Token, From: benchNumber, BaseURL: twin.URL(), PublicURL: "http://127.0.0.1"})
	if err != nil {
		return 0, err
	}
	defer client.Close()
	var next, failed atomic.Int64
	var all sync.WaitGroup
	begun := time.Now()
	for range sms.Connections {
		all.Go(func() {
			for i := next.Add(1); i <= int64(b.Members); i = next.Add(1) {
				out := client.Send(b.app.ctx, sms.Outgoing{MessageID: i, Attempt: "bench", To: crowdPhone(int(i) - 1).E164(), Body: blastWords, Validity: time.Hour})
				if out.Result != sms.Accepted {
					failed.Add(1)
				}
			}
		})
	}
	all.Wait()
	if failed.Load() > 0 {
		return 0, db.Errorf(db.Refused, "%d posts failed", failed.Load())
	}
	return float64(b.Members) / time.Since(begun).Seconds(), nil
}

const blastWords = "Cafe Flor: 20% en todo, hoy hasta las 18:00, Rosa. BAJA para salir"

// blast starts a blast and asks for a balance all the while. It says how many texts a second left, when the first one did, and how
// long the answers took.
func (s *stage) blast(ctx context.Context, n int) (perSecond float64, first time.Duration, asked []time.Duration, err error) {
	c, service, err := s.draft(ctx)
	if err != nil {
		return 0, 0, nil, err
	}
	asking, enough := context.WithCancel(ctx)
	answers := make(chan []time.Duration, 1)
	go func() { answers <- s.ask(asking) }()
	time.Sleep(200 * time.Millisecond)
	begun := time.Now()
	started := make(chan error, 1)
	go func() {
		_, err := service.Start(sms.WithWaker(ctx, s.house.worker.Wake), members.Act{Actor: "system", Door: "cli"}, s.program.ID, c.ID, int64(n))
		started <- err
	}()
	if _, err = s.leave(1, begun); err == nil {
		first = time.Since(begun)
		perSecond, err = s.leave(n, begun)
	}
	enough()
	return perSecond, first, <-answers, errors.Join(err, <-started)
}

// draft makes a blast to everybody. Its words need no hours: the benchmark runs at any time of day.
func (s *stage) draft(ctx context.Context) (campaigns.Campaign, *campaigns.Service, error) {
	service, none := s.house.calendar, int64(0)
	s.clock.Set(noon(s.program))
	c, err := service.Add(ctx, members.Act{Actor: "system", Door: "cli"}, s.program.ID, campaigns.NewCampaign{
		Recipe: "blast", Words: map[string]string{"es": blastWords}, Holdout: &none,
	})
	return c, service, err
}

// noon is an hour at which everybody may be texted.
func noon(p members.Program) time.Time {
	now := time.Now().In(p.Location())
	return time.Date(now.Year(), now.Month(), now.Day(), 12, 0, 0, 0, p.Location())
}

// ask texts SALDO through the signed door, some hundred times a second, until the context ends.
func (s *stage) ask(ctx context.Context) []time.Duration {
	var samples []time.Duration
	address := s.house.app.publicURL() + twilio.InboundPath
	for i := 0; ctx.Err() == nil; i++ {
		form := url.Values{
			"MessageSid": {newSID()}, "AccountSid": {fake.AccountSID}, "From": {crowdPhone(i % 1000).E164()}, "To": {benchNumber}, "Body": {"SALDO"},
		}
		r, err := http.NewRequest(http.MethodPost, address, strings.NewReader(form.Encode()))
		if err != nil {
			return samples
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("X-Twilio-Signature", twilio.Sign(fake.Token, address, form))
		begun := time.Now()
		res, err := http.DefaultClient.Do(r)
		if err != nil {
			return samples
		}
		res.Body.Close()
		samples = append(samples, time.Since(begun))
		time.Sleep(5 * time.Millisecond)
	}
	return samples
}

// paced sends for ten seconds at a number's pace and compares with what that pace allows.
func (b *bench) paced(pace int64) error {
	const seconds = 10
	n := int(pace * seconds)
	s, err := b.stage(fmt.Sprint("pace", pace), n, pace)
	if err != nil {
		return err
	}
	c, service, err := s.draft(b.app.ctx)
	begun := time.Now()
	if err == nil {
		_, err = service.Start(sms.WithWaker(b.app.ctx, s.house.worker.Wake), members.Act{Actor: "system", Door: "cli"}, s.program.ID, c.ID, int64(n))
	}
	accepted := &s.house.worker.Stats.Accepted
	for err == nil && accepted.Load() < int64(n) && time.Since(begun) < 3*seconds*time.Second {
		time.Sleep(5 * time.Millisecond)
	}
	took := time.Since(begun).Seconds()
	if err = errors.Join(err, s.close()); err != nil {
		return err
	}
	rate := float64(accepted.Load()-1) / took // the first leaves at once: the pace is between them
	b.found(figure{fmt.Sprintf("texts a second at a pace of %d, over the pace", pace), rate / float64(pace), "x", "at most 1 and little less", fmt.Sprintf("%d texts in %.1f s", accepted.Load(), took)})
	return nil
}
