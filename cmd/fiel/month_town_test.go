package main

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"fiel/campaigns"
	"fiel/db"
	"fiel/db/dbtest"
	"fiel/members"
	"fiel/pos"
	"fiel/rewards"
	"fiel/sms"
	"fiel/sms/twilio/fake"
)

// town is where a simulated month happens: a shop with its members as they are on the evening before.
type town struct {
	country, zone, language string
	begins                  string // first local day; clocks change in the month where they do
	prefixes                []string
}

// The towns. Each has members with numbers of other countries too, whose hours differ.
var towns = []town{
	{country: "PE", zone: "America/Lima", language: "es", begins: "2027-03-08", prefixes: []string{"+51987", "+51987", "+51987", "+57310", "+34612"}},
	{country: "CO", zone: "America/Bogota", language: "es", begins: "2027-03-08", prefixes: []string{"+57310", "+57310", "+57310", "+51987"}},
	{country: "ES", zone: "Europe/Madrid", language: "es", begins: "2027-03-08", prefixes: []string{"+34612", "+34612", "+34612", "+33612"}},
	{country: "US", zone: "America/New_York", language: "en", begins: "2027-02-20", prefixes: []string{"+1212", "+1212", "+52155", "+1305"}},
}

const (
	monthMembers = 5000
	monthDays    = 31
)

// soul is a member of the town, or somebody who may become one.
type soul struct {
	phone   members.Phone
	birth   members.Birthday
	consent bool // to promotions, on the evening before
	stopped int  // entries of the journal when their stop was acknowledged, -1: not stopped
	swayed  bool // their consent changed in the month, or their number
}

// settled is a town that was built: a database file and who lives there.
type settled struct {
	file    []byte
	key     members.Key
	program members.Program
	till    pos.Till
	secret  string
	souls   []soul
}

var settle = sync.OnceValue(func() map[string]func() (*settled, error) {
	built := map[string]func() (*settled, error){}
	for _, place := range towns {
		built[place.country] = sync.OnceValues(place.build)
	}
	return built
})

// build makes the town's database, once in a process.
func (w town) build() (*settled, error) {
	dir, err := os.MkdirTemp("", "fiel-town-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	clock := new(dbtest.Clock)
	clock.Set(w.start().AddDate(-1, 0, 0))
	d, err := db.Open(context.Background(), filepath.Join(dir, "town.db"), db.Options{Clock: clock.Now})
	if err != nil {
		return nil, err
	}
	s := &settled{key: members.NewKey()}
	if err := d.Migrate(context.Background()); err != nil {
		return nil, err
	}
	if err := w.found(d, s); err != nil {
		return nil, err
	}
	if err := w.people(d, s); err != nil {
		return nil, err
	}
	if err := s.bought(d, clock, w.start()); err != nil {
		return nil, err
	}
	for part := range slices.Chunk(s.souls, 500) {
		err := d.Write(context.Background(), db.Bulk, func(ctx context.Context, tx *db.Tx) error {
			for _, one := range part {
				if err := s.agree(ctx, tx, one); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	if err := d.Close(); err != nil {
		return nil, err
	}
	s.file, err = os.ReadFile(filepath.Join(dir, "town.db"))
	return s, err
}

// start is midnight of the first day.
func (w town) start() time.Time {
	zone, err := time.LoadLocation(w.zone)
	if err != nil {
		panic(err)
	}
	at, err := time.ParseInLocation(time.DateOnly, w.begins, zone)
	if err != nil {
		panic(err)
	}
	return at
}

func (w town) found(d *db.DB, s *settled) error {
	return d.Write(context.Background(), db.Interactive, func(ctx context.Context, tx *db.Tx) error {
		err := s.key.Bind(ctx, tx)
		if err != nil {
			return err
		}
		s.program, err = members.CreateProgram(ctx, tx, members.NewProgram{
			Name: "Cafe Sol", Contact: "01 555 0100", Country: w.country, Currency: "USD", Zone: w.zone, Language: w.language, JoinBonus: 20,
		})
		if err != nil {
			return err
		}
		store, err := members.CreateStore(ctx, tx, s.program, members.NewStore{Name: "Centro"})
		if err != nil {
			return err
		}
		if s.till, s.secret, err = pos.AddTill(ctx, tx, s.key, s.program, store.ID, "Caja 1"); err != nil {
			return err
		}
		if _, err = sms.AddEnvSender(ctx, tx, s.program.ID); err != nil {
			return err
		}
		if _, err := rewards.AddRule(ctx, tx, s.program, rewards.NewRule{Name: "1 por 2", Kind: rewards.AmountRule, Step: 200, Points: 1, Carries: true}); err != nil {
			return err
		}
		for _, t := range []rewards.NewTier{{Name: "Plata", Threshold: 40, EntryPoints: 5}, {Name: "Oro", Threshold: 120}} {
			if _, err := rewards.AddTier(ctx, tx, s.program, t); err != nil {
				return err
			}
		}
		_, err = rewards.AddReward(ctx, tx, s.program, rewards.NewReward{Number: 1, Name: "Cafe", Kind: rewards.FreeItem, Value: 900, Cost: 20, Stock: rewards.Unlimited, Days: 3})
		return err
	})
}

// people makes the members: they joined over the year before, most agreed to promotions, some bought lately and some long ago.
func (w town) people(d *db.DB, s *settled) error {
	dice := rand.New(rand.NewPCG(11, 1))
	start := w.start()
	for from := 0; from < monthMembers; from += 500 {
		err := d.Write(context.Background(), db.Bulk, func(ctx context.Context, tx *db.Tx) error {
			for i := from; i < from+500; i++ {
				tx.Now = start.AddDate(0, 0, -dice.IntN(360)-1).UnixMilli()
				one := soul{phone: w.number(i), stopped: -1, consent: dice.IntN(100) < 15}
				one.birth = members.Birthday{Month: 1 + dice.Int64N(12), Day: 1 + dice.Int64N(28)}
				if dice.IntN(300) == 0 {
					one.birth = members.Birthday{Month: 2, Day: 29}
				}
				if err := s.join(ctx, tx, one, dice); err != nil {
					return err
				}
				s.souls = append(s.souls, one)
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// number is the phone of the ith inhabitant, members first.
func (w town) number(i int) members.Phone {
	prefix := w.prefixes[i%len(w.prefixes)]
	digits := map[string]int{"+51": 9, "+57": 10, "+34": 9, "+33": 9, "+52": 11, "+1": 10}
	for country, n := range digits {
		if len(prefix) >= len(country) && prefix[:len(country)] == country {
			rest := n - (len(prefix) - len(country))
			phone, err := members.ParsePhone(fmt.Sprintf("%s%0*d", prefix, rest, 2_000_000%pow10(rest)+i), "")
			if err != nil {
				panic(fmt.Sprint(prefix, i, err))
			}
			return phone
		}
	}
	panic(prefix)
}

func pow10(n int) int {
	if n == 0 {
		return 1
	}
	return 10 * pow10(n-1)
}

func (s *settled) join(ctx context.Context, tx *db.Tx, one soul, dice *rand.Rand) error {
	hash := s.key.Hash(one.phone)
	if _, err := members.Touch(ctx, tx, s.program.ID, hash); err != nil {
		return err
	}
	names := []string{"", "Ana", "José", "María Fernanda", "Łukasz", "王芳", "Ñusta"}
	m, _, err := members.Join(ctx, tx, s.program, members.Joining{Phone: one.phone, Hash: hash, WroteFirst: true, Name: names[dice.IntN(len(names))]})
	if err != nil {
		return err
	}
	return members.SetBirthday(ctx, tx, m, one.birth)
}

// agree makes them say yes once their purchases are made, so that no receipt of old is on its way.
func (s *settled) agree(ctx context.Context, tx *db.Tx, one soul) error {
	m, err := members.ByPhone(ctx, tx, s.program.ID, one.phone)
	if err != nil {
		return err
	}
	said := []members.Declaration{{Kind: members.ServiceTexts, Given: true, Door: "text", Actor: "member"}}
	if one.consent {
		said = append(said, members.Declaration{Kind: members.MarketingTexts, Given: true, Door: "text", Actor: "member"})
	}
	if _, err = members.Agree(ctx, tx, m, said...); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, "UPDATE members SET tag = $1 WHERE id = $2", tags[int(m.ID)%len(tags)], m.ID)
	return err
}

// bought lets two of three members buy something in the hundred days before, in the order of time.
func (s *settled) bought(d *db.DB, clock *dbtest.Clock, start time.Time) error {
	dice := rand.New(rand.NewPCG(12, 1))
	desk := &pos.Service{DB: d, Key: s.key}
	for day := 100; day > 0; day-- {
		clock.Set(start.AddDate(0, 0, -day).Add(13 * time.Hour))
		for i := range monthMembers / 150 {
			one := s.souls[dice.IntN(len(s.souls))]
			sale := s.sale(fmt.Sprint("before-", day, "-", i), one.phone, 500+dice.Int64N(6000), clock.Now().UnixMilli())
			if _, err := desk.Record(context.Background(), sale); err != nil {
				return err
			}
		}
	}
	return nil
}

// sale is a ticket of the town's till.
func (s *settled) sale(ref string, phone members.Phone, amount, at int64) pos.Sale {
	return pos.Sale{
		Program: s.program.ID, Till: s.till.ID, Ref: ref, Phone: phone.E164(), Amount: amount, OccurredAt: at,
		Lines: []pos.Line{{SKU: "CAP", Name: "Capuchino", Category: "cafe", Quantity: 1, Amount: amount}},
	}
}

// tags divide the members in eight parts.
var tags = []string{"norte", "centro", "sur", "puerto", "plaza", "barrio", "lago", "monte"}

// offers are the campaigns of the month: one of every recipe there is.
func (s *settled) offers(ctx context.Context, tx *db.Tx, dice *rand.Rand) error {
	for _, r := range campaigns.Recipes() {
		n := campaigns.NewCampaign{Recipe: r.Name, Offer: campaigns.Offer{Text: map[string]string{"es": "un postre", "en": "a dessert", "fr": "un dessert", "zh": "甜点"}}}
		if dice.IntN(2) == 0 && strings.Contains(r.Words["en"], "{code}") {
			n.Offer.Kind, n.Offer.Value = rewards.FreeItem, 900
		}
		if r.Needs == "clues" {
			n.Game = []byte(`{"hunt": {"clues": [{"code": "CANELA"}], "prize": {"points": 50}}}`)
		}
		if r.AsksOffer() && r.Class == "marketing" && dice.IntN(8) > 0 && !strings.Contains(string(r.Audience), "birthday") {
			n.Audience = json.RawMessage(fmt.Sprintf(`{"tag": [%q]}`, tags[dice.IntN(len(tags))]))
		}
		if r.Needs == "items" {
			n.Calendar.Products = []string{"CAP"}
		}
		if r.Calendar.On == "expiring" && s.program.ExpiryWarnDays < 6 {
			continue // the ledger itself warns too late for words of the shop before the end
		}
		if r.Calendar.On == "now" {
			n.Calendar = campaigns.Calendar{On: tx.Time().AddDate(0, 0, 5+dice.IntN(20)).Format(time.DateOnly), At: "15:00", Ends: "2d"}
		}
		added, err := campaigns.Add(ctx, tx, s.program, n)
		if err != nil {
			return fmt.Errorf("%s: %w", r.Name, err)
		}
		if _, _, err := campaigns.Start(ctx, tx, s.program, added.ID); err != nil {
			return fmt.Errorf("%s: %w", r.Name, err)
		}
	}
	_, err := sms.BindEnvSender(ctx, tx, s.program.ID, sms.Address{AccountSID: fake.AccountSID, Number: fake.Number})
	return err
}

func TestTowns(t *testing.T) {
	for _, w := range towns {
		s, err := settle()[w.country]()
		if err != nil {
			t.Fatal(w.country, err)
		}
		t.Log(w.country, len(s.souls), len(s.file))
	}
}
