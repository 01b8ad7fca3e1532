package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"fiel/db"
	"fiel/members"
	"fiel/pos"
)

type tillCmd struct {
	Add  tillAddCmd  `cmd:"" help:"Set up a till; prints its address and its secret, once."`
	List tillListCmd `cmd:"" help:"List tills."`

	Rotate tillRotateCmd `cmd:"" help:"Give a till a second secret; both are good until the older one is retired."`
	Retire tillRetireCmd `cmd:"" help:"End the older of a till's two secrets."`
	Revoke tillRevokeCmd `cmd:"" help:"End a till for good, such as a lost one."`

	Matched tillMatchedCmd `cmd:"" help:"Sales that staff texted and a till reported: each counts once."`
	Parked  tillParkedCmd  `cmd:"" help:"What tills said and somebody has to look at: late sales, an id used twice, more back than was paid."`
	Approve tillApproveCmd `cmd:"" help:"Credit a sale that came too late to count by itself."`
	Dismiss tillDismissCmd `cmd:"" help:"Take a note off the list; a late sale stays uncredited."`
}

type tillAddCmd struct {
	Name  string `arg:"" help:"What the store calls it."`
	Store int64  `help:"Store; the first one unless given." placeholder:"ID"`
}

// tillView is a till as JSON and terminal show it. Secret is there only when the till was just set up.
type tillView struct {
	ID      int64  `json:"id"`
	Store   int64  `json:"store"`
	Name    string `json:"name"`
	URL     string `json:"url"`
	Secret  string `json:"secret,omitempty"`
	Revoked bool   `json:"revoked"`
}

// Run sets up a till.
func (c *tillAddCmd) Run(a *App) error {
	return a.shop(func(d *db.DB, key members.Key, p members.Program) error {
		var t pos.Till
		var secret string
		err := d.Write(a.ctx, db.Interactive, func(ctx context.Context, tx *db.Tx) (err error) {
			store, err := firstStore(ctx, tx, p, c.Store)
			if err != nil {
				return err
			}
			if t, secret, err = pos.AddTill(ctx, tx, key, p, store, c.Name); err != nil {
				return err
			}
			return members.Record(ctx, tx, p.ID, members.Act{
				Actor: cliActor(), Door: "cli", Action: "till.add", Subject: fmt.Sprint("till:", t.ID), After: map[string]any{"name": t.Name, "store": t.StoreID},
			})
		})
		if err != nil {
			return err
		}
		v := a.viewTill(t)
		v.Secret = secret
		return a.answer(v, func(w io.Writer) {
			fmt.Fprintf(w, "Till %d, %s\naddress  %s\nsecret   %s   (shown only now)\n", v.ID, v.Name, v.URL, v.Secret)
		})
	})
}

// firstStore is the store that was named, or the program's first.
func firstStore(ctx context.Context, tx *db.Tx, p members.Program, named int64) (int64, error) {
	if named != 0 {
		return named, nil
	}
	stores, err := members.Stores(ctx, tx, p.ID)
	if err != nil {
		return 0, err
	}
	if len(stores) == 0 {
		return 0, db.Errorf(db.Missing, "the program has no store yet")
	}
	return stores[0].ID, nil
}

func (a *App) viewTill(t pos.Till) tillView {
	if t.ByText() {
		return tillView{ID: t.ID, Store: t.StoreID, Name: t.Name, URL: "texts of staff", Revoked: t.Revoked()}
	}
	return tillView{ID: t.ID, Store: t.StoreID, Name: t.Name, URL: a.publicURL() + "/webhooks/standard/" + t.Path, Revoked: t.Revoked()}
}

// publicURL is how the world reaches us, without a slash at the end.
func (a *App) publicURL() string {
	if a.PublicURL == "" {
		return "https://YOUR-HOST"
	}
	return strings.TrimSuffix(a.PublicURL, "/")
}

type tillListCmd struct{}

// Run lists tills.
func (c *tillListCmd) Run(a *App) error {
	return a.shop(func(d *db.DB, _ members.Key, p members.Program) error {
		var list []pos.Till
		err := d.Read(a.ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			list, err = pos.ListTills(ctx, tx, p.ID)
			return err
		})
		if err != nil {
			return err
		}
		views := make([]tillView, 0, len(list))
		for _, t := range list {
			views = append(views, a.viewTill(t))
		}
		return a.answer(views, func(w io.Writer) {
			t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
			fmt.Fprintln(t, "ID\tSTORE\tNAME\tADDRESS")
			for _, v := range views {
				fmt.Fprintf(t, "%d\t%d\t%s\t%s\n", v.ID, v.Store, v.Name, v.URL)
			}
			t.Flush()
		})
	})
}
