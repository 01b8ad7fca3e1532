package campaigns

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"fiel/db"
	"fiel/db/dbtest"
)

// earns gives a member points on a day, of what counts for levels.
func (s *shop) earns(member int64, day string, points int) {
	s.t.Helper()
	s.exec("INSERT INTO tier_days (program_id, member_id, day, points) VALUES ($1, $2, $3, $4)", s.p.ID, member, day, points)
}

// Of thirty members three may be stars: those who earned most in the last thirty days, if nobody else earned as much.
func TestRisingStars(t *testing.T) {
	eachShop(t, "2027-03-01T17:30:00Z", lima(), func(t *testing.T, s *shop) {
		c := s.started(NewCampaign{Recipe: "star"})
		var ids []int64
		for i := range 30 {
			ids = append(ids, s.member(string(rune('A'+i%26))).ID)
		}
		old, tie := ids[0], ids[1]
		s.earns(old, "2027-01-20", 9000) // long ago
		s.earns(tie, "2027-02-10", 100)
		for i, id := range ids[2:6] { // 100, 200, 300, 400
			s.earns(id, "2027-02-15", 100*(i+1))
		}
		s.at("2027-03-02 12:00")
		var stars []int64
		for _, x := range s.texts() {
			if x.once != "star:2027-03" {
				t.Errorf("%+v", x)
			}
			stars = append(stars, x.member)
		}
		if want := ids[3:6]; !slices.Equal(stars, want) {
			t.Errorf("stars are %v, want %v", stars, want)
		}
		s.wantRuns(c, "2027-03-02 running")
		s.send()
		s.at("2027-03-03 12:00")
		for _, id := range ids[3:6] {
			s.earns(id, "2027-04-02", 500)
		}
		s.at("2027-04-10 12:00") // they are again, less than 60 days later
		if n := len(s.texts()); n != 3 {
			t.Errorf("%d texts", n)
		}
		s.at("2027-05-02 12:00")
		if n := len(s.texts()); n != 6 {
			t.Errorf("%d texts", n)
		}
	})
}

// Ana comes every 20 days: she is late after 20, 40 and 60. Leo comes daily: nobody is late before 14 days. Eva has bought twice.
func TestOwnRhythm(t *testing.T) {
	eachShop(t, "2027-01-01T17:00:00Z", lima(), func(t *testing.T, s *shop) {
		s.started(NewCampaign{Recipe: "rhythm"})
		ana, leo, eva := s.member("Ana"), s.member("Leo"), s.member("Eva")
		id := int64(700)
		buys := func(member int64) {
			id++
			s.reported(member, id, s.clock.Now().In(s.p.Location()).Format(time.DateOnly))
		}
		for day := range 61 {
			if day%20 == 0 {
				buys(ana.ID) // 1 and 21 January, 10 February, 2 March
			}
			if day >= 50 {
				buys(leo.ID)
			}
			if day == 0 || day == 60 {
				buys(eva.ID)
			}
			s.clock.Add(24 * time.Hour)
		}
		s.tick() // 3 March
		stages := func(m int64) (all []string) {
			for _, x := range s.texts() {
				if x.member == m && x.state != "left_out" {
					all = append(all, x.once)
				}
			}
			return all
		}
		lastOfAna := s.count("SELECT last_purchase_id FROM members WHERE id = $1", ana.ID)
		lastOfLeo := s.count("SELECT last_purchase_id FROM members WHERE id = $1", leo.ID)
		for day := 0; day < 70; day++ {
			s.tick()
			s.send()
			s.clock.Add(24 * time.Hour)
		}
		if got, want := fmt.Sprint(stages(ana.ID)), fmt.Sprintf("[lapsed:%[1]d:1x lapsed:%[1]d:2x lapsed:%[1]d:3x]", lastOfAna); got != want {
			t.Errorf("Ana: %s, want %s", got, want)
		}
		if got, want := fmt.Sprint(stages(leo.ID)), fmt.Sprintf("[lapsed:%[1]d:1x lapsed:%[1]d:2x lapsed:%[1]d:3x]", lastOfLeo); got != want {
			t.Errorf("Leo: %s, want %s", got, want)
		}
		s.wants(eva)
		for _, x := range s.texts() {
			day := time.UnixMilli(x.after).In(s.p.Location()).Format("01-02")
			if want := map[string]string{
				fmt.Sprintf("lapsed:%d:1x", lastOfAna): "03-22", fmt.Sprintf("lapsed:%d:2x", lastOfAna): "04-11",
				fmt.Sprintf("lapsed:%d:1x", lastOfLeo): "03-16",
			}[x.once]; want != "" && day != want {
				t.Errorf("%s goes out on %s, want %s", x.once, day, want)
			}
		}
	})
}

func TestMeanGap(t *testing.T) {
	for _, c := range []struct {
		first, last string
		n, gap      int64
		ok          bool
	}{
		{"2027-01-01", "2027-01-03", 2, 14, false},
		{"2027-01-01", "2027-01-03", 3, 14, true},
		{"2027-01-01", "2027-03-02", 4, 20, true},
		{"2027-01-01", "2027-03-03", 4, 21, true}, // rounded up
		{"2025-01-01", "2027-03-03", 3, 180, true},
	} {
		if gap, ok := meanGap(c.first, c.last, c.n); ok != c.ok || ok && gap != c.gap {
			t.Errorf("%+v: %d, %v", c, gap, ok)
		}
	}
}

// The threshold is read from the days it is about, not from all years; each member's days by their key.
func TestStarsUseIndexes(t *testing.T) {
	clock := new(dbtest.Clock)
	s := openShop(t, dbtest.New(t, db.SQLite, dbtest.WithClock(clock)), clock, lima())
	at := moment{program: s.p, zone: s.p.Location(), date: Date{2027, 2, 28}, at: clock.Now().UnixMilli(), pace: new(int64)}
	star := rising{Days: 30, Above: 90, AgainAfterDays: 60}
	var q query
	star.threshold(&q, at)
	if plan := s.explained(q.sql.String(), q.args...); !strings.Contains(plan, "tier_days_day (program_id=? AND day>? AND day<?)") {
		t.Errorf("the threshold is not read by its days:\n%s", plan)
	}
	sql, args := pageSQL(all{star}, at, 0, 500, nil)
	if plan := s.explained(sql, args...); !strings.Contains(plan, "(program_id=? AND member_id=? AND day>? AND day<?)") {
		t.Errorf("a member's days are not found:\n%s", plan)
	}
}
