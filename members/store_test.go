package members_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"fiel/db"
	"fiel/db/dbtest"
	"fiel/members"
)

func TestTheSettingsOfAStore(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p, _ := cafe(t, d)
		s := in(t, d, func(ctx context.Context, tx *db.Tx) (members.Store, error) {
			if _, err := members.CreateStore(ctx, tx, p, members.NewStore{Name: "Norte"}); err != nil {
				return members.Store{}, err
			}
			return members.CreateStore(ctx, tx, p, members.NewStore{Name: "Centro"})
		})
		change := func(store int64, words ...string) (after members.Store, err error) {
			var list []members.Change
			for _, w := range words {
				name, value, _ := strings.Cut(w, "=")
				list = append(list, members.Change{Name: name, Value: value})
			}
			err = d.Write(t.Context(), db.Interactive, func(ctx context.Context, tx *db.Tx) (err error) {
				_, after, err = members.ChangeStore(ctx, tx, p, store, list)
				return err
			})
			return after, err
		}
		good := []string{
			"name=Sur", "merchant=Luz S.A.C.", "address=Av. Sol 1", "contact=01 555 0199", "zone=Europe/Madrid",
			"redeem_share=50", "redeem_sale=1000", "redeem_points=20", "redeem_approval=5000", "reversal_minutes=0",
		}
		after, err := change(s.ID, good...)
		for _, w := range good {
			if name, value, _ := strings.Cut(w, "="); after.Setting(name) != value {
				t.Errorf("%s is %q, %v", w, after.Setting(name), err)
			}
		}
		if len(good) != len(members.StoreSettings()) || after.Setting("id") != "" {
			t.Errorf("settings %q", members.StoreSettings())
		}
		for _, c := range []struct {
			words string
			code  db.Code
		}{
			{"name=Norte", db.Conflict},
			{"name=", db.Invalid},
			{"zone=Mars", db.Invalid},
			{"zone=", db.Invalid},
			{"merchant=a\x07b", db.Invalid},
			{"redeem_share=0", db.Invalid},
			{"redeem_share=101", db.Invalid},
			{"redeem_sale=-1", db.Invalid},
			{"redeem_sale=1.5", db.Invalid},
			{"reversal_minutes=10081", db.Invalid},
			{"colour=red", db.Invalid},
			{"id=7", db.Invalid},
		} {
			if _, err := change(s.ID, "redeem_points=99", c.words); db.CodeOf(err) != c.code {
				t.Errorf("%s: %v", c.words, err)
			}
		}
		if now, err := change(s.ID, "contact="); err != nil || now.RedeemPoints != 20 || now.Contact != "" {
			t.Errorf("all or none: %+v, %v", now, err)
		}
		if _, err := change(1, "redeem_share=5"); db.CodeOf(err) != db.Missing {
			t.Error(err)
		}
		var wg sync.WaitGroup
		for i, setting := range []string{"redeem_sale", "redeem_points", "redeem_approval", "reversal_minutes"} {
			wg.Go(func() {
				for n := range 10 {
					if _, err := change(s.ID, fmt.Sprintf("%s=%d", setting, 100*i+n)); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		if now, _ := change(s.ID); now.RedeemSale != 9 || now.RedeemPoints != 109 || now.RedeemApproval != 209 || now.ReversalMinutes != 309 {
			t.Errorf("changes at once were lost: %+v", now)
		}
	})
}

func TestWhoLeavesTheStaff(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p, _ := cafe(t, d)
		hire := func() (members.Staff, error) {
			var s members.Staff
			err := d.Write(t.Context(), db.Interactive, func(ctx context.Context, tx *db.Tx) (err error) {
				s, err = members.AddStaff(ctx, tx, p.ID, members.NewStaff{Name: "Luz", Role: members.Manager, Phone: rosa})
				return err
			})
			return s, err
		}
		leave := func(id int64) error {
			return d.Write(t.Context(), db.Interactive, func(ctx context.Context, tx *db.Tx) error {
				_, err := members.LeaveStaff(ctx, tx, p.ID, id)
				return err
			})
		}
		s, err := hire()
		if err != nil {
			t.Fatal(err)
		}
		if err := leave(s.ID); err != nil {
			t.Error(err)
		}
		if err := leave(s.ID); db.CodeOf(err) != db.Missing {
			t.Error(err)
		}
		next, err := hire()
		if err != nil {
			t.Errorf("the phone is not free: %v", err)
		}
		all := in(t, d, func(ctx context.Context, tx *db.Tx) ([]members.Staff, error) { return members.ListStaff(ctx, tx, p.ID) })
		if len(all) != 1 || all[0].ID != next.ID {
			t.Errorf("%+v", all)
		}
	})
}
