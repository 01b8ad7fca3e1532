package campaigns

import (
	"testing"
	"time"
)

func (s *shop) progress(c Campaign) Progress {
	s.t.Helper()
	all, err := s.svc.Progress(s.t.Context(), s.p.ID, c.ID)
	if err != nil || len(all) != 1 {
		s.t.Fatalf("%d runs, %v", len(all), err)
	}
	return all[0]
}

// A run's progress: who gets a text and who does not, how fast they leave, and when the last will have left by the sender's pace.
func TestProgressOfARun(t *testing.T) {
	eachShop(t, "2027-11-22T16:00:00Z", lima(), func(t *testing.T, s *shop) {
		s.exec("UPDATE senders SET pace = 2")
		s.crowd(120)
		for range 3 {
			s.member("Sin promos", "marketing = FALSE")
		}
		c := s.blast(NewCampaign{Name: "verano", Calendar: Calendar{Ends: "20:00"}})
		if p := s.progress(c); p.Texts != 120 || p.Left != 0 || p.Waiting != 120 || p.Audience != 123 || !p.Planned || p.LeftOut["consent"] != 3 || p.Rate != 0 ||
			p.Finish != s.clock.Now().Add(time.Minute).UnixMilli() {
			t.Errorf("before the first: %+v", p)
		}
		s.clock.Add(30 * time.Second)
		s.exec("UPDATE messages SET state = 'sent', sent_at = $1 WHERE id IN (SELECT id FROM messages WHERE state = 'queued' ORDER BY id LIMIT 60)",
			s.clock.Now().Add(-30*time.Second).UnixMilli())
		s.exec("UPDATE messages SET run_id = 0, class = 2 WHERE id IN (SELECT id FROM messages WHERE state = 'queued' ORDER BY id DESC LIMIT 20)")
		if p := s.progress(c); p.Left != 60 || p.Waiting != 40 || p.Rate != 120 || p.Finish != s.clock.Now().Add(30*time.Second).UnixMilli() {
			t.Errorf("in the middle, with 20 notices ahead: %+v", p)
		}
		s.pause(c)
		if p := s.progress(c); p.State != RunPaused || p.Finish != 0 || !p.Live() {
			t.Errorf("paused: %+v", p)
		}
		s.resume(c)
		s.exec("UPDATE senders SET stopped = 'refused'")
		if p := s.progress(c); p.Finish != 0 || p.Stopped != "refused" {
			t.Errorf("with a sender that is stopped: %+v", p)
		}
		s.exec("UPDATE senders SET pace = 0, stopped = ''")
		if p := s.progress(c); p.Finish != s.clock.Now().Add(30*time.Second).UnixMilli() {
			t.Errorf("without a pace the rate of the last minutes tells: %+v", p)
		}
		s.cancel(c)
		if p := s.progress(c); p.Live() || p.Waiting != 0 || p.LeftOut["cancelled"] != 40 {
			t.Errorf("cancelled: %+v", p)
		}
		if all, err := s.svc.Progress(t.Context(), s.p.ID, s.add(NewCampaign{Recipe: "flash"}).ID); err != nil || len(all) != 0 {
			t.Errorf("what has not happened yet has %d runs, %v", len(all), err)
		}
	})
}
