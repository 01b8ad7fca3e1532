package campaigns

import (
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"fiel/db"
	"fiel/members"
)

// Occasions are the conditions that come round for each member at a time of their own. They need a key for each time, so that no
// member hears of it twice; see once.go.

// occasionKinds are the conditions of this file, as an audience names them.
func occasionKinds() []kind {
	return []kind{
		{"birthday", `{"birthday": "today"}`, "it is their birthday", plainly(func(raw json.RawMessage) (condition, error) {
			return birthdayToday{}, readWord("birthday", raw, "today")
		})},
		{"anniversary", `{"anniversary": {"days": [30], "yearly": true}}`, "so many days since joining, and every year", plainly(parseAnniversary)},
		{"lapsed", `{"lapsed": [30, 60, 90]}`, "so many days without a purchase, each told once", plainly(parseLapsed)},
		{"rhythm", `{"rhythm": [1, 2, 3]}`, "no purchase for so many times their own usual gap", plainly(parseRhythm)},
		{"rising", `{"rising": {"days": 30, "above": 90, "again_after_days": 60}}`, "earned more in the last days than so many per cent of members", plainly(parseRising)},
	}
}

// birthdayToday: it is the member's birthday. Who joined, or told the date, after the day's time has come waits for next year.
type birthdayToday struct{}

func (birthdayToday) write(q *query, at moment) {
	dates := birthdays(at)
	q.few(at, len(dates), func(i int) {
		q.compare("b.birth_month <> 0 AND b.birth_month = ", int64(dates[i].Month))
		q.compare(" AND b.birth_day = ", int64(dates[i].Day))
		q.compare(" AND +b.joined_at <= ", at.at)
		q.compare(" AND +b.birth_set_at <= ", at.at)
	})
}

func (birthdayToday) say(s *sayer, denied bool) clause { return s.clause("birthday", denied) }

// few appends that one of n conditions over members AS b holds, each of which few members meet. Asked apart, each is answered by an
// index of its own; beside the order by id SQLite would walk through all members instead. (A + before a column keeps SQLite from
// choosing that column's index.)
func (q *query) few(at moment, n int, condition func(i int)) {
	q.text("m.id IN (")
	for i := range n {
		if i > 0 {
			q.text(" UNION ALL ")
		}
		q.compare("SELECT b.id FROM members b WHERE b.program_id = ", at.program.ID)
		q.text(" AND ")
		condition(i)
	}
	q.text(")")
}

// birthdays are the dates whose birthdays fall on the moment's date: itself, one that the calendar of the zone skipped just before
// it, and 29 February in a year that has none, on the day the program chose.
func birthdays(at moment) []Date {
	if at.held != nil {
		return at.held
	}
	dates := []Date{at.date}
	if before := at.date.Plus(-1); before.Held(at.zone) == at.date {
		dates = append(dates, before)
	}
	for _, d := range slices.Clone(dates) {
		if !d.Leap() && fmt.Sprintf("%02d-%02d", d.Month, d.Day) == at.program.LeapDay {
			dates = append(dates, Date{d.Year, time.February, 29})
		}
	}
	return dates
}

// birthdayYear is the year whose birthday of the member the moment greets; 0 for none.
func birthdayYear(m members.Member, at moment) int {
	for _, b := range birthdays(at) {
		if m.BirthMonth == int64(b.Month) && m.BirthDay == int64(b.Day) {
			return b.Year
		}
	}
	return 0
}

// anniversary: so many days since joining, or so many whole years.
type anniversary struct {
	Days   []int64 `json:"days"`
	Yearly bool    `json:"yearly"`
}

func parseAnniversary(raw json.RawMessage) (condition, error) {
	var c anniversary
	err := readJSON(raw, &c)
	good := len(c.Days) <= 20 && (c.Yearly || len(c.Days) > 0)
	for _, n := range c.Days {
		good = good && n >= 1 && n <= 3650
	}
	if err != nil || !good {
		return nil, db.Errorf(db.Invalid, `"anniversary" takes {"days": [30], "yearly": true}.`)
	}
	return c, nil
}

func (c anniversary) say(s *sayer, denied bool) clause {
	all := make([]string, len(c.Days))
	for i, n := range c.Days {
		all[i] = s.count("days", n)
	}
	switch {
	case len(all) == 0:
		return s.clause("anniversary.yearly", denied)
	case c.Yearly:
		return s.clause("anniversary.both", denied, "days", s.list(all, denied))
	}
	return s.clause("anniversary.days", denied, "days", s.list(all, denied))
}

// longestMembership is for how many years an anniversary is kept.
const longestMembership = 50

func (c anniversary) write(q *query, at moment) {
	dates := c.dates(at)
	q.few(at, len(dates), func(i int) {
		q.compare("b.joined_at >= ", at.start(dates[i]))
		q.compare(" AND b.joined_at < ", at.start(dates[i].Plus(1)))
		q.compare(" AND +b.joined_at <= ", at.at)
	})
}

// dates are those of joining that are remembered on the moment's date.
func (c anniversary) dates(at moment) []Date {
	var found []Date
	for _, b := range birthdays(at) {
		for _, n := range c.Days {
			if b.Day != 29 || b.Month != time.February || b.Leap() { // a date that stands in for another is counted once
				found = append(found, b.Plus(-int(n)))
			}
		}
		for n := 1; c.Yearly && n <= longestMembership; n++ {
			d := Date{b.Year - n, b.Month, b.Day}
			if d.Plus(0) == d { // 29 February has anniversaries of leap years only
				found = append(found, d)
			}
		}
	}
	return found
}

// key names the anniversary that the member has; ” for none. It is one of [anniversary.dates].
func (c anniversary) key(m members.Member, at moment) string {
	joined := DateOf(time.UnixMilli(m.JoinedAt).In(at.zone))
	for _, b := range birthdays(at) {
		real := b.Day != 29 || b.Month != time.February || b.Leap()
		if n := b.Since(joined); real && slices.Contains(c.Days, int64(n)) {
			return fmt.Sprintf("%dd", n)
		}
		same := joined.Month == b.Month && joined.Day == b.Day
		if n := b.Year - joined.Year; c.Yearly && same && n >= 1 && n <= longestMembership {
			return fmt.Sprintf("%dy", n)
		}
	}
	return ""
}

// lapsed: at least so many local days since the last purchase and not yet told at the highest stage that is due. Who was left out at
// that stage is asked again once they may be texted. Who never bought is not lapsed.
type lapsed []int64

func parseLapsed(raw json.RawMessage) (condition, error) {
	var c lapsed
	err := readList("lapsed", raw, &c, func(n int64) bool { return n >= 1 && n <= 3650 })
	slices.Sort(c)
	return c, err
}

func (c lapsed) say(s *sayer, denied bool) clause {
	all := make([]string, len(c))
	for i, n := range c {
		all[i] = s.number(n)
	}
	return s.clause("lapsed", denied, "days", s.list(append(all[:len(all)-1], s.count("days", c[len(c)-1])), denied))
}

func (c lapsed) write(q *query, at moment) {
	q.text("m.last_purchase_id <> 0")
	q.compare(" AND m.last_purchase_at < ", at.daysAgo(int(c[0])-1))
	q.text(" AND NOT EXISTS (SELECT 1 FROM messages k WHERE k.program_id = m.program_id AND k.member_id = m.id AND k.once <> ''")
	q.text(" AND k.once = 'lapsed:' || CAST(m.last_purchase_id AS TEXT) || CASE")
	for i := len(c) - 1; i >= 0; i-- {
		q.compare(" WHEN m.last_purchase_at < ", at.daysAgo(int(c[i])-1))
		q.compare(" THEN ", fmt.Sprintf(":%d", c[i]))
	}
	q.text(" END")
	q.text(" AND (NOT (k.state = 'left_out' OR k.state = 'cancelled' AND k.attempt = '') OR NOT m.service OR NOT m.marketing))")
}

// stage is the highest that is due for the member; 0 for none.
func (c lapsed) stage(m members.Member, at moment) int64 {
	days := at.date.Since(DateOf(time.UnixMilli(m.LastPurchaseAt).In(at.zone)))
	for i := len(c) - 1; i >= 0; i-- {
		if int64(days) >= c[i] {
			return c[i]
		}
	}
	return 0
}
