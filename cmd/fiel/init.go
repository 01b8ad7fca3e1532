package main

import (
	"bufio"
	"context"
	_ "embed"
	"fmt"
	"io"
	"strings"

	"fiel/db"
	"fiel/members"
	"fiel/pos"
	"fiel/rewards"
	"fiel/sms"
)

//go:embed countries.txt
var countries string

type initCmd struct {
	Name       string `help:"What texts call the shop, at most 20 letters." placeholder:"NAME"`
	Country    string `help:"Country of the shop: PE, MX, ES, US …" placeholder:"XX"`
	Currency   string `help:"Currency of its tills, from the country unless given." placeholder:"XXX"`
	Zone       string `help:"Time zone, from the country unless given." placeholder:"Area/City"`
	Language   string `help:"Language of texts until a member shows theirs, from the country unless given." placeholder:"es|en|fr|zh"`
	Contact    string `help:"Where a customer reaches a person." placeholder:"WHERE"`
	Store      string `help:"Name of the first store; the program's unless given." placeholder:"NAME"`
	Till       string `help:"Name of its first till." default:"Till 1"`
	Owner      string `help:"Name of the owner." placeholder:"NAME"`
	OwnerPhone string `help:"Phone of the owner." placeholder:"+…"`
	JoinBonus  int64  `help:"Points for joining." default:"0"`
	Hours      string `help:"When offers may leave, local time, within what the customer's country allows." default:"09:00-21:00" placeholder:"HH:MM-HH:MM"`
	Countries  string `help:"Further countries whose numbers may join." placeholder:"XX,YY"`
	Another    bool   `help:"Add a further program to a database that has one. It gets a sender of its own: fiel sender add."`
	Step       int64  `help:"One point for each of these, in minor units: 1000 is one point per 10.00." default:"1000"`
}

// made is what init tells, once.
type made struct {
	Program   int64  `json:"program"`
	Store     int64  `json:"store"`
	Owner     int64  `json:"owner"`
	Sender    int64  `json:"sender"`
	Till      int64  `json:"till"`
	Database  string `json:"database"`
	KeyFile   string `json:"key_file"`
	SMSURL    string `json:"sms_webhook"`
	TillURL   string `json:"till_webhook"`
	TillToken string `json:"till_secret"`
}

// Run makes everything a first text and a first purchase need, in one transaction.
func (c *initCmd) Run(a *App) error {
	if err := c.complete(a); err != nil {
		return err
	}
	key, err := c.keyFor(a)
	if err != nil {
		return err
	}
	d, err := db.Open(a.ctx, a.Database, db.Options{Clock: a.clock, Log: a.log})
	if err != nil {
		return err
	}
	defer d.Close()
	if err := d.Migrate(a.ctx); err != nil {
		return err
	}
	var m made
	err = d.Write(a.ctx, db.Interactive, func(ctx context.Context, tx *db.Tx) (err error) {
		m, err = c.create(ctx, tx, key)
		return err
	})
	if err != nil {
		return err
	}
	m.Database, m.KeyFile = safeURL(a.Database), a.KeyFile
	base := strings.TrimSuffix(a.PublicURL, "/")
	if base == "" {
		base = "https://YOUR-HOST"
	}
	m.SMSURL, m.TillURL = base+"/webhooks/twilio/sms", base+"/webhooks/standard/"+m.TillURL
	return a.answer(m, m.print)
}

// complete asks for what is missing when somebody is there to answer, and fills in what follows from the country.
func (c *initCmd) complete(a *App) error {
	ask := asker(a.Streams)
	ask(&c.Name, "Name of the shop, as texts say it")
	ask(&c.Country, "Country (PE, MX, ES, US …)")
	ask(&c.Owner, "Name of the owner")
	var missing []string
	for _, f := range []struct{ flag, value string }{{"--name", c.Name}, {"--country", c.Country}, {"--owner", c.Owner}} {
		if f.value == "" {
			missing = append(missing, f.flag)
		}
	}
	if len(missing) > 0 {
		return wrongCall("init needs %s", strings.Join(missing, ", "))
	}
	c.Country = strings.ToUpper(c.Country)
	for line := range strings.Lines(countries) {
		if f := strings.Fields(line); len(f) == 4 && f[0] == c.Country {
			orElse(&c.Currency, f[1])
			orElse(&c.Zone, f[2])
			orElse(&c.Language, f[3])
		}
	}
	orElse(&c.Language, "es")
	orElse(&c.Store, c.Name)
	return nil
}

func orElse(s *string, value string) {
	if *s == "" {
		*s = value
	}
}

// asker prompts for empty values on a terminal and does nothing elsewhere.
func asker(s Streams) func(*string, string) {
	if !isTerminal(s.In) {
		return func(*string, string) {}
	}
	in := bufio.NewReader(s.In)
	return func(value *string, question string) {
		if *value != "" {
			return
		}
		fmt.Fprintf(s.Err, "%s: ", question)
		line, _ := in.ReadString('\n')
		*value = strings.TrimSpace(line)
	}
}

// keyFor reads the key file, or makes it where there is none.
func (c *initCmd) keyFor(a *App) (members.Key, error) {
	key, err := members.ReadKey(a.KeyFile)
	if !db.NotFound(err) {
		return key, err
	}
	key = members.NewKey()
	return key, key.WriteFile(a.KeyFile)
}

func (c *initCmd) create(ctx context.Context, tx *db.Tx, key members.Key) (made, error) {
	if err := key.Bind(ctx, tx); err != nil {
		return made{}, err
	}
	others, err := members.Programs(ctx, tx)
	if err != nil {
		return made{}, err
	}
	if len(others) > 0 && !c.Another {
		return made{}, db.Errorf(db.Conflict, "this database has a program already, %s: --another adds a further one", others[0].Name)
	}
	if len(others) == 0 && c.Another {
		return made{}, db.Errorf(db.Invalid, "there is no program yet: run init without --another")
	}
	p, err := members.CreateProgram(ctx, tx, members.NewProgram{
		Name: c.Name, Contact: c.Contact, Country: c.Country, Currency: strings.ToUpper(c.Currency), Zone: c.Zone, Language: c.Language, JoinBonus: c.JoinBonus, Countries: strings.ToUpper(c.Countries),
	})
	if err != nil {
		return made{}, err
	}
	from, until, err := parseHours(c.Hours)
	if err != nil {
		return made{}, err
	}
	if err := members.SetTextingHours(ctx, tx, p.ID, from, until); err != nil {
		return made{}, err
	}
	store, err := members.CreateStore(ctx, tx, p, members.NewStore{Name: c.Store, Merchant: c.Name})
	if err != nil {
		return made{}, err
	}
	return c.furnish(ctx, tx, key, p, store)
}

// parseHours reads hours such as 09:00-21:00 as minutes of the day.
func parseHours(s string) (from, until int64, err error) {
	var h1, m1, h2, m2 int64
	if n, err := fmt.Sscanf(s+"\n", "%2d:%2d-%2d:%2d\n", &h1, &m1, &h2, &m2); n != 4 || err != nil || m1 > 59 || m2 > 59 {
		return 0, 0, db.Errorf(db.Invalid, "%q are no hours: write them as 09:00-21:00", s)
	}
	return h1*60 + m1, h2*60 + m2, nil
}

// furnish gives the program what it works with: an owner, a rule, a sender and a till.
func (c *initCmd) furnish(ctx context.Context, tx *db.Tx, key members.Key, p members.Program, store members.Store) (made, error) {
	m := made{Program: p.ID, Store: store.ID}
	var phone members.Phone
	hash := ""
	if c.OwnerPhone != "" {
		var err error
		if phone, err = members.ParsePhone(c.OwnerPhone, c.Country); err != nil {
			return m, err
		}
		hash = key.Hash(phone)
	}
	owner, err := members.AddStaff(ctx, tx, p.ID, members.NewStaff{Name: c.Owner, Role: members.Owner, Phone: phone, Hash: hash})
	if err != nil {
		return m, err
	}
	if _, err := rewards.AddRule(ctx, tx, p, rewards.NewRule{Name: "Points per amount", Kind: rewards.AmountRule, Step: c.Step, Points: 1, Carries: true}); err != nil {
		return m, err
	}
	if !c.Another {
		sender, err := sms.AddEnvSender(ctx, tx, p.ID)
		if err != nil {
			return m, err
		}
		m.Sender = sender.ID
	}
	till, secret, err := pos.AddTill(ctx, tx, key, p, store.ID, c.Till)
	if err != nil {
		return m, err
	}
	m.Owner, m.Till, m.TillURL, m.TillToken = owner.ID, till.ID, till.Path, secret
	return m, members.Record(ctx, tx, p.ID, members.Act{Actor: cliActor(), Door: "cli", Action: "program.create", Subject: fmt.Sprint("program:", p.ID), After: map[string]any{"name": p.Name, "country": p.Country, "store": store.ID, "till": till.ID}})
}

func (m made) print(w io.Writer) {
	fmt.Fprintf(w, `Ready. The database is %s, the key that seals its secrets is %s: back up both, apart.

Twilio, messaging webhook (POST)   %s
Till, Standard Webhooks            %s
Till's secret, shown only now      %s

Next: set FIEL_PUBLIC_URL, FIEL_TWILIO_ACCOUNT_SID, FIEL_TWILIO_AUTH_TOKEN and FIEL_TWILIO_FROM, then
  fiel reward add 1 "Cafe gratis" --cost 50 --item
  fiel serve
  fiel doctor      says what is still missing
`, m.Database, m.KeyFile, m.SMSURL, m.TillURL, m.TillToken)
	if m.Sender == 0 {
		fmt.Fprintf(w, "\nThis is program %d. Commands name it: fiel --program %d sender add --account AC… --token-file PATH --number +…\n", m.Program, m.Program)
	}
}
