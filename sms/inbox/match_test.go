package inbox

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strconv"
	"strings"
	"testing"
)

// book loads the words of every complete language once a test.
func book(t testing.TB, languages ...string) *Book {
	t.Helper()
	b, err := Load(languages...)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestConversation plays the rows of testdata/match: what was texted, what it means. A line that begins with @ sets who texts.
func TestConversation(t *testing.T) {
	files, err := filepath.Glob("testdata/match/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no rows", err)
	}
	b := book(t)
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) { play(t, b, file) })
	}
}

func play(t *testing.T, b *Book, file string) {
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	ctx, scan := member(), bufio.NewScanner(f)
	for at := 1; scan.Scan(); at++ {
		row := scan.Text()
		switch {
		case row == "" || strings.HasPrefix(row, "# "):
			continue
		case strings.HasPrefix(row, "@"):
			ctx = contextOf(t, strings.Fields(row[1:]))
			continue
		}
		text, want, found := strings.Cut(row, " => ")
		if !found {
			t.Fatalf("%s:%d: no => in %q", file, at, row)
		}
		if quoted, err := strconv.Unquote(text); err == nil {
			text = quoted
		}
		if got := show(b.Match(ctx, text)); got != strings.TrimSpace(want) {
			t.Errorf("%s:%d: %q\n   is: %s\n want: %s", file, at, text, got, strings.TrimSpace(want))
		}
	}
}

// member is the member of the rows before any @: Spanish, no question open.
func member() Context {
	known := map[string]bool{"BCDF2345": true, "GTRBX": true}
	return Context{
		Language: "es", Member: true, Year: 2026,
		Code:    func(code string) bool { return known[code] },
		Choices: []string{"Cena para dos", "Vuelo en globo", "A la carta"},
		Clue:    func(words string) bool { return words == "la torre azul" },
	}
}

// contextOf reads @ stranger en +1 open=marketing,score optout=STOP.
func contextOf(t *testing.T, settings []string) Context {
	ctx := member()
	for _, s := range settings {
		what, value, _ := strings.Cut(s, "=")
		switch what {
		case "es", "en", "fr", "zh":
			ctx.Language = what
		case "member":
		case "stranger":
			ctx.Member = false
		case "+1":
			ctx.Plus1 = true
		case "optout":
			ctx.OptOut = value
		case "open":
			for kind := range strings.SplitSeq(value, ",") {
				ctx.Open = append(ctx.Open, Kind(kind))
			}
		default:
			t.Fatalf("no setting %q", s)
		}
	}
	return ctx
}

// show writes an intent as the rows do: command, how, language taught, then what else is set, in the order of the fields.
func show(in Intent) string {
	out := []string{}
	v := reflect.ValueOf(in)
	for i := range v.NumField() {
		name, f := strings.ToLower(v.Type().Field(i).Name), v.Field(i)
		told := in.Wrong == "" && (name == "on" && in.Command == Promos || name == "score" && in.Command == Score)
		switch {
		case f.IsZero() && !told:
		case name == "command" || name == "how" || name == "language":
			out = append(out, f.String())
		case f.Kind() == reflect.Bool && f.Bool():
			out = append(out, name)
		default:
			out = append(out, fmt.Sprintf("%s=%v", name, f.Interface()))
		}
	}
	if len(out) == 0 {
		return "nothing"
	}
	return strings.Join(out, " ")
}

// TestOrdinary reads what customers write to a shop: nothing of it may change anything, or be taken for a slip of the keys.
func TestOrdinary(t *testing.T) {
	b := book(t)
	for _, text := range rows(t, "testdata/ordinary.txt") {
		in := b.Match(Context{Language: "es"}, text)
		harmless := in.Command == None || in.Command.reading() || in.Command == Yes
		if !harmless || in.Suggest != "" || in.How == HowTypo {
			t.Errorf("%q is taken for %s", text, show(in))
		}
	}
}

// TestLeaving reads how people say that they want no more texts: each is the last text they get.
func TestLeaving(t *testing.T) {
	b := book(t)
	for _, text := range rows(t, "testdata/leaving.txt") {
		if in := b.Match(Context{Language: "es"}, text); in.Command != Stop && !in.PromosOff {
			t.Errorf("%q is taken for %s", text, show(in))
		}
	}
}

// rows are the lines of a file.
func rows(t *testing.T, file string) []string {
	t.Helper()
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(raw)), "\n")
}

// Codes of games must not be words that do something.
func TestTakenWords(t *testing.T) {
	b := book(t)
	for text, want := range map[string]bool{
		"BAJA": true, "Stop": true, "saldo": true, "SI": true, "加入": true, "SOLDE": true, "no mas": true, "premios": true, "ALTA": true, "gira": true,
		"CANELA": false, "HORNO": false, "pan dulce": false, "FUENTE 7": false, "4711": false,
	} {
		if got := b.Taken(text); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
}
