package inbox_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	"fiel/db"
	"fiel/db/dbtest"
	"fiel/members"
	"fiel/rewards"
	"fiel/sms"
	"fiel/sms/inbox"
	"fiel/templates"
)

// cafe is the program of these tests: Peruvian, and Americans may join.
func cafe() members.NewProgram {
	return members.NewProgram{Name: "Cafe Flor", Contact: "01 555 0100", Country: "PE", Currency: "PEN", Zone: "America/Lima", Language: "es", Countries: "US", JoinBonus: 20}
}

// each plays a story in a fresh shop on both databases.
func each(t *testing.T, f func(*shop)) {
	t.Helper()
	clock := new(dbtest.Clock)
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		clock.Set(dbtest.Start())
		f(open(t, d, clock, cafe()))
	}, dbtest.WithClock(clock))
}

// receive has a text delivered as the provider does.
func (s *shop) receive(in sms.Inbound) sms.Answer {
	s.t.Helper()
	if in.ProviderID == "" {
		s.texts++
		in.ProviderID = fmt.Sprintf("SM%032x", s.texts)
	}
	in.AccountSID = account
	if in.To == "" {
		in.To = shopNumber
	}
	a, err := s.box.Receive(s.t.Context(), in)
	if err != nil {
		s.t.Fatalf("%q from %s: %v", in.Body, in.From, err)
	}
	return a
}

// holds is what the outbox and the shop hold of a phone.
func (s *shop) holds(phone members.Phone) (got []sms.Received, sent []sms.Message) {
	s.t.Helper()
	s.write(func(ctx context.Context, tx *db.Tx) (err error) {
		hash := s.box.Key.Hash(phone)
		if got, err = sms.TextsFrom(ctx, tx, s.program.ID, hash, 100); err != nil {
			return err
		}
		sent = nil
		rows, err := tx.QueryContext(ctx, "SELECT state, body FROM messages WHERE program_id = $1 AND hash = $2 ORDER BY id", s.program.ID, hash)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var m sms.Message
			if err := rows.Scan(&m.State, &m.Body); err != nil {
				return err
			}
			sent = append(sent, m)
		}
		return rows.Err()
	})
	return got, sent
}

func (s *shop) consents(phone members.Phone) (list []members.Consent) {
	s.t.Helper()
	s.write(func(ctx context.Context, tx *db.Tx) error {
		m, err := members.ByPhone(ctx, tx, s.program.ID, phone)
		if err == nil {
			list, err = members.Consents(ctx, tx, s.program.ID, m.ID)
		}
		return err
	})
	return list
}

const rosa = "+51987654321"

// What Twilio's Advanced Opt-Out has understood counts before the words, and is answered by Twilio alone.
func TestWhatTheProviderUnderstood(t *testing.T) {
	each(t, func(s *shop) {
		optOut := func(from, kind, body string) sms.Answer {
			return s.receive(sms.Inbound{From: from, Body: body, OptOut: kind, Handled: true})
		}
		const stranger, american = "+51987000999", "+13055550123"
		for _, step := range []struct{ from, kind, body, state string }{
			{stranger, "STOP", "nunca mas", "stopped"},
			{stranger, "HELP", "ALTA", "stopped"},
			{stranger, "START", "hola", "member, service, marketing, wrote"},
			{rosa, "START", "ALTA Rosa", "member, service, marketing, wrote"},
			{rosa, "STOP", "SALDO", "member, left, wrote, stopped"},
			{rosa, "STOP", "SALDO", "member, left, wrote, stopped"},
			{rosa, "HELP", "BAJA", "member, left, wrote, stopped"},
			{rosa, "START", "START", "member, service, marketing, wrote"},
			{american, "START", "JOIN", "member, service, wrote"},
		} {
			if a := optOut(step.from, step.kind, step.body); a.Body != "" || a.MessageID != 0 {
				t.Errorf("%s by %q is answered %q beside Twilio's answer", step.kind, step.body, a.Body)
			}
			if got := s.state(step.from); got != step.state {
				t.Errorf("after %s by %q: %s, want %s", step.kind, step.body, got, step.state)
			}
		}
		if a := s.text(american, "YES"); !strings.Contains(a, "no open question") && !strings.Contains(a, "ninguna pregunta") {
			t.Errorf("nobody asked, and YES is answered %q", a)
		}
		if s.state(american) != "member, service, wrote" {
			t.Error("a YES to a question that was never texted is consent to offers")
		}
		for _, c := range s.consents(rosa) {
			if !strings.HasPrefix(c.Evidence, "inbound:") || c.Words != "ALTA" && c.Words != "SALDO" && c.Words != "START" {
				t.Errorf("consent shows words nobody saw: %q, %s", c.Words, c.Evidence)
			}
		}
	})
}

// The line a day for who has left is not used up by a word that Twilio answers.
func TestTheDailyLineWaitsForAWordThatIsOurs(t *testing.T) {
	each(t, func(s *shop) {
		s.text(rosa, "ALTA")
		s.text(rosa, "STOP")
		s.text(rosa, "STOP")
		if a := s.text(rosa, "saldo"); !strings.Contains(a, "escribe ALTA") {
			t.Errorf("answered %q", a)
		}
	})
}

func TestConsentKeepsTheWordsThatWereShown(t *testing.T) {
	each(t, func(s *shop) {
		welcome := s.text(rosa, "ALTA íñigo y el perro de San Roque no tiene rabo")
		bye := s.text(rosa, "BAJA")
		list := s.consents(rosa)
		if len(list) != 4 {
			t.Fatalf("%d declarations, want two and two", len(list))
		}
		for i, c := range list {
			want := welcome
			if i >= 2 {
				want = bye
			}
			if c.Words != want || c.Given != (i < 2) || c.Actor != "member" || c.Door != "text" || c.Language != "es" {
				t.Errorf("declaration %d: %+v, want the words %q", i, c, want)
			}
		}
	})
}

// The same text delivered many times at once is one text with one answer, also months later.
func TestRepeatedDeliveries(t *testing.T) {
	each(t, func(s *shop) {
		in := sms.Inbound{ProviderID: "SM" + strings.Repeat("a", 32), AccountSID: account, To: shopNumber, From: rosa, Body: "ALTA Rosa"}
		answers, failed := make([]sms.Answer, 30), make([]error, 30)
		var all sync.WaitGroup
		for i := range answers {
			all.Go(func() { answers[i], failed[i] = s.box.Receive(t.Context(), in) })
		}
		all.Wait()
		s.clock.Add(365 * 24 * 3600 * 1e9)
		answers, failed = append(answers, s.receive(in)), append(failed, nil)
		for i, a := range answers {
			if failed[i] != nil || a != answers[0] || a.Body == "" || a.Attempt == "" {
				t.Errorf("delivery %d: %+v, %v; the first was %+v", i, a, failed[i], answers[0])
			}
		}
		got, sent := s.holds(rosa)
		if len(got) != 1 || len(sent) != 1 || len(s.consents(rosa)) != 2 {
			t.Errorf("%d texts in, %d out, %d declarations", len(got), len(sent), len(s.consents(rosa)))
		}
	})
}

// Where replies go by REST the webhook's answer is empty and one text waits, whatever is repeated.
func TestRepliesByREST(t *testing.T) {
	each(t, func(s *shop) {
		s.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := sms.BindEnvSender(ctx, tx, s.program.ID, sms.Address{AccountSID: account, Number: shopNumber, Token: "x", ReplyVia: sms.ViaREST, Region: "ie1"})
			return err
		})
		for i, body := range []string{"ALTA", "SALDO", "BAJA"} {
			in := sms.Inbound{ProviderID: fmt.Sprintf("SM%032x", i), From: rosa, Body: body}
			for range 3 {
				if a := s.receive(in); a != (sms.Answer{}) {
					t.Errorf("%s is answered %+v in the webhook too", body, a)
				}
			}
		}
		_, sent := s.holds(rosa)
		var states []string
		for _, m := range sent {
			states = append(states, m.State)
		}
		if strings.Join(states, " ") != "cancelled cancelled queued" || !strings.HasPrefix(sent[2].Body, "Listo: ya no recibes") {
			t.Errorf("the outbox holds %v; after the stop its confirmation alone may leave", sent)
		}
	})
}

// Two programs on one server know nothing of each other, and a number of either is nobody to the other.
func TestTwoPrograms(t *testing.T) {
	each(t, func(s *shop) {
		other := *s
		const otherNumber = "+51987000001"
		s.write(func(ctx context.Context, tx *db.Tx) (err error) {
			n := cafe()
			n.Name = "Libros Sol"
			if other.program, err = members.CreateProgram(ctx, tx, n); err != nil {
				return err
			}
			_, err = sms.AddSender(ctx, tx, s.box.Key, other.program.ID, sms.Address{AccountSID: account, Number: otherNumber, Token: "y"})
			return err
		})
		s.text(rosa, "ALTA Rosa")
		if a := s.receive(sms.Inbound{From: rosa, To: otherNumber, Body: "SALDO"}); !strings.Contains(a.Body, "no tiene puntos en Libros Sol") {
			t.Errorf("the other program answers %q", a.Body)
		}
		s.receive(sms.Inbound{From: rosa, To: otherNumber, Body: "ALTA"})
		s.receive(sms.Inbound{From: rosa, To: otherNumber, Body: "BAJA"})
		if s.state(rosa) != "member, service, marketing, wrote" || other.state(rosa) != "member, left, wrote, stopped" {
			t.Errorf("here %s, there %s", s.state(rosa), other.state(rosa))
		}
		for _, own := range []string{otherNumber, shopNumber} {
			if a := s.receive(sms.Inbound{From: own, Body: "SALDO"}); a.Body != "" {
				t.Errorf("our own number %s is answered %q", own, a.Body)
			}
		}
	})
}

// A burst from abroad costs nothing.
func TestPumpingFromAbroad(t *testing.T) {
	each(t, func(s *shop) {
		for i := range 60 {
			from := fmt.Sprintf("+4477009%05d", i)
			for _, body := range []string{"ALTA", "SALDO", "AYUDA", "hola", "BAJA"} {
				if a := s.receive(sms.Inbound{From: from, Body: body}); a.Body != "" {
					t.Fatalf("%s from %s is answered %q", body, from, a.Body)
				}
			}
		}
	})
}

// A member whose language has no texts here is answered in the program's.
func TestALanguageWithoutTexts(t *testing.T) {
	each(t, func(s *shop) {
		s.text(rosa, "ALTA")
		s.write(func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.ExecContext(ctx, "UPDATE members SET language = 'qu' WHERE program_id = $1", s.program.ID)
			return err
		})
		if a := s.text(rosa, "hola"); !strings.HasPrefix(a, "No te entendimos") {
			t.Errorf("answered %q", a)
		}
	})
}

// Any of the commands may be the one that finds a member in an odd state: none may fail.
func TestEveryCommandAnswersEverybody(t *testing.T) {
	book, err := inbox.Load(templates.Languages()...)
	if err != nil {
		t.Fatal(err)
	}
	each(t, func(s *shop) {
		phones := []string{"+51987000111", rosa, "+51987000333", "+13055550123"}
		s.text(phones[1], "ALTA")
		s.text(phones[2], "ALTA")
		s.text(phones[2], "BAJA")
		for _, lang := range templates.Languages() {
			for _, c := range []inbox.Command{
				inbox.Balance, inbox.Rewards, inbox.Redeem, inbox.Why, inbox.Tier, inbox.Name, inbox.Birthday, inbox.Friend, inbox.Promos, inbox.Help,
				inbox.Language, inbox.Data, inbox.Erase, inbox.Email, inbox.Yes, inbox.No, inbox.Join,
			} {
				for _, phone := range phones {
					s.clock.Add(24 * 3600 * 1e9)
					word := book.Keyword(lang, c)
					if a := s.text(phone, word); a == "" {
						t.Errorf("%s %s is not answered", phone, word)
					}
				}
			}
		}
	})
}

// A member whose number the tables would refuse by now can still leave.
func TestANumberThatTheTablesForgot(t *testing.T) {
	const landline = "+5115550199"
	each(t, func(s *shop) {
		s.write(func(ctx context.Context, tx *db.Tx) error {
			hash := s.box.Key.Hash(landline)
			if _, err := members.Touch(ctx, tx, s.program.ID, hash); err != nil {
				return err
			}
			_, _, err := members.Join(ctx, tx, s.program, members.Joining{Phone: landline, Hash: hash})
			return err
		})
		if a := s.text(landline, "BAJA"); !strings.HasPrefix(a, "Listo") || s.state(landline) != "member, left, stopped" {
			t.Errorf("answered %q: %s", a, s.state(landline))
		}
	})
}

// Many texts of one phone at once, each in its own transaction: one member, one bonus, one voucher, and whoever left has left.
func TestManyTextsAtOnce(t *testing.T) {
	each(t, func(s *shop) {
		s.write(func(ctx context.Context, tx *db.Tx) error { return s.reward(ctx, tx, "", []string{"1", "20", "Cafe"}) })
		at := 0
		flood := func(bodies ...string) {
			var all sync.WaitGroup
			for range 8 {
				for _, body := range bodies {
					at++
					in := sms.Inbound{ProviderID: fmt.Sprintf("SM%032x", 1000+at), AccountSID: account, To: shopNumber, From: rosa, Body: body}
					all.Go(func() {
						if _, err := s.box.Receive(t.Context(), in); err != nil {
							t.Errorf("%s: %v", in.Body, err)
						}
					})
				}
			}
			all.Wait()
		}
		flood("ALTA Rosa", "SALDO", "NOMBRE Eva")
		s.clock.Add(11 * 60 * 1e9)
		flood("CANJEAR 1", "PREMIOS", "PROMOS NO", "PROMOS SI")
		var entries, vouchers int
		s.write(func(ctx context.Context, tx *db.Tx) error {
			if err := tx.QueryRowContext(ctx, "SELECT COUNT(*) FROM entries WHERE program_id = $1", s.program.ID).Scan(&entries); err != nil {
				return err
			}
			if err := tx.QueryRowContext(ctx, "SELECT COUNT(*) FROM vouchers WHERE program_id = $1", s.program.ID).Scan(&vouchers); err != nil {
				return err
			}
			findings, err := rewards.Check(ctx, tx, s.program.ID)
			if len(findings) > 0 {
				t.Error(findings)
			}
			return err
		})
		if entries != 2 || vouchers != 1 {
			t.Errorf("%d entries and %d vouchers, want the bonus, a voucher and its entry", entries, vouchers)
		}
		flood("BAJA", "SALDO", "CANJEAR 1")
		if got := s.state(rosa); got != "member, left, wrote, stopped" {
			t.Errorf("after leaving: %s", got)
		}
		_, sent := s.holds(rosa)
		confirmed := 0
		for _, m := range sent {
			if strings.HasPrefix(m.Body, "Listo: ya no recibes") {
				confirmed++
			}
		}
		if confirmed != 1 {
			t.Errorf("the stop is confirmed %d times", confirmed)
		}
	})
}
