package pos_test

import (
	"context"
	"testing"

	"fiel/db"
	"fiel/members"
	"fiel/pos"
)

func TestAPastPurchaseIsKeptOnceAndEarnsNothing(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		var m members.Member
		bring := func(past pos.Past) (added bool, err error) {
			err = s.d.Write(t.Context(), db.Interactive, func(ctx context.Context, tx *db.Tx) error {
				if m, _, err = members.Join(ctx, tx, s.p, members.Joining{Phone: rosa, Hash: s.key.Hash(rosa)}); err != nil {
					return err
				}
				till, err := pos.ImportTill(ctx, tx, s.key, s.p, s.store.ID)
				if err != nil {
					return err
				}
				if !till.Revoked() {
					if till, err = pos.TillByID(ctx, tx, s.p.ID, till.ID); err != nil || !till.Revoked() {
						t.Error("anybody could report by this till")
					}
				}
				added, err = pos.Import(ctx, tx, s.p, s.store, till, m, past)
				return err
			})
			return added, err
		}
		past := pos.Past{Ref: "square:1", Amount: 5000, At: 1_700_000_000_000}
		for n, want := range []bool{true, false} {
			if added, err := bring(past); err != nil || added != want {
				t.Errorf("time %d: %v, %v", n+1, added, err)
			}
		}
		err := s.d.Read(t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
			known, err := pos.Imported(ctx, tx, s.p, s.store.ID, "square:1")
			if err != nil || !known {
				t.Error("it is not known afterwards", err)
			}
			m, err = members.ByPhone(ctx, tx, s.p.ID, rosa)
			return err
		})
		if err != nil || m.Purchases != 1 || m.LastPurchaseAt != past.At || m.Balance != 0 {
			t.Errorf("%+v, %v", m, err)
		}
		for _, wrong := range []pos.Past{{}, {Ref: "a", Amount: 1}, {Ref: "a", Amount: 1, At: 1 << 50}, {Ref: "a", Amount: 1, At: 1, Currency: "USD"}} {
			if _, err := bring(wrong); db.CodeOf(err) != db.Invalid {
				t.Errorf("%+v: %v", wrong, err)
			}
		}
	})
}
