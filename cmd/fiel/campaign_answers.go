package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"text/tabwriter"

	"fiel/campaigns"
	"fiel/db"
	"fiel/members"
	"fiel/sheets"
)

type campaignAnswersCmd struct {
	Name string `arg:"" help:"Name or id."`
	CSV  bool   `name:"csv" help:"Answer in CSV, for a spreadsheet: one line a person, or a prize of a wheel."`
}

// Run prints what members answered to a wheel, a treasure hunt, a survey or an invitation.
func (c *campaignAnswersCmd) Run(a *App) error {
	if c.CSV && a.json {
		return wrongCall("--csv and --json can't be used together")
	}
	return a.shop(func(d *db.DB, _ members.Key, p members.Program) error {
		id, err := a.findCampaign(d, p, c.Name)
		if err != nil {
			return err
		}
		all, err := (&campaigns.Service{DB: d, Log: a.log}).Answers(a.ctx, p.ID, id)
		switch {
		case err != nil:
			return err
		case c.CSV:
			return csv.NewWriter(a.Out).WriteAll(answerRows(all, p))
		}
		return a.answer(all, func(w io.Writer) { printAnswers(w, p, all) })
	})
}

// answerRows are the answers as lines of a spreadsheet, with a header.
func answerRows(all campaigns.Answers, p members.Program) [][]string {
	rows := [][]string{{"run", "member", "name", "phone", "what", "count", "at", "words"}}
	n := func(i int64) string { return strconv.FormatInt(i, 10) }
	person := func(run string, who campaigns.Answerer, what string, count, at int64, words string) {
		when := ""
		if at != 0 {
			when = stamp(at, p)
		}
		rows = append(rows, []string{run, n(who.Member), sheets.Safe(who.Name), sheets.Safe(who.Phone), what, n(count), when, sheets.Safe(words)})
	}
	for _, r := range all.Runs {
		switch {
		case r.Wheel != nil:
			for _, g := range r.Wheel.Prizes {
				rows = append(rows, []string{r.Occurrence, "", "", "", "prize", n(g.Given), "", sheets.Safe(g.Prize)})
			}
		case r.Hunt != nil:
			for _, h := range r.Hunt.Hunters {
				person(r.Occurrence, h.Answerer, "clues", h.Solved, h.Found, "")
			}
		case r.Survey != nil:
			for _, s := range r.Survey.Answers {
				person(r.Occurrence, s.Answerer, "score", s.Score, s.At, s.Comment)
			}
		case r.Event != nil:
			for _, g := range r.Event.Guests {
				person(r.Occurrence, g.Answerer, "places", g.Places, g.At, "")
			}
		}
	}
	return rows
}

func printAnswers(w io.Writer, p members.Program, all campaigns.Answers) {
	if len(all.Runs) == 0 {
		fmt.Fprintf(w, "%s has not gone out yet.\n", all.Campaign)
	}
	for _, r := range all.Runs {
		fmt.Fprintf(w, "%s %s: ", all.Campaign, r.Occurrence)
		t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
		switch {
		case r.Wheel != nil:
			fmt.Fprintf(t, "%d spins\n", r.Wheel.Spins)
			for _, g := range r.Wheel.Prizes {
				fmt.Fprintf(t, "  %s\t%d given%s\n", g.Prize, g.Given, ofStock(g.Stock))
			}
		case r.Hunt != nil:
			fmt.Fprintf(t, "%d look for it\n", len(r.Hunt.Hunters))
			for _, h := range r.Hunt.Hunters {
				fmt.Fprintf(t, "  %s\t%s\t%d of %d clues\t%s\n", h.Name, h.Phone, h.Solved, r.Hunt.Clues, finder(h, p))
			}
		case r.Survey != nil:
			printSurvey(t, *r.Survey)
		case r.Event != nil:
			fmt.Fprintf(t, "%d of %d places taken\n", r.Event.Taken, r.Event.Capacity)
			for _, g := range r.Event.Guests {
				fmt.Fprintf(t, "  %d\t%s\t%s\n", g.Places, g.Name, g.Phone)
			}
		}
		t.Flush()
	}
}

func printSurvey(w io.Writer, s campaigns.SurveyAnswers) {
	if s.NPS == nil {
		fmt.Fprintln(w, "no scores yet")
		return
	}
	fmt.Fprintf(w, "%d scores, NPS %+d\n", s.Count, *s.NPS)
	for _, one := range s.Answers {
		fmt.Fprintf(w, "  %d\t%s\t%s\t%s\n", one.Score, one.Name, one.Phone, one.Comment)
	}
}

// ofStock says of how many a prize was given.
func ofStock(stock int64) string {
	if stock == 0 {
		return ""
	}
	return fmt.Sprintf(" of %d", stock)
}

// finder says how a hunt ended for somebody.
func finder(h campaigns.Hunter, p members.Program) string {
	switch {
	case h.Won:
		return "found it " + stamp(h.Found, p)
	case h.Found != 0:
		return "found it after the last prize, " + stamp(h.Found, p)
	}
	return ""
}
