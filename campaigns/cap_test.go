package campaigns

import (
	"fmt"
	"testing"
	"time"
)

// Friday 5 March 2027. A blast goes out at nine, the greeting at ten: who has a birthday gets the greeting on the day and the blast
// on the next, while it is alive.
func TestBirthdayComesFirst(t *testing.T) {
	eachShop(t, "2027-03-05T13:30:00Z", lima(), func(t *testing.T, s *shop) {
		s.started(NewCampaign{Recipe: "birthday"})
		ana, leo := s.member("Ana", born(3, 5)), s.member("Leo")
		s.blast(NewCampaign{Name: "corto", Calendar: Calendar{Ends: "20:00"}})
		s.wants(ana, "left_out(cap) run")
		s.wants(leo, "queued run")
		s.blast(NewCampaign{Name: "largo", Calendar: Calendar{Ends: "3d"}})
		s.at("2027-03-05 10:00")
		s.wants(ana, "left_out(cap) run", "queued birthday:2027", "queued run")
		s.wants(leo, "queued run", "queued run")
		// It is ten in Lima when it is nine in Mexico, where the numbers are from.
		for i, want := range []string{"2027-03-05T13:30", "2027-03-05T15:00", "2027-03-06T15:00", "2027-03-05T15:00", "2027-03-06T15:00"} {
			if got := utc(s.texts()[i].after); got != want {
				t.Errorf("text %d leaves at %s, want %s", i, got, want)
			}
		}
	})
}

// A greeting whose day is full already goes out on one of the next two.
func TestGreetingMovesOn(t *testing.T) {
	eachShop(t, "2027-03-05T14:30:00Z", lima(), func(t *testing.T, s *shop) {
		ana := s.member("Ana", born(3, 5))
		s.blast(NewCampaign{Name: "antes"})
		s.exec("INSERT INTO text_days (program_id, member_id, day, n) VALUES ($1, $2, '2027-03-06', 1)", s.p.ID, ana.ID)
		s.started(NewCampaign{Recipe: "birthday"})
		s.at("2027-03-05 10:00")
		s.wants(ana, "queued run", "queued birthday:2027")
		if at := utc(s.texts()[1].after); at != "2027-03-07T15:00" {
			t.Errorf("the greeting leaves at %s", at)
		}
	})
}

func TestCapsOfTheWeekAndOfParts(t *testing.T) {
	eachShop(t, "2027-03-01T14:30:00Z", lima(), func(t *testing.T, s *shop) { // a Monday
		s.set("texts_per_day", 10)
		ana := s.member("Ana")
		s.blast(NewCampaign{Name: "m0", Calendar: Calendar{Ends: "20:00"}})
		s.blast(NewCampaign{Name: "segundo", Calendar: Calendar{Ends: "19:00"}}) // never two on one day
		for i := 1; i < 4; i++ {
			s.clock.Add(24 * time.Hour)
			s.blast(NewCampaign{Name: fmt.Sprint("m", i), Calendar: Calendar{Ends: "20:00"}})
		}
		s.wants(ana, "left_out(cap) run", "queued run", "queued run", "queued run", "left_out(cap) run")
		if n := s.caps()[fmt.Sprintf("%d 2027-03-01", ana.ID)]; n != 1 {
			t.Errorf("the day has room taken for %d, the text that was left out must take none", n)
		}
		s.set("texts_per_week", 100)
		s.set("parts_per_day", 2)
		s.member("Leo")
		s.member("Eva")
		c := s.add(NewCampaign{Recipe: "blast", Name: "caro", Calendar: Calendar{Ends: "20:00"}})
		f, err := s.svc.Preflight(t.Context(), s.p.ID, c.ID)
		if err != nil || f.Texts != 2 || f.LeftOut["spend"] != 1 || f.Audience != 3 {
			t.Errorf("preflight says %+v, %v", f, err)
		}
		if _, err := s.svc.Start(t.Context(), byAna, s.p.ID, c.ID, 2); err != nil {
			t.Error(err)
		}
		if n := s.caps()["parts 2027-03-04"]; n != 2 {
			t.Errorf("%d parts are taken", n)
		}
		if n := s.count("SELECT COUNT(*) FROM messages WHERE reason = 'spend' AND cap_day = ''"); n != 1 {
			t.Errorf("%d were left out for the spend", n)
		}
	})
}

// Who is held out of a run is the same whenever it is asked, and another in the next; what preflight counts is what is planned.
func TestHoldout(t *testing.T) {
	eachShop(t, "2027-03-01T14:30:00Z", lima(), func(t *testing.T, s *shop) {
		s.set("texts_per_day", 10)
		s.crowd(1000)
		share := int64(20)
		for i := range 2 {
			s.blast(NewCampaign{Name: fmt.Sprint("m", i), Holdout: &share})
		}
		held := s.count("SELECT COUNT(*) FROM messages WHERE state = 'holdout'")
		if held < 320 || held > 480 {
			t.Errorf("%d of 2,000 were held out, want about 400", held)
		}
		both := s.count(`SELECT COUNT(*) FROM (SELECT member_id FROM messages WHERE state = 'holdout' GROUP BY member_id HAVING COUNT(*) = 2) AS twice`)
		if both < 15 || both > 75 {
			t.Errorf("%d members were held out of both runs, want about 40", both)
		}
		if n := s.count("SELECT COUNT(*) FROM messages WHERE state = 'holdout' AND (body <> '' OR parts <> 0 OR cap_day <> '')"); n != 0 {
			t.Errorf("%d who were held out have a text or take room", n)
		}
	})
}

func TestLeftOutAndWhy(t *testing.T) {
	eachShop(t, "2027-03-05T14:30:00Z", lima(), func(t *testing.T, s *shop) {
		ana, stopped, landline := s.member("Ana"), s.member("Parada"), s.member("Fijo")
		bad, gone, peru := s.member("Mala"), s.member("Fuera", "left_at = 1"), s.member("Peru", "wrote_first = FALSE", "phone = '+51987654321'")
		night := s.member("Noche", "zone = 'Asia/Tokyo'")
		nobody := s.member("Nadie", "service = FALSE")
		erased := s.member("Borrada", "erased_at = 1")
		s.exec("UPDATE phones SET stopped_at = 1 WHERE hash = $1", stopped.Hash)
		s.exec("UPDATE phones SET health = 'landline' WHERE hash = $1", landline.Hash)
		s.exec("UPDATE phones SET health = 'bad' WHERE hash = $1", bad.Hash)
		s.blast(NewCampaign{Name: "hoy", Calendar: Calendar{Ends: "18:00"}})
		s.wants(ana, "queued run")
		s.wants(stopped, "left_out(stopped) run")
		s.wants(gone, "left_out(stopped) run")
		s.wants(landline, "left_out(number) run")
		s.wants(bad, "left_out(number) run")
		s.wants(peru, "left_out(write_first) run")
		s.wants(night, "left_out(hours) run")
		s.wants(nobody, "left_out(consent) run")
		s.wants(erased)
	})
}

// Who is held out takes nothing of what a campaign may cost, in the pre-flight as in the run.
func TestHeldOutCostNothing(t *testing.T) {
	eachShop(t, "2027-03-01T14:30:00Z", lima(), func(t *testing.T, s *shop) {
		s.crowd(100)
		share := int64(50)
		c := s.add(NewCampaign{Recipe: "blast", Name: "medio", Holdout: &share, PartsCap: 1000, Calendar: Calendar{Ends: "20:00"}})
		f, err := s.svc.Preflight(t.Context(), s.p.ID, c.ID)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.svc.Start(t.Context(), byAna, s.p.ID, c.ID, f.Texts); err != nil {
			t.Fatal(err)
		}
		parts := s.count("SELECT SUM(parts) FROM messages WHERE state = 'queued'")
		if n := s.count("SELECT n FROM campaign_spend"); n != parts || parts == 0 || f.Holdout == 0 {
			t.Errorf("the campaign has taken %d parts for texts of %d, with %d held out", n, parts, f.Holdout)
		}
	})
}

// Three promotions a week fill the week's cap. Who has a birthday on its Sunday, or has been a member for a year then, is greeted all the
// same: the last promotion before gives way, and what preflight counts is what is planned. Whoever has both keeps room for both.
func TestGreetingsComeBeforeTheWeeksPromotions(t *testing.T) {
	eachShop(t, "2027-02-28T13:30:00Z", lima(), func(t *testing.T, s *shop) {
		year := fmt.Sprintf("joined_at = %d", instant(t, "2026-03-07T15:00:00Z").UnixMilli())
		ana, eva, both := s.member("Ana", born(3, 7)), s.member("Eva", year), s.member("Ambas", born(3, 5), year)
		leo, monday := s.member("Leo"), s.member("Lunes", born(3, 8))
		elsewhere := s.member("Otra", born(3, 7), "language = 'en'") // the greeting is not for her
		s.started(NewCampaign{Recipe: "birthday", Audience: []byte(`{"language": ["es"]}`)})
		s.started(NewCampaign{Recipe: "anniversary"})
		s.started(NewCampaign{Recipe: "wheel"})
		s.started(NewCampaign{Recipe: "flash"})
		hunt := s.started(NewCampaign{Recipe: "hunt", Game: []byte(`{"hunt": {"clues": [{"words": {"es": "Donde huele a pan"}, "code": "horno"}], "prize": {"points": 50}}}`)})
		s.at("2027-03-01 09:00")
		for _, at := range []string{"2027-03-04 17:00", "2027-03-05 10:00", "2027-03-05 16:00"} {
			s.at(at)
			s.send()
		}
		s.clock.Set(instant(t, "2027-03-06T15:59:00Z"))
		f, err := s.svc.Preflight(t.Context(), s.p.ID, hunt.ID)
		if err != nil || f.Texts != 3 || f.LeftOut["cap"] != 3 {
			t.Errorf("preflight says %d texts, %v left out, %v", f.Texts, f.LeftOut, err)
		}
		for _, at := range []string{"2027-03-06 11:00", "2027-03-07 10:00", "2027-03-08 10:00"} {
			s.at(at)
			s.send()
		}
		s.wants(ana, "delivered run", "delivered run", "left_out(cap) run", "delivered birthday:2027")
		s.wants(eva, "delivered run", "delivered run", "left_out(cap) run", "delivered joined:1y")
		s.wants(both, "delivered run", "delivered birthday:2027", "left_out(cap) run", "left_out(cap) run", "delivered joined:1y")
		s.wants(leo, "delivered run", "delivered run", "delivered run")
		s.wants(monday, "delivered run", "delivered run", "delivered run", "delivered birthday:2027")
		s.wants(elsewhere, "delivered run", "delivered run", "delivered run")
	})
}

// A text that is planned at night leaves in the morning: that day's greeting keeps its room, not that of the day it was planned on.
func TestYieldsOnTheDayOfTheText(t *testing.T) {
	eachShop(t, "2027-03-05T04:30:00Z", lima(), func(t *testing.T, s *shop) { // Thursday night
		s.started(NewCampaign{Recipe: "birthday", Calendar: Calendar{Ends: "20:00"}})
		ana := s.member("Ana", born(3, 5))
		s.member("Despierta", "zone = 'Asia/Tokyo'")
		s.blast(NewCampaign{Name: "de noche", Calendar: Calendar{Ends: "3d"}})
		s.at("2027-03-05 10:00")
		s.wants(ana, "queued birthday:2027", "queued run")
	})
}
