package campaigns

import (
	"encoding/json"
	"time"
)

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

func (c birthdayMonths) write(q *query, _ moment) { in(q, "+m.birth_month", c) }

// tags: the owner gave the member one of them.
type tags []string

func parseTags(raw json.RawMessage) (condition, error) {
	var c tags
	return c, readList("tag", raw, &c, func(s string) bool { return plain(s) && len(s) <= 200 })
}

func (c tags) write(q *query, _ moment) { in(q, "m.tag", c) }

func (c tags) say(s *sayer, denied bool) clause {
	all := make([]string, len(c))
	for i, t := range c {
		all[i] = s.quoted(t)
	}
	return s.clause("tag", denied, "tags", s.list(all, denied))
}

// channels: the member joined with one of these codes.
type channels []string

func parseChannels(raw json.RawMessage) (condition, error) {
	var c channels
	return c, readList("channel", raw, &c, func(s string) bool { return plain(s) && len(s) <= 200 })
}

func (c channels) write(q *query, _ moment) { in(q, "m.channel", c) }

func (c channels) say(s *sayer, denied bool) clause {
	all := make([]string, len(c))
	for i, t := range c {
		all[i] = s.quoted(t)
	}
	return s.clause("channel", denied, "codes", s.list(all, denied))
}
