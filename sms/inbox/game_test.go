package inbox_test

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"testing"

	"fiel/campaigns"
	"fiel/db"
	"fiel/db/dbtest"
	"fiel/members"
	"fiel/rewards"
	"fiel/sms"
)

var byAna = members.Act{Actor: "cli:ana", Door: "cli"}

// game rueda {"wheel": ...}: a campaign with that game goes out to every member, and its texts arrive. It ends in three days.
func (s *shop) game(name, game string) {
	s.t.Helper()
	svc := &campaigns.Service{DB: s.db}
	c, err := svc.Add(s.t.Context(), byAna, s.program.ID, campaigns.NewCampaign{
		Recipe: "blast", Name: name, Words: map[string]string{"es": "Cafe Flor: responde. BAJA para salir"}, Game: json.RawMessage(game),
		Calendar: campaigns.Calendar{On: "now", Ends: "3d"}, Holdout: new(int64),
	})
	if err != nil {
		s.t.Fatal(err)
	}
	f, err := svc.Preflight(s.t.Context(), s.program.ID, c.ID)
	if err != nil {
		s.t.Fatal(err)
	}
	s.write(func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.ExecContext(ctx, "UPDATE programs SET texts_per_day = 50, texts_per_week = 50 WHERE id = $1", s.program.ID)
		return err
	})
	if _, err := svc.Start(s.t.Context(), byAna, s.program.ID, c.ID, f.Texts); err != nil {
		s.t.Fatal(err)
	}
	s.write(func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.ExecContext(ctx, "UPDATE messages SET state = 'delivered', attempt = 'test', sent_at = $2, final_at = $2 WHERE program_id = $1 AND run_id <> 0 AND state = 'queued'",
			s.program.ID, tx.Now)
		return err
	})
}

// cancel rueda
func (s *shop) cancel(name string) {
	s.t.Helper()
	var c campaigns.Campaign
	s.write(func(ctx context.Context, tx *db.Tx) (err error) {
		c, err = campaigns.Find(ctx, tx, s.program.ID, name)
		return err
	})
	if _, err := (&campaigns.Service{DB: s.db}).Cancel(s.t.Context(), byAna, s.program.ID, c.ID); err != nil {
		s.t.Fatal(err)
	}
}

// owner: the phone is the owner's, and verified
func (s *shop) owner(ctx context.Context, tx *db.Tx, phone members.Phone, _ []string) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO staff (program_id, id, name, role, phone, hash, verified_at, created_at)
VALUES ($1, $2, 'Ana', 'owner', $3, $4, $5, $5)`, s.program.ID, tx.ID(), phone, s.box.Key.Hash(phone), tx.Now)
	return err
}

const aWheel = `{"wheel": {"prizes": [{"name": {"es": "un postre"}, "odds": 50}], "consolation": {"points": 5}}}`

// GIRA texted many times at once, and delivered many times, is one spin.
func TestManyTextsAreOneSpin(t *testing.T) {
	each(t, func(s *shop) {
		s.text(rosa, "ALTA Rosa")
		s.game("rueda", aWheel)
		s.box.Luck = func(int64) int64 { return 0 }
		var all sync.WaitGroup
		for i := range 200 {
			all.Go(func() {
				_, err := s.box.Receive(t.Context(), sms.Inbound{ProviderID: fmt.Sprintf("SM%030xff", i/2), AccountSID: account, To: shopNumber, From: rosa, Body: "gira"})
				if err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		s.write(func(ctx context.Context, tx *db.Tx) error {
			m, err := members.ByPhone(ctx, tx, s.program.ID, rosa)
			if err != nil {
				return err
			}
			had, err := rewards.VouchersOf(ctx, tx, s.program, m, 100)
			if len(had) != 1 || had[0].Name != "un postre" {
				t.Errorf("%d vouchers", len(had))
			}
			return err
		})
	})
}

// Whatever is texted while every game is on, it is answered and nothing breaks.
func FuzzAnswers(f *testing.F) {
	for _, text := range []string{"GIRA", "SI 2", "si 0", "no", "8", "un 8!", "11", "7.5", "CANELA", "canelo", "SI 99999999999999999999", "\x00", "🙂", "是2位", "BAJA la musica", "SI2"} {
		f.Add(text, "9")
		f.Add("2", text)
	}
	clock := new(dbtest.Clock)
	clock.Set(dbtest.Start())
	s := open(f, dbtest.New(f, db.SQLite, dbtest.WithClock(clock)), clock, cafe())
	s.text(rosa, "ALTA Rosa")
	for i, game := range []string{
		aWheel, `{"event": {"capacity": 4, "most": 3}}`, `{"survey": {}}`, `{"hunt": {"clues": [{"code": "CANELA"}], "prize": {"points": 3}}}`,
	} {
		s.game(fmt.Sprint("juego ", i), game)
	}
	undo := errors.New("as it was before")
	f.Fuzz(func(t *testing.T, first, second string) {
		err := s.db.Write(t.Context(), db.Interactive, func(ctx context.Context, tx *db.Tx) error {
			sender, err := sms.DefaultSender(ctx, tx, s.program.ID)
			for i, body := range []string{first, second} {
				if err == nil {
					_, err = s.box.ReceiveBy(ctx, tx, sender, sms.Inbound{ProviderID: fmt.Sprint("SM", i), AccountSID: account, To: shopNumber, From: rosa, Body: body})
				}
			}
			return cmp.Or(err, undo)
		})
		if !errors.Is(err, undo) {
			t.Errorf("%q, %q: %v", first, second, err)
		}
	})
}
