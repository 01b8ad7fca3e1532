package campaigns

import (
	"time"

	"fiel/members"
)

// Shown is everything a person wants to know of a campaign before they look at its results.
type Shown struct {
	Campaign Campaign          `json:"-"`
	ID       int64             `json:"id"`
	Name     string            `json:"name"`
	Recipe   string            `json:"recipe"`
	State    string            `json:"state"`
	Version  int64             `json:"version"`
	Offer    Offer             `json:"offer"`
	Calendar Calendar          `json:"calendar"`
	Texts    []ShownText       `json:"texts"` // one, or those of a series
	WordsB   map[string]string `json:"words_b,omitempty"`
	Sample   map[string]string `json:"sample"` // the first text as it would read, by language
	Next     []time.Time       `json:"next"`   // the next times it happens, at most three
	Audience string            `json:"audience"`
	Sentence string            `json:"sentence"` // the audience in words
	Holdout  int64             `json:"holdout"`
	PartsCap int64             `json:"parts_cap"`
}

// ShownText is one text of a campaign.
type ShownText struct {
	After string            `json:"after,omitempty"` // of a series
	Words map[string]string `json:"words"`
}

// Show reads a campaign's columns. Now is when the next times are looked for.
func Show(c Campaign, p members.Program, now time.Time) (Shown, error) {
	s := Shown{
		Campaign: c, ID: c.ID, Name: c.Name, Recipe: c.Recipe, State: c.State, Version: c.Version, Audience: c.Audience, Holdout: c.Holdout,
		PartsCap: c.PartsCap, Sample: map[string]string{}, Next: []time.Time{},
	}
	n, err := c.asNew()
	if err != nil {
		return s, err
	}
	s.Offer, s.Calendar, s.WordsB = n.Offer, n.Calendar, n.WordsB
	steps, err := parseSteps(n.Steps, n.Calendar.event())
	if err != nil {
		return s, err
	}
	for _, step := range steps {
		one := ShownText{After: step.After, Words: step.Words}
		if len(one.Words) == 0 {
			one.Words = n.Words
		}
		s.Texts = append(s.Texts, one)
	}
	if len(steps) == 0 {
		s.Texts = []ShownText{{Words: n.Words}}
	}
	return s, s.look(p, now)
}

// look finds the next times and fills the first text in.
func (s *Shown) look(p members.Program, now time.Time) error {
	sch, err := s.Calendar.read()
	if err != nil {
		return err
	}
	loc := p.Location()
	for at := now; len(s.Next) < 3 && sch.event == ""; {
		o, more := sch.next(loc, at)
		if !more {
			break
		}
		s.Next, at = append(s.Next, o.At.In(loc)), o.At
	}
	when, _, err := s.Campaign.upcoming(p, now)
	if err != nil {
		return err
	}
	for language := range s.Texts[0].Words {
		body, _, err := content{Words: s.Texts[0].Words, Offer: s.Offer, Link: sampleLink(p)}.scriptFor(p, loc, when, language).fill(p, candidate{}, s.code(), 0)
		if err != nil {
			return err
		}
		s.Sample[language] = body
	}
	return nil
}

func (s *Shown) code() string {
	if s.Offer.Kind == "" {
		return ""
	}
	return sampleCode
}

// AsksOffer says whether the recipe's words cannot do without an offer. The occasion and the end it has of its own.
func (r Recipe) AsksOffer() bool {
	for _, words := range r.Words {
		if asksFor(words)["offer"] {
			return true
		}
	}
	return false
}
