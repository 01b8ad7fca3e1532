package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"slices"

	"fiel/db"
	"fiel/members"
	"fiel/rewards"
)

type rewardCodesCmd struct {
	Number int64  `arg:"" help:"Number of the reward; 0 with --id."`
	File   string `arg:"" optional:"" help:"A .txt or .csv with one code a line (- is the standard input); without it: how many are left."`
	ID     int64  `name:"id" help:"Id of a reward without number." placeholder:"ID"`
}

// uploaded is what came of an upload.
type uploaded struct {
	Reward   string `json:"reward"`
	Added    int64  `json:"added"`
	There    int64  `json:"there"`    // were on the list before
	Repeated int64  `json:"repeated"` // stood in the file more than once
	Blank    int64  `json:"blank"`    // lines
	Left     int64  `json:"left"`
}

// Run uploads codes. Done twice it adds nothing more.
func (c *rewardCodesCmd) Run(a *App) error {
	ref := rewardRef{Number: c.Number, ID: c.ID}
	if err := ref.check(); err != nil {
		return err
	}
	var list rewards.CodeList
	if c.File != "" {
		data, err := a.readFile(c.File)
		if err != nil {
			return err
		}
		if list, err = rewards.ReadCodes(bytes.NewReader(data)); err != nil {
			return err
		}
	}
	return a.shop(func(d *db.DB, _ members.Key, p members.Program) error {
		up, err := a.upload(d, p, ref, list)
		if err != nil {
			return err
		}
		return a.answer(up, func(w io.Writer) { up.print(w, c.File != "") })
	})
}

// upload adds the codes in pieces, so that nobody waits, and writes the act down with the last.
func (a *App) upload(d *db.DB, p members.Program, ref rewardRef, list rewards.CodeList) (up uploaded, err error) {
	var r rewards.Reward
	err = d.Read(a.ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		r, err = ref.find(ctx, tx, p)
		return err
	})
	if err != nil {
		return up, err
	}
	done := int64(0)
	for piece := range slices.Chunk(list.Codes, 1000) {
		added := int64(0)
		if err := d.Reserve(a.ctx, len(piece)); err != nil {
			return up, err
		}
		err := d.Write(a.ctx, db.Bulk, func(ctx context.Context, tx *db.Tx) (err error) {
			added, err = rewards.AddCodes(ctx, tx, p, r, piece)
			return err
		})
		if err != nil {
			return up, err
		}
		up.Added, done = up.Added+added, done+int64(len(piece))
		if done%10_000 == 0 && !a.json {
			fmt.Fprintf(a.Err, "%d of %d codes\n", done, len(list.Codes))
		}
	}
	up.Reward, up.There, up.Repeated, up.Blank = r.Name, done-up.Added, list.Repeated, list.Blank
	return up, d.Write(a.ctx, db.Interactive, func(ctx context.Context, tx *db.Tx) (err error) {
		if _, err := rewards.AddCodes(ctx, tx, p, r, nil); err != nil { // says so where the reward has no list
			return err
		}
		if up.Left, err = rewards.CodesLeft(ctx, tx, r); err != nil || up.Added == 0 {
			return err
		}
		return members.Record(ctx, tx, p.ID, members.Act{
			Actor: cliActor(), Door: "cli", Action: "reward.codes", Subject: fmt.Sprint("reward:", r.ID), After: map[string]int64{"added": up.Added},
		})
	})
}

func (up uploaded) print(w io.Writer, file bool) {
	if file {
		fmt.Fprintf(w, "%d codes added to %s", up.Added, up.Reward)
		for _, also := range []struct {
			n     int64
			words string
		}{{up.There, "were there before"}, {up.Repeated, "stood in the file twice"}, {up.Blank, "blank lines"}} {
			if also.n > 0 {
				fmt.Fprintf(w, ", %d %s", also.n, also.words)
			}
		}
		fmt.Fprintln(w, ".")
	}
	fmt.Fprintf(w, "%d codes are left.\n", up.Left)
	if up.Left < rewards.FewCodes {
		fmt.Fprintln(w, "That is few: upload more.")
	}
}
