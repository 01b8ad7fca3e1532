package campaigns

import (
	"context"
	"strings"
	"testing"

	"fiel/db"
	"fiel/db/dbtest"
)

// explained is how SQLite goes about a query.
func (s *shop) explained(sql string, args ...any) string {
	s.t.Helper()
	var steps []string
	err := s.d.Read(s.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		rows, err := tx.QueryContext(ctx, "EXPLAIN QUERY PLAN "+sql, args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var id, parent, unused int
			var step string
			if err := rows.Scan(&id, &parent, &unused, &step); err != nil {
				return err
			}
			steps = append(steps, step)
		}
		return rows.Err()
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return strings.Join(steps, "\n")
}

// Greetings find their few members by an index, whatever the size of the program; what members were told, by the once key.
func TestOccasionsUseIndexes(t *testing.T) {
	clock := new(dbtest.Clock)
	s := openShop(t, dbtest.New(t, db.SQLite, dbtest.WithClock(clock)), clock, lima())
	at := moment{program: s.p, zone: s.p.Location(), date: Date{2027, 2, 28}, at: clock.Now().UnixMilli()}
	for form, want := range map[string]string{
		`{"birthday": "today"}`:                           "members_birthday",
		`{"anniversary": {"days": [30]}}`:                 "members_joined",
		`{"lapsed": [30, 60, 90]}`:                        "messages_once",
		`{"birthday": "today", "language": ["es"]}`:       "members_birthday",
		`{"anniversary": {"days": [30], "yearly": true}}`: "members_joined",
	} {
		who, err := parseAudience([]byte(form))
		if err != nil {
			t.Fatal(err)
		}
		sql, args := pageSQL(who, at, 0, 500, nil)
		plan := s.explained(sql, args...)
		if !strings.Contains(plan, want) || strings.Contains(plan, "AUTOMATIC") || !strings.Contains(plan, "SEARCH m USING") {
			t.Errorf("%s does not use %s:\n%s", form, want, plan)
		}
	}
	sql, args := pageSQL(all{}, at, 0, 500, waitingFor(7))
	if plan := s.explained(sql, args...); !strings.Contains(plan, "messages_run") {
		t.Errorf("late consents are found by\n%s", plan)
	}
}

// What an audience asks is answered by indexes that hold all of it, and no large table is read through.
func TestAudiencesUseIndexes(t *testing.T) {
	clock := new(dbtest.Clock)
	s := openShop(t, dbtest.New(t, db.SQLite, dbtest.WithClock(clock)), clock, lima())
	at := momentOf(s.p, clock.Now())
	const members = "COVERING INDEX members_audience"
	for form, want := range map[string][]string{
		`{}`: {members}, `{"store": [3]}`: {members}, `{"tier": [7]}`: {members}, `{"tier": {"or_above": 7}}`: {members}, `{"language": ["es"]}`: {members},
		`{"joined": {"at_most_days": 9}}`: {members}, `{"channel": ["X"]}`: {members}, `{"tag": ["x"]}`: {members}, `{"birthday_month": [3]}`: {members},
		`{"balance": {"at_least": 9}}`: {members}, `{"purchases": {"at_least": 9}}`: {members}, `{"rfm": ["lost"]}`: {members},
		`{"last_purchase": {"at_least_days": 30}}`:                  {members},
		`{"spend": {"days": 90, "at_least": 100}}`:                  {members, "COVERING INDEX purchases_member", "INDEX members_merged"},
		`{"bought": {"category": ["pan"]}}`:                         {members, "COVERING INDEX bought_name"},
		`{"bought": {"category": ["pan", "te"], "days": 60}}`:       {members, "COVERING INDEX bought_name"},
		`{"bought": {"category": ["pan"], "days": 60, "times": 2}}`: {"COVERING INDEX bought_name", "INDEX purchases_member", "purchase_lines"},
		`{"got": [5]}`: {members, "COVERING INDEX messages_run"},
		`{"not": {"got": [5]}, "tier": [7], "bought": {"product": ["a"]}}`: {members, "COVERING INDEX messages_run", "COVERING INDEX bought_name"},
		`{"used": [5]}`: {"INDEX vouchers_run"},
	} {
		who, err := parseAudience([]byte(form))
		if err != nil {
			t.Fatal(err)
		}
		for name, made := range map[string]func() (string, []any){
			"count": func() (string, []any) { return countSQL(who, at) },
			"page":  func() (string, []any) { return sliceSQL(who, at, slice{5, 900}, 500, nil) },
		} {
			sql, args := made()
			plan := s.explained(sql, args...)
			for _, w := range want {
				if !strings.Contains(plan, w) {
					t.Errorf("%s: %s does not use %s:\n%s", name, form, w, plan)
				}
			}
			if strings.Contains(plan, "AUTOMATIC") || strings.Contains(plan, "SCAN m") {
				t.Errorf("%s: %s:\n%s", name, form, plan)
			}
		}
	}
}

// What each tick asks finds what is new by its time, not by going through all there is.
func TestATickAsksLittle(t *testing.T) {
	clock := new(dbtest.Clock)
	s := openShop(t, dbtest.New(t, db.SQLite, dbtest.WithClock(clock)), clock, lima())
	for query, index := range map[string]string{consentedIn: "consents_at", someLate: "messages_run"} {
		if plan := s.explained(query, 1, 2, 3, 4, 5); !strings.Contains(plan, index) {
			t.Errorf("%s\n%s", query, plan)
		}
	}
}
