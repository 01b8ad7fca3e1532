package main

import (
	"bufio"
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/schollz/progressbar/v3"

	"fiel/campaigns"
	"fiel/db"
	"fiel/members"
	"fiel/sms"
	"fiel/sms/simulator"
)

type demoCmd struct {
	Addr string `help:"Where the page is served; loopback only, since it asks nobody who they are." default:"127.0.0.1:8080" placeholder:"ADDR"`
	Seed uint64 `help:"Another café: other people, other purchases." default:"1"`
}

const (
	demoAccount = "ACde300000000000000000000000000000"
	demoNumber  = "+5115550100"
	demoPhone   = "+51987654321"
)

// Run makes a café that has been open for three months, in a folder that is removed afterwards, and serves it.
func (c *demoCmd) Run(a *App) error {
	dir, err := os.MkdirTemp("", "fiel-demo-")
	if err != nil {
		return db.Errorf(db.Refused, "no temporary folder for the demo: %w", err)
	}
	defer os.RemoveAll(dir)
	if err := c.settle(a, dir); err != nil {
		return err
	}
	clock := new(demoClock)
	a.clock, a.log = clock.Now, newLog(a.Err, slog.LevelError)
	d, err := db.Open(a.ctx, a.Database, db.Options{Clock: a.clock, Log: a.log})
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Migrate(a.ctx); err != nil {
		return err
	}
	shop := &cafe{db: d, key: members.NewKey(), clock: clock, dice: rand.New(rand.NewPCG(c.Seed, 1))}
	if err := c.open(a, shop); err != nil {
		return err
	}
	return c.serve(a, shop)
}

// settle gives the demo settings of its own: nothing of the environment reaches it.
func (c *demoCmd) settle(a *App, dir string) error {
	host, _, err := net.SplitHostPort(c.Addr)
	if ip := net.ParseIP(host); err != nil || host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return db.Errorf(db.Invalid, "the demo is served on loopback only, such as 127.0.0.1:8080: its page asks nobody who they are")
	}
	free, err := net.Listen("tcp", c.Addr)
	if err != nil {
		if free, err = net.Listen("tcp", net.JoinHostPort(host, "0")); err != nil {
			return db.Errorf(db.Refused, "cannot listen on %s: %w", host, err)
		}
	}
	addr := free.Addr().String()
	free.Close()
	a.Settings = Settings{Database: filepath.Join(dir, "demo.db"), Listen: addr, PublicURL: "http://" + addr, TwilioAccountSID: demoAccount}
	return nil
}

// open lets three months pass.
func (c *demoCmd) open(a *App, shop *cafe) error {
	bar := progressbar.NewOptions(-1, progressbar.OptionSetWriter(a.Err), progressbar.OptionSetDescription("Three months at Cafe Flor"),
		progressbar.OptionSetVisibility(isTerminal(a.Err)), progressbar.OptionClearOnFinish(), progressbar.OptionThrottle(100*time.Millisecond))
	defer bar.Finish()                    //nolint:errcheck // only drawing
	shop.progress = func() { bar.Add(1) } //nolint:errcheck // only drawing
	now := time.Now()
	shop.clock.Set(now.AddDate(0, 0, -demoDays))
	if err := shop.found(a.ctx); err != nil {
		return err
	}
	if err := shop.live(a.ctx, now); err != nil {
		return err
	}
	return shop.plan(a.ctx)
}

// plan starts the greetings and the flash sale.
func (c *cafe) plan(ctx context.Context) error {
	gift := func(text string) campaigns.Offer {
		return campaigns.Offer{Text: map[string]string{"es": text}, Kind: "item"}
	}
	return c.db.Write(ctx, db.Interactive, func(ctx context.Context, tx *db.Tx) error {
		for _, n := range []campaigns.NewCampaign{
			{Recipe: "birthday", Offer: gift("un postre")},
			{Recipe: "anniversary", Offer: gift("un cafe")},
			{Recipe: "lapsed", Offer: gift("2x1 en cafes")},
			{Recipe: "flash", Offer: campaigns.Offer{Text: map[string]string{"es": "20% en todo"}}},
		} {
			added, err := campaigns.Add(ctx, tx, c.program, n)
			if err != nil {
				return err
			}
			if _, _, err := campaigns.Start(ctx, tx, c.program, added.ID); err != nil {
				return err
			}
		}
		_, err := sms.BindEnvSender(ctx, tx, c.program.ID, sms.Address{AccountSID: demoAccount, Number: demoNumber})
		return err
	})
}

// serve shows the café in the browser and the conversation on the terminal, until somebody has seen enough.
func (c *demoCmd) serve(a *App, shop *cafe) error {
	phone := simulator.New(demoAccount, demoNumber, a.clock)
	h, err := newHouse(a, shop.db, shop.key, func(sms.Sender) (sms.Provider, error) { return phone, nil })
	if err != nil {
		return err
	}
	phone.Connect(h.box.Receive, sms.Settler{DB: shop.db}.Settle)
	h.demo = shop.page(h, phone)
	go phone.Run(a.ctx)
	go follow(a, phone)
	go typed(a, shop, phone)
	fmt.Fprintf(a.Out, `Cafe Flor has %d members and three months of purchases.

  http://%s   a phone in the browser

Or write here what %s texts: ALTA, SALDO, NIVEL, PREMIOS, CANJEAR 1, AMIGO, %s, BAJA. Ctrl-C ends it.
`, demoMembers, a.Listen, demoPhone, demoCode)
	return h.run(a.ctx, nil)
}

// typed sends the lines of the terminal as texts from the demo's phone.
func typed(a *App, shop *cafe, phone *simulator.Simulator) {
	lines := bufio.NewScanner(a.In)
	for lines.Scan() && a.ctx.Err() == nil {
		if lines.Text() == "" {
			continue
		}
		if err := shop.text(a.ctx, phone, demoPhone, lines.Text()); err != nil {
			fmt.Fprintln(a.Err, "fiel:", err)
		}
	}
}

// follow prints what the demo's phone gets.
func follow(a *App, phone *simulator.Simulator) {
	seen := int64(0)
	for {
		changed := phone.Changed()
		for _, line := range phone.Thread(demoPhone, seen) {
			mark := "<"
			if line.ToShop {
				mark = ">"
			}
			fmt.Fprintf(a.Out, "%s %s\n", mark, line.Body)
			seen = line.N
		}
		select {
		case <-changed:
		case <-a.ctx.Done():
			return
		}
	}
}
