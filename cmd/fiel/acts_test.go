package main

import (
	"encoding/json"
	"strings"
	"testing"
)

// Whatever changes something for the shop leaves a row in the audit, with who did it.
func TestEveryActIsWrittenDown(t *testing.T) {
	s := newShell(t)
	acts := func() (list []auditView) {
		t.Helper()
		if err := json.Unmarshal([]byte(s.ask("audit", "--json")), &list); err != nil {
			t.Fatal(err)
		}
		return list
	}
	before := acts()
	for _, command := range []string{
		"member|add|987654321|--name|Rosa", "credit|987654321|40|--why|x", "reward|add|1|Cafe|--cost|5|--item", "reward|retire|1", "till|add|Caja 2",
		"till|rotate|6", "till|retire|6", "till|revoke|6", "campaign|add|birthday|--offer|es=un postre", "campaign|start|birthday", "campaign|pause|birthday",
		"campaign|resume|birthday", "campaign|cancel|birthday", "staff|add|Eva|--role|manager", "store|add|Norte",
	} {
		s.ask(strings.Split(command, "|")...)
		after := acts()
		if len(after) != len(before)+1 {
			t.Errorf("fiel %s left %d rows in the audit, want one", command, len(after)-len(before))
		} else if last := after[len(after)-1]; last.Actor != cliActor() || last.Door != "cli" || last.Action == "" || last.Subject == "" {
			t.Errorf("fiel %s: %+v", command, last)
		}
		before = after
	}
	for _, command := range []string{"member|list", "reward|list", "till|list", "till|parked", "campaign|list", "credit|list", "flag|report", "db|check", "db|migrate"} {
		s.ask(strings.Split(command, "|")...)
	}
	if after := acts(); len(after) != len(before) {
		t.Errorf("looking left %d rows in the audit", len(after)-len(before))
	}
}
