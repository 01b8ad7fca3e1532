package rewards_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"fiel/db"
	"fiel/members"
	"fiel/rewards"
)

// put puts up a reward as its file says it, and says why not.
func (s *shop) put(file string) (r rewards.Reward, err error) {
	files, err := rewards.ReadRewards([]byte(file))
	if err != nil {
		return r, err
	}
	err = s.try(func(ctx context.Context, tx *db.Tx) error {
		n, err := files[0].Reward(ctx, tx, s.p)
		if err == nil {
			r, err = rewards.AddReward(ctx, tx, s.p, n)
		}
		return err
	})
	return r, err
}

func (s *shop) mustPut(file string) rewards.Reward {
	s.t.Helper()
	r, err := s.put(file)
	if err != nil {
		s.t.Fatalf("%s: %v", file, err)
	}
	return r
}

func TestRefusedRewards(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		long := strings.Repeat("x", 61)
		for file, sentence := range map[string]string{
			`{"name": "A", "kind": "trip", "cost": 5}`:                                                   "is no kind of reward",
			`{"name": "A", "kind": "gift_card", "cost": 5}`:                                              "at least one minor unit",
			`{"name": "A", "kind": "cashback", "value": -1, "cost": 5}`:                                  "at least one minor unit",
			`{"name": "A", "kind": "physical", "value": -1, "cost": 5}`:                                  "less than nothing",
			`{"name": "A", "kind": "percent", "value": 101, "cost": 5}`:                                  "1 to 100",
			`{"name": "A", "kind": "item"}`:                                                              "at least one point",
			`{"name": "A", "kind": "item", "cost": 5, "number": 0}`:                                      "costs no points",
			`{"name": "A", "kind": "item", "cost": 5, "number": 100}`:                                    "1 to 99",
			`{"name": "A", "kind": "item", "cost": 5, "number": -1}`:                                     "1 to 99",
			`{"name": "A", "kind": "item", "cost": 0, "number": 0, "automatic": true}`:                   "at least one point",
			`{"name": "A", "kind": "donation", "value": 5, "cost": 5}`:                                   "charity",
			`{"name": "A", "kind": "donation", "value": 5, "cost": 5, "charity": "B", "next_day": true}`: "used as it is issued",
			`{"name": "A", "kind": "donation", "value": 5, "cost": 5, "charity": "B", "minimum": 5}`:     "used as it is issued",
			`{"name": "A", "kind": "item", "cost": 5, "charity": "B"}`:                                   "only a donation",
			`{"name": "A", "kind": "item", "cost": 5, "choices": ["B", "C"]}`:                            "only an experience",
			`{"name": "A", "kind": "experience", "cost": 5, "choices": ["B"]}`:                           "two or three",
			`{"name": "A", "kind": "experience", "cost": 5, "choices": ["B", "C", "D", "E"]}`:            "two or three",
			`{"name": "A", "kind": "experience", "cost": 5, "choices": ["Cena fria", "cena caliente"]}`:  "first word",
			`{"name": "A", "kind": "experience", "cost": 5, "choices": ["B", " "]}`:                      "a choice has a name",
			`{"name": "A", "kind": "experience", "cost": 5, "choices": ["B", "C"], "automatic": true}`:   "by itself",
			`{"name": "A", "kind": "code", "cost": 5, "stock": 3}`:                                       "leave the stock out",
			`{"name": "A", "kind": "code", "cost": 5, "products": ["x"]}`:                                "used as it is issued",
			`{"name": "A", "kind": "item", "cost": 5, "products": ["` + long + `"]}`:                     "at most 60 letters",
			`{"name": "A", "kind": "item", "cost": 5, "categories": [""]}`:                               "at most 60 letters",
			`{"name": "A", "kind": "item", "cost": 5, "stores": ["Norte"]}`:                              "no store",
			`{"name": "A", "kind": "item", "cost": 5, "level": "Oro"}`:                                   "no level",
			`{"name": "A", "kind": "item", "cost": 5, "ends": "2027-03-04"}`:                             "ends after",
			`{"name": "A", "kind": "item", "cost": 5, "starts": "2028-01-01", "ends": "2027-12-01"}`:     "ends after",
			`{"name": "A", "kind": "item", "cost": 5, "starts": "31/12/2027"}`:                           `"starts" has to be a date`,
			`{"name": "A", "kind": "item", "cost": 5, "ends": "2027-02-30"}`:                             `"ends" has to be a date`,
			`{"name": "A", "kind": "item", "cost": 5, "days": 0}`:                                        "1 to 365",
			`{"name": "A\u0000", "kind": "item", "cost": 5}`:                                             "at most 40 letters",
			`{"name": "A", "kind": "item", "cost": 1000000001}`:                                          "at least one point",
			`{"name": "A", "kind": "item", "cost": 5, "prize": 1}`:                                       `no field "prize"`,
			`{"name": "A", "Kind": "item", "cost": 5}`:                                                   `no field "Kind"`,
			`{"name": "A", "name": "B", "kind": "item", "cost": 5}`:                                      `"name" stands there twice`,
			`{"name": 7, "kind": "item", "cost": 5}`:                                                     `"name" has to be words`,
			`{"name": null, "kind": "item", "cost": 5}`:                                                  `"name" has to be words`,
			`{"name": "A", "kind": "item", "cost": "5"}`:                                                 `"cost" has to be a whole number`,
			`{"name": "A", "kind": "item", "cost": 5.0}`:                                                 `"cost" has to be a whole number`,
			`{"name": "A", "kind": "item", "cost": 1e2}`:                                                 `"cost" has to be a whole number`,
			`{"name": "A", "kind": "item", "cost": 99999999999999999999}`:                                `"cost" has to be a whole number`,
			`{"name": "A", "kind": "item", "cost": 5, "automatic": "yes"}`:                               `"automatic" has to be true or false`,
			`{"name": "A", "kind": "item", "cost": 5, "stores": "Norte"}`:                                `"stores" has to be a list`,
			`{"name": "A", "kind": "item", "cost": 5, "stores": [null]}`:                                 `"stores" has to be a list`,
			`{"name": "A", "kind": "item", "cost": 5, "stock": null}`:                                    `"stock" has to be a whole number`,
			`{"name": "A", "kind": "item", "cost": 5} {}`:                                                "behind the end",
			`{"name": "A", "kind": "item", "cost": 5`:                                                    "no JSON",
			`[]`:                      "no reward in the file",
			`[1]`:                     "in braces only",
			`"A"`:                     "in braces",
			``:                        "no JSON",
			"{\"name\": \"\xff\"}":    "UTF-8",
			`{"name": "A", "kind" 1}`: "no JSON",
		} {
			_, err := s.put(file)
			code := db.CodeOf(err)
			if code != db.Invalid && code != db.Missing || !strings.Contains(err.Error(), sentence) {
				t.Errorf("%s: %v, want %q", file, err, sentence)
			}
		}
	})
}

// TestARewardIsReadBackAsItWasWritten writes every kind to a file and reads it again.
func TestARewardIsReadBackAsItWasWritten(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.store("Barranco")
		s.levels()
		for _, file := range everyKind() {
			r := s.mustPut(file)
			var f rewards.RewardFile
			s.read(func(ctx context.Context, tx *db.Tx) (err error) {
				f, err = rewards.FileOf(ctx, tx, s.p, r)
				return err
			})
			s.write(func(ctx context.Context, tx *db.Tx) error { return rewards.RetireRewardByID(ctx, tx, s.p.ID, r.ID) })
			var again rewards.Reward
			s.write(func(ctx context.Context, tx *db.Tx) error {
				n, err := f.Reward(ctx, tx, s.p)
				if err == nil {
					again, err = rewards.AddReward(ctx, tx, s.p, n)
				}
				return err
			})
			r.ID, again.ID, r.CreatedAt, again.CreatedAt = 0, 0, 0, 0
			if r != again {
				t.Errorf("written\n%+v\nread\n%+v", r, again)
			}
		}
	})
}

func everyKind() []string {
	return []string{
		`{"name": "Diez", "kind": "percent", "value": 10, "cost": 50, "minimum": 2000, "categories": ["torta", "café"], "products": ["sku-1"]}`,
		`{"name": "Cinco", "kind": "amount", "value": 500, "cost": 100, "stores": ["barranco"], "next_day": true}`,
		`{"name": "Café", "kind": "item", "cost": 50, "stock": 3, "days": 30, "level": "Oro"}`,
		`{"number": 0, "name": "Vale 25", "kind": "gift_card", "value": 2500, "cost": 5000, "automatic": true}`,
		`{"name": "Cata", "kind": "experience", "cost": 300, "choices": ["Vino", "Cafe", "Té"], "starts": "2027-04-01 10:00", "ends": "2027-04-30"}`,
		`{"name": "Comida", "kind": "donation", "value": 800, "cost": 40, "charity": "Comedor Santa Rosa"}`,
		`{"name": "Abono", "kind": "cashback", "value": 1000, "cost": 200}`,
		`{"name": "Recarga", "kind": "code", "cost": 30}`,
		`{"number": 0, "name": "Taza", "kind": "physical", "value": 900}`,
	}
}

// levels gives the program two: Plata, and Oro with an hour's early access.
func (s *shop) levels() {
	s.t.Helper()
	s.write(func(ctx context.Context, tx *db.Tx) error {
		for name, threshold := range map[string]int64{"Plata": 100, "Oro": 500} {
			if _, err := rewards.AddTier(ctx, tx, s.p, rewards.NewTier{Name: name, Threshold: threshold, EarlyMinutes: threshold / 500 * 60}); err != nil {
				return err
			}
		}
		return nil
	})
}

// rises puts Ana on a level.
func (s *shop) rises(level string) {
	s.t.Helper()
	s.write(func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.ExecContext(ctx, "UPDATE members SET tier_id = (SELECT id FROM tiers WHERE name = $1) WHERE id = $2", level, s.ana.ID)
		return err
	})
}

func (s *shop) offered() (numbers []int64) {
	s.t.Helper()
	s.read(func(ctx context.Context, tx *db.Tx) error {
		m, err := members.ByID(ctx, tx, s.p.ID, s.ana.ID)
		if err != nil {
			return err
		}
		list, err := rewards.CatalogueFor(ctx, tx, s.p, m)
		numbers = nil
		for _, r := range list {
			numbers = append(numbers, r.Number)
		}
		return err
	})
	return numbers
}

func TestARewardOfALevelAndATime(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		s.levels()
		s.gift(1000, 0)
		s.mustPut(`{"number": 1, "name": "Para todos", "kind": "item", "cost": 10}`)
		s.mustPut(`{"number": 2, "name": "Plata", "kind": "item", "cost": 10, "level": "Plata"}`)
		s.mustPut(`{"number": 3, "name": "Pronto", "kind": "item", "cost": 10, "starts": "2027-03-05 12:00", "ends": "2027-03-06 12:00"}`)
		bar := func(number int64) rewards.Bar {
			t.Helper()
			_, _, err := s.redeem(s.now(), number)
			if b := (*rewards.BarredError)(nil); asBarred(err, &b) {
				wantCode(t, err, db.Refused)
				return b.Bar
			}
			if err != nil {
				t.Error(err)
			}
			return ""
		}
		for _, c := range []struct {
			level   string
			wait    time.Duration
			offered string
			two     rewards.Bar
			three   rewards.Bar
		}{ // it is 07:00 in Lima
			{"", 0, "[1]", rewards.OtherLevel, rewards.NotYet},
			{"Plata", 0, "[1 2]", "", rewards.NotYet},
			{"Oro", 4*time.Hour - time.Minute, "[1 2]", "", rewards.NotYet},
			{"Oro", time.Minute, "[1 2 3]", "", ""},
			{"Plata", 10 * time.Minute, "[1 2]", "", rewards.NotYet},
			{"Plata", 50 * time.Minute, "[1 2 3]", "", ""},
			{"Oro", 24 * time.Hour, "[1 2]", "", rewards.Over},
		} {
			s.clock.Add(c.wait)
			if c.level != "" {
				s.rises(c.level)
			}
			if got := fmt.Sprint(s.offered()); got != c.offered {
				t.Errorf("%s at %v is offered %s, want %s", c.level, s.clock.Now(), got, c.offered)
			}
			if two, three := bar(2), bar(3); two != c.two || three != c.three {
				t.Errorf("%s at %v: %q and %q, want %q and %q", c.level, s.clock.Now(), two, three, c.two, c.three)
			}
		}
		s.sound()
	})
}

func asBarred(err error, b **rewards.BarredError) bool { return errors.As(err, b) }
