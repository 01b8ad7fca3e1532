package campaigns

import (
	"bufio"
	"os"
	"strings"
	"testing"

	"fiel/members"
	"fiel/rewards"
)

// testdata/sentences.txt has audiences, each followed by its sentence in the four languages: they read as a person would write them, and
// there is one way to understand them.
func TestSentences(t *testing.T) {
	f, err := os.Open("testdata/sentences.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	n := &names{
		stores:    []members.Store{{ID: 12, Name: "Miraflores"}, {ID: 13, Name: "San Isidro"}},
		levels:    rewards.Ladder{{ID: 3, Name: "VIP", Threshold: 100}, {ID: 4, Name: "Oro", Threshold: 200}},
		campaigns: []Campaign{{ID: 7, Name: "Oferta del viernes"}},
	}
	p := members.Program{Currency: "PEN", Country: "PE"}
	var who condition
	seen := 0
	for lines := bufio.NewScanner(f); lines.Scan(); {
		line := strings.TrimSpace(lines.Text())
		switch {
		case line == "" || line[0] == '#':
		case line[0] == '{':
			seen++
			if who, err = parseAudience([]byte(line)); err != nil {
				t.Fatal(line, err)
			}
		default:
			language, want, _ := strings.Cut(line, ": ")
			if got := newSayer(language, p, n).sentence(who); got != want {
				t.Errorf("%s: %s\n want %s", language, got, want)
			}
		}
	}
	if seen < 15 {
		t.Errorf("%d audiences", seen)
	}
}
