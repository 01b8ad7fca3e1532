package inbox_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"fiel/db"
	"fiel/db/dbtest"
	"fiel/members"
	"fiel/sms"
)

// TestAChoiceIsAnsweredOnce has two answers to one question arrive at the same time: the points are taken once.
func TestAChoiceIsAnsweredOnce(t *testing.T) {
	clock := new(dbtest.Clock)
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		clock.Set(dbtest.Start())
		s := open(t, d, clock, members.NewProgram{
			Name: "Cafe Flor", Contact: "01 555 0100", Country: "PE", Currency: "PEN", Zone: "America/Lima", Language: "es", JoinBonus: 200,
		})
		phone := "+51987654321"
		s.do(phone, `put {"number": 3, "name": "Cata", "kind": "experience", "choices": ["Vino", "Cafe"], "cost": 100}`)
		s.text(phone, "ALTA")
		s.text(phone, "CANJEAR 3")
		var answers sync.WaitGroup
		for i, letter := range []string{"A", "B"} {
			answers.Go(func() {
				_, err := s.box.Receive(context.Background(), sms.Inbound{
					ProviderID: fmt.Sprintf("SM%032x", 900+i), AccountSID: account, To: shopNumber, From: phone, Body: letter,
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		answers.Wait()
		vouchers, balance := 0, 0
		s.write(func(ctx context.Context, tx *db.Tx) error {
			if err := tx.QueryRowContext(ctx, "SELECT COUNT(*) FROM vouchers").Scan(&vouchers); err != nil {
				return err
			}
			return tx.QueryRowContext(ctx, "SELECT balance FROM members").Scan(&balance)
		})
		if vouchers != 1 || balance != 100 {
			t.Errorf("%d vouchers, %d points left", vouchers, balance)
		}
	}, dbtest.WithClock(clock))
}
