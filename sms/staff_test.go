package sms

import (
	"context"
	"fmt"
	"testing"

	"fiel/db"
	"fiel/members"
)

// luz is an owner whose phone was verified, unless asked otherwise.
func (s *shop) luz(verified bool) (luz members.Staff) {
	s.t.Helper()
	const phone = members.Phone("+525512345678")
	s.write(func(ctx context.Context, tx *db.Tx) (err error) {
		luz, err = members.AddStaff(ctx, tx, s.p.ID, members.NewStaff{Name: "Luz", Role: members.Owner, Phone: phone})
		return err
	})
	if verified {
		s.exec("UPDATE staff SET hash = $1, verified_at = 1 WHERE id = $2", s.key.Hash(phone), luz.ID)
		s.write(func(ctx context.Context, tx *db.Tx) (err error) {
			luz, err = members.StaffByID(ctx, tx, s.p.ID, luz.ID)
			return err
		})
	}
	return luz
}

// An owner is told of a thing once, also when two processes tell it at the same time.
func TestAnOwnerIsToldOnce(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		s.luz(true)
		tell := func() {
			err := s.d.Write(t.Context(), db.Interactive, func(ctx context.Context, tx *db.Tx) error {
				_, err := Alert(ctx, tx, s.p, "run_missed", "run:7", "yes_thanks", nil)
				return err
			})
			if err != nil {
				t.Error(err)
			}
		}
		done := make(chan struct{})
		for range 8 {
			go func() { tell(); done <- struct{}{} }()
		}
		for range 8 {
			<-done
		}
		if n := s.sendAll(s.line()); n != 1 {
			t.Errorf("%d texts left", n)
		}
		s.write(func(ctx context.Context, tx *db.Tx) error {
			told, err := Alerts(ctx, tx, s.p.ID, 10)
			if len(told) != 1 || told[0].Words == "" {
				t.Errorf("told %v", told)
			}
			return err
		})
	})
}

// Nobody is texted on a phone they never said was theirs, after they left the staff, or after a stop.
func TestStaffThatIsNotTexted(t *testing.T) {
	tell := func(s *shop, luz members.Staff) (id int64) {
		s.write(func(ctx context.Context, tx *db.Tx) (err error) {
			id, err = TellStaff(ctx, tx, s.p, luz, "yes_thanks", "", nil)
			return err
		})
		return id
	}
	eachShop(t, func(t *testing.T, s *shop) {
		luz := s.luz(false)
		if tell(s, luz) != 0 {
			t.Error("a phone that was never verified was texted")
		}
	})
	eachShop(t, func(t *testing.T, s *shop) {
		luz := s.luz(true)
		id := tell(s, luz)
		s.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := members.LeaveStaff(ctx, tx, s.p.ID, luz.ID)
			return err
		})
		if n := s.sendAll(s.line()); n != 0 || s.message(id).Reason != ReasonConsent {
			t.Errorf("%d left, %s", n, s.message(id).Reason)
		}
	})
	eachShop(t, func(t *testing.T, s *shop) {
		luz := s.luz(true)
		s.write(func(ctx context.Context, tx *db.Tx) error {
			if _, err := members.Touch(ctx, tx, s.p.ID, luz.Hash); err != nil {
				return err
			}
			return members.Stop(ctx, tx, s.p.ID, luz.Hash, members.Member{}, members.Declaration{Door: "text", Words: "BAJA"})
		})
		if tell(s, luz) != 0 {
			t.Error("a stopped phone was texted")
		}
	})
}

// An owner hears by the sender that texts their country, and by another when that one is stopped.
func TestAnOwnerIsToldByASenderThatReachesThem(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		s.luz(true)
		var mexican Sender
		s.write(func(ctx context.Context, tx *db.Tx) (err error) {
			if _, err = SetSender(ctx, tx, s.p.ID, s.s.ID, Address{Countries: "US"}); err != nil {
				return err
			}
			mexican, err = AddSender(ctx, tx, s.key, s.p.ID, Address{AccountSID: "AC2", Token: "t", Number: "+525522222222", Countries: "MX"})
			return err
		})
		for i, by := range []int64{mexican.ID, s.s.ID} {
			s.write(func(ctx context.Context, tx *db.Tx) error {
				_, err := Alert(ctx, tx, s.p, NewsSenderStopped, fmt.Sprint("sender:", i), NewsSenderStopped, nil)
				return err
			})
			if n := s.count("SELECT sender_id FROM messages WHERE topic = 'sender_stopped' ORDER BY id DESC LIMIT 1"); n != by {
				t.Errorf("alert %d goes by %d, not by %d", i, n, by)
			}
			s.write(func(ctx context.Context, tx *db.Tx) error { return HaltSender(ctx, tx, mexican.ID, "") })
		}
	})
}
