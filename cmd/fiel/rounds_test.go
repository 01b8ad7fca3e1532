package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"fiel/campaigns"
	"fiel/db"
	"fiel/db/dbtest"
	"fiel/members"
	"fiel/rewards"
	"fiel/sms"
)

// crowd is a program full of what time brings about: points and vouchers past their day, warnings, birthdays, friends and levels.
type crowd struct {
	*testing.T
	d *db.DB
	p members.Program
}

func (c *crowd) write(f func(context.Context, *db.Tx) error) {
	c.Helper()
	if err := c.d.Write(c.Context(), db.Bulk, f); err != nil {
		c.Fatal(err)
	}
}

func (c *crowd) open() {
	c.Helper()
	c.write(func(ctx context.Context, tx *db.Tx) (err error) {
		c.p, err = members.CreateProgram(ctx, tx, members.NewProgram{Name: "Café Sol", Country: "PE", Currency: "PEN", Zone: "America/Lima", Language: "es"})
		if err != nil {
			return err
		}
		_, err = sms.AddSender(ctx, tx, members.NewKey(), c.p.ID, sms.Address{AccountSID: "AC00000000000000000000000000000001", Token: "secret", Number: "+51900000000"})
		if err != nil {
			return err
		}
		_, err = rewards.AddReward(ctx, tx, c.p, rewards.NewReward{Name: "Café", Kind: rewards.FreeItem, Cost: 50, Stock: 100000, Days: 2})
		if err != nil {
			return err
		}
		for _, a := range []rewards.NewAction{
			{Name: "Tu día", Kind: rewards.BirthdayAction, Points: 100, Reward: 1},
			{Name: "Un amigo", Kind: rewards.ReferralAction, Points: 300, FriendPoints: 50, Times: 2},
		} {
			if _, err := rewards.AddAction(ctx, tx, c.p, a); err != nil {
				return err
			}
		}
		_, err = rewards.AddTier(ctx, tx, c.p, rewards.NewTier{Name: "Plata", Threshold: 5000, EntryPoints: 5})
		return err
	})
}

// enter enters a member with points that end in a day, three days and never, a voucher, a birthday in three days and a friend.
func (c *crowd) enter(ctx context.Context, tx *db.Tx, n int, before int64) (int64, error) {
	phone := members.Phone(fmt.Sprintf("+519%08d", n))
	hash := "hash of " + phone.E164()
	if _, err := members.Touch(ctx, tx, c.p.ID, hash); err != nil {
		return 0, err
	}
	m, _, err := members.Join(ctx, tx, c.p, members.Joining{Phone: phone, Hash: hash, WroteFirst: true})
	if err != nil {
		return 0, err
	}
	m, err = members.Agree(ctx, tx, m, members.Declaration{Kind: members.ServiceTexts, Given: true, Door: "text", Actor: "member"})
	for i, days := range []int64{1, 3, 0} {
		if err != nil {
			return 0, err
		}
		post := rewards.Posting{Kind: rewards.KindBonus, Delta: 40, Source: fmt.Sprintf("seed:%d:%d", m.ID, i)}
		if days > 0 {
			post.ExpiresAt = tx.Now + days*24*60*60*1000
		}
		_, m, err = rewards.Post(ctx, tx, c.p, m, post)
	}
	if err == nil && n%2 == 0 {
		_, _, err = rewards.Redeem(ctx, tx, c.p, m, 1)
	}
	if err == nil && n%3 == 0 {
		err = members.SetBirthday(ctx, tx, m, members.Birthday{Month: 3, Day: 8})
	}
	if err == nil && n%3 == 1 {
		_, err = tx.ExecContext(ctx, "INSERT INTO tier_days (program_id, member_id, day, points) VALUES ($1, $2, '2027-03-01', 6000)", c.p.ID, m.ID)
	}
	if err == nil && before != 0 {
		_, err = tx.ExecContext(ctx, "INSERT INTO referrals (program_id, friend_id, member_id, at, state) VALUES ($1, $2, $3, $4, 'due')", c.p.ID, m.ID, before, tx.Now)
	}
	return m.ID, err
}

// Two processes go through all rounds of the same program at once, while tills give points to the same people: nobody waits for ever,
// no round fails, and what each was to do is done once.
func TestTwoProcessesGoThroughTheRoundsAtOnce(t *testing.T) {
	const people = 600
	clock := new(dbtest.Clock)
	dbtest.Each(t, func(t *testing.T, _ *db.DB) {
		clock.Set(dbtest.Start())
		dialect := db.SQLite
		if t.Name()[len(t.Name())-1] == 's' {
			dialect = db.Postgres
		}
		url := dbtest.URL(t, dialect, true)
		c := &crowd{T: t, d: dbtest.Open(t, url, dbtest.Options(dbtest.WithClock(clock)))}
		c.open()
		var ids []int64
		for len(ids) < people {
			var some []int64
			c.write(func(ctx context.Context, tx *db.Tx) error {
				some = nil
				last := int64(0)
				for n := range 100 {
					id, err := c.enter(ctx, tx, len(ids)+n, last)
					if err != nil {
						return err
					}
					some, last = append(some, id), id
				}
				return nil
			})
			ids = append(ids, some...)
		}
		clock.Set(dbtest.Start().Add(74 * time.Hour))
		stop, tills, processes := make(chan struct{}), new(sync.WaitGroup), new(sync.WaitGroup)
		tills.Go(func() { c.buys(ids, stop) })
		for range 2 {
			processes.Go(func() {
				d := dbtest.Open(t, url, dbtest.Options(dbtest.WithClock(clock)))
				h := &house{db: d, calendar: &campaigns.Service{DB: d}}
				if err := errors.Join(h.goRound(context.Background()), h.calendar.Tick(context.Background(), clock.Now())); err != nil {
					t.Error(err)
				}
			})
		}
		processes.Wait()
		close(stop)
		tills.Wait()
		// What the two have left for each other is done by the next.
		h := &house{db: c.d, calendar: &campaigns.Service{DB: c.d}}
		if err := errors.Join(h.goRound(context.Background()), h.calendar.Tick(context.Background(), clock.Now())); err != nil {
			t.Error(err)
		}
		c.done(people)
	})
}

// buys gives points to one member after another, as tills do.
func (c *crowd) buys(ids []int64, stop <-chan struct{}) {
	for n := 0; ; n += 7 {
		select {
		case <-stop:
			return
		default:
		}
		err := c.d.Write(context.Background(), db.Interactive, func(ctx context.Context, tx *db.Tx) error {
			m, err := members.Lock(ctx, tx, c.p.ID, ids[n%len(ids)])
			if err != nil {
				return err
			}
			var news rewards.News
			if _, m, err = rewards.Bonus(ctx, tx, c.p, m, "", fmt.Sprint("till:", tx.ID()), 1, &news); err != nil {
				return err
			}
			return news.Tell(ctx, tx, c.p, m)
		})
		if err != nil {
			c.Error("a till:", err)
			return
		}
	}
}

func (c *crowd) done(people int) {
	c.Helper()
	for story, want := range map[string]int{
		"SELECT COUNT(*) FROM vouchers WHERE state = 'expired'":                           people / 2,
		"SELECT COUNT(*) FROM vouchers WHERE state = 'issued' AND source LIKE 'action:%'": (people + 2) / 3,
		"SELECT COUNT(*) FROM referrals WHERE state = 'due'":                              0,
		"SELECT COUNT(*) FROM referrals WHERE state = 'paid'":                             people - people/100,
		"SELECT COUNT(*) FROM members WHERE tier_id <> 0":                                 people / 3,
		`SELECT COUNT(*) FROM lots WHERE "left" > 0 AND lapses_at <= 1804507200000`:       0,
	} {
		n := -1
		err := c.d.Read(c.Context(), func(ctx context.Context, tx *db.Tx) error {
			return tx.QueryRowContext(ctx, story).Scan(&n)
		})
		if err != nil || n != want {
			c.Errorf("%s: %d, want %d (%v)", story, n, want, err)
		}
	}
	err := c.d.Read(c.Context(), func(ctx context.Context, tx *db.Tx) error {
		found, err := rewards.Check(ctx, tx, c.p.ID)
		for _, f := range found {
			if f.Invariant != "I35" { // nobody has bought: the friends are made up
				c.Errorf("%s: %s", f.Invariant, f.Text)
			}
		}
		return err
	})
	if err != nil {
		c.Error(err)
	}
}

// A step that somebody else was faster than is done again, one that goes on failing is given up and reported; the rounds after it go on.
func TestAStepThatIsOvertaken(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		h := &house{db: d}
		for fails, want := range map[int]int{0: 2, 3: 5, 4: 4} {
			calls := 0
			err := h.step(t.Context(), members.Program{}, round{"a test", func(context.Context, *db.Tx, members.Program, int64) (int64, error) {
				if calls++; calls <= fails {
					return 0, db.Errorf(db.Conflict, "somebody was faster")
				}
				return int64(roundLimit * (fails + 2 - calls)), nil // once more, and nothing is left
			}})
			if calls != want || (err != nil) != (fails > mostOvertaken) {
				t.Errorf("%d failures: %d calls, %v", fails, calls, err)
			}
		}
	})
}
