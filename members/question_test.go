package members

import (
	"context"
	"testing"
	"time"

	"fiel/db"
	"fiel/db/dbtest"
)

func TestQuestions(t *testing.T) {
	clock := new(dbtest.Clock)
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		clock.Set(dbtest.Start())
		ask := func(f func(ctx context.Context, tx *db.Tx, m Member) error) error {
			return d.Write(t.Context(), db.Interactive, func(ctx context.Context, tx *db.Tx) error {
				p, err := OnlyProgram(ctx, tx)
				if db.NotFound(err) {
					p, err = CreateProgram(ctx, tx, NewProgram{Name: "Sol", Country: "PE", Currency: "PEN", Zone: "America/Lima", Language: "es"})
				}
				if err != nil {
					return err
				}
				m, _, err := Join(ctx, tx, p, Joining{Phone: "+51987654321", Hash: "h"})
				if err != nil {
					return err
				}
				return f(ctx, tx, m)
			})
		}
		must := func(err error) {
			t.Helper()
			if err != nil {
				t.Fatal(err)
			}
		}
		var first, second Question
		must(ask(func(ctx context.Context, tx *db.Tx, m Member) (err error) {
			end := tx.Now + time.Hour.Milliseconds()
			if first, err = Ask(ctx, tx, m, AskDispute, 1, end); err != nil {
				return err
			}
			if _, err = Ask(ctx, tx, m, AskScore, 2, end); err != nil {
				return err
			}
			second, err = Ask(ctx, tx, m, AskDispute, 3, end)
			return err
		}))
		must(ask(func(ctx context.Context, tx *db.Tx, m Member) error {
			open, err := Open(ctx, tx, m.ProgramID, m.ID)
			if len(open) != 2 || open[0].ID != second.ID || open[1].Kind != AskScore {
				t.Errorf("open: %+v, want the last asked first and the replaced one gone", open)
			}
			return err
		}))
		answer := func(q Question) error {
			return ask(func(ctx context.Context, tx *db.Tx, _ Member) error {
				_, err := Answer(ctx, tx, q, "no")
				return err
			})
		}
		if err := answer(first); db.CodeOf(err) != db.Conflict {
			t.Errorf("a replaced question: %v", err)
		}
		must(answer(second))
		if err := answer(second); db.CodeOf(err) != db.Conflict {
			t.Errorf("answered twice: %v", err)
		}
		clock.Add(time.Hour)
		must(ask(func(ctx context.Context, tx *db.Tx, m Member) error {
			open, err := Open(ctx, tx, m.ProgramID, m.ID)
			if len(open) != 0 {
				t.Errorf("open after their end: %+v", open)
			}
			return err
		}))
	}, dbtest.WithClock(clock))
}
