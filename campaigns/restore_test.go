package campaigns

import (
	"context"
	"testing"
	"time"

	"fiel/db"
	"fiel/sms"
)

// restored makes of the database what fiel db restore makes of a backup of this moment.
func (s *shop) restored() {
	s.t.Helper()
	s.write(func(ctx context.Context, tx *db.Tx) error {
		if err := Restored(ctx, tx, s.p.ID); err != nil {
			return err
		}
		return sms.Restored(ctx, tx, s.p.ID, tx.Time())
	})
}

// resumed is the end of fiel resume.
func (s *shop) resumed() {
	s.t.Helper()
	s.tick()
	s.write(func(ctx context.Context, tx *db.Tx) error {
		if err := Resumed(ctx, tx, s.p.ID); err != nil {
			return err
		}
		return sms.ReadyAgain(ctx, tx, s.p.ID)
	})
}

// Who joined after the backup had their welcome before the loss: it does not come again on the next day. Who joins after the resume gets
// theirs on the same day.
func TestRestoredSeriesGreetsNobodyTwice(t *testing.T) {
	eachShop(t, "2027-03-01T17:00:00Z", lima(), func(t *testing.T, s *shop) {
		s.started(NewCampaign{Recipe: "welcome"})
		s.tick()
		s.restored()
		s.clock.Add(10 * time.Minute)
		ana := s.member("Ana") // as her text is read anew
		s.clock.Add(time.Hour)
		s.resumed()
		s.clock.Add(time.Minute)
		leo := s.member("Leo")
		s.clock.Add(time.Minute)
		s.tick()
		s.send()
		s.wants(ana, "cancelled(restored) welcome:0")
		s.wants(leo, "delivered welcome:0")
		s.at("2027-03-02 12:00")
		s.send()
		s.wants(ana, "cancelled(restored) welcome:0")
	})
}

// A backup in the midst of planning: who came behind the cursor was told before the loss, and is not told by the run of the next day.
func TestRestoredWhilePlanningTellsNobodyTwice(t *testing.T) {
	eachShop(t, "2027-03-01T15:00:00Z", lima(), func(t *testing.T, s *shop) {
		ana := s.member("Ana")
		s.exec("UPDATE members SET last_purchase_id = 7, purchases = 1, last_purchase_at = $1", s.clock.Now().Add(-31*24*time.Hour).UnixMilli())
		s.started(NewCampaign{Recipe: "lapsed"})
		s.at("2027-03-01 11:00")
		s.wants(ana, "queued lapsed:7:30")
		s.exec("DELETE FROM messages")
		s.exec("UPDATE runs SET state = 'planning', cursor = 0, planned_at = 0")
		s.restored()
		s.clock.Add(time.Hour)
		s.resumed()
		s.at("2027-03-02 11:00")
		s.send()
		s.wants(ana, "cancelled(restored) lapsed:7:30")
	})
}
