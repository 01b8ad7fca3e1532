package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"fiel/rewards"
)

// shell runs commands as a person in a folder of their own does.
type shell struct {
	t      *testing.T
	env    []string
	secret string // of the till, which init shows
}

func newShell(t *testing.T) *shell {
	t.Helper()
	s := &shell{t: t}
	t.Chdir(t.TempDir())
	code, out, err := s.run("init", "--name", "Cafe Flor", "--country", "PE", "--owner", "Ana", "--join-bonus", "20", "--json")
	var made made
	if code != 0 || json.Unmarshal([]byte(out), &made) != nil {
		t.Fatal(code, out, err)
	}
	s.secret = made.TillToken
	return s
}

func (s *shell) run(args ...string) (code int, out, err string) {
	s.t.Helper()
	var o, e bytes.Buffer
	code = Run(s.t.Context(), args, Streams{In: strings.NewReader(""), Out: &o, Err: &e, Env: append(s.env, "FIEL_LOG_LEVEL=error")})
	return code, o.String(), e.String()
}

// TestWrongCalls says a sentence for each: exit code 2 when the call is wrong, 1 when it is refused, and prints nothing else.
func TestWrongCalls(t *testing.T) {
	s := newShell(t)
	cases := []struct {
		args     string // split at |
		code     int
		sentence string
	}{
		{"", 2, "expected one of"},
		{"nonsense", 2, "unexpected argument nonsense"},
		{"member", 2, "expected one of"},
		{"tier", 2, "expected one of"},
		{"notice|list|--limit|0", 2, "--limit is 1 to 1000"},
		{"member|confirm|+51987654399", 1, "not a member"},
		{"notice|seen", 2, "say --all"},
		{"notice|seen|3|--all", 2, "say --all"},
		{"notice|seen|3", 1, "no notice 3"},
		{"campaign|progress|nothing", 1, "no campaign"},
		{"tier|add", 2, "give a FILE, or --name and --threshold"},
		{"tier|add|--name|Oro", 2, "give a FILE, or --name and --threshold"},
		{"tier|add|x.json|--name|Oro", 2, "not both"},
		{"tier|add|--name|Oro|--threshold|0", 1, "at least 1 point"},
		{"tier|add|--name|Oro|--threshold|5|--times|11", 1, "by 1 to 10"},
		{"tier|add|--name|Oro|--threshold|5|--times|x", 1, "no multiplier"},
		{"tier|add|--name|Oro|--threshold|5|--reward|77", 1, "no reward 77"},
		{"tier|add|--name|Un nombre que es muy largo|--threshold|5", 1, "at most 20 letters"},
		{"tier|change|Oro", 2, "say what to change"},
		{"campaign|edit|birthday", 2, "say what to change"},
		{"campaign|edit|birthday|--at|9:00", 1, "no campaign"},
		{"campaign|show|birthday", 1, "no campaign"},
		{"campaign|delete|birthday", 1, "no campaign"},
		{"recipe|show|lottery", 1, "no recipe"},
		{"tier|change|Oro|--times|2", 1, "no level \"Oro\""},
		{"tier|give|987654399|Oro|--until|soon", 2, "no day"},
		{"tier|show|987654399", 1, "not a member"},
		{"campaign|preflight", 2, "<name>"},
		{"audience|count", 2, "<audience>"},
		{"audience|count|{", 1, "An audience is an object"},
		{"audience|count|{\"color\":[1]}", 1, "no condition of an audience"},
		{"audience|count|{\"store\":[\"Luna\"]}", 1, "no store named"},
		{"audience|sample|{}|--members|0", 2, "1 to 100"},
		{"audience|explain|@nothing.json", 1, "nothing.json"},
		{"campaign|preflight|nothing", 1, "no campaign"},
		{"settlement|march", 1, "is no month"},
		{"settlement|2999-01", 1, "has not begun"},
		{"member|list|--limit|0", 2, "--limit is 1 to 1000"},
		{"member|list|--limit=-1", 2, "--limit is 1 to 1000"},
		{"member|show", 2, "<phone>"},
		{"member|show|912", 1, "lacks digits"},
		{"member|show|987654399", 1, "not a member"},
		{"member|show|01 555 0199", 1, "landline"},
		{"member|add|987654399|--language|pt", 1, `no texts in "pt"`},
		{"member|add|987654399|--store|99", 1, "no store 99"},
		{"member|add|987654399|--name|R2D2", 1, "only letters"},
		{"member|add|987654399|--name|\xff", 2, "not UTF-8"},
		{"member|add|+447700900123", 1, "cannot join"},
		{"--program|99|member|list", 1, "no program 99"},
		{"--program|x|member|list", 2, "--program"},
		{"credit|987654321|many|--why|x", 2, "<points>"},
		{"credit|987654321|5", 2, "--why"},
		{"credit|987654321|0|--why|x", 1, "how many points"},
		{"credit|987654321|5|--why|x|--staff|99", 1, "nobody on the staff"},
		{"credit|approve|99", 1, "no points wait under 99"},
		{"credit|refuse|99", 1, "no points wait under 99"},
		{"credit|approve", 2, "<id>"},
		{"flag|report|--days|0", 2, "--days is 1 to 366"},
		{"audit|--since|yesterday", 2, "is no day"},
		{"credit|987654321|--why|x|--|-999", 1, "979 points are missing"},
		{"credit|987654321|5|--why|", 1, "reason"},
		{"credit|987654399|5|--why|x", 1, "not a member"},
		{"rule|add", 2, "give a FILE, or one of --per-amount"},
		{"rule|add|x.json|--per-visit", 2, "give a FILE or flags, not both"},
		{"rule|add|x.json", 1, "the file cannot be read"},
		{"rule|add|--per-visit|--tender|cash", 2, "can't be used together"},
		{"rule|add|--per-visit", 1, "name: a rule needs one"},
		{"rule|add|--name|x|--per-amount|0", 1, "step: say for how much money"},
		{"rule|add|--name|x|--per-amount|100|--gap|5", 1, "gap_minutes: a rule of kind amount has none"},
		{"rule|add|--name|x|--tender|cash", 1, "times: a multiplier is above 1"},
		{"rule|add|--name|x|--tender|cash|--times|11", 1, "times: a multiplier is above 1 and at most 10"},
		{"rule|add|--name|x|--tender|cash|--times|two", 1, "no multiplier such as 2 or 1.5"},
		{"rule|add|--name|x|--window|Friday|--times|2", 2, "--window is weekdays and hours"},
		{"rule|add|--name|x|--window|fri 25:00-26:00|--times|2", 1, "no time such as 16:30"},
		{"rule|retire|99", 1, "there is no rule 99"},
		{"rule|retire", 2, "<id>"},
		{"rule|preview", 1, "amount: a whole number of minor units"},
		{"rule|preview|x.json|--amount|5", 2, "give a FILE or flags, not both"},
		{"rule|preview|--amount|5|--item|coffee", 2, "--item is CATEGORY=AMOUNT"},
		{"rule|preview|--amount|5|--tender|cash", 2, "--tender is KIND=AMOUNT"},
		{"rule|preview|--amount|5|--tender|shells=5", 1, "tender[0].type"},
		{"rule|preview|--amount|5|--at|noon", 2, "no time such as"},
		{"rule|preview|--amount|5|--till|99", 1, "no till 99"},
		{"member|history|987654399", 1, "not a member"},
		{"member|history|987654321|--limit|0", 2, "--limit is 1 to 1000"},
		{"reward|add|1|Cafe|--cost|5", 2, "missing flags"},
		{"reward|add|1|Cafe|--cost|5|--item|--percent|5", 2, "can't be used together"},
		{"reward|add", 2, "<number> <name>"},
		{"reward|add|one|Cafe|--cost|5|--item", 2, "next, or 0"},
		{"reward|add|1|Cafe|--item", 1, "at least one point"},
		{"reward|add|0|Cafe|--item|--cost|5", 1, "costs no points"},
		{"reward|add|1|Cafe|--cost|5|--donation|100", 1, "charity"},
		{"reward|add|1|Cafe|--cost|5|--item|--charity|Luz", 1, "only a donation"},
		{"reward|add|1|Cena|--cost|5|--experience|--choice|Una", 1, "two or three"},
		{"reward|add|1|Cafe|--cost|5|--item|--level|Oro", 1, "no level"},
		{"reward|add|1|Cafe|--cost|5|--item|--store|Norte", 1, "no store"},
		{"reward|add|1|Cafe|--cost|5|--item|--starts|mayo", 1, "2027-03-05"},
		{"reward|add|1|Cafe|--cost|5|--code|--stock|3", 1, "leave the stock out"},
		{"reward|add|--file|nothing.json", 1, "cannot read"},
		{"reward|add|1|--file|nothing.json", 2, "--file"},
		{"reward|show", 2, "<number>"},
		{"reward|show|9", 1, "no reward 9"},
		{"reward|show|--id|9", 1, "no reward with id 9"},
		{"reward|export|9", 1, "no reward 9"},
		{"reward|codes|9", 1, "no reward 9"},
		{"reward|codes|9|nothing.txt", 1, "cannot read"},
		{"reward|give|987654321", 2, "what to give"},
		{"reward|give|987654321|1|--item", 2, "--name"},
		{"reward|give|987654321|9", 1, "no reward 9"},
		{"reward|give|987654399|--name|Cafe|--item", 1, "not a member"},
		{"reward|give|987654321|--name|Cafe|--item|--days|0", 1, "1 to 365"},
		{"reward|donations|march", 1, "no month"},
		{"reward|add|1|Cafe|--cost|5|--percent|0", 1, "1 to 100"},
		{"reward|add|1|Cafe|--cost|5|--amount|0", 1, ""},
		{"reward|add|100|Cafe|--cost|5|--item", 1, "1 to 99"},
		{"reward|add|1|\u200b|--cost|5|--item", 1, "a name of at most 40 letters"},
		{"action", 2, "expected one of"},
		{"action|add", 2, "--name and --points"},
		{"action|add|nothing.json", 2, "cannot be read"},
		{"action|add|--name|Regalo", 1, "gives points, or a reward"},
		{"action|add|--name|Regalo|--kind|trip|--points|5", 1, "no kind of action"},
		{"action|add|--name|Regalo|--points|5|--starts|manana", 1, "is no day"},
		{"action|retire|Nada", 1, "no action"},
		{"action|code|Nada|bio", 1, "no action"},
		{"action|give|987654321|Nada", 1, "no action"},
		{"referral|list|--limit|0", 2, "--limit is 1 to 1000"},
		{"referral|report|--days|0", 2, "--days is 1 to 3660"},
		{"member|add|987654399|--friend-of|ZZZZ22", 1, "no code ZZZZ22"},
		{"redeem|NONSENSE", 1, "typo"},
		{"redeem|", 1, "8 letters"},
		{"redeem", 2, "<code>"},
		{"redeem|22222222|--amount=-1", 2, "not below zero"},
		{"redeem|22222222|--store|99", 1, "no store 99"},
		{"redeem|22222222|--staff|99", 1, "nobody on the staff"},
		{"redeem|22222222", 1, "no voucher with that code"},
		{"voucher|show|22222222", 1, "no voucher with that code"},
		{"voucher|show|NONSENSE", 1, "typo"},
		{"voucher|reserve|22222222|--minutes|31", 1, "no voucher with that code"},
		{"voucher|release|NONSENSE", 1, "typo"},
		{"voucher|reverse|22222222", 2, "--why"},
		{"voucher|reverse|22222222|--why|x", 1, "no voucher with that code"},
		{"dispute|list|--limit|0", 2, "--limit is 1 to 1000"},
		{"dispute|settle|99|--why|x", 2, "missing flags"},
		{"dispute|settle|99|--return|--uphold|--why|x", 2, "can't be used together"},
		{"dispute|settle|99|--return|--why|x", 1, "no voucher 99"},
		{"store|add|", 1, "a store needs a name"},
		{"store|add|Norte|--zone|Mars", 1, "no time zone"},
		{"store|set|99|name=Sur", 1, "no store 99"},
		{"store|set|2|redeem_share", 2, "has no value"},
		{"store|set|2|redeem_share=0", 1, "a whole number from 1 to 100"},
		{"store|set|2|colour=red", 1, "a store has no \"colour\""},
		{"staff|add|", 1, "a name of at most 80 letters"},
		{"staff|add|Luz|--role|cook", 2, "--role"},
		{"staff|add|Luz|--phone|12", 1, ""},
		{"staff|leave|99", 1, "nobody on the staff"},
		{"till|add|", 1, "needs a name"},
		{"till|add|Caja|--store|99", 1, "no store 99"},
		{"till|add|Till 1", 1, "already"},
		{"campaign|report|nothing", 1, "no campaign"},
		{"campaign|add|blast|--voucher|gold", 2, "--voucher"},
		{"init|--country|PE", 2, "init needs --name, --owner"},
		{"init|--name|\u200b|--country|PE|--owner|A|--database|other.db", 1, "a program needs a name"},
		{"init|--name|x|--country|ZZ|--owner|A|--zone|UTC|--currency|USD|--database|other.db", 1, `"ZZ" is no country`},
		{"init|--name|x|--country|PE|--owner|A|--currency|U$D|--database|other.db", 1, "is no currency"},
		{"init|--name|x|--country|PE|--owner|A|--zone|Mars|--database|other.db", 1, "is no time zone"},
		{"phone|casa", 1, "no letters"},
		{"text|987654321", 2, "<body>"},
		{"--log-level|loud|member|list", 2, "--log-level"},
		{"member|list|--database|nothing.db", 1, "no database at nothing.db"},
		{"member|list|--key-file|nothing.key", 1, "no key file"},
		{"member|list|--database|postgres://u:hunter2@127.0.0.1:1/x", 1, "PostgreSQL"},
		{"program", 2, "expected one of"},
		{"program|set", 2, "<settings>"},
		{"program|set|join_bonus", 2, "NAME=VALUE"},
		{"program|set|join_bonus=-1", 1, "0 to 1000000"},
		{"program|set|name=", 1, "at most 20 letters"},
		{"program|set|colour=red", 1, "no setting"},
		{"program|set|countries=XX", 1, `"XX" is no country`},
		{"program|set|language=pt", 1, "no texts"},
		{"program|set|net_of_tax=maybe", 1, "yes or no"},
		{"program|set|leap_day=02-29", 1, "02-28, 03-01"},
		{"program|set|texting_hours=21:00-09:00", 1, "such as 09:00-21:00"},
		{"expiry|preview|--mode|sometimes", 2, "--mode"},
		{"expiry|preview|--mode|none|--months|3", 1, "have no months"},
		{"expiry|preview|--mode|rolling|--months|3|--csv|no/such/folder.csv", 1, "cannot be written"},
		{"expiry|set|--mode|rolling|--months|121|--yes", 1, "1 to 120 months"},
		{"serve", 1, "FIEL_PUBLIC_URL"},
		{"demo|--addr|0.0.0.0:1", 1, "loopback"},
	}
	if code, _, err := s.run("member", "add", "987654321", "--name", "Rosa"); code != 0 {
		t.Fatal(err)
	}
	for _, c := range cases {
		args := strings.Split(c.args, "|")
		if c.args == "" {
			args = nil
		}
		code, out, err := s.run(args...)
		if code != c.code || out != "" || !strings.HasPrefix(err, "fiel: ") || !strings.Contains(err, c.sentence) || strings.Contains(err, "hunter2") {
			t.Errorf("fiel %q: exit %d, out %q, err %q; want %d and %q", args, code, out, err, c.code, c.sentence)
		}
		if c.code != 1 {
			continue
		}
		var told struct {
			Error struct{ Code, Message string }
		}
		code, out, err = s.run(append([]string{"--json"}, args...)...)
		if code != 1 || out != "" || json.Unmarshal([]byte(err), &told) != nil || told.Error.Code == "" || told.Error.Code == "internal" || told.Error.Message == "" {
			t.Errorf("fiel --json %q: exit %d, out %q, err %q", args, code, out, err)
		}
	}
}

// TestGuessedCodes tries codes that are written right and do not exist: after ten in an hour none is looked at.
func TestGuessedCodes(t *testing.T) {
	s := newShell(t)
	const letters = "23456789BCDFGHJKMNPQRSTVWXYZ"
	tried := 0
	for _, seventh := range letters {
		for _, check := range letters {
			guess := "BCDFGH" + string(seventh) + string(check)
			if _, err := rewards.ValidCode(guess); err != nil || tried == 12 {
				continue
			}
			want := "there is no voucher with that code"
			if tried >= 10 {
				want = "10 wrong codes in this hour: wait"
			}
			if code, out, err := s.run("redeem", guess); code != 1 || out != "" || !strings.Contains(err, want) {
				t.Errorf("guess %d: exit %d, %q %q, want %q", tried+1, code, out, err, want)
			}
			tried++
		}
	}
	if tried < 11 {
		t.Fatalf("%d guesses", tried)
	}
}

// TestEveryAnswerInJSON asks every command for JSON, before there is anything to show and after.
func TestEveryAnswerInJSON(t *testing.T) {
	s := newShell(t)
	commands := []string{
		"member|list", "campaign|list", "reward|list", "till|list", "db|check", "db|migrate", "phone|987654321",
		"member|add|987654321|--name|Rosa", "member|show|987654321", "member|list", "credit|987654321|40|--why|x", "reward|add|1|Cafe|--cost|5|--item", "reward|list", "reward|show|1", "reward|export",
		"reward|donations|2027-03", "reward|give|987654321|1|--words|gracias", "reward|add|2|Top|--cost|9|--code|--dry-run",
		"text|987654321|CANJEAR 1", "text|987654321|STOP", "text|casa|hola", "campaign|add|birthday|--offer|es=un postre", "campaign|list", "campaign|report|birthday",
		"credit|987654321|5000|--why|x", "credit|list", "flag|report", "audit", "audit|--actor|nobody", "sender", "sender|drift",
		"campaign|start|birthday", "campaign|pause|birthday", "till|list", "dispute|list", "store|list", "store|add|Norte", "staff|add|Luz|--role|manager", "staff|list",
		"program|show", "program|set|held_days=20", "expiry|show", "expiry|preview|--mode|rolling|--months|6", "expiry|set|--mode|rolling|--months|6|--yes",
	}
	for _, command := range commands {
		args := strings.Split(command, "|")
		code, out, err := s.run(append(args, "--json")...)
		var v any
		if code != 0 || json.Unmarshal([]byte(out), &v) != nil || v == nil {
			t.Errorf("fiel %q --json: exit %d, %q, %q", args, code, out, err)
		}
		if strings.Contains(out+err, s.secret) || strings.Contains(out, "whsec_") {
			t.Errorf("fiel %q shows a secret", args)
		}
	}
}
