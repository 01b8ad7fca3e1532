package members_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"fiel/db"
	"fiel/db/dbtest"
	"fiel/members"
)

const luis = members.Phone("+51912345678")

func lock(ctx context.Context, tx *db.Tx, m members.Member) members.Member {
	locked, err := members.Lock(ctx, tx, m.ProgramID, m.ID)
	if err != nil {
		panic(err)
	}
	return locked
}

func enrolled(t *testing.T, d *db.DB, p members.Program, key members.Key, phone members.Phone) members.Member {
	t.Helper()
	return in(t, d, func(ctx context.Context, tx *db.Tx) (members.Member, error) {
		m, _, err := join(ctx, tx, p, key, phone)
		if err != nil {
			return m, err
		}
		yes := members.Declaration{Given: true, Door: "text", Actor: "member", Words: "ALTA"}
		service, marketing := yes, yes
		service.Kind, marketing.Kind = members.ServiceTexts, members.MarketingTexts
		return members.Agree(ctx, tx, m, service, marketing)
	})
}

func byID(t *testing.T, d *db.DB, m members.Member) members.Member {
	t.Helper()
	return in(t, d, func(ctx context.Context, tx *db.Tx) (members.Member, error) {
		return members.ByID(ctx, tx, m.ProgramID, m.ID)
	})
}

func TestFoldFillsGapsAndKeepsANo(t *testing.T) {
	clock := new(dbtest.Clock)
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		clock.Set(dbtest.Start())
		p, key := cafe(t, d)
		from := enrolled(t, d, p, key, rosa)
		clock.Add(time.Hour)
		into := enrolled(t, d, p, key, luis)
		third := enrolled(t, d, p, key, "+51912345000")
		in(t, d, func(ctx context.Context, tx *db.Tx) (any, error) {
			if _, err := members.SetName(ctx, tx, from, "Rosa"); err != nil {
				return nil, err
			}
			if err := members.SetBirthday(ctx, tx, from, members.Birthday{Month: 3, Day: 14}); err != nil {
				return nil, err
			}
			_, err := members.Agree(ctx, tx, from, members.Declaration{Kind: members.MarketingTexts, Door: "text", Actor: "member", Words: "PROMOS NO"})
			return nil, err
		})
		in(t, d, func(ctx context.Context, tx *db.Tx) (any, error) {
			old, stays, err := members.LockBoth(ctx, tx, p.ID, from.ID, into.ID)
			if err != nil {
				return nil, err
			}
			return members.Fold(ctx, tx, old, stays, "cli:ana", "cli")
		})
		m := byID(t, d, into)
		if m.Name != "Rosa" || m.BirthMonth != 3 || m.JoinedAt != from.JoinedAt || !m.Service || m.Marketing || m.Phone != luis {
			t.Errorf("%+v", m)
		}
		if gone := byID(t, d, from); gone.Phone != "" || gone.Hash != "" || gone.Name != "" || gone.MergedInto != into.ID || gone.Service {
			t.Errorf("%+v", gone)
		}
		in(t, d, func(ctx context.Context, tx *db.Tx) (any, error) {
			a, b, err := members.LockBoth(ctx, tx, p.ID, into.ID, third.ID)
			if err != nil {
				return nil, err
			}
			return members.Fold(ctx, tx, a, b, "cli:ana", "cli")
		})
		survivor := in(t, d, func(ctx context.Context, tx *db.Tx) (members.Member, error) {
			return members.Survivor(ctx, tx, p.ID, from.ID)
		})
		parts := in(t, d, func(ctx context.Context, tx *db.Tx) ([]int64, error) {
			return members.MergedInto(ctx, tx, p.ID, third.ID)
		})
		if survivor.ID != third.ID || !slices.Equal(parts, []int64{into.ID, from.ID}) {
			t.Errorf("survivor %d, parts %v", survivor.ID, parts)
		}
		err := d.Write(t.Context(), db.Interactive, func(ctx context.Context, tx *db.Tx) error {
			_, _, err := members.LockBoth(ctx, tx, p.ID, third.ID, third.ID)
			return err
		})
		if db.CodeOf(err) != db.Invalid {
			t.Errorf("merged with themselves: %v", err)
		}
	}, dbtest.WithClock(clock))
}

func TestANumberChangesWithProofFromBothPhones(t *testing.T) {
	clock := new(dbtest.Clock)
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		clock.Set(dbtest.Start())
		p, key := cafe(t, d)
		m := enrolled(t, d, p, key, rosa)
		other := enrolled(t, d, p, key, "+51912345000")
		code := in(t, d, func(ctx context.Context, tx *db.Tx) (string, error) {
			return members.AskChange(ctx, tx, m, key.Hash(luis))
		})
		changing := func(code, hash string) (int64, error) {
			var id int64
			err := d.Write(t.Context(), db.Interactive, func(ctx context.Context, tx *db.Tx) (err error) {
				id, err = members.Changing(ctx, tx, p.ID, code, hash)
				return err
			})
			return id, err
		}
		if id, err := changing(code, key.Hash(luis)); id != m.ID || err != nil {
			t.Errorf("%d, %v", id, err)
		}
		for _, wrong := range [][2]string{{code, key.Hash(rosa)}, {"BCDFG", key.Hash(luis)}} {
			if _, err := changing(wrong[0], wrong[1]); db.CodeOf(err) != db.Missing {
				t.Errorf("%v: %v", wrong, err)
			}
		}
		move := func(phone members.Phone) error {
			return d.Write(t.Context(), db.Interactive, func(ctx context.Context, tx *db.Tx) error {
				to, err := members.Touch(ctx, tx, p.ID, key.Hash(phone))
				if err != nil {
					return err
				}
				_, err = members.Move(ctx, tx, lock(ctx, tx, m), to, phone, members.Declaration{Door: "text", Actor: "member", Words: "moved", Evidence: "inbound:1"})
				return err
			})
		}
		if err := move(other.Phone); db.CodeOf(err) != db.Conflict {
			t.Errorf("another member's number: %v", err)
		}
		if err := move(rosa); db.CodeOf(err) != db.Invalid {
			t.Errorf("their own number: %v", err)
		}
		in(t, d, func(ctx context.Context, tx *db.Tx) (any, error) { return nil, members.Changed(ctx, tx, p.ID, code) })
		if err := d.Write(t.Context(), db.Interactive, func(ctx context.Context, tx *db.Tx) error { return members.Changed(ctx, tx, p.ID, code) }); db.CodeOf(err) != db.Conflict {
			t.Errorf("a code used twice: %v", err)
		}
		if err := move(luis); err != nil {
			t.Fatal(err)
		}
		now := byID(t, d, m)
		said := in(t, d, func(ctx context.Context, tx *db.Tx) ([]members.Consent, error) {
			return members.Consents(ctx, tx, p.ID, m.ID)
		})
		if now.Phone != luis || !now.Service || !now.Marketing || len(said) != 4 || said[3].Evidence != "inbound:1" {
			t.Errorf("%+v, %d consents", now, len(said))
		}
		// A new number that has left keeps its stop.
		in(t, d, func(ctx context.Context, tx *db.Tx) (any, error) {
			return nil, members.Stop(ctx, tx, p.ID, key.Hash(rosa), members.Member{}, members.Declaration{})
		})
		if err := move(rosa); err != nil {
			t.Fatal(err)
		}
		if back := byID(t, d, m); back.Service || back.Marketing || back.Phone != rosa {
			t.Errorf("%+v", back)
		}
		code = in(t, d, func(ctx context.Context, tx *db.Tx) (string, error) {
			return members.AskChange(ctx, tx, m, key.Hash(luis))
		})
		clock.Add(time.Hour)
		if _, err := changing(code, key.Hash(luis)); db.CodeOf(err) != db.Missing {
			t.Errorf("after an hour: %v", err)
		}
	}, dbtest.WithClock(clock))
}

func TestWhoComesAfterIsKnown(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p, key := cafe(t, d)
		m := enrolled(t, d, p, key, rosa)
		for _, bonus := range []bool{false, true} {
			in(t, d, func(ctx context.Context, tx *db.Tx) (any, error) {
				return members.Release(ctx, tx, lock(ctx, tx, m), bonus, members.Declaration{Door: "cli", Actor: "cli:ana", Words: "somebody else's"})
			})
			old := byID(t, d, m)
			if old.Phone != "" || old.Service || old.Marketing || !old.Left() {
				t.Errorf("%+v", old)
			}
			n := in(t, d, func(ctx context.Context, tx *db.Tx) (members.Number, error) {
				return members.Touch(ctx, tx, p.ID, key.Hash(rosa))
			})
			if (n.NoBonusUntil == 0) != bonus || n.Formerly != m.ID {
				t.Errorf("%+v", n)
			}
			next := enrolled(t, d, p, key, rosa)
			if next.ID == m.ID || next.Formerly != m.ID {
				t.Errorf("%+v", next)
			}
			err := d.Write(t.Context(), db.Interactive, func(ctx context.Context, tx *db.Tx) error {
				_, err := members.Release(ctx, tx, lock(ctx, tx, m), false, members.Declaration{Door: "cli"})
				return err
			})
			if db.CodeOf(err) != db.Refused {
				t.Errorf("released twice: %v", err)
			}
			m = next
		}
	})
}

func TestErasedIsOnlyAName(t *testing.T) {
	clock := new(dbtest.Clock)
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		clock.Set(dbtest.Start())
		p, key := cafe(t, d)
		m := enrolled(t, d, p, key, rosa)
		token := in(t, d, func(ctx context.Context, tx *db.Tx) (string, error) { return members.NewLink(ctx, tx, m) })
		open := func(token string) error {
			return d.Read(t.Context(), func(ctx context.Context, tx *db.Tx) error {
				_, found, _, err := members.ByLink(ctx, tx, token)
				if err == nil && found.ID != m.ID {
					t.Errorf("the link opens %d", found.ID)
				}
				return err
			})
		}
		if err := open(token); err != nil {
			t.Error(err)
		}
		for _, wrong := range []string{"", "x", token + "a", strings.Replace(token, "-", "1-", 1), "zzzzzzzzzzzzzzzzzz-abc"} {
			if err := open(wrong); db.CodeOf(err) != db.Missing {
				t.Errorf("%q: %v", wrong, err)
			}
		}
		clock.Add(24 * time.Hour)
		if err := open(token); db.CodeOf(err) != db.Missing {
			t.Errorf("a link after a day: %v", err)
		}
		if n := in(t, d, func(ctx context.Context, tx *db.Tx) (int64, error) { return members.DropLinks(ctx, tx, p, 10) }); n != 1 {
			t.Errorf("%d links dropped", n)
		}
		gone := in(t, d, func(ctx context.Context, tx *db.Tx) (members.Member, error) {
			return members.Erase(ctx, tx, lock(ctx, tx, m), members.Declaration{Door: "text", Actor: "member", Words: "erased"})
		})
		if gone.Phone != "" || gone.Hash != "" || gone.Name != "" || gone.ErasedAt == 0 || !gone.Left() || gone.Language == "" {
			t.Errorf("%+v", gone)
		}
		n := in(t, d, func(ctx context.Context, tx *db.Tx) (members.Number, error) {
			return members.Touch(ctx, tx, p.ID, key.Hash(rosa))
		})
		if n.Textable() || n.SuppressedAt == 0 || n.NoBonusUntil == 0 || n.Formerly != 0 {
			t.Errorf("%+v", n)
		}
	}, dbtest.WithClock(clock))
}

func TestCards(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		p, key := cafe(t, d)
		ana, luz := enrolled(t, d, p, key, rosa), enrolled(t, d, p, key, luis)
		codes := in(t, d, func(ctx context.Context, tx *db.Tx) ([]string, error) { return members.NewCards(ctx, tx, p.ID, 3) })
		free := in(t, d, func(ctx context.Context, tx *db.Tx) ([]members.Card, error) {
			return members.FreeCards(ctx, tx, p.ID, 10)
		})
		if len(codes) != 3 || len(free) != 3 {
			t.Fatalf("%v, %v", codes, free)
		}
		give := func(m members.Member, code string) error {
			return d.Write(t.Context(), db.Interactive, func(ctx context.Context, tx *db.Tx) error {
				_, err := members.GiveCard(ctx, tx, m, code)
				return err
			})
		}
		find := func(code string) (m members.Member, err error) {
			err = d.Read(t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
				m, err = members.ByCard(ctx, tx, p.ID, code)
				return err
			})
			return m, err
		}
		if _, err := find(codes[0]); db.CodeOf(err) != db.Missing || !strings.Contains(err.Error(), "handed out") {
			t.Errorf("not handed out: %v", err)
		}
		spaced := codes[0][:4] + " " + codes[0][4:8] + "-" + codes[0][8:]
		for range 2 {
			if err := give(ana, spaced); err != nil {
				t.Error(err)
			}
		}
		if m, err := find(spaced); m.ID != ana.ID || err != nil {
			t.Errorf("%d, %v", m.ID, err)
		}
		if err := give(luz, codes[0]); db.CodeOf(err) != db.Conflict {
			t.Errorf("somebody else's: %v", err)
		}
		for range 2 {
			in(t, d, func(ctx context.Context, tx *db.Tx) (members.Card, error) {
				return members.LoseCard(ctx, tx, p.ID, codes[0])
			})
		}
		if _, err := find(codes[0]); db.CodeOf(err) != db.Missing || !strings.Contains(err.Error(), "lost") {
			t.Errorf("lost: %v", err)
		}
		if err := give(ana, codes[0]); db.CodeOf(err) != db.Refused {
			t.Errorf("given after it was lost: %v", err)
		}
		if _, err := find("000000000000"); db.CodeOf(err) != db.Missing {
			t.Errorf("unknown: %v", err)
		}
		if held := in(t, d, func(ctx context.Context, tx *db.Tx) ([]members.Card, error) { return members.CardsOf(ctx, tx, ana) }); len(held) != 1 || held[0].LostAt == 0 {
			t.Errorf("%v", held)
		}
		for _, n := range []int64{0, 1001} {
			err := d.Write(t.Context(), db.Interactive, func(ctx context.Context, tx *db.Tx) error {
				_, err := members.NewCards(ctx, tx, p.ID, n)
				return err
			})
			if db.CodeOf(err) != db.Invalid {
				t.Errorf("%d cards: %v", n, err)
			}
		}
	})
}

// One wrong digit is always noticed (ISO/IEC 7812-1); the number of the standard's own example is good with its check digit.
func TestACardNoticesASlip(t *testing.T) {
	if _, err := members.CleanCard("4992 7398 7160"); err == nil {
		t.Error("a wrong check digit passes")
	}
	// 7992739871 with the check digit 3 is the example everywhere; leading zeros change nothing.
	for _, raw := range []string{"079927398713", "0799 2739 8713", "０７９９-２７３９-８７１３"} {
		if code, err := members.CleanCard(raw); code != "079927398713" || err != nil {
			t.Errorf("%s: %q, %v", raw, code, err)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		digits := rapid.StringMatching(`[0-9]{11}`).Draw(t, "digits")
		good := ""
		for check := range 10 {
			if code, err := members.CleanCard(digits + string(rune('0'+check))); err == nil {
				if good != "" {
					t.Fatalf("%s and %s are both good", good, code)
				}
				good = code
			}
		}
		at := rapid.IntRange(0, 11).Draw(t, "at")
		other := rapid.IntRange(1, 9).Draw(t, "by")
		slip := []byte(good)
		slip[at] = '0' + (slip[at]-'0'+byte(other))%10
		if _, err := members.CleanCard(string(slip)); db.CodeOf(err) != db.Invalid {
			t.Fatalf("%s for %s: %v", slip, good, err)
		}
	})
}
