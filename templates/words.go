package templates

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// piece is a run of plain text, a field, or an optional part of several.
type piece struct {
	text  string   // plain text
	field string   // or the field that stands here
	other string   // in place of an empty field
	forms []string // or one of these, by the number in the field
	part  []piece  // or a part that needs all its fields
}

// grammar reads words into pieces.
type grammar struct {
	names  func(name string) (field string, err error) // finds the field that a name in braces means
	number func(field string) bool                     // says whether a word can go with the field
	strict bool                                        // our own texts: a brace or bracket that means nothing is an error, not text
}

// parse reads words. "{{...}}", and braces and brackets that hold nothing for us, are plain text.
func (g grammar) parse(words string) ([]piece, error) {
	var pieces []piece
	for words != "" {
		plain := words
		if at := strings.IndexAny(words, "{["); at >= 0 {
			plain = words[:at]
		}
		if plain == "" {
			p, length, err := g.special(words)
			if err != nil {
				return nil, err
			}
			if g.strict && p.text != "" {
				return nil, fmt.Errorf("%q is neither a field nor an optional part", words[:length])
			}
			pieces, words = append(pieces, p), words[length:]
			continue
		}
		if g.strict && strings.ContainsAny(plain, "}]") {
			return nil, fmt.Errorf("%q closes what was not opened", plain)
		}
		pieces, words = append(pieces, piece{text: plain}), words[len(plain):]
	}
	return pieces, nil
}

// special reads the piece that a brace or bracket opens, and says how many bytes it takes.
func (g grammar) special(words string) (piece, int, error) {
	if strings.HasPrefix(words, "{{") {
		end := strings.Index(words, "}}")
		if end < 0 {
			end = 0
		}
		return piece{text: words[:end+2]}, end + 2, nil
	}
	if words[0] == '{' {
		return g.reference(words)
	}
	return g.optional(words)
}

// reference reads "{name}", "{name|other}" or "{name#one|many}".
func (g grammar) reference(words string) (piece, int, error) {
	first, _ := utf8.DecodeRuneInString(strings.TrimLeft(words[1:], " "))
	if !unicode.IsLetter(first) {
		return piece{text: "{"}, 1, nil
	}
	end := strings.IndexAny(words[1:], "{}[]\n") + 1
	if end == 0 || words[end] != '}' {
		if words[1] == ' ' {
			return piece{text: "{"}, 1, nil
		}
		return piece{}, 0, fmt.Errorf("the brace of %q is not closed: write a } after the name", firstWord(words))
	}
	inner := words[1:end]
	name, rest := inner, ""
	if at := strings.IndexAny(inner, "|#"); at >= 0 {
		name, rest = inner[:at], inner[at:]
	}
	field, err := g.names(strings.TrimSpace(name))
	if err != nil {
		return piece{}, 0, err
	}
	p := piece{field: field}
	if other, ok := strings.CutPrefix(rest, "|"); ok {
		p.other = other
	} else if forms, ok := strings.CutPrefix(rest, "#"); ok {
		p.forms = strings.Split(forms, "|")
		if len(p.forms) > 2 || !g.number(field) {
			return piece{}, 0, fmt.Errorf("{%s} needs the field of a number and one or two words after the #", inner)
		}
	}
	return p, end + 1, nil
}

func firstWord(s string) string {
	if at := strings.IndexFunc(s, unicode.IsSpace); at > 0 {
		return s[:at]
	}
	return s
}

// optional reads "[...]". Without a field in it, it is plain text.
func (g grammar) optional(words string) (piece, int, error) {
	end := strings.IndexAny(words[1:], "[]") + 1
	if end == 0 || words[end] != ']' {
		return piece{text: "["}, 1, nil
	}
	inner, err := g.parse(words[1:end])
	if err != nil {
		return piece{}, 0, err
	}
	for _, p := range inner {
		if p.field != "" {
			return piece{part: inner}, end + 1, nil
		}
	}
	return piece{text: words[:end+1]}, end + 1, nil
}

// walk visits every field of the pieces.
func walk(pieces []piece, optional bool, visit func(p piece, optional bool)) {
	for _, p := range pieces {
		if p.field != "" {
			visit(p, optional)
		}
		walk(p.part, true, visit)
	}
}
