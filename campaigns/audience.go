package campaigns

import (
	"bytes"
	"encoding/json"
	"io"
	"maps"
	"slices"
	"time"

	"fiel/db"
	"fiel/members"
)

// An audience is a small JSON form, stored with its campaign. All that one object names must hold:
//
//	{"store": ["Centro", 12], "language": ["es"], "last_purchase": {"at_least_days": 30, "at_most_days": 90}}
//	{"any": [{"birthday_month": [3, 4]}, {"not": {"store": ["Centro"]}}]}
//
// The conditions are in condition*.go and occasion.go, all of them in the lists of kinds. SQL is built from it by hand with parameters only: no letter of the form reaches the text of a
// query.

// Bounds of an audience: no person writes more, and SQLite takes 32,766 parameters, of which an anniversary alone can have 500, and
// expressions 1,000 deep.
const (
	maxAudienceBytes      = 16 << 10
	maxAudienceDepth      = 6
	maxAudienceList       = 500
	maxAudienceConditions = 50
)

// condition is one thing an audience asks of a member.
type condition interface {
	// write appends an SQL expression over members AS m.
	write(q *query, at moment)
	// say puts it into words, as what is said of members: "bought bread in the last 60 days"; denied, the opposite.
	say(s *sayer, denied bool) clause
}

// moment is when an audience is asked for: conditions such as "birthday today" depend on it.
type moment struct {
	program members.Program
	zone    *time.Location // the program's
	date    Date
	at      int64  // ms
	held    []Date // [birthdays] of the date, where they were worked out already
	pace    *int64 // what rising stars earned more than, where it was read already
}

// parseAudience reads the JSON form; db.Invalid says what is wrong with it. An empty form is everybody.
func parseAudience(raw []byte) (condition, error) {
	if len(bytes.TrimSpace(raw)) == 0 {
		return all{}, nil
	}
	if len(raw) > maxAudienceBytes {
		return nil, db.Errorf(db.Invalid, "The audience is longer than %d bytes.", maxAudienceBytes)
	}
	found, err := parseObject(raw, 1)
	if err == nil && size(found) > maxAudienceConditions {
		return nil, db.Errorf(db.Invalid, "The audience has more than %d conditions. Several values of one kind go into one list.", maxAudienceConditions)
	}
	return found, err
}

// size is how many conditions an audience has that are not made of others.
func size(c condition) (n int) {
	var parts []condition
	switch c := c.(type) {
	case all:
		parts = c
	case anyOf:
		parts = c
	case exclusions:
		parts = c.anyOf
	case not:
		parts = []condition{c.condition}
	default:
		return 1
	}
	for _, one := range parts {
		n += size(one)
	}
	return max(n, 1) // everybody is one, too
}

func parseObject(raw []byte, depth int) (condition, error) {
	if depth > maxAudienceDepth {
		return nil, db.Errorf(db.Invalid, "The audience is nested more than %d deep.", maxAudienceDepth)
	}
	var object map[string]json.RawMessage
	if err := readJSON(raw, &object); err != nil || object == nil || namedTwice(raw) {
		return nil, db.Errorf(db.Invalid, `An audience is an object such as {"language": ["es"]}.`)
	}
	var found all
	for _, name := range slices.Sorted(maps.Keys(object)) {
		c, err := parseCondition(name, object[name], depth)
		if err != nil {
			return nil, err
		}
		found = append(found, c)
	}
	return found, nil
}

func parseObjects(name string, raw []byte, depth int) ([]condition, error) {
	var objects []json.RawMessage
	if err := readJSON(raw, &objects); err != nil || len(objects) == 0 || len(objects) > maxAudienceList {
		return nil, db.Errorf(db.Invalid, "%q takes a list of audiences.", name)
	}
	var found []condition
	for _, o := range objects {
		c, err := parseObject(o, depth+1)
		if err != nil {
			return nil, err
		}
		found = append(found, c)
	}
	return found, nil
}

// readJSON decodes one value, refusing fields that do not exist and anything after it.
func readJSON(raw []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return db.Errorf(db.Invalid, "There is something after the end of the JSON.")
	}
	return nil
}

// namedTwice says whether an object has two fields of one name: which of them is meant nobody knows.
func namedTwice(object []byte) bool {
	d := json.NewDecoder(bytes.NewReader(object))
	seen := map[string]bool{}
	for depth, isName := 0, false; ; {
		token, err := d.Token()
		if err != nil {
			return false // it was read before
		}
		name, _ := token.(string)
		switch {
		case token == json.Delim('{') || token == json.Delim('['):
			depth++
		case token == json.Delim('}') || token == json.Delim(']'):
			depth--
		case depth == 1 && isName && seen[name]:
			return true
		case depth == 1 && isName:
			seen[name] = true
		}
		isName = depth == 1 && !isName // at the top of an object names and values take turns
	}
}

// all holds when each of its conditions does.
type all []condition

func (a all) write(q *query, at moment) { q.join(a, " AND ", "1 = 1", at) }

// anyOf holds when one of its conditions does.
type anyOf []condition

func (a anyOf) write(q *query, at moment) { q.join(a, " OR ", "1 = 0", at) }

// not holds when its condition does not.
type not struct{ condition }

func (n not) write(q *query, at moment) {
	q.text("NOT (")
	n.condition.write(q, at)
	q.text(")")
}

// exclusions holds for whom none of its conditions does. A sentence names them last.
type exclusions struct{ anyOf }

func (e exclusions) write(q *query, at moment) { not{e.anyOf}.write(q, at) }

func (e exclusions) say(s *sayer, denied bool) clause { return e.anyOf.say(s, !denied) }
