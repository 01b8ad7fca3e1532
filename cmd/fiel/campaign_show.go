package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"fiel/campaigns"
	"fiel/db"
	"fiel/members"
)

type campaignShowCmd struct {
	Name string `arg:"" help:"Name or id."`
}

// Run shows all there is to know of a campaign but its results.
func (c *campaignShowCmd) Run(a *App) error {
	return a.shop(func(d *db.DB, _ members.Key, p members.Program) error {
		var shown campaigns.Shown
		err := d.Read(a.ctx, func(ctx context.Context, tx *db.Tx) error {
			found, err := campaigns.Find(ctx, tx, p.ID, c.Name)
			if err == nil {
				shown, err = campaigns.Show(found, p, a.clock())
			}
			if err == nil {
				shown.Sentence, err = campaigns.Sentence(ctx, tx, p, json.RawMessage(found.Audience), p.Language)
			}
			return err
		})
		if err != nil {
			return err
		}
		return a.answer(shown, func(w io.Writer) { printShown(w, shown) })
	})
}

func printShown(w io.Writer, s campaigns.Shown) {
	fmt.Fprintf(w, "%s (%s, id %d): %s, version %d\n", s.Name, s.Recipe, s.ID, s.State, s.Version)
	fmt.Fprintf(w, "When: %s\n", whenWords(s.Calendar))
	for _, at := range s.Next {
		fmt.Fprintf(w, "  next %s\n", at.Format("Mon 2006-01-02 15:04"))
	}
	fmt.Fprintf(w, "Audience: %s\n", s.Sentence)
	fmt.Fprintf(w, "Held out: %d %%\n", s.Holdout)
	if s.PartsCap > 0 {
		fmt.Fprintf(w, "At most %d parts in all\n", s.PartsCap)
	}
	printByLanguage(w, "Offer", s.Offer.Text)
	printByLanguage(w, "Occasion", s.Offer.Occasion)
	for _, t := range s.Texts {
		name := "Words"
		if t.After != "" {
			name += ", " + t.After
		}
		printByLanguage(w, name, t.Words)
	}
	printByLanguage(w, "Second wording", s.WordsB)
	printByLanguage(w, "Reads", s.Sample)
}

// whenWords says a calendar.
func whenWords(c campaigns.Calendar) string {
	words := strings.TrimSpace(c.On + " " + c.At)
	switch days, lasts := strings.CutSuffix(c.Ends, "d"); {
	case days == "1":
		words += ", the offer lasts that day"
	case lasts:
		words += ", the offer lasts " + days + " days"
	case c.Ends != "":
		words += ", the offer lasts until " + c.Ends
	}
	if c.Last != "" {
		words += ", for the last time on " + c.Last
	}
	for _, name := range append(append([]string{}, c.Products...), c.Categories...) {
		words += ", with " + name
	}
	return words
}

func printByLanguage(w io.Writer, name string, texts map[string]string) {
	for _, language := range sortedNames(texts) {
		fmt.Fprintf(w, "%s (%s): %s\n", name, language, texts[language])
	}
}

type campaignDeleteCmd struct {
	Name string `arg:"" help:"Name or id."`
}

// Run removes a campaign that is not running. Whoever it told is not told again by another.
func (c *campaignDeleteCmd) Run(a *App) error {
	return a.shop(func(d *db.DB, _ members.Key, p members.Program) error {
		id, err := a.findCampaign(d, p, c.Name)
		if err != nil {
			return err
		}
		gone, err := (&campaigns.Service{DB: d, Log: a.log}).Delete(a.ctx, members.Act{Actor: cliActor(), Door: "cli"}, p.ID, id)
		if err != nil {
			return err
		}
		return a.answer(gone, func(w io.Writer) { fmt.Fprintf(w, "%s is deleted.\n", gone.Name) })
	})
}
