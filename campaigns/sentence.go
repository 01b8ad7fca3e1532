package campaigns

import (
	"embed"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
)

//go:embed sentence/*.txt
var sentenceFiles embed.FS

// phrasebooks are the words of sentences about audiences, by language: a file of sentence/ each.
var phrasebooks = readPhrasebooks()

// phrasebook is the words of one language by key.
type phrasebook map[string]string

// readPhrasebooks panics on a bad file: the files are part of the program. Every language has the same keys with the same fields.
func readPhrasebooks() map[string]phrasebook {
	files, err := fs.Glob(sentenceFiles, "sentence/*.txt")
	if err != nil {
		panic(err)
	}
	books := map[string]phrasebook{}
	for _, name := range files {
		raw, err := sentenceFiles.ReadFile(name)
		if err == nil {
			books[strings.TrimSuffix(path.Base(name), ".txt")], err = readPhrasebook(string(raw))
		}
		if err != nil {
			panic(name + ": " + err.Error())
		}
	}
	for language, b := range books {
		if err := b.like(books["en"]); err != nil {
			panic("sentence/" + language + ".txt: " + err.Error())
		}
	}
	return books
}

// readPhrasebook reads lines of "key = words"; # begins a comment.
func readPhrasebook(text string) (phrasebook, error) {
	b := phrasebook{}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		key, words, ok := strings.Cut(line, " =")
		if _, twice := b[key]; !ok || twice {
			return nil, fmt.Errorf("%q is no line of its own such as: key = words", line)
		}
		b[key] = strings.TrimSpace(words)
	}
	return b, nil
}

// like says what a phrasebook lacks, or has too much, beside another.
func (b phrasebook) like(other phrasebook) error {
	for _, key := range slices.Sorted(maps.Keys(other)) {
		words, ok := b[key]
		if !ok {
			return fmt.Errorf("%s is missing", key)
		}
		if has, want := fieldsIn(words), fieldsIn(other[key]); !slices.Equal(has, want) {
			return fmt.Errorf("%s has the fields %v, not %v", key, has, want)
		}
	}
	if len(b) != len(other) {
		return fmt.Errorf("it has keys that sentence/en.txt has not")
	}
	return nil
}

// fieldsIn are the fields that stand in words as {name}, in order of the alphabet, each once.
func fieldsIn(words string) []string {
	var found []string
	for _, part := range strings.Split(words, "{")[1:] {
		name, _, _ := strings.Cut(part, "}")
		found = append(found, name)
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// sentence says an audience as a person would: "VIP members of Miraflores who bought bread in the last 60 days." A language that has no
// words is answered in English.
func (s *sayer) sentence(audience condition) string {
	parts := flat(audience, false)
	head, parts := s.head(parts)
	var except, rest []part
	for _, p := range parts {
		if e, ok := p.condition.(exclusions); ok && !p.denied {
			except = append(except, part{e.anyOf, false})
			continue
		}
		rest = append(rest, p)
	}
	said := head.alone(s)
	if len(rest) > 0 {
		said = head.who(s, s.join(rest, "and").text)
	}
	for _, e := range except {
		said = s.words("except", "sentence", said, "clauses", s.say(e).text)
	}
	return s.finish(said)
}

// finish begins a sentence with a capital letter and takes out what was left blank.
func (s *sayer) finish(said string) string {
	said = strings.Join(strings.Fields(said), " ")
	letters := []rune(said)
	if len(letters) == 0 {
		return ""
	}
	return strings.ToUpper(string(letters[0])) + string(letters[1:]) + s.book["stop"]
}
