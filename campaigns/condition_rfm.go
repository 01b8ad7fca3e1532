package campaigns

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"fiel/db"
)

//go:embed rfm.txt
var rfmFile string

// rfmClasses are the lines of rfm.txt.
var rfmClasses = readRFM()

// rfmClass is a kind of customer by the scores that members.rfm keeps.
type rfmClass struct {
	name   string
	scores []int64           // 100 x recency + 10 x frequency + money
	title  map[string]string // by language
}

// readRFM panics on a bad file: it is part of the program. Every score belongs to one class.
func readRFM() []rfmClass {
	var all []rfmClass
	columns := regexp.MustCompile(` {2,}`)
	taken := map[int64]bool{}
	for line := range strings.Lines(rfmFile) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		f := columns.Split(line, -1)
		if len(f) != 8 {
			panic("rfm.txt: " + line)
		}
		c := rfmClass{name: f[0], title: map[string]string{"es": f[4], "en": f[5], "fr": f[6], "zh": f[7]}}
		for _, score := range scoresIn(f[1], f[2], f[3]) {
			if !taken[score] {
				c.scores, taken[score] = append(c.scores, score), true
			}
		}
		all = append(all, c)
	}
	if len(taken) != 125 {
		panic("rfm.txt leaves scores without a class")
	}
	return all
}

// scoresIn lists the scores of three ranges such as 4-5, or 5.
func scoresIn(recency, frequency, money string) (all []int64) {
	between := func(span string) (low, high int64) {
		if n, _ := fmt.Sscanf(span, "%d-%d", &low, &high); n < 2 {
			high = low
		}
		return low, high
	}
	r, lastR := between(recency)
	for ; r <= lastR; r++ {
		f, lastF := between(frequency)
		for ; f <= lastF; f++ {
			m, lastM := between(money)
			for ; m <= lastM; m++ {
				all = append(all, 100*r+10*f+m)
			}
		}
	}
	return all
}

func rfmClassNames() []string {
	all := make([]string, len(rfmClasses))
	for i, c := range rfmClasses {
		all[i] = c.name
	}
	return all
}

// classes: the member belongs to one of these classes, as of the last night.
type classes []string

func parseClasses(raw json.RawMessage) (condition, error) {
	var c classes
	err := readList("rfm", raw, &c, func(name string) bool { return len(c.of(name).scores) > 0 })
	if err != nil {
		return nil, db.Errorf(db.Invalid, `"rfm" takes a list of classes: %s.`, strings.Join(rfmClassNames(), ", "))
	}
	return c, nil
}

// of is the class of a name; the zero class for none.
func (classes) of(name string) rfmClass {
	for _, c := range rfmClasses {
		if c.name == name {
			return c
		}
	}
	return rfmClass{}
}

func (c classes) write(q *query, _ moment) {
	var scores []int64
	for _, name := range c {
		scores = append(scores, c.of(name).scores...)
	}
	slices.Sort(scores)
	in(q, "m.rfm", slices.Compact(scores)) // a class named again adds no values
}

func (c classes) say(s *sayer, denied bool) clause {
	all := make([]string, len(c))
	for i, name := range c {
		all[i] = s.quoted(c.of(name).title[s.language])
	}
	return s.clause("rfm", denied, "classes", s.list(all, denied))
}

// RFMClass is the class of a score of members.rfm in a language, for people; ” for a member who never bought.
func RFMClass(language string, score int64) string {
	for _, c := range rfmClasses {
		for _, one := range c.scores {
			if one == score && c.title[language] != "" {
				return c.title[language]
			}
			if one == score {
				return c.title["en"]
			}
		}
	}
	return ""
}
