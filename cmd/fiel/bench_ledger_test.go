package main

import (
	"encoding/json"
	"testing"
)

// A ledger that was made up is sound, and its days are sealed.
func TestALedgerIsMadeUp(t *testing.T) {
	s := newShell(t)
	var figures []figure
	out := s.ask("bench", "ledger", "--members", "60", "--entries", "3000", "--into", "made.db", "--json")
	if err := json.Unmarshal([]byte(out), &figures); err != nil || len(figures) != 4 {
		t.Fatal(out, err)
	}
	var all []checked
	if err := json.Unmarshal([]byte(s.ask("db", "check", "--database", "made.db", "--json")), &all); err != nil || len(all) != 1 {
		t.Fatal(all, err)
	}
	one := all[0]
	if one.Members != 60 || one.Entries != 3000 || one.Lots == 0 || one.Moves == 0 || one.Vouchers == 0 || one.Sealed < 700 || one.Suspects != 0 || len(one.Findings) != 0 {
		t.Errorf("%+v", one)
	}
	if code, _, err := s.run("bench", "ledger", "--members", "0"); code != exitUsage {
		t.Error(code, err)
	}
}
