package campaigns

import (
	"context"
	"sync"
	"testing"
	"time"

	"fiel/db"
	"fiel/sms"
)

func (s *shop) pause(c Campaign) {
	s.t.Helper()
	if _, err := s.svc.Pause(s.t.Context(), byAna, s.p.ID, c.ID); err != nil {
		s.t.Fatal(err)
	}
}

func (s *shop) resume(c Campaign) {
	s.t.Helper()
	if _, err := s.svc.Resume(s.t.Context(), byAna, s.p.ID, c.ID); err != nil {
		s.t.Fatal(err)
	}
}

func (s *shop) cancel(c Campaign) {
	s.t.Helper()
	if _, err := s.svc.Cancel(s.t.Context(), byAna, s.p.ID, c.ID); err != nil {
		s.t.Fatal(err)
	}
}

// blast starts a blast to everybody who can have it.
func (s *shop) blast(n NewCampaign) Campaign {
	s.t.Helper()
	n.Recipe = "blast"
	c := s.add(n)
	f, err := s.svc.Preflight(s.t.Context(), s.p.ID, c.ID)
	if err != nil {
		s.t.Fatal(err)
	}
	if c, err = s.svc.Start(s.t.Context(), byAna, s.p.ID, c.ID, f.Texts); err != nil {
		s.t.Fatal(err)
	}
	return c
}

func withVoucher() Offer {
	return Offer{Text: map[string]string{"es": "cafe gratis"}, Kind: "item"}
}

func TestPauseAndResumeInTime(t *testing.T) {
	eachShop(t, "2027-11-22T15:00:00Z", lima(), func(t *testing.T, s *shop) {
		ana := s.member("Ana")
		c := s.blast(NewCampaign{Name: "verano", Calendar: Calendar{Ends: "20:00"}})
		s.pause(c)
		s.send()
		s.wants(ana, "queued run") // held
		s.wantRuns(c, "once paused")
		s.at("2027-11-22 12:00")
		s.wantRuns(c, "once paused")
		s.resume(c)
		s.wantRuns(c, "once running")
		s.send()
		s.wants(ana, "delivered run")
		s.at("2027-11-22 12:01")
		s.wantRuns(c, "once done")
		if _, err := s.svc.Pause(t.Context(), byAna, s.p.ID, c.ID); db.CodeOf(err) != db.Refused {
			t.Errorf("paused what is over: %v", err)
		}
	})
}

func TestResumeAfterTheEndIsMissed(t *testing.T) {
	eachShop(t, "2027-11-22T15:00:00Z", lima(), func(t *testing.T, s *shop) {
		ana, leo := s.member("Ana"), s.member("Leo")
		c := s.blast(NewCampaign{Name: "verano", Offer: withVoucher(), Calendar: Calendar{Ends: "20:00"}})
		s.exec("UPDATE messages SET state = 'delivered', attempt = 'test' WHERE member_id = $1", ana.ID)
		s.pause(c)
		s.at("2027-11-23 09:00")
		s.resume(c)
		s.wantRuns(c, "once missed")
		s.wants(ana, "delivered run")
		s.wants(leo, "cancelled(late) run")
		if n := s.count("SELECT COUNT(*) FROM holds"); n != 0 {
			t.Errorf("%d holds are left", n)
		}
		if n := s.count("SELECT COUNT(*) FROM vouchers WHERE member_id = $1 AND state = 'issued'", leo.ID); n != 0 {
			t.Error("Leo's voucher is good, and nobody told him its code")
		}
		s.at("2027-11-23 09:01")
		s.send()
		s.wants(leo, "cancelled(late) run")
	})
}

func TestCancelGivesBack(t *testing.T) {
	eachShop(t, "2027-11-22T15:00:00Z", lima(), func(t *testing.T, s *shop) {
		ana, leo, eva := s.member("Ana"), s.member("Leo"), s.member("Eva")
		before := s.caps()
		c := s.blast(NewCampaign{Name: "verano", Offer: withVoucher()})
		s.exec("UPDATE messages SET state = 'delivered', attempt = 'test' WHERE member_id = $1", ana.ID)
		s.exec("UPDATE messages SET state = 'sending', attempt = 'test' WHERE member_id = $1", leo.ID)
		if n := len(s.caps()); n != 3*2+1 {
			t.Errorf("room is taken %v", s.caps())
		}
		s.cancel(c)
		s.wants(ana, "delivered run")
		s.wants(leo, "sending run")
		s.wants(eva, "cancelled(cancelled) run")
		if n := s.count("SELECT COUNT(*) FROM holds"); n != 1 {
			t.Error("Leo's text may come back to the queue: the run must stay held")
		}
		s.exec("UPDATE messages SET state = 'queued' WHERE member_id = $1", leo.ID) // a 429: it was not processed
		s.send()
		s.wants(leo, "queued run")
		s.tick()
		s.wants(leo, "cancelled(cancelled) run")
		if n := s.count("SELECT COUNT(*) FROM vouchers WHERE state = 'issued'"); n != 1 {
			t.Errorf("%d vouchers are good, Ana's alone should be", n)
		}
		after := s.caps()
		if len(before) != 0 || len(after) != 2+1 {
			t.Errorf("room taken is %v, Ana's alone should be", after)
		}
		s.wantRuns(c, "once cancelled")
		if n := s.count("SELECT COUNT(*) FROM holds"); n != 0 {
			t.Errorf("%d holds are left", n)
		}
		if _, err := s.svc.Resume(t.Context(), byAna, s.p.ID, c.ID); db.CodeOf(err) != db.Refused {
			t.Errorf("resumed what is cancelled: %v", err)
		}
	})
}

func TestBlastInTheFuture(t *testing.T) {
	eachShop(t, "2027-11-22T15:00:00Z", lima(), func(t *testing.T, s *shop) {
		ana := s.member("Ana")
		c := s.blast(NewCampaign{Name: "verano", Calendar: Calendar{On: "2027-11-24", At: "11:00", Ends: "2027-11-25 20:00"}})
		s.at("2027-11-24 10:59")
		s.wants(ana)
		s.at("2027-11-24 11:00")
		s.wants(ana, "queued run")
		s.wantRuns(c, "once running")

		over := s.add(NewCampaign{Recipe: "blast", Name: "ayer", Calendar: Calendar{On: "2027-11-23", At: "11:00", Ends: "20:00"}})
		if _, err := s.svc.Start(t.Context(), byAna, s.p.ID, over.ID, 0); db.CodeOf(err) != db.Refused {
			t.Errorf("started what is over: %v", err)
		}
	})
}

// The server comes back after the flash sale: nothing of it leaves, and it is marked missed. Back in its middle it is made up.
func TestFlashSaleAndOutage(t *testing.T) {
	eachShop(t, "2027-11-22T15:00:00Z", lima(), func(t *testing.T, s *shop) {
		ana := s.member("Ana")
		c := s.started(NewCampaign{Recipe: "flash"})
		s.at("2027-11-26 09:00")
		s.at("2027-11-26 18:00")
		s.wants(ana)
		s.wantRuns(c, "2027-11-26 missed")
		s.at("2027-12-03 17:30")
		s.wants(ana, "queued run")
		s.wantRuns(c, "2027-11-26 missed", "2027-12-03 running")
		s.at("2027-12-03 18:00") // it did not get out in time
		s.wants(ana, "cancelled(late) run")
		s.wantRuns(c, "2027-11-26 missed", "2027-12-03 done")
	})
}

func TestPausedTimesAreMadeUpWhileAlive(t *testing.T) {
	eachShop(t, "2027-03-01T15:00:00Z", lima(), func(t *testing.T, s *shop) {
		second, fifth := s.member("Dos", born(3, 2)), s.member("Cinco", born(3, 5))
		c := s.started(NewCampaign{Recipe: "birthday"})
		s.pause(c)
		s.at("2027-03-05 11:00")
		s.wants(fifth)
		s.resume(c)
		s.wants(fifth, "queued birthday:2027")
		s.wants(second)
	})
}

func TestClockJumps(t *testing.T) {
	eachShop(t, "2027-03-01T15:00:00Z", lima(), func(t *testing.T, s *shop) {
		s.started(NewCampaign{Recipe: "birthday"})
		fourth, fifth, sixth := s.member("Cuatro", born(3, 4)), s.member("Cinco", born(3, 5)), s.member("Seis", born(3, 6))
		s.at("2027-03-04 10:00")
		s.send()
		s.at("2027-03-05 10:01") // a day ahead of the truth
		s.send()
		s.at("2027-03-04 10:02") // put right
		s.at("2027-03-05 09:59")
		s.at("2027-03-05 10:00")
		s.at("2027-03-05 10:01")
		s.at("2027-03-04 10:01") // a day behind
		s.at("2027-03-06 10:00")
		s.send()
		s.wants(fourth, "delivered birthday:2027")
		s.wants(fifth, "delivered birthday:2027")
		s.wants(sixth, "delivered birthday:2027")
	})
}

// Two servers tick at the same moments: the rows are those of one.
func TestTwoTicksAtOnce(t *testing.T) {
	eachShop(t, "2027-03-05T14:00:00Z", lima(), func(t *testing.T, s *shop) {
		s.set("texts_per_day", 5)
		s.crowd(1500)
		s.exec("UPDATE members SET birth_month = 3, birth_day = 5")
		flash := s.started(NewCampaign{Recipe: "flash", Calendar: Calendar{At: "10:00", Ends: "3d"}}) // goes out the day after: never two on one
		birthday := s.started(NewCampaign{Recipe: "birthday", Offer: withVoucher()})
		for _, at := range []string{"2027-03-05T14:59:00Z", "2027-03-05T15:00:00Z", "2027-03-05T15:01:00Z"} {
			s.clock.Set(instant(t, at))
			var all sync.WaitGroup
			for range 2 {
				all.Go(func() {
					if err := (&Service{DB: s.d}).Tick(context.WithoutCancel(t.Context()), s.clock.Now()); err != nil {
						t.Error(err)
					}
				})
			}
			all.Wait()
		}
		s.wantRuns(flash, "2027-03-05 running")
		s.wantRuns(birthday, "2027-03-05 running")
		if n := s.count("SELECT COUNT(*) FROM messages WHERE state = 'queued'"); n != 3000 {
			t.Errorf("%d texts, want 3000", n)
		}
		if n := s.count("SELECT COUNT(*) FROM vouchers"); n != 1500 {
			t.Errorf("%d vouchers, want 1500", n)
		}
		if n := s.count("SELECT COUNT(*) FROM text_days WHERE n <> CASE WHEN day LIKE '%W%' THEN 2 ELSE 1 END"); n != 0 {
			t.Errorf("%d members have other room taken than one text a day", n)
		}
	})
}

// A crash in the middle of planning: the next tick goes on behind the cursor.
func TestPlanningGoesOnAfterACrash(t *testing.T) {
	eachShop(t, "2027-11-22T15:00:00Z", lima(), func(t *testing.T, s *shop) {
		s.crowd(50)
		c := s.add(NewCampaign{Recipe: "blast"})
		var run int64
		s.write(func(ctx context.Context, tx *db.Tx) (err error) {
			_, run, err = Start(ctx, tx, s.p, c.ID)
			return err
		})
		s.write(func(ctx context.Context, tx *db.Tx) error {
			next, err := nextPiece(ctx, tx, s.p.ID, run, 20)
			if err != nil {
				return err
			}
			more, err := planPiece(ctx, tx, s.p.ID, run, next)
			if err != nil || !more {
				t.Error("twenty of fifty are all", err)
			}
			more, err = planPiece(ctx, tx, s.p.ID, run, next) // another process, a moment late
			if err != nil || !more {
				t.Error("a piece that is planned stops the rest", err)
			}
			return err
		})
		s.wantRuns(c, "once planning")
		s.send() // what is planned leaves already
		s.clock.Add(time.Minute)
		s.tick()
		s.wantRuns(c, "once running")
		if n := s.count("SELECT COUNT(*) FROM messages WHERE run_id = $1", run); n != 50 {
			t.Errorf("%d texts, want 50", n)
		}
		if n := s.count("SELECT COUNT(*) FROM messages WHERE state = 'delivered'"); n != 20 {
			t.Errorf("%d left at once, want 20", n)
		}
	})
}

// The worker is woken by the first chunk.
func TestPlanningWakesTheWorker(t *testing.T) {
	eachShop(t, "2027-11-22T15:00:00Z", lima(), func(t *testing.T, s *shop) {
		s.crowd(10)
		c := s.add(NewCampaign{Recipe: "blast"})
		woken := 0
		if _, err := s.svc.Start(sms.WithWaker(t.Context(), func() { woken++ }), byAna, s.p.ID, c.ID, 10); err != nil {
			t.Fatal(err)
		}
		if woken == 0 {
			t.Error("the worker sleeps on")
		}
	})
}

// A run that ends while somebody pauses its campaign has ended: on PostgreSQL both go on side by side.
func TestWhatHasEndedIsNotHeld(t *testing.T) {
	eachShop(t, "2027-11-22T15:00:00Z", lima(), func(t *testing.T, s *shop) {
		s.member("Ana")
		c := s.blast(NewCampaign{Name: "verano", Calendar: Calendar{Ends: "20:00"}})
		s.write(func(ctx context.Context, tx *db.Tx) error {
			live, err := New(tx).liveRunsOf(ctx, s.p.ID, c.ID)
			if err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, "UPDATE runs SET state = 'done', done_at = 1"); err != nil {
				return err
			}
			return live[0].hold(ctx, tx, RunPaused, "")
		})
		s.wantRuns(c, "once done")
		if n := s.count("SELECT COUNT(*) FROM holds"); n != 0 {
			t.Errorf("%d holds are left", n)
		}
	})
}
