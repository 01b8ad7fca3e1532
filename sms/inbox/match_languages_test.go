package inbox

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"fiel/campaigns"
	"fiel/templates"
)

// listless says which lists a language has no use for. Chinese is written without spaces: typos are not forgiven, nothing touches a
// number or stands inside a name, and no name stands beside a stop word.
func listless(language, list string) bool {
	return language == "zh" && slices.Contains([]string{"never", "ordinal", "particle", "intro"}, list)
}

// TestEveryLanguageHasEveryList: what Spanish has a list for, every language with texts has one for too. Groups only shorten phrases.
func TestEveryLanguageHasEveryList(t *testing.T) {
	has := map[string][]string{}
	for _, language := range templates.Languages() {
		all, err := lines(wordFiles, "words/"+language+".txt")
		if err != nil {
			t.Fatal(err)
		}
		for _, ln := range all {
			has[language] = append(has[language], strings.TrimSpace(ln.what+" "+ln.of))
		}
	}
	for language, lists := range has {
		for _, list := range has["es"] {
			if !slices.Contains(lists, list) && !strings.HasPrefix(list, "group ") && !listless(language, list) {
				t.Errorf("words/%s.txt has no line %q", language, list)
			}
		}
		for _, c := range keyworded() {
			if !slices.Contains(lists, "keyword "+string(c)) {
				t.Errorf("words/%s.txt has no keyword for %s", language, c)
			}
		}
	}
}

// TestEveryLanguageIsNamed: the name of each language is understood in every other, as IDIOMA takes it.
func TestEveryLanguageIsNamed(t *testing.T) {
	b := book(t, templates.Languages()...)
	for _, in := range templates.Languages() {
		for _, of := range templates.Languages() {
			for _, name := range []string{of, templates.Name(of)} {
				text := b.Keyword(in, Language) + " " + name
				if got := b.Match(Context{Language: in, Member: true}, text); got.Command != Language || got.Lang != of {
					t.Errorf("%q means %s", text, show(got))
				}
			}
		}
	}
}

// capitals finds keywords in our texts; Chinese ones stand behind 回复 or 发送.
var (
	capitals = regexp.MustCompile(`\b[A-Z]{2,}\b`)
	answers  = regexp.MustCompile(`(?:回复[ "]?|发送 |请发 )(\p{Han}{1,4})`)
)

// notKeywords are the other words in capitals.
var notKeywords = []string{"SMS", "ES", "EN", "FR", "ZH", "TD", "VIP"}

// TestTextsTellWordsThatAreUnderstood: every keyword that a text or a recipe of ours tells is one in the language of the words.
func TestTextsTellWordsThatAreUnderstood(t *testing.T) {
	b := book(t, templates.Languages()...)
	for _, language := range templates.Languages() {
		for _, key := range templates.Keys() {
			fields, _ := templates.Longest(language, key)
			text, err := templates.Render(language, key, fields)
			if err != nil {
				t.Fatal(err)
			}
			b.checkTold(t, language, key, text)
		}
		for _, r := range campaigns.Recipes() {
			b.checkTold(t, language, r.Name, r.Words[language])
		}
	}
}

func (b *Book) checkTold(t *testing.T, language, what, text string) {
	t.Helper()
	for _, word := range capitals.FindAllString(text, -1) {
		if !slices.Contains(notKeywords, word) && !b.tells(language, word) {
			t.Errorf("%s %s tells %s, which is not understood: %s", language, what, word, text)
		}
	}
	for _, said := range answers.FindAllStringSubmatch(text, -1) {
		if !b.tells("zh", said[1]) {
			t.Errorf("%s %s tells %s, which does not begin with a keyword: %s", language, what, said[1], text)
		}
	}
}

// tells says whether words begin with a keyword, or a stop word, of a language, or with what staff may order.
func (b *Book) tells(language, words string) bool {
	letters := strings.Split(words, "")
	for n := len(letters); n > 0; n-- {
		word := joined(letters[:n])
		if s, found := b.orders.whole(read(word).words); found && s.in[language] != NoOrder {
			return true
		}
		in := b.Match(Context{Language: language, Member: true}, word)
		if in.Command != None && in.How == HowExact && slices.Contains(b.owners[fold(word)], language) {
			return true
		}
		if language != "zh" {
			return false
		}
	}
	return false
}
