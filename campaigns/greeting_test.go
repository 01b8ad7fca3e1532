package campaigns

import (
	"context"
	"fmt"
	"testing"
	"time"

	"fiel/db"
	"fiel/members"
)

func born(month, day int) string { return fmt.Sprintf("birth_month = %d, birth_day = %d", month, day) }

func TestBirthday(t *testing.T) {
	eachShop(t, "2027-03-01T15:00:00Z", lima(), func(t *testing.T, s *shop) {
		s.started(NewCampaign{Recipe: "birthday"})
		ana, leo := s.member("Ana", born(3, 5)), s.member("Leo", born(3, 6))
		s.at("2027-03-05 09:59")
		s.wants(ana)
		s.at("2027-03-05 10:00")
		s.wants(ana, "queued birthday:2027")
		s.wants(leo)
		if body := s.texts()[0].body; body != "Cafe Sol: ¡Feliz cumple, Ana! Tu regalo: postre gratis, hasta el 7 de marzo. BAJA para salir" {
			t.Errorf("Ana reads %q", body)
		}

		late := s.member("Tarde", born(3, 5))
		moved := s.member("Mudada", born(9, 9))
		s.clock.Add(time.Hour)
		s.write(func(ctx context.Context, tx *db.Tx) error {
			return members.SetBirthday(ctx, tx, moved, members.Birthday{Month: 3, Day: 5})
		})
		s.send()
		s.at("2027-03-05 12:00")
		s.at("2027-03-06 10:00")
		s.wants(leo, "queued birthday:2027")
		s.wants(late) // joined after the day's run: next year
		s.wants(moved)
		s.at("2028-03-05 10:00")
		s.wants(ana, "delivered birthday:2027", "queued birthday:2028")
		s.wants(late, "queued birthday:2028")
		s.wants(moved, "queued birthday:2028")
	})
}

func TestTwentyNinthOfFebruary(t *testing.T) {
	for _, c := range []struct{ rule, greeted string }{{"02-28", "2027-02-28"}, {"03-01", "2027-03-01"}} {
		t.Run(c.rule, func(t *testing.T) {
			eachShop(t, "2027-02-01T15:00:00Z", lima(), func(t *testing.T, s *shop) {
				s.set("leap_day", c.rule)
				s.started(NewCampaign{Recipe: "birthday"})
				ana := s.member("Ana", born(2, 29))
				day := time.Date(2027, 2, 20, 0, 0, 0, 0, time.UTC)
				for ; day.Month() < 4; day = day.AddDate(0, 0, 1) {
					s.at(day.Format(time.DateOnly) + " 10:00")
					want := day.Format(time.DateOnly) >= c.greeted
					if got := len(s.texts()) == 1; got != want {
						t.Errorf("on %s greeted is %v", day.Format(time.DateOnly), got)
					}
					s.send()
				}
				s.at("2028-02-28 10:00")
				s.wants(ana, "delivered birthday:2027")
				s.at("2028-02-29 10:00")
				s.wants(ana, "delivered birthday:2027", "queued birthday:2028")
				s.at("2028-03-01 10:00")
				s.wants(ana, "delivered birthday:2027", "queued birthday:2028")
			})
		})
	}
}

// The server is down from 30 December to 2 January: who was born on the 31st and the 1st is greeted late, for the birthday's year, and
// the 30th is over by then.
func TestOutageOverNewYear(t *testing.T) {
	eachShop(t, "2027-12-01T15:00:00Z", lima(), func(t *testing.T, s *shop) {
		c := s.started(NewCampaign{Recipe: "birthday"})
		thirtieth, last, first := s.member("Treinta", born(12, 30)), s.member("Ultimo", born(12, 31)), s.member("Primero", born(1, 1))
		s.at("2027-12-29 10:00")
		s.at("2028-01-02 08:00")
		s.wants(thirtieth)
		s.wants(last, "queued birthday:2027")
		s.wants(first, "queued birthday:2028")
		runs := s.runs(c)
		if got := fmt.Sprint(runs[len(runs)-4:]); got != "[2027-12-29 running 2027-12-30 missed 2027-12-31 running 2028-01-01 running]" &&
			got != "[2027-12-29 done 2027-12-30 missed 2027-12-31 running 2028-01-01 running]" {
			t.Errorf("runs: %s", got)
		}
		s.clock.Add(2 * time.Hour) // nobody is texted at eight
		s.send()
		s.at("2028-12-31 10:00")
		s.wants(last, "delivered birthday:2027", "queued birthday:2028")
	})
}

// Who consents between the day and the greeting's end is greeted then, once.
func TestLateConsent(t *testing.T) {
	eachShop(t, "2027-03-01T15:00:00Z", lima(), func(t *testing.T, s *shop) {
		s.started(NewCampaign{Recipe: "birthday"})
		ana, leo, eva := s.member("Ana", born(3, 5)), s.member("Leo", born(3, 5)), s.member("Eva", born(3, 5))
		for _, m := range []members.Member{ana, leo, eva} {
			s.agree(m, false)
		}
		s.at("2027-03-05 10:00")
		s.wants(ana, "left_out(consent) birthday:2027")
		s.at("2027-03-05 17:30")
		s.agree(ana, true)
		s.at("2027-03-05 17:31")
		s.wants(ana, "queued birthday:2027")
		s.wants(leo, "left_out(consent) birthday:2027")
		s.send()
		s.agree(leo, true)
		s.at("2027-03-07 19:59") // the third day
		s.wants(leo, "queued birthday:2027")
		s.at("2027-03-08 00:00")
		s.agree(eva, true)
		s.at("2027-03-08 09:00")
		s.wants(eva, "left_out(consent) birthday:2027")
		s.wants(ana, "delivered birthday:2027")
	})
}

func TestOnceKeyOutlivesTheCampaign(t *testing.T) {
	eachShop(t, "2027-03-01T15:00:00Z", lima(), func(t *testing.T, s *shop) {
		c := s.started(NewCampaign{Recipe: "birthday"})
		ana, leo := s.member("Ana", born(3, 5)), s.member("Leo", born(3, 5))
		s.at("2027-03-05 10:00")
		s.exec("UPDATE messages SET state = 'delivered', attempt = 'test' WHERE member_id = $1", ana.ID)
		if _, err := s.svc.Cancel(t.Context(), byAna, s.p.ID, c.ID); err != nil {
			t.Fatal(err)
		}
		s.wants(leo, "cancelled(cancelled) birthday:2027")
		s.write(func(ctx context.Context, tx *db.Tx) error { return Delete(ctx, tx, s.p.ID, c.ID) })
		c = s.add(NewCampaign{Recipe: "birthday", Calendar: Calendar{At: "16:00"}})
		if _, err := s.svc.Start(t.Context(), byAna, s.p.ID, c.ID, 0); err != nil {
			t.Fatal(err)
		}
		s.at("2027-03-05 16:00")
		s.wants(ana, "delivered birthday:2027")
		s.wants(leo, "queued birthday:2027") // nothing of the cancelled one ever left

		// Also when the text was pruned long ago.
		s.exec("DELETE FROM messages WHERE member_id = $1", ana.ID)
		s.exec("INSERT INTO kept_keys (program_id, kind, key) VALUES ($1, 'once', $2)", s.p.ID, fmt.Sprintf("%d birthday:2027", ana.ID))
		s.exec("DELETE FROM runs WHERE campaign_id = $1", c.ID)
		s.exec("UPDATE ticks SET last_at = 0")
		s.exec("UPDATE campaigns SET active_at = 0")
		s.at("2027-03-05 16:02")
		s.wants(ana)
	})
}

func TestAnniversary(t *testing.T) {
	eachShop(t, "2027-02-28T16:00:00Z", lima(), func(t *testing.T, s *shop) {
		s.started(NewCampaign{Recipe: "anniversary", Words: map[string]string{"es": "{nombre} {años}: {oferta}"}})
		ana := s.member("Ana") // joins on 28 February 2027 at 11:00
		s.at("2027-03-29 10:00")
		s.wants(ana)
		s.at("2027-03-30 10:00")
		s.wants(ana, "queued joined:30d")
		s.send()
		s.at("2028-02-28 10:00")
		s.wants(ana, "delivered joined:30d", "queued joined:1y")
		s.send()
		leap := s.member("Leap", fmt.Sprintf("joined_at = %d", instant(t, "2024-02-29T20:00:00Z").UnixMilli()))
		s.at("2028-02-29 10:00")
		s.wants(leap, "queued joined:4y")
		s.send()
		s.at("2029-02-28 10:00")
		s.wants(leap, "delivered joined:4y", "queued joined:5y")
		s.wants(ana, "delivered joined:30d", "delivered joined:1y", "queued joined:2y")
		for _, x := range s.texts() {
			if x.once == "joined:2y" && x.body != "Ana 2: postre gratis" {
				t.Errorf("two years are %q", x.body)
			}
		}
	})
}
