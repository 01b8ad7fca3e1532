package main

import (
	"context"
	"slices"
	"strings"

	"fiel/db"
	"fiel/members"
	"fiel/sms"
)

// lookAtCountries says what a sender needs in each country whose numbers may join, and whether the program's lacks it.
func (a *App) lookAtCountries() (found []symptom) {
	d, err := a.open()
	if err != nil {
		return nil // said already
	}
	defer d.Close()
	err = d.Read(a.ctx, func(ctx context.Context, tx *db.Tx) error {
		p, err := a.pick(ctx, tx)
		if err != nil {
			return nil // said already
		}
		sender, err := sms.DefaultSender(ctx, tx, p.ID)
		if err != nil {
			return nil // said already
		}
		found = found[:0]
		for _, country := range countriesOf(p) {
			found = append(found, lookAtCountry(p, country, sender.Kind)...)
		}
		return nil
	})
	if err != nil {
		return []symptom{look("countries", err)}
	}
	return found
}

// countriesOf is the program's own country and those it welcomes by name.
func countriesOf(p members.Program) []string {
	list := []string{p.Country}
	for country := range strings.SplitSeq(p.Countries, ",") {
		if country = strings.TrimSpace(country); country != "" && country != "*" && !slices.Contains(list, country) {
			list = append(list, country)
		}
	}
	return list
}

func lookAtCountry(p members.Program, country, kind string) (found []symptom) {
	unfit, needs := sms.Unfit(country, kind)
	for _, need := range needs {
		if unfit {
			found = append(found, look("sender for "+country, db.Errorf(db.Refused, "%s", need)))
		} else {
			found = append(found, look("sender for "+country+", see that it has this: "+need, nil))
		}
	}
	if lack := sms.Lacks(p, country); lack != "" {
		found = append(found, look("contact for "+country, db.Errorf(db.Missing, "%s", lack)))
	}
	return found
}
