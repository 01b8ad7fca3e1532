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

type storeCmd struct {
	List storeListCmd `cmd:"" default:"1" help:"List stores and what they ask of vouchers."`
	Add  storeAddCmd  `cmd:"" help:"Open a store."`
	Set  storeSetCmd  `cmd:"" help:"Change a store: fiel store set ID redeem_share=50 reversal_minutes=15."`
}

// storeView is a store with its settings by name.
type storeView struct {
	ID       int64             `json:"id"`
	Settings map[string]string `json:"settings"`
}

func viewStore(s members.Store) storeView {
	v := storeView{ID: s.ID, Settings: map[string]string{}}
	for _, name := range members.StoreSettings() {
		v.Settings[name] = s.Setting(name)
	}
	return v
}

type storeListCmd struct{}

// Run lists stores.
func (c *storeListCmd) Run(a *App) error {
	return a.shop(func(d *db.DB, _ members.Key, p members.Program) error {
		var list []members.Store
		err := d.Read(a.ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			list, err = members.Stores(ctx, tx, p.ID)
			return err
		})
		if err != nil {
			return err
		}
		views := make([]storeView, 0, len(list))
		for _, s := range list {
			views = append(views, viewStore(s))
		}
		return a.answer(views, func(w io.Writer) { printStores(w, p, list) })
	})
}

func printStores(w io.Writer, p members.Program, list []members.Store) {
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(t, "ID\tNAME\tMERCHANT\tZONE\tVOUCHERS")
	for _, s := range list {
		fmt.Fprintf(t, "%d\t%s\t%s\t%s\t%s\n", s.ID, s.Name, s.Merchant, s.Zone, asksOf(p, s))
	}
	t.Flush()
}

// asksOf is what a store asks of vouchers, in words.
func asksOf(p members.Program, s members.Store) string {
	var asks []string
	if s.RedeemShare < 100 {
		asks = append(asks, fmt.Sprintf("at most %d %% of a sale", s.RedeemShare))
	}
	if s.RedeemSale > 0 {
		asks = append(asks, "sales of at least "+money(p, s.RedeemSale))
	}
	if s.RedeemPoints > 0 {
		asks = append(asks, fmt.Sprintf("of at least %d points", s.RedeemPoints))
	}
	if s.RedeemApproval > 0 {
		asks = append(asks, "a second person above "+money(p, s.RedeemApproval))
	}
	return strings.Join(append(asks, fmt.Sprintf("undone within %d minutes", s.ReversalMinutes)), ", ")
}

type storeAddCmd struct {
	Name     string `arg:"" help:"What customers call it, at most 60 letters."`
	Merchant string `help:"Legal owner, where several share the program." placeholder:"NAME"`
	Address  string `help:"Where it is."`
	Contact  string `help:"Phone or address that members may be told."`
	Zone     string `help:"Time zone; the program's unless given." placeholder:"NAME"`
}

// Run opens a store.
func (c *storeAddCmd) Run(a *App) error {
	return a.changeStore("store.add", "Store %d, %s, is open.\n", func(ctx context.Context, tx *db.Tx, p members.Program) (before, after members.Store, err error) {
		after, err = members.CreateStore(ctx, tx, p, members.NewStore{Name: c.Name, Zone: c.Zone})
		if err != nil {
			return before, after, err
		}
		_, after, err = members.ChangeStore(ctx, tx, p, after.ID, []members.Change{
			{Name: "merchant", Value: c.Merchant}, {Name: "address", Value: c.Address}, {Name: "contact", Value: c.Contact},
		})
		return before, after, err
	})
}

type storeSetCmd struct {
	ID       int64    `arg:"" help:"Its number in the list."`
	Settings []string `arg:"" name:"name=value" help:"What to change: name, merchant, address, contact, zone, redeem_share, redeem_sale, redeem_points, redeem_approval, reversal_minutes."`
}

// Run changes a store.
func (c *storeSetCmd) Run(a *App) error {
	var changes []members.Change
	for _, setting := range c.Settings {
		name, value, ok := strings.Cut(setting, "=")
		if !ok {
			return wrongCall("%q has no value: write it as %s=value", setting, name)
		}
		changes = append(changes, members.Change{Name: name, Value: value})
	}
	return a.changeStore("store.set", "Store %d, %s, is changed.\n", func(ctx context.Context, tx *db.Tx, p members.Program) (before, after members.Store, err error) {
		return members.ChangeStore(ctx, tx, p, c.ID, changes)
	})
}

// changeStore changes a store, writes down how it was and is, and says so.
func (a *App) changeStore(action, sentence string, do func(context.Context, *db.Tx, members.Program) (before, after members.Store, err error)) error {
	return a.shop(func(d *db.DB, _ members.Key, p members.Program) error {
		var v storeView
		err := d.Write(a.ctx, db.Interactive, func(ctx context.Context, tx *db.Tx) error {
			before, after, err := do(ctx, tx, p)
			if err != nil {
				return err
			}
			v = viewStore(after)
			act := members.Act{Actor: cliActor(), Door: "cli", Action: action, Subject: fmt.Sprint("store:", after.ID), After: v.Settings}
			if before.ID != 0 {
				act.Before = viewStore(before).Settings
			}
			return members.Record(ctx, tx, p.ID, act)
		})
		if err != nil {
			return err
		}
		return a.answer(v, func(w io.Writer) { fmt.Fprintf(w, sentence, v.ID, v.Settings["name"]) })
	})
}
