package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"

	"fiel/campaigns"
	"fiel/db"
	"fiel/members"
	"fiel/sms/inbox"
	"fiel/templates"
)

type campaignCmd struct {
	Add       campaignAddCmd       `cmd:"" help:"Make a campaign of a recipe: see fiel recipe list."`
	Edit      campaignEditCmd      `cmd:"" help:"Change a campaign: its next run uses the new."`
	Show      campaignShowCmd      `cmd:"" help:"All there is to know of a campaign: words, times, audience, caps."`
	Delete    campaignDeleteCmd    `cmd:"" help:"Remove a campaign that is not running."`
	List      campaignListCmd      `cmd:"" help:"List campaigns."`
	Preflight campaignPreflightCmd `cmd:"" help:"Who gets a campaign, in how many parts, at what price, by when; and whether it may be started."`
	Start     campaignStartCmd     `cmd:"" help:"Start a campaign; what goes out once asks for the number of people."`
	Pause     campaignPauseCmd     `cmd:"" help:"Keep everything that waits from leaving."`
	Resume    campaignResumeCmd    `cmd:"" help:"Go on after a pause."`
	Cancel    campaignCancelCmd    `cmd:"" help:"End a campaign for good; what waits is taken back."`
	Progress  campaignProgressCmd  `cmd:"" help:"How far the texts of a campaign have come, how fast they leave and when the last is expected to."`
	Report    campaignReportCmd    `cmd:"" aliases:"results" help:"What a campaign would cost, or what became of it."`
	Answers   campaignAnswersCmd   `cmd:"" help:"What members answered: prizes of a wheel, finders of a treasure, scores and comments, guests."`
}

type campaignAddCmd struct {
	Recipe   string            `arg:"" help:"Which recipe: ${recipes}. See fiel recipe show."`
	Name     string            `help:"Name; the recipe's unless given." placeholder:"NAME"`
	Offer    map[string]string `help:"The offer in words, by language: --offer es='un postre' --offer en='a dessert'." placeholder:"LANG=WORDS" mapsep:"none"`
	Occasion map[string]string `help:"The occasion in words, by language." placeholder:"LANG=WORDS" mapsep:"none"`
	Words    map[string]string `help:"The whole text, by language, with {nombre|amigo}, {oferta}, {codigo}, {fin}." placeholder:"LANG=WORDS" mapsep:"none"`
	WordsB   map[string]string `help:"A second wording for half of the members, by language; the report says which did better." placeholder:"LANG=WORDS" mapsep:"none"`
	Link     string            `help:"The page that {enlace} in the words leads to, by a short link that counts clicks." placeholder:"URL"`
	Voucher  string            `help:"A code of their own for each member: item, percent or amount." enum:",item,percent,amount" default:"" placeholder:"KIND"`
	Value    int64             `help:"Per cent, or minor units, of the voucher." default:"0"`
	Minimum  int64             `help:"Smallest purchase for the voucher, minor units." default:"0"`
	On       string            `help:"daily, weekdays such as 'fri', 'monthly 1', a date such as 2026-12-24, now, or what a series follows: joined, purchase, tier, expiring." placeholder:"WHEN"`
	At       string            `help:"Local time, such as 16:00." placeholder:"HH:MM"`
	Ends     string            `help:"When the offer is over: 18:00, 3d, or '2026-12-24 20:00'." placeholder:"WHEN"`
	Last     string            `help:"Last date on which it happens." placeholder:"DATE"`
	Product  []string          `help:"A series that follows purchases: only those with this product (sku)." placeholder:"SKU" sep:"none"`
	Category []string          `help:"A series that follows purchases: only those with this category." placeholder:"NAME" sep:"none"`
	Steps    string            `help:"The texts of a series as JSON, such as [{\"after\":\"7d\",\"words\":{\"es\":\"...\"}}]." placeholder:"JSON"`
	Game     string            `help:"What answers to its texts belong to, as JSON." placeholder:"JSON"`
	Audience string            `help:"Conditions as JSON, such as {\"language\":[\"es\"]}." placeholder:"JSON"`
	Holdout  *int64            `help:"Per cent of the audience that get no text, to compare with." placeholder:"N"`
	PartsCap int64             `help:"Billed parts it may cost in all its runs; 0 is no cap of its own." default:"0"`
	AsMany   bool              `help:"Goes to as many as fit before its end."`
}

// Run makes a draft.
func (c *campaignAddCmd) Run(a *App) error {
	return a.campaign("", func(s *campaigns.Service, by members.Act, p members.Program, _ int64) (campaigns.Campaign, error) {
		if err := c.ask(a, p); err != nil {
			return campaigns.Campaign{}, err
		}
		return s.Add(a.ctx, by, p.ID, c.campaign())
	})
}

// campaign is what was asked for.
func (c *campaignAddCmd) campaign() campaigns.NewCampaign {
	n := campaigns.NewCampaign{
		Name: c.Name, Recipe: c.Recipe, Words: c.Words, WordsB: c.WordsB, Link: c.Link, Holdout: c.Holdout, PartsCap: c.PartsCap, AsMany: c.AsMany, MadeBy: cliActor(),
		Offer:    campaigns.Offer{Text: c.Offer, Occasion: c.Occasion, Kind: c.Voucher, Value: c.Value, Minimum: c.Minimum},
		Calendar: campaigns.Calendar{On: c.On, At: c.At, Ends: c.Ends, Last: c.Last},
	}
	n.Steps, n.Game, n.Audience = asJSON(c.Steps), asJSON(c.Game), asJSON(c.Audience)
	n.Calendar.Products, n.Calendar.Categories = c.Product, c.Category
	return n
}

// campaign finds a campaign by name or id, has something done with it and prints what it is then.
func (a *App) campaign(name string, f func(*campaigns.Service, members.Act, members.Program, int64) (campaigns.Campaign, error)) error {
	return a.shop(func(d *db.DB, _ members.Key, p members.Program) error {
		id, err := a.findCampaign(d, p, name)
		if err != nil {
			return err
		}
		book, err := inbox.Load(templates.Languages()...)
		if err != nil {
			return err
		}
		got, err := f(&campaigns.Service{DB: d, Log: a.log, Taken: book.Taken}, members.Act{Actor: cliActor(), Door: "cli"}, p, id)
		if err != nil {
			return err
		}
		sentence := ""
		if name == "" { // a new one says who it is for
			err = d.Read(a.ctx, func(ctx context.Context, tx *db.Tx) (err error) {
				sentence, err = campaigns.Sentence(ctx, tx, p, json.RawMessage(got.Audience), p.Language)
				return err
			})
		}
		if err != nil {
			return err
		}
		return a.answer(got, func(w io.Writer) { fmt.Fprint(w, got.Name, ": ", got.State, "\n", line(sentence)) })
	})
}

// line ends words that there are with the end of a line.
func line(words string) string {
	if words == "" {
		return ""
	}
	return words + "\n"
}

func (a *App) findCampaign(d *db.DB, p members.Program, name string) (int64, error) {
	if name == "" {
		return 0, nil
	}
	var found campaigns.Campaign
	err := d.Read(a.ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		found, err = campaigns.Find(ctx, tx, p.ID, name)
		return err
	})
	return found.ID, err
}

type campaignStartCmd struct {
	Name   string `arg:"" help:"Name or id."`
	Count  int64  `help:"How many people it goes to, where it goes out once: what the pre-flight says." default:"0"`
	AsMany bool   `help:"To as many as fit before its end, in their hours; the others are left out."`
}

// Run starts a campaign.
func (c *campaignStartCmd) Run(a *App) error {
	return a.campaign(c.Name, func(s *campaigns.Service, by members.Act, p members.Program, id int64) (campaigns.Campaign, error) {
		start := s.Start
		if c.AsMany {
			start = s.StartAsMany
		}
		if c.Count == 0 { // it comes again: nothing is refused now
			a.warn(s, p, id, c.AsMany)
		}
		return start(a.ctx, by, p.ID, id, c.Count)
	})
}

type campaignPauseCmd struct {
	Name string `arg:"" help:"Name or id."`
}

// Run pauses a campaign.
func (c *campaignPauseCmd) Run(a *App) error {
	return a.campaign(c.Name, func(s *campaigns.Service, by members.Act, p members.Program, id int64) (campaigns.Campaign, error) {
		return s.Pause(a.ctx, by, p.ID, id)
	})
}

type campaignResumeCmd struct {
	Name string `arg:"" help:"Name or id."`
}

// Run resumes a campaign.
func (c *campaignResumeCmd) Run(a *App) error {
	return a.campaign(c.Name, func(s *campaigns.Service, by members.Act, p members.Program, id int64) (campaigns.Campaign, error) {
		return s.Resume(a.ctx, by, p.ID, id)
	})
}

type campaignCancelCmd struct {
	Name string `arg:"" help:"Name or id."`
}

// Run cancels a campaign.
func (c *campaignCancelCmd) Run(a *App) error {
	return a.campaign(c.Name, func(s *campaigns.Service, by members.Act, p members.Program, id int64) (campaigns.Campaign, error) {
		return s.Cancel(a.ctx, by, p.ID, id)
	})
}

type campaignListCmd struct{}

// listedCampaign is a campaign in the list.
type listedCampaign struct {
	Campaign campaigns.Campaign `json:"campaign"`
	Stopped  string             `json:"stopped,omitempty"` // why its run was stopped, until somebody resumes it
}

// Run lists campaigns with the next time each happens.
func (c *campaignListCmd) Run(a *App) error {
	return a.shop(func(d *db.DB, _ members.Key, p members.Program) error {
		list := []listedCampaign{}
		err := d.Read(a.ctx, func(ctx context.Context, tx *db.Tx) error {
			list = list[:0]
			why, err := campaigns.Stopped(ctx, tx, p.ID)
			if err != nil {
				return err
			}
			all, err := campaigns.List(ctx, tx, p.ID)
			for _, c := range all {
				list = append(list, listedCampaign{c, why[c.ID]})
			}
			return err
		})
		if err != nil {
			return err
		}
		return a.answer(list, func(w io.Writer) { a.printCampaigns(w, p, list) })
	})
}

func (a *App) printCampaigns(w io.Writer, p members.Program, list []listedCampaign) {
	if len(list) == 0 {
		fmt.Fprintln(w, "No campaigns yet. For instance: fiel campaign add birthday --offer es='un postre' --voucher item")
		return
	}
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(t, "ID\tNAME\tRECIPE\tSTATE\tNEXT")
	for _, l := range list {
		c, next := l.Campaign, "-"
		if o, ok := c.Next(p, a.clock()); ok {
			next = o.At.In(p.Location()).Format("Mon 2006-01-02 15:04")
		}
		state := c.State
		if l.Stopped != "" {
			state += ", stopped: " + l.Stopped
		}
		fmt.Fprintf(t, "%d\t%s\t%s\t%s\t%s\n", c.ID, c.Name, c.Recipe, state, next)
	}
	t.Flush()
}

// printReasons says who is left out and why.
func printReasons(w io.Writer, reasons map[string]int64) {
	for _, reason := range sortedNames(reasons) {
		fmt.Fprintf(w, "  left out     %d: %s\n", reasons[reason], whyLeftOut(reason))
	}
}
