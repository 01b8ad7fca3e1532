package campaigns

import (
	"fmt"
	"strings"
	"time"

	"fiel/members"
	"fiel/templates"
)

// sayer puts conditions into words of one language. Names are as they are now.
type sayer struct {
	language string
	book     phrasebook
	program  members.Program
	names    *names
}

func newSayer(language string, p members.Program, n *names) *sayer {
	book, ok := phrasebooks[language]
	if !ok {
		language, book = "en", phrasebooks["en"]
	}
	return &sayer{language: language, book: book, program: p, names: n}
}

// clause is what is said of members: "bought bread in the last 60 days". Joint is and, or; ” where nothing is joined in it.
type clause struct{ text, joint string }

// clause is the words of a key with its fields filled in, given as name, value, name, value; denied, those of key.not.
func (s *sayer) clause(key string, denied bool, fields ...string) clause {
	if denied {
		key += ".not"
	}
	return clause{text: s.words(key, fields...)}
}

// words are those of a key with its fields filled in; a value changes nothing around it.
func (s *sayer) words(key string, fields ...string) string {
	words, ok := s.book[key]
	if !ok {
		panic("campaigns: no words for " + key) // a test says every condition
	}
	pairs := make([]string, 0, len(fields))
	for i := 0; i+1 < len(fields); i += 2 {
		pairs = append(pairs, "{"+fields[i]+"}", fields[i+1])
	}
	return strings.NewReplacer(pairs...).Replace(words)
}

// count is a number with its thing: "1 day", "60 days". The words of thing are those of one and of several, "day|days".
func (s *sayer) count(thing string, n int64) string {
	one, many, _ := strings.Cut(s.book[thing], "|")
	if n == 1 || many == "" {
		return strings.ReplaceAll(one, "#", s.number(n))
	}
	return strings.ReplaceAll(many, "#", s.number(n))
}

func (s *sayer) number(n int64) string { return templates.Number(s.figures(), n) }

// money is an amount in minor units of the program's currency.
func (s *sayer) money(minor int64) string {
	return templates.Money(s.figures(), s.program.Currency, minor)
}

func (s *sayer) date(d Date) string { return templates.DateYear(s.figures(), d.utc(0)) }

func (s *sayer) month(m time.Month) string { return strings.Fields(s.book["months"])[m-1] }

// figures is the language whose numbers and dates are written.
func (s *sayer) figures() string {
	for _, l := range templates.Languages() {
		if l == s.language {
			return l
		}
	}
	return "en"
}

// list joins names: "Centro, Norte or Sur". Denied, none of them is meant.
func (s *sayer) list(all []string, denied bool) string {
	or := s.book["or"]
	if denied {
		or = s.book["nor"]
	}
	return s.series(all, or)
}

// series joins words with a joint before the last: "a, b and c". A joint may give way before a sound: "o|u before o ho".
func (s *sayer) series(all []string, joint string) string {
	if len(all) == 1 {
		return all[0]
	}
	last := all[len(all)-1]
	rule, rest, _ := strings.Cut(joint, "|")
	if instead, sounds, ok := strings.Cut(rest, " before "); ok {
		for _, sound := range strings.Fields(sounds) {
			if strings.HasPrefix(strings.ToLower(last), sound) {
				rule = instead
			}
		}
	}
	return strings.Join(all[:len(all)-1], s.book["comma"]+s.gap()) + fmt.Sprint(s.gap(), rule, s.gap()) + last
}

// gap is what stands between words: nothing, in Chinese.
func (s *sayer) gap() string {
	if s.book["gap"] == "none" {
		return ""
	}
	return " "
}

// quoted is a name in the language's quotation marks.
func (s *sayer) quoted(name string) string { return s.words("quoted", "name", name) }

// named is a name the owner gave: bare where it reads as one, else in quotation marks, so that it is not taken for words of ours.
func (s *sayer) named(name string) string {
	if len(strings.Fields(name)) > 3 || strings.ContainsAny(name, `,;.:()"'«»{}`) {
		return s.quoted(name)
	}
	return name
}
