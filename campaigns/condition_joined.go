package campaigns

import (
	"encoding/json"

	"fiel/db"
)

// joined: the member joined so many local days ago, or between two dates, both included.
type joined struct {
	AtLeastDays int64  `json:"at_least_days"`
	AtMostDays  int64  `json:"at_most_days"`
	From        string `json:"from"`
	Until       string `json:"until"`

	from, until *Date
}

func parseJoined(raw json.RawMessage) (condition, error) {
	var c joined
	err := readJSON(raw, &c)
	for _, f := range []struct {
		text string
		date **Date
	}{{c.From, &c.from}, {c.Until, &c.until}} {
		if f.text == "" {
			continue
		}
		d, bad := ParseDate(f.text)
		if bad != nil || d.Year < 1970 || d.Year > 2200 {
			return nil, db.Errorf(db.Invalid, `"joined" takes dates as 2026-11-30, not %q.`, f.text)
		}
		*f.date = &d
	}
	dates := c.from != nil || c.until != nil
	days := c.AtLeastDays != 0 || c.AtMostDays != 0
	if err != nil || dates == days || badDays(c.AtLeastDays, c.AtMostDays) || c.from != nil && c.until != nil && c.until.Before(*c.from) {
		return nil, db.Errorf(db.Invalid, `"joined" takes {"at_least_days": 30}, {"at_most_days": 90}, both, or {"from": "2026-11-01", "until": "2026-11-30"}.`)
	}
	return c, nil
}

// badDays says whether numbers of days, 0 for none, are no span.
func badDays(least, most int64) bool {
	return least < 0 || most < 0 || max(least, most) > 36500 || most != 0 && most < least
}

func (c joined) write(q *query, at moment) {
	and := ""
	bound := func(sql string, ms int64) {
		q.compare(and+sql, ms)
		and = " AND "
	}
	if c.AtLeastDays > 0 {
		bound("+m.joined_at < ", at.daysAgo(int(c.AtLeastDays)-1))
	}
	if c.AtMostDays > 0 {
		bound("+m.joined_at >= ", at.daysAgo(int(c.AtMostDays)))
	}
	if c.from != nil {
		bound("+m.joined_at >= ", at.start(*c.from))
	}
	if c.until != nil {
		bound("+m.joined_at < ", at.start(c.until.Plus(1)))
	}
}

func (c joined) say(s *sayer, denied bool) clause {
	switch {
	case c.from != nil && c.until != nil:
		return s.clause("joined.dates", denied, "from", s.date(*c.from), "until", s.date(*c.until))
	case c.from != nil:
		return s.clause("joined.from", denied, "date", s.date(*c.from))
	case c.until != nil:
		return s.clause("joined.until", denied, "date", s.date(*c.until))
	case c.AtMostDays == 0:
		return s.clause("joined.least", denied, "days", s.count("days", c.AtLeastDays))
	case c.AtLeastDays == 0:
		return s.clause("joined.most", denied, "days", s.count("days", c.AtMostDays))
	}
	return s.clause("joined.between", denied, "least", s.number(c.AtLeastDays), "days", s.count("days", c.AtMostDays))
}
