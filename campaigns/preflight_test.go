package campaigns

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"fiel/db"
	"fiel/members"
	"fiel/sms"

	"github.com/google/go-cmp/cmp"
)

func bogota() members.NewProgram { return madeIn("CO", "America/Bogota") }

// inBogota opens a shop whose members have Colombian numbers.
func inBogota(t *testing.T, start string, f func(t *testing.T, s *shop)) {
	eachShop(t, start, bogota(), func(t *testing.T, s *shop) {
		s.prefix = "+5731"
		f(t, s)
	})
}

func (s *shop) preflight(c Campaign) Preflight {
	s.t.Helper()
	f, err := s.svc.Preflight(s.t.Context(), s.p.ID, c.ID)
	if err != nil {
		s.t.Fatal(err)
	}
	return f
}

// A Friday at eight in the evening is no time for an offer in Colombia: the pre-flight says so, and when the next one is. So does Start.
func TestFridayEveningInColombia(t *testing.T) {
	for _, ends := range []string{"23:00", "3d", "2027-03-08 20:00"} {
		t.Run(ends, func(t *testing.T) {
			inBogota(t, "2027-03-02T15:00:00Z", func(t *testing.T, s *shop) {
				s.crowd(20)
				c := s.add(NewCampaign{Recipe: "blast", Name: "viernes", Calendar: Calendar{On: "2027-03-05", At: "20:00", Ends: ends}})
				f := s.preflight(c)
				for _, words := range []string{"Fri 2027-03-05 20:00", "CO mon-fri 09:00-19:00, sat 09:00-15:00", "The next time is Sat 2027-03-06 09:00"} {
					if !strings.Contains(f.Refused, words) {
						t.Errorf("%q does not say %q", f.Refused, words)
					}
				}
				if utc(f.NextLegal) != "2027-03-06T14:00" {
					t.Errorf("the next legal time is %s", utc(f.NextLegal))
				}
				_, err := s.svc.Start(t.Context(), byAna, s.p.ID, c.ID, f.Texts)
				if db.CodeOf(err) != db.Refused || err.Error() != f.Refused {
					t.Errorf("Start says %v", err)
				}
				_, err = s.svc.StartAsMany(t.Context(), byAna, s.p.ID, c.ID, f.Texts)
				if nobody := ends == "23:00"; (err != nil) != nobody {
					t.Errorf("as many as fit: %v", err)
				}
			})
		})
	}
}

// A holiday and a day that the owner closed push the next time on.
func TestClosedDaysInThePreflight(t *testing.T) {
	inBogota(t, "2027-03-02T15:00:00Z", func(t *testing.T, s *shop) {
		s.crowd(3)
		s.set("closed_days", `["2027-03-23","03-24"]`) // Monday 22 is San José, Thursday and Friday are Easter's, Saturday is not
		c := s.add(NewCampaign{Recipe: "blast", Calendar: Calendar{On: "2027-03-22", At: "10:00", Ends: "20:00"}})
		f := s.preflight(c)
		if !strings.Contains(f.Refused, "2027-03-22 is a holiday") || utc(f.NextLegal) != "2027-03-27T14:00" {
			t.Errorf("%s, %s", f.Refused, utc(f.NextLegal))
		}
	})
}

// One ó in a text of 120 letters doubles its price: the pre-flight names the letter, the word, its cheaper spelling and what it saves.
func TestTheLetterThatDoublesThePrice(t *testing.T) {
	eachShop(t, "2027-03-05T16:00:00Z", lima(), func(t *testing.T, s *shop) {
		s.crowd(412)
		s.set("prices", `{"MX": 51000}`)
		words := "Cafe Sol: nuestra promoción de hoy, dos cafes por el precio de uno en todas las mesas hasta las ocho. BAJA para salir"
		words += strings.Repeat("!", 120-len([]rune(words)))
		c := s.add(NewCampaign{Recipe: "blast", Words: map[string]string{"es": words}, Calendar: Calendar{Ends: "20:00"}})
		f := s.preflight(c)
		want := []Spelling{{
			Language: "es", Words: []Respelling{{"promoción", "promocion"}}, Letters: []string{"ó"}, From: 2, To: 1, Texts: 412, Saved: 412, Price: 412 * 51000,
		}}
		if diff := cmp.Diff(want, f.Spellings); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]Letter{{"ó", "o", 412}}, f.Letters); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]LanguageParts{{"es", 412, map[int64]int64{2: 412}}}, f.Languages); diff != "" {
			t.Error(diff)
		}
		price := []CountryPrice{{Country: "MX", Texts: 412, Parts: 824, Known: true, Price: sms.Price{Millionths: 51000, Own: true}, Total: 824 * 51000}}
		if diff := cmp.Diff(price, f.Prices); diff != "" || f.Total != 824*51000 || f.Unpriced != 0 {
			t.Error(diff)
		}
	})
}

// A member's name does not double the price where the words keep to the cheap alphabet; it is counted as it is sent.
func TestNamesAreSpeltWhereThatSaves(t *testing.T) {
	eachShop(t, "2027-03-05T16:00:00Z", lima(), func(t *testing.T, s *shop) {
		maria, wang := s.member("María"), s.member("王")
		words := "Cafe Sol: {nombre|amigo}, hoy dos cafes por el precio de uno en todas las mesas. BAJA para salir"
		c := s.add(NewCampaign{Recipe: "blast", Words: map[string]string{"es": words}, Calendar: Calendar{Ends: "20:00"}})
		f := s.preflight(c)
		if f.Respelt != 1 || f.Parts != 3 || len(f.Spellings) != 0 || len(f.Letters) != 1 || f.Letters[0].Letter != "王" || f.Letters[0].Spelt != "" {
			t.Errorf("%+v", f)
		}
		s.start(c, 2)
		for _, x := range s.texts() {
			if x.member == maria.ID && !strings.Contains(x.body, "Maria,") || x.member == wang.ID && !strings.Contains(x.body, "王,") {
				t.Errorf("%q", x.body)
			}
		}
	})
}

func (s *shop) start(c Campaign, typed int64) {
	s.t.Helper()
	if _, err := s.svc.Start(s.t.Context(), byAna, s.p.ID, c.ID, typed); err != nil {
		s.t.Fatal(err)
	}
}

func TestALittleTooLong(t *testing.T) {
	eachShop(t, "2027-03-05T16:00:00Z", lima(), func(t *testing.T, s *shop) {
		s.crowd(10)
		s.member("", "language = 'en'")
		words := map[string]string{"es": strings.Repeat("a", 159) + "STOP!", "en": "short STOP"}
		words["es"] = strings.Repeat("a", 159) + " STOP"
		c := s.add(NewCampaign{Recipe: "blast", Words: words, Calendar: Calendar{Ends: "20:00"}})
		f := s.preflight(c)
		if diff := cmp.Diff([]TooLong{{Language: "es", Letters: 4, Texts: 7}}, f.TooLong); diff != "" {
			t.Error(diff)
		}
		if f.Unpriced != f.Parts || f.Total != 0 || f.Prices[0].Known {
			t.Errorf("nobody said what a part to Mexico costs: %+v", f.Prices)
		}
	})
}

// At one part a second ten minutes are 600 texts: 800 cannot have left by then. As many as fit can, the same ones however often it is asked.
func TestWhatCannotFinishInTime(t *testing.T) {
	eachShop(t, "2027-03-05T16:00:00Z", lima(), func(t *testing.T, s *shop) {
		s.exec("UPDATE senders SET pace = 1")
		s.crowd(800)
		plain := map[string]string{"es": "Cafe Sol: 2x1. BAJA para salir"}
		c := s.add(NewCampaign{Recipe: "blast", Words: plain, Calendar: Calendar{Ends: "11:11"}}) // eleven minutes, the last of which is too short
		f := s.preflight(c)
		if f.Late != 200 || !strings.Contains(f.Refused, "200 of 800 texts would not have left") || f.First != s.clock.Now().UnixMilli() {
			t.Errorf("%d late: %s", f.Late, f.Refused)
		}
		if _, err := s.svc.Start(t.Context(), byAna, s.p.ID, c.ID, 800); db.CodeOf(err) != db.Refused {
			t.Errorf("Start: %v", err)
		}
		many, err := s.svc.PreflightShown(t.Context(), s.p.ID, c.ID, true, func(int64) {})
		if err != nil || many.Refused != "" || many.Texts != 600 || many.LeftOut[reasonRoom] != 200 || many.Late != 0 {
			t.Fatalf("%+v, %v", many, err)
		}
		if _, err := s.svc.StartAsMany(t.Context(), byAna, s.p.ID, c.ID, 600); err != nil {
			t.Fatal(err)
		}
		if n := s.count("SELECT COUNT(*) FROM messages WHERE state = 'queued'"); n != 600 {
			t.Errorf("%d texts wait", n)
		}
		if n := s.count("SELECT COUNT(*) FROM messages WHERE state = 'left_out' AND reason = 'room' AND cap_day = '' AND body = ''"); n != 200 {
			t.Errorf("%d were left out for want of room", n)
		}
		if g := s.preflight(s.add(NewCampaign{Recipe: "blast", Name: "detras", Words: plain, Calendar: Calendar{Ends: "20:00"}})); g.LeftOut["cap"] != 600 || g.First < f.First+599_000 {
			t.Errorf("what waits ahead is not reckoned with: %+v", g)
		}
	})
}

// What comes again is warned of when it is started, and judged each time: one that cannot be sent is missed, and the owners are told.
func TestEachTimeIsJudged(t *testing.T) {
	eachShop(t, "2027-03-01T15:00:00Z", lima(), func(t *testing.T, s *shop) {
		s.exec("UPDATE senders SET pace = 1")
		s.crowd(300)
		words := map[string]string{"es": "Cafe Sol: 2x1. BAJA para salir"}
		c := s.add(NewCampaign{Recipe: "flash", Name: "corta", Words: words, Calendar: Calendar{At: "16:00", Ends: "16:03"}})
		if f := s.preflight(c); f.Refused != "" || len(f.Warnings) != 1 || !strings.Contains(f.Warnings[0], "cannot be sent in time") {
			t.Errorf("refused %q, warnings %q", f.Refused, f.Warnings)
		}
		s.start(c, 0)
		night := s.started(NewCampaign{Recipe: "flash", Name: "noche", Words: words, Calendar: Calendar{At: "23:00", Ends: "23:30"}})
		many := s.add(NewCampaign{Recipe: "flash", Name: "muchos", Words: words, Calendar: Calendar{At: "17:00", Ends: "17:03"}, AsMany: true})
		s.start(many, 0)
		s.at("2027-03-05 16:00")
		s.at("2027-03-05 17:00")
		s.at("2027-03-05 23:00")
		s.wantRuns(c, "2027-03-05 missed")
		s.wantRuns(night, "2027-03-05 missed")
		if n := s.count("SELECT COUNT(*) FROM messages WHERE state = 'left_out' AND reason = 'room'"); n != 180 {
			t.Errorf("%d of 300 were left out, want those that two minutes have no room for", n)
		}
		var told []string
		err := s.d.Read(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			all, err := sms.Alerts(ctx, tx, s.p.ID, 10)
			for _, a := range all {
				told = append(told, a.Kind)
			}
			return err
		})
		if err != nil || !strings.Contains(strings.Join(told, " "), "run_no_time") || !strings.Contains(strings.Join(told, " "), "run_no_hours") {
			t.Errorf("the owners were told %q, %v", told, err)
		}
	})
}

// What a country asks each promotion to say is added where the words do not, in their language, and counted.
func TestWhatACountryAsksFor(t *testing.T) {
	eachShop(t, "2027-03-05T16:00:00Z", madeIn("ES", "Europe/Madrid"), func(t *testing.T, s *shop) {
		s.prefix = "+3461"
		s.number = -9_000_000
		ana := s.member("Ana", "phone = '+34612345678'")
		eva := s.member("Eva", "phone = '+34612345679'", "language = 'en'")
		c := s.add(NewCampaign{Recipe: "blast", Words: map[string]string{"es": "Cafe Sol: hoy 2x1", "en": "Cafe Sol: 2 for 1. STOP to leave"}, Calendar: Calendar{Ends: "20:00"}})
		f := s.preflight(c)
		if diff := cmp.Diff([]Addition{{Country: "ES", Words: "BAJA para salir", Texts: 1}}, f.Added); diff != "" {
			t.Error(diff)
		}
		s.start(c, 2)
		for _, x := range s.texts() {
			want := map[int64]string{ana.ID: "Cafe Sol: hoy 2x1. BAJA para salir", eva.ID: "Cafe Sol: 2 for 1. STOP to leave"}[x.member]
			if x.body != want {
				t.Errorf("%q, want %q", x.body, want)
			}
		}
	})
}

// The same pre-flight is the same however often it is asked for, and its lists are lists also where there is nothing in them.
func TestThePreflightIsTheSameEachTime(t *testing.T) {
	eachShop(t, "2027-03-05T16:00:00Z", lima(), func(t *testing.T, s *shop) {
		empty, err := json.Marshal(s.preflight(s.add(NewCampaign{Recipe: "blast", Name: "nadie", Calendar: Calendar{Ends: "20:00"}})))
		if err != nil || strings.Contains(string(empty), "null") {
			t.Errorf("%s, %v", empty, err)
		}
		s.crowd(60)
		c := s.add(NewCampaign{
			Recipe: "blast", Calendar: Calendar{Ends: "20:00"},
			Words:  map[string]string{"es": "Cafe Sol: promoción de jamón para hoy, en todas nuestras mesas y en la barra. BAJA para salir"},
			WordsB: map[string]string{"es": "Cafe Sol: atún y salmón para hoy, en todas nuestras mesas y en la barra de atrás. BAJA para salir"},
		})
		first := s.preflight(c)
		if len(first.Spellings) != 1 || len(first.Spellings[0].Words) != 5 {
			t.Fatalf("%+v", first.Spellings)
		}
		for range 10 {
			if diff := cmp.Diff(first.Spellings, s.preflight(c).Spellings); diff != "" {
				t.Fatal(diff)
			}
		}
	})
}
