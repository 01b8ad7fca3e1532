package campaigns

import (
	"fmt"
	"strings"
	"testing"

	"fiel/db"
)

// Two wordings: about half of the members get each, the same one in every run, and who is held out has nothing to do with it.
func TestTwoWordings(t *testing.T) {
	eachShop(t, "2027-03-05T14:30:00Z", lima(), func(t *testing.T, s *shop) {
		s.set("texts_per_day", 10)
		s.crowd(600) // two thirds in Spanish
		share := int64(30)
		for i := range 2 {
			s.blast(NewCampaign{
				Name: fmt.Sprint("m", i), Holdout: &share, Words: map[string]string{"es": "Sol: hoy 2x1. BAJA", "en": "Sol: 2 for 1 today. STOP"},
				WordsB: map[string]string{"es": "Sol: trae a un amigo. BAJA"},
			})
		}
		for what, query := range map[string]string{
			"a text in the other's words":  "SELECT COUNT(*) FROM messages WHERE state = 'queued' AND (wording = 'b') <> (body LIKE '%amigo%')",
			"a wording in English":         "SELECT COUNT(*) FROM messages WHERE language = 'en' AND wording <> ''",
			"one without, in Spanish":      "SELECT COUNT(*) FROM messages WHERE state = 'queued' AND language = 'es' AND wording = ''",
			"a wording of who is held out": "SELECT COUNT(*) FROM messages WHERE state = 'holdout' AND wording <> ''",
		} {
			if n := s.count(query); n != 0 {
				t.Errorf("%s: %d", what, n)
			}
		}
		a, b := s.count("SELECT COUNT(*) FROM messages WHERE wording = 'a'"), s.count("SELECT COUNT(*) FROM messages WHERE wording = 'b'")
		if a+b < 480 || a < 220 || b < 220 {
			t.Errorf("%d got a, %d b", a, b)
		}
	})
}

// A member keeps the wording from one run of a campaign to the next.
func TestAWordingStays(t *testing.T) {
	eachShop(t, "2027-03-05T14:30:00Z", lima(), func(t *testing.T, s *shop) {
		s.set("texts_per_day", 10)
		s.crowd(120)
		s.started(NewCampaign{
			Recipe: "flash", Calendar: Calendar{On: "daily", At: "16:00", Ends: "18:00"}, Words: map[string]string{"es": "Sol: hoy 2x1. BAJA"},
			WordsB: map[string]string{"es": "Sol: trae a un amigo. BAJA"},
		})
		s.at("2027-03-05 16:00")
		s.at("2027-03-06 16:00")
		if n := s.count("SELECT COUNT(*) FROM messages WHERE wording <> ''"); n != 240 {
			t.Errorf("%d texts", n)
		}
		if n := s.count("SELECT COUNT(*) FROM (SELECT member_id FROM messages GROUP BY member_id HAVING COUNT(DISTINCT wording) > 1) AS changed"); n != 0 {
			t.Errorf("%d members got both", n)
		}
	})
}

func TestASecondWordingIsCheckedLikeTheFirst(t *testing.T) {
	eachShop(t, "2027-03-05T14:30:00Z", lima(), func(t *testing.T, s *shop) {
		first := map[string]string{"es": "Sol: {oferta}. BAJA"}
		for second, want := range map[string]string{
			"es=Sol: {oferta}. BAJA":              "the same",
			"es=Sol: {apodo}. BAJA":               "apodo",
			"en=Sol: {offer}. STOP":               "both",
			"es=" + strings.Repeat("larga ", 400): "",
		} {
			language, words, _ := strings.Cut(second, "=")
			_, err := s.svc.Add(t.Context(), byAna, s.p.ID, NewCampaign{Recipe: "blast", Offer: gift, Words: first, WordsB: map[string]string{language: words}})
			if db.CodeOf(err) != db.Invalid || !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %v", second[:min(20, len(second))], err)
			}
		}
	})
}
