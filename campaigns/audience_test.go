package campaigns

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"fiel/db"
	"fiel/members"
)

func someMoment() moment {
	return moment{program: members.Program{ID: 7, LeapDay: "02-28"}, zone: time.UTC, date: Date{2027, 3, 5}, at: 1_800_000_000_000}
}

func TestAudienceSQL(t *testing.T) {
	for _, c := range []struct{ form, sql string }{
		{``, `1 = 1`},
		{`{}`, `1 = 1`},
		{`{"language": ["es", "en"]}`, `(m.language IN ($1, $2))`},
		{`{"store": [12, "Centro"]}`, `(m.store_id IN ($1) OR m.store_id IN (SELECT s.id FROM stores s WHERE s.program_id = $2 AND s.name IN ($3)))`},
		{`{"last_purchase": {"at_least_days": 30}}`, `(m.last_purchase_id <> 0 AND +m.last_purchase_at < $1)`},
		{`{"last_purchase": {"never": true}}`, `(m.last_purchase_id = 0)`},
		{`{"not": {"language": ["es"]}, "birthday_month": [3]}`, `(+m.birth_month IN ($1)) AND (NOT ((m.language IN ($2))))`},
		{`{"any": [{"birthday_month": [3]}, {"language": ["es"]}]}`, `(((+m.birth_month IN ($1))) OR ((m.language IN ($2))))`},
	} {
		a, err := parseAudience([]byte(c.form))
		if err != nil {
			t.Errorf("%s: %v", c.form, err)
			continue
		}
		var q query
		a.write(&q, someMoment())
		if got := q.sql.String(); got != c.sql {
			t.Errorf("%s:\n got %s\nwant %s", c.form, got, c.sql)
		}
	}
}

func TestAudienceRefused(t *testing.T) {
	deep := strings.Repeat(`{"not":`, 10) + `{}` + strings.Repeat(`}`, 10)
	for _, form := range []string{
		`null`, `[]`, `7`, `"es"`, `{`, `{} {}`, `{"language": ["es"]} x`, deep, `{"color": ["red"]}`,
		`{"language": []}`, `{"language": "es"}`, `{"language": [""]}`, `{"language": [7]}`, `{"language": ["muchtoolong"]}`,
		`{"store": [0]}`, `{"store": [1.5]}`, `{"store": [-1]}`, `{"store": [true]}`, `{"store": [1e300]}`,
		`{"last_purchase": {}}`, `{"last_purchase": {"at_least_days": -1}}`, `{"last_purchase": {"at_least_days": 9, "at_most_days": 3}}`,
		`{"last_purchase": {"never": true, "at_most_days": 3}}`, `{"last_purchase": {"days": 3}}`,
		`{"birthday": "tomorrow"}`, `{"birthday_month": [13]}`, `{"anniversary": {}}`, `{"anniversary": {"days": [0]}}`, `{"lapsed": []}`, `{"lapsed": [0]}`,
		`{"language": ["es"], "store": [1], "language": ["en"]}`, `{"not": {"birthday_month": [1], "birthday_month": [2]}}`,
		`{"tier": []}`, `{"tier": "some"}`, `{"tier": {"or_above": ["a", "b"]}}`, `{"tier": {}}`, `{"tier": 7}`, `{"joined": {}}`, `{"joined": {"from": "yesterday"}}`,
		`{"joined": {"from": "2027-02-01", "until": "2027-01-01"}}`, `{"joined": {"from": "2027-02-01", "at_most_days": 3}}`, `{"balance": {}}`,
		`{"balance": {"at_least": 5, "at_most": 4}}`, `{"purchases": {"at_least": -1}}`, `{"spend": {"at_least": 5}}`, `{"spend": {"days": 9}}`,
		`{"spend": {"days": 0, "at_most": 3}}`, `{"bought": {}}`, `{"bought": {"category": ["a"], "product": ["b"]}}`, `{"bought": {"category": [" "]}}`,
		`{"bought": {"category": ["a"], "days": -1}}`, `{"rfm": ["rich"]}`, `{"rfm": []}`, `{"got": [true]}`, `{"used": "X"}`, `{"tag": [""]}`,
		`{"channel": [3]}`, `{"except": {}}`, `{"except": []}`,
		`{"any": []}`, `{"any": {}}`, `{"all": [7]}`, `{"not": []}`,
		`{"language": [` + strings.Repeat(`"es",`, 600) + `"es"]}`, `{"x": "` + strings.Repeat("x", maxAudienceBytes) + `"}`,
		`{"any": [` + strings.Repeat(`{"tag": ["a"]}, `, 50) + `{"tag": ["a"]}]}`, `{"any": [` + strings.Repeat(`{}, `, 50) + `{}]}`,
	} {
		if _, err := parseAudience([]byte(form)); db.CodeOf(err) != db.Invalid {
			t.Errorf("%.60s: %v", form, err)
		}
	}
}

// sqlOnly is all that may stand in a query that came from an audience: our own words, and places for values.
var sqlOnly = regexp.MustCompile(`^(\$[0-9]+|[a-z]\.[a-z_]+|members|messages|stores|tiers|campaigns|runs|vouchers|bought|purchases|purchase_lines|tier_days|[a-z]|UNION|ALL|SELECT|FROM|WHERE|EXISTS|NOT|AND|OR|IN|CASE|WHEN|THEN|END|CAST|AS|TEXT|BIGINT|JOIN|CROSS|ON|GROUP|BY|HAVING|SUM|MIN|COUNT|DISTINCT|COALESCE|ORDER|DESC|LIMIT|OFFSET|LOWER|'star:'|'star;'|TRIM|'lapsed:'|'left_out'|'cancelled'|'credited'|'imported'|'redeemed'|'sending'|'sent'|'delivered'|'unknown'|'unproven'|''|\|\||<>|<=|>=|<|>|=|\+|-|\*|/|[01]|100|[(),])$`)

var sqlToken = regexp.MustCompile(`\$[0-9]+|[A-Za-z_.]+|'[^']*'|\|\||<>|<=|>=|[0-9]+|\S`)

func foreignToken(sql string) string {
	for _, token := range sqlToken.FindAllString(sql, -1) {
		if !sqlOnly.MatchString(token) {
			return token
		}
	}
	return ""
}

var injections = []string{
	`'; DROP TABLE members; --`, `" OR ""="`, `es' OR '1'='1`, `es\x27`, `$1`, `?`, `es/*`, `*/ OR 1=1 --`, "es\x00", `%`, `_`, `\`, "es\nUNION SELECT 1", `))`,
	`COALESCE(1)`, `1;SELECT pg_sleep(9)`, `x' AND randomblob(1e9) AND 'x'='x`,
}

func TestInjectionsStayValues(t *testing.T) {
	for _, evil := range injections {
		form := fmt.Sprintf(`{"store": [%q], "any": [{"language": ["es"]}, {"not": {"store": [%q, 3]}}]}`, strings.ReplaceAll(evil, "\x00", " "), "Centro")
		a, err := parseAudience([]byte(form))
		if err != nil {
			continue // no valid JSON: refused is as good
		}
		var q query
		a.write(&q, someMoment())
		if token := foreignToken(q.sql.String()); token != "" {
			t.Errorf("%q put %q into %s", evil, token, q.sql.String())
		}
	}
}

func FuzzAudience(f *testing.F) {
	for _, s := range []string{
		`{"store": ["Centro", 12], "language": ["es"], "last_purchase": {"at_least_days": 30, "at_most_days": 90}}`,
		`{"any": [{"birthday_month": [3, 4]}, {"not": {"birthday": "today"}}]}`,
		`{"anniversary": {"days": [30], "yearly": true}}`, `{"lapsed": [30, 60, 90]}`, `{"all": [{}]}`, `{"not": {"lapsed": [1]}}`,
	} {
		f.Add([]byte(s))
	}
	for _, k := range kinds() {
		f.Add([]byte(k.example))
	}
	for _, s := range injections {
		f.Add([]byte(fmt.Sprintf(`{"store": [%q]}`, s)))
	}
	f.Fuzz(func(t *testing.T, form []byte) {
		a, err := parseAudience(form)
		if err != nil {
			if db.CodeOf(err) != db.Invalid {
				t.Fatalf("%q: %v", form, err)
			}
			return
		}
		var q query
		a.write(&q, someMoment())
		sql := q.sql.String()
		if token := foreignToken(sql); token != "" {
			t.Fatalf("%q put %q into %s", form, token, sql)
		}
		for _, language := range []string{"es", "zh"} {
			if newSayer(language, someMoment().program, &names{}).sentence(a) == "" {
				t.Fatalf("%q: nothing is said", form)
			}
		}
		if n := strings.Count(sql, "$"); n != len(q.args) {
			t.Fatalf("%q: %d places for %d values in %s", form, n, len(q.args), sql)
		}
		if strings.Count(sql, "(") != strings.Count(sql, ")") {
			t.Fatalf("%q: brackets of %s", form, sql)
		}
	})
}
