package members_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"fiel/db"
	"fiel/db/dbtest"
	"fiel/members"
)

const rosa = members.Phone("+51987654321")

// cafe is a program in Lima with its key.
func cafe(t *testing.T, d *db.DB) (members.Program, members.Key) {
	t.Helper()
	key := members.NewKey()
	p := in(t, d, func(ctx context.Context, tx *db.Tx) (members.Program, error) {
		return members.CreateProgram(ctx, tx, members.NewProgram{Name: "Cafe Flor", Country: "PE", Currency: "PEN", Zone: "America/Lima", Language: "es"})
	})
	return p, key
}

// in runs f in one Write and fails the test if it fails.
func in[T any](t *testing.T, d *db.DB, f func(context.Context, *db.Tx) (T, error)) T {
	t.Helper()
	var v T
	err := d.Write(t.Context(), db.Interactive, func(ctx context.Context, tx *db.Tx) (err error) {
		v, err = f(ctx, tx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func join(ctx context.Context, tx *db.Tx, p members.Program, key members.Key, phone members.Phone) (members.Member, bool, error) {
	if _, err := members.Touch(ctx, tx, p.ID, key.Hash(phone)); err != nil {
		return members.Member{}, false, err
	}
	return members.Join(ctx, tx, p, members.Joining{Phone: phone, Hash: key.Hash(phone), WroteFirst: true})
}

func TestOneNumberIsOneMember(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p, key := cafe(t, d)
		ids, news := make([]int64, 50), make([]bool, 50)
		var wg sync.WaitGroup
		for i := range ids {
			wg.Go(func() {
				err := d.Write(t.Context(), db.Interactive, func(ctx context.Context, tx *db.Tx) error {
					m, joined, err := join(ctx, tx, p, key, rosa)
					ids[i], news[i] = m.ID, joined
					return err
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		joined := 0
		for i, id := range ids {
			if id != ids[0] {
				t.Fatalf("copies of one number became members %d and %d", ids[0], id)
			}
			if news[i] {
				joined++
			}
		}
		if joined != 1 {
			t.Errorf("%d of 50 were told that they are new", joined)
		}
	})
}

func TestStopWithdrawsEverythingAndAltaBringsBack(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p, key := cafe(t, d)
		hash := key.Hash(rosa)
		m := in(t, d, func(ctx context.Context, tx *db.Tx) (members.Member, error) {
			m, _, err := join(ctx, tx, p, key, rosa)
			if err != nil {
				return m, err
			}
			return members.Agree(ctx, tx, m,
				members.Declaration{Kind: members.ServiceTexts, Given: true, Door: "text", Actor: "member", Words: "ALTA"},
				members.Declaration{Kind: members.MarketingTexts, Given: true, Door: "text", Actor: "member", Words: "ALTA"})
		})
		if !m.Service || !m.Marketing || m.ConsentGen != 1 {
			t.Fatalf("after agreeing: service %v, marketing %v, generation %d", m.Service, m.Marketing, m.ConsentGen)
		}
		number := in(t, d, func(ctx context.Context, tx *db.Tx) (members.Number, error) {
			if err := members.Stop(ctx, tx, p.ID, hash, m, members.Declaration{Door: "text", Actor: "member", Words: "BAJA"}); err != nil {
				return members.Number{}, err
			}
			return members.Touch(ctx, tx, p.ID, hash)
		})
		m = in(t, d, func(ctx context.Context, tx *db.Tx) (members.Member, error) {
			return members.ByPhone(ctx, tx, p.ID, rosa)
		})
		if m.Service || m.Marketing || !m.Left() || !number.Stopped() || number.Textable() || m.ConsentGen != 2 {
			t.Errorf("after stopping: %+v, number %+v", m, number)
		}
		back := in(t, d, func(ctx context.Context, tx *db.Tx) (bool, error) {
			if err := members.Reopen(ctx, tx, p.ID, hash); err != nil {
				return false, err
			}
			m2, back, err := join(ctx, tx, p, key, rosa)
			if m2.ID != m.ID {
				err = errors.Join(err, fmt.Errorf("came back as member %d, was %d", m2.ID, m.ID))
			}
			return back, err
		})
		if !back {
			t.Error("whoever comes back is not told so")
		}
		all := in(t, d, func(ctx context.Context, tx *db.Tx) ([]members.Consent, error) {
			return members.Consents(ctx, tx, p.ID, m.ID)
		})
		var got []string
		for _, c := range all {
			got = append(got, fmt.Sprint(c.Kind, " ", c.Given, " ", c.Words))
		}
		want := []string{"service true ALTA", "marketing true ALTA", "service false BAJA", "marketing false BAJA"}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}

func TestWhatWasSaidCannotBeUnsaid(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p, key := cafe(t, d)
		in(t, d, func(ctx context.Context, tx *db.Tx) (members.Member, error) {
			m, _, err := join(ctx, tx, p, key, rosa)
			if err != nil {
				return m, err
			}
			if err := members.Record(ctx, tx, p.ID, members.Act{Actor: "cli", Door: "cli", Action: "member.add", Subject: "member", After: map[string]int{"a": 1}}); err != nil {
				return m, err
			}
			return members.Agree(ctx, tx, m, members.Declaration{Kind: members.ServiceTexts, Given: true, Door: "text"})
		})
		for _, q := range []string{
			"UPDATE consents SET given = FALSE", "DELETE FROM consents", "UPDATE audits SET actor = 'x'", "DELETE FROM audits",
		} {
			err := d.Write(t.Context(), db.Interactive, func(ctx context.Context, tx *db.Tx) error {
				_, err := tx.ExecContext(ctx, q)
				return err
			})
			if err == nil {
				t.Errorf("%s was allowed", q)
			}
		}
	})
}

func TestBirthdayMayBeCorrectedForADayThenOnceAYear(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p, key := cafe(t, d)
		m := in(t, d, func(ctx context.Context, tx *db.Tx) (members.Member, error) {
			m, _, err := join(ctx, tx, p, key, rosa)
			return m, err
		})
		start := m.JoinedAt
		const hour = int64(time.Hour / time.Millisecond)
		for _, step := range []struct {
			after int64 // hours
			day   int64
			want  db.Code
		}{
			{0, 14, ""}, {1, 15, ""}, {23, 14, ""}, {30, 16, db.Refused}, {30, 14, ""}, {24 * 364, 16, db.Refused}, {24 * 366, 16, ""}, {24*366 + 30, 17, db.Refused},
		} {
			err := d.Write(t.Context(), db.Interactive, func(ctx context.Context, tx *db.Tx) error {
				tx.Now = start + step.after*hour
				m, err := members.ByPhone(ctx, tx, p.ID, rosa)
				if err != nil {
					return err
				}
				return members.SetBirthday(ctx, tx, m, members.Birthday{Month: 3, Day: step.day})
			})
			if got := codeOf(err); got != step.want {
				t.Errorf("after %d hours, day %d: %q, want %q", step.after, step.day, got, step.want)
			}
		}
	})
}

func codeOf(err error) db.Code {
	if err == nil {
		return ""
	}
	return db.CodeOf(err)
}

func TestBirthdays(t *testing.T) {
	for b, want := range map[members.Birthday]bool{
		{Month: 2, Day: 29}: true, {Month: 2, Day: 29, Year: 2000}: true, {Month: 2, Day: 29, Year: 1900}: false, {Month: 2, Day: 29, Year: 2023}: false,
		{Month: 2, Day: 30}: false, {Month: 4, Day: 31}: false, {Month: 12, Day: 31}: true, {Month: 0, Day: 0}: false, {Month: 13, Day: 1}: false, {Month: 1, Day: 0}: false,
	} {
		if b.Valid() != want {
			t.Errorf("%+v is valid: %v", b, !want)
		}
	}
}

func TestCleanName(t *testing.T) {
	for raw, want := range map[string]string{
		"ROSA": "Rosa", "rosa maría": "Rosa María", "Rosa": "Rosa", "  José   Luis ": "José Luis", "O'Higgins": "O'Higgins", "ana-maria": "Ana-Maria", "王芳": "王芳", "McArthur": "McArthur",
	} {
		if got, err := members.CleanName(raw); err != nil || got != want {
			t.Errorf("%q: %q, %v; want %q", raw, got, err, want)
		}
	}
	for _, raw := range []string{"", "  ", "Rosa1", "<b>x</b>", "=1+1", "a@b", "-", "Rosa\x00", strings.Repeat("a", 41), "🙂"} {
		if got, err := members.CleanName(raw); err == nil {
			t.Errorf("%q was taken as %q", raw, got)
		}
	}
}

func TestLoopGuard(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p, key := cafe(t, d)
		hash := key.Hash(rosa)
		ask := func(at int64, help bool, day string) bool {
			return in(t, d, func(ctx context.Context, tx *db.Tx) (bool, error) {
				tx.Now = at
				n, err := members.Touch(ctx, tx, p.ID, hash)
				if err != nil {
					return false, err
				}
				return n.Allow(ctx, tx, help, day)
			})
		}
		const minute = 60_000
		for i := range 5 {
			if !ask(int64(i), false, "2026-11-21") {
				t.Fatalf("reply %d of 5 was refused", i+1)
			}
		}
		if ask(9*minute, false, "2026-11-21") {
			t.Error("a sixth reply within ten minutes went out")
		}
		if !ask(10*minute, false, "2026-11-21") {
			t.Error("ten minutes later a reply is refused")
		}
		for i := range 3 {
			if !ask(int64(20+20*i)*minute, true, "2026-11-21") {
				t.Errorf("help line %d of 3 was refused", i+1)
			}
		}
		if ask(100*minute, true, "2026-11-21") || !ask(100*minute, false, "2026-11-21") || !ask(120*minute, true, "2026-11-22") {
			t.Error("the help line goes out three times a day, other replies more often, and the next day counts anew")
		}
	})
}

func TestKey(t *testing.T) {
	key, other := members.NewKey(), members.NewKey()
	sealed := key.Seal("till:7", "whsec_x")
	if strings.Contains(sealed, "whsec") || sealed == key.Seal("till:7", "whsec_x") {
		t.Error("a sealed secret shows something")
	}
	if got, err := key.Open("till:7", sealed); err != nil || got != "whsec_x" {
		t.Errorf("opened %q, %v", got, err)
	}
	for name, open := range map[string]func() (string, error){
		"another label": func() (string, error) { return key.Open("till:8", sealed) },
		"another key":   func() (string, error) { return other.Open("till:7", sealed) },
		"cut":           func() (string, error) { return key.Open("till:7", sealed[:10]) },
		"nonsense":      func() (string, error) { return key.Open("till:7", "§") },
	} {
		if got, err := open(); db.CodeOf(err) != db.Denied || got != "" {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
	if s := fmt.Sprintf("%v %+v %#v", key, key, key); strings.ContainsAny(s, "0123456789") {
		t.Errorf("a key prints as %s", s)
	}
	if again := key.Hash(rosa); key.Hash(rosa) == other.Hash(rosa) || key.Hash(rosa) != again {
		t.Error("the hash of a number depends on the key alone")
	}
}

func TestKeyFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "fiel.key")
	if _, err := members.ReadKey(path); !db.NotFound(err) {
		t.Errorf("a missing file: %v", err)
	}
	key := members.NewKey()
	if err := key.WriteFile(path); err != nil {
		t.Fatal(err)
	}
	if again, err := members.ReadKey(path); err != nil || again != key {
		t.Errorf("read another key: %v", err)
	}
	if err := members.NewKey().WriteFile(path); db.CodeOf(err) != db.Conflict {
		t.Errorf("an existing key was overwritten: %v", err)
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := members.ReadKey(path); err == nil || !strings.Contains(err.Error(), "chmod 600") {
		t.Errorf("a key that others may read: %v", err)
	}
}

func TestADatabaseKnowsItsKey(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		key := members.NewKey()
		if err := d.Read(t.Context(), key.Check); !db.NotFound(err) {
			t.Errorf("a new database: %v", err)
		}
		if err := d.Write(t.Context(), db.Interactive, key.Bind); err != nil {
			t.Fatal(err)
		}
		if err := d.Read(t.Context(), key.Check); err != nil {
			t.Error(err)
		}
		if err := d.Write(t.Context(), db.Interactive, members.NewKey().Bind); db.CodeOf(err) != db.Denied {
			t.Errorf("another key: %v", err)
		}
	})
}

func TestProgramsRefuseWhatCannotWork(t *testing.T) {
	good := members.NewProgram{Name: "Cafe Flor", Country: "PE", Currency: "PEN", Zone: "America/Lima", Language: "es"}
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		for name, spoil := range map[string]func(*members.NewProgram){
			"no name":      func(p *members.NewProgram) { p.Name = "" },
			"nothing seen": func(p *members.NewProgram) { p.Name = "\u200b \u202e" },
			"no UTF-8":     func(p *members.NewProgram) { p.Name = "Caf\xe9" },
			"a NUL":        func(p *members.NewProgram) { p.Name = "Cafe\x00" },
			"no country":   func(p *members.NewProgram) { p.Country = "ZZ" },
			"small":        func(p *members.NewProgram) { p.Countries = "cl" },
			"no neighbour": func(p *members.NewProgram) { p.Countries = "CL, XX" },
			"signs":        func(p *members.NewProgram) { p.Currency = "U$D" },
			"a long name":  func(p *members.NewProgram) { p.Name = "Cafeteria de la Señora Flor" },
			"country":      func(p *members.NewProgram) { p.Country = "Peru" },
			"currency":     func(p *members.NewProgram) { p.Currency = "soles" },
			"zone":         func(p *members.NewProgram) { p.Zone = "Lima" },
			"language":     func(p *members.NewProgram) { p.Language = "qu" },
			"local zone":   func(p *members.NewProgram) { p.Zone = "Local" },
			"huge bonus":   func(p *members.NewProgram) { p.JoinBonus = 1_000_001 },
			"less than no": func(p *members.NewProgram) { p.JoinBonus = -1 },
		} {
			bad := good
			spoil(&bad)
			err := d.Write(t.Context(), db.Interactive, func(ctx context.Context, tx *db.Tx) error {
				_, err := members.CreateProgram(ctx, tx, bad)
				return err
			})
			if db.CodeOf(err) != db.Invalid {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
}

func TestStoresAndStaff(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p, _ := cafe(t, d)
		s := in(t, d, func(ctx context.Context, tx *db.Tx) (members.Store, error) {
			return members.CreateStore(ctx, tx, p, members.NewStore{Name: "Miraflores"})
		})
		if s.Zone != p.Zone {
			t.Errorf("the store's zone is %q", s.Zone)
		}
		twice := d.Write(t.Context(), db.Interactive, func(ctx context.Context, tx *db.Tx) error {
			_, err := members.CreateStore(ctx, tx, p, members.NewStore{Name: "Miraflores"})
			return err
		})
		if db.CodeOf(twice) != db.Conflict {
			t.Errorf("a second store of that name: %v", twice)
		}
		hire := func(phone members.Phone, role string) error {
			return d.Write(t.Context(), db.Interactive, func(ctx context.Context, tx *db.Tx) error {
				_, err := members.AddStaff(ctx, tx, p.ID, members.NewStaff{Store: s.ID, Name: "Luz", Role: role, Phone: phone})
				return err
			})
		}
		if err := errors.Join(hire(rosa, members.Cashier), hire("", members.Manager), hire("", members.Owner)); err != nil {
			t.Error(err)
		}
		if err := hire(rosa, members.Cashier); db.CodeOf(err) != db.Conflict {
			t.Errorf("one phone for two people: %v", err)
		}
		if err := hireAt(t, d, p, 99); db.CodeOf(err) != db.Missing {
			t.Errorf("at a store that is not there: %v", err)
		}
		if err := hire("", "boss"); db.CodeOf(err) != db.Invalid {
			t.Errorf("an unknown role: %v", err)
		}
		found := in(t, d, func(ctx context.Context, tx *db.Tx) (members.Staff, error) {
			return members.StaffByPhone(ctx, tx, p.ID, rosa)
		})
		if found.Role != members.Cashier {
			t.Errorf("found %+v", found)
		}
	})
}

func hireAt(t *testing.T, d *db.DB, p members.Program, store int64) error {
	return d.Write(t.Context(), db.Interactive, func(ctx context.Context, tx *db.Tx) error {
		_, err := members.AddStaff(ctx, tx, p.ID, members.NewStaff{Store: store, Name: "Luz", Role: members.Cashier})
		return err
	})
}

// Nobody becomes a member whom no answer could reach, or of a store of somebody else; a name is no matter of the store alone.
func TestJoiningRefusesWhatCannotWork(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p, key := cafe(t, d)
		for name, c := range map[string]struct {
			joining members.Joining
			want    db.Code
		}{
			"a language without texts": {members.Joining{Language: "qu"}, db.Invalid},
			"no name":                  {members.Joining{Name: "R2D2"}, db.Invalid},
			"no store":                 {members.Joining{Store: 99}, db.Missing},
		} {
			err := d.Write(t.Context(), db.Interactive, func(ctx context.Context, tx *db.Tx) error {
				c.joining.Phone, c.joining.Hash = rosa, key.Hash(rosa)
				_, _, err := members.Join(ctx, tx, p, c.joining)
				return err
			})
			if db.CodeOf(err) != c.want {
				t.Errorf("%s: %v, want %s", name, err, c.want)
			}
		}
		m := in(t, d, func(ctx context.Context, tx *db.Tx) (members.Member, error) {
			m, _, err := join(ctx, tx, p, key, rosa)
			return m, err
		})
		err := d.Write(t.Context(), db.Interactive, func(ctx context.Context, tx *db.Tx) error { return members.SetLanguage(ctx, tx, m, "qu") })
		if db.CodeOf(err) != db.Invalid {
			t.Errorf("a member is texted in a language without texts: %v", err)
		}
	})
}

// A text of the member's own opens the number again, unless it has to be asked whose it is.
func TestReopening(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p, key := cafe(t, d)
		for _, health := range []string{members.HealthGood, members.HealthBad, members.HealthLandline, members.HealthSuspect, members.HealthConfirm} {
			n := in(t, d, func(ctx context.Context, tx *db.Tx) (members.Number, error) {
				hash := key.Hash(rosa)
				if _, err := members.Touch(ctx, tx, p.ID, hash); err != nil {
					return members.Number{}, err
				}
				if err := errors.Join(members.Mark(ctx, tx, p.ID, hash, health), members.Stop(ctx, tx, p.ID, hash, members.Member{}, members.Declaration{}), members.Reopen(ctx, tx, p.ID, hash)); err != nil {
					return members.Number{}, err
				}
				return members.Touch(ctx, tx, p.ID, hash)
			})
			if !n.Textable() || (n.Health == members.HealthConfirm) != (health == members.HealthConfirm) {
				t.Errorf("a number that was %q is %q afterwards, textable %v", health, n.Health, n.Textable())
			}
		}
	})
}

// Doubt about a number is cleared by somebody who asked, or by a text from who was here lately; what is not doubted cannot be confirmed.
func TestANumberOfDoubt(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p, key := cafe(t, d)
		m := in(t, d, func(ctx context.Context, tx *db.Tx) (members.Member, error) {
			m, _, err := join(ctx, tx, p, key, rosa)
			return m, err
		})
		doubt := func(clear func(context.Context, *db.Tx, members.Number) error) string {
			return in(t, d, func(ctx context.Context, tx *db.Tx) (string, error) {
				if err := members.Mark(ctx, tx, p.ID, m.Hash, members.HealthConfirm); err != nil {
					return "", err
				}
				n, err := members.Touch(ctx, tx, p.ID, m.Hash)
				if err != nil || n.Promotable() || !n.Textable() {
					t.Errorf("offers go to a number of doubt, or nothing does: %+v, %v", n, err)
				}
				if err := clear(ctx, tx, n); err != nil {
					return "", err
				}
				return members.HealthOf(ctx, tx, m)
			})
		}
		if h := doubt(func(ctx context.Context, tx *db.Tx, _ members.Number) error { return members.Confirm(ctx, tx, m) }); h != members.HealthGood {
			t.Errorf("confirmed, it is %q", h)
		}
		if h := doubt(func(ctx context.Context, tx *db.Tx, n members.Number) error { return n.HeardFrom(ctx, tx, m) }); h != members.HealthGood {
			t.Errorf("heard from, it is %q", h)
		}
		old := m
		old.JoinedAt = 1
		if h := doubt(func(ctx context.Context, tx *db.Tx, n members.Number) error { return n.HeardFrom(ctx, tx, old) }); h != members.HealthConfirm {
			t.Errorf("heard from after a long silence, it is %q", h)
		}
		err := d.Write(t.Context(), db.Interactive, func(ctx context.Context, tx *db.Tx) error {
			return errors.Join(members.Mark(ctx, tx, p.ID, m.Hash, members.HealthGood), members.Confirm(ctx, tx, m))
		})
		if db.CodeOf(err) != db.Refused {
			t.Errorf("what nobody doubts was confirmed: %v", err)
		}
	})
}

func TestLine(t *testing.T) {
	for raw, want := range map[string]string{
		" Cafe  Flor ": "Cafe Flor", "Café ☕": "Café ☕", "1": "1", "…": "…", "王记": "王记",
		"": "", " ": "", "\u200b\u202e": "", "\u0301": "", "a\x00b": "", "a\nb": "a b", "a\xff": "", "abcdefghijk": "",
	} {
		got, ok := members.Line(raw, 10)
		if ok != (want != "") || ok && got != want {
			t.Errorf("%q is %q, %v; want %q", raw, got, ok, want)
		}
	}
}
