package campaigns

import (
	"encoding/json"

	"fiel/db"
)

// lastPurchase: that many local days since the last purchase, or none ever.
type lastPurchase struct {
	Never       bool  `json:"never"`
	AtLeastDays int64 `json:"at_least_days"`
	AtMostDays  int64 `json:"at_most_days"`
}

func parseLastPurchase(raw json.RawMessage) (condition, error) {
	var c lastPurchase
	err := readJSON(raw, &c)
	days := c.AtLeastDays != 0 || c.AtMostDays != 0
	if err != nil || c.Never == days || badDays(c.AtLeastDays, c.AtMostDays) {
		return nil, db.Errorf(db.Invalid, `"last_purchase" takes {"at_least_days": 30}, {"at_most_days": 90}, both, or {"never": true}.`)
	}
	return c, nil
}

func (c lastPurchase) write(q *query, at moment) {
	if c.Never {
		q.text("m.last_purchase_id = 0")
		return
	}
	q.text("m.last_purchase_id <> 0")
	if c.AtLeastDays > 0 {
		q.compare(" AND +m.last_purchase_at < ", at.daysAgo(int(c.AtLeastDays)-1))
	}
	if c.AtMostDays > 0 {
		q.compare(" AND +m.last_purchase_at >= ", at.daysAgo(int(c.AtMostDays)))
	}
}

func (c lastPurchase) say(s *sayer, denied bool) clause {
	least, most := s.count("days", c.AtLeastDays), s.count("days", c.AtMostDays)
	switch {
	case c.Never:
		return s.clause("bought.never", denied)
	case c.AtMostDays == 0:
		return s.clause("last.least", denied, "days", least)
	case c.AtLeastDays == 0 && denied:
		return s.clause("last.most", denied, "days", s.count("window", c.AtMostDays))
	case c.AtLeastDays == 0:
		return s.clause("last.most", denied, "days", most)
	}
	return s.clause("last.between", denied, "least", s.number(c.AtLeastDays), "days", most)
}

// daysAgo is the first instant of the local date that many days before, in ms.
func (at moment) daysAgo(n int) int64 { return at.start(at.date.Plus(-n)) }

func (at moment) start(d Date) int64 { return d.At(0, at.zone).UnixMilli() }
