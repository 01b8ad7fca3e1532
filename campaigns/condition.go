package campaigns

import (
	"encoding/json"
	"slices"
	"strings"

	"fiel/db"
	"fiel/members"
)

// parseCondition reads one name of an audience's object and what it asks.
func parseCondition(name string, raw json.RawMessage, depth int) (condition, error) {
	switch name {
	case "all", "any":
		list, err := parseObjects(name, raw, depth)
		if name == "any" {
			return anyOf(list), err
		}
		return all(list), err
	case "not":
		c, err := parseObject(raw, depth+1)
		return not{c}, err
	case "store":
		return parseStores(raw)
	case "language":
		var c languages
		return c, readList(name, raw, &c, func(s string) bool { return plain(s) && len(s) <= 8 })
	case "last_purchase":
		return parseLastPurchase(raw)
	case "birthday":
		return birthdayToday{}, readWord(name, raw, "today")
	case "birthday_month":
		var c birthdayMonths
		return c, readList(name, raw, &c, func(n int64) bool { return n >= 1 && n <= 12 })
	case "anniversary":
		return parseAnniversary(raw)
	case "lapsed":
		var c lapsed
		err := readList(name, raw, &c, func(n int64) bool { return n >= 1 && n <= 3650 })
		slices.Sort(c)
		return c, err
	}
	return nil, db.Errorf(db.Invalid, "%q is no condition of an audience: there are store, language, last_purchase, birthday, birthday_month, anniversary, lapsed, all, any and not.", name)
}

// readList reads a list of one kind, each of which must be good.
func readList[L ~[]T, T any](name string, raw []byte, into *L, good func(T) bool) error {
	err := readJSON(raw, into)
	if err != nil || len(*into) == 0 || len(*into) > maxAudienceList {
		return db.Errorf(db.Invalid, "%q takes a list of up to %d values.", name, maxAudienceList)
	}
	for _, v := range *into {
		if !good(v) {
			return db.Errorf(db.Invalid, "%q does not know %v.", name, v)
		}
	}
	return nil
}

// plain says whether a word has letters, and none that PostgreSQL cannot keep.
func plain(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' })
}

func readWord(name string, raw []byte, word string) error {
	var s string
	if err := readJSON(raw, &s); err != nil || s != word {
		return db.Errorf(db.Invalid, "%q takes the word %q.", name, word)
	}
	return nil
}

// languages: the member is texted in one of them.
type languages []string

func (c languages) write(q *query, _ moment) { in(q, "m.language", c) }

// stores: the member's home store is one of them, by id or by name.
type stores struct {
	ids   []int64
	names []string
}

func parseStores(raw json.RawMessage) (condition, error) {
	var values []any
	err := readList("store", raw, &values, func(v any) bool {
		switch v := v.(type) {
		case float64:
			return v == float64(int64(v)) && v > 0 && v < 1<<53
		case string:
			return plain(v)
		}
		return false
	})
	if err != nil {
		return nil, err
	}
	var c stores
	for _, v := range values {
		if name, ok := v.(string); ok {
			c.names = append(c.names, name)
		} else {
			c.ids = append(c.ids, int64(v.(float64)))
		}
	}
	return c, nil
}

func (c stores) write(q *query, at moment) {
	if len(c.ids) > 0 {
		in(q, "m.store_id", c.ids)
	}
	if len(c.ids) > 0 && len(c.names) > 0 {
		q.text(" OR ")
	}
	if len(c.names) > 0 {
		q.compare("m.store_id IN (SELECT s.id FROM stores s WHERE s.program_id = ", at.program.ID)
		q.text(" AND ")
		in(q, "s.name", c.names)
		q.text(")")
	}
}

// knownStores refuses an audience that names a store the program does not have.
func knownStores(c condition, have []members.Store) error {
	var parts []condition
	switch c := c.(type) {
	case stores:
		return c.known(have)
	case all:
		parts = c
	case anyOf:
		parts = c
	case not:
		parts = []condition{c.condition}
	}
	for _, part := range parts {
		if err := knownStores(part, have); err != nil {
			return err
		}
	}
	return nil
}

func (c stores) known(have []members.Store) error {
	for _, id := range c.ids {
		if !slices.ContainsFunc(have, func(s members.Store) bool { return s.ID == id }) {
			return db.Errorf(db.Invalid, "There is no store %d.", id)
		}
	}
	for _, name := range c.names {
		if !slices.ContainsFunc(have, func(s members.Store) bool { return s.Name == name }) {
			return db.Errorf(db.Invalid, "There is no store named %q.", name)
		}
	}
	return nil
}

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
	bad := c.AtLeastDays < 0 || c.AtMostDays < 0 || max(c.AtLeastDays, c.AtMostDays) > 36500 || c.AtMostDays != 0 && c.AtMostDays < c.AtLeastDays
	if err != nil || c.Never == days || bad {
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
		q.compare(" AND m.last_purchase_at < ", at.daysAgo(int(c.AtLeastDays)-1))
	}
	if c.AtMostDays > 0 {
		q.compare(" AND m.last_purchase_at >= ", at.daysAgo(int(c.AtMostDays)))
	}
}

// daysAgo is the first instant of the local date that many days before, in ms.
func (at moment) daysAgo(n int) int64 { return at.start(at.date.Plus(-n)) }

func (at moment) start(d Date) int64 { return d.At(0, at.zone).UnixMilli() }

// birthdayMonths: born in one of the months.
type birthdayMonths []int64

func (c birthdayMonths) write(q *query, _ moment) { in(q, "m.birth_month", c) }
