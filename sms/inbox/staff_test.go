package inbox_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"fiel/db"
	"fiel/members"
	"fiel/pos"
	"fiel/rewards"
	"fiel/sms"
)

const (
	luz  = "+51911222333" // a cashier
	dora = "+51911222444" // the owner
)

// hire puts somebody on the staff whose phone has said that it is theirs.
func (s *shop) hire(name, role, phone string, store int64) (who members.Staff) {
	s.t.Helper()
	s.write(func(ctx context.Context, tx *db.Tx) (err error) {
		who, err = members.AddStaff(ctx, tx, s.program.ID, members.NewStaff{
			Name: name, Role: role, Phone: members.Phone(phone), Hash: s.box.Key.Hash(members.Phone(phone)), Store: store,
		})
		if err == nil {
			who, err = members.AskingStaff(ctx, tx, who)
		}
		if err == nil {
			who, err = members.VerifyStaff(ctx, tx, who)
		}
		return err
	})
	return who
}

// earns gives a point for each 10.00, the rest is carried.
func (s *shop) earns() {
	s.write(func(ctx context.Context, tx *db.Tx) error {
		_, err := rewards.AddRule(ctx, tx, s.program, rewards.NewRule{Name: "1 per 10", Kind: rewards.AmountRule, Step: 1000, Points: 1, Carries: true})
		return err
	})
}

// says texts and looks for words in the answer; "" is no answer at all.
func (s *shop) says(from, text, want string) string {
	s.t.Helper()
	got := s.text(from, text)
	if want == "" && got != "" || !strings.Contains(got, want) {
		s.t.Errorf("%q was answered %q, not %q", text, got, want)
	}
	return got
}

func (s *shop) number1(query string, args ...any) (n int64) {
	s.t.Helper()
	s.write(func(ctx context.Context, tx *db.Tx) error { return tx.QueryRowContext(ctx, query, args...).Scan(&n) })
	return n
}

func TestAPhoneSaysThatItIsOfTheStaff(t *testing.T) {
	each(t, func(s *shop) {
		var who members.Staff
		s.write(func(ctx context.Context, tx *db.Tx) (err error) {
			who, err = members.AddStaff(ctx, tx, s.program.ID, members.NewStaff{Name: "Luz", Role: members.Cashier, Phone: luz, Hash: s.box.Key.Hash(luz)})
			return err
		})
		s.says(luz, "SI", "Este teléfono no tiene puntos")
		s.says(luz, "VENTA 987654321 120.50", "No te entendimos")
		ask := func() (err error) {
			return s.db.Write(t.Context(), db.Interactive, func(ctx context.Context, tx *db.Tx) error {
				_, err := sms.AskStaff(ctx, tx, s.program, who)
				return err
			})
		}
		if err := ask(); err != nil {
			t.Fatal(err)
		}
		if texts := s.waiting(luz); len(texts) != 1 || !strings.Contains(texts[0], "Luz: ¿trabajas en Cafe Flor?") {
			t.Errorf("%q", texts)
		}
		s.says(luz, "NO", "no anota nada")
		s.says(luz, "SI", "Este teléfono no tiene puntos")
		if err := ask(); err != nil {
			t.Fatal(err)
		}
		s.clock.Add(49 * 3600e9)
		s.says(luz, "SI", "Este teléfono no tiene puntos") // too late
		if err := ask(); err != nil {
			t.Fatal(err)
		}
		if err := ask(); db.CodeOf(err) != db.Refused {
			t.Errorf("a fourth text: %v", err)
		}
		s.clock.Add(3600e9)
		s.says(luz, "si", "Listo, Luz")
		s.says(luz, "SI", "Este teléfono no tiene puntos")
		s.says(luz, "VENTA 987654321 120.50", "guardada para *321")
		s.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := members.LeaveStaff(ctx, tx, s.program.ID, who.ID)
			return err
		})
		s.says(luz, "VENTA 987654321 120.50", "No te entendimos")
	})
}

func TestSalesByText(t *testing.T) {
	each(t, func(s *shop) {
		s.earns()
		s.hire("Luz", members.Cashier, luz, 0)
		s.text(rosa, "ALTA Rosa Paz")
		s.says(luz, "VENTA 987654321 120.50", "Venta S/ 120.50: Rosa *321 +12 puntos, saldo 32.")
		s.says(luz, "venta +51 987 654 321 S/ 29.50 B001-7", "Venta S/ 29.50: Rosa *321 +3 puntos, saldo 35.")
		s.says(luz, "Venta: 987654321 29,50 soles b001-7", "Venta S/ 29.50: Rosa *321 +3 puntos, saldo 35.") // the same ticket
		s.says(luz, "VENTA 987654321 30 B001-7", "El ticket B001-7 es de otra venta")
		s.says(luz, "VENTA 987654321 1.250", "No queda claro el importe 1.250")
		s.says(luz, "VENTA 987654321 1 250", "No queda claro el importe 1 250")
		s.says(luz, "VENTA 987654321", "Escribe VENTA")
		s.says(luz, "VENTA 987654321 1,250.00", "Venta S/ 1,250: Rosa *321 +125 puntos, saldo 160.")
		s.says(luz, "VENTA "+luz+" 100", "tu propio teléfono")
		s.says(luz, "VENTA 912345678 100", "guardada para *678")
		s.says(luz, "SALDO 987654321", "Rosa *321: 160 puntos.")
		s.says(luz, "SALDO 912345678", "no es de Cafe Flor")
		s.says(luz, "SALDO", "Este teléfono no tiene puntos")
		s.says(luz, "ALTA 912345678 pedro", "Alta de Pedro *678")
		s.says(luz, "ALTA 912345678", "Pedro *678 ya es de Cafe Flor y tiene 30 puntos")
		s.says(luz, "ALTA", "Ya eres de Cafe Flor")
		s.says(luz, "SALDO", "tienes 20 puntos")
		if n := s.number1("SELECT COUNT(*) FROM inbound WHERE body LIKE '%987654321%' OR body LIKE '%912345678%' OR body LIKE '%pedro%'"); n != 0 {
			t.Errorf("%d texts of staff keep whose number they named", n)
		}
		s.says(luz, "BAJA", "ya no recibes textos")
		s.says(luz, "VENTA 987654321 100", "escribe ALTA")
	})
}

func TestVouchersByText(t *testing.T) {
	each(t, func(s *shop) {
		s.hire("Luz", members.Cashier, luz, 0)
		s.text(rosa, "ALTA Rosa")
		s.text(luz, "ALTA Luz")
		s.do(rosa, "reward 1 10 Cafe gratis")
		s.steady(s.says(rosa, "CANJEAR 1", "Cafe gratis"))
		s.steady(s.says(luz, "CANJE 1", "Cafe gratis"))
		s.says(luz, s.meant("CANJE CODE2"), "un vale tuyo")
		s.says(luz, s.meant("CANJE CODE1"), "Vale usado: Cafe gratis, de Rosa *321.")
		s.says(luz, s.meant("CANJE CODE1"), "fue usado antes")
		for range 10 {
			s.says(luz, "CANJE 22222222", "No hay un vale 22222222")
		}
		s.says(luz, "CANJE 22222222", "Espera una hora")
	})
}

// TestOneInboundIsOneSale delivers one text many times at once, and a till reports the same sale beside it.
func TestOneInboundIsOneSale(t *testing.T) {
	each(t, func(s *shop) {
		s.earns()
		s.hire("Luz", members.Cashier, luz, 0)
		s.text(rosa, "ALTA Rosa")
		var till pos.Till
		s.write(func(ctx context.Context, tx *db.Tx) error {
			stores, err := members.Stores(ctx, tx, s.program.ID)
			if err == nil {
				till, _, err = pos.AddTill(ctx, tx, s.box.Key, s.program, stores[0].ID, "Caja")
			}
			return err
		})
		desk := &pos.Service{DB: s.db, Key: s.box.Key}
		for round := range 5 {
			amount := int64(1000 * (round + 1))
			var all sync.WaitGroup
			answers := make(chan string, 20)
			for range 10 {
				all.Go(func() {
					a, err := s.box.Receive(t.Context(), sms.Inbound{
						ProviderID: fmt.Sprintf("SM%032x", 7000+round), AccountSID: account, To: shopNumber, From: luz, Body: fmt.Sprintf("VENTA 987654321 %d", amount/100),
					})
					if err != nil {
						t.Error(err)
					}
					answers <- a.Body
				})
			}
			all.Go(func() {
				_, err := desk.Record(t.Context(), pos.Sale{Program: s.program.ID, Till: till.ID, Ref: fmt.Sprint("S-", round), Phone: rosa, Amount: amount})
				if err != nil {
					t.Error(err)
				}
			})
			all.Wait()
			close(answers)
			first := <-answers
			for a := range answers {
				if a != first || a == "" {
					t.Errorf("%q and %q", first, a)
				}
			}
		}
		if n := s.number1("SELECT balance FROM members WHERE phone = $1", rosa); n != 20+1+2+3+4+5 {
			t.Errorf("balance %d", n)
		}
		if n := s.number1("SELECT COUNT(*) FROM purchases WHERE state = 'matched'"); n != 5 {
			t.Errorf("%d matched", n)
		}
	})
}

// An owner makes a campaign by text, and it goes to as many as they typed.
func TestACampaignByText(t *testing.T) {
	each(t, func(s *shop) {
		s.hire("Dora", members.Owner, dora, 0)
		s.hire("Luz", members.Cashier, luz, 0)
		s.says(luz, "FLASH 20% hoy 16-18 todos", "Eso solo lo puede pedir")
		for i := range 5 {
			s.text(fmt.Sprintf("+5198765430%d", i), "ALTA")
		}
		s.says(dora, "FLASH 20% viernes 18-16", "No lo entiendo")
		s.says(dora, "FLASH 20% viernes 16-18 VIPP", "No lo entiendo: VIPP")
		s.says(dora, "ENVIAR 5", "No hay nada que enviar")
		first := s.says(dora, "FLASH 20% viernes 16-18 todos", "Para enviar escribe ENVIAR ")
		n := first[strings.LastIndex(first, " ")+1:]
		s.says(dora, "ENVIAR 999", "Para enviar escribe ENVIAR "+n)
		s.text("+51987654399", "ALTA")
		again := s.text(dora, "ENVIAR "+n)
		if strings.Contains(again, "ENVIAR") { // one more is in it now
			n = again[strings.LastIndex(again, " ")+1:]
			again = s.text(dora, "ENVIAR "+n)
		}
		if !strings.Contains(again, "En marcha: "+n) {
			t0 := again
			s.t.Errorf("%q", t0)
		}
		s.says(dora, "ENVIAR "+n, "ya va en camino")
		s.says(dora, "PAUSA", "En pausa 1")
		s.says(dora, "SIGUE", "En marcha 1")
		s.says(dora, "RESUMEN", "Hoy: 6 altas")
		if n := s.number1("SELECT COUNT(*) FROM campaigns WHERE state = 'active'"); n != 1 {
			s.t.Errorf("%d campaigns are active", n)
		}
	})
}
