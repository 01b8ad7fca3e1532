package campaigns

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"fiel/db"
	"fiel/members"
	"fiel/sms"
)

// news is what the owners were told, as "kind words", the first first.
func (s *shop) news() (all []string) {
	s.t.Helper()
	s.write(func(ctx context.Context, tx *db.Tx) error {
		told, err := sms.Alerts(ctx, tx, s.p.ID, 100)
		all = nil
		for _, n := range slices.Backward(told) {
			all = append(all, n.Kind+" "+n.Words)
		}
		return err
	})
	return all
}

// wantNews compares the kinds of what the owners were told, in order.
func (s *shop) wantNews(want ...string) {
	s.t.Helper()
	var got []string
	for _, n := range s.news() {
		kind, _, _ := strings.Cut(n, " ")
		got = append(got, kind)
	}
	if !slices.Equal(got, want) {
		s.t.Errorf("the owners heard %q, want %q", s.news(), want)
	}
}

// works enters somebody on the staff with a verified phone.
func (s *shop) works(name, role string, store int64, tellRuns bool) (who members.Staff) {
	s.t.Helper()
	s.number++
	phone := members.Phone(fmt.Sprintf("%s%08d", s.prefix, 90_000_000+s.number))
	s.write(func(ctx context.Context, tx *db.Tx) (err error) {
		who, err = members.AddStaff(ctx, tx, s.p.ID, members.NewStaff{Name: name, Role: role, Store: store, Phone: phone})
		return err
	})
	s.exec("UPDATE staff SET hash = $1, verified_at = 1, tell_runs = $2 WHERE id = $3", s.key.Hash(phone), tellRuns, who.ID)
	return who
}

// heard is the texts that somebody on the staff got, or will get.
func (s *shop) heard(who members.Staff) (all []string) {
	s.t.Helper()
	s.write(func(ctx context.Context, tx *db.Tx) error {
		rows, err := tx.QueryContext(ctx, "SELECT body FROM messages WHERE staff_id = $1 ORDER BY id", who.ID)
		if err != nil {
			return err
		}
		defer rows.Close()
		all = nil
		for rows.Next() {
			var body string
			if err := rows.Scan(&body); err != nil {
				return err
			}
			all = append(all, body)
		}
		return rows.Err()
	})
	return all
}

// Ten thousand are texted; in the middle the owner pauses, and nothing more leaves but what is on the wire. The night passes. In the
// morning the offer is over: whoever resumes now sends nothing, what waited is taken back with its room and its codes, and the run is
// marked missed.
func TestTenThousandPausedInTheMiddle(t *testing.T) {
	const people = 10_000
	eachShop(t, "2027-11-22T16:00:00Z", lima(), func(t *testing.T, s *shop) {
		s.set("parts_per_day", 100_000)
		s.crowd(people)
		c, net := s.add(NewCampaign{Recipe: "blast", Offer: withVoucher(), Calendar: Calendar{Ends: "20:00"}}), &carrier{gap: 2 * time.Millisecond}
		ctx := s.worked(net)
		started := make(chan error, 1)
		go func() {
			_, err := s.svc.Start(ctx, byAna, s.p.ID, c.ID, people)
			started <- err
		}()
		until(t, "nothing leaves", func() bool { return net.sent() > 500 })
		s.pause(c)
		atPause := net.sent()
		if err := <-started; err != nil {
			t.Fatal(err)
		}
		time.Sleep(200 * time.Millisecond) // for what was on the wire
		s.clock.Add(time.Minute)
		stood := net.sent()
		if stood > atPause+sms.Connections || stood >= people {
			t.Errorf("%d had left at the pause, and %d later", atPause, stood)
		}
		s.tick()
		s.wantRuns(c, "once paused")
		s.at("2027-11-23 09:00")
		s.wantRuns(c, "once missed") // nobody need resume it
		s.resume(c)
		s.tick()
		time.Sleep(50 * time.Millisecond)
		s.wantRuns(c, "once missed")
		s.wantNews("run_missed")
		if net.sent() != stood {
			t.Errorf("%d left after the end of the offer", net.sent()-stood)
		}
		sent := s.count("SELECT COUNT(*) FROM messages WHERE state = 'sent'")
		if sent != int64(stood) || s.count("SELECT COUNT(*) FROM messages WHERE state IN ('queued', 'sending')") != 0 {
			t.Errorf("%d are sent in the database, %d on the wire", sent, stood)
		}
		for what, n := range map[string]int64{
			"rooms of members":      s.count("SELECT COUNT(*) FROM text_days WHERE n > 0 AND day LIKE '2027-11-%'"),
			"parts of the day":      s.count("SELECT CAST(SUM(n) AS BIGINT) FROM spend_days"),
			"parts of the campaign": s.count("SELECT n FROM campaign_spend"),
		} {
			if n != sent {
				t.Errorf("%d %s are taken, and %d were texted", n, what, sent)
			}
		}
		if n := s.count("SELECT COUNT(*) FROM vouchers WHERE state = 'cancelled'"); n == 0 {
			t.Error("the codes that nobody was told are good")
		}
	})
}

// A paused run goes on where it stood: with the cursor, and nobody hears twice.
func TestPausedWhilePlanningGoesOn(t *testing.T) {
	eachShop(t, "2027-11-22T15:00:00Z", lima(), func(t *testing.T, s *shop) {
		s.crowd(50)
		c := s.add(NewCampaign{Recipe: "blast"})
		s.write(func(ctx context.Context, tx *db.Tx) error {
			_, run, err := Start(ctx, tx, s.p, c.ID)
			if err != nil {
				return err
			}
			next, err := nextPiece(ctx, tx, s.p.ID, run, 20)
			if err != nil {
				return err
			}
			_, err = planPiece(ctx, tx, s.p.ID, run, next)
			return err
		})
		s.send()
		s.pause(c)
		s.tick()
		s.wantRuns(c, "once paused")
		s.resume(c)
		s.wantRuns(c, "once running")
		s.send()
		if n := s.count("SELECT COUNT(*) FROM messages WHERE state = 'delivered'"); n != 50 {
			t.Errorf("%d texts left, want 50", n)
		}
	})
}

// A paused run of which everything has left is done when its offer ends, and nobody is alarmed.
func TestPausedWithNothingLeftIsDone(t *testing.T) {
	eachShop(t, "2027-11-22T15:00:00Z", lima(), func(t *testing.T, s *shop) {
		s.member("Ana")
		c := s.blast(NewCampaign{Name: "verano", Calendar: Calendar{Ends: "20:00"}})
		s.send()
		s.pause(c)
		s.at("2027-11-22 20:00")
		s.wantRuns(c, "once done")
		s.wantNews()
		if n := s.count("SELECT COUNT(*) FROM holds"); n != 0 {
			t.Errorf("%d holds are left", n)
		}
	})
}

// What the provider says would meet every text stops the run. The campaign goes on with its next times; once it is mended, resume lets
// the run go on where it stood.
func TestAStoppedRunIsResumed(t *testing.T) {
	eachShop(t, "2027-11-22T15:00:00Z", lima(), func(t *testing.T, s *shop) {
		s.crowd(30)
		owner := s.works("Luz", members.Owner, 0, false)
		c, net := s.add(NewCampaign{Recipe: "blast", Calendar: Calendar{Ends: "20:00"}}), new(carrier)
		net.refuse(sms.Outcome{Result: sms.Rejected, Trouble: sms.Trouble{Code: 21408, Verdict: sms.StopRun, Text: "Texts to this country are switched off."}})
		ctx := s.worked(net)
		if _, err := s.svc.Start(ctx, byAna, s.p.ID, c.ID, 30); err != nil {
			t.Fatal(err)
		}
		until(t, "it goes on", func() bool { return s.count("SELECT COUNT(*) FROM runs WHERE state = 'paused'") == 1 })
		s.wantNews("run_stopped")
		s.write(func(ctx context.Context, tx *db.Tx) error {
			why, err := Stopped(ctx, tx, s.p.ID)
			if why[c.ID] != "Texts to this country are switched off. (error 21408)" {
				t.Errorf("stopped because of %q", why[c.ID])
			}
			return err
		})
		s.tick()
		s.wantRuns(c, "once paused")
		net.refuse(sms.Outcome{})
		until(t, "the owner is texted", func() bool { return len(s.heard(owner)) == 1 })
		s.resume(c)
		s.wantRuns(c, "once running")
		failed := s.count("SELECT COUNT(*) FROM messages WHERE state = 'failed'")
		until(t, "the rest leaves", func() bool {
			return s.count("SELECT COUNT(*) FROM messages WHERE state = 'sent' AND run_id <> 0") == 30-failed
		})
		if failed == 0 || failed > sms.Connections {
			t.Errorf("%d met the refusal", failed)
		}
		s.wantNews("run_stopped")
	})
}

// After an outage: what is alive is made up and the owner hears that it is late; what is over is marked missed, and the owner hears of
// all its times at once.
func TestAfterAnOutage(t *testing.T) {
	eachShop(t, "2027-11-22T15:00:00Z", lima(), func(t *testing.T, s *shop) {
		s.member("Ana")
		flash := s.started(NewCampaign{Recipe: "flash", Calendar: Calendar{On: "daily", At: "16:00", Ends: "18:00"}})
		s.at("2027-11-22 09:00")
		s.at("2027-11-25 17:00")
		s.wantRuns(flash, "2027-11-22 missed", "2027-11-23 missed", "2027-11-24 missed", "2027-11-25 running")
		s.wantNews("run_late", "run_missed")
		if n := s.news(); !strings.Contains(n[1], "3 veces") || !strings.Contains(n[1], "24 de noviembre") {
			t.Errorf("told %q", n)
		}
		s.at("2027-11-25 17:01")
		s.wantNews("run_late", "run_missed")
	})
}

// A run that cannot be planned, tick after tick, is told once; one failure is not.
func TestPlanningThatGoesOnFailing(t *testing.T) {
	eachShop(t, "2027-11-22T15:00:00Z", lima(), func(t *testing.T, s *shop) {
		s.crowd(5)
		s.blast(NewCampaign{Name: "verano"})
		s.exec("UPDATE runs SET state = 'planning', planned_at = 0, cursor = 0, frozen = '{\"class\":\"nonsense\"}'")
		for i := range 5 {
			s.clock.Add(time.Minute)
			if err := s.svc.Tick(t.Context(), s.clock.Now()); err == nil {
				t.Fatal("a run that cannot be read was planned")
			}
			if told := len(s.news()); (told > 0) != (i >= triesToTell-1) {
				t.Errorf("after %d failures %d were told", i+1, told)
			}
		}
		s.wantNews("plan_failing")
	})
}

// Those on the staff who asked hear of a run once, when it texts somebody; those of other stores, and who did not ask, do not.
func TestStaffHearOfARun(t *testing.T) {
	eachShop(t, "2027-11-22T15:00:00Z", lima(), func(t *testing.T, s *shop) {
		s.member("Ana")
		var other members.Store
		s.write(func(ctx context.Context, tx *db.Tx) (err error) {
			other, err = members.CreateStore(ctx, tx, s.p, members.NewStore{Name: "Norte"})
			return err
		})
		here, north := s.works("Eva", members.Cashier, s.store.ID, true), s.works("Leo", members.Cashier, other.ID, true)
		all, quiet := s.works("Mar", members.Manager, 0, true), s.works("Luz", members.Owner, 0, false)
		c := s.blast(NewCampaign{Name: "hoy", Audience: []byte(`{"store":["Centro"]}`), Calendar: Calendar{Ends: "20:00"}})
		s.tick()
		for _, who := range []members.Staff{here, all} {
			if got := s.heard(who); len(got) != 1 || got[0] != `Cafe Sol: empieza "hoy": postre gratis. Vale hasta el 22 de noviembre, 20:00.` {
				t.Errorf("%s heard %q", who.Name, got)
			}
		}
		for _, who := range []members.Staff{north, quiet} {
			if got := s.heard(who); len(got) != 0 {
				t.Errorf("%s heard %q", who.Name, got)
			}
		}
		s.cancel(c)
		s.blast(NewCampaign{Name: "nadie", Audience: []byte(`{"store":["Norte"]}`), Calendar: Calendar{Ends: "20:00"}})
		s.tick()
		if got := s.heard(north); len(got) != 0 {
			t.Errorf("%s heard of a run that texts nobody: %q", north.Name, got)
		}
	})
}

// What the owner is told by text of the run that is under way: what left, arrived and came back to the till.
func TestLiveNow(t *testing.T) {
	eachShop(t, "2027-03-01T16:00:00Z", lima(), func(t *testing.T, s *shop) {
		now := func() (l Live, err error) {
			err = s.d.Read(t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
				l, err = LiveNow(ctx, tx, s.p.ID)
				return err
			})
			return l, err
		}
		if _, err := now(); db.CodeOf(err) != db.Missing {
			t.Errorf("nothing is under way: %v", err)
		}
		s.crowd(3)
		s.blast(NewCampaign{Name: "hoy", Offer: Offer{Text: map[string]string{"es": "un cafe"}, Kind: "item"}, Calendar: Calendar{Ends: "20:00"}})
		s.send()
		s.exec("UPDATE vouchers SET state = 'redeemed' WHERE id = (SELECT MIN(id) FROM vouchers)")
		if l, err := now(); err != nil || l != (Live{Campaign: "hoy", Sent: 3, Delivered: 3, Used: 1}) {
			t.Errorf("%+v, %v", l, err)
		}
	})
}

// A campaign keeps to its own parts: in what preflight counts, in what is planned, with what is cancelled, and with the program's.
func TestACampaignKeepsToItsParts(t *testing.T) {
	eachShop(t, "2027-03-01T16:00:00Z", lima(), func(t *testing.T, s *shop) { // a Monday
		s.crowd(10)
		c := s.add(NewCampaign{Recipe: "blast", Name: "poco", PartsCap: 4, Calendar: Calendar{Ends: "20:00"}})
		f, err := s.svc.Preflight(t.Context(), s.p.ID, c.ID)
		if err != nil || f.Texts != 4 || f.LeftOut["campaign_cap"] != 6 {
			t.Errorf("preflight says %+v, %v", f, err)
		}
		if _, err := s.svc.Start(t.Context(), byAna, s.p.ID, c.ID, 4); err != nil {
			t.Fatal(err)
		}
		spent := func() int64 { return s.count("SELECT n FROM campaign_spend WHERE campaign_id = $1", c.ID) }
		if n := s.count("SELECT COUNT(*) FROM messages WHERE state = 'queued'"); n != 4 || spent() != 4 || s.caps()["parts 2027-03-01"] != 4 {
			t.Errorf("%d wait, %d parts of the campaign and %d of the day are taken", n, spent(), s.caps()["parts 2027-03-01"])
		}
		s.wantNews("campaign_full")
		if n := s.count("SELECT COUNT(*) FROM text_days WHERE n > 0 AND day = '2027-03-01'"); n != 4 {
			t.Errorf("%d have room taken for a text they do not get", n)
		}
		s.send()
		s.cancel(c)
		if spent() != 4 {
			t.Errorf("%d parts are taken, of four that were sent", spent())
		}
		s.set("parts_per_day", 6)
		d := s.blast(NewCampaign{Name: "mucho", PartsCap: 100, Calendar: Calendar{Ends: "20:00"}})
		if n := s.count("SELECT n FROM campaign_spend WHERE campaign_id = $1", d.ID); n != 2 {
			t.Errorf("%d parts of the second are taken, of two that the day has left", n)
		}
		s.wantNews("campaign_full", "spend_full")
		s.cancel(d)
		if n := s.count("SELECT n FROM campaign_spend WHERE campaign_id = $1", d.ID); n != 0 {
			t.Errorf("%d parts of what was cancelled are taken", n)
		}
	})
}

// Two campaigns and two servers plan at once: neither campaign passes its cap, nor the program its own.
func TestCapsUnderTwoServers(t *testing.T) {
	eachShop(t, "2027-03-05T14:00:00Z", lima(), func(t *testing.T, s *shop) {
		s.set("texts_per_day", 5)
		s.set("parts_per_day", 600)
		s.crowd(700)
		a := s.started(NewCampaign{Recipe: "flash", Name: "a", PartsCap: 400, Calendar: Calendar{At: "10:00"}})
		b := s.started(NewCampaign{Recipe: "flash", Name: "b", PartsCap: 650, Calendar: Calendar{At: "10:00"}})
		s.clock.Set(instant(t, "2027-03-05T15:00:00Z"))
		faults := make(chan error, 2)
		for range 2 {
			go func() { faults <- (&Service{DB: s.d}).Tick(context.WithoutCancel(t.Context()), s.clock.Now()) }()
		}
		for range 2 {
			if err := <-faults; err != nil {
				t.Error(err)
			}
		}
		s.tick()
		sum := int64(0)
		for c, most := range map[int64]int64{a.ID: 400, b.ID: 650} {
			taken := s.count("SELECT n FROM campaign_spend WHERE campaign_id = $1", c)
			wait := s.count("SELECT CAST(COALESCE(SUM(messages.parts), 0) AS BIGINT) FROM messages JOIN runs ON runs.id = messages.run_id WHERE runs.campaign_id = $1 AND messages.state = 'queued'", c)
			if taken > most || taken != wait {
				t.Errorf("campaign %d has %d parts of %d taken, %d wait", c, taken, most, wait)
			}
			sum += taken
		}
		if day := s.caps()["parts 2027-03-05"]; day != sum || day != 600 {
			t.Errorf("the day has %d parts taken of 600, the campaigns %d", day, sum)
		}
	})
}
