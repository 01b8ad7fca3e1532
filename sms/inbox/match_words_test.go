package inbox

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

// TestLanguages says which languages are complete: Spanish and English must be; one with a file that is not is never spoken.
func TestLanguages(t *testing.T) {
	b := book(t)
	for _, language := range []string{"es", "en", "fr", "zh"} {
		if !b.Speaks(language) {
			t.Errorf("%s lacks %s", language, strings.Join(b.missing[language], ", "))
		}
	}
	for language, lacks := range b.missing {
		t.Logf("%s is not spoken: it lacks %d of %d", language, len(lacks), len(needs()))
		if _, err := Load(language); err == nil || !strings.Contains(err.Error(), lacks[0]) {
			t.Errorf("Load(%q) says %v, not what is missing", language, err)
		}
	}
	if _, err := Load("xx"); err == nil {
		t.Error("a language without a file was loaded")
	}
}

// TestKeyword reads the keywords of product.md's table.
func TestKeyword(t *testing.T) {
	b := book(t, "es", "en")
	for _, row := range []struct {
		language string
		command  Command
		want     string
	}{
		{"es", Join, "ALTA"},
		{"es", Stop, "BAJA"},
		{"es", Redeem, "CANJEAR"},
		{"en", Stop, "STOP"},
		{"en", Balance, "BALANCE"},
		{"fr", Balance, "SALDO"},
		{"en", Score, ""},
	} {
		if got := b.Keyword(row.language, row.command); got != row.want {
			t.Errorf("Keyword(%s, %s) is %q, want %q", row.language, row.command, got, row.want)
		}
	}
}

// TestKeywords reads the table of keywords that customers are promised, alone and with an argument.
func TestKeywords(t *testing.T) {
	b := book(t)
	for _, row := range rows(t, "testdata/keywords.txt") {
		name, words, found := strings.Cut(row, " = ")
		command, language, _ := strings.Cut(name, " ")
		if !found {
			t.Fatalf("no = in %q", row)
		}
		for i, word := range strings.Split(words, ", ") {
			if in := b.Match(Context{Language: language}, word); in.Command != Command(command) || in.How != HowExact {
				t.Errorf("%s is not understood in %s: %s", word, language, show(in))
			}
			if i == 0 && b.Keyword(language, Command(command)) != word {
				t.Errorf("the keyword to show in %s is %s, want %s", language, b.Keyword(language, Command(command)), word)
			}
		}
	}
}

// TestUnspoken: a language that is not spoken has no keywords, but its stop words and phrases count, and it still keeps a shared word
// from teaching another language.
func TestUnspoken(t *testing.T) {
	b := book(t, "es")
	for text, want := range map[string]string{
		"BALANCE":                "nothing",
		"积分":                     "nothing",
		"points":                 "nothing",
		"STOP":                   "STOP exact",
		"UNSUBSCRIBE":            "STOP exact",
		"ARRET":                  "STOP exact",
		"退订":                     "STOP exact",
		"stop texting me":        "STOP phrase",
		"no more ads":            "PROMOS phrase on=false promosoff",
		"je ne veux plus de sms": "STOP phrase",
		"BAJA":                   "STOP exact es",
		"IDIOMA ingles":          "LANGUAGE exact es lang=en wrong=language_unspoken",
		"join":                   "nothing",
	} {
		if got := show(b.Match(Context{Language: "es"}, text)); got != want {
			t.Errorf("%q is %s, want %s", text, got, want)
		}
	}
}

// TestLoadErrors: each names the file and the line.
func TestLoadErrors(t *testing.T) {
	for _, row := range []struct{ words, want string }{
		{"keyword SING = CANTA", "words/xx.txt:1: there is no command SING"},
		{"stop = ", "words/xx.txt:1: stop has no words"},
		{"\n\nstopp = X", `words/xx.txt:3: "stopp" is no directive`},
		{"stop BAJA", "words/xx.txt:1: write it as"},
		{" BAJA", "words/xx.txt:1: nothing to go on with"},
		{"stop never = X", "words/xx.txt:1: write stop or stop alone"},
		{"stop = X\nstop alone = X", `words/xx.txt:2: "X" is a stop word and one to stand alone`},
		{"stop = ...", `words/xx.txt:1: "..." has no word`},
		{"phrase stop = no <want> more", "words/xx.txt:1: no <want> more: there is no group <want>"},
		{"phrase stop = no (more|less", `words/xx.txt:1: no (more|less: "(" is never closed by ")"`},
		{"phrase stop = [no] more", "words/xx.txt:1: [no] more: a phrase begins with words it must have"},
		{"phrase stop = more ..", "words/xx.txt:1: more ..: a phrase begins"},
		{"phrase stop = a .. b .. c .. d", "words/xx.txt:1: a .. b .. c .. d: a phrase has at most two gaps"},
		{"phrase maybe = a", `words/xx.txt:1: a phrase means stop, erase, wrong number, promos or hint, not "maybe"`},
		{"phrase stop = (a|!)", `words/xx.txt:1: (a|!): "!" has no word`},
		{"content = two words", `words/xx.txt:1: "two words" is not one word`},
		{"look ab = x", "words/xx.txt:1: write look, one letter"},
		{"aside SING = x", "words/xx.txt:1: there is no command SING"},
		{"dates = day last", "words/xx.txt:1: dates are day first"},
		{"month 13 = x", "words/xx.txt:1: month 13: write a number up to 12"},
		{"month 1 = x\nmonth 2 = x", `words/xx.txt:2: "x" stands for something else already`},
		{"keyword JOIN = X\nkeyword NAME = X", `words/xx.txt:2: "X" is already the keyword of JOIN`},
		{"keyword JOIN = X\nstop = X", `words/xx.txt:1: "X" is a stop word of some language`},
	} {
		if _, err := load(fstest.MapFS{"words/xx.txt": {Data: []byte(row.words + "\n" + enough(row.words))}}, []string{"xx"}); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%q\n says %v\n want %s", row.words, err, row.want)
		}
	}
}

// enough completes the words of a file, so that only what it says itself can be wrong.
func enough(words string) string {
	var rest strings.Builder
	for i, need := range needs() {
		value := "w" + strings.Repeat("x", i+1)
		switch need {
		case "dates":
			value = dayFirst
		case "keyword STOP":
			value = "halt"
		}
		if !strings.Contains(words, need+" =") {
			rest.WriteString(need + " = " + value + "\n")
		}
	}
	return rest.String()
}

// TestPhrasesStop says every phrase of every file in every way it can be said: each must do what it means.
func TestPhrasesStop(t *testing.T) {
	b := book(t)
	said := 0
	for _, p := range b.patterns() {
		for _, text := range p.ways() {
			said++
			in := b.Match(Context{Language: "es", Member: true}, text)
			var ok bool
			switch p.means {
			case meansStop:
				ok = in.Command == Stop
			case meansErase:
				ok = in.Command == Stop && in.EraseAfterStop
			case meansWrong:
				ok = in.Command == Stop && in.WrongNumber
			case meansPromos:
				ok = in.PromosOff
			case meansHint:
				ok = in.StopHint || in.Command == Stop
			case meansGuard:
				ok = in.Command != Stop && !in.PromosOff
			}
			if !ok {
				t.Errorf("%s\n  said %q, means %s", p.from, text, show(in))
			}
		}
	}
	t.Logf("%d phrases said in %d ways", len(b.patterns()), said)
}

// TestStopWords: each stop word alone stops, and with politeness around it.
func TestStopWords(t *testing.T) {
	b := book(t)
	for first, entries := range b.stops {
		for _, e := range entries {
			words := append([]string{first}, e.rest...)
			for _, text := range []string{e.value.written, strings.Join(words, " ") + " por favor", "Please, " + e.value.written + "!"} {
				if in := b.Match(Context{Language: "en"}, text); in.Command != Stop {
					t.Errorf("%q means %s", text, show(in))
				}
			}
		}
	}
}

// TestNever: no word that is never a typo is understood as one, in any language.
func TestNever(t *testing.T) {
	b := book(t)
	for first, entries := range b.never {
		for _, e := range entries {
			text := strings.Join(append([]string{first}, e.rest...), " ")
			if in := b.Match(Context{Language: "es", Member: true}, text); in.How == HowTypo || in.Suggest != "" {
				t.Errorf("%q means %s", text, show(in))
			}
		}
	}
}

// patterns lists every phrase once, in the order of the files.
func (b *Book) patterns() []*pattern {
	var all []*pattern
	for _, list := range b.phrases {
		all = append(all, list...)
	}
	slices.SortFunc(all, func(a, b *pattern) int { return strings.Compare(a.from, b.from) })
	return slices.Compact(all)
}

// maxWays bounds the ways a phrase is said in a test: each place takes its alternatives in turn, with those of the others.
const maxWays = 400

// ways says a phrase: with everything optional and with nothing, and each alternative at least once.
func (p *pattern) ways() []string {
	choices := make([][]string, len(p.parts))
	longest := 1
	for i, part := range p.parts {
		choices[i] = part.said()
		longest = max(longest, len(choices[i]))
	}
	var ways []string
	for shift := range min(max(longest*2, 3), maxWays) {
		var words []string
		for i, all := range choices {
			words = append(words, all[(shift*(i+1)+i*shift/longest)%len(all)])
		}
		ways = append(ways, strings.Join(strings.Fields(strings.Join(words, " ")), " "))
	}
	slices.Sort(ways)
	return slices.Compact(ways)
}

func (p part) said() []string {
	var all []string
	if p.optional || p.gap {
		all = append(all, "")
	}
	if p.gap {
		all = append(all, "zzz", "zzz zzz", "zzz zzz zzz")
	}
	for word := range p.one {
		all = append(all, word)
	}
	for _, words := range p.more {
		all = append(all, strings.Join(words, " "))
	}
	slices.Sort(all)
	return all
}
