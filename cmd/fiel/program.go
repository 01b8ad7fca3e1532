package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"fiel/db"
	"fiel/members"
)

type programCmd struct {
	Show programShowCmd `cmd:"" help:"List what may be set about the program, and how it stands."`
	Set  programSetCmd  `cmd:"" help:"Change settings: fiel program set join_bonus=100 refund_policy=clamp."`
}

type settingView struct {
	Name  string `json:"name"`
	Value string `json:"value"`
	Range string `json:"range"`
	Help  string `json:"help"`
}

func viewSettings(p members.Program) []settingView {
	list := []settingView{}
	for _, s := range members.Settings() {
		list = append(list, settingView{s.Name, s.Value(p), s.Range(), s.Help})
	}
	return list
}

type programShowCmd struct{}

// Run lists the settings.
func (c *programShowCmd) Run(a *App) error {
	return a.shop(func(_ *db.DB, _ members.Key, p members.Program) error {
		list := viewSettings(p)
		return a.answer(list, func(w io.Writer) { printSettings(w, list) })
	})
}

func printSettings(w io.Writer, list []settingView) {
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(t, "SETTING\tVALUE\tMAY BE\t")
	for _, s := range list {
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", s.Name, s.Value, s.Range, s.Help)
	}
	t.Flush()
}

type programSetCmd struct {
	Settings []string `arg:"" help:"NAME=VALUE; amounts in minor units." placeholder:"NAME=VALUE"`
}

// Run changes settings: all of them, or none when one is refused.
func (c *programSetCmd) Run(a *App) error {
	return a.shop(func(d *db.DB, _ members.Key, p members.Program) error {
		var changed []settingChange
		err := d.Write(a.ctx, db.Interactive, func(ctx context.Context, tx *db.Tx) (err error) {
			changed, err = c.set(ctx, tx, p.ID)
			return err
		})
		if err != nil {
			return err
		}
		return a.answer(changed, func(w io.Writer) {
			for _, s := range changed {
				fmt.Fprintf(w, "%s: %s, was %s\n", s.Name, orNothing(s.After), orNothing(s.Before))
			}
		})
	})
}

type settingChange struct {
	Name   string `json:"name"`
	Before string `json:"before"`
	After  string `json:"after"`
}

func (c *programSetCmd) set(ctx context.Context, tx *db.Tx, program int64) ([]settingChange, error) {
	list := make([]settingChange, 0, len(c.Settings))
	p, err := members.ProgramByID(ctx, tx, program)
	if err != nil {
		return nil, err
	}
	for _, pair := range c.Settings {
		name, value, ok := strings.Cut(pair, "=")
		if !ok {
			return nil, wrongCall("write NAME=VALUE, not %q", pair)
		}
		s, err := members.SettingOf(name)
		if err != nil {
			return nil, err
		}
		change := settingChange{Name: name, Before: s.Value(p)}
		if p, err = members.Set(ctx, tx, program, name, value); err != nil {
			return nil, err
		}
		change.After = s.Value(p)
		err = members.Record(ctx, tx, program, members.Act{
			Actor: cliActor(), Door: "cli", Action: "program.set", Subject: "program." + name,
			Before: map[string]string{name: change.Before}, After: map[string]string{name: change.After},
		})
		if err != nil {
			return nil, err
		}
		list = append(list, change)
	}
	return list, nil
}

func orNothing(value string) string {
	if value == "" {
		return "nothing"
	}
	return value
}
