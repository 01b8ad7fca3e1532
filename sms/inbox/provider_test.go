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
	"fiel/sms/twilio"
)

// pushing opens a shop whose sender tells the provider's list of consent.
func pushing(t *testing.T, d *db.DB, clock *dbtest.Clock) *shop {
	s := open(t, d, clock, members.NewProgram{Name: "Cafe Sol", Country: "PE", Currency: "PEN", Zone: "America/Lima", Language: "es"})
	s.write(func(ctx context.Context, tx *db.Tx) error {
		all, err := sms.SendersOf(ctx, tx, s.program.ID)
		if err != nil {
			return err
		}
		_, err = sms.SetSender(ctx, tx, s.program.ID, all[0].ID, sms.Address{PushConsent: true})
		return err
	})
	return s
}

func (s *shop) hear(from, body, optOut string) {
	s.t.Helper()
	s.texts++
	_, err := s.box.Receive(s.t.Context(), sms.Inbound{
		ProviderID: fmt.Sprintf("SM%032x", s.texts), AccountSID: account, To: shopNumber, From: from, Body: body, OptOut: optOut,
		Handled: optOut != "" || twilio.Answers(body), Listed: twilio.Listed(optOut, body),
	})
	if err != nil {
		s.t.Fatal(err)
	}
}

// open and all pushes, the last word, and what the provider says of the one number.
func (s *shop) consent() (waiting, all int, given bool, provider string) {
	s.t.Helper()
	s.write(func(ctx context.Context, tx *db.Tx) error {
		rows, err := tx.QueryContext(ctx, "SELECT given, done_at FROM consent_pushes ORDER BY at, id")
		if err != nil {
			return err
		}
		defer rows.Close()
		waiting, all = 0, 0
		for ; rows.Next(); all++ {
			var done int64
			if err := rows.Scan(&given, &done); err != nil {
				return err
			}
			if done == 0 {
				waiting++
			}
		}
		if err := rows.Err(); err != nil {
			return err
		}
		return tx.QueryRowContext(ctx, "SELECT provider FROM phones").Scan(&provider)
	})
	return waiting, all, given, provider
}

func TestWordsThatAreTold(t *testing.T) {
	clock := new(dbtest.Clock)
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := pushing(t, d, clock)
		steps := []struct {
			body, optOut string
			waiting, all int
			given        bool
			provider     string
		}{
			{"ALTA Rosa", "", 0, 0, false, ""}, // nobody said they were out
			{"BAJA", "", 1, 1, false, ""},
			{"BAJA", "", 1, 1, false, ""},
			{"ALTA", "", 1, 2, true, ""},
			{"ALTA", "", 1, 2, true, ""},
			{"ya no me escriban", "", 1, 3, false, ""},
			{"START", "", 0, 3, false, members.ProviderStarted}, // Twilio's own word
			{"STOP", "", 0, 3, false, members.ProviderStopped},
			{"ALTA", "", 1, 4, true, members.ProviderStopped},
			{"Basta", "STOP", 0, 4, true, members.ProviderStopped},
			{"Si quiero", "START", 0, 4, true, members.ProviderStarted},
		}
		for _, step := range steps {
			clock.Add(1e9)
			s.hear(rosa, step.body, step.optOut)
			waiting, all, given, provider := s.consent()
			if waiting != step.waiting || all != step.all || given != step.given || provider != step.provider {
				t.Errorf("%s %s: %d of %d wait, given %v, %q", step.body, step.optOut, waiting, all, given, provider)
			}
		}
	}, dbtest.WithClock(clock))
}

// BAJA twice at the same instant is told once.
func TestTwoStopsAtOnceAreToldOnce(t *testing.T) {
	clock := new(dbtest.Clock)
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		s := pushing(t, d, clock)
		s.hear(rosa, "ALTA", "")
		var both sync.WaitGroup
		for n := range 4 {
			both.Go(func() {
				_, err := s.box.Receive(t.Context(), sms.Inbound{
					ProviderID: fmt.Sprintf("SM%031xf", n), AccountSID: account, To: shopNumber, From: rosa, Body: "BAJA",
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		both.Wait()
		if waiting, all, given, _ := s.consent(); waiting != 1 || all != 1 || given {
			t.Errorf("%d of %d", waiting, all)
		}
	}, dbtest.WithClock(clock))
}
