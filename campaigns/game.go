package campaigns

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"fiel/db"
	"fiel/members"
	"fiel/rewards"
)

// Game is what answers to a campaign's texts belong to: one of a wheel, a treasure hunt, a survey and an invitation. It is kept with the
// run as it was when that was made. See docs/owner.md for how it is written.
type Game struct {
	Day    string        `json:"day,omitempty"` // weekday on which a wheel or a hunt is played, "sat"; '' is from its text until the end of the offer
	Wheel  *Wheel        `json:"wheel,omitempty"`
	Hunt   *TreasureHunt `json:"hunt,omitempty"`
	Survey *Survey       `json:"survey,omitempty"`
	Event  *Invitation   `json:"event,omitempty"`
}

// Wheel gives each member who texts GIRA one of its prizes, and all others the consolation.
type Wheel struct {
	Of          int64   `json:"of,omitempty"` // what odds are parts of: 100, which it is when it is not said, or 1000
	Prizes      []Prize `json:"prizes"`
	Consolation *Prize  `json:"consolation"`
}

// Prize is what a game gives: points, a voucher or, to console, words alone.
type Prize struct {
	Name  map[string]string `json:"name,omitempty"` // by language; points do without
	Odds  int64             `json:"odds,omitempty"`
	Stock int64             `json:"stock,omitempty"` // of one run; 0: no limit

	Points  int64             `json:"points,omitempty"`
	Kind    string            `json:"kind,omitempty"`  // of a voucher: item, which it is when it is not said, percent or amount
	Value   int64             `json:"value,omitempty"` // per cent, minor units, or what an item is worth
	Minimum int64             `json:"minimum,omitempty"`
	Days    *int64            `json:"days,omitempty"` // to use the voucher, 0: the same day; not said: 7, and the same day after a survey
	Words   map[string]string `json:"words,omitempty"`
}

// TreasureHunt leads from clue to clue, each answered by the code that stands where the clue leads to. The first goes out with the
// campaign's text.
type TreasureHunt struct {
	Clues   []Clue `json:"clues"`
	Prize   Prize  `json:"prize"`
	Winners int64  `json:"winners,omitempty"` // so many finders get the prize; 0: all
}

// Clue is one step of a treasure hunt.
type Clue struct {
	Words map[string]string `json:"words"`
	Code  string            `json:"code"` // one word or two, no typo of which is forgiven
}

// Survey asks for a score from 0 to 10, and then for a comment.
type Survey struct {
	Voucher *Prize            `json:"voucher,omitempty"` // for an answer
	Low     *int64            `json:"low,omitempty"`     // the owner hears of scores up to it at once; 6 when it is not said
	Thanks  map[string]string `json:"thanks,omitempty"`  // for a comment
}

// Invitation asks who comes, and with how many.
type Invitation struct {
	Capacity int64             `json:"capacity"`       // places
	Most     int64             `json:"most,omitempty"` // places for one member; 1 when it is not said
	Welcome  map[string]string `json:"welcome,omitempty"`
}

// ParseGame reads a game and checks it, db.Invalid with what to write; the zero Game of a campaign without one.
func ParseGame(raw json.RawMessage) (Game, error) {
	var g Game
	if len(raw) == 0 {
		return g, nil
	}
	if err := readJSON(raw, &g); err != nil {
		return Game{}, db.Errorf(db.Invalid, "The game cannot be read: %w.", err)
	}
	return g, g.check()
}

// asks is the kind of question that texts with a game ask, ” without one.
func asks(raw json.RawMessage) (string, error) {
	g, err := ParseGame(raw)
	return g.asks(), err
}

func (g Game) asks() string {
	switch {
	case g.Wheel != nil:
		return members.AskSpin
	case g.Hunt != nil:
		return members.AskClue
	case g.Survey != nil:
		return members.AskScore
	case g.Event != nil:
		return members.AskRSVP
	}
	return ""
}

func (g Game) check() error {
	n := 0
	for _, there := range []bool{g.Wheel != nil, g.Hunt != nil, g.Survey != nil, g.Event != nil} {
		if there {
			n++
		}
	}
	switch {
	case n > 1:
		return db.Errorf(db.Invalid, "A campaign has one game: a wheel, a hunt, a survey or an event.")
	case g.Day != "" && !slices.Contains(weekdays[:], g.Day):
		return db.Errorf(db.Invalid, "%q is no day of a game: write sun, mon, tue, wed, thu, fri or sat.", g.Day)
	case g.Day != "" && g.Wheel == nil && g.Hunt == nil:
		return db.Errorf(db.Invalid, "Only a wheel or a hunt has a day on which it is played.")
	case g.Wheel != nil:
		return g.Wheel.check()
	case g.Hunt != nil:
		return g.Hunt.check()
	case g.Survey != nil:
		return g.Survey.check()
	case g.Event != nil:
		return g.Event.check()
	}
	return nil
}

// checkGame refuses a game that cannot be played as it is written.
func (n NewCampaign) checkGame(p members.Program) error {
	g, err := ParseGame(n.Game)
	if r, _ := RecipeByName(n.Recipe); err == nil && r.Needs == needsClues && g.Hunt == nil {
		return db.Errorf(db.Invalid, `What are the clues of the hunt, and what is its prize? Write its game: {"hunt": {"clues": [{"code": "CANELA"}, {"words": {"%s": "..."}, "code": "HORNO"}], "prize": {"points": 100}}}.`, p.Language)
	}
	if err == nil && g.asks() != "" && g.Event == nil && n.Offer.Kind != "" {
		return db.Errorf(db.Invalid, "The game gives the vouchers: take the voucher off the offer.")
	}
	return err
}

// whole is what the odds of a wheel are parts of.
func (w Wheel) whole() int64 {
	if w.Of == 0 {
		return 100
	}
	return w.Of
}

func (w Wheel) check() error {
	sum, names := int64(0), map[string]bool{}
	for i, p := range w.Prizes {
		if p.Odds < 1 || p.Odds > w.whole() {
			return db.Errorf(db.Invalid, "Prize %d needs odds of 1 to %d: a whole number, of %d.", i+1, w.whole(), w.whole())
		}
		if err := p.check("A prize"); err != nil {
			return err
		}
		if names[p.key()] {
			return db.Errorf(db.Invalid, "Two prizes are called %q: each has a name of its own.", p.key())
		}
		names[p.key()] = true
		sum += p.Odds
	}
	switch {
	case w.Of != 0 && w.Of != 100 && w.Of != 1000:
		return db.Errorf(db.Invalid, "Odds are parts of 100 or of 1000: \"of\" is one of them.")
	case len(w.Prizes) == 0 || len(w.Prizes) > 20:
		return db.Errorf(db.Invalid, "A wheel has 1 to 20 prizes.")
	case sum > w.whole():
		return db.Errorf(db.Invalid, "The odds of the prizes make %d, more than %d.", sum, w.whole())
	case w.Consolation == nil:
		return db.Errorf(db.Invalid, "Say what everybody else gets: \"consolation\": {\"words\": {\"es\": \"...\"}}, or points.")
	case w.Consolation.Odds != 0 || w.Consolation.Stock != 0:
		return db.Errorf(db.Invalid, "The consolation has neither odds nor stock: it is for all others.")
	}
	if len(w.Consolation.Words) > 0 && w.Consolation.Points == 0 && w.Consolation.Kind == "" && len(w.Consolation.Name) == 0 {
		return checkTexts("The consolation", w.Consolation.Words, longestOwn)
	}
	return w.Consolation.check("The consolation")
}

// Letters of a merchant's own words, so that what they stand in stays within its parts.
const (
	longestPrize   = 40
	longestOwn     = 100
	longestWelcome = 80
)

// key is what the tables call a prize: its name in the first language, or its points.
func (p Prize) key() string {
	name, _ := wordsIn(p.Name)
	if name == "" && p.Points > 0 {
		return "points"
	}
	return clip(name, longestPrize)
}

// called is what people read of a prize: its name, or how many points it is.
func (p Prize) called(language string) string {
	name, _ := wordsIn(p.Name, language)
	if name == "" {
		return fmt.Sprintf("%d points", p.Points)
	}
	return name
}

func (p Prize) check(what string) error {
	switch {
	case p.Points < 0 || p.Points > 1_000_000:
		return db.Errorf(db.Invalid, "%s gives 1 to 1,000,000 points, or a voucher.", what)
	case p.Points > 0 && (p.Kind != "" || p.Value != 0):
		return db.Errorf(db.Invalid, "%s gives points or a voucher, not both.", what)
	case p.Points == 0 && len(p.Name) == 0:
		return db.Errorf(db.Invalid, "%s needs a name: {\"name\": {\"es\": \"un postre\"}}.", what)
	case p.Stock < 0 || p.Stock > 1_000_000_000:
		return db.Errorf(db.Invalid, "The stock of a prize is not below zero; 0 is no limit.")
	case p.Days != nil && (*p.Days < 0 || *p.Days > 365):
		return db.Errorf(db.Invalid, "%s can be used for 0 to 365 days; 0 is the same day.", what)
	}
	if len(p.Name) > 0 {
		if err := checkTexts(what, p.Name, longestPrize); err != nil {
			return err
		}
	}
	if p.Points > 0 {
		return nil
	}
	return Offer{Kind: p.kind(), Value: p.Value, Minimum: p.Minimum}.check()
}

func (p Prize) kind() string {
	if p.Kind == "" {
		return rewards.FreeItem
	}
	return p.Kind
}

// checkTexts refuses words that are empty, too long or of more than one line.
func checkTexts(what string, texts map[string]string, longest int) error {
	for _, language := range slices.Sorted(maps.Keys(texts)) {
		words := texts[language]
		switch {
		case strings.TrimSpace(words) == "":
			return db.Errorf(db.Invalid, "%s has no words in %s.", what, language)
		case utf8.RuneCountInString(words) > longest:
			return db.Errorf(db.Invalid, "%s has %d letters in %s; %d fit.", what, utf8.RuneCountInString(words), language, longest)
		case strings.ContainsFunc(words, unicode.IsControl):
			return db.Errorf(db.Invalid, "%s is on one line.", what)
		}
	}
	return nil
}

func (h TreasureHunt) check() error {
	if len(h.Clues) == 0 || len(h.Clues) > 20 {
		return db.Errorf(db.Invalid, "A treasure hunt has 1 to 20 clues.")
	}
	codes := map[string]bool{}
	for i, c := range h.Clues {
		if err := c.check(i); err != nil {
			return err
		}
		code := strings.ToUpper(c.Code)
		if codes[code] {
			return db.Errorf(db.Invalid, "Two clues have the code %s: each has its own.", code)
		}
		codes[code] = true
	}
	if h.Winners < 0 || h.Winners > 1_000_000 {
		return db.Errorf(db.Invalid, "The prize is for 1 to 1,000,000 finders; 0 is for all.")
	}
	return h.Prize.check("The prize")
}

// checkCodes refuses codes of clues that mean something else when members text them: who looks for the treasure must not leave by it.
func (s *Service) checkCodes(game json.RawMessage) error {
	g, err := ParseGame(game)
	if err != nil || g.Hunt == nil || s.Taken == nil {
		return err
	}
	for i, c := range g.Hunt.Clues {
		if s.Taken(c.Code) {
			return db.Errorf(db.Invalid, "The code of clue %d, %s, is a word that members text for something else. Choose another.", i+1, c.Code)
		}
	}
	return nil
}

func (c Clue) check(i int) error {
	letters := strings.ReplaceAll(c.Code, " ", "")
	odd := strings.ContainsFunc(letters, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) })
	switch {
	case odd || utf8.RuneCountInString(letters) < 2 || utf8.RuneCountInString(letters) > 20 || len(strings.Fields(c.Code)) > 2:
		return db.Errorf(db.Invalid, "The code of clue %d is one word or two of letters and digits, 2 to 20 in all.", i+1)
	case strings.Trim(letters, "0123456789") == "" && len(letters) < 4:
		return db.Errorf(db.Invalid, "The code of clue %d is a number: it needs four digits, or a letter.", i+1)
	case i > 0 && len(c.Words) == 0:
		return db.Errorf(db.Invalid, "Clue %d has no words: only the first goes out with the campaign's text.", i+1)
	}
	return checkTexts("A clue", c.Words, longestOwn)
}

// defaultLow is the highest score that the owner hears of at once: up to it somebody is a detractor, by the usual reckoning of 0 to 10.
const defaultLow = 6

func (s Survey) low() int64 {
	if s.Low == nil {
		return defaultLow
	}
	return *s.Low
}

func (s Survey) check() error {
	if s.low() < -1 || s.low() > 10 {
		return db.Errorf(db.Invalid, "The owner hears of scores from 0 to \"low\", which is at most 10; -1 is none.")
	}
	if s.Voucher != nil {
		if err := s.Voucher.check("The voucher"); err != nil {
			return err
		}
	}
	return checkTexts("The thanks", s.Thanks, longestOwn)
}

func (e Invitation) most() int64 { return max(e.Most, 1) }

func (e Invitation) check() error {
	switch {
	case e.Capacity < 1 || e.Capacity > 1_000_000:
		return db.Errorf(db.Invalid, "An event has a capacity of 1 to 1,000,000 places.")
	case e.Most < 0 || e.Most > 99 || e.Most > e.Capacity:
		return db.Errorf(db.Invalid, "One member takes 1 to 99 places, and not more than there are.")
	}
	return checkTexts("The welcome", e.Welcome, longestWelcome)
}
