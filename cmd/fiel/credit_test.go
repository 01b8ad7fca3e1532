package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
)

// ask runs a command that must succeed and answers its words.
func (s *shell) ask(args ...string) string {
	s.t.Helper()
	code, out, err := s.run(args...)
	if code != 0 {
		s.t.Fatalf("fiel %q: exit %d, %s", args, code, err)
	}
	return out
}

// refused runs a command that must be refused with those words.
func (s *shell) refused(sentence string, args ...string) {
	s.t.Helper()
	if code, _, err := s.run(args...); code != exitRefused || !strings.Contains(err, sentence) {
		s.t.Errorf("fiel %q: exit %d, %s; want %q", args, code, err, sentence)
	}
}

// Points by hand above the limit wait for a second person; every act is written down.
func TestTwoPersonsGiveManyPoints(t *testing.T) {
	s := newShell(t)
	s.ask("member", "add", "987654321", "--name", "Rosa")
	var asked creditView
	if err := json.Unmarshal([]byte(s.ask("credit", "987654321", "5000", "--why", "por la boda", "--json")), &asked); err != nil || asked.Waits == 0 || asked.Points != 20 {
		t.Fatal(asked, err)
	}
	id := fmt.Sprint(asked.Waits)
	if list := s.ask("credit", "list"); !strings.Contains(list, id) || !strings.Contains(list, "+5000") || !strings.Contains(list, "por la boda") {
		t.Error(list)
	}
	s.refused("another person has to approve", "credit", "approve", id)
	if done := s.ask("credit", "approve", id, "--staff", "3"); done != "+51987654321 has 5020 points\n" {
		t.Error(done)
	}
	s.refused("decided on already", "credit", "approve", id, "--staff", "3")

	out := s.ask("credit", "give", "987654321", "--why", "error", "--", "-2000")
	id = strings.TrimSpace(out[strings.LastIndex(out, " "):])
	if done := s.ask("credit", "refuse", id); done != id+" is refused\n" || s.ask("credit", "list") != "No points wait for a second person.\n" {
		t.Error(done)
	}
	if all := s.ask("audit"); strings.Count(all, "\n") != 6 || !strings.Contains(all, "points.refuse") {
		t.Error(all)
	}
	if one := s.ask("audit", "--action", "points.approve", "--csv"); strings.Count(one, "\n") != 2 || !strings.Contains(one, "staff:3,cli,,points.approve") || !strings.Contains(one, ",cli:") {
		t.Error(one)
	}
	var acts []auditView
	if err := json.Unmarshal([]byte(s.ask("audit", "--actor", "staff:3", "--since", "2026-01-01", "--json")), &acts); err != nil || len(acts) != 1 || !strings.HasPrefix(acts[0].Request, "cli:") {
		t.Error(acts, err)
	}
	if none := s.ask("audit", "--since", "2999-01-01T00:00:00Z", "--json"); none != "[]\n" {
		t.Error(none)
	}
	if code, _, err := s.run("audit", "--csv", "--json"); code != exitUsage || !strings.Contains(err, "can't be used together") {
		t.Error(code, err)
	}
	if none := s.ask("flag", "report"); !strings.Contains(none, "Nobody earned more than three times") {
		t.Error(none)
	}
}

// A cell that a spreadsheet would take for a formula is a text.
func TestCSVHasNoFormulas(t *testing.T) {
	for cell, want := range map[string]string{"": "", "cli:ana": "cli:ana", "=1+1": "'=1+1", "+1": "'+1", "-1": "'-1", "@x": "'@x", "\tx": "'\tx"} {
		if got := plainCell(cell); got != want {
			t.Errorf("%q is %q, want %q", cell, got, want)
		}
	}
}
