package inbox_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"fiel/db"
	"fiel/db/dbtest"
	"fiel/members"
	"fiel/pos"
	"fiel/sms"
)

// past delivers a text that came before a restore.
func (s *shop) past(from, body string) {
	s.t.Helper()
	s.texts++
	_, err := s.box.Receive(s.t.Context(), sms.Inbound{
		ProviderID: fmt.Sprintf("SM%032x", s.texts), AccountSID: account, To: shopNumber, From: from, Body: body, Past: true,
	})
	if err != nil {
		s.t.Fatalf("%s texted %q: %v", from, body, err)
	}
}

// What staff texted before a restore is for a person: it joins nobody, least of all who texted it, and names no number.
func TestOrdersOfBeforeARestore(t *testing.T) {
	each(t, func(s *shop) {
		s.hire("Luz", members.Cashier, luz, 0)
		for _, order := range []string{"ALTA 912345678 Pedro", "VENTA 912345678 120", "SALDO 912345678"} {
			s.past(luz, order)
		}
		if n := s.number1("SELECT COUNT(*) FROM members"); n != 0 {
			t.Errorf("%d joined", n)
		}
		if n := s.number1("SELECT COUNT(*) FROM purchases"); n != 0 {
			t.Errorf("%d sales", n)
		}
		if n := s.number1("SELECT COUNT(*) FROM inbound WHERE body LIKE '%912345678%' OR body LIKE '%Pedro%'"); n != 0 {
			t.Errorf("%d texts keep whose number they named", n)
		}
		if n := s.number1("SELECT COUNT(*) FROM inbound WHERE for_shop"); n != 3 {
			t.Errorf("%d of 3 are for a person", n)
		}
		s.past(luz, "BAJA")
		s.says(luz, "ALTA 912345678 Pedro", "escribe ALTA")
		if n := s.number1("SELECT COUNT(*) FROM members"); n != 0 {
			t.Errorf("%d joined by the order of a phone that has stopped", n)
		}
	})
}

// A stop that is typed with a slip is a stop, also while a comment or a code is waited for.
func TestAStopWithASlip(t *testing.T) {
	each(t, func(s *shop) {
		s.text(rosa, "ALTA Rosa")
		s.game("encuesta", `{"survey": {}}`)
		s.game("tesoro", `{"hunt": {"clues": [{"code": "CANELA"}], "prize": {"points": 3}}}`)
		s.says(rosa, "8", "gracias por tu 8")
		s.says(rosa, "BAJAA", "ya no recibes textos")
	})
}

// A staff phone that was asked whether it is somebody's, and a member's answer to an invitation.
func TestPlacesAreNoAnswerOfStaff(t *testing.T) {
	each(t, func(s *shop) {
		s.text(luz, "ALTA Luz")
		s.game("cena", `{"event": {"capacity": 9, "most": 3}}`)
		s.clock.Add(time.Minute)
		s.write(func(ctx context.Context, tx *db.Tx) error {
			who, err := members.AddStaff(ctx, tx, s.program.ID, members.NewStaff{Name: "Luz", Role: members.Cashier, Phone: luz, Hash: s.box.Key.Hash(luz)})
			if err == nil {
				_, err = sms.AskStaff(ctx, tx, s.program, who)
			}
			return err
		})
		s.says(luz, "SI 2", "2 lugares")
		s.says(luz, "SI", "Listo, Luz")
	})
}

// What an owner's FLASH says twice, or in two ways, is asked back and not chosen from.
func TestAFlashThatContradictsItself(t *testing.T) {
	each(t, func(s *shop) {
		s.hire("Dora", members.Owner, dora, 0)
		s.text(rosa, "ALTA Rosa")
		for _, order := range []string{
			"20% 30% viernes 16-18", "20% viernes 16-18 19-20", "20% -5 viernes 16-18", `20% "2x1 en todo" viernes 16-18`, "20% viernes domingo 16-18",
			"0% viernes 16-18", "150% viernes 16-18", "-0 viernes 16-18", "20% 31/02 16-18", "20% viernes 18-16", "20% viernes", "16-18", "20%", "%%% ---", "\"\" 16-18",
			"20% viernes 99-99", "20% 5/3 viernes 16-18", "-20% -5 viernes 16-18",
		} {
			s.says(dora, "FLASH "+order, "No lo entiendo")
			s.clock.Add(time.Minute)
		}
		if n := s.number1("SELECT COUNT(*) FROM campaigns"); n != 0 {
			t.Errorf("%d campaigns were made", n)
		}
		for _, order := range []string{"-20% viernes 16-18", "20 % viernes 16-18", "20\u202f% viernes 16-18"} {
			s.says(dora, "FLASH "+order, "ENVIAR 1")
			if n := s.number1("SELECT COUNT(*) FROM campaigns WHERE offer LIKE '%percent%' AND offer LIKE '%20%'"); n != 1 {
				t.Errorf("%s: %d campaigns with 20 per cent", order, n)
			}
			s.clock.Add(time.Minute)
		}
	})
}

// ENVIAR goes once, whoever delivers it how often, for the owner who was asked alone, with the number of now.
func TestAnOrderToSend(t *testing.T) {
	each(t, func(s *shop) {
		const eva = "+51911222555"
		s.hire("Dora", members.Owner, dora, 0)
		s.hire("Eva", members.Owner, eva, 0)
		for i := range 3 {
			s.text(fmt.Sprintf("+5198765430%d", i), "ALTA")
		}
		ready := s.says(dora, "FLASH 20% viernes 16-18 todos", "ENVIAR ")
		n := ready[strings.LastIndex(ready, " ")+1:]
		s.says(eva, "ENVIAR "+n, "No hay nada que enviar")
		s.clock.Add(31 * time.Minute)
		s.says(dora, "ENVIAR "+n, "Para enviar escribe ENVIAR "+n)
		s.says(dora, "PAUSA", "No hay campa")
		var all sync.WaitGroup
		answers := make(chan string, 50)
		for i := range 50 {
			all.Go(func() { answers <- s.deliver(9000+i%2, dora, "ENVIAR "+n) })
		}
		all.Wait()
		close(answers)
		said := map[string]int{}
		for a := range answers {
			said[a]++
		}
		if len(said) != 2 {
			t.Errorf("%v", said)
		}
		if n := s.number1("SELECT COUNT(*) FROM audits WHERE action = 'campaign.start'"); n != 1 {
			t.Errorf("started %d times", n)
		}
		s.says(dora, "PAUSA", "En pausa 1")
		s.says(dora, "ENVIAR "+n, "En pausa 1")
	})
}

// What staff texted is kept with the end of the number alone, and with the amount as it was.
func TestWhatIsKeptOfAnOrder(t *testing.T) {
	each(t, func(s *shop) {
		s.hire("Luz", members.Cashier, luz, 0)
		for text, kept := range map[string]string{
			"VENTA 987654321 120.50 B-7":     "VENTA *321 120.50 B-7",
			"venta +51 987 654 321 1,250.00": "VENTA *321 1,250.00",
			"VENTA 9876543210123 120":        "VENTA *120", // no number: whatever looks like one is masked
			"ALTA 912345678 Pedro Paz":       "ALTA *678",
			"SALDO 987-654-321":              "SALDO *321",
		} {
			s.text(luz, text)
			if n := s.number1("SELECT COUNT(*) FROM inbound WHERE body = $1", kept); n != 1 {
				t.Errorf("%q is not kept as %q", text, kept)
			}
		}
	})
}

// Whatever an owner orders is answered, and nothing breaks.
func FuzzOrders(f *testing.F) {
	for _, text := range []string{
		"FLASH 20% viernes 16-18 VIP", "FLASH -5 hoy 9-21", `FLASH "2x1" 12/03 de 16 a 18`, "FLASH % 99-99 31/31/9999", "VENTA 987654321 120.50 T-1", "VENTA 987654321 1.250",
		"VENTA +51 1 1", "ENVIAR 1", "ENVIAR 99999999999999999999", "PAUSA \x00", "SIGUE x", "TIENDA Miraflores", "CANJE 22222222", "SALDO 987654321", "ALTA 912345678 Ñ", "RESUMEN",
	} {
		f.Add(text)
	}
	clock := new(dbtest.Clock)
	clock.Set(dbtest.Start())
	s := open(f, dbtest.New(f, db.SQLite, dbtest.WithClock(clock)), clock, cafe())
	s.hire("Dora", members.Owner, dora, 0)
	s.text(rosa, "ALTA Rosa")
	f.Fuzz(func(t *testing.T, text string) {
		s.texts++
		s.clock.Add(time.Minute)
		_, err := s.box.Receive(t.Context(), sms.Inbound{ProviderID: fmt.Sprint("SM", s.texts), AccountSID: account, To: shopNumber, From: dora, Body: text})
		if err != nil {
			t.Errorf("%q: %v", text, err)
		}
	})
}

// A number with a new owner gives no orders, whoever had it before.
func TestANewOwnerIsNotOfTheStaff(t *testing.T) {
	each(t, func(s *shop) {
		for _, says := range [][]string{{"numero equivocado"}, {"ALTA Luz", "RESET", "SI"}} {
			who := s.hire("Luz", members.Cashier, luz, 0)
			for _, text := range says {
				s.text(luz, text)
			}
			s.clock.Add(time.Hour)
			s.text(luz, "ALTA")
			s.text(luz, "VENTA 912345678 120")
			if n := s.number1("SELECT COUNT(*) FROM purchases"); n != 0 {
				t.Errorf("after %q: %d sales", says, n)
			}
			s.write(func(ctx context.Context, tx *db.Tx) error {
				_, err := members.LeaveStaff(ctx, tx, s.program.ID, who.ID)
				return err
			})
			s.clock.Add(time.Hour)
		}
	})
}

// Two members who both got a survey become one: the answer of who goes stands, and who stays is answered all the same.
func TestASurveyOfTwoWhoBecomeOne(t *testing.T) {
	each(t, func(s *shop) {
		const other = "+51987000002"
		s.text(rosa, "ALTA Rosa")
		s.text(other, "ALTA Rosa")
		s.game("encuesta", `{"survey": {"voucher": {"name": {"es": "un café"}}}}`)
		s.says(other, "9", "un café")
		s.write(func(ctx context.Context, tx *db.Tx) error {
			from, err := members.ByPhone(ctx, tx, s.program.ID, other)
			if err != nil {
				return err
			}
			into, err := members.ByPhone(ctx, tx, s.program.ID, rosa)
			if err == nil {
				_, err = pos.Merge(ctx, tx, s.program, from.ID, into.ID, members.Act{Actor: "cli:ana", Door: "cli"})
			}
			return err
		})
		s.says(rosa, "8", "gracias por contarlo")
		if n := s.number1("SELECT COUNT(*) FROM scores"); n != 1 {
			t.Errorf("%d scores", n)
		}
		s.write(func(ctx context.Context, tx *db.Tx) error {
			m, err := members.ByPhone(ctx, tx, s.program.ID, rosa)
			if err != nil {
				return err
			}
			own, err := pos.OwnData(ctx, tx, s.program, m)
			if len(own.Answers) != 1 || own.Answers[0].Kind != "score" || own.Answers[0].N != 9 {
				t.Errorf("%+v", own.Answers)
			}
			return err
		})
	})
}

// One text that is delivered many times at once has one effect and one answer.
func TestOneInboundIsOneEffect(t *testing.T) {
	each(t, func(s *shop) {
		s.hire("Luz", members.Cashier, luz, 0)
		s.text(rosa, "ALTA Rosa")
		s.do(rosa, "reward 1 10 Cafe gratis")
		s.game("rueda", aWheel)
		s.game("cena", `{"event": {"capacity": 3, "most": 2}}`)
		s.steady(s.says(rosa, "CANJEAR 1", "Cafe gratis"))
		for i, text := range []struct{ from, body, want string }{
			{luz, s.meant("CANJE CODE1"), "Vale usado"}, {rosa, "GIRA", ""}, {rosa, "SI 2", "2 lugares"}, {luz, "ALTA 912345678 Pedro", "Alta de Pedro"},
		} {
			var all sync.WaitGroup
			answers := make(chan string, 50)
			for range 50 {
				all.Go(func() { answers <- s.deliver(8000+i, text.from, text.body) })
			}
			all.Wait()
			close(answers)
			first := <-answers
			if first == "" || !strings.Contains(first, text.want) {
				t.Errorf("%s: %q", text.body, first)
			}
			for a := range answers {
				if a != first {
					t.Errorf("%s: %q and %q", text.body, first, a)
				}
			}
		}
		if n := s.number1("SELECT n FROM game_counts WHERE name = 'places'"); n != 2 {
			t.Errorf("%d places", n)
		}
		if n := s.number1("SELECT COUNT(*) FROM spins"); n != 1 {
			t.Errorf("%d spins", n)
		}
	})
}
