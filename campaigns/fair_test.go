package campaigns

import (
	"testing"
)

// Whoever is held out could have been texted: hours, full caps and the parts of the day leave people out of both groups alike.
func TestTheControlGroupIsFair(t *testing.T) {
	eachShop(t, "2027-03-05T14:30:00Z", lima(), func(t *testing.T, s *shop) {
		s.crowd(400)
		s.exec("UPDATE members SET zone = 'Asia/Tokyo' WHERE id % 4 = 0")
		s.exec(`INSERT INTO text_days (program_id, member_id, day, n) SELECT program_id, id, '2027-03-05', 1 FROM members WHERE id % 4 = 1`)
		share := int64(40)
		c := s.add(NewCampaign{Recipe: "blast", Holdout: &share, Calendar: Calendar{Ends: "18:00"}})
		f, err := s.svc.Preflight(t.Context(), s.p.ID, c.ID)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.svc.Start(t.Context(), byAna, s.p.ID, c.ID, f.Texts); err != nil {
			t.Fatal(err)
		}
		in := func(state string, remainder int) int64 {
			return s.count("SELECT COUNT(*) FROM messages WHERE state = $1 AND member_id % 4 = CAST($2 AS BIGINT)", state, remainder)
		}
		if in("holdout", 0) != 0 || in("left_out", 0) != 100 {
			t.Errorf("%d sleep and are held out", in("holdout", 0))
		}
		if in("holdout", 1) != 0 || in("left_out", 1) != 100 {
			t.Errorf("%d had their text today and are held out", in("holdout", 1))
		}
		if held := in("holdout", 2) + in("holdout", 3); held < 55 || held > 105 || held != f.Holdout {
			t.Errorf("%d of 200 are held out, the preflight said %d", held, f.Holdout)
		}
		if n := s.count("SELECT COUNT(*) FROM text_days t JOIN messages m ON m.member_id = t.member_id WHERE m.state = 'holdout' AND t.n > 0"); n != 0 {
			t.Errorf("%d who are held out keep room of a cap", n)
		}
		if parts := s.count("SELECT n FROM spend_days"); parts != f.Parts {
			t.Errorf("%d parts are taken, want %d", parts, f.Parts)
		}
		if parts := s.count("SELECT n FROM campaign_spend"); parts != f.Parts {
			t.Errorf("%d parts of the campaign are taken, want %d", parts, f.Parts)
		}
	})
}

// Once the parts of the day are used up nobody is held out any more either.
func TestNobodyIsHeldOutOfWhatDoesNotLeave(t *testing.T) {
	eachShop(t, "2027-03-05T14:30:00Z", lima(), func(t *testing.T, s *shop) {
		s.crowd(1500)
		s.set("parts_per_day", 300)
		share := int64(30)
		c := s.add(NewCampaign{Recipe: "blast", Holdout: &share, Calendar: Calendar{Ends: "18:00"}})
		f, err := s.svc.Preflight(t.Context(), s.p.ID, c.ID)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.svc.Start(t.Context(), byAna, s.p.ID, c.ID, f.Texts); err != nil {
			t.Fatal(err)
		}
		texts, held := s.count("SELECT COUNT(*) FROM messages WHERE state = 'queued'"), s.count("SELECT COUNT(*) FROM messages WHERE state = 'holdout'")
		if texts > 300 || texts < 250 || held < texts/4 || held > texts*3/4 {
			t.Errorf("%d texts, %d held out: want 300 and about 130", texts, held)
		}
		if s.count("SELECT n FROM spend_days") != texts {
			t.Error("parts are taken for who is held out")
		}
	})
}
