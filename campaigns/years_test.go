package campaigns

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"fiel/db"
	"fiel/db/dbtest"
	"fiel/members"
)

// Two years of days on a simulated clock, with a member for every birthday there is. Ticks come at any moment, the server is down for
// two days now and then, and once the clock is a day off. Every member gets one birthday text a year, on the day or, when that was not
// possible, while the greeting lives.
func TestTwoYearsOfBirthdays(t *testing.T) {
	for _, c := range []struct {
		dialect      db.Dialect
		country      string
		prefix, zone string
		from, leap   string
	}{
		{db.SQLite, "ES", "+3461", "Europe/Madrid", "2027-01-01", "02-28"},
		{db.Postgres, "ES", "+3461", "Europe/Madrid", "2027-01-01", "02-28"},
		{db.SQLite, "BR", "+55119", "America/Sao_Paulo", "2017-06-01", "03-01"},
		{db.SQLite, "WS", "+68572", "Pacific/Apia", "2011-01-01", "02-28"},
	} {
		t.Run(c.zone+"/"+c.dialect.String(), func(t *testing.T) {
			t.Parallel()
			clock := new(dbtest.Clock)
			from, err := time.ParseInLocation(time.DateOnly, c.from, zone(t, c.zone))
			if err != nil {
				t.Fatal(err)
			}
			clock.Set(from.Add(-12 * time.Hour))
			s := openShop(t, dbtest.New(t, c.dialect, dbtest.WithClock(clock)), clock, madeIn(c.country, c.zone))
			s.prefix = c.prefix
			s.set("leap_day", c.leap)
			s.everyBirthday()
			s.started(NewCampaign{Recipe: "birthday"})
			late := s.live(from, 730)
			s.greetedOnce(from, late)
		})
	}
}

// everyBirthday makes a member for each day of a leap year.
func (s *shop) everyBirthday() {
	s.t.Helper()
	s.crowd(366)
	day := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	s.write(func(ctx context.Context, tx *db.Tx) error {
		all, err := members.After(ctx, tx, s.p.ID, 0, 366)
		for i, m := range all {
			if err == nil {
				d := day.AddDate(0, 0, i)
				_, err = tx.ExecContext(ctx, "UPDATE members SET birth_month = $3, birth_day = $4 WHERE program_id = $1 AND id = $2", s.p.ID, m.ID, int(d.Month()), d.Day())
			}
		}
		return err
	})
}

// live lets days go by and returns the local dates whose greetings may come late.
func (s *shop) live(from time.Time, days int) (down []string) {
	s.t.Helper()
	luck := rand.New(rand.NewPCG(1, uint64(days)))
	for day := 0; day < days; day++ {
		if luck.IntN(90) == 0 {
			for range 2 {
				down = append(down, DateOf(from).Plus(day).String())
				day++
			}
		}
		morning := time.Date(from.Year(), from.Month(), from.Day()+day, 10, 0, 0, 0, from.Location())
		if day == days/2 {
			down = append(down, morning.Format(time.DateOnly))
			s.clock.Set(morning.AddDate(0, 0, 1)) // a day ahead for a moment, then a day behind
			s.tick()
			s.clock.Set(morning.AddDate(0, 0, -1))
			s.tick()
		}
		s.clock.Set(morning.Add(time.Duration(luck.IntN(60)) * time.Minute))
		s.tick()
		s.clock.Add(time.Duration(luck.IntN(120)) * time.Minute)
		s.send()
	}
	return down
}

func (s *shop) greetedOnce(from time.Time, down []string) {
	s.t.Helper()
	got := map[string][]string{} // member and year to the local dates of greeting
	for _, x := range s.texts() {
		if x.state != "delivered" {
			s.t.Errorf("a text is %s %s", x.state, x.reason)
		}
		key := fmt.Sprint(x.member, " ", x.once)
		got[key] = append(got[key], time.UnixMilli(x.after).In(s.p.Location()).Format(time.DateOnly))
	}
	s.write(func(ctx context.Context, tx *db.Tx) error {
		all, err := members.After(ctx, tx, s.p.ID, 0, 366)
		for _, m := range all {
			for year := from.Year(); year < from.Year()+3; year++ {
				due := s.celebrated(m, year)
				if due.Before(DateOf(from)) || DateOf(from).Plus(726).Before(due) {
					continue
				}
				dates := got[fmt.Sprintf("%d birthday:%d", m.ID, year)]
				late := slices.Contains(down, due.String())
				if len(dates) != 1 || !late && dates[0] != due.String() || late && dates[0] > due.Plus(2).String() {
					s.t.Errorf("born on %d-%d: %d is greeted on %v, want %s", m.BirthMonth, m.BirthDay, year, dates, due)
				}
			}
		}
		return err
	})
}

// celebrated is the date on which a birthday is kept in a year, told by other means than the code under test.
func (s *shop) celebrated(m members.Member, year int) Date {
	text := fmt.Sprintf("%d-%02d-%02d", year, m.BirthMonth, m.BirthDay)
	if _, err := time.Parse(time.DateOnly, text); err != nil {
		text = fmt.Sprintf("%d-%s", year, map[bool]string{true: "02-28", false: "03-01"}[s.p.LeapDay == "02-28"])
	}
	if text == "2011-12-30" && s.p.Zone == "Pacific/Apia" {
		text = "2011-12-31"
	}
	d, err := ParseDate(text)
	if err != nil {
		s.t.Fatal(err)
	}
	return d
}
