package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
	"text/tabwriter"

	"fiel/db"
	"fiel/members"
	"fiel/rewards"
)

type ruleCmd struct {
	Add     ruleAddCmd     `cmd:"" help:"Add a rule by which purchases earn: from a JSON file, or with flags."`
	List    ruleListCmd    `cmd:"" help:"List the rules that count."`
	Retire  ruleRetireCmd  `cmd:"" help:"End a rule; purchases of before are still judged by it."`
	Preview rulePreviewCmd `cmd:"" help:"What a sale would earn, without selling anything."`
	Export  ruleExportCmd  `cmd:"" help:"Print the rules that count as JSON that 'rule add' reads again."`
}

type ruleAddCmd struct {
	File string `arg:"" optional:"" help:"JSON file with a rule or a list of them, - for standard input. Money is in minor units."`

	Name      string `help:"What staff call the rule." placeholder:"NAME"`
	PerAmount *int64 `xor:"what" help:"Gives --points for so much money, in minor units." placeholder:"N"`
	PerVisit  bool   `xor:"what" help:"Gives --points for a visit, however much was spent."`
	Tender    string `xor:"what" help:"Multiplies by --times what was paid so: cash, card, store_card, gift_card, other." placeholder:"KIND"`
	Window    string `xor:"what" help:"Multiplies by --times in a window, such as 'fri,sat 16:00-18:00', 'mon' or '22:00-02:00'." placeholder:"WHEN"`
	Points    int64  `help:"Points, of --per-amount and --per-visit." default:"1"`
	Times     string `help:"Multiplier up to 10, of --tender and --window." placeholder:"1.5"`
	Carry     bool   `help:"What is left below a step counts the next time, of --per-amount."`
	Minimum   int64  `help:"Earning money of a sale below which the rule does not count, in minor units." placeholder:"N"`
	Gap       int64  `help:"Minutes between visits that count, of --per-visit." placeholder:"N"`

	weighing `embed:""`
}

// ruleView is a rule as JSON and terminal show it.
type ruleView struct {
	ID   int64 `json:"id"`
	Main bool  `json:"main"`
	rewards.NewRule
}

// Run adds rules, all or none.
func (c *ruleAddCmd) Run(a *App) error {
	rules, err := c.read(a)
	if err != nil {
		return err
	}
	return a.shop(func(d *db.DB, _ members.Key, p members.Program) error {
		var added []ruleView
		g, saved, err := a.weighed(d, p, c.weighing, func(ctx context.Context, tx *db.Tx) (err error) {
			added, err = addRules(ctx, tx, p, rules)
			return err
		})
		if err != nil {
			return err
		}
		return a.answer(addedView{added, saved, g}, func(w io.Writer) { printAddedRules(w, p, added, saved) })
	})
}

// addedView is what was added, or would have been, and what the scheme gives back with it.
type addedView struct {
	Rules     []ruleView         `json:"rules"`
	Saved     bool               `json:"saved"`
	GivesBack rewards.GivingBack `json:"gives_back"`
}

func addRules(ctx context.Context, tx *db.Tx, p members.Program, rules []rewards.NewRule) (added []ruleView, err error) {
	for _, n := range rules {
		r, err := rewards.AddRule(ctx, tx, p, n)
		if err != nil {
			return nil, err
		}
		v, err := viewRule(r)
		if err != nil {
			return nil, err
		}
		added = append(added, v)
		err = members.Record(ctx, tx, p.ID, members.Act{Actor: cliActor(), Door: "cli", Action: "rule.add", Subject: fmt.Sprint("rule:", r.ID), After: v})
		if err != nil {
			return nil, err
		}
	}
	return added, nil
}

func printAddedRules(w io.Writer, p members.Program, added []ruleView, saved bool) {
	for _, v := range added {
		if saved {
			fmt.Fprintf(w, "rule %d, %s: %s\n", v.ID, v.Name, v.what(p))
		} else {
			fmt.Fprintf(w, "would add %s: %s\n", v.Name, v.what(p))
		}
	}
}

// read takes the rules from the file, or makes one of the flags.
func (c *ruleAddCmd) read(a *App) ([]rewards.NewRule, error) {
	flags := c.PerAmount != nil || c.PerVisit || c.Tender != "" || c.Window != ""
	switch {
	case c.File == "" && !flags:
		return nil, wrongCall("give a FILE, or one of --per-amount, --per-visit, --tender, --window")
	case c.File != "" && (flags || c.Name != ""):
		return nil, wrongCall("give a FILE or flags, not both")
	case c.File != "":
		text, err := a.read(c.File)
		if err != nil {
			return nil, err
		}
		return rewards.ReadRules(text)
	}
	n, err := c.fromFlags()
	return []rewards.NewRule{n}, err
}

func (c *ruleAddCmd) fromFlags() (n rewards.NewRule, err error) {
	n = rewards.NewRule{Name: c.Name, Minimum: c.Minimum, GapMinutes: c.Gap, Carries: c.Carry, Tender: c.Tender}
	switch {
	case c.PerAmount != nil:
		n.Kind, n.Step, n.Points = rewards.AmountRule, *c.PerAmount, c.Points
	case c.PerVisit:
		n.Kind, n.Points = rewards.VisitRule, c.Points
	case c.Tender != "":
		n.Kind = rewards.TenderRule
	default:
		n.Kind = rewards.WindowRule
		if n.Weekdays, n.From, n.Until, err = parseWindow(c.Window); err != nil {
			return n, err
		}
	}
	if c.Times != "" {
		n.Times, err = rewards.ParseTimes(c.Times)
	}
	return n, err
}

var window = regexp.MustCompile(`^([a-z,]*) ?(?:(\d\d:\d\d)-(\d\d:\d\d))?$`)

// parseWindow reads "fri,sat 16:00-18:00"; either half may be missing.
func parseWindow(s string) (days []string, from, until rewards.Clock, err error) {
	m := window.FindStringSubmatch(s)
	if m == nil {
		return nil, 0, 0, wrongCall("--window is weekdays and hours such as 'fri,sat 16:00-18:00', or one of the two")
	}
	if m[1] != "" {
		days = strings.Split(m[1], ",")
	}
	if m[2] == "" {
		return days, 0, 0, nil
	}
	if from, err = rewards.ParseClock(m[2]); err == nil {
		until, err = rewards.ParseClock(m[3])
	}
	return days, from, until, err
}

// read reads a file, or standard input for "-".
func (a *App) read(file string) ([]byte, error) {
	if file == "-" {
		return io.ReadAll(io.LimitReader(a.In, 1<<20))
	}
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, db.Errorf(db.Invalid, "the file cannot be read: %w", err)
	}
	return text, nil
}

func viewRule(r rewards.Rule) (ruleView, error) {
	n, err := r.Draft()
	return ruleView{r.ID, r.Main, n}, err
}

type ruleListCmd struct{}

// Run lists rules, the main one first.
func (c *ruleListCmd) Run(a *App) error {
	return a.shop(func(d *db.DB, _ members.Key, p members.Program) error {
		views, err := a.liveRules(d, p)
		if err != nil {
			return err
		}
		return a.answer(views, func(w io.Writer) {
			if len(views) == 0 {
				fmt.Fprintln(w, `No rules: purchases earn nothing. Add one: fiel rule add --name "1 per 10" --per-amount 1000`)
				return
			}
			t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
			fmt.Fprintln(t, "ID\tNAME\tWHAT")
			for _, v := range views {
				fmt.Fprintf(t, "%d\t%s\t%s\n", v.ID, v.Name, v.what(p))
			}
			t.Flush()
		})
	})
}

func (a *App) liveRules(d *db.DB, p members.Program) (views []ruleView, err error) {
	err = d.Read(a.ctx, func(ctx context.Context, tx *db.Tx) error {
		list, err := rewards.Rules(ctx, tx, p.ID)
		views = []ruleView{}
		for _, r := range list {
			v, err := viewRule(r)
			if err != nil {
				return err
			}
			views = append(views, v)
		}
		return err
	})
	return views, err
}

type ruleRetireCmd struct {
	ID int64 `arg:"" help:"Its id: 'rule list' shows it."`
}

// Run ends a rule.
func (c *ruleRetireCmd) Run(a *App) error {
	return a.shop(func(d *db.DB, _ members.Key, p members.Program) error {
		err := d.Write(a.ctx, db.Interactive, func(ctx context.Context, tx *db.Tx) error {
			if err := rewards.RetireRule(ctx, tx, p.ID, c.ID); err != nil {
				return err
			}
			return members.Record(ctx, tx, p.ID, members.Act{Actor: cliActor(), Door: "cli", Action: "rule.retire", Subject: fmt.Sprint("rule:", c.ID)})
		})
		if err != nil {
			return err
		}
		return a.answer(map[string]int64{"retired": c.ID}, func(w io.Writer) {
			fmt.Fprintf(w, "Rule %d has ended; purchases from now on earn without it.\n", c.ID)
		})
	})
}

type ruleExportCmd struct{}

// Run prints the rules as a file.
func (c *ruleExportCmd) Run(a *App) error {
	return a.shop(func(d *db.DB, _ members.Key, p members.Program) error {
		views, err := a.liveRules(d, p)
		if err != nil {
			return err
		}
		drafts := make([]rewards.NewRule, 0, len(views))
		for _, v := range views {
			drafts = append(drafts, v.NewRule)
		}
		e := json.NewEncoder(a.Out)
		e.SetIndent("", "  ")
		return e.Encode(drafts)
	})
}
