package inbox

import (
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// TestFoldSettles: folding what is folded changes nothing, for every character there is and for texts of any of them.
func TestFoldSettles(t *testing.T) {
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if once := fold(string(r)); fold(once) != once {
			t.Errorf("%U folds to %q, and that to %q", r, once, fold(once))
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		if once := fold(text); fold(once) != once {
			t.Errorf("%q folds to %q, and that to %q", text, once, fold(once))
		}
		if once := clean(text); clean(once) != once {
			t.Errorf("%q cleans to %q, and that to %q", text, once, clean(once))
		}
	})
}

// TestDressing: however a keyword is dressed (case, accents, what cannot be seen, emoji, punctuation around it), it means the same.
func TestDressing(t *testing.T) {
	b := book(t)
	plain := []string{"SALDO", "MIS PUNTOS", "PREMIOS", "CANJEAR 1", "CANJEAR1", "ALTA", "BAJA", "STOP", "ALTO", "PARAR", "AYUDA", "PROMOS NO", "CUMPLE 14/03", "JOIN", "BALANCE", "UNSUBSCRIBE", "SI", "NO", "退订", "兑换1", "生日3月14日"}
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.SampledFrom(plain).Draw(t, "text")
		ctx := Context{Language: "es", Member: rapid.Bool().Draw(t, "member"), Year: 2026}
		dressed := dress(t, text)
		if got, want := show(b.Match(ctx, dressed)), show(b.Match(ctx, text)); got != want {
			t.Errorf("%q (%q) is %s, want %s", dressed, text, got, want)
		}
	})
}

// dress puts on a text what people and telephones put on texts.
func dress(t *rapid.T, text string) string {
	var out strings.Builder
	unseen := rapid.SampledFrom([]string{"", "", "", "\u200b", "\u200d", "\u2060", "\ufeff", "\u00ad", "\u202e"})
	accent := rapid.SampledFrom([]string{"", "", "\u0301", "\u0308", "\u0327"})
	around := rapid.SampledFrom([]string{"", "", " ", "!", "...", "😀", "👍🏽", "❤️", "¡", "«", "\n", "🇲🇽", "ℹ️", "\t", "*", "_"})
	out.WriteString(around.Draw(t, "before"))
	for _, r := range text {
		if rapid.Bool().Draw(t, "small") {
			r = unicode.ToLower(r)
		}
		if rapid.IntRange(0, 9).Draw(t, "wide") == 0 && r > ' ' && r < 0x7f {
			r += 0xFEE0
		}
		out.WriteRune(r)
		if unicode.IsLetter(r) && !unicode.Is(unicode.Han, r) {
			out.WriteString(accent.Draw(t, "accent"))
		}
		out.WriteString(unseen.Draw(t, "unseen"))
	}
	out.WriteString(around.Draw(t, "after"))
	return out.String()
}

// TestStopWithFillers: a stop word stops with any politeness and fillers around it, and with a signature at its end.
func TestStopWithFillers(t *testing.T) {
	b := book(t)
	var little []string
	for first, entries := range b.small {
		for _, e := range entries {
			if word := strings.Join(append([]string{first}, e.rest...), " "); e.value != intro && !isIdeograph(first) {
				little = append(little, word)
			}
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOfN(rapid.SampledFrom(little), 0, 3).Draw(t, "before")
		words = append(words, rapid.SampledFrom([]string{"BAJA", "STOP", "alto", "Cancelar", "salir", "unsubscribe", "quit"}).Draw(t, "stop"))
		words = append(words, rapid.SliceOfN(rapid.SampledFrom(little), 0, 3).Draw(t, "after")...)
		words = append(words, rapid.SampledFrom([]string{"", "Juan", "Maria Lopez", "O'Brien", "José"}).Draw(t, "signature"))
		text := strings.TrimSpace(strings.Join(words, " "))
		if in := b.Match(Context{Language: "es"}, text); in.Command != Stop {
			t.Errorf("%q is %s", text, show(in))
		}
	})
}

// TestStopIsNeverMissed: a stop word that is the whole text stops in every thread, whatever is open.
func TestStopIsNeverMissed(t *testing.T) {
	b := book(t)
	rapid.Check(t, func(t *rapid.T) {
		ctx := Context{
			Language: rapid.SampledFrom([]string{"es", "en", "fr", "zh", "pt", ""}).Draw(t, "language"),
			Member:   rapid.Bool().Draw(t, "member"),
			Open:     rapid.SliceOf(rapid.SampledFrom([]Kind{"marketing", "score", "clue", "rsvp", "choice"})).Draw(t, "open"),
			Clue:     func(string) bool { return true },
		}
		text := dress(t, rapid.SampledFrom([]string{"BAJA", "STOP", "ALTO", "PARAR", "SALIR", "ARRET", "SAIR", "退订", "退訂", "拒收", "TD"}).Draw(t, "stop"))
		if in := b.Match(ctx, text); in.Command != Stop {
			t.Errorf("%q is %s", text, show(in))
		}
	})
}

// TestOneSlip compares with the definition: one letter put in, left out, changed, or swapped with its neighbour.
func TestOneSlip(t *testing.T) {
	letters := rapid.StringOfN(rapid.RuneFrom([]rune("abc")), 1, 6, -1)
	rapid.Check(t, func(t *rapid.T) {
		a, b := letters.Draw(t, "a"), letters.Draw(t, "b")
		if got, want := oneSlip([]rune(a), []rune(b)), slipsOf(a)[b]; got != want {
			t.Errorf("oneSlip(%q, %q) is %v", a, b, got)
		}
	})
}

// slipsOf lists every word one slip away from a word of a, b and c.
func slipsOf(word string) map[string]bool {
	all := map[string]bool{}
	for i := range len(word) + 1 {
		for _, letter := range "abc" {
			all[word[:i]+string(letter)+word[i:]] = true
			if i < len(word) {
				all[word[:i]+string(letter)+word[i+1:]] = true
			}
		}
		if i < len(word) {
			all[word[:i]+word[i+1:]] = true
		}
		if i+1 < len(word) {
			all[word[:i]+string(word[i+1])+string(word[i])+word[i+2:]] = true
		}
	}
	delete(all, word)
	return all
}

// FuzzMatch: whatever is texted, Match answers in time with an intent that holds together.
func FuzzMatch(f *testing.F) {
	b := book(f)
	for _, text := range hostile() {
		f.Add(text[:min(len(text), 200)]) // short seeds are tried more often; TestHostile takes them whole
	}
	for _, text := range []string{"STOP", "ALTA Juan BCDF2345", "CANJEAR 1", "CUMPLE 14/3", "退订酒店", "NOMBRE Ana", "para, para, cuanto sale", "CORREO a@b.co", "IDIOMA en", "7.5"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		ctx := Context{Language: "es", Member: true, Year: 2026, Open: []Kind{scoreQuestion, "marketing"}, Code: isCode}
		start := time.Now()
		in := b.Match(ctx, text)
		if took := time.Since(start); took > time.Second {
			t.Errorf("%d bytes took %v", len(text), took)
		}
		coherent(t, in)
		if signs := strings.Map(withoutWords, text); len(read(signs).words) == 0 {
			if in := b.Match(ctx, signs+"STOP"+signs); in.Command != Stop && utf8.RuneCountInString(signs) < maxRunes/2 {
				t.Errorf("STOP among %q is %s", signs, show(in))
			}
		}
	})
}

// withoutWords leaves the signs and pictures of a text, for strings.Map.
func withoutWords(r rune) rune {
	if unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r) || r == utf8.RuneError {
		return -1
	}
	return r
}

// coherent checks what every intent promises.
func coherent(t *testing.T, in Intent) {
	t.Helper()
	if in.Suggest != "" && (in.Command != None || utf8.RuneCountInString(in.Suggest) > maxSuggest) {
		t.Errorf("a suggestion that does something, or too long: %s", show(in))
	}
	if in.Wrong == "" && (in.Command == Redeem && (in.Number < 1 || in.Number > maxReward) || in.Command == Birthday && impossible(in, 2026) != "" ||
		in.Command == Name && in.Name == "" || in.Command == Language && in.Lang == "" || in.Command == Email && !anAddress.MatchString(in.Email)) {
		t.Errorf("an argument is missing and not wrong: %s", show(in))
	}
	if utf8.RuneCountInString(in.Name) > maxName || strings.ContainsAny(in.Name, "{}<>%=@\n\t\x00") || !utf8.ValidString(in.Name+in.Suggest+in.UnknownCode) {
		t.Errorf("not a name: %s", show(in))
	}
	if in.Score < 0 || in.Score > maxScore || in.Empty && in.Command != None {
		t.Errorf("out of range: %s", show(in))
	}
}

// hostile are texts made to hurt: long, deep, broken, in every script.
func hostile() []string {
	return []string{
		"", "\x00", "\xff\xfe", "ST\x00OP", strings.Repeat("a", 100_000), strings.Repeat("no ", 30_000), strings.Repeat("para ", 400),
		strings.Repeat("no quiero ", 200), strings.Repeat("stop sending me ", 200), strings.Repeat("dont want ", 200), strings.Repeat("退", 1600), strings.Repeat("不要", 800),
		strings.Repeat("ﷺ", 1600), "a" + strings.Repeat("\u0301", 50_000), strings.Repeat("👨‍👩‍👧", 500), strings.Repeat("1 ", 800), "CANJEAR " + strings.Repeat("9", 1500),
		"CUMPLE " + strings.Repeat("1/", 700), "ALTA " + strings.Repeat("de la ", 260), strings.Repeat("'", 1600), "a" + strings.Repeat("'a", 800), strings.Repeat("como ", 320),
		strings.Repeat("quiten mi numero no ", 80), "{{.}}{{call}}", "%s%n%x", "'; DROP TABLE members; --", "<script>alert(1)</script>", "=cmd|' /C calc'!A0",
	}
}

// TestHostile: no text takes long. The bound is generous: a shared machine may pause a test.
func TestHostile(t *testing.T) {
	b := book(t)
	for _, text := range hostile() {
		start := time.Now()
		coherent(t, b.Match(Context{Language: "es", Member: true, Year: 2026}, text))
		if took := time.Since(start); took > 250*time.Millisecond {
			t.Errorf("%.40q (%d bytes) took %v", text, len(text), took)
		}
	}
	if in := b.Match(Context{}, "ST\x00OP"); in.Command != Stop {
		t.Errorf("a NUL hides a stop: %s", show(in))
	}
	if in := b.Match(Context{Language: "es"}, "SALDO "+strings.Repeat("x ", 5000)); in.Command != Balance {
		t.Errorf("a long text hides its keyword: %s", show(in))
	}
}

func BenchmarkMatch(b *testing.B) {
	words := book(b)
	for _, row := range []struct{ name, text string }{
		{"keyword", "SALDO"},
		{"argument", "canjear el 2"},
		{"accents", "Sí, cuántos puntos tengo?"},
		{"typo", "saldi"},
		{"none", "buenas tardes, a que hora abren manana?"},
		{"phrase", "Ya no quiero recibir más mensajes de ustedes, por favor"},
		{"chinese", "生日3月14日"},
		{"long", strings.Repeat("no quiero ", 160)},
	} {
		b.Run(row.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				words.Match(Context{Language: "es", Member: true, Year: 2026}, row.text)
			}
		})
	}
}
