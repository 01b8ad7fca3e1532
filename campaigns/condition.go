package campaigns

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"fiel/db"
	"fiel/members"
)

// kind is one condition that an audience can name.
type kind struct {
	name    string
	example string // JSON of a whole audience
	means   string // in English, for whoever writes one
	parse   func(raw json.RawMessage, depth int) (condition, error)
}

// kinds are all conditions there are.
func kinds() []kind {
	return slices.Concat(memberKinds(), occasionKinds(), joinedKinds())
}

// memberKinds are the conditions over what is known of a member.
func memberKinds() []kind {
	return []kind{
		{"store", `{"store": ["Centro", 12]}`, "home store, by name or id", plainly(parseStores)},
		{"language", `{"language": ["es", "en"]}`, "language they are texted in", plainly(parseLanguages)},
		{"last_purchase", `{"last_purchase": {"at_least_days": 30, "at_most_days": 90}}`, `days since the last purchase, or {"never": true}`, plainly(parseLastPurchase)},
		{"birthday_month", `{"birthday_month": [3, 4]}`, "month of the birthday, 1 to 12", plainly(parseBirthdayMonths)},
	}
}

// joinedKinds put audiences together.
func joinedKinds() []kind {
	return []kind{
		{"all", `{"all": [{"language": ["es"]}, {"store": ["Centro"]}]}`, "each of these audiences", func(raw json.RawMessage, depth int) (condition, error) {
			list, err := parseObjects("all", raw, depth)
			return all(list), err
		}},
		{"any", `{"any": [{"language": ["en"]}, {"store": ["Centro"]}]}`, "at least one of these audiences", func(raw json.RawMessage, depth int) (condition, error) {
			list, err := parseObjects("any", raw, depth)
			return anyOf(list), err
		}},
		{"not", `{"not": {"store": ["Centro"]}}`, "everybody but these", func(raw json.RawMessage, depth int) (condition, error) {
			c, err := parseObject(raw, depth+1)
			return not{c}, err
		}},
		{"except", `{"except": [{"store": ["Centro"]}, {"language": ["en"]}]}`, "without those of any of these audiences", func(raw json.RawMessage, depth int) (condition, error) {
			list, err := parseObjects("except", raw, depth)
			return exclusions{anyOf(list)}, err
		}},
	}
}

// plainly is the reader of a condition that has no audiences in it.
func plainly(parse func(json.RawMessage) (condition, error)) func(json.RawMessage, int) (condition, error) {
	return func(raw json.RawMessage, _ int) (condition, error) { return parse(raw) }
}

// parseCondition reads one name of an audience's object and what it asks.
func parseCondition(name string, raw json.RawMessage, depth int) (condition, error) {
	var known []string
	for _, k := range kinds() {
		if k.name == name {
			return k.parse(raw, depth)
		}
		known = append(known, k.name)
	}
	return nil, db.Errorf(db.Invalid, "%q is no condition of an audience: there are %s.", name, strings.Join(known, ", "))
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

func parseLanguages(raw json.RawMessage) (condition, error) {
	var c languages
	return c, readList("language", raw, &c, func(s string) bool { return plain(s) && len(s) <= 8 })
}

func (c languages) write(q *query, _ moment) { in(q, "m.language", c) }

func (c languages) say(s *sayer, denied bool) clause {
	all := make([]string, len(c))
	for i, l := range c {
		if all[i] = s.book["language."+l]; all[i] == "" {
			all[i] = l
		}
	}
	return s.clause("language", denied, "languages", s.list(all, denied))
}

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

func (c stores) say(s *sayer, denied bool) clause {
	return s.clause("store", denied, "stores", s.list(c.said(s), denied))
}

func (c stores) head(s *sayer) (field, words string) {
	return "store", s.words("store.head", "stores", s.list(c.said(s), false))
}

func (c stores) said(s *sayer) []string {
	var all []string
	for _, id := range c.ids {
		all = append(all, s.named(s.names.store(id)))
	}
	for _, name := range c.names {
		all = append(all, s.named(name))
	}
	return all
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
	case exclusions:
		parts = c.anyOf
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

func (c lastPurchase) say(s *sayer, denied bool) clause {
	least, most := s.count("days", c.AtLeastDays), s.count("days", c.AtMostDays)
	switch {
	case c.Never:
		return s.clause("bought.never", denied)
	case c.AtMostDays == 0:
		return s.clause("last.least", denied, "days", least)
	case c.AtLeastDays == 0:
		return s.clause("last.most", denied, "days", most)
	}
	return s.clause("last.between", denied, "least", s.number(c.AtLeastDays), "days", most)
}

// daysAgo is the first instant of the local date that many days before, in ms.
func (at moment) daysAgo(n int) int64 { return at.start(at.date.Plus(-n)) }

func (at moment) start(d Date) int64 { return d.At(0, at.zone).UnixMilli() }

// birthdayMonths: born in one of the months.
type birthdayMonths []int64

func parseBirthdayMonths(raw json.RawMessage) (condition, error) {
	var c birthdayMonths
	return c, readList("birthday_month", raw, &c, func(n int64) bool { return n >= 1 && n <= 12 })
}

func (c birthdayMonths) say(s *sayer, denied bool) clause {
	all := make([]string, len(c))
	for i, n := range c {
		all[i] = s.month(time.Month(n))
	}
	return s.clause("birthday_month", denied, "months", s.list(all, denied))
}

func (c birthdayMonths) write(q *query, _ moment) { in(q, "m.birth_month", c) }
