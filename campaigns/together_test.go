package campaigns

import (
	"context"
	"fmt"
	"testing"
	"time"

	"fiel/db"
)

// Every recipe at once, for sixty days, in a program that would allow five texts a day: nobody gets two promotions on one day, and whoever
// had a birthday or an anniversary was greeted.
func TestAllRecipesForSixtyDays(t *testing.T) {
	eachShop(t, "2027-03-01T12:00:00Z", lima(), func(t *testing.T, s *shop) {
		s.set("texts_per_day", 5)
		s.set("texts_per_week", 7)
		for _, r := range Recipes() {
			n := NewCampaign{Recipe: r.Name}
			if r.Needs == "clues" {
				n.Game = []byte(`{"hunt": {"clues": [{"code": "CANELA"}], "prize": {"points": 50}}}`)
			}
			if r.Needs == "items" {
				n.Calendar.Products = []string{"CAFE"}
			}
			if r.Calendar.On == "now" {
				n.Calendar.On, n.Calendar.At = "mon", "12:00"
			}
			s.started(n)
		}
		s.crowd(12)
		s.exec("UPDATE members SET birth_month = 3, birth_day = 5 + id % 25 WHERE program_id = $1", s.p.ID)
		var ids []int64
		for day := range 60 {
			if day == 1 {
				ids = s.memberIDs()
			}
			for hour := 8; hour < 20; hour++ {
				s.clock.Set(time.Date(2027, 3, 1+day, hour, 0, 0, 0, s.p.Location()))
				if hour == 9 && day > 1 {
					one := ids[day%len(ids)]
					s.reported(one, int64(70_000+day), s.clock.Now().Format(time.DateOnly), "CAFE")
					s.earns(one, s.clock.Now().Format(time.DateOnly), 100+day)
				}
				s.tick()
				s.send()
			}
		}
		perDay, greeted := map[string]int{}, map[int64]int{}
		for _, x := range s.texts() {
			if x.state == "delivered" && x.once != "" {
				perDay[fmt.Sprint(x.member, " ", time.UnixMilli(x.after).In(s.p.Location()).Format(time.DateOnly))]++
			}
			if x.state == "delivered" && (x.once == "birthday:2027" || x.once == "joined:30d") {
				greeted[x.member]++
			}
		}
		for key, n := range perDay {
			if n > 1 {
				t.Errorf("%s: %d promotions", key, n)
			}
		}
		for _, id := range ids {
			if greeted[id] != 2 {
				t.Errorf("member %d was greeted %d times, want for the birthday and after 30 days", id, greeted[id])
			}
		}
		if len(perDay) < 200 {
			t.Errorf("only %d texts in all", len(perDay))
		}
	})
}

func (s *shop) memberIDs() (ids []int64) {
	s.t.Helper()
	s.write(func(ctx context.Context, tx *db.Tx) error {
		who, err := page(ctx, tx, all{}, moment{program: s.p, zone: s.p.Location()}, 0, 1000, nil)
		ids = nil
		for _, c := range who {
			ids = append(ids, c.ID)
		}
		return err
	})
	return ids
}
