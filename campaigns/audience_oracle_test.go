package campaigns

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"fiel/db"
	"fiel/members"
)

// person is a member as plain Go sees one.
type person struct {
	id, store, balance, rfm, purchases int64
	language                           string
	joined                             time.Time
	sales                              []bill
	got, used                          bool
}

type bill struct {
	at              time.Time
	money, refunded int64
	category        string
}

// form is an audience with what it means.
type form struct {
	json string
	is   func(person) bool
}

func (p person) lately(now time.Time, days int) (found []bill) {
	y, m, d := now.AddDate(0, 0, -days).Date()
	since := time.Date(y, m, d, 0, 0, 0, 0, now.Location())
	for _, b := range p.sales {
		if !b.at.Before(since) {
			found = append(found, b)
		}
	}
	return found
}

// aCondition draws one condition.
func aCondition(t *rapid.T, now time.Time) form {
	n := rapid.Int64Range(0, 4).Draw(t, "n")
	days := rapid.IntRange(1, 60).Draw(t, "days")
	switch rapid.IntRange(0, 9).Draw(t, "kind") {
	case 0:
		return form{fmt.Sprintf(`{"store": [%d, 100099]}`, n+100_001), func(p person) bool { return p.store == n+100_001 }}
	case 1:
		return form{`{"language": ["en"]}`, func(p person) bool { return p.language == "en" }}
	case 2:
		return form{fmt.Sprintf(`{"balance": {"at_least": %d, "at_most": %d}}`, n*10, n*20), func(p person) bool { return p.balance >= n*10 && p.balance <= n*20 }}
	case 3:
		return form{fmt.Sprintf(`{"purchases": {"at_most": %d}}`, n), func(p person) bool { return p.purchases <= n }}
	case 4:
		return form{fmt.Sprintf(`{"spend": {"days": %d, "at_least": %d, "at_most": 9000}}`, days, n*1000), func(p person) bool {
			sum := int64(0)
			for _, b := range p.lately(now, days) {
				sum += b.money - b.refunded
			}
			return sum >= n*1000 && sum <= 9000
		}}
	case 5:
		return form{fmt.Sprintf(`{"bought": {"category": ["Pan"], "days": %d, "times": %d}}`, days, n), func(p person) bool {
			times := int64(0)
			for _, b := range p.lately(now, days) {
				if b.category == "pan" && b.refunded < b.money {
					times++
				}
			}
			return times >= max(n, 1)
		}}
	case 6:
		return form{`{"got": ["pan"]}`, func(p person) bool { return p.got }}
	case 7:
		return form{`{"used": ["pan"]}`, func(p person) bool { return p.used }}
	case 8:
		return form{`{"rfm": ["champions"]}`, func(p person) bool { return p.rfm >= 444 && p.rfm/10%10 >= 4 && p.rfm%10 >= 4 }}
	}
	return form{fmt.Sprintf(`{"joined": {"at_most_days": %d}}`, days), func(p person) bool {
		y, m, d := now.AddDate(0, 0, -days).Date()
		return !p.joined.Before(time.Date(y, m, d, 0, 0, 0, 0, now.Location()))
	}}
}

// anAudience draws conditions joined in any way.
func anAudience(t *rapid.T, now time.Time, depth int) form {
	kind := rapid.IntRange(0, 5).Draw(t, "joint")
	if depth == 0 || kind < 2 {
		return aCondition(t, now)
	}
	a, b := anAudience(t, now, depth-1), anAudience(t, now, depth-1)
	switch kind {
	case 2:
		return form{`{"all": [` + a.json + `, ` + b.json + `]}`, func(p person) bool { return a.is(p) && b.is(p) }}
	case 3:
		return form{`{"any": [` + a.json + `, ` + b.json + `]}`, func(p person) bool { return a.is(p) || b.is(p) }}
	case 4:
		return form{`{"except": [` + a.json + `, ` + b.json + `]}`, func(p person) bool { return !a.is(p) && !b.is(p) }}
	}
	return form{`{"not": ` + a.json + `}`, func(p person) bool { return !a.is(p) }}
}

// people fills a shop with members of all kinds.
func (s *shop) people(n int) (all []person) {
	s.t.Helper()
	random := rand.New(rand.NewPCG(1, 2))
	c := s.add(NewCampaign{Recipe: "blast", Name: "pan"})
	s.exec("INSERT INTO runs (program_id, id, campaign_id, occurrence, state, version, starts_at, created_at, done_at) VALUES ($1, 77, $2, 'once', 'done', 1, 1, 1, 1)", s.p.ID, c.ID)
	for i := range n {
		joined := s.clock.Now().AddDate(0, 0, -random.IntN(70))
		p := person{
			store: random.Int64N(5) + 100_001, balance: random.Int64N(60), rfm: int64(random.IntN(5)+1)*111 - int64(random.IntN(2)), language: []string{"es", "en"}[i%2],
			joined: joined, got: random.IntN(2) == 0, used: random.IntN(3) == 0,
		}
		m := s.member("Ana", fmt.Sprintf("store_id = %d, balance = %d, rfm = %d, language = '%s', joined_at = %d", p.store, p.balance, p.rfm, p.language, joined.UnixMilli()))
		p.id = m.ID
		for range random.IntN(5) {
			p.sales = append(p.sales, s.bill(m, random))
		}
		p.purchases = int64(len(p.sales))
		s.exec("INSERT INTO messages (program_id, id, sender_id, member_id, run_id, class, parts, send_after, state, created_at) VALUES ($1, $2, 1, $3, 77, 3, 1, 1, $4, 1)",
			s.p.ID, 900_000_000+i, m.ID, map[bool]string{true: "delivered", false: "left_out"}[p.got])
		if p.used {
			s.exec(`INSERT INTO vouchers (program_id, id, code, member_id, run_id, name, kind, state, issued_at, valid_from, expires_at)
VALUES ($1, $2, $3, $4, 77, 'x', 'item', 'redeemed', 1, 1, 2)`, s.p.ID, 800_000_000+i, fmt.Sprintf("%08d", i), m.ID)
		}
		all = append(all, p)
	}
	return all
}

// bill is a sale with a line, as a till would have left it.
func (s *shop) bill(m members.Member, random *rand.Rand) bill {
	days := random.IntN(60)
	b := bill{at: s.clock.Now().AddDate(0, 0, -days).In(s.p.Location()), money: 1000 + random.Int64N(4000), category: []string{"pan", "café"}[random.IntN(2)]}
	s.sale(m, days, b.money)
	id := s.count("SELECT MAX(id) FROM purchases WHERE program_id = $1 AND member_id = $2", s.p.ID, m.ID)
	s.exec("INSERT INTO purchase_lines (program_id, purchase_id, n, category, quantity, amount) VALUES ($1, $2, 1, $3, 1, 1)", s.p.ID, id, []string{"Pan", "CAFÉ"}[map[string]int{"pan": 0, "café": 1}[b.category]])
	if random.IntN(4) == 0 {
		b.refunded = b.money / 2
		s.exec("UPDATE purchases SET refunded = $3 WHERE program_id = $1 AND id = $2", s.p.ID, id, b.refunded)
	}
	s.exec(`INSERT INTO bought (program_id, kind, name, member_id, last_at, times) VALUES ($1, 'category', $2, $3, $4, 1) ON CONFLICT (program_id, member_id, kind, name)
DO UPDATE SET times = bought.times + 1, last_at = CASE WHEN excluded.last_at > bought.last_at THEN excluded.last_at ELSE bought.last_at END`, s.p.ID, b.category, m.ID, b.at.UnixMilli())
	return b
}

// Whatever audience is asked for, both databases find the members that plain Go finds: counted, gone through in pages, and sampled.
func TestAudiencesAgreeWithPlainGo(t *testing.T) {
	eachShop(t, "2027-03-05T15:00:00Z", lima(), func(t *testing.T, s *shop) {
		for i := range 5 {
			s.exec("INSERT INTO stores (program_id, id, name, zone, created_at) VALUES ($1, $2, $3, 'America/Lima', 1)", s.p.ID, 100_001+i, fmt.Sprint("S", i))
		}
		s.exec("INSERT INTO stores (program_id, id, name, zone, created_at) VALUES ($1, 100099, 'S99', 'America/Lima', 1)", s.p.ID)
		people := s.people(40)
		now := s.clock.Now().In(s.p.Location())
		rapid.Check(t, func(rt *rapid.T) {
			f := anAudience(rt, now, 3)
			var want, got []int64
			for _, p := range people {
				if f.is(p) {
					want = append(want, p.id)
				}
			}
			var tally Tally
			var sample []Sampled
			err := s.d.Read(t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
				got = nil
				who, err := readAudience(ctx, tx, s.p, []byte(f.json))
				if err != nil {
					return err
				}
				for after, more := int64(0), true; more && err == nil; {
					var next []candidate
					next, err = page(ctx, tx, who, momentOf(s.p, now), after, 7, nil)
					for _, c := range next {
						got, after = append(got, c.ID), c.ID
					}
					more = len(next) == 7
				}
				if err == nil {
					tally, err = Count(ctx, tx, s.p, []byte(f.json), now)
				}
				if err == nil {
					sample, err = Sample(ctx, tx, s.p, []byte(f.json), now, 100)
				}
				return err
			})
			if err != nil {
				rt.Fatalf("%s: %v", f.json, err)
			}
			if !slices.Equal(got, want) || tally.Members != int64(len(want)) || len(sample) != len(want) {
				rt.Fatalf("%s: %v, counted %d, sampled %d; want %v", f.json, got, tally.Members, len(sample), want)
			}
		})
	})
}
