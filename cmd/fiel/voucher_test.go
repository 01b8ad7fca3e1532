package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// buys has the member buy the first reward by text and answers its code.
func (s *shell) buys(phone string) string {
	s.t.Helper()
	words := strings.Fields(s.ask("text", phone, "REDEEM 1"))
	for _, w := range words {
		if w = strings.Trim(w, ",."); len(w) == 8 && strings.ToUpper(w) == w && strings.IndexFunc(w, func(r rune) bool { return r < '0' || r > 'Z' }) < 0 {
			return w
		}
	}
	s.t.Fatal(words)
	return ""
}

// A voucher at the desk: the store's limits, a second person, a hold, a use that is taken back.
func TestAVoucherAtTheDesk(t *testing.T) {
	s := newShell(t)
	s.ask("member", "add", "987654321", "--name", "Rosa", "--language", "en")
	s.ask("credit", "987654321", "900", "--why", "x")
	s.ask("reward", "add", "1", "Torta", "--cost", "100", "--amount", "2000")
	var luz staffView
	if err := json.Unmarshal([]byte(s.ask("staff", "add", "Luz Paz", "--role", "manager", "--json")), &luz); err != nil {
		t.Fatal(err)
	}
	var stores []storeView
	if err := json.Unmarshal([]byte(s.ask("store", "list", "--json")), &stores); err != nil || len(stores) != 1 {
		t.Fatal(stores, err)
	}
	store, manager := fmt.Sprint(stores[0].ID), fmt.Sprint(luz.ID)
	s.ask("store", "set", store, "redeem_share=50", "redeem_approval=1500", "merchant=Flor S.A.C.")
	if list := s.ask("store", "list"); !strings.Contains(list, "at most 50 % of a sale, a second person above S/ 15, undone within 30 minutes") || !strings.Contains(list, "Flor S.A.C.") {
		t.Error(list)
	}

	code := s.buys("987654321")
	s.refused("it has to come to at least S/ 40", "redeem", code, "--amount", "3999")
	s.refused("need a second person here", "redeem", code, "--amount", "4000")
	s.refused("nobody approves what they do themselves", "redeem", code, "--amount", "4000", "--staff", manager, "--approver", manager)
	if out := s.ask("voucher", "reserve", code, "--approver", manager); !strings.Contains(out, "is reserved.\nvouchers pay at most 50 % of a sale here: look that it comes to at least S/ 40") {
		t.Error(out)
	}
	s.refused("reserved at another till until", "redeem", code, "--staff", "3", "--approver", manager)
	if out := s.ask("voucher", "show", code); !strings.Contains(out, "S/ 20 off: reserved") || !strings.Contains(out, "+51987654321, 100 points") || !strings.Contains(out, "reserved until") {
		t.Error(out)
	}
	s.ask("voucher", "release", code, "--staff", "3")
	s.refused("is not reserved", "voucher", "release", code)
	if out := s.ask("redeem", code, "--amount", "4000", "--approver", manager); out != code+": Torta\n" {
		t.Error(out)
	}
	s.refused("used already", "redeem", code, "--amount", "4000")
	var shown voucherView
	if err := json.Unmarshal([]byte(s.ask("voucher", "show", code, "--json")), &shown); err != nil || shown.State != "redeemed" || shown.Approver != "staff:"+manager || fmt.Sprint(shown.Store) != store {
		t.Error(shown, err)
	}
	s.ask("store", "set", store, "reversal_minutes=0")
	s.refused("after that the owner has to approve it", "voucher", "reverse", code, "--why", "slip", "--approver", manager)
	s.ask("voucher", "reverse", code, "--why", "slip", "--approver", "3")
	s.refused("has not been used", "voucher", "reverse", code, "--why", "slip")
	if all := s.ask("audit", "--action", "voucher.reverse", "--csv"); strings.Count(all, "\n") != 2 || !strings.Contains(all, "slip") {
		t.Error(all)
	}
	s.ask("staff", "leave", manager)
	s.refused("nobody on the staff has the id", "redeem", code, "--amount", "4000", "--approver", manager)
	s.ask("db", "check")
}

// A member who answers NO: the owner looks at it and decides, once.
func TestTheOwnerSettlesDisputes(t *testing.T) {
	s := newShell(t)
	s.ask("text", "987654321", "JOIN")
	s.ask("credit", "987654321", "900", "--why", "x")
	s.ask("reward", "add", "1", "Torta", "--cost", "100", "--item")
	if list := s.ask("dispute", "list"); list != "Nobody objects.\n" {
		t.Error(list)
	}
	for i, how := range []string{"--return", "--uphold"} {
		code := s.buys("987654321")
		s.ask("redeem", code)
		s.ask("text", "987654321", "NO")
		var open []disputeView
		if err := json.Unmarshal([]byte(s.ask("dispute", "list", "--json")), &open); err != nil || len(open) != 1 || open[0].Code != code || open[0].Many {
			t.Fatal(open, err)
		}
		if list := s.ask("dispute", "list"); !strings.Contains(list, code) || !strings.Contains(s.ask("voucher", "show", code), "not settled") {
			t.Error(list)
		}
		id := fmt.Sprint(open[0].ID)
		out := s.ask("dispute", "settle", id, how, "--why", "the film")
		if want := []string{"100 points are back: the member has 920.\n", code + " stays used.\n"}[i]; out != want {
			t.Errorf("%q, want %q", out, want)
		}
		s.refused("was settled already", "dispute", "settle", id, "--return", "--why", "again")
	}
	s.ask("db", "check")
}
