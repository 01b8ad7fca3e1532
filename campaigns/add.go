package campaigns

import (
	"cmp"
	"context"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"fiel/db"
	"fiel/members"
	"fiel/rewards"
	"fiel/templates"
)

// NewCampaign is what a campaign is made from. What is left empty comes from the recipe.
type NewCampaign struct {
	Name     string // '' is the recipe's
	Recipe   string
	Offer    Offer
	Words    map[string]string // by language; with any of them the recipe's are not used
	Audience json.RawMessage   // conditions beside, or in place of, the recipe's: see audience.go
	Calendar Calendar
	Holdout  *int64 // per cent of the audience that get no text, 0 to 90

	Link     string            // where {link} leads: the words get a short link to it
	WordsB   map[string]string // a second wording, by language, for half of the audience; none: one wording for all
	Steps    json.RawMessage   // the texts of a series, each with its time
	Game     json.RawMessage   // what answers to its texts belong to: a wheel, a treasure hunt, a survey or an invitation
	PartsCap int64             // billed parts in all its runs, 0: no cap of its own
	AsMany   bool              // goes to as many as fit before its end
	MadeBy   string            // cli:ana, staff:7
}

// Add makes a campaign as a draft: nothing happens before it is started. Errors: db.Missing for a recipe that does not exist,
// db.Conflict for a name that is taken, db.Invalid with what to change.
func Add(ctx context.Context, tx *db.Tx, p members.Program, n NewCampaign) (Campaign, error) {
	row, err := n.row(ctx, tx, p)
	if err != nil {
		return Campaign{}, err
	}
	row.ID = tx.ID()
	c, err := New(tx).insertCampaign(ctx, row)
	if db.NotFound(err) {
		return Campaign{}, db.Errorf(db.Conflict, "There is a campaign named %q already.", row.Name)
	}
	if err != nil || n.Link == "" {
		return c, err
	}
	return c, addCampaignLinks(ctx, tx, p, c, n)
}

// row is the campaign as it is stored, checked.
func (n NewCampaign) row(ctx context.Context, tx *db.Tx, p members.Program) (row insertCampaignParams, err error) {
	r, err := RecipeByName(n.Recipe)
	if err != nil {
		return row, err
	}
	if n, err = n.from(r); err != nil {
		return row, err
	}
	if err := n.check(p); err != nil {
		return row, err
	}
	if n.Audience, err = settled(ctx, tx, p, n.Audience); err != nil {
		return row, err
	}
	row = insertCampaignParams{
		ProgramID: p.ID, Name: n.Name, Recipe: n.Recipe, Audience: string(n.Audience), Holdout: *n.Holdout, PartsCap: n.PartsCap,
		AsMany: n.AsMany, MadeBy: n.MadeBy, CreatedAt: tx.Now,
	}
	columns := map[*string]any{
		&row.Words: n.Words, &row.WordsB: n.WordsB, &row.Steps: n.Steps, &row.Game: n.Game, &row.Offer: n.Offer, &row.Calendar: n.Calendar,
	}
	for column, v := range columns {
		if *column, err = pack(v); err != nil {
			return row, err
		}
	}
	return row, nil
}

// from fills what was left empty.
func (n NewCampaign) from(r Recipe) (NewCampaign, error) {
	if n.Name = strings.TrimSpace(n.Name); n.Name == "" {
		n.Name = r.Name
	}
	if len(n.Words) == 0 {
		n.Words = speakable(r.Words)
	}
	if n.WordsB == nil {
		n.WordsB = map[string]string{}
	}
	n.Steps, n.Game = firstOf(n.Steps, r.Steps, "[]"), firstOf(n.Game, r.Game, "{}")
	if n.Holdout == nil {
		n.Holdout = &r.Holdout
	}
	if len(n.Offer.Occasion) == 0 {
		n.Offer.Occasion = r.Occasion
	}
	n.Calendar = n.Calendar.over(r.Calendar)
	var err error
	n.Audience, err = merge(r.Audience, n.Audience)
	return n, err
}

// firstOf is the owner's JSON, else the recipe's, else what an empty one is.
func firstOf(own, recipe json.RawMessage, empty string) json.RawMessage {
	switch {
	case len(own) > 0:
		return own
	case len(recipe) > 0:
		return recipe
	}
	return json.RawMessage(empty)
}

// merge puts the owner's conditions beside the recipe's; one of the same name takes its place.
func merge(recipe, own json.RawMessage) (json.RawMessage, error) {
	if _, err := parseAudience(own); err != nil {
		return nil, err
	}
	both := map[string]json.RawMessage{}
	for _, raw := range []json.RawMessage{recipe, own} {
		if len(raw) == 0 {
			continue
		}
		if err := json.Unmarshal(raw, &both); err != nil {
			return nil, db.Errorf(db.Invalid, "The audience cannot be read: %w.", err)
		}
	}
	merged, err := pack(both)
	return json.RawMessage(merged), err
}

func (n NewCampaign) check(p members.Program) error {
	if utf8.RuneCountInString(n.Name) > 60 || strings.ContainsFunc(n.Name, func(r rune) bool { return r < ' ' }) {
		return db.Errorf(db.Invalid, "A campaign has a name of at most 60 letters on one line.")
	}
	if *n.Holdout < 0 || *n.Holdout > 90 {
		return db.Errorf(db.Invalid, "The share that is held out is 0 to 90 per cent.")
	}
	if n.PartsCap < 0 || n.PartsCap > mostParts {
		return db.Errorf(db.Invalid, "A campaign's own cap is 1 to %d parts, or 0 for none.", mostParts)
	}
	if err := n.checkCalendar(p); err != nil {
		return err
	}
	if err := n.Offer.check(); err != nil {
		return err
	}
	if err := n.checkGame(p); err != nil {
		return err
	}
	for _, language := range slices.Sorted(maps.Keys(n.Words)) {
		if err := n.checkWords(p, language); err != nil {
			return err
		}
	}
	if err := cmp.Or(n.checkWordsB(p), n.checkLink(p), n.checkSteps(p)); err != nil {
		return err
	}
	return n.checkAudience()
}

func (n NewCampaign) checkCalendar(p members.Program) error {
	s, err := n.Calendar.read()
	if err != nil || !s.once() || s.now {
		return err
	}
	if o := s.occurrence(s.date.Held(p.Location()), p.Location()); !o.Ends.After(o.At) {
		return db.Errorf(db.Invalid, "The offer ends before it begins.")
	}
	return nil
}

// check refuses an offer whose voucher could not be granted.
func (o Offer) check() error {
	bad := o.Value < 0 || o.Value > mostMoney || o.Minimum < 0 || o.Minimum > mostMoney
	switch {
	case bad:
		return db.Errorf(db.Invalid, "The value and the minimum of an offer are not below zero.")
	case o.Kind == rewards.PercentOff && (o.Value < 1 || o.Value > 100):
		return db.Errorf(db.Invalid, "A voucher takes 1 to 100 per cent off.")
	case o.Kind == rewards.AmountOff && o.Value < 1:
		return db.Errorf(db.Invalid, "A voucher takes at least one minor unit off.")
	case o.Kind != "" && o.Kind != rewards.PercentOff && o.Kind != rewards.AmountOff && o.Kind != rewards.FreeItem:
		return db.Errorf(db.Invalid, "%q is no kind of voucher: percent, amount or item.", o.Kind)
	}
	return nil
}

const mostParts = 1_000_000_000 // of a campaign's own cap

const mostMoney = 1_000_000_000_000 // minor units, as everywhere

// checkWords fills the words of a language in for a member of no name, and looks for what is missing.
func (n NewCampaign) checkWords(p members.Program, language string) error {
	ask := asksFor(n.Words[language])
	switch offer, _ := wordsIn(n.Offer.Text, language, p.Language); {
	case offer != "":
	case ask["offer"]:
		return db.Errorf(db.Invalid, "What is the offer? The words ask for it, and it is empty.")
	case n.Offer.Kind != "":
		return db.Errorf(db.Invalid, "What is the offer? A voucher is called by it, and it is empty.")
	}
	if ask["link"] && n.Link == "" {
		return db.Errorf(db.Invalid, "Where does the link lead? The words ask for it, and it is empty.")
	}
	s := content{Words: n.Words, Offer: n.Offer, Link: sampleLink(p)}.scriptFor(p, p.Location(), Occurrence{}, language)
	used, err := templates.Used(s.language, s.words)
	if err != nil {
		return err
	}
	hasCode := slices.Contains(used, "code")
	if n.Offer.Kind != "" && !hasCode {
		return db.Errorf(db.Invalid, "Each member gets a voucher, and the words in %s do not say its code: add {code}.", language)
	}
	var longest candidate
	longest.Name = strings.Repeat("m", 80)
	if _, _, err = s.fill(p, longest, sampleCode, 0); err != nil {
		return err
	}
	_, _, err = s.fill(p, candidate{}, sampleCode, 0)
	return err
}

// checkAudience refuses an audience of more than one occasion.
func (n NewCampaign) checkAudience() error {
	who, err := parseAudience(n.Audience)
	if err != nil {
		return err
	}
	_, err = occasionOf(who)
	return err
}
