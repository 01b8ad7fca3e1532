package main

import (
	"cmp"
	"context"
	_ "embed"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"fiel/db"
	"fiel/members"
	"fiel/pos"
	"fiel/rewards"
	"fiel/sms"
)

//go:embed demo_names.txt
var demoNames string

const (
	demoMembers = 200
	demoDays    = 92 // of purchases, up to now
)

// cafe is the demo's shop.
type cafe struct {
	db       *db.DB
	key      members.Key
	clock    *demoClock
	program  members.Program
	store    members.Store
	till     pos.Till
	secret   string // of the till
	dice     *rand.Rand
	progress func()
}

// found sets the shop up: a program, a store, a till, rewards.
func (c *cafe) found(ctx context.Context) error {
	return c.db.Write(ctx, db.Interactive, func(ctx context.Context, tx *db.Tx) (err error) {
		if err = c.key.Bind(ctx, tx); err != nil {
			return err
		}
		c.program, err = members.CreateProgram(ctx, tx, members.NewProgram{
			Name: "Cafe Flor", Contact: "01 555 0100", Country: "PE", Currency: "PEN", Zone: "America/Lima", Language: "es", JoinBonus: 20,
		})
		if err != nil {
			return err
		}
		if c.store, err = members.CreateStore(ctx, tx, c.program, members.NewStore{Name: "Miraflores", Merchant: "Cafe Flor SAC", Address: "Av. Larco 101"}); err != nil {
			return err
		}
		if c.till, c.secret, err = pos.AddTill(ctx, tx, c.key, c.program, c.store.ID, "Caja 1"); err != nil {
			return err
		}
		if _, err = sms.AddEnvSender(ctx, tx, c.program.ID); err != nil {
			return err
		}
		return c.offer(ctx, tx)
	})
}

// offer puts up what can be earned and had.
func (c *cafe) offer(ctx context.Context, tx *db.Tx) error {
	if _, err := rewards.AddRule(ctx, tx, c.program, rewards.NewRule{Name: "1 punto por cada 2 soles", Kind: rewards.AmountRule, Step: 200, Points: 1, Carries: true}); err != nil {
		return err
	}
	for _, add := range []func(context.Context, *db.Tx) error{c.catalogue, c.stampCard, c.levels, c.actions} {
		if err := add(ctx, tx); err != nil {
			return err
		}
	}
	return nil
}

// catalogue puts up what points buy.
func (c *cafe) catalogue(ctx context.Context, tx *db.Tx) error {
	for _, r := range []rewards.NewReward{
		{Number: 1, Name: "Cafe gratis", Kind: rewards.FreeItem, Value: 900, Cost: 50, Stock: rewards.Unlimited, Days: 7},
		{Number: 2, Name: "Torta a elegir", Kind: rewards.Experience, Value: 1600, Cost: 90, Choices: []string{"Chocolate", "Manzana", "Zanahoria"}, Stock: rewards.Unlimited, Days: 7},
		{Number: 3, Name: "20% en tu cuenta", Kind: rewards.PercentOff, Value: 20, Cost: 120, Stock: rewards.Unlimited, Days: 14},
		{Number: 4, Name: "Taza de la casa", Kind: rewards.FreeItem, Value: 3500, Cost: 250, Stock: 12, Days: 30},
	} {
		if _, err := rewards.AddReward(ctx, tx, c.program, r); err != nil {
			return err
		}
	}
	return nil
}

// stampCard makes the eleventh coffee free.
func (c *cafe) stampCard(ctx context.Context, tx *db.Tx) error {
	free, err := rewards.AddReward(ctx, tx, c.program, rewards.NewReward{Given: true, Name: "Tu cafe numero 11", Kind: rewards.FreeItem, Value: 900, Stock: rewards.Unlimited, Days: 30})
	if err != nil {
		return err
	}
	_, err = rewards.AddRule(ctx, tx, c.program, rewards.NewRule{
		Name: "10 cafes, el 11 gratis", Kind: rewards.StampRule, Step: 10, Counts: rewards.CountsItems, Categories: []string{"cafe"}, Reward: free.ID,
	})
	return err
}

// levels are two, by points of a year.
func (c *cafe) levels(ctx context.Context, tx *db.Tx) error {
	for _, t := range []rewards.NewTier{{Name: "Plata", Threshold: 100, Times: 1200, EntryPoints: 10}, {Name: "Oro", Threshold: 250, Times: 1500, EntryPoints: 20}} {
		if _, err := rewards.AddTier(ctx, tx, c.program, t); err != nil {
			return err
		}
	}
	return nil
}

// demoCode stands below the café's Instagram page.
const demoCode = "GRM25"

// actions give points beside purchases.
func (c *cafe) actions(ctx context.Context, tx *db.Tx) error {
	for _, n := range []rewards.NewAction{
		{Name: "Un amigo", Kind: rewards.ReferralAction, Points: 30, FriendPoints: 20, Minimum: 1000},
		{Name: "Instagram", Kind: rewards.SocialAction, Points: 25},
	} {
		if _, err := rewards.AddAction(ctx, tx, c.program, n); err != nil {
			return err
		}
	}
	_, err := rewards.AddCode(ctx, tx, c.program, rewards.NewCode{Action: "Instagram", Channel: "bio de Instagram", Code: demoCode})
	return err
}

// guest is somebody of the demo: when they joined, how often they come, when they stopped coming.
type guest struct {
	phone  members.Phone
	name   string
	joined time.Time
	last   time.Time // does not come after it
	every  float64   // days between visits
	birth  time.Time
}

// guests makes up who they are. About one in eight has stopped coming, some of them just thirty days ago.
func (c *cafe) guests(until time.Time) []guest {
	names := strings.Fields(demoNames)
	list := make([]guest, demoMembers)
	for i := range list {
		g := guest{
			phone:  members.Phone(fmt.Sprintf("+5198%07d", 1_000_000+c.dice.IntN(8_000_000))),
			name:   names[i%len(names)],
			joined: until.AddDate(0, 0, -demoDays+c.dice.IntN(demoDays-5)),
			last:   until,
			every:  4 + 10*c.dice.Float64(),
			birth:  until.AddDate(0, 0, c.dice.IntN(365)),
		}
		if c.dice.IntN(8) == 0 {
			g.last = until.AddDate(0, 0, -25-c.dice.IntN(20))
		}
		list[i] = g
	}
	list[0].birth, list[1].birth, list[2].birth = until, until.AddDate(0, 0, 1), until.AddDate(0, 0, 2)
	return list
}

// visit is one purchase to come.
type visit struct {
	at    time.Time
	phone members.Phone
}

// live lets three months pass: people join and buy, in the order of time.
func (c *cafe) live(ctx context.Context, until time.Time) error {
	all := c.guests(until)
	if err := c.joinAll(ctx, all); err != nil {
		return err
	}
	var visits []visit
	for _, g := range all {
		for at := g.joined; at.Before(g.last); at = at.Add(time.Duration(g.every * (0.5 + c.dice.Float64()) * 24 * float64(time.Hour))) {
			visits = append(visits, visit{at, g.phone})
		}
	}
	slices.SortFunc(visits, func(a, b visit) int { return cmp.Compare(a.at.UnixMilli(), b.at.UnixMilli()) })
	desk := &pos.Service{DB: c.db, Key: c.key}
	for i, v := range visits {
		c.progress()
		c.clock.Set(v.at)
		if _, err := desk.Record(ctx, c.sale(i, v)); err != nil {
			return err
		}
	}
	c.clock.Set(until)
	return c.agreeAll(ctx, all)
}

// joinAll makes members of them. Nobody consents yet, so that three months of receipts are not texted.
func (c *cafe) joinAll(ctx context.Context, all []guest) error {
	return c.db.Write(ctx, db.Bulk, func(ctx context.Context, tx *db.Tx) error {
		for _, g := range all {
			tx.Now = g.joined.UnixMilli()
			hash := c.key.Hash(g.phone)
			if _, err := members.Touch(ctx, tx, c.program.ID, hash); err != nil {
				return err
			}
			m, _, err := members.Join(ctx, tx, c.program, members.Joining{Phone: g.phone, Hash: hash, Name: g.name, Store: c.store.ID, WroteFirst: true})
			if err != nil {
				return err
			}
			if err := members.SetBirthday(ctx, tx, m, members.Birthday{Month: int64(g.birth.Month()), Day: int64(g.birth.Day())}); err != nil {
				return err
			}
			if _, err := pos.Admit(ctx, tx, c.program, m); err != nil {
				return err
			}
		}
		return nil
	})
}

func (c *cafe) agreeAll(ctx context.Context, all []guest) error {
	words := "ALTA: textos de puntos y promociones de Cafe Flor. BAJA para salir."
	return c.db.Write(ctx, db.Bulk, func(ctx context.Context, tx *db.Tx) error {
		for _, g := range all {
			m, err := members.ByPhone(ctx, tx, c.program.ID, g.phone)
			if err != nil {
				return err
			}
			d := members.Declaration{Kind: members.ServiceTexts, Given: true, Door: "text", Actor: "member", Language: "es", Words: words, Evidence: "demo"}
			offers := d
			offers.Kind = members.MarketingTexts
			if _, err := members.Agree(ctx, tx, m, d, offers); err != nil {
				return err
			}
		}
		return nil
	})
}

// sale is a plausible ticket: one to three things of the menu.
func (c *cafe) sale(n int, v visit) pos.Sale {
	menu := []pos.Line{
		{SKU: "CAP", Name: "Capuchino", Category: "cafe", Amount: 1100},
		{SKU: "AME", Name: "Americano", Category: "cafe", Amount: 900},
		{SKU: "LAT", Name: "Latte", Category: "cafe", Amount: 1200},
		{SKU: "SAN", Name: "Sandwich de pollo", Category: "comida", Amount: 1800},
		{SKU: "CRO", Name: "Croissant", Category: "pan", Amount: 700},
		{SKU: "TOR", Name: "Torta de chocolate", Category: "postre", Amount: 1600},
	}
	s := pos.Sale{Program: c.program.ID, Till: c.till.ID, Ref: fmt.Sprintf("D-%05d", n+1), Phone: v.phone.E164(), OccurredAt: v.at.UnixMilli()}
	for range 1 + c.dice.IntN(3) {
		line := menu[c.dice.IntN(len(menu))]
		line.Quantity = 1
		s.Lines = append(s.Lines, line)
		s.Amount += line.Amount
	}
	return s
}
