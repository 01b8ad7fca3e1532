package campaigns

import (
	"encoding/json"
	"unicode"

	"fiel/db"
	"fiel/pos"
)

// bought: the member bought a product or something of a category; in the last local days where these are said, and at least so many
// times where that is said: purchases it was in, of those days or ever.
type bought struct {
	Category []string `json:"category"`
	Product  []string `json:"product"` // SKU
	Days     int64    `json:"days"`
	Times    int64    `json:"times"`
}

func parseBought(raw json.RawMessage) (condition, error) {
	var c bought
	err := readJSON(raw, &c)
	list := c.list()
	good := (len(c.Category) == 0) != (len(c.Product) == 0) && len(list) <= 50
	good = good && c.Days >= 0 && c.Days <= 3650 && c.Times >= 0 && c.Times <= 1000
	for i, name := range list {
		good = good && plain(name) && len(name) <= 400 && pos.BoughtName(name) != ""
		list[i] = pos.BoughtName(name)
	}
	if err != nil || !good {
		return nil, db.Errorf(db.Invalid, `"bought" takes up to 50 of one kind: {"category": ["pan"]} or {"product": ["SKU-1"]}, with "days": 60 and "times": 2 if you like.`)
	}
	return c, nil
}

func (c bought) kind() string {
	if len(c.Category) > 0 {
		return "category"
	}
	return "product"
}

func (c bought) list() []string { return append(c.Category, c.Product...) }

// write adds up the times of several names: two categories in one sale count twice. Within days a sale's lines tell how often, and only
// of those members are they read who bought it then and often enough at all.
func (c bought) write(q *query, at moment) {
	q.compare("m.id IN (SELECT +w.member_id FROM bought w WHERE w.program_id = ", at.program.ID)
	q.compare(" AND w.kind = ", c.kind())
	q.text(" AND ")
	in(q, "w.name", c.list())
	q.slice("w.member_id")
	if c.Days > 0 {
		q.compare(" AND w.last_at >= ", at.daysAgo(int(c.Days)))
	}
	if c.Times > 1 {
		q.compare(" GROUP BY +w.member_id HAVING SUM(w.times) >= ", c.Times)
	} else {
		q.text(" AND w.times > 0")
	}
	q.text(")")
	if c.Times > 1 && c.Days > 0 {
		c.often(q, at)
	}
}

// often appends how often that was within the days, by the lines of the sales. Upper and lower case are alike; SQLite knows that of the
// plain letters only, so the others are asked for in both.
func (c bought) often(q *query, at moment) {
	q.text(" AND ")
	c.sales(q, at, "purchases p", "p.program_id = m.program_id AND p.member_id = m.id")
	q.text(" + ")
	c.sales(q, at, "members x CROSS JOIN purchases p",
		"x.program_id = m.program_id AND x.merged_into = m.id AND x.merged_into <> 0 AND p.program_id = x.program_id AND p.member_id = x.id")
	q.compare(" >= ", c.Times)
}

// sales appends how many purchases within the days have one of the things in them.
func (c bought) sales(q *query, at moment, from, whose string) {
	q.text("(SELECT COUNT(DISTINCT p.id) FROM " + from + " CROSS JOIN purchase_lines l WHERE " + whose)
	q.text(` AND p.state IN ('credited', 'imported') AND p.refunded < p.amount AND (p.money = 0 OR p.refunded < p.money)
AND l.program_id = p.program_id AND l.purchase_id = p.id`)
	q.compare(" AND p.occurred_at >= ", at.daysAgo(int(c.Days)))
	q.text(" AND ")
	column := "LOWER(TRIM(l.category))"
	if c.kind() == "product" {
		column = "LOWER(TRIM(l.sku))"
	}
	var spellings []string
	for _, name := range c.list() {
		spellings = append(spellings, cases(name)...)
	}
	in(q, column, spellings)
	q.text(")")
}

// mostCases is up to how many letters beyond the plain ones are tried in both cases.
const mostCases = 3

// cases are the spellings of a name in lower case in which letters beyond ASCII are large or small.
func cases(name string) []string {
	found, tried := []string{""}, 0
	for _, r := range name {
		upper := unicode.ToUpper(r)
		both := r > unicode.MaxASCII && upper != r && tried < mostCases
		if both {
			tried++
		}
		for i := range found {
			if both {
				found = append(found, found[i]+string(upper))
			}
			found[i] += string(r)
		}
	}
	return found
}

func (c bought) say(s *sayer, denied bool) clause {
	list := make([]string, 0, len(c.list()))
	for _, name := range c.list() {
		list = append(list, s.named(name))
	}
	key := "bought." + c.kind()
	if c.Times > 1 {
		key += ".times"
	}
	if c.Days > 0 {
		key += ".days"
	}
	fields := []string{"list", s.list(list, denied)}
	if c.Times > 1 {
		fields = append(fields, "times", s.count("times", c.Times))
	}
	if c.Days > 0 {
		fields = append(fields, "days", s.count("window", c.Days))
	}
	return s.clause(key, denied, fields...)
}
