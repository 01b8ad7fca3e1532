package campaigns

import (
	"maps"
	"slices"
	"strings"

	"fiel/db"
	"fiel/members"
	"fiel/templates"
)

// speakable leaves out languages that nothing else is said in.
func speakable(words map[string]string) map[string]string {
	known := maps.Clone(words)
	maps.DeleteFunc(known, func(language, _ string) bool { return !slices.Contains(templates.Languages(), language) })
	return known
}

// checkSteps refuses a series whose steps cannot be read or whose words cannot be sent, and one about points that end without the
// ledger's own warning before it.
func (n NewCampaign) checkSteps(p members.Program) error {
	event := n.Calendar.event()
	steps, err := parseSteps(n.Steps, event)
	if err != nil {
		return err
	}
	if event != onPurchase && len(n.Calendar.Products)+len(n.Calendar.Categories) > 0 {
		return db.Errorf(db.Invalid, "Only a series that follows purchases can name products or categories.")
	}
	if r, err := RecipeByName(n.Recipe); err != nil || r.Needs == needsItems && len(n.Calendar.Products)+len(n.Calendar.Categories) == 0 {
		if err == nil {
			err = db.Errorf(db.Invalid, "Which purchases does it follow? Name the products or categories.")
		}
		return err
	}
	for _, s := range steps {
		if event == onExpiring && int64(s.days)*24*60*60_000+warnedBefore > p.ExpiryWarnDays*24*60*60_000 {
			return db.Errorf(db.Invalid, "Members are warned %d days before their points end, with proof where that is asked for. Words of your own come at least 3 days after: at most %d days before the end, not %d.",
				p.ExpiryWarnDays, max(p.ExpiryWarnDays-3, 0), s.days)
		}
		own := n
		if len(s.Words) > 0 {
			own.Words = speakable(s.Words)
		}
		if len(s.Occasion) > 0 {
			own.Offer.Occasion = s.Occasion
		}
		for _, language := range slices.Sorted(maps.Keys(own.Words)) {
			if err := own.checkWords(p, language); err != nil {
				return err
			}
		}
	}
	return nil
}

// asksFor says which of the campaign's own fields words cannot do without.
func asksFor(words string) map[string]bool {
	ask := map[string]bool{}
	for _, field := range ownField.FindAllString(optionalPart.ReplaceAllString(words, ""), -1) {
		ask[fieldNamed(field)] = true
	}
	return ask
}

// withOwn fills in the campaign's own fields. A part in brackets goes when one of them in it is empty.
func withOwn(words string, own map[string]string) string {
	value := func(field string) string { return own[fieldNamed(field)] }
	words = optionalPart.ReplaceAllStringFunc(words, func(part string) string {
		fields := ownField.FindAllString(part, -1)
		switch {
		case slices.ContainsFunc(fields, func(f string) bool { return value(f) == "" }):
			return ""
		case len(fields) > 0 && len(fields) == strings.Count(part, "{"): // nothing else in it can be empty
			return part[1 : len(part)-1]
		}
		return part
	})
	return ownField.ReplaceAllStringFunc(words, value)
}
