package campaigns

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"fiel/db"
	"fiel/db/dbtest"
	"fiel/members"
	"fiel/sms"
)

// shop is a program with a sender and a store, on a database whose clock the test sets.
type shop struct {
	t      testing.TB
	d      *db.DB
	clock  *dbtest.Clock
	key    members.Key
	p      members.Program
	store  members.Store
	svc    *Service
	number int
	prefix string // of phone numbers, before eight digits
}

var byAna = members.Act{Actor: "cli:ana", Door: "cli"}

// eachShop runs a story on both databases, from an instant on.
func eachShop(t *testing.T, start string, n members.NewProgram, f func(t *testing.T, s *shop)) {
	t.Helper()
	clock := new(dbtest.Clock)
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		clock.Set(instant(t, start))
		f(t, openShop(t, d, clock, n))
	}, dbtest.WithClock(clock))
}

func lima() members.NewProgram { return madeIn("MX", "America/Lima") }

func madeIn(country, zone string) members.NewProgram {
	return members.NewProgram{Name: "Cafe Sol", Country: country, Currency: "MXN", Zone: zone, Language: "es"}
}

func openShop(t testing.TB, d *db.DB, clock *dbtest.Clock, n members.NewProgram) *shop {
	t.Helper()
	s := &shop{t: t, d: d, clock: clock, key: members.NewKey(), svc: &Service{DB: d}, prefix: "+5255"}
	s.write(func(ctx context.Context, tx *db.Tx) (err error) {
		if s.p, err = members.CreateProgram(ctx, tx, n); err != nil {
			return err
		}
		if s.store, err = members.CreateStore(ctx, tx, s.p, members.NewStore{Name: "Centro"}); err != nil {
			return err
		}
		_, err = sms.AddSender(ctx, tx, s.key, s.p.ID, sms.Address{AccountSID: "AC00000000000000000000000000000001", Token: "secret", Number: "+525500000000"})
		return err
	})
	return s
}

func (s *shop) write(f func(context.Context, *db.Tx) error) {
	s.t.Helper()
	if err := s.d.Write(s.t.Context(), db.Interactive, f); err != nil {
		s.t.Fatal(err)
	}
}

func (s *shop) exec(query string, args ...any) {
	s.t.Helper()
	s.write(func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.ExecContext(ctx, query, args...)
		return err
	})
}

func (s *shop) set(column string, value any) {
	s.t.Helper()
	s.exec("UPDATE programs SET "+column+" = $1 WHERE id = $2", value, s.p.ID)
	s.write(func(ctx context.Context, tx *db.Tx) (err error) {
		s.p, err = members.ProgramByID(ctx, tx, s.p.ID)
		return err
	})
}

// member joins somebody who consents to everything now, and lets the row be changed further.
func (s *shop) member(name string, columns ...string) members.Member {
	s.t.Helper()
	s.number++
	var m members.Member
	s.write(func(ctx context.Context, tx *db.Tx) error {
		phone := members.Phone(fmt.Sprintf("%s%08d", s.prefix, 10_000_000+s.number))
		hash := s.key.Hash(phone)
		if _, err := members.Touch(ctx, tx, s.p.ID, hash); err != nil {
			return err
		}
		var err error
		m, _, err = members.Join(ctx, tx, s.p, members.Joining{Phone: phone, Hash: hash, Name: name, Store: s.store.ID, WroteFirst: true})
		if err != nil {
			return err
		}
		m, err = members.Agree(ctx, tx, m, consent(members.ServiceTexts, true), consent(members.MarketingTexts, true))
		return err
	})
	if len(columns) > 0 {
		s.exec("UPDATE members SET "+strings.Join(columns, ", ")+" WHERE program_id = $1 AND id = $2", s.p.ID, m.ID)
	}
	return m
}

func consent(kind string, given bool) members.Declaration {
	return members.Declaration{Kind: kind, Given: given, Door: "text", Actor: "member", Words: "ALTA"}
}

func (s *shop) agree(m members.Member, given bool) {
	s.t.Helper()
	s.write(func(ctx context.Context, tx *db.Tx) error {
		m, err := members.Lock(ctx, tx, s.p.ID, m.ID)
		if err != nil {
			return err
		}
		_, err = members.Agree(ctx, tx, m, consent(members.MarketingTexts, given))
		return err
	})
}

// buys gives the member a last purchase that many days ago.
func (s *shop) buys(m members.Member, id int64, daysAgo int) {
	s.t.Helper()
	s.exec("UPDATE members SET last_purchase_id = $3, last_purchase_at = $4, purchases = purchases + 1 WHERE program_id = $1 AND id = $2",
		s.p.ID, m.ID, id, s.clock.Now().AddDate(0, 0, -daysAgo).UnixMilli())
}

var gift = Offer{Text: map[string]string{"es": "postre gratis", "en": "free dessert"}}

func none() *int64 { return new(int64) }

// add makes a campaign without a control group unless it says otherwise.
func (s *shop) add(n NewCampaign) Campaign {
	s.t.Helper()
	if n.Holdout == nil {
		n.Holdout = none()
	}
	if n.Offer.Text == nil {
		n.Offer.Text = gift.Text
	}
	c, err := s.svc.Add(s.t.Context(), byAna, s.p.ID, n)
	if err != nil {
		s.t.Fatal(err)
	}
	return c
}

// started makes a campaign that comes again and starts it.
func (s *shop) started(n NewCampaign) Campaign {
	s.t.Helper()
	c := s.add(n)
	c, err := s.svc.Start(s.t.Context(), byAna, s.p.ID, c.ID, 0)
	if err != nil {
		s.t.Fatal(err)
	}
	return c
}

func (s *shop) tick() {
	s.t.Helper()
	if err := s.svc.Tick(s.t.Context(), s.clock.Now()); err != nil {
		s.t.Fatal(err)
	}
}

// at sets the clock to a local time of the program and ticks.
func (s *shop) at(local string) {
	s.t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04", local, s.p.Location())
	if err != nil {
		s.t.Fatal(err)
	}
	s.clock.Set(at)
	s.tick()
}

// send marks as delivered whatever may leave now.
func (s *shop) send() {
	s.t.Helper()
	now := s.clock.Now().UnixMilli()
	s.exec(`UPDATE messages SET state = 'delivered', attempt = 'test', sent_at = CAST($2 AS BIGINT), final_at = CAST($2 AS BIGINT)
WHERE program_id = $1 AND state = 'queued' AND send_after <= CAST($2 AS BIGINT) AND send_before > CAST($2 AS BIGINT)
AND run_id NOT IN (SELECT run_id FROM holds WHERE program_id = $1)`, s.p.ID, now)
}

type text struct {
	member              int64
	state, reason, once string
	after               int64
	body                string
	run                 int64
}

func (s *shop) texts() (all []text) {
	s.t.Helper()
	err := s.d.Read(s.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		rows, err := tx.QueryContext(ctx, `SELECT member_id, state, reason, once, send_after, body, run_id FROM messages
WHERE program_id = $1 ORDER BY member_id, send_after, id`, s.p.ID)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var m text
			if err := rows.Scan(&m.member, &m.state, &m.reason, &m.once, &m.after, &m.body, &m.run); err != nil {
				return err
			}
			all = append(all, m)
		}
		return rows.Err()
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return all
}

// tell is what became of a member's texts: "queued birthday:2027", "left_out(consent) birthday:2027".
func (s *shop) tell(m members.Member) (all []string) {
	s.t.Helper()
	for _, x := range s.texts() {
		if x.member != m.ID {
			continue
		}
		state := x.state
		if x.reason != "" {
			state += "(" + x.reason + ")"
		}
		once := x.once
		if strings.HasPrefix(once, "run:") {
			once = "run"
		}
		all = append(all, state+" "+once)
	}
	return all
}

func (s *shop) wants(m members.Member, want ...string) {
	s.t.Helper()
	if got := s.tell(m); !slices.Equal(got, want) {
		s.t.Errorf("%s: %q, want %q", m.Name, got, want)
	}
}

// runs is the runs of a campaign as "2027-03-05 done", in order of time.
func (s *shop) runs(c Campaign) (all []string) {
	s.t.Helper()
	r, err := s.svc.Report(s.t.Context(), s.p.ID, c.ID)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, run := range slices.Backward(r.Runs) {
		all = append(all, run.Run.Occurrence+" "+run.Run.State)
	}
	return all
}

func (s *shop) wantRuns(c Campaign, want ...string) {
	s.t.Helper()
	if got := s.runs(c); !slices.Equal(got, want) {
		s.t.Errorf("runs of %s: %q, want %q", c.Name, got, want)
	}
}

// caps is the room of text caps that is taken: "member day" to n.
func (s *shop) caps() map[string]int64 {
	s.t.Helper()
	found := map[string]int64{}
	err := s.d.Read(s.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		for _, q := range []string{
			"SELECT CAST(member_id AS TEXT) || ' ' || day, n FROM text_days WHERE program_id = $1 AND n > 0",
			"SELECT 'parts ' || day, n FROM spend_days WHERE program_id = $1 AND n > 0",
		} {
			rows, err := tx.QueryContext(ctx, q, s.p.ID)
			if err != nil {
				return err
			}
			for rows.Next() {
				var k string
				var n int64
				if err := rows.Scan(&k, &n); err != nil {
					return err
				}
				found[k] = n
			}
			if err := rows.Err(); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return found
}

func (s *shop) count(query string, args ...any) (n int64) {
	s.t.Helper()
	err := s.d.Read(s.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		return tx.QueryRowContext(ctx, query, args...).Scan(&n)
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return n
}

func utc(ms int64) string { return time.UnixMilli(ms).UTC().Format("2006-01-02T15:04") }
