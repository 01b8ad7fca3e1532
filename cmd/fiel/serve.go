package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/robfig/cron/v3"

	"fiel/campaigns"
	"fiel/db"
	"fiel/members"
	"fiel/pos"
	"fiel/pos/standard"
	"fiel/sms"
	"fiel/sms/inbox"
	"fiel/sms/twilio"
	"fiel/web"
)

type serveCmd struct{}

// Run serves until the context ends, and then stops in order within 20 seconds.
func (c *serveCmd) Run(a *App) error {
	if s := a.lookAtURL(); !s.OK {
		return db.Errorf(db.Invalid, "%s", s.Mend)
	}
	if s := a.lookAtTwilio(); !s.OK {
		return db.Errorf(db.Invalid, "%s", s.Mend)
	}
	if _, err := a.proxies(); err != nil {
		return err
	}
	broken := make(chan error, 1)
	d, err := a.openOr(func(err error) {
		select {
		case broken <- err:
		default:
		}
	})
	if err != nil {
		return err
	}
	defer d.Close()
	key, err := a.key(d)
	if err != nil {
		return err
	}
	if err := a.bind(d); err != nil {
		return err
	}
	h, err := newHouse(a, d, key, a.providers(key))
	if err != nil {
		return err
	}
	return h.run(a.ctx, broken)
}

// bind writes the account and number this process was started with into the sender that reads them from it.
func (a *App) bind(d *db.DB) error {
	return d.Write(a.ctx, db.Interactive, func(ctx context.Context, tx *db.Tx) error {
		if err := members.SetPublicURL(ctx, tx, a.PublicURL); err != nil {
			return err
		}
		return sms.BindEnv(ctx, tx, sms.Address{
			AccountSID: a.TwilioAccountSID, Token: a.TwilioAuthToken, Number: a.TwilioFrom, ServiceSID: a.TwilioServiceSID,
			ReplyVia: a.TwilioReplyVia, Pace: a.TwilioPace, Region: region(a.TwilioReplyVia),
		})
	})
}

// region is where replies in the webhook's answer work; elsewhere they go by REST.
func region(replyVia string) string {
	if replyVia == sms.ViaREST {
		return "other"
	}
	return "us1"
}

// providers reaches Twilio for a sender: with the process's own account, or the one whose token is sealed in its row.
func (a *App) providers(key members.Key) func(sms.Sender) (sms.Provider, error) {
	return func(s sms.Sender) (sms.Provider, error) {
		config := a.twilioConfig()
		if s.Source == sms.FromRow {
			token, err := s.OpenToken(key)
			if err != nil {
				return nil, err
			}
			config.AccountSID, config.Token, config.From, config.ServiceSID = s.AccountSID, token, s.Number, s.ServiceSID
		}
		return twilio.New(config)
	}
}

// consentLists reaches the consent list of a sender's account; Twilio alone has one.
func consentLists(providers func(sms.Sender) (sms.Provider, error)) func(sms.Sender) (sms.Declare, error) {
	return func(s sms.Sender) (sms.Declare, error) {
		provider, err := providers(s)
		if err != nil {
			return nil, err
		}
		client, ok := provider.(*twilio.Client)
		if !ok {
			return nil, db.Errorf(db.Refused, "the provider of sender %d keeps no consent list", s.ID)
		}
		return client.Declare, nil
	}
}

// house is everything that runs under serve, and under the demo and the bench.
type house struct {
	app       *App
	db        *db.DB
	key       members.Key
	box       *inbox.Inbox
	desk      *pos.Service
	worker    *sms.Worker
	pusher    *sms.Pusher
	calendar  *campaigns.Service
	clicks    *campaigns.Clicks
	metrics   *web.Metrics
	stopping  atomic.Bool
	blankings map[int64]blanking // by program; the tick's alone
	demo      *web.Demo
}

func newHouse(a *App, d *db.DB, key members.Key, providers func(sms.Sender) (sms.Provider, error)) (*house, error) {
	box, err := a.inbox(d, key)
	if err != nil {
		return nil, err
	}
	h := &house{
		app: a, db: d, key: key, box: box, desk: &pos.Service{DB: d, Key: key}, clicks: &campaigns.Clicks{DB: d}, metrics: web.NewMetrics(), blankings: map[int64]blanking{},
		calendar: &campaigns.Service{DB: d, Log: a.log},
		worker:   &sms.Worker{DB: d, Providers: providers, Clock: a.clock, Log: a.log},
	}
	h.pusher = &sms.Pusher{DB: d, Lists: consentLists(providers), Log: a.log}
	s := &h.worker.Stats
	for name, n := range map[string]*atomic.Int64{
		"accepted": &s.Accepted, "not_sent": &s.NotSent, "rejected": &s.Rejected, "unknown": &s.Unknown, "found": &s.Found, "unproven": &s.Unproven, "resent": &s.Resent,
	} {
		h.metrics.Texts(name, n.Load)
	}
	return h, nil
}

// routes is what this house serves.
func (h *house) routes() http.Handler {
	a := h.app
	settler := sms.Settler{DB: h.db}
	proxies, _ := a.proxies() // serve has looked at them; the demo and the bench stand behind none
	return web.Routes(web.Doors{
		Text:     &twilio.Webhook{Base: a.publicURL(), Accounts: h.account, Receive: h.box.Receive, Log: a.log},
		Status:   &twilio.StatusWebhook{Base: a.publicURL(), Accounts: h.account, Settle: settler.Settle, Log: a.log},
		Standard: &standard.Webhook{Service: h.desk, Clock: a.clock, Log: a.log},
		Ready:    h.ready, MyData: h.myData, Links: h.clicks.Follow, Demo: h.demo, Metrics: h.metrics, Log: a.log, Proxies: proxies,
	})
}

// account is the token that webhooks of an account of ours are signed with: of the environment's, or of a sender that holds its own.
func (h *house) account(account string) (token string, ok bool) {
	if token, ok = h.app.envAccount(account); ok {
		return token, ok
	}
	err := h.db.Read(context.WithoutCancel(h.app.ctx), func(ctx context.Context, tx *db.Tx) (err error) { // also while it stops: callbacks still come
		token, err = sms.AccountToken(ctx, tx, h.key, account)
		return err
	})
	if err != nil {
		h.app.log.Error("the token of an account cannot be read", "error", err)
	}
	return token, err == nil && token != ""
}

// proxies are those whose X-Forwarded-For counts. A misspelt one is refused: silently, every client would be the proxy.
func (a *App) proxies() (list []*net.IPNet, err error) {
	for cidr := range strings.SplitSeq(a.TrustedProxies, ",") {
		if cidr = strings.TrimSpace(cidr); cidr == "" {
			continue
		}
		_, n, err := net.ParseCIDR(cidr)
		if err != nil {
			return nil, db.Errorf(db.Invalid, "%q in FIEL_TRUSTED_PROXIES is no network: write it like 10.0.0.0/8", cidr)
		}
		list = append(list, n)
	}
	return list, nil
}

func (h *house) ready(ctx context.Context) error {
	if h.stopping.Load() {
		return db.Errorf(db.Busy, "stopping")
	}
	return h.db.Ready(ctx)
}

// tick lets the calendar run up to now, and tidies what has been kept for its time.
func (h *house) tick(ctx context.Context) {
	if err := h.pass(ctx); err != nil && ctx.Err() == nil {
		h.app.log.Error("the calendar did not run", "error", err)
	}
}

// pass is one tick.
func (h *house) pass(ctx context.Context) error {
	return errors.Join(h.calendar.Tick(ctx, h.app.clock()), h.desk.Tidy(ctx), h.goRound(ctx), h.forget(ctx), h.clicks.Flush(ctx))
}

// run serves until the context ends or the database breaks, and then stops: no longer ready, no more ticks, no more claims, texts on
// the wire end, open requests end.
func (h *house) run(ctx context.Context, broken <-chan error) error {
	doors, err := h.listen()
	if err != nil {
		return err
	}
	work, stopWork := context.WithCancel(sms.WithWaker(context.WithoutCancel(ctx), h.worker.Wake))
	defer stopWork()
	doors.serve(work)
	worked := make(chan error, 1)
	go func() {
		var telling sync.WaitGroup
		telling.Go(func() { h.pusher.Run(work) })
		err := h.worker.Run(work)
		telling.Wait()
		worked <- err
	}()
	stopClock := h.startClock(work)
	h.app.log.Info("serving", "listen", doors.public.Addr().String(), "public", h.app.publicURL())

	select {
	case <-ctx.Done():
	case err = <-broken:
		err = db.Errorf(db.Internal, "the database is not safe to go on with: %w", err)
	case err = <-doors.failed:
	}
	h.stopping.Store(true)
	stopClock()
	stopWork()
	err = errors.Join(err, <-worked)
	doors.shut()
	err = errors.Join(err, h.clicks.Flush(context.WithoutCancel(ctx)))
	h.app.log.Info("stopped")
	return err
}

// startClock ticks now and at each full minute, one tick at a time. The function that it returns stops it and waits for the tick that
// is running.
func (h *house) startClock(ctx context.Context) (stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	c := cron.New(cron.WithLocation(time.UTC), cron.WithLogger(cron.DiscardLogger), cron.WithChain(cron.SkipIfStillRunning(cron.DiscardLogger)))
	id, err := c.AddFunc("* * * * *", func() { h.tick(ctx) })
	if err != nil {
		panic(err) // a constant
	}
	first := make(chan struct{})
	go func() {
		defer close(first)
		c.Entry(id).WrappedJob.Run()
	}()
	c.Start()
	return func() {
		cancel() // a tick that plans ten thousand texts goes on at the next start
		<-c.Stop().Done()
		<-first
	}
}

// doors are the open listeners: the public one, and one for metrics.
type doors struct {
	public, private net.Listener
	servers         []*http.Server
	failed          chan error
}

func (h *house) listen() (*doors, error) {
	d := &doors{failed: make(chan error, 2)}
	var err error
	if d.public, err = net.Listen("tcp", h.app.Listen); err != nil {
		return nil, db.Errorf(db.Refused, "cannot listen on %s: %w", h.app.Listen, err)
	}
	d.servers = append(d.servers, web.NewServer(h.routes(), h.app.log))
	if h.app.MetricsListen == "" {
		return d, nil
	}
	if d.private, err = net.Listen("tcp", h.app.MetricsListen); err != nil {
		d.public.Close()
		return nil, db.Errorf(db.Refused, "cannot listen on %s for metrics: %w", h.app.MetricsListen, err)
	}
	d.servers = append(d.servers, web.NewServer(h.metrics.Handler(), slog.New(slog.DiscardHandler)))
	return d, nil
}

// serve answers on the listeners; what a request queues wakes the worker.
func (d *doors) serve(ctx context.Context) {
	for i, l := range []net.Listener{d.public, d.private} {
		if l == nil {
			continue
		}
		s := d.servers[i]
		s.BaseContext = func(net.Listener) context.Context { return context.WithoutCancel(ctx) }
		go func() {
			if err := s.Serve(l); !errors.Is(err, http.ErrServerClosed) {
				d.failed <- fmt.Errorf("serving %s: %w", l.Addr(), err)
			}
		}()
	}
}

const shutLimit = 4 * time.Second // with the 16 seconds a worker takes at most, 20 in all

// shut lets open requests end and takes no new ones.
func (d *doors) shut() {
	ctx, cancel := context.WithTimeout(context.Background(), shutLimit)
	defer cancel()
	for _, s := range d.servers {
		if err := s.Shutdown(ctx); err != nil {
			s.Close()
		}
	}
}
