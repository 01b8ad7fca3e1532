package main

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"fiel/db"
	"fiel/members"
	"fiel/sms"
)

type senderDriftCmd struct {
	Most int `help:"How many numbers of a kind to name." default:"20" placeholder:"N"`
}

// driftView is one number, masked.
type driftView struct {
	Kind   string        `json:"kind"` // refused, failed, late, untold
	Member int64         `json:"member,omitempty"`
	Phone  members.Phone `json:"phone"`
	Given  bool          `json:"given"`
	Since  string        `json:"since"`
	Error  string        `json:"error,omitempty"`
}

// driftKinds are the kinds in the order of need, with what each is and what to do.
var driftKinds = []struct{ kind, what, mend string }{
	{
		sms.DriftRefused, "want texts here and are blocked at Twilio",
		"Each has to text START to the number; with --push-consent on, another ALTA does it too. Until then no answer of ours reaches them: tell them at the till.",
	},
	{
		sms.DriftFailed, "left or came back here, and Twilio's consent list would not hear it",
		"Mend what Twilio said: is the consent API enabled for the account? Who left gets no texts of ours all the same. Enter them in Twilio's console if need be.",
	},
	{
		sms.DriftLate, "are still to be told to Twilio's consent list after an hour",
		"They are tried for a day: look whether the server runs and Twilio answers.",
	},
	{
		sms.DriftUntold, "left here, and Twilio is not told",
		"Nothing needs to be done: they get no texts of ours. fiel sender set ID --push-consent on tells Twilio of those who leave from then on.",
	},
}

// Run lists the numbers that Twilio takes otherwise than the program does.
func (c *senderDriftCmd) Run(a *App) error {
	return a.shop(func(d *db.DB, _ members.Key, p members.Program) error {
		var all []sms.Drift
		err := d.Read(a.ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			all, err = sms.Drifts(ctx, tx, p.ID)
			return err
		})
		if err != nil {
			return err
		}
		views := []driftView{}
		for _, d := range all {
			views = append(views, driftView{d.Kind, d.Member, d.Phone, d.Given, time.UnixMilli(d.At).In(p.Location()).Format("2006-01-02 15:04"), d.Error})
		}
		return a.answer(views, func(w io.Writer) { c.print(w, views) })
	})
}

func (c *senderDriftCmd) print(w io.Writer, views []driftView) {
	if len(views) == 0 {
		fmt.Fprintln(w, "Nothing: as far as we heard, Twilio takes every number as the program does.")
	}
	for _, k := range driftKinds {
		t, n := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0), 0
		for _, v := range views {
			if v.Kind != k.kind {
				continue
			}
			if n++; n == 1 {
				fmt.Fprintf(w, "%d %s. %s\n", countDrift(views, k.kind), k.what, k.mend)
			}
			if n <= c.Most {
				fmt.Fprintf(t, "  %s\tsince %s\t%s\n", v.Phone, v.Since, v.Error)
			}
		}
		t.Flush()
	}
}

func countDrift(views []driftView, kind string) (n int) {
	for _, v := range views {
		if v.Kind == kind {
			n++
		}
	}
	return n
}

// lookAtDrift says how many numbers Twilio takes otherwise than the program does, where somebody has to do something.
func (a *App) lookAtDrift() (found []symptom) {
	d, err := a.open()
	if err != nil {
		return nil // said already
	}
	defer d.Close()
	var all []sms.Drift
	err = d.Read(a.ctx, func(ctx context.Context, tx *db.Tx) error {
		p, err := a.pick(ctx, tx)
		if err != nil {
			return nil // said already
		}
		all, err = sms.Drifts(ctx, tx, p.ID)
		return err
	})
	if err != nil {
		return []symptom{look("consent at Twilio", err)}
	}
	counts := map[string]int{}
	for _, d := range all {
		counts[d.Kind]++
	}
	for _, k := range driftKinds {
		if n := counts[k.kind]; n > 0 && k.kind != sms.DriftUntold {
			found = append(found, symptom{What: "consent at Twilio", Mend: fmt.Sprintf("%d %s: run `fiel sender drift`.", n, k.what)})
		}
	}
	return found
}
