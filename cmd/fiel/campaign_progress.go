package main

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/schollz/progressbar/v3"

	"fiel/campaigns"
	"fiel/db"
	"fiel/members"
	"fiel/sms"
)

type campaignProgressCmd struct {
	Name  string `arg:"" help:"Name or id."`
	Watch bool   `help:"Look again each second until all has left."`
}

// Run says how far a campaign's run has come.
func (c *campaignProgressCmd) Run(a *App) error {
	if c.Watch && a.json {
		return wrongCall("--watch is for reading along: with --json ask as often as you like")
	}
	return a.shop(func(d *db.DB, _ members.Key, p members.Program) error {
		id, err := a.findCampaign(d, p, c.Name)
		if err != nil {
			return err
		}
		w := watch{app: a, program: p, look: func() ([]campaigns.Progress, error) {
			return (&campaigns.Service{DB: d, Log: a.log}).Progress(a.ctx, p.ID, id)
		}}
		if c.Watch {
			return w.follow()
		}
		all, err := w.look()
		if err != nil {
			return err
		}
		if all == nil {
			all = []campaigns.Progress{}
		}
		return a.answer(all, func(out io.Writer) { printProgress(out, p, all) })
	})
}

func printProgress(w io.Writer, p members.Program, all []campaigns.Progress) {
	if len(all) == 0 {
		fmt.Fprintln(w, "It has not happened yet.")
	}
	for _, r := range all {
		fmt.Fprintf(w, "%s: %s\n", localTime(r.Starts, p), progressLine(p, r))
		if r.Reason != "" {
			fmt.Fprintf(w, "  why          %s\n", r.Reason)
		}
		if r.Stopped != "" {
			fmt.Fprintf(w, "  the sender is stopped: %s\n", r.Stopped)
		}
		for _, state := range sortedNames(r.States) {
			if state != sms.StateLeftOut && state != sms.StateCancelled {
				fmt.Fprintf(w, "  %-12s %d\n", stateWords(state), r.States[state])
			}
		}
		printReasons(w, r.LeftOut)
	}
}

// progressLine is a run in one line: "running: 4200 of 9800 have left, 61 a minute, until 17:42".
func progressLine(p members.Program, r campaigns.Progress) string {
	parts := []string{fmt.Sprintf("%s: %d of %d have left", r.State, r.Left, r.Texts)}
	if !r.Planned && r.Live() {
		parts = append(parts, "more are being planned")
	}
	if r.Rate > 0 {
		parts = append(parts, fmt.Sprintf("%.0f a minute", r.Rate))
	}
	if r.Finish > 0 {
		parts = append(parts, "until "+time.UnixMilli(r.Finish).In(p.Location()).Format("Mon 15:04"))
	}
	if r.Finish > r.Ends && r.Ends > 0 {
		parts = append(parts, "the offer ends before that")
	}
	return strings.Join(parts, ", ")
}

// watch follows a campaign's runs.
type watch struct {
	app     *App
	program members.Program
	look    func() ([]campaigns.Progress, error)
	bar     *progressbar.ProgressBar
}

// follow shows a bar on a terminal, elsewhere one line a second, until no run has anything left to do by itself.
func (w *watch) follow() error {
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for {
		all, err := w.look()
		if err != nil {
			return err
		}
		w.show(all)
		if !busy(all) {
			return nil
		}
		select {
		case <-ticker.C:
		case <-w.app.ctx.Done():
			return nil // whoever reads along goes
		}
	}
}

// busy says whether texts of the runs leave, or are about to.
func busy(all []campaigns.Progress) bool {
	for _, r := range all {
		if r.State == campaigns.RunPlanning || r.State == campaigns.RunRunning && r.Waiting > 0 {
			return true
		}
	}
	return false
}

func (w *watch) show(all []campaigns.Progress) {
	if !isTerminal(w.app.Out) || len(all) == 0 || !busy(all) {
		if w.bar != nil {
			_ = w.bar.Clear()
		}
		for _, r := range all {
			fmt.Fprintf(w.app.Out, "%s: %s\n", localTime(r.Starts, w.program), progressLine(w.program, r))
		}
		if len(all) == 0 {
			fmt.Fprintln(w.app.Out, "It has not happened yet.")
		}
		return
	}
	if w.bar == nil {
		w.bar = progressbar.NewOptions64(1, progressbar.OptionSetWriter(w.app.Out), progressbar.OptionSetPredictTime(false))
	}
	r := all[len(all)-1]
	w.bar.ChangeMax64(max(r.Texts, 1))
	w.bar.Describe(progressLine(w.program, r))
	_ = w.bar.Set64(r.Left)
}
