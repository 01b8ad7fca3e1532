package campaigns

import (
	"context"
	"strings"
	"testing"

	"fiel/db"
)

// Another name of what an audience asks for changes nothing, and it cannot be deleted meanwhile.
func TestAnAudienceKeepsWhatItNames(t *testing.T) {
	eachShop(t, "2027-03-05T15:00:00Z", lima(), func(t *testing.T, s *shop) {
		first := s.add(NewCampaign{Recipe: "blast", Name: "pan"})
		second := s.add(NewCampaign{Recipe: "blast", Name: "torta", Audience: []byte(`{"store": ["Centro"], "any": [{"not": {"got": ["pan"]}}, {"used": ["pan"]}]}`)})
		s.exec("UPDATE campaigns SET name = 'pan de ayer' WHERE program_id = $1 AND id = $2", s.p.ID, first.ID)
		s.exec("UPDATE stores SET name = 'Plaza' WHERE program_id = $1", s.p.ID)
		remove := func(c Campaign) error {
			return s.d.Write(t.Context(), db.Interactive, func(ctx context.Context, tx *db.Tx) error {
				said, err := Sentence(ctx, tx, s.p, []byte(second.Audience), "es")
				if want := "Miembros de Plaza que no recibieron «pan de ayer» o usaron el vale de «pan de ayer»."; err != nil || said != want {
					t.Errorf("%q, %v", said, err)
				}
				return Delete(ctx, tx, s.p.ID, c.ID)
			})
		}
		if err := remove(first); db.CodeOf(err) != db.Refused || !strings.Contains(err.Error(), "torta") {
			t.Errorf("deleting what is asked for: %v", err)
		}
		if err := remove(second); err != nil {
			t.Error(err)
		}
		if err := remove(first); err != nil {
			t.Error(err)
		}
		s.member("Ana")
		s.write(func(ctx context.Context, tx *db.Tx) error {
			n, err := Estimate(ctx, tx, s.p, []byte(`{}`), tx.Time())
			if n.PlusMinus == 0 {
				t.Errorf("an estimate without an error: %+v", n)
			}
			return err
		})
	})
}
