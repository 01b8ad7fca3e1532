package campaigns

import (
	"bytes"
	"encoding/json"

	"fiel/db"
)

// levels: the member has one of these levels.
type levels struct{ refs }

// levelAndUp: the member has this level, or one above it.
type levelAndUp struct{ refs }

// noLevel: the member has no level.
type noLevel struct{}

func parseLevels(raw json.RawMessage) (condition, error) {
	var word string
	var above struct {
		OrAbove json.RawMessage `json:"or_above"`
	}
	switch raw = bytes.TrimSpace(raw); {
	case readJSON(raw, &word) == nil && word == "none":
		return noLevel{}, nil
	case raw[0] == '[':
		r, err := parseRefs("tier", raw)
		return levels{r}, err
	case readJSON(raw, &above) == nil && len(above.OrAbove) > 0:
		r, err := parseRefs("tier", append(append([]byte("["), above.OrAbove...), ']'))
		if err == nil && len(r.ids)+len(r.names) == 1 {
			return levelAndUp{r}, nil
		}
	}
	return nil, db.Errorf(db.Invalid, `"tier" takes a list of names or ids such as ["VIP"], {"or_above": "VIP"}, or "none".`)
}

func (c levels) write(q *query, at moment) { c.refs.write(q, at, "m.tier_id", "tiers") }

func (c levels) settle(n *names) (any, error) { return c.resolve(n.levelNames()) }

func (c levels) say(s *sayer, denied bool) clause {
	return s.clause("tier", denied, "levels", s.list(c.said(s.names.level, s.named), denied))
}

func (c levels) head(s *sayer) (field, words string) {
	return "level", s.words("tier.head", "levels", s.list(c.said(s.names.level, s.named), false))
}

func (c levelAndUp) write(q *query, at moment) {
	q.compare("m.tier_id IN (SELECT t.id FROM tiers t WHERE t.program_id = ", at.program.ID)
	q.compare(" AND t.threshold >= (SELECT MIN(b.threshold) FROM tiers b WHERE b.program_id = ", at.program.ID)
	q.text(" AND (")
	c.refs.write(q, at, "b.id", "tiers")
	q.text(")))")
}

func (c levelAndUp) settle(n *names) (any, error) {
	ids, err := c.resolve(n.levelNames())
	if err != nil {
		return nil, err
	}
	return map[string]int64{"or_above": ids[0]}, nil
}

func (c levelAndUp) say(s *sayer, denied bool) clause {
	return s.clause("tier.above", denied, "level", c.said(s.names.level, s.named)[0])
}

func (c levelAndUp) head(s *sayer) (field, words string) {
	return "above", s.words("tier.above.head", "level", c.said(s.names.level, s.named)[0])
}

func (noLevel) write(q *query, _ moment) { q.text("m.tier_id = 0") }

func (noLevel) say(s *sayer, denied bool) clause { return s.clause("tier.none", denied) }
