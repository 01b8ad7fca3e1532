package sms

import (
	"context"
	"testing"

	"fiel/db"
	"fiel/members"
)

func TestANumberIsOneProgramsOnly(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		var other members.Program
		s.write(func(ctx context.Context, tx *db.Tx) (err error) {
			other, err = members.CreateProgram(ctx, tx, members.NewProgram{
				Name: "Panaderia", Country: "MX", Currency: "MXN", Zone: "America/Mexico_City", Language: "es",
			})
			if err != nil {
				return err
			}
			if _, err := AddSender(ctx, tx, s.key, other.ID, Address{AccountSID: "AC2", Token: "t", Number: testNumber}); db.CodeOf(err) != db.Conflict {
				t.Errorf("the number of another: %v", err)
			}
			if _, err := AddEnvSender(ctx, tx, other.ID); err != nil {
				return err
			}
			if _, err := AddEnvSender(ctx, tx, other.ID); db.CodeOf(err) != db.Conflict {
				t.Errorf("a second sender of the environment: %v", err)
			}
			if _, err := BindEnvSender(ctx, tx, other.ID, Address{AccountSID: testAccount, Number: testNumber}); db.CodeOf(err) != db.Conflict {
				t.Errorf("bound to the number of another: %v", err)
			}
			if _, err := BindEnvSender(ctx, tx, s.p.ID, Address{AccountSID: testAccount, Number: "+525511111111"}); db.CodeOf(err) != db.Missing {
				t.Errorf("bound without a sender of the environment: %v", err)
			}
			_, err = BindEnvSender(ctx, tx, other.ID, Address{AccountSID: "AC2", Number: "+525522222222", ServiceSID: "MG2", Pace: 10})
			return err
		})
		tests := []struct {
			account, to, service string
			program              int64 // 0: denied
		}{
			{testAccount, testNumber, "", s.p.ID},
			{"AC2", testNumber, "", 0},
			{"AC2", "+525522222222", "", other.ID},
			{"AC2", "+525599999999", "MG2", other.ID},
			{testAccount, "+525522222222", "MG2", 0},
			{"", "", "", 0},
			{"AC2", "", "", 0},
		}
		for _, test := range tests {
			s.write(func(ctx context.Context, tx *db.Tx) error {
				got, err := FindSender(ctx, tx, test.account, test.to, test.service)
				if got.ProgramID != test.program || (test.program == 0) != (db.CodeOf(err) == db.Denied) {
					t.Errorf("%+v: program %d, %v", test, got.ProgramID, err)
				}
				return nil
			})
		}
	})
}

func TestSenderIsChecked(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		good := Address{AccountSID: "AC2", Token: "t", Number: "+525522222222"}
		for name, spoil := range map[string]func(*Address){
			"no account":             func(a *Address) { a.AccountSID = "" },
			"no token":               func(a *Address) { a.Token = "" },
			"no number, no service":  func(a *Address) { a.Number = "" },
			"a number and a service": func(a *Address) { a.ServiceSID = "MG2" },
			"pace below zero":        func(a *Address) { a.Pace = -1 },
			"an unknown way back":    func(a *Address) { a.ReplyVia = "mail" },
			"TwiML in Ireland":       func(a *Address) { a.Region = "ie1" },
		} {
			a := good
			spoil(&a)
			s.write(func(ctx context.Context, tx *db.Tx) error {
				if _, err := AddSender(ctx, tx, s.key, s.p.ID, a); db.CodeOf(err) != db.Invalid {
					t.Errorf("%s: %v", name, err)
				}
				return nil
			})
		}
	})
}

func TestTokenIsSealed(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		if s.s.Token == "" || s.s.Token == "secret" {
			t.Fatalf("token stored as %q", s.s.Token)
		}
		if token, err := s.s.OpenToken(s.key); token != "secret" || err != nil {
			t.Errorf("opened: %q %v", token, err)
		}
		if _, err := s.s.OpenToken(members.NewKey()); db.CodeOf(err) != db.Denied {
			t.Errorf("with another key: %v", err)
		}
		if _, err := (Sender{}).OpenToken(s.key); !db.NotFound(err) {
			t.Errorf("of the environment: %v", err)
		}
	})
}

func TestStoppedSender(t *testing.T) {
	eachShop(t, func(t *testing.T, s *shop) {
		text := s.enqueue(s.join(1), Service, "Hola")
		s.write(func(ctx context.Context, tx *db.Tx) error { return HaltSender(ctx, tx, s.s.ID, "the owner says so") })
		if n := s.sendAll(s.line()); n != 0 || s.message(text.ID).State != StateQueued {
			t.Errorf("%d texts left, the one that waits is %s", n, s.message(text.ID).State)
		}
		s.write(func(ctx context.Context, tx *db.Tx) error { return ResumeSender(ctx, tx, s.s.ID) })
		if n := s.sendAll(s.line()); n != 1 {
			t.Errorf("%d texts left after that, want 1", n)
		}
		s.write(func(ctx context.Context, tx *db.Tx) error {
			if err := HaltSender(ctx, tx, 1, ""); !db.NotFound(err) {
				t.Errorf("an unknown sender: %v", err)
			}
			return nil
		})
	})
}

// A member is texted by the sender that names their country, else by the first that names none.
func TestSenderFor(t *testing.T) {
	all := []Sender{{ID: 1, Countries: "MX"}, {ID: 2, Countries: "US,CA"}, {ID: 3}, {ID: 4}}
	for phone, want := range map[members.Phone]int64{"+525512345678": 1, "+12125550123": 2, "+51987654321": 3, "": 3} {
		if got := SenderFor(all, phone).ID; got != want {
			t.Errorf("%s goes by %d, not %d", phone.E164(), got, want)
		}
	}
	if got := SenderFor(all[:2], "+51987654321").ID; got != 1 {
		t.Errorf("where none is for all it goes by %d", got)
	}
	if got := SenderFor(nil, "+51987654321").ID; got != 0 {
		t.Errorf("without senders it goes by %d", got)
	}
}
