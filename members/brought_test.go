package members_test

import (
	"context"
	"testing"

	"fiel/db"
	"fiel/db/dbtest"
	"fiel/members"
)

// What another system knew fills gaps, and never speaks over the member.
func TestBringOverFillsGaps(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p, key := cafe(t, d)
		m := in(t, d, func(ctx context.Context, tx *db.Tx) (members.Member, error) {
			m, _, err := join(ctx, tx, p, key, rosa)
			if err != nil {
				return m, err
			}
			if _, err := members.SetName(ctx, tx, m, "Rosa"); err != nil {
				return m, err
			}
			return members.BringOver(ctx, tx, m, members.Brought{
				Name: "ROSA QUISPE", Email: "Rosa <rosa@example.com>", Tag: "vip", Joined: 1000, Birthday: members.Birthday{Month: 2, Day: 29},
			})
		})
		if m.Name != "Rosa" || m.Email != "rosa@example.com" || m.Tag != "vip" || m.JoinedAt != 1000 || m.BirthMonth != 2 || m.BirthDay != 29 {
			t.Errorf("%+v", m)
		}
		m = in(t, d, func(ctx context.Context, tx *db.Tx) (members.Member, error) {
			if err := members.SetBirthday(ctx, tx, m, members.Birthday{Month: 3, Day: 1}); err != nil {
				t.Error("the member cannot correct what was brought over:", err)
			}
			return members.BringOver(ctx, tx, m, members.Brought{Email: "other@example.com", Joined: 2000, Birthday: members.Birthday{Month: 5, Day: 5}})
		})
		if m.Email != "rosa@example.com" || m.JoinedAt != 1000 || m.BirthMonth != 3 {
			t.Errorf("the second file changed %+v", m)
		}
	})
}

func TestAddresses(t *testing.T) {
	for raw, ok := range map[string]bool{"": true, "ana@example.com": true, " ana@example.com ": true, "ana": false, "ana@": false, "a@b.c, d@e.f": false} {
		if _, err := members.CleanEmail(raw); (err == nil) != ok {
			t.Errorf("%q: %v", raw, err)
		}
	}
}
