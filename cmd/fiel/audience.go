package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"

	"fiel/campaigns"
	"fiel/db"
	"fiel/members"
)

type audienceCmd struct {
	Count      audienceCountCmd      `cmd:"" help:"How many members an audience has, and how many of them agreed to offers."`
	Sample     audienceSampleCmd     `cmd:"" help:"Some members of an audience, always the same ones."`
	Explain    audienceExplainCmd    `cmd:"" help:"Say an audience as a sentence."`
	Conditions audienceConditionsCmd `cmd:"" help:"List all conditions, with an example of each."`
}

// audienceForm is the argument that all of them take.
type audienceForm struct {
	Form string `arg:"" name:"audience" help:"Conditions as JSON, or @FILE; @- is the standard input. See fiel audience conditions." placeholder:"JSON"`
}

// read has the form, from the file where it is in one.
func (f audienceForm) read(a *App) (json.RawMessage, error) {
	name, isFile := strings.CutPrefix(f.Form, "@")
	if !isFile {
		return json.RawMessage(f.Form), nil
	}
	return a.readFile(name)
}

// audience reads a form and has something asked about it on one snapshot.
func (a *App) audience(form audienceForm, ask func(context.Context, *db.Tx, members.Program, json.RawMessage) error) error {
	raw, err := form.read(a)
	if err != nil {
		return err
	}
	return a.shop(func(d *db.DB, _ members.Key, p members.Program) error {
		return d.Read(a.ctx, func(ctx context.Context, tx *db.Tx) error { return ask(ctx, tx, p, raw) })
	})
}

type audienceCountCmd struct{ audienceForm }

// countPatience is how long a person waits for a number before an estimate is said.
const countPatience = time.Second

// Run counts. Where that takes longer than a moment an estimate is said first.
func (c *audienceCountCmd) Run(a *App) error {
	raw, err := c.read(a)
	if err != nil {
		return err
	}
	return a.shop(func(d *db.DB, _ members.Key, p members.Program) error {
		count := func(ctx context.Context, how func(context.Context, *db.Tx, members.Program, json.RawMessage, time.Time) (campaigns.Tally, error)) (t campaigns.Tally, err error) {
			err = d.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
				t, err = how(ctx, tx, p, raw, tx.Time())
				return err
			})
			return t, err
		}
		soon, stop := context.WithTimeout(a.ctx, countPatience)
		defer stop()
		t, err := count(soon, campaigns.Count)
		if errors.Is(err, context.DeadlineExceeded) && a.ctx.Err() == nil {
			if t, err = count(a.ctx, campaigns.Estimate); err == nil {
				fmt.Fprintf(a.Err, "About %d members, give or take %d; counting them all ...\n", t.Members, t.PlusMinus)
				t, err = count(a.ctx, campaigns.Count)
			}
		}
		if err != nil {
			return err
		}
		return a.answer(t, func(w io.Writer) { fmt.Fprintf(w, "%d members, %d of them agreed to offers\n", t.Members, t.Agreed) })
	})
}

type audienceSampleCmd struct {
	audienceForm
	Members int `help:"How many, 1 to 100." default:"10" placeholder:"N"`
}

// Run shows some members.
func (c *audienceSampleCmd) Run(a *App) error {
	if c.Members < 1 || c.Members > 100 {
		return wrongCall("--members takes 1 to 100")
	}
	var found []campaigns.Sampled
	err := a.audience(c.audienceForm, func(ctx context.Context, tx *db.Tx, p members.Program, raw json.RawMessage) (err error) {
		found, err = campaigns.Sample(ctx, tx, p, raw, tx.Time(), c.Members)
		return err
	})
	if err != nil {
		return err
	}
	return a.answer(found, func(w io.Writer) {
		if len(found) == 0 {
			fmt.Fprintln(w, "Nobody.")
		}
		t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
		for _, m := range found {
			fmt.Fprintf(t, "#%d\t%s\t%s\n", m.ID, m.Phone, m.Name)
		}
		t.Flush()
	})
}

type audienceExplainCmd struct {
	audienceForm
	Language string `help:"es, en, fr or zh; the program's unless given." enum:",es,en,fr,zh" default:"" placeholder:"LANG"`
}

// Run says the sentence.
func (c *audienceExplainCmd) Run(a *App) error {
	answer := struct {
		Sentence string `json:"sentence"`
	}{}
	err := a.audience(c.audienceForm, func(ctx context.Context, tx *db.Tx, p members.Program, raw json.RawMessage) (err error) {
		language := c.Language
		if language == "" {
			language = p.Language
		}
		answer.Sentence, err = campaigns.Sentence(ctx, tx, p, raw, language)
		return err
	})
	if err != nil {
		return err
	}
	return a.answer(answer, func(w io.Writer) { fmt.Fprintln(w, answer.Sentence) })
}

type audienceConditionsCmd struct{}

// Run lists the conditions.
func (audienceConditionsCmd) Run(a *App) error {
	all := campaigns.Conditions()
	return a.answer(all, func(w io.Writer) {
		for _, c := range all {
			fmt.Fprintf(w, "%s: %s\n    %s\n", c.Name, c.Means, c.Example)
		}
	})
}
