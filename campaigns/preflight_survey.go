package campaigns

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"fiel/db"
	"fiel/sms"
)

// survey adds up what a run would come to, page by page.
type survey struct {
	pl       *planner
	campaign Campaign
	kind     string // of the sender
	cast     *sms.Forecast
	f        Preflight
	after    int64
	more     bool
	drawn    []uint64 // places of those who would get a text, of what goes to as many as fit
	earliest int64    // when the first of them may be texted, whatever the caps say

	languages map[string]*LanguageParts
	words     map[string]*wordsCost
	letters   map[rune]int64
	countries map[string]*CountryPrice
	added     map[string]*Addition
	outside   map[string]bool // countries of those outside their hours
}

func newSurvey(pl *planner, c Campaign) *survey {
	return &survey{
		pl: pl, campaign: c, more: true,
		f: Preflight{
			LeftOut: map[string]int64{}, Starts: pl.run.StartsAt, Ends: pl.run.EndsAt, AsMany: pl.content.AsMany, Unit: pl.program.PriceUnit,
			Languages: []LanguageParts{}, Letters: []Letter{}, Spellings: []Spelling{}, TooLong: []TooLong{}, Added: []Addition{}, Prices: []CountryPrice{},
		},
		languages: map[string]*LanguageParts{}, words: map[string]*wordsCost{}, letters: map[rune]int64{}, countries: map[string]*CountryPrice{},
		added: map[string]*Addition{}, outside: map[string]bool{},
	}
}

// pages goes through at most n pages of the audience.
func (v *survey) pages(ctx context.Context, tx *db.Tx, n int) error {
	for range n {
		who, err := page(ctx, tx, v.pl.who, v.pl.at, v.after, chunk, nil)
		if err != nil {
			return err
		}
		rows, err := v.pl.plan(ctx, tx, who, v.pl.looking())
		if err != nil {
			return err
		}
		v.add(who, rows)
		if v.more = len(who) == chunk; !v.more {
			return nil
		}
		v.after = who[len(who)-1].ID
	}
	return nil
}

func (v *survey) add(who []candidate, rows []*planned) {
	f := &v.f
	f.Audience += int64(len(who))
	f.Told += int64(len(who) - len(rows))
	for _, r := range rows {
		if r.opens != 0 && (v.earliest == 0 || r.opens < v.earliest) {
			v.earliest = r.opens
		}
		switch {
		case r.Holdout:
			f.Holdout++
		case r.LeftOut != "":
			f.LeftOut[r.LeftOut]++
			if r.LeftOut == sms.ReasonHours {
				v.addOutside(r)
			}
		default:
			v.addText(r)
		}
	}
}

// addOutside remembers when somebody who is outside their hours until the end could be texted next.
func (v *survey) addOutside(r *planned) {
	v.outside[v.pl.outbox.Country(r.Member)] = true
	slot, closed := v.pl.outbox.Opening(r.Member, r.candidate.storeZone, v.pl.now, 0)
	if closed == "" && (v.f.NextLegal == 0 || slot.At < v.f.NextLegal) {
		v.f.NextLegal = slot.At
	}
}

func (v *survey) addText(r *planned) {
	f := &v.f
	if f.Texts == 0 {
		f.Sample = r.Body
	}
	f.Texts++
	f.Parts += r.Parts
	f.MostParts = max(f.MostParts, r.Parts)
	v.cast.Add(r.Planned)
	if f.AsMany && v.pl.content.Fit == 0 {
		v.drawn = append(v.drawn, draw(v.pl.program.ID, v.pl.run.CampaignID, v.pl.run.Occurrence, r.Member.ID))
	}
	country := v.pl.outbox.Country(r.Member)
	c := v.country(country)
	c.Texts++
	c.Parts += r.Parts
	if r.opens > v.f.Starts {
		v.outside[country] = true
	}
	for _, words := range r.added {
		key := country + " " + words
		if v.added[key] == nil {
			v.added[key] = &Addition{Country: country, Words: words}
		}
		v.added[key].Texts++
	}
	v.addLetters(r, c)
}

// result is what it came to.
func (v *survey) result() Preflight {
	f := v.f
	o := v.cast.Outlook()
	f.First, f.Finish, f.Late = o.First, o.Finish, o.Late
	for _, l := range slices.Sorted(maps.Keys(v.languages)) {
		f.Languages = append(f.Languages, *v.languages[l])
	}
	for _, k := range slices.Sorted(maps.Keys(v.added)) {
		f.Added = append(f.Added, *v.added[k])
	}
	for _, k := range slices.Sorted(maps.Keys(v.countries)) {
		c := *v.countries[k]
		c.Total = c.Parts * c.Millionths
		if f.Total += c.Total; !c.Known {
			f.Unpriced += c.Parts
		}
		f.Prices = append(f.Prices, c)
	}
	slices.SortStableFunc(f.Prices, func(a, b CountryPrice) int { return cmp.Compare(b.Parts, a.Parts) })
	v.spellings(&f)
	return f
}

// CountryPrice is what the texts to one country cost.
type CountryPrice struct {
	Country string `json:"country"` // ISO 3166, '' when it is not known
	Texts   int64  `json:"texts"`
	Parts   int64  `json:"parts"`
	Known   bool   `json:"known"` // whether there is a price
	sms.Price
	Total int64 `json:"total"`
}

// Addition is what the texts to a country get that their words do not say.
type Addition struct {
	Country string `json:"country"`
	Words   string `json:"words"`
	Texts   int64  `json:"texts"`
}

func (v *survey) country(country string) *CountryPrice {
	c := v.countries[country]
	if c == nil {
		c = &CountryPrice{Country: country}
		c.Price, c.Known = sms.PriceFor(v.pl.program, country)
		v.countries[country] = c
	}
	return c
}
