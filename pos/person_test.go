package pos_test

import (
	"context"
	"strings"
	"sync"
	"testing"

	"fiel/db"
	"fiel/pos"
	"fiel/rewards"
)

// A till repeats itself, also at the same time: somebody joins once and an act gives its points once.
func TestAPersonIsAskedAboutManyTimesAtOnce(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := rewards.AddAction(ctx, tx, s.p, rewards.NewAction{Name: "Resena", Kind: "review", Points: 100})
			return err
		})
		ask := func(r pos.PersonRequest) string {
			r.Program, r.Till = s.p.ID, s.till.ID
			answer, err := s.Person(t.Context(), r)
			if err != nil {
				t.Error(err)
			}
			return string(answer.Body)
		}
		for _, r := range []pos.PersonRequest{
			{Kind: pos.EnrolMember, Ref: "E-1", Phone: rosa.E164()},
			{Kind: pos.ClaimsAction, Ref: "A-1", Phone: rosa.E164(), Action: "Resena"},
		} {
			var all sync.WaitGroup
			said := make([]string, 20)
			for i := range said {
				all.Go(func() { said[i] = ask(r) })
			}
			all.Wait()
			for _, answer := range said {
				if answer != said[0] || strings.Contains(answer, "refused") {
					t.Fatalf("%s answered %s and %s", r.Kind, said[0], answer)
				}
			}
		}
		if m := s.member(rosa); m.Balance != 105 || m.Seq != 2 {
			t.Errorf("balance %d after %d entries", m.Balance, m.Seq)
		}
		if got := ask(pos.PersonRequest{Kind: pos.ClaimsAction, Ref: "A-2", Phone: rosa.E164(), Action: "Resena"}); !strings.Contains(got, "which is the limit") {
			t.Error(got)
		}
		if got := ask(pos.PersonRequest{Kind: pos.ShowMember, Phone: rosa.E164()}); got != `{"status":"known","points":0,"balance":105}` {
			t.Error(got)
		}
		if got, err := s.Person(t.Context(), pos.PersonRequest{Program: s.p.ID, Till: s.till.ID, Kind: pos.EnrolMember, Ref: "E-9", Phone: "12"}); err != nil || !strings.Contains(string(got.Body), `"reason":"invalid"`) {
			t.Error(string(got.Body), err)
		}
		if _, err := s.Person(t.Context(), pos.PersonRequest{Program: s.p.ID, Till: s.till.ID, Kind: pos.EnrolMember, Ref: "x\n", Phone: "1"}); db.CodeOf(err) != db.Invalid {
			t.Error(err)
		}
	})
}
