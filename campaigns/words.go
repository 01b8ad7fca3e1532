package campaigns

import (
	_ "embed"
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"fiel/members"
	"fiel/sms"
	"fiel/templates"
)

//go:embed fields.json
var fieldsFile []byte

// ownField finds the fields that stand for something of the campaign and not of the member, by their names in any language
// (fields.json). They are filled in before the rest.
var ownField, ownFields = readFields()

// optionalPart is a part of words that is left out when a field in it is empty.
var optionalPart = regexp.MustCompile(`\[[^\[\]]*\]`)

func readFields() (*regexp.Regexp, map[string]string) {
	var names map[string][]string
	if err := json.Unmarshal(fieldsFile, &names); err != nil {
		panic("fields.json: " + err.Error())
	}
	fields := map[string]string{}
	for field, list := range names {
		for _, name := range list {
			fields[name] = field
		}
	}
	all := strings.Join(slices.Sorted(maps.Keys(fields)), "|")
	return regexp.MustCompile(`(?i)\{ *(` + all + `) *\}`), fields
}

// fieldNamed is the field that "{oferta}" means.
func fieldNamed(inBraces string) string {
	return ownFields[strings.ToLower(strings.Trim(inBraces, "{ }"))]
}

// Offer is what a campaign gives, in the owner's words, by language. Where a language has none, the program's is used.
type Offer struct {
	Text     map[string]string `json:"text,omitempty"`     // {offer}
	Occasion map[string]string `json:"occasion,omitempty"` // {occasion}

	// Kind is '' for an offer without voucher; else each member gets one of their own ({code}): percent, amount or item.
	Kind    string  `json:"kind,omitempty"`
	Value   int64   `json:"value,omitempty"`   // per cent, minor units, or what an item is worth
	Minimum int64   `json:"minimum,omitempty"` // purchase that the voucher asks for, minor units
	Stores  []int64 `json:"stores,omitempty"`  // where it is valid; none: in all
}

// wordsIn is the text for a language, else for another one, in the order given, else any.
func wordsIn(texts map[string]string, languages ...string) (text, language string) {
	for _, l := range languages {
		if texts[l] != "" {
			return texts[l], l
		}
	}
	for _, l := range slices.Sorted(maps.Keys(texts)) {
		if texts[l] != "" {
			return texts[l], l
		}
	}
	return "", ""
}

// script is the words of one run in one language: all that is the same for every member is filled in.
type script struct {
	language string
	words    string
	end      string
	plain    bool // its author kept to GSM-7: what a member's name brings in beside is spelt so too where that saves a part
}

// scriptFor chooses the words for a member's language and fills in what is of the run.
func (c content) scriptFor(p members.Program, zone *time.Location, o Occurrence, language string) script {
	words, language := wordsIn(c.Words, language, p.Language)
	own := map[string]string{"clock": templates.Clock(language, o.Ends.In(zone)), "link": c.Link}
	own["offer"], _ = wordsIn(c.Offer.Text, language, p.Language)
	own["occasion"], _ = wordsIn(c.Offer.Occasion, language, p.Language)
	s := script{language: language, words: withOwn(words, own), end: lastMoment(language, o.Ends.In(zone))}
	s.plain = !slices.ContainsFunc(s.bare(), func(text string) bool { return sms.Count(text).Encoding != sms.GSM7 })
	return s
}

// bare is the author's own letters: the words with nothing in their fields, and with next to nothing.
func (s script) bare() []string {
	var bare []string
	for _, value := range []string{"", "1"} {
		f := templates.Fields{}
		for _, name := range []string{"name", "program", "store", "points", "code", "end", "years"} {
			f[name] = value
		}
		if text, err := templates.Fill(s.language, s.words, f); err == nil {
			bare = append(bare, sms.Clean(text))
		}
	}
	return bare
}

// lastMoment says when an offer ends: an end at midnight is the whole day before.
func lastMoment(language string, ends time.Time) string {
	if h, m, s := ends.Clock(); h+m+s == 0 {
		return templates.Date(language, ends.Add(-time.Second))
	}
	return templates.Moment(language, ends)
}

// fill is the text for one member.
func (s script) fill(p members.Program, c candidate, code string, years int64) (body string, parts int64, err error) {
	body, err = templates.Fill(s.language, s.words, templates.Fields{
		"name": c.Name, "program": p.Name, "store": c.storeName, "points": strconv.FormatInt(c.Balance, 10), "code": code, "end": s.end,
		"years": strconv.FormatInt(years, 10),
	})
	if err != nil {
		return "", 0, err
	}
	return s.finish(body)
}

// finish is a text as it is sent, with what it costs.
func (s script) finish(body string) (text string, parts int64, err error) {
	if body = sms.Clean(body); s.plain {
		body = sms.Spell(body)
	}
	if err := sms.Check(body); err != nil {
		return "", 0, err
	}
	return body, int64(sms.Count(body).Parts), nil
}
