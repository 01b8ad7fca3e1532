package campaigns

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"fiel/db"
	"fiel/members"
	"fiel/rewards"
)

const (
	aWheel = `{"wheel": {"prizes": [
		{"name": {"es": "un postre", "en": "a dessert"}, "odds": 5, "stock": 1},
		{"points": 50, "odds": 15}],
		"consolation": {"words": {"es": "Gracias por jugar"}}}}`
	aSurvey = `{"survey": {"voucher": {"name": {"es": "un café"}}, "thanks": {"es": "Lo hablamos hoy."}}}`
	anEvent = `{"event": {"capacity": 40, "most": 4, "welcome": {"es": "El viernes a las 20:00"}}}`
	aHunt   = `{"hunt": {"clues": [{"code": "CANELA"}, {"words": {"es": "Donde duerme el pan"}, "code": "HORNO"}],
		"prize": {"name": {"es": "una tarta"}}, "winners": 1}}`
)

// asked is a shop with a campaign whose text has left to its members.
func (s *shop) asked(name, game string) Campaign {
	s.t.Helper()
	c := s.add(NewCampaign{
		Recipe: "blast", Name: name, Words: map[string]string{"es": "Cafe Sol: responde. BAJA para salir"}, Game: json.RawMessage(game),
		Calendar: Calendar{On: "now", Ends: "3d"},
	})
	f, err := s.svc.Preflight(s.t.Context(), s.p.ID, c.ID)
	if err != nil {
		s.t.Fatal(err)
	}
	if c, err = s.svc.Start(s.t.Context(), byAna, s.p.ID, c.ID, f.Texts); err != nil {
		s.t.Fatal(err)
	}
	s.set("texts_per_day", 50)
	return c
}

// answers has a member answer an open question of a kind.
func (s *shop) answers(m members.Member, kind string, f func(context.Context, *db.Tx, Play) error) error {
	return s.d.Write(s.t.Context(), db.Interactive, func(ctx context.Context, tx *db.Tx) error {
		m, err := members.Lock(ctx, tx, s.p.ID, m.ID)
		if err != nil {
			return err
		}
		if err := Asked(ctx, tx, m); err != nil {
			return err
		}
		open, err := members.Open(ctx, tx, s.p.ID, m.ID)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(open, func(q members.Question) bool { return q.Kind == kind })
		if i < 0 {
			return db.Errorf(db.Missing, "no question of kind %s is open", kind)
		}
		play, err := PlayOf(ctx, tx, s.p, m, open[i], "es")
		if err != nil {
			return err
		}
		return f(ctx, tx, play)
	})
}

func (s *shop) spins(m members.Member, luck Luck) (won Won, err error) {
	err = s.answers(m, members.AskSpin, func(ctx context.Context, tx *db.Tx, pl Play) error {
		got, err := pl.Spin(ctx, tx, luck, new(rewards.News))
		won = got
		return err
	})
	return won, err
}

func always(n int64) Luck { return func(int64) int64 { return n } }

func TestGamesAreCheckedWhenTheyAreSaved(t *testing.T) {
	for _, row := range []struct{ game, want string }{
		{`{}`, ""},
		{aWheel, ""},
		{aSurvey, ""},
		{anEvent, ""},
		{aHunt, ""},
		{`{"wheel": {}, "hunt": {}}`, "one game"},
		{`{"slots": 1}`, "cannot be read"},
		{`{"day": "saturday", "wheel": {}}`, "no day of a game"},
		{`{"day": "sat", "event": {"capacity": 4}}`, "Only a wheel or a hunt"},
		{`{"wheel": {"prizes": [{"points": 5, "odds": 0}]}}`, "odds of 1 to 100"},
		{`{"wheel": {"of": 7, "prizes": [{"points": 5, "odds": 1}]}}`, "100 or of 1000"},
		{`{"wheel": {"prizes": []}}`, "1 to 20 prizes"},
		{`{"wheel": {"prizes": [{"points": 5, "odds": 60}, {"points": 6, "odds": 60}]}}`, "Two prizes"},
		{`{"wheel": {"prizes": [{"points": 5, "odds": 60}, {"name": {"es": "x"}, "odds": 60}], "consolation": {"points": 1}}}`, "make 120"},
		{`{"wheel": {"prizes": [{"points": 5, "odds": 60}]}}`, "everybody else"},
		{`{"wheel": {"prizes": [{"points": 5, "odds": 60}], "consolation": {"points": 1, "stock": 3}}}`, "neither odds nor stock"},
		{`{"wheel": {"prizes": [{"odds": 60}], "consolation": {"points": 1}}}`, "needs a name"},
		{`{"wheel": {"prizes": [{"name": {"es": "x"}, "kind": "percent", "odds": 60}], "consolation": {"points": 1}}}`, "1 to 100 per cent"},
		{`{"wheel": {"prizes": [{"points": 1, "kind": "item", "odds": 60}], "consolation": {"points": 1}}}`, "not both"},
		{`{"wheel": {"prizes": [{"points": -1, "odds": 60}], "consolation": {"points": 1}}}`, "1,000,000 points"},
		{`{"wheel": {"prizes": [{"points": 1, "odds": 60, "stock": -1}], "consolation": {"points": 1}}}`, "stock"},
		{`{"wheel": {"prizes": [{"points": 1, "odds": 60, "days": 900}], "consolation": {"points": 1}}}`, "0 to 365 days"},
		{`{"wheel": {"prizes": [{"points": 1, "odds": 60}], "consolation": {"words": {"es": " "}}}}`, "no words in es"},
		{`{"wheel": {"prizes": [{"points": 1, "odds": 60}], "consolation": {"words": {"es": "a\nb"}}}}`, "one line"},
		{`{"hunt": {"clues": [], "prize": {"points": 1}}}`, "1 to 20 clues"},
		{`{"hunt": {"clues": [{"code": "?"}], "prize": {"points": 1}}}`, "one word or two"},
		{`{"hunt": {"clues": [{"code": "12"}], "prize": {"points": 1}}}`, "four digits"},
		{`{"hunt": {"clues": [{"code": "UNO"}, {"code": "DOS"}], "prize": {"points": 1}}}`, "Clue 2 has no words"},
		{`{"hunt": {"clues": [{"code": "UNO"}, {"code": "uno", "words": {"es": "x"}}], "prize": {"points": 1}}}`, "Two clues"},
		{`{"hunt": {"clues": [{"code": "UNO"}], "prize": {}}}`, "needs a name"},
		{`{"hunt": {"clues": [{"code": "UNO"}], "prize": {"points": 1}, "winners": -1}}`, "finders"},
		{`{"survey": {"low": 11}}`, "0 to"},
		{`{"survey": {"voucher": {}}}`, "needs a name"},
		{`{"survey": {"thanks": {"es": "` + strings.Repeat("x", 101) + `"}}}`, "101 letters"},
		{`{"event": {}}`, "capacity"},
		{`{"event": {"capacity": 2, "most": 3}}`, "not more than there are"},
	} {
		_, err := ParseGame(json.RawMessage(row.game))
		if row.want == "" && err != nil || row.want != "" && (db.CodeOf(err) != db.Invalid || !strings.Contains(err.Error(), row.want)) {
			t.Errorf("%s: %v, want %q", row.game, err, row.want)
		}
	}
	n := NewCampaign{Game: json.RawMessage(aWheel), Offer: Offer{Kind: rewards.FreeItem}}
	if err := n.checkGame(members.Program{Language: "es"}); db.CodeOf(err) != db.Invalid {
		t.Errorf("a wheel beside a voucher of the offer: %v", err)
	}
}

// The odds are what they say: Pearson's chi-square of many draws stays below its value at one in a thousand, for each seed.
func TestTheOddsOfAWheel(t *testing.T) {
	g, err := ParseGame(json.RawMessage(`{"wheel": {"of": 1000, "prizes": [{"points": 1, "odds": 5}, {"name": {"es": "a"}, "odds": 45}, {"name": {"es": "b"}, "odds": 300}],
		"consolation": {"points": 2}}}`))
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]float64{"points": .005, "a": .045, "b": .3, consoled: .65}
	for seed := range uint64(5) {
		luck, drawn := rand.New(rand.NewPCG(seed, 1)), map[string]float64{}
		const draws = 100_000
		for range draws {
			p, _ := g.Wheel.at(luck.Int64N(g.Wheel.whole()))
			drawn[g.Wheel.note(p)]++
		}
		chi := 0.0
		for prize, share := range want {
			d := drawn[prize] - share*draws
			chi += d * d / (share * draws)
		}
		if chi > 16.27 { // three degrees of freedom
			t.Errorf("seed %d: chi-square %.1f, %v", seed, chi, drawn)
		}
	}
	for n := range int64(2000) {
		if d := Dice(n + 1); d < 0 || d > n {
			t.Fatalf("dice of %d show %d", n+1, d)
		}
	}
}

// A wheel cannot be spun before its text has left; then once, whatever comes after; and not when it is over.
func TestAWheelIsSpunOnce(t *testing.T) {
	eachShop(t, "2026-12-03T15:00:00Z", lima(), func(t *testing.T, s *shop) {
		ana, luis := s.member("Ana"), s.member("Luis")
		c := s.asked("rueda", aWheel)
		if _, err := s.spins(ana, always(0)); db.CodeOf(err) != db.Missing {
			t.Errorf("before its text has left: %v", err)
		}
		s.send()
		won, err := s.spins(ana, always(0))
		if err != nil || won.Name != "un postre" || won.Voucher.ID == 0 || won.Again {
			t.Fatalf("%+v, %v", won, err)
		}
		if end := time.UnixMilli(won.Voucher.ExpiresAt).In(s.p.Location()).Format("01-02 15:04"); end != "12-10 23:59" {
			t.Errorf("the voucher is good until %s", end)
		}
		again, err := s.spins(ana, always(10))
		if err != nil || !again.Again || again.Voucher.Code != won.Voucher.Code || again.Name != "un postre" {
			t.Errorf("again: %+v, %v", again, err)
		}
		if won, err = s.spins(luis, always(0)); err != nil || won.Words != "Gracias por jugar" || won.Voucher.ID != 0 {
			t.Errorf("the one dessert is gone: %+v, %v", won, err)
		}
		eva := s.member("Eva")
		if _, err := s.spins(eva, always(0)); db.CodeOf(err) != db.Missing {
			t.Errorf("who was not asked: %v", err)
		}
		a, err := s.svc.Answers(t.Context(), s.p.ID, c.ID)
		if err != nil || a.Runs[0].Wheel.Spins != 2 || a.Runs[0].Wheel.Prizes[0] != (Given{"un postre", 5, 1, 1}) || a.Runs[0].Wheel.Prizes[2] != (Given{consoled, 80, 1, 0}) {
			t.Errorf("%+v, %v", a, err)
		}
		s.clock.Add(73 * time.Hour)
		if _, err := s.spins(ana, always(0)); db.CodeOf(err) != db.Missing {
			t.Errorf("after its end: %v", err)
		}
	})
}

func TestTheNextWheel(t *testing.T) {
	eachShop(t, "2026-12-03T15:00:00Z", lima(), func(t *testing.T, s *shop) {
		next := func() (at time.Time, found bool) {
			s.write(func(ctx context.Context, tx *db.Tx) (err error) {
				at, found, err = NextWheel(ctx, tx, s.p)
				return err
			})
			return at, found
		}
		if at, found := next(); found {
			t.Errorf("a wheel without a campaign: %s", at)
		}
		s.started(NewCampaign{Recipe: "flash", Game: json.RawMessage(aWheel), Words: map[string]string{"es": "Escribe GIRA. BAJA para salir"}})
		if at, found := next(); !found || at.In(s.p.Location()).Format("Mon 15:04") != "Fri 16:00" {
			t.Errorf("%s, %v", at, found)
		}
	})
}

// What is cancelled is over at once, also for those who were asked.
func TestACancelledGameIsOver(t *testing.T) {
	eachShop(t, "2026-12-03T15:00:00Z", lima(), func(t *testing.T, s *shop) {
		ana := s.member("Ana")
		c := s.asked("fiesta", anEvent)
		s.send()
		if got, err := s.comes(ana, 2); err != nil || got.Places != 2 || got.Words != "El viernes a las 20:00" {
			t.Fatalf("%+v, %v", got, err)
		}
		if _, err := s.svc.Cancel(t.Context(), byAna, s.p.ID, c.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := s.comes(ana, 3); db.CodeOf(err) != db.Missing {
			t.Errorf("%v", err)
		}
	})
}

func (s *shop) comes(m members.Member, n int64) (seats Seats, err error) {
	err = s.answers(m, members.AskRSVP, func(ctx context.Context, tx *db.Tx, pl Play) error {
		got, err := pl.Come(ctx, tx, n)
		seats = got
		return err
	})
	return seats, err
}

// Places are taken, given back and never more than there are.
func TestAnInvitation(t *testing.T) {
	eachShop(t, "2026-12-03T15:00:00Z", lima(), func(t *testing.T, s *shop) {
		ana, luis, eva := s.member("Ana"), s.member("Luis"), s.member("Eva")
		c := s.asked("fiesta", `{"event": {"capacity": 5, "most": 4}}`)
		s.send()
		for i, step := range []struct {
			who  members.Member
			n    int64
			want Seats
		}{
			{ana, 2, Seats{Places: 2}},
			{ana, 2, Seats{Places: 2, Again: true}},
			{ana, 3, Seats{Places: 3}},
			{luis, 5, Seats{Most: true, Left: 4}},
			{luis, 3, Seats{Full: true, Left: 2}},
			{luis, 2, Seats{Places: 2}},
			{luis, 3, Seats{Places: 2, Full: true}},
			{ana, 0, Seats{}},
			{ana, 0, Seats{Again: true}},
			{luis, 4, Seats{Places: 4}},
			{eva, 1, Seats{Places: 1}},
			{ana, 1, Seats{Full: true}},
			{luis, 3, Seats{Places: 3}},
			{ana, 1, Seats{Places: 1}},
		} {
			if got, err := s.comes(step.who, step.n); err != nil || got != step.want {
				t.Errorf("step %d: %+v, %v; want %+v", i, got, err, step.want)
			}
		}
		a, err := s.svc.Answers(t.Context(), s.p.ID, c.ID)
		if err != nil || a.Runs[0].Event.Taken != 5 || len(a.Runs[0].Event.Guests) != 3 || a.Runs[0].Event.Guests[0].Name != "Ana" {
			t.Errorf("%+v, %v", a.Runs[0].Event, err)
		}
	})
}

// Five hundred at once for forty places are forty guests; and when they change their minds all at once, the counter knows it.
func TestManyAnswersForTheLastPlaces(t *testing.T) {
	eachShop(t, "2026-12-03T15:00:00Z", lima(), func(t *testing.T, s *shop) {
		crowd := make([]members.Member, 500)
		for i := range crowd {
			crowd[i] = s.member("")
		}
		c := s.asked("fiesta", anEvent)
		s.send()
		all := func(n func(i int) int64) (taken, sum int64) {
			var all sync.WaitGroup
			for i, m := range crowd {
				all.Go(func() {
					if _, err := s.comes(m, n(i)); err != nil {
						t.Error(err)
					}
				})
			}
			all.Wait()
			a, err := s.svc.Answers(t.Context(), s.p.ID, c.ID)
			if err != nil {
				t.Fatal(err)
			}
			return a.Runs[0].Event.Taken, s.count("SELECT CAST(COALESCE(SUM(places), 0) AS BIGINT) FROM guests WHERE program_id = $1", s.p.ID)
		}
		if taken, sum := all(func(int) int64 { return 1 }); taken != 40 || sum != 40 {
			t.Errorf("%d places taken, %d with guests", taken, sum)
		}
		if taken, sum := all(func(i int) int64 { return int64(i % 5) }); taken != sum || taken > 40 {
			t.Errorf("%d places taken, %d with guests", taken, sum)
		}
	})
}

// Two hundred members on the last of a prize, and one member two hundred times: one prize, one spin each.
func TestManySpinsAtOnce(t *testing.T) {
	eachShop(t, "2026-12-03T15:00:00Z", lima(), func(t *testing.T, s *shop) {
		crowd := make([]members.Member, 200)
		for i := range crowd {
			crowd[i] = s.member("")
		}
		s.asked("rueda", aWheel)
		s.send()
		var all sync.WaitGroup
		for i := range 400 {
			all.Go(func() {
				who := crowd[i%200]
				if i >= 200 {
					who = crowd[0]
				}
				if _, err := s.spins(who, always(0)); err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if n := s.count("SELECT COUNT(*) FROM spins WHERE program_id = $1", s.p.ID); n != 200 {
			t.Errorf("%d spins", n)
		}
		if n := s.count("SELECT COUNT(*) FROM vouchers WHERE program_id = $1", s.p.ID); n != 1 {
			t.Errorf("%d desserts", n)
		}
	})
}

func (s *shop) tries(m members.Member, code int) (step Step, err error) {
	err = s.answers(m, members.AskClue, func(ctx context.Context, tx *db.Tx, pl Play) error {
		got, err := pl.Try(ctx, tx, code, new(rewards.News))
		step = got
		return err
	})
	return step, err
}

// Clues come in order, the last gives the prize to whom is first, and guessing ends for the day.
func TestATreasureHunt(t *testing.T) {
	eachShop(t, "2026-12-03T15:00:00Z", lima(), func(t *testing.T, s *shop) {
		ana, luis, eva := s.member("Ana"), s.member("Luis"), s.member("Eva")
		c := s.asked("tesoro", aHunt)
		s.send()
		ask := func(m members.Member, code int) Step {
			t.Helper()
			step, err := s.tries(m, code)
			if err != nil {
				t.Fatal(err)
			}
			return step
		}
		if got := ask(ana, 1); !got.Other || got.Found {
			t.Errorf("out of order: %+v", got)
		}
		if got := ask(ana, 0); got.Clue != "Donde duerme el pan" {
			t.Errorf("%+v", got)
		}
		if got := ask(ana, 0); got.Clue != "Donde duerme el pan" || got.Wrong {
			t.Errorf("again: %+v", got)
		}
		won := ask(ana, 1)
		if !won.Found || won.Won.Voucher.ID == 0 {
			t.Errorf("%+v", won)
		}
		if got := ask(ana, 0); !got.Found || !got.Won.Again || got.Won.Late || got.Won.Voucher.Code != won.Won.Voucher.Code {
			t.Errorf("after the end: %+v", got)
		}
		ask(luis, 0)
		if got := ask(luis, 1); !got.Found || !got.Won.Late || got.Won.Voucher.ID != 0 {
			t.Errorf("the second: %+v", got)
		}
		if got := ask(luis, 1); !got.Won.Late {
			t.Errorf("the second again: %+v", got)
		}
		for range wrongADay - 1 {
			if got := ask(eva, NoCode); !got.Wrong || got.Stuck {
				t.Errorf("a guess: %+v", got)
			}
		}
		if got := ask(eva, NoCode); !got.Stuck {
			t.Errorf("the last guess: %+v", got)
		}
		if got := ask(eva, 0); !got.Stuck {
			t.Errorf("right, after too many: %+v", got)
		}
		s.clock.Add(24 * time.Hour)
		if got := ask(eva, 0); got.Stuck || got.Clue == "" {
			t.Errorf("the next day: %+v", got)
		}
		a, err := s.svc.Answers(t.Context(), s.p.ID, c.ID)
		if h := a.Runs[0].Hunt; err != nil || len(h.Hunters) != 3 || h.Hunters[0].Name != "Ana" || !h.Hunters[0].Won || h.Hunters[1].Won || h.Hunters[2].Solved != 1 {
			t.Errorf("%+v, %v", a.Runs[0].Hunt, err)
		}
	})
}

// A score is kept once, with its voucher of the same day and a comment; the owners are told of a low one, and of nobody's name.
func TestASurvey(t *testing.T) {
	eachShop(t, "2026-12-03T15:00:00Z", lima(), func(t *testing.T, s *shop) {
		ana, luis := s.member("Ana"), s.member("Luis")
		c := s.asked("encuesta", aSurvey)
		s.send()
		scores := func(m members.Member, n int64) (done Scored, err error) {
			err = s.answers(m, members.AskScore, func(ctx context.Context, tx *db.Tx, pl Play) error {
				done, err = pl.Score(ctx, tx, n, new(rewards.News))
				if err == nil && done.Low {
					err = pl.TellLow(ctx, tx, done.ID, n)
				}
				return err
			})
			return done, err
		}
		done, err := scores(ana, 3)
		if err != nil || !done.Low || time.UnixMilli(done.Won.Voucher.ExpiresAt).In(s.p.Location()).Format("01-02 15:04") != "12-03 23:59" {
			t.Fatalf("%+v, %v", done, err)
		}
		if _, err := scores(ana, 9); db.CodeOf(err) != db.Missing {
			t.Errorf("a second score: %v", err)
		}
		if done, err := scores(luis, 9); err != nil || done.Low {
			t.Errorf("%+v, %v", done, err)
		}
		s.write(func(ctx context.Context, tx *db.Tx) error {
			open, err := members.Open(ctx, tx, s.p.ID, ana.ID)
			if err != nil || len(open) != 1 || open[0].Kind != members.AskComment {
				return fmt.Errorf("open: %+v, %w", open, err)
			}
			words, low, err := Comment(ctx, tx, s.p, open[0], "  Ana esperó media hora  ", "es")
			if words != "Lo hablamos hoy." || !low {
				t.Errorf("%q %v", words, low)
			}
			return err
		})
		a, err := s.svc.Answers(t.Context(), s.p.ID, c.ID)
		v := a.Runs[0].Survey
		if err != nil || v.Count != 2 || *v.NPS != 0 || len(v.Answers) != 2 || v.Answers[0].Comment+v.Answers[1].Comment != "Ana esperó media hora" {
			t.Errorf("%+v, %v", v, err)
		}
		if n := s.count("SELECT COUNT(*) FROM notices WHERE program_id = $1 AND kind = 'low_score' AND words NOT LIKE '%Ana%'", s.p.ID); n != 1 {
			t.Errorf("%d notices", n)
		}
		blast := s.add(NewCampaign{Recipe: "blast", Name: "nada", Calendar: Calendar{On: "now", Ends: "3d"}})
		if _, err := s.svc.Answers(t.Context(), s.p.ID, blast.ID); db.CodeOf(err) != db.Refused {
			t.Errorf("a blast without a game: %v", err)
		}
	})
}

func TestNPS(t *testing.T) {
	for _, row := range []struct {
		scores []int64
		want   int64
	}{{[]int64{10, 10, 9}, 100}, {[]int64{0, 6}, -100}, {[]int64{7, 8}, 0}, {[]int64{10, 9, 8, 7, 6, 0, 10}, 14}} {
		counts := make([]int64, 11)
		for _, s := range row.scores {
			counts[s]++
		}
		if got := nps(counts); got == nil || *got != row.want {
			t.Errorf("%v: %v, want %d", row.scores, got, row.want)
		}
	}
	if nps(make([]int64, 11)) != nil {
		t.Error("a score of nobody")
	}
}

// The recipe of a treasure hunt cannot guess its clues; and no code may be a word that does something else.
func TestHuntsAreWholeWhenTheyAreSaved(t *testing.T) {
	eachShop(t, "2027-03-01T15:00:00Z", lima(), func(t *testing.T, s *shop) {
		s.svc.Taken = func(text string) bool { return text == "BAJA" }
		bad := json.RawMessage(strings.Replace(aHunt, "HORNO", "BAJA", 1))
		for _, game := range []json.RawMessage{nil, json.RawMessage(aWheel), bad} {
			if _, err := s.svc.Add(t.Context(), byAna, s.p.ID, NewCampaign{Recipe: "hunt", Offer: gift, Game: game}); db.CodeOf(err) != db.Invalid {
				t.Errorf("%s is saved: %v", game, err)
			}
		}
		c := s.add(NewCampaign{Recipe: "hunt", Game: json.RawMessage(aHunt)})
		if _, err := s.svc.Edit(t.Context(), byAna, s.p.ID, c.ID, Changes{Game: bad}); db.CodeOf(err) != db.Invalid {
			t.Errorf("BAJA becomes a code: %v", err)
		}
		c, err := s.svc.Edit(t.Context(), byAna, s.p.ID, c.ID, Changes{Game: json.RawMessage(strings.Replace(aHunt, "HORNO", "FUENTE", 1))})
		if err != nil || c.Version != 2 || !strings.Contains(c.Game, "FUENTE") {
			t.Errorf("after the edit version %d has the game %s: %v", c.Version, c.Game, err)
		}
	})
}
