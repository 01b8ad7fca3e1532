package inbox

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"fiel/db"
	"fiel/members"
	"fiel/pos"
	"fiel/templates"
)

// sell answers VENTA phone amount [ticket]: a sale, by the rules of every sale.
func sell(ctx context.Context, tx *db.Tx, th *Thread) (Reply, error) {
	said, wrong := th.inbox.Book.readSale(th.Ordered.Rest, th.Program.Country, th.Program.Currency)
	switch {
	case wrong == AmountUnclear:
		return th.order("sale_amount", templates.Fields{"typed": said.typed})
	case wrong != "":
		return th.order("sale_how", nil)
	case said.phone == th.Phone:
		if err := th.record(ctx, tx, "purchase.own", fmt.Sprint("staff:", th.Staff.ID), map[string]any{"amount": said.amount}); err != nil {
			return Reply{}, err
		}
		return th.order("sale_own", nil)
	}
	store, ask, err := th.shop(ctx, tx)
	if err != nil || store.ID == 0 {
		return ask, err
	}
	done, err := pos.RecordText(ctx, tx, th.inbox.Key, th.Program, pos.Texted{
		Staff: th.Staff, Store: store.ID, Phone: said.phone, Amount: said.amount, Ticket: said.ticket, Inbound: th.Text.ID,
	})
	switch {
	case db.CodeOf(err) == db.Denied:
		return th.order("sale_off", templates.Fields{"store": store.Name})
	case err != nil:
		return Reply{}, err
	case done.Differs:
		return th.order("sale_differs", templates.Fields{"ticket": said.ticket})
	}
	return th.sold(ctx, tx, said, done)
}

// sold tells what became of a sale.
func (th *Thread) sold(ctx context.Context, tx *db.Tx, said saleSaid, done pos.TextedSale) (Reply, error) {
	err := th.record(ctx, tx, "purchase.text", subjectOf(done.Member), map[string]any{"amount": said.amount, "points": done.Points, "state": done.State})
	if err != nil {
		return Reply{}, err
	}
	f := templates.Fields{"amount": templates.Money(th.Language, th.Program.Currency, said.amount)}
	switch done.State {
	case "credited":
		key := "sale_done"
		if done.Matched {
			key = "sale_matched"
		}
		f["points"], f["balance"] = digits(done.Points), digits(done.Balance)
		return th.order(key, th.buyer(done.Member, said.phone, f))
	case "held":
		return th.order("sale_held", th.buyer(done.Member, said.phone, f))
	case "review":
		return th.order("sale_review", f)
	}
	return th.order("sale_kept", th.buyer(done.Member, said.phone, f))
}

// subjectOf is a member as the audit names them, ” for none.
func subjectOf(m members.Member) string {
	if m.ID == 0 {
		return ""
	}
	return fmt.Sprint("member:", m.ID)
}

// askShop is how what somebody said of their shop is kept, and for how long, in milliseconds: a day's work.
const (
	askShop  = "shop"
	shopLong = 18 * 60 * 60 * 1000
)

// shop is the store somebody texts from: their own, the one they have named today, or the only one. Store 0: they are asked.
func (th *Thread) shop(ctx context.Context, tx *db.Tx) (members.Store, Reply, error) {
	if th.Staff.StoreID != 0 {
		store, err := members.StoreByID(ctx, tx, th.Program.ID, th.Staff.StoreID)
		return store, Reply{}, err
	}
	all, err := members.Stores(ctx, tx, th.Program.ID)
	if err != nil || len(all) == 1 {
		return all[0], Reply{}, err
	}
	named, err := members.StaffAsked(ctx, tx, th.Staff, askShop)
	if err == nil && named.ExpiresAt > tx.Now {
		store, err := members.StoreByID(ctx, tx, th.Program.ID, named.Ref)
		return store, Reply{}, err
	}
	if err != nil && !db.NotFound(err) {
		return members.Store{}, Reply{}, err
	}
	reply, err := th.order("shop_which", nil)
	return members.Store{}, reply, err
}

// chooseShop answers TIENDA name, for who works in all stores: what they note counts there for the day.
func chooseShop(ctx context.Context, tx *db.Tx, th *Thread) (Reply, error) {
	all, err := members.Stores(ctx, tx, th.Program.ID)
	if err != nil {
		return Reply{}, err
	}
	i := slices.IndexFunc(all, func(s members.Store) bool { return sameWords(s.Name, th.Ordered.Rest) })
	if own := th.Staff.StoreID; own != 0 { // they work in one store
		i = slices.IndexFunc(all, func(s members.Store) bool { return s.ID == own })
	}
	if i < 0 {
		names := make([]string, 0, len(all))
		for _, s := range all {
			names = append(names, s.Name)
		}
		typed := th.Ordered.Rest
		if typed == "" {
			return th.order("shop_which", nil)
		}
		return th.order("shop_unknown", templates.Fields{"typed": typed, "shops": strings.Join(names, ", ")})
	}
	if _, err := members.AskStaffOf(ctx, tx, th.Staff, askShop, all[i].ID, 0, tx.Now+shopLong); err != nil {
		return Reply{}, err
	}
	return th.order("shop_set", templates.Fields{"store": all[i].Name})
}

// sameWords tells whether two names are the same, whatever their case and accents.
func sameWords(a, b string) bool { return slices.Equal(read(a).words, read(b).words) }
