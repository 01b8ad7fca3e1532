package campaigns

import (
	"encoding/json"

	"fiel/db"
)

// refs are things that the owner named: stores, levels or campaigns, by id or by name. An audience that is stored has ids alone, so
// that another name changes nothing.
type refs struct {
	ids   []int64
	names []string
}

// parseRefs reads a list of names and ids.
func parseRefs(name string, raw json.RawMessage) (refs, error) {
	var values []any
	err := readList(name, raw, &values, func(v any) bool {
		switch v := v.(type) {
		case float64:
			return v == float64(int64(v)) && v > 0 && v < 1<<53
		case string:
			return plain(v)
		}
		return false
	})
	if err != nil {
		return refs{}, err
	}
	var r refs
	for _, v := range values {
		if name, ok := v.(string); ok {
			r.names = append(r.names, name)
		} else {
			r.ids = append(r.ids, int64(v.(float64)))
		}
	}
	return r, nil
}

// write appends that the column is one of them. Table is where the names are.
func (r refs) write(q *query, at moment, column, table string) {
	if len(r.ids) > 0 {
		in(q, column, r.ids)
	}
	if len(r.ids) > 0 && len(r.names) > 0 {
		q.text(" OR ")
	}
	if len(r.names) > 0 {
		q.compare(column+" IN (SELECT s.id FROM "+table+" s WHERE s.program_id = ", at.program.ID)
		q.text(" AND ")
		in(q, "s.name", r.names)
		q.text(")")
	}
}

// directory finds what is named in one way: stores, levels, or campaigns.
type directory struct {
	what   string // for sentences: "store"
	byID   func(int64) bool
	byName func(string) int64 // 0: none
}

// resolve is the ids of them all; db.Invalid names the one that does not exist.
func (r refs) resolve(d directory) (ids []int64, err error) {
	for _, id := range r.ids {
		if !d.byID(id) {
			return nil, db.Errorf(db.Invalid, "There is no %s %d.", d.what, id)
		}
		ids = append(ids, id)
	}
	for _, name := range r.names {
		id := d.byName(name)
		if id == 0 {
			return nil, db.Errorf(db.Invalid, "There is no %s named %q.", d.what, name)
		}
		ids = append(ids, id)
	}
	return ids, nil
}

// said is the names of them all, as they are to be read.
func (r refs) said(name func(int64) string, write func(string) string) []string {
	all := make([]string, 0, len(r.ids)+len(r.names))
	for _, id := range r.ids {
		all = append(all, write(name(id)))
	}
	for _, n := range r.names {
		all = append(all, write(n))
	}
	return all
}

// stores: the member's home store is one of them.
type stores struct{ refs }

func parseStores(raw json.RawMessage) (condition, error) {
	r, err := parseRefs("store", raw)
	return stores{r}, err
}

func (c stores) write(q *query, at moment) { c.refs.write(q, at, "m.store_id", "stores") }

func (c stores) settle(n *names) (any, error) { return c.resolve(n.storeNames()) }

func (c stores) say(s *sayer, denied bool) clause {
	return s.clause("store", denied, "stores", s.list(c.said(s.names.store, s.named), denied))
}

func (c stores) head(s *sayer) (field, words string) {
	return "store", s.words("store.head", "stores", s.list(c.said(s.names.store, s.named), false))
}
