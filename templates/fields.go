package templates

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// kind is what a field holds.
type kind string

const (
	text   kind = "text"   // words, cut to so many letters
	number kind = "number" // digits, written as the language does; the length is that of the longest expected
	signed kind = "signed" // the same with its sign, also a plus
	date   kind = "date"   // as Date writes it
	dated  kind = "dated"  // as DateYear writes it
	moment kind = "moment" // as Moment writes it
	clock  kind = "clock"  // as Clock writes it
)

// anyLength bounds the values of kinds that have no length of their own.
const anyLength = 40

type field struct {
	kind kind
	max  int // letters or digits
}

// parseField reads "text 20   what it holds".
func parseField(s string) (field, error) {
	words := strings.Fields(s)
	if len(words) == 0 {
		return field{}, fmt.Errorf("a field needs a kind")
	}
	f := field{kind: kind(words[0]), max: anyLength}
	switch f.kind {
	case date, dated, moment, clock:
		return f, nil
	case text, number, signed:
		if len(words) > 1 {
			f.max, _ = strconv.Atoi(words[1])
		}
		if len(words) < 2 || f.max < 1 {
			return f, fmt.Errorf("a %s needs a length", f.kind)
		}
		return f, nil
	}
	return f, fmt.Errorf("%q is no kind of field", words[0])
}

// write is a value as it stands in a text of a language.
func (f field) write(value string, l *language) string {
	switch f.kind {
	case text:
		return clip(tidy(value), f.max)
	case number, signed:
		n, err := strconv.ParseInt(value, 10, 64)
		if err != nil {
			break
		}
		written := l.number.group(strconv.FormatInt(n, 10))
		if f.kind == signed && n > 0 {
			return "+" + written
		}
		return written
	}
	return clip(tidy(value), anyLength)
}

// longest is a value of the field that takes the most room in a language.
func (f field) longest(l *language) string {
	switch f.kind {
	case number:
		return strings.Repeat("9", f.max)
	case signed:
		return "-" + strings.Repeat("9", f.max)
	case text:
		return strings.Repeat("m", f.max)
	}
	longest := ""
	for month := time.January; month <= time.December; month++ {
		at := time.Date(2026, month, 28, 12, 59, 0, 0, time.UTC)
		value := at.Format(l.clock)
		if f.kind != clock {
			value = l.inWords(string(f.kind), at)
		}
		if utf8.RuneCountInString(value) > utf8.RuneCountInString(longest) {
			longest = value
		}
	}
	return longest
}

// textKey is one line about a text in fields.txt.
type textKey struct {
	name, topic string         // the topic is the file it stands in
	parts       int            // at most
	partsIn     map[string]int // of the languages that need more
	fields      []keyField
}

type keyField struct {
	name     string
	optional bool
}

func (k textKey) has(field string) bool {
	return slices.ContainsFunc(k.fields, func(f keyField) bool { return f.name == field })
}

// parseKey reads "joined 1 zh:2 program name?".
func (b *book) parseKey(topic, line string) (k textKey, err error) {
	words := strings.Fields(line)
	k = textKey{name: words[0], topic: topic, partsIn: map[string]int{}}
	if len(words) > 1 {
		k.parts, _ = strconv.Atoi(words[1])
	}
	if k.parts < 1 {
		return k, fmt.Errorf("%s needs a number of parts", k.name)
	}
	for _, word := range words[2:] {
		if lang, parts, ok := strings.Cut(word, ":"); ok {
			if k.partsIn[lang], err = strconv.Atoi(parts); err != nil || k.partsIn[lang] <= k.parts {
				return k, fmt.Errorf("%s: %q is not a language and more than %d parts", k.name, word, k.parts)
			}
			continue
		}
		name, optional := strings.CutSuffix(word, "?")
		if _, ok := b.fields[name]; !ok {
			return k, fmt.Errorf("%s has a field %q that is not in [fields]", k.name, name)
		}
		k.fields = append(k.fields, keyField{name, optional})
	}
	return k, nil
}

// check refuses words that do not hold exactly the fields of their key, or that would leave a hole where a field is empty.
func (k textKey) check(pieces []piece) error {
	used := map[string]bool{}
	var err error
	walk(pieces, false, func(p piece, inPart bool) {
		used[p.field] = true
		for _, f := range k.fields {
			if f.name == p.field && f.optional && !inPart && p.other == "" {
				err = fmt.Errorf("{%s} may be empty: put it in [ ] or give it a word in its place", p.field)
			}
		}
		if !k.has(p.field) {
			err = fmt.Errorf("%s has no field {%s}", k.name, p.field)
		}
	})
	for _, f := range k.fields {
		if !used[f.name] {
			err = fmt.Errorf("{%s} is missing", f.name)
		}
	}
	return err
}
