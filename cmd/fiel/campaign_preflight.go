package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"fiel/campaigns"
	"fiel/db"
	"fiel/members"
	"fiel/sms"
)

type campaignPreflightCmd struct {
	Name   string `arg:"" help:"Name or id."`
	AsMany bool   `help:"As if it went to as many as fit before its end."`
}

// Run tells what a campaign would come to, and whether it may be started.
func (c *campaignPreflightCmd) Run(a *App) error {
	return a.shop(func(d *db.DB, _ members.Key, p members.Program) error {
		id, err := a.findCampaign(d, p, c.Name)
		if err != nil {
			return err
		}
		f, err := a.preflight(&campaigns.Service{DB: d, Log: a.log}, p, id, c.AsMany)
		if err != nil {
			return err
		}
		if err := a.answer(f, func(w io.Writer) { printPreflight(w, p, f) }); err != nil || f.Refused == "" {
			return err
		}
		return db.Errorf(db.Refused, "%s", f.Refused)
	})
}

// preflight looks at a campaign, with a bar where that takes more than two seconds.
func (a *App) preflight(s *campaigns.Service, p members.Program, id int64, asMany bool) (campaigns.Preflight, error) {
	began, bar := time.Now(), a.bar("Looking at "+p.Name)
	f, err := s.PreflightShown(a.ctx, p.ID, id, asMany, func(done int64) {
		if time.Since(began) > 2*time.Second {
			_ = bar.Set64(done)
		}
	})
	if time.Since(began) > 2*time.Second {
		_ = bar.Finish()
	}
	return f, err
}

// warn says what the owner should mind before a campaign is started; whether it may be is Start's to say.
func (a *App) warn(s *campaigns.Service, p members.Program, id int64, asMany bool) {
	f, err := a.preflight(s, p, id, asMany)
	if err != nil {
		return
	}
	for _, warning := range f.Warnings {
		fmt.Fprintf(a.Err, "MIND  %s\n", warning)
	}
}

func printPreflight(w io.Writer, p members.Program, f campaigns.Preflight) {
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintf(t, "audience\t%d\n", f.Audience)
	fmt.Fprintf(t, "gets it\t%d\n", f.Texts)
	if f.Holdout > 0 {
		fmt.Fprintf(t, "held out\t%d, to compare with\n", f.Holdout)
	}
	if f.Told > 0 {
		fmt.Fprintf(t, "got it before\t%d\n", f.Told)
	}
	printLeftOut(t, f.LeftOut)
	printParts(t, f)
	printPrices(t, f)
	printTimes(t, p, f)
	t.Flush()
	printWording(w, f)
	if f.Texts == 0 && f.Refused == "" {
		fmt.Fprintln(w, "MIND  Nobody gets it as things stand.")
	}
	for _, warning := range f.Warnings {
		fmt.Fprintf(w, "MIND  %s\n", warning)
	}
	if f.Sample != "" {
		fmt.Fprintf(w, "The first text: %s\n", f.Sample)
	}
}

func printLeftOut(w io.Writer, reasons map[string]int64) {
	for _, reason := range sortedNames(reasons) {
		fmt.Fprintf(w, "left out\t%d: %s\n", reasons[reason], whyLeftOut(reason))
	}
}

// printParts tells how many texts take one part, two parts, ... in each language.
func printParts(w io.Writer, f campaigns.Preflight) {
	for _, l := range f.Languages {
		var steps []string
		for n := int64(1); n <= f.MostParts; n++ {
			if texts := l.Parts[n]; texts > 0 {
				steps = append(steps, fmt.Sprintf("%s: %d", partsOf(n), texts))
			}
		}
		fmt.Fprintf(w, "texts in %s\t%s\n", l.Language, strings.Join(steps, ", "))
	}
	for _, a := range f.Added {
		fmt.Fprintf(w, "added\t%q to %d texts to %s, which asks for it\n", a.Words, a.Texts, a.Country)
	}
}

func partsOf(n int64) string {
	if n == 1 {
		return "1 part"
	}
	return fmt.Sprintf("%d parts", n)
}

func printPrices(w io.Writer, f campaigns.Preflight) {
	for _, c := range f.Prices {
		country := cmp.Or(c.Country, "unknown country")
		switch {
		case !c.Known:
			fmt.Fprintf(w, "price %s\t%s, no price known: fiel program set prices=%s=...\n", country, partsOf(c.Parts), cmp.Or(c.Country, "PE"))
		case c.Own:
			fmt.Fprintf(w, "price %s\t%s at %s %s, your own price: %s\n", country, partsOf(c.Parts), members.WritePrice(c.Millionths), f.Unit, inUnit(f, c.Total))
		default:
			fmt.Fprintf(w, "price %s\t%s at %s %s (%s, before taxes and fees of carriers): %s\n",
				country, partsOf(c.Parts), members.WritePrice(c.Millionths), f.Unit, c.Checked, inUnit(f, c.Total))
		}
	}
	switch {
	case f.Texts == 0:
	case f.Unpriced == f.Parts:
		fmt.Fprintf(w, "in all\t%s\n", partsOf(f.Parts))
	case f.Unpriced > 0:
		fmt.Fprintf(w, "in all\t%s: %s, and %s whose price is not known\n", partsOf(f.Parts), inUnit(f, f.Total), partsOf(f.Unpriced))
	default:
		fmt.Fprintf(w, "in all\t%s: %s\n", partsOf(f.Parts), inUnit(f, f.Total))
	}
}

// inUnit is an amount of the price unit with two decimals, rounded up: nobody is promised less than they pay.
func inUnit(f campaigns.Preflight, millionths int64) string {
	cents := (millionths + 9_999) / 10_000
	return fmt.Sprintf("%d.%02d %s", cents/100, cents%100, f.Unit)
}

func printTimes(w io.Writer, p members.Program, f campaigns.Preflight) {
	fmt.Fprintf(w, "begins\t%s\n", localTime(f.Starts, p))
	if f.First > 0 {
		pace := fmt.Sprintf("at %s a second", partsOf(f.Pace))
		if f.Pace == 0 {
			pace = "the sender has no limit set"
		}
		fmt.Fprintf(w, "sent\t%s to %s (%s, behind what waits already)\n", localTime(f.First, p), localTime(f.Finish, p), pace)
	}
	fmt.Fprintf(w, "offer ends\t%s\n", localTime(f.Ends, p))
	if f.Late > 0 {
		fmt.Fprintf(w, "too late\t%d would not have left by then\n", f.Late)
	}
	if f.NextLegal > 0 {
		fmt.Fprintf(w, "next legal time\t%s\n", localTime(f.NextLegal, p))
	}
}

// localTime is an instant on the program's clock.
func localTime(at int64, p members.Program) string {
	return time.UnixMilli(at).In(p.Location()).Format("Mon 2006-01-02 15:04")
}

// printWording tells which letters cost, and what would be cheaper.
func printWording(w io.Writer, f campaigns.Preflight) {
	for _, s := range f.Spellings {
		var words []string
		for _, r := range s.Words {
			if r.To == "" {
				words = append(words, fmt.Sprintf("without %s", r.From))
			} else {
				words = append(words, fmt.Sprintf("%q as %q", r.From, r.To))
			}
		}
		fmt.Fprintf(w, "SAVE  %s: %s makes it %s instead of %s. Spelt %s it saves %s%s\n", s.Language, quoted(s.Letters), partsOf(s.From), partsOf(s.To),
			strings.Join(words, ", "), partsOf(s.Saved), about(f, s.Price))
	}
	for _, t := range f.TooLong {
		fmt.Fprintf(w, "SAVE  %s: up to %d letters too long. So much shorter, %d texts take a part less%s\n", t.Language, t.Letters, t.Texts, about(f, t.Price))
	}
	for _, l := range f.Letters {
		if f.MostParts > 1 && !inSpelling(f, l.Letter) { // in texts of one part it costs nothing
			fmt.Fprintf(w, "      %q leaves 70 letters to a part instead of 160, in %d texts\n", l.Letter, l.Texts)
		}
	}
	if f.Respelt > 0 {
		fmt.Fprintf(w, "      %d names lose their accents, so that 160 letters fit a part\n", f.Respelt)
	}
}

func inSpelling(f campaigns.Preflight, letter string) bool {
	return slices.ContainsFunc(f.Spellings, func(s campaigns.Spelling) bool { return slices.Contains(s.Letters, letter) })
}

func quoted(letters []string) string {
	all := make([]string, len(letters))
	for i, l := range letters {
		all[i] = fmt.Sprintf("%q", l)
	}
	return strings.Join(all, ", ")
}

func about(f campaigns.Preflight, price int64) string {
	if price == 0 {
		return ""
	}
	return ", about " + inUnit(f, price)
}

// whyLeftOut says in words why somebody gets no text.
func whyLeftOut(reason string) string {
	words := map[string]string{
		sms.ReasonStopped: "have left all texts", sms.ReasonNumber: "number cannot get texts", sms.ReasonConsent: "did not agree to offers",
		sms.ReasonWriteFirst: "have not written first", sms.ReasonHours: "outside texting hours until the end", sms.ReasonLate: "too late",
		sms.ReasonCap: "had enough offers that day or week", sms.ReasonSpend: "the day's parts are used up",
		sms.ReasonCampaign: "the campaign has come to its cap of parts",
		"room":             "do not fit before the end", "words": "the words cannot be filled in for them",
		"cancelled": "taken back",
	}
	return cmp.Or(words[reason], reason)
}
