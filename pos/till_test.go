package pos_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"fiel/db"
	"fiel/members"
	"fiel/pos"
)

func TestTheSecretsOfATill(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		find := func() []string {
			t.Helper()
			till, secrets, err := s.Till(t.Context(), s.till.Path)
			if err != nil || till.ID != s.till.ID {
				t.Fatalf("%v %v", till, err)
			}
			return secrets
		}
		first := find()
		if len(first) != 1 || !strings.HasPrefix(first[0], "whsec_") || !strings.HasPrefix(s.till.Path, fmt.Sprint(s.p.ID, "-")) {
			t.Fatalf("%v", s.till)
		}
		var second string
		s.write(func(ctx context.Context, tx *db.Tx) (err error) {
			second, err = pos.RotateSecret(ctx, tx, s.key, s.p.ID, s.till.ID)
			return err
		})
		if both := find(); len(both) != 2 || both[0] != first[0] || both[1] != second || second == first[0] {
			t.Error("not both are live")
		}
		s.write(func(ctx context.Context, tx *db.Tx) error { return pos.RetireSecret(ctx, tx, s.p.ID, s.till.ID) })
		if left := find(); len(left) != 1 || left[0] != second {
			t.Error("the wrong one was retired")
		}
		s.write(func(ctx context.Context, tx *db.Tx) error { return pos.RevokeTill(ctx, tx, s.p.ID, s.till.ID) })
		if left := find(); len(left) != 0 {
			t.Error("a revoked till has secrets")
		}
		if n := s.count("SELECT COUNT(*) FROM tills WHERE secret LIKE '%whsec%' OR next_secret LIKE '%whsec%'"); n != 0 {
			t.Error("a secret lies open in the database")
		}
	})
}

func TestASealedSecretStaysWithItsTill(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		var second pos.Till
		s.write(func(ctx context.Context, tx *db.Tx) (err error) {
			second, _, err = pos.AddTill(ctx, tx, s.key, s.p, s.store.ID, "Caja 2")
			return err
		})
		s.exec("UPDATE tills SET secret = (SELECT t.secret FROM tills AS t WHERE t.id = $1) WHERE id = $2", s.till.ID, second.ID)
		if _, _, err := s.Till(t.Context(), second.Path); db.CodeOf(err) != db.Internal {
			t.Errorf("another till's secret opened: %v", err)
		}
		stolen := &pos.Service{DB: s.d, Key: members.NewKey()}
		if _, _, err := stolen.Till(t.Context(), s.till.Path); db.CodeOf(err) != db.Internal {
			t.Errorf("opened with another key: %v", err)
		}
	})
}

func TestTillsThatAreNone(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		random := s.till.Path[strings.Index(s.till.Path, "-"):]
		for _, path := range []string{
			"", "-", "1", s.till.Path + "x", random, "0" + random, "9999" + random, "99999999999999999999" + random, "1-\x00", strings.Repeat("1-a", 99),
		} {
			if _, _, err := s.Till(t.Context(), path); db.CodeOf(err) != db.Missing {
				t.Errorf("%q: %v", path, err)
			}
		}
	})
}

func TestWhatCannotBeDoneToATill(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		do := func(f func(ctx context.Context, tx *db.Tx) error) error {
			return s.d.Write(t.Context(), db.Interactive, f)
		}
		add := func(store int64, name string) func(context.Context, *db.Tx) error {
			return func(ctx context.Context, tx *db.Tx) error {
				_, _, err := pos.AddTill(ctx, tx, s.key, s.p, store, name)
				return err
			}
		}
		rotate := func(ctx context.Context, tx *db.Tx) error {
			_, err := pos.RotateSecret(ctx, tx, s.key, s.p.ID, s.till.ID)
			return err
		}
		retire := func(ctx context.Context, tx *db.Tx) error { return pos.RetireSecret(ctx, tx, s.p.ID, s.till.ID) }
		revoke := func(till int64) func(context.Context, *db.Tx) error {
			return func(ctx context.Context, tx *db.Tx) error { return pos.RevokeTill(ctx, tx, s.p.ID, till) }
		}
		for _, c := range []struct {
			name string
			do   func(context.Context, *db.Tx) error
			want db.Code
		}{
			{"no name", add(s.store.ID, "  "), db.Invalid},
			{"a name with a bell", add(s.store.ID, "\a"), db.Invalid},
			{"no store", add(s.store.ID+1, "Caja 3"), db.Missing},
			{"the same name", add(s.store.ID, "Caja 1"), db.Conflict},
			{"retire the only one", retire, db.Conflict},
			{"a second secret", rotate, ""},
			{"a third secret", rotate, db.Conflict},
			{"retire the older one", retire, ""},
			{"revoke another", revoke(s.till.ID + 1), db.Missing},
			{"revoke", revoke(s.till.ID), ""},
			{"revoke twice", revoke(s.till.ID), db.Conflict},
			{"a secret for a revoked one", rotate, db.Conflict},
		} {
			if err := do(c.do); db.CodeOf(err) != c.want {
				t.Errorf("%s: %v", c.name, err)
			}
		}
		s.write(func(ctx context.Context, tx *db.Tx) error {
			all, err := pos.ListTills(ctx, tx, s.p.ID)
			if len(all) != 1 || !all[0].Revoked() || strings.Contains(all[0].String(), all[0].Path) {
				t.Errorf("%v", all)
			}
			return err
		})
	})
}
