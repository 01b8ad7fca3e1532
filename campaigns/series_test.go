package campaigns

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"fiel/db"
	"fiel/db/dbtest"
)

// reported writes down a purchase as a till reports it now.
func (s *shop) reported(member, id int64, day string, lines ...string) {
	s.t.Helper()
	now := s.clock.Now().UnixMilli()
	s.exec(`INSERT INTO tills (program_id, id, store_id, name, path, secret, created_at) VALUES ($1, 1, $2, 'Caja 1', 'p1', 's', 0) ON CONFLICT DO NOTHING`, s.p.ID, s.store.ID)
	s.exec(`INSERT INTO purchases (program_id, id, till_id, ref, meant, state, member_id, store_id, day, amount, currency, money, earning, occurred_at, received_at, answer)
VALUES ($1, CAST($2 AS BIGINT), 1, CAST($3 AS TEXT), '', 'credited', $4, $5, $6, 1000, 'MXN', 1000, 1000, CAST($7 AS BIGINT), CAST($7 AS BIGINT), '')`,
		s.p.ID, id, fmt.Sprint(id), member, s.store.ID, day, now)
	for n, sku := range lines {
		s.exec("INSERT INTO purchase_lines (program_id, purchase_id, n, sku, quantity, amount) VALUES ($1, $2, $3, $4, 1, 500)", s.p.ID, id, n+1, sku)
	}
	s.exec("UPDATE members SET last_purchase_id = $3, last_purchase_at = $4, purchases = purchases + 1 WHERE program_id = $1 AND id = $2", s.p.ID, member, id, now)
}

// Monday 1 March 2027, noon.
func TestWelcomeSeries(t *testing.T) {
	eachShop(t, "2027-03-01T17:00:00Z", lima(), func(t *testing.T, s *shop) {
		before := s.member("Antes")
		s.clock.Add(time.Minute)
		c := s.started(NewCampaign{Recipe: "welcome"})
		s.tick()
		s.wantRuns(c, "2027-03-01 planning")
		ana, leo := s.member("Ana"), s.member("Leo")
		s.clock.Add(time.Minute)
		s.tick()
		s.wants(before) // joined before it was started
		s.wants(ana, "queued welcome:0")
		if body := s.texts()[0].body; body != "Cafe Sol: Te damos la bienvenida, Ana. Tu regalo: postre gratis, hasta el 14 de marzo. BAJA para salir" {
			t.Errorf("Ana reads %q", body)
		}
		s.clock.Add(time.Minute)
		s.tick()
		s.send()
		s.at("2027-03-04 18:00")
		s.reported(leo.ID, 700, "2027-03-04") // is back: the rest is not for him
		s.at("2027-03-08 09:59")
		s.wants(ana, "delivered welcome:0")
		s.at("2027-03-08 10:00")
		s.wants(ana, "delivered welcome:0", "queued welcome:7")
		s.wants(leo, "delivered welcome:0")
		s.send()
		s.at("2027-03-08 10:01")
		s.at("2027-03-22 10:30")
		s.wants(ana, "delivered welcome:0", "delivered welcome:7", "queued welcome:21")
		s.wants(leo, "delivered welcome:0")
		s.wantRuns(c, "2027-03-01 done", "2027-03-04 done", "2027-03-08 done", "2027-03-22 planning")
	})
}

// Who joins at night is welcomed in the morning; who agrees to offers a day later, then; who does so when it is too late, not at all.
func TestWelcomeAtNightAndAfterConsent(t *testing.T) {
	eachShop(t, "2027-03-01T17:00:00Z", lima(), func(t *testing.T, s *shop) {
		s.started(NewCampaign{Recipe: "welcome"})
		s.at("2027-03-01 23:30")
		owl, silent, never := s.member("Lechuza"), s.member("Callada"), s.member("Nunca")
		s.agree(silent, false)
		s.agree(never, false)
		s.at("2027-03-01 23:31")
		s.wants(owl, "queued welcome:0")
		if at := utc(s.texts()[0].after); at != "2027-03-02T15:00" {
			t.Errorf("the night owl is texted at %s", at)
		}
		s.wants(silent, "left_out(consent) welcome:0")
		s.at("2027-03-02 20:00")
		s.agree(silent, true)
		s.at("2027-03-02 20:01")
		s.wants(silent, "queued welcome:0")
		s.at("2027-03-05 20:00")
		s.agree(never, true)
		s.at("2027-03-05 20:01")
		s.wants(never, "left_out(consent) welcome:0")
	})
}

// The server is down for three days: what is older than its life is counted and not sent, what is alive goes out, nothing twice.
func TestSeriesAfterAnOutage(t *testing.T) {
	eachShop(t, "2027-03-01T17:00:00Z", lima(), func(t *testing.T, s *shop) {
		c := s.started(NewCampaign{Recipe: "welcome"})
		s.tick()
		s.clock.Add(time.Minute)
		early := s.member("Pronto") // the last who joined before the lights went out
		s.clock.Add(48 * time.Hour)
		late := s.member("Tarde")
		s.at("2027-03-04 12:30")
		s.wants(early, "left_out(late) welcome:0")
		s.wants(late, "queued welcome:0")
		s.send()
		s.wantRuns(c, "2027-03-01 done", "2027-03-04 planning")

		s.clock.Add(24 * time.Hour) // a day ahead for a moment, then back
		s.tick()
		s.clock.Add(-24 * time.Hour)
		s.tick()
		next := s.member("Despues")
		s.clock.Add(time.Minute)
		s.tick()
		s.wants(next, "queued welcome:0")
		s.wants(late, "delivered welcome:0")
		s.clock.Add(24 * time.Hour)
		s.tick()
		s.wants(next, "queued welcome:0")
	})
}

func TestSurveyAfterAPurchase(t *testing.T) {
	eachShop(t, "2027-03-01T17:00:00Z", lima(), func(t *testing.T, s *shop) {
		s.started(NewCampaign{Recipe: "survey"})
		ana := s.member("Ana")
		s.tick()
		s.reported(ana.ID, 700, "2027-03-01") // at noon
		s.at("2027-03-01 13:59")
		s.wants(ana)
		s.at("2027-03-01 14:00")
		s.wants(ana, "queued survey:700")
		s.send()
		s.at("2027-03-11 14:00")
		s.reported(ana.ID, 701, "2027-03-11")
		s.at("2027-03-11 16:00")
		s.wants(ana, "delivered survey:700") // asked less than 30 days ago
		s.at("2027-03-12 12:00")
		s.at("2027-04-11 14:00")
		s.reported(ana.ID, 702, "2027-04-11")
		s.at("2027-04-11 16:00")
		s.wants(ana, "delivered survey:700", "queued survey:702")
	})
}

func TestProductMatch(t *testing.T) {
	eachShop(t, "2027-03-01T17:00:00Z", lima(), func(t *testing.T, s *shop) {
		if _, err := s.svc.Add(t.Context(), byAna, s.p.ID, NewCampaign{Recipe: "match", Offer: gift}); db.CodeOf(err) != db.Invalid {
			t.Errorf("a match of nothing: %v", err)
		}
		n := NewCampaign{Recipe: "match"}
		n.Calendar.Products = []string{"CAFE"}
		s.started(n)
		ana, leo := s.member("Ana"), s.member("Leo")
		s.reported(ana.ID, 700, "2027-03-01", "PAN", "CAFE")
		s.reported(leo.ID, 701, "2027-03-01", "PAN")
		s.at("2027-03-08 11:00")
		s.wants(ana, "queued match:700")
		s.wants(leo)
	})
}

func TestLevelReached(t *testing.T) {
	eachShop(t, "2027-03-01T17:00:00Z", lima(), func(t *testing.T, s *shop) {
		s.started(NewCampaign{Recipe: "tier"})
		ana, fell := s.member("Ana", "tier_id = 9"), s.member("Baja", "tier_id = 0")
		at := s.clock.Now().UnixMilli() + 1
		for i, m := range []int64{ana.ID, ana.ID, fell.ID} {
			s.exec("INSERT INTO tier_moves (program_id, id, member_id, tier_id, up, at) VALUES ($1, $2, $3, $4, TRUE, $5)", s.p.ID, i+1, m, 8+i%2, at)
		}
		s.at("2027-03-02 11:00")
		s.wants(ana, "queued tier:9:2027") // not also of the one she passed
		s.wants(fell)
	})
}

// The ledger warns, with proof; three days before the end the shop's own words follow, as a text of service, if there is still something
// to lose.
func TestWordsAboutPointsThatEnd(t *testing.T) {
	eachShop(t, "2027-03-01T17:00:00Z", lima(), func(t *testing.T, s *shop) {
		s.started(NewCampaign{Recipe: "expiry"})
		ana, spent, fresh := s.member("Ana"), s.member("Gastada"), s.member("Reciente")
		end := instant(t, "2027-03-16T05:00:00Z").UnixMilli() // good through the 15th
		for i, m := range []int64{ana.ID, spent.ID, fresh.ID} {
			s.exec(`INSERT INTO entries (program_id, id, member_id, seq, kind, delta, balance_after, source, at) VALUES ($1, $2, $3, 1, 'earn', 300, 300, $4, 0)`,
				s.p.ID, i+1, m, fmt.Sprint("x", i))
			s.exec(`INSERT INTO lots (program_id, id, member_id, entry_id, points, "left", expires_at, expires_first, lapses_at, created_at)
VALUES ($1, $2, $3, $2, 300, $4, CAST($5 AS BIGINT), CAST($5 AS BIGINT), CAST($5 AS BIGINT), 0)`, s.p.ID, i+1, m, 250*((i+1)%2), end)
			warned := s.clock.Now().AddDate(0, 0, 5*i)
			s.exec("INSERT INTO expiry_warnings (program_id, member_id, expires_at, points, warned_at) VALUES ($1, $2, $3, 300, $4)", s.p.ID, m, end, warned.UnixMilli())
		}
		s.agree(ana, false) // to offers: this is none
		s.at("2027-03-12 10:59")
		s.wants(ana)
		s.at("2027-03-12 11:00")
		s.wants(ana, fmt.Sprintf("queued expiring:%d:3", end))
		if body := s.texts()[0].body; body != "Cafe Sol: Ana, tus 250 puntos vencen el 15 de marzo. Escribe PREMIOS y aprovechalos" {
			t.Errorf("Ana reads %q", body)
		}
		s.wants(spent)
		s.wants(fresh) // was warned a day ago
	})
}

func TestSeriesSentences(t *testing.T) {
	for raw, event := range map[string]string{
		`[{"after": "7d"}]`: "", `[]`: onJoined, `[{"after": "7w"}]`: onJoined, `[{"after": "-1d"}]`: onJoined, `[{"after": "2h"}]`: onExpiring,
		`[{"after": "7d"}, {"after": "7d"}]`: onJoined, `{"after": "7d"}`: onTier, `[{"after": "7d", "life": "31d"}]`: onTier,
		`[{"after": "7d", "before": "1d"}]`: onTier, `[{"after": "7d", "gap": "x"}]`: onPurchase, `[{"after": "366d"}]`: onPurchase,
	} {
		if _, err := parseSteps([]byte(raw), event); db.CodeOf(err) != db.Invalid {
			t.Errorf("%s of %s: %v", raw, event, err)
		}
	}
	if _, err := (Calendar{On: "joined", At: "10:00", Ends: "18:00"}).read(); db.CodeOf(err) != db.Invalid {
		t.Error(err)
	}
}

// Two servers look for new members at the same moments: the rows are those of one.
func TestTwoSweepsAtOnce(t *testing.T) {
	eachShop(t, "2027-03-01T17:00:00Z", lima(), func(t *testing.T, s *shop) {
		s.started(NewCampaign{Recipe: "welcome", Offer: withVoucher()})
		s.tick()
		s.crowd(700)
		s.exec("UPDATE members SET joined_at = $1", s.clock.Now().Add(time.Minute).UnixMilli())
		for range 3 {
			s.clock.Add(time.Minute)
			var all sync.WaitGroup
			for range 2 {
				all.Go(func() {
					if err := (&Service{DB: s.d}).Tick(context.WithoutCancel(t.Context()), s.clock.Now()); err != nil {
						t.Error(err)
					}
				})
			}
			all.Wait()
		}
		if n := s.count("SELECT COUNT(*) FROM messages WHERE once = 'welcome:0' AND state = 'queued'"); n != 700 {
			t.Errorf("%d are welcomed", n)
		}
		if n := s.count("SELECT COUNT(*) FROM vouchers"); n != 700 {
			t.Errorf("%d vouchers", n)
		}
	})
}

// A look finds its few events by an index on time, whatever the size of the program.
func TestSweepsUseIndexes(t *testing.T) {
	clock := new(dbtest.Clock)
	s := openShop(t, dbtest.New(t, db.SQLite, dbtest.WithClock(clock)), clock, lima())
	for kind, want := range map[string]string{
		onJoined: "members_joined", onPurchase: "purchases_received", onTier: "tier_moves_at", onExpiring: "expiry_warnings_ends",
	} {
		q := series{event: kind, items: items{Products: []string{"A"}}}.query(s.p.ID, span{1, 2}, event{}, nil, 500, 0)
		if plan := s.explained(q.sql.String(), q.args...); !strings.Contains(plan, want) || strings.Contains(plan, "SCAN") {
			t.Errorf("%s is not found by %s:\n%s", kind, want, plan)
		}
	}
}

// A series goes to nobody in particular: its pre-flight says so, and whom it would have gone to.
func TestPreflightOfASeries(t *testing.T) {
	eachShop(t, "2027-03-01T17:00:00Z", lima(), func(t *testing.T, s *shop) {
		s.member("Hoy")
		for _, days := range []int{7, 7, 8, 20, 36, 37, 38, 60} {
			s.member("Antes", fmt.Sprintf("joined_at = %d", s.clock.Now().AddDate(0, 0, -days).UnixMilli()))
		}
		s.member("Otra", "language = 'en'")
		s.clock.Add(time.Minute)
		c := s.add(NewCampaign{Recipe: "welcome", Audience: []byte(`{"language": ["es"]}`)})
		f, err := s.svc.Preflight(t.Context(), s.p.ID, c.ID)
		want := []StepCount{{"0m", 1, 4}, {"7d", 2, 4}, {"21d", 0, 3}}
		if err != nil || !slices.Equal(f.Steps, want) || f.Audience != 9 {
			t.Errorf("the steps are %v of %d, %v, want %v", f.Steps, f.Audience, err, want)
		}
		if all := strings.Join(f.Warnings, " "); !strings.Contains(all, "after 7d, 4 members in the last 30 days and 2 today") {
			t.Errorf("it warns: %s", all)
		}
		for kind := range sources { // each can be counted
			n := NewCampaign{Recipe: "tier", Name: kind, Calendar: Calendar{On: kind}, Steps: []byte(`[{"after": "1d"}]`)}
			if kind == onExpiring {
				n.Recipe, n.Steps = "expiry", nil
			}
			if f, err = s.svc.Preflight(t.Context(), s.p.ID, s.add(n).ID); err != nil || len(f.Steps) != 1 {
				t.Errorf("%s: %v, %v", kind, f.Steps, err)
			}
		}
	})
}
