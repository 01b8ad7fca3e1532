package campaigns

import (
	"encoding/json"

	"fiel/db"
)

// spend: so much money in the last local days, today included: what was paid with money less what was given back, in minor units.
// Who bought nothing spent 0.
type spend struct {
	bounds
	Days int64
}

func parseSpend(raw json.RawMessage) (condition, error) {
	var c struct {
		bounds
		Days int64 `json:"days"`
	}
	if err := readJSON(raw, &c); err != nil || c.Days < 1 || c.Days > 3650 || !c.within(0, mostMoney) {
		return nil, db.Errorf(db.Invalid, `"spend" takes minor units of money and days: {"days": 90, "at_least": 10000}, with "at_most" if you like.`)
	}
	return spend{c.bounds, c.Days}, nil
}

// write asks only for the purchases of members whose last one lies in the window: what is at least one is none of the others, and what
// is at most some is all of the others.
func (c spend) write(q *query, at moment) {
	since := at.daysAgo(int(c.Days))
	least, most := c.AtLeast, c.AtMost
	if least != nil && *least == 0 {
		least = nil
	}
	if least == nil && most == nil {
		q.text("1 = 1")
		return
	}
	if least == nil {
		q.compare("NOT (+m.last_purchase_at >= ", since)
		q.text(" AND ")
		c.sum(q, since)
		q.compare(" > ", *most)
		q.text(")")
		return
	}
	q.compare("+m.last_purchase_at >= ", since)
	q.text(" AND ")
	c.sum(q, since)
	q.compare(" >= ", *least)
	if most != nil {
		q.text(" AND ")
		c.sum(q, since)
		q.compare(" <= ", *most)
	}
}

// sum appends what the member, and who was merged into them, spent since an instant. It is read from an index alone.
func (spend) sum(q *query, since int64) {
	q.compare(`CAST((SELECT COALESCE(SUM(p.money - p.refunded), 0) FROM purchases p WHERE p.program_id = m.program_id AND p.member_id = m.id
AND p.state IN ('credited', 'imported') AND p.occurred_at >= `, since)
	q.compare(`) + (SELECT COALESCE(SUM(p.money - p.refunded), 0) FROM members x CROSS JOIN purchases p
WHERE x.program_id = m.program_id AND x.merged_into = m.id AND x.merged_into <> 0 AND p.program_id = x.program_id AND p.member_id = x.id AND p.state IN ('credited', 'imported') AND p.occurred_at >= `, since)
	q.text(") AS BIGINT)")
}

func (c spend) say(s *sayer, denied bool) clause {
	return c.bounds.say(s, "spend", denied, s.money, s.money, "days", s.count("window", c.Days))
}
