package sms

import (
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"fiel/db"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func TestCount(t *testing.T) {
	a := func(n int) string { return strings.Repeat("a", n) }
	tests := []struct {
		name     string
		text     string
		encoding Encoding
		units    int
		parts    int
	}{
		{"nothing", "", GSM7, 0, 0},
		{"one full part", a(160), GSM7, 160, 1},
		{"one letter more", a(161), GSM7, 161, 2},
		{"two full parts", a(306), GSM7, 306, 2},
		{"one letter more than two", a(307), GSM7, 307, 3},
		{"Spanish letters that GSM-7 has", "¿Qué? ¡Ñoño, pingüino!", GSM7, 22, 1},
		{"extension letters count two", "€[]{}\\^~|", GSM7, 18, 1},
		{"extension fills the last place alone", a(158) + "€", GSM7, 160, 1},
		{"extension is not cut: 305 units and one wasted", a(152) + "€" + a(152), GSM7, 306, 3},
		{"extension just before the border", a(151) + "€" + a(153), GSM7, 306, 2},
		{"an acute forces UCS-2", "Último día", UCS2, 10, 1},
		{"70 in UCS-2", "í" + a(69), UCS2, 70, 1},
		{"71 in UCS-2", "í" + a(70), UCS2, 71, 2},
		{"134 in UCS-2", "í" + a(133), UCS2, 134, 2},
		{"135 in UCS-2", "í" + a(134), UCS2, 135, 3},
		{"an emoji is two units", strings.Repeat("🎁", 35), UCS2, 70, 1},
		{"a pair is not cut: 66 + pair", a(66) + "🎁" + a(66), UCS2, 134, 3},
		{"a mark stays with its letter", a(66) + "x\u0302" + a(66), UCS2, 134, 3},
		{"skin tone stays with its hand", a(65) + "👍🏽" + a(65), UCS2, 134, 3},
		{"a flag is one", a(65) + "🇲🇽" + a(65), UCS2, 134, 3},
		{"a family is one", a(63) + "👩‍👧" + a(66), UCS2, 134, 3},
		{"Chinese", strings.Repeat("积", 71), UCS2, 71, 2},
		{"invalid bytes count as the letter they become", "\xff", UCS2, 1, 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := Count(test.text)
			if got.Encoding != test.encoding || got.Units != test.units || got.Parts != test.parts {
				t.Errorf("Count = %s %d units %d parts, want %s %d %d",
					got.Encoding, got.Units, got.Parts, test.encoding, test.units, test.parts)
			}
		})
	}
}

// The author sees which letters cost money and what another spelling saves.
func TestCheaperSpelling(t *testing.T) {
	long := strings.Repeat("Compra hoy. ", 7)
	tests := []struct {
		name    string
		text    string
		forcing string
		cheaper string
		saved   int
	}{
		{"acutes", long + "Sólo aquí, ¡qué día!", "óí", long + "Solo aqui, ¡qué dia!", 1},
		{"emoji are left out", long + "Ven 🎁 ya 🎉", "🎁🎉", long + "Ven ya", 1},
		{"ordinals", long + "La 2.ª al 50 %", "ª", long + "La 2.a al 50 %", 1},
		{"keycap", long + "Texto 1️⃣ ya", "\ufe0f\u20e3", long + "Texto 1 ya", 1},
		{"short texts save nothing", "Sólo hoy", "ó", "", 0},
		{"Chinese has no other spelling", strings.Repeat("积分", 80), "积分", "", 0},
		{"nor has one Chinese letter", long + "王", "王", "", 0},
		{"plain words need none", long, "", "", 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := Count(test.text)
			if string(got.Forcing) != test.forcing || got.Cheaper != test.cheaper || got.Saved != test.saved {
				t.Errorf("forcing %q cheaper %q saved %d, want %q %q %d",
					string(got.Forcing), got.Cheaper, got.Saved, test.forcing, test.cheaper, test.saved)
			}
		})
	}
}

func TestClean(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"accent written apart", "Cafe\u0301", "Café"},
		{"tab and no-break spaces", "a\tb\u00a0c\u202fd", "a b c d"},
		{"curly quotes", "‘a’ “b”", "'a' \"b\""},
		{"dashes and minus", "a–b—c−d‐e", "a-b-c-d-e"},
		{"ellipsis", "ya…", "ya..."},
		{"line ends", "a\r\nb\rc\u2028d", "a\nb\nc\nd"},
		{"invisible letters", "\ufeffa\u200bb\u00ad", "ab"},
		{"controls", "a\x00b\x1bc\fd", "abcd"},
		{"invalid bytes", "a\xffb", "ab"},
		{"accents, ordinals, guillemets and emoji are the author's", "2.º «día» 🎁", "2.º «día» 🎁"},
		{"a family stays together", "👩‍👧", "👩‍👧"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, Clean(test.text)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestPlain(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"GSM-7 accents stay", "Café Ñandú à la crème", "Café Ñandu à la crème"},
		{"Portuguese", "coração", "coracao"},
		{"Polish and French", "Łódź cœur", "Lodz coeur"},
		{"fractions and marks", "½ kg™", "1/2 kgTM"},
		{"what has no twin stays", "王芳 María", "王芳 Maria"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := Plain(test.text); got != test.want {
				t.Errorf("Plain(%q) = %q, want %q", test.text, got, test.want)
			}
		})
	}
}

func TestCheck(t *testing.T) {
	tests := []struct {
		name string
		text string
		code db.Code
	}{
		{"empty", "", db.Invalid},
		{"longest", strings.Repeat("a", 1600), ""},
		{"too long", strings.Repeat("a", 1601), db.Invalid},
		{"extension letters are one character to Twilio", strings.Repeat("€", 1600), ""},
		{"emoji are two", strings.Repeat("🎁", 801), db.Invalid},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			err := Check(test.text)
			if (err != nil) != (test.code != "") || err != nil && db.CodeOf(err) != test.code {
				t.Errorf("Check = %v, want code %q", err, test.code)
			}
		})
	}
}

// aText draws texts crowded around the borders of parts, from letters of every kind.
func aText() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		letters := rapid.SampledFrom([][]rune{
			[]rune("ab €"), []rune("a€[\n"), []rune("aí"), []rune("a🎁王"), []rune("a\u0302\u0301x"), []rune("👍🏽\u200d🇲a"),
		}).Draw(t, "alphabet")
		letter := rapid.SampledFrom(letters)
		near := rapid.SampledFrom([]int{0, 65, 69, 133, 150, 158, 200, 304, 458}).Draw(t, "length")
		var b strings.Builder
		for range near {
			b.WriteRune(letters[0])
		}
		for range rapid.IntRange(0, 12).Draw(t, "more") {
			b.WriteRune(letter.Draw(t, "letter"))
		}
		runes := []rune(b.String())
		turn := 0
		if len(runes) > 0 {
			turn = rapid.IntRange(0, len(runes)-1).Draw(t, "turn")
		}
		return string(runes[turn:]) + string(runes[:turn])
	})
}

func TestCountAgreesWithASlowSplitter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := aText().Draw(t, "text")
		got, want := Count(text).Parts, slowParts(text)
		if got != want {
			t.Fatalf("Count = %d parts, the slow splitter cuts %d: %q", got, want, text)
		}
	})
}

func TestCheaperIsReallyCheaper(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(aText(), rapid.String()).Draw(t, "text")
		p := Count(text)
		if p.Cheaper == "" {
			if p.Saved != 0 {
				t.Fatalf("saves %d without a spelling", p.Saved)
			}
			return
		}
		q := Count(p.Cheaper)
		if q.Encoding != GSM7 || p.Saved < 1 || q.Parts != p.Parts-p.Saved || q.Units == 0 {
			t.Fatalf("%q takes %d parts; the cheaper %q takes %d in %s, saved %d",
				text, p.Parts, p.Cheaper, q.Parts, q.Encoding, p.Saved)
		}
	})
}

func TestCleanAndPlainSettle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(aText(), rapid.String()).Draw(t, "text")
		clean, plain := Clean(text), Plain(text)
		if again := Clean(clean); again != clean {
			t.Fatalf("Clean(%q) = %q, again %q", text, clean, again)
		}
		if again := Plain(plain); again != plain {
			t.Fatalf("Plain(%q) = %q, again %q", text, plain, again)
		}
	})
}

// FuzzCount looks for a text that a splitter of another make cuts otherwise.
func FuzzCount(f *testing.F) {
	f.Add("¿Qué?")
	f.Add(strings.Repeat("a", 152) + "€")
	f.Add("👩‍👧\xff")
	f.Fuzz(func(t *testing.T, text string) {
		if got, want := Count(text).Parts, slowParts(text); got != want {
			t.Errorf("Count = %d parts, the slow splitter cuts %d: %q", got, want, text)
		}
		if clean := Clean(text); !utf8.ValidString(clean) || Clean(clean) != clean {
			t.Errorf("Clean(%q) does not settle", text)
		}
	})
}

// slowParts is another way to the same number: it lays out every unit, marks where no cut may be, and cuts as late as it can.
func slowParts(text string) int {
	alone, each := 160, 153
	var free, kept []bool // per unit: may a part begin here?
	if strings.ContainsFunc(text, func(r rune) bool { return !strings.ContainsRune(gsmBasic+gsmExtension, r) }) {
		alone, each = 70, 67
		var before rune
		for _, r := range text {
			n := len(utf16.Encode([]rune{r}))
			free = append(free, []bool{true, false}[:n]...)
			kept = append(kept, []bool{!joined(before, r), false}[:n]...)
			before = r
		}
	} else {
		for _, r := range text {
			free = append(free, true)
			if strings.ContainsRune(gsmExtension, r) {
				free = append(free, false)
			}
		}
		kept = free
	}
	if len(free) == 0 {
		return 0
	}
	if len(free) <= alone {
		return 1
	}
	return max(slowCuts(free, free, each), slowCuts(kept, free, each))
}

func slowCuts(wanted, possible []bool, each int) int {
	parts, at := 0, 0
	for at < len(wanted) {
		parts++
		end := at + each
		if end >= len(wanted) {
			break
		}
		cut := end
		for cut > at && !wanted[cut] {
			cut--
		}
		if cut == at { // one letter and its marks fill more than a part: cut among the marks
			for cut = end; !possible[cut]; {
				cut--
			}
		}
		at = cut
	}
	return parts
}

func BenchmarkCountGSM7(b *testing.B) {
	text := strings.Repeat("Tienes 120 puntos. ", 8)
	b.ReportAllocs()
	for b.Loop() {
		Count(text)
	}
}

func BenchmarkCountUCS2(b *testing.B) {
	text := strings.Repeat("Último día, ven. ", 8)
	b.ReportAllocs()
	for b.Loop() {
		Count(text)
	}
}

func BenchmarkClean(b *testing.B) {
	text := strings.Repeat("“Ya” tienes 120 puntos… ", 6)
	b.ReportAllocs()
	for b.Loop() {
		Clean(text)
	}
}

func TestOurOwnTextsAreSpeltCheaplyWhereThatSavesAPart(t *testing.T) {
	long := strings.Repeat("x", 80)
	for text, want := range map[string]string{
		"Gracias, Ángel Íñigo": "Gracias, Ángel Íñigo", // one part either way: the name stays as it is
		"Ángel Íñigo " + long:  "Angel Iñigo " + long,
		"王芳 " + long:           "王芳 " + long, // there is no other spelling
		"José" + long:          "José" + long,
		"a\t“b”":               `a "b"`,
	} {
		if got := Spell(text); got != want || Spell(got) != got {
			t.Errorf("%q is sent as %q, want %q", text, got, want)
		}
	}
}
