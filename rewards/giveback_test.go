package rewards_test

import (
	"context"
	"fmt"
	"testing"

	"fiel/db"
	"fiel/rewards"
)

// bought inserts purchases of the last days as the tills' package keeps them.
func (s *shop) bought(amounts ...int64) {
	s.t.Helper()
	s.write(func(ctx context.Context, tx *db.Tx) error {
		store, till := tx.ID(), tx.ID()
		if _, err := tx.ExecContext(ctx, "INSERT INTO stores (program_id, id, name, zone, created_at) VALUES ($1, $2, $3, 'UTC', 0)", s.p.ID, store, "Tienda"); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, "INSERT INTO tills (program_id, id, store_id, name, path, secret, created_at) VALUES ($1, $2, $3, 'Caja', 'p', 's', 0)", s.p.ID, till, store); err != nil {
			return err
		}
		for _, amount := range amounts {
			id := tx.ID()
			_, err := tx.ExecContext(ctx, `INSERT INTO purchases (program_id, id, till_id, ref, meant, state, member_id, store_id, day, amount, currency,
				money, earning, occurred_at, received_at, answer) VALUES ($1, $2, $3, $4, '', 'credited', $5, $6, '', $7, 'PEN', $7, $7, $8, $8, '')`,
				s.p.ID, id, till, fmt.Sprint(id), s.ana.ID, store, amount, tx.Now-1000)
			if err != nil {
				return err
			}
		}
		return nil
	})
}

func TestWhatASchemeGivesBack(t *testing.T) {
	inEachShop(t, func(t *testing.T, s *shop) {
		look := func() (g rewards.GivingBack) {
			s.read(func(ctx context.Context, tx *db.Tx) error {
				rules, err := rewards.Rules(ctx, tx, s.p.ID)
				if err != nil {
					return err
				}
				all, err := rewards.Rewards(ctx, tx, s.p.ID)
				if err != nil {
					return err
				}
				g, err = rewards.GiveBack(ctx, tx, s.p, rules, all)
				return err
			})
			return g
		}
		s.mustPut(`{"number": 1, "name": "Cinco", "kind": "amount", "value": 500, "cost": 100}`)
		s.mustPut(`{"number": 2, "name": "Diez por ciento", "kind": "percent", "value": 10, "cost": 70}`)
		s.mustPut(`{"number": 3, "name": "Café", "kind": "item", "cost": 50}`)
		s.mustPut(`{"number": 0, "name": "Postre", "kind": "item", "value": 900}`)
		want := func(g rewards.GivingBack, story string, parts ...rewards.GivingPart) {
			t.Helper()
			if len(g.Rewards) != len(parts) {
				t.Fatalf("%s: %+v", story, g)
			}
			for i, p := range parts {
				p.Number, p.Name = g.Rewards[i].Number, g.Rewards[i].Name
				if g.Rewards[i] != p {
					t.Errorf("%s: %+v, want %+v", story, g.Rewards[i], p)
				}
			}
		}
		none, noWorth, noSale := "no rule gives points for money", "what it is worth was not said", "there was no purchase in the last 90 days"
		want(look(), "without a rule", rewards.GivingPart{Unknown: none}, rewards.GivingPart{Unknown: noSale}, rewards.GivingPart{Unknown: noWorth})

		s.rule(rewards.NewRule{Name: "1 por 10", Kind: rewards.AmountRule, Step: 1000, Points: 1})
		want(look(), "a point for 10.00, 5.00 for 100 points", rewards.GivingPart{Share: 5, UpTo: 5}, rewards.GivingPart{Unknown: noSale}, rewards.GivingPart{Unknown: noWorth})

		s.bought(1000, 9000, 3500, 2000, 5000, 4000) // the lower middle one is 35.00
		g := look()
		want(g, "10 % of 35.00 for 70 points", rewards.GivingPart{Share: 5, UpTo: 5}, rewards.GivingPart{Share: 5, UpTo: 5}, rewards.GivingPart{Unknown: noWorth})
		if g.Median != 3500 || g.Times != 1000 || g.Rule != "1 por 10" {
			t.Errorf("%+v", g)
		}
		s.levels()
		s.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := rewards.AddTier(ctx, tx, s.p, rewards.NewTier{Name: "Platino", Threshold: 5000, Times: 2500})
			return err
		})
		s.rule(rewards.NewRule{Name: "visita", Kind: rewards.VisitRule, Points: 7}) // 7 points for 35.00: twice as many
		g = look()
		want(g, "a visit gives more", rewards.GivingPart{Share: 10, UpTo: 25}, rewards.GivingPart{Share: 10, UpTo: 25}, rewards.GivingPart{Unknown: noWorth})
		if g.Rule != "visita" || g.Times != 2500 || rewards.Percent(g.Rewards[0].UpTo) != "2.5 %" {
			t.Errorf("%+v", g)
		}
	})
}
