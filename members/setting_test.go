package members_test

import (
	"context"
	"strings"
	"testing"

	"fiel/db"
	"fiel/db/dbtest"
	"fiel/members"
)

// Every setting takes another value, shows it, and touches no other.
func TestEverySettingIsSetAlone(t *testing.T) {
	t.Parallel()
	other := map[string]string{
		"name": "Café Luna", "contact": "01 555 0100", "language": "en", "countries": "CL,BO", "leap_day": "03-01", "join_bonus": "70", "refund_policy": "clamp",
		"net_of_tax": "yes", "never_earns": "prensa,tabaco", "points_per_day": "500", "held_days": "10", "unusual_amount": "900000", "movements_per_day": "0",
		"credit_limit": "50", "point_value": "1200", "tier_by": "money", "tier_window": "lifetime", "tier_grace_days": "30", "texting_hours": "10:00-24:00",
		"texts_per_day": "2", "closed_days": "12-25,2027-03-05", "prices": "CO=0.0525,PE=0.08", "price_unit": "PEN", "texts_per_week": "7", "parts_per_day": "300",
	}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p := settingsProgram(t, d)
		for _, s := range members.Settings() {
			want := map[string]string{}
			for _, each := range members.Settings() {
				want[each.Name] = each.Value(p)
			}
			if other[s.Name] == "" || other[s.Name] == want[s.Name] || s.Help == "" || s.Range() == "" {
				t.Fatalf("%s: the test has no other value, or the setting no words", s.Name)
			}
			want[s.Name] = other[s.Name]
			err := d.Write(t.Context(), db.Interactive, func(ctx context.Context, tx *db.Tx) (err error) {
				p, err = members.Set(ctx, tx, p.ID, s.Name, " "+other[s.Name]+" ")
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			for _, each := range members.Settings() {
				if got := each.Value(p); got != want[each.Name] {
					t.Errorf("after %s=%s, %s is %q, want %q", s.Name, other[s.Name], each.Name, got, want[each.Name])
				}
			}
		}
	})
}

func settingsProgram(t *testing.T, d *db.DB) (p members.Program) {
	t.Helper()
	err := d.Write(t.Context(), db.Interactive, func(ctx context.Context, tx *db.Tx) (err error) {
		p, err = members.CreateProgram(ctx, tx, members.NewProgram{Name: "Café Sol", Country: "PE", Currency: "PEN", Zone: "America/Lima", Language: "es"})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestWhatNoSettingTakes(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p := settingsProgram(t, d)
		for _, c := range []struct {
			name, value, sentence string
			code                  db.Code
		}{
			{"colour", "red", "no setting", db.Missing},
			{"expiry_months", "3", "fiel expiry set", db.Missing},
			{"join_bonus", "1000001", "0 to 1000000", db.Invalid},
			{"join_bonus", "1.5", "0 to 1000000", db.Invalid},
			{"join_bonus", "", "0 to 1000000", db.Invalid},
			{"unusual_amount", "9223372036854775808", "0 to 1000000000000", db.Invalid},
			{"net_of_tax", "perhaps", "yes or no", db.Invalid},
			{"refund_policy", "Carry", "carry, clamp", db.Invalid},
			{"name", "", "at most 20 letters", db.Invalid},
			{"name", strings.Repeat("a", 21), "at most 20 letters", db.Invalid},
			{"language", "xx", "no texts", db.Invalid},
			{"countries", "PE,Peru", `"Peru" is no country`, db.Invalid},
			{"never_earns", strings.Repeat("a", 41), "no word of at most 40 letters", db.Invalid},
			{"never_earns", strings.Repeat("a,b,c,", 18) + strings.Repeat("d,", 20), "at most 50 words", db.Invalid},
			{"closed_days", "25 December", "no closed day", db.Invalid},
			{"closed_days", "02-30", "no closed day", db.Invalid},
			{"prices", "PE=cheap", "no price of a part", db.Invalid},
			{"prices", "PE=0.1234567", "no price of a part", db.Invalid},
			{"prices", "PE=-1", "no price of a part", db.Invalid},
			{"prices", "Peru=1", "no country", db.Invalid},
			{"price_unit", "usd", "no currency", db.Invalid},
			{"texting_hours", "9-21", "such as", db.Invalid},
			{"texting_hours", "21:00-21:00", "such as", db.Invalid},
			{"texting_hours", "09:00", "such as", db.Invalid},
			{"texting_hours", "09:00-24:01", "such as", db.Invalid},
		} {
			err := d.Write(t.Context(), db.Interactive, func(ctx context.Context, tx *db.Tx) error {
				_, err := members.Set(ctx, tx, p.ID, c.name, c.value)
				return err
			})
			if db.CodeOf(err) != c.code || err == nil || !strings.Contains(err.Error(), c.sentence) {
				t.Errorf("%s=%s: %v, want %q", c.name, c.value, err, c.sentence)
			}
		}
		err := d.Write(t.Context(), db.Interactive, func(ctx context.Context, tx *db.Tx) error {
			_, err := members.Set(ctx, tx, 99, "join_bonus", "1")
			return err
		})
		if !db.NotFound(err) && db.CodeOf(err) != db.Missing {
			t.Errorf("no such program: %v", err)
		}
	})
}

// Two settings at once: neither is lost.
func TestSettingsAtOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p := settingsProgram(t, d)
		done := make(chan error, 2)
		for name, value := range map[string]string{"join_bonus": "7", "held_days": "9"} {
			go func() {
				done <- d.Write(context.Background(), db.Interactive, func(ctx context.Context, tx *db.Tx) error {
					_, err := members.Set(ctx, tx, p.ID, name, value)
					return err
				})
			}()
		}
		for range 2 {
			if err := <-done; err != nil {
				t.Fatal(err)
			}
		}
		err := d.Read(t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
			p, err = members.ProgramByID(ctx, tx, p.ID)
			return err
		})
		if err != nil || p.JoinBonus != 7 || p.HeldDays != 9 {
			t.Errorf("join bonus %d, held days %d, %v", p.JoinBonus, p.HeldDays, err)
		}
	})
}
