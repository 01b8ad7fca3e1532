package campaigns

import "strings"

// part is a condition of a sentence, or the opposite of it.
type part struct {
	condition
	denied bool
}

// flat lists the parts that must all hold: conditions in conditions come up as far as they can. Not of any is not of each.
func flat(c condition, denied bool) (parts []part) {
	switch c := c.(type) {
	case all:
		if denied && len(c) != 1 {
			break
		}
		for _, one := range c {
			parts = append(parts, flat(one, denied)...)
		}
		return parts
	case anyOf:
		if !denied && len(c) != 1 {
			break
		}
		for _, one := range c {
			parts = append(parts, flat(one, denied)...)
		}
		return parts
	case not:
		return flat(c.condition, !denied)
	}
	return []part{{c, denied}}
}

func (s *sayer) say(p part) clause { return p.say(s, p.denied) }

// join says parts with and or or between them. What is joined in another way stands in brackets.
func (s *sayer) join(parts []part, joint string) clause {
	var texts []string
	found := clause{joint: joint}
	for _, p := range parts {
		c := s.say(p)
		if len(parts) == 1 {
			return c
		}
		if c.joint != "" && c.joint != joint {
			c.text = s.words("bracket", "clauses", c.text)
		}
		texts = append(texts, c.text)
	}
	found.text = s.series(texts, s.book[joint])
	return found
}

// parts are the parts of conditions, each denied or not.
func parts(list []condition, denied bool) []part {
	found := make([]part, len(list))
	for i, c := range list {
		found[i] = part{c, denied}
	}
	return found
}

func (a all) say(s *sayer, denied bool) clause {
	if len(a) == 0 {
		return s.clause("anybody", denied)
	}
	return s.join(parts(a, denied), map[bool]string{false: "and", true: "or"}[denied])
}

func (a anyOf) say(s *sayer, denied bool) clause {
	return s.join(parts(a, denied), map[bool]string{false: "or", true: "and"}[denied])
}

func (n not) say(s *sayer, denied bool) clause { return n.condition.say(s, !denied) }

// headed is a condition that can stand beside the noun: "VIP members", "members of Miraflores".
type headed interface {
	condition
	// head is the field of the noun's words that the condition fills, and with what.
	head(s *sayer) (field, words string)
}

// noun is the members a sentence is about.
type noun map[string]string

// rival is the field of a noun that says the same in another way.
var rival = map[string]string{"level": "above", "above": "level"}

// head takes the parts that can stand beside the noun, one for each of its fields.
func (s *sayer) head(all []part) (noun, []part) {
	n := noun{}
	var rest []part
	for _, p := range all {
		if h, ok := p.condition.(headed); ok && !p.denied {
			if field, words := h.head(s); n[field] == "" && n[rival[field]] == "" {
				n[field] = words
				continue
			}
		}
		rest = append(rest, p)
	}
	return n, rest
}

func (n noun) words(s *sayer, key string, more ...string) string {
	fields := append(more, "level", n["level"], "above", n["above"], "store", n["store"])
	return strings.Join(strings.Fields(s.words(key, fields...)), " ")
}

// alone is the noun where nothing follows: all of them.
func (n noun) alone(s *sayer) string {
	if len(n) == 0 {
		return s.words("everybody")
	}
	return n.words(s, "head")
}

// who is the noun with what is said of them.
func (n noun) who(s *sayer, clauses string) string {
	if len(n) == 0 {
		return s.words("members.who", "clauses", clauses)
	}
	return s.words("head.who", "head", n.words(s, "head"), "clauses", clauses)
}
