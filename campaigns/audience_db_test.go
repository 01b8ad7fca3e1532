package campaigns

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"fiel/db"
	"fiel/members"
)

// who runs an audience and names its members.
func (s *shop) who(form string, today string) (names []string) {
	s.t.Helper()
	err := s.d.Read(s.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		a, err := parseAudience([]byte(form))
		if err != nil {
			return err
		}
		date, err := ParseDate(today)
		if err != nil {
			return err
		}
		zone := s.p.Location()
		at := moment{program: s.p, zone: zone, date: date, at: date.At(10*60, zone).UnixMilli()}
		found, err := page(ctx, tx, a, at, 0, 100, nil)
		for _, c := range found {
			names = append(names, c.Name)
		}
		return err
	})
	if err != nil {
		s.t.Errorf("%s: %v", form, err)
	}
	return names
}

func TestAudienceOnBothDatabases(t *testing.T) {
	eachShop(t, "2027-01-01T15:00:00Z", lima(), func(t *testing.T, s *shop) {
		var norte members.Store
		s.write(func(ctx context.Context, tx *db.Tx) (err error) {
			norte, err = members.CreateStore(ctx, tx, s.p, members.NewStore{Name: "L'Hôtel; DROP TABLE members"})
			return err
		})
		s.clock.Set(instant(t, "2027-03-05T15:00:00Z"))
		bought := func(m members.Member, id int64, days int) members.Member { s.buys(m, id, days); return m }
		bought(s.member("Ana", born(3, 5), "joined_at = 1"), 1, 30)
		bought(s.member("Leo", "language = 'en'", "joined_at = 1"), 2, 29)
		s.member("Eva", fmt.Sprintf("store_id = %d", norte.ID), "joined_at = 1")
		bought(s.member("Max", born(4, 1), fmt.Sprintf("joined_at = %d", instant(t, "2026-03-05T20:00:00Z").UnixMilli())), 4, 61)
		s.exec("UPDATE members SET name = name WHERE merged_into <> 0")
		for _, c := range []struct {
			form string
			want []string
		}{
			{`{}`, []string{"Ana", "Leo", "Eva", "Max"}},
			{`{"language": ["es"]}`, []string{"Ana", "Eva", "Max"}},
			{`{"language": ["es", "en"], "not": {"language": ["en"]}}`, []string{"Ana", "Eva", "Max"}},
			{`{"store": ["L'Hôtel; DROP TABLE members"]}`, []string{"Eva"}},
			{fmt.Sprintf(`{"store": ["Centro", %d]}`, norte.ID), []string{"Ana", "Leo", "Eva", "Max"}},
			{`{"store": [999999]}`, nil},
			{`{"last_purchase": {"at_least_days": 30}}`, []string{"Ana", "Max"}},
			{`{"last_purchase": {"at_most_days": 30}}`, []string{"Ana", "Leo"}},
			{`{"last_purchase": {"at_least_days": 30, "at_most_days": 60}}`, []string{"Ana"}},
			{`{"last_purchase": {"never": true}}`, []string{"Eva"}},
			{`{"birthday": "today"}`, []string{"Ana"}},
			{`{"birthday_month": [3, 4]}`, []string{"Ana", "Max"}},
			{`{"anniversary": {"days": [3], "yearly": true}}`, []string{"Max"}},
			{`{"anniversary": {"days": [364, 365]}}`, []string{"Max"}},
			{`{"lapsed": [30]}`, []string{"Ana", "Max"}},
			{`{"lapsed": [60, 90]}`, []string{"Max"}},
			{`{"any": [{"birthday": "today"}, {"all": [{"language": ["en"]}, {"last_purchase": {"at_most_days": 30}}]}]}`, []string{"Ana", "Leo"}},
		} {
			if got := s.who(c.form, "2027-03-05"); !slices.Equal(got, c.want) {
				t.Errorf("%s: %v, want %v", c.form, got, c.want)
			}
		}
		for _, evil := range injections {
			form, err := json.Marshal(map[string][]string{"language": {evil[:min(len(evil), 8)]}, "store": {evil}})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := parseAudience(form); err != nil {
				continue // control characters are refused before
			}
			if got := s.who(string(form), "2027-03-05"); len(got) != 0 {
				t.Errorf("%q finds %v", evil, got)
			}
		}
		if n := s.count("SELECT COUNT(*) FROM members"); n != 4 {
			t.Errorf("%d members are left", n)
		}
	})
}

func TestAddSaysWhatIsMissing(t *testing.T) {
	eachShop(t, "2027-03-05T15:00:00Z", lima(), func(t *testing.T, s *shop) {
		fifty, words := int64(95), func(es string) map[string]string { return map[string]string{"es": es} }
		s.add(NewCampaign{Recipe: "birthday", Name: "cumple"})
		for name, c := range map[string]struct {
			n    NewCampaign
			code db.Code
		}{
			"no such recipe":         {NewCampaign{Recipe: "lottery"}, db.Missing},
			"the name is taken":      {NewCampaign{Recipe: "birthday", Name: "cumple", Offer: gift}, db.Conflict},
			"no offer":               {NewCampaign{Recipe: "birthday"}, db.Invalid},
			"no such field":          {NewCampaign{Recipe: "blast", Words: words("Hola {apellido}")}, db.Invalid},
			"no words":               {NewCampaign{Recipe: "blast", Words: words("")}, db.Invalid},
			"no such language":       {NewCampaign{Recipe: "blast", Words: map[string]string{"xx": "Hola"}}, db.Invalid},
			"too long":               {NewCampaign{Recipe: "blast", Words: words(strings.Repeat("a", 1700))}, db.Invalid},
			"voucher without code":   {NewCampaign{Recipe: "blast", Words: words("Hola {oferta}"), Offer: withVoucher()}, db.Invalid},
			"voucher of 200 %":       {NewCampaign{Recipe: "blast", Offer: Offer{Text: gift.Text, Kind: "percent", Value: 200}}, db.Invalid},
			"voucher of no kind":     {NewCampaign{Recipe: "blast", Offer: Offer{Text: gift.Text, Kind: "car"}}, db.Invalid},
			"holdout of 95 %":        {NewCampaign{Recipe: "blast", Offer: gift, Holdout: &fifty}, db.Invalid},
			"no such store":          {NewCampaign{Recipe: "blast", Offer: gift, Audience: []byte(`{"not": {"store": ["Sur"]}}`)}, db.Invalid},
			"two occasions":          {NewCampaign{Recipe: "birthday", Offer: gift, Audience: []byte(`{"lapsed": [30]}`)}, db.Invalid},
			"audience is nonsense":   {NewCampaign{Recipe: "blast", Offer: gift, Audience: []byte(`[]`)}, db.Invalid},
			"no such day":            {NewCampaign{Recipe: "flash", Offer: gift, Calendar: Calendar{On: "freitag"}}, db.Invalid},
			"ends before it begins":  {NewCampaign{Recipe: "blast", Offer: gift, Calendar: Calendar{On: "2027-04-02", At: "10:00", Ends: "2027-04-01 10:00"}}, db.Invalid},
			"a name of two lines":    {NewCampaign{Recipe: "blast", Name: "a\nb", Offer: gift}, db.Invalid},
			"a NUL in a store":       {NewCampaign{Recipe: "blast", Offer: gift, Audience: []byte(`{"store": ["a\u0000b"]}`)}, db.Invalid},
			"a NUL deep in language": {NewCampaign{Recipe: "blast", Offer: gift, Audience: []byte(`{"any": [{"language": ["e\u0000"]}]}`)}, db.Invalid},
		} {
			if _, err := s.svc.Add(t.Context(), byAna, s.p.ID, c.n); db.CodeOf(err) != c.code {
				t.Errorf("%s: %v", name, err)
			}
		}
		if n := s.count("SELECT COUNT(*) FROM campaigns"); n != 1 {
			t.Errorf("%d campaigns were made", n)
		}
	})
}

// The largest audience that may be saved can be asked for on both databases, also on a day that stands in for 29 February.
func TestTheLargestAudience(t *testing.T) {
	eachShop(t, "2027-02-28T16:00:00Z", lima(), func(t *testing.T, s *shop) {
		ana := s.member("Ana", "tag = 'z'")
		one := `{"anniversary": {"days": [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20], "yearly": true}}`
		form := `{"any": [` + strings.Repeat(one+", ", maxAudienceConditions-1) + `{"tag": ["z"]}]}`
		err := s.d.Read(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			n, err := Count(ctx, tx, s.p, []byte(form), s.clock.Now())
			if err != nil || n.Members != 1 {
				t.Errorf("%d members: %v", n.Members, err)
			}
			who, err := parseAudience([]byte(form))
			if err != nil {
				return err
			}
			found, err := page(ctx, tx, who, momentOf(s.p, s.clock.Now()), 0, chunk, oneOf{ana.ID})
			if len(found) != 1 {
				t.Errorf("%d found", len(found))
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	})
}
