package templates

import (
	"errors"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"fiel/db"

	"golang.org/x/text/unicode/norm"
)

// Fill fills a shop's own words, with the fields by their names in any language ({nombre|amigo}, {name|friend}); case and accents of
// a name do not matter. An empty field without a word in its place leaves no gap ("Hola {nombre}," becomes "Hola,"). db.Invalid names
// a field that does not exist, and the ones there are in the language of the words. Whatever else stands in braces ({{.}}) stays as
// it is.
func Fill(lang, words string, f Fields) (string, error) {
	l, ok := texts.languages[lang]
	if !ok {
		return "", db.Errorf(db.Invalid, "There are no texts in %q. Choose one of %s.", lang, strings.Join(Languages(), ", "))
	}
	for name := range f {
		if !slices.Contains(texts.words, name) {
			return "", db.Errorf(db.Internal, "templates: %q is no field for a shop's words", name)
		}
	}
	pieces, err := texts.shop(l).parse(words)
	if err != nil {
		return "", db.Errorf(db.Invalid, "These words cannot be sent: %s.", err)
	}
	return fill(pieces, texts.values(l, f), l), nil
}

// Used are the fields that a shop's words ask for, by their English names and each once, as they come; the errors are those of [Fill].
func Used(lang, words string) ([]string, error) {
	if _, err := Fill(lang, words, nil); err != nil {
		return nil, err
	}
	var names []string
	pieces, _ := texts.shop(texts.languages[lang]).parse(words)
	walk(pieces, false, func(p piece, _ bool) {
		if !slices.Contains(names, p.field) {
			names = append(names, p.field)
		}
	})
	return names, nil
}

// shop is the grammar of shops' words: every language's names of the fields, and nothing is wrong with stray braces.
func (b *book) shop(l *language) grammar {
	return grammar{
		number: b.isNumber,
		names: func(name string) (string, error) {
			if field, ok := b.names[foldName(name)]; ok {
				return field, nil
			}
			known := make([]string, len(b.words))
			for i, field := range b.words {
				known[i] = "{" + l.names[field] + "}"
			}
			return "", errors.New("there is no {" + clip(name, 40) + "}: write one of " + strings.Join(known, ", "))
		},
	}
}

// foldName makes {Código} and {codigo} one name.
func foldName(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFD.String(name))
}

// values are the fields as they stand in a text: clean, bounded, numbers written as the language does.
func (b *book) values(l *language, f Fields) Fields {
	values := make(Fields, len(f))
	for name, value := range f {
		values[name] = b.fields[name].write(value, l)
	}
	return values
}

// fill puts the values into the pieces.
func fill(pieces []piece, values Fields, l *language) string {
	w := writer{values: values, language: l}
	w.pieces(pieces)
	return strings.TrimSpace(string(w.out))
}

type writer struct {
	values   Fields
	language *language
	out      []byte
	gap      bool // the last piece was an empty field
}

func (w *writer) pieces(pieces []piece) {
	for _, p := range pieces {
		w.piece(p)
	}
}

func (w *writer) piece(p piece) {
	value := w.values[p.field]
	switch {
	case p.part != nil:
		if w.whole(p.part) {
			w.pieces(p.part)
		}
	case p.field == "":
		w.plain(p.text)
	case p.forms != nil:
		w.out = append(w.out, w.language.form(value, p.forms)...)
	case value != "":
		w.out = append(w.out, value...)
	case p.other != "":
		w.out = append(w.out, p.other...)
	default:
		w.gap = true
	}
}

// whole says whether no field of an optional part is empty.
func (w *writer) whole(part []piece) bool {
	return !slices.ContainsFunc(part, func(p piece) bool { return p.field != "" && w.values[p.field] == "" })
}

// plain writes text; after an empty field it closes the gap, so that no two spaces and no space before a comma are left.
func (w *writer) plain(text string) {
	spaced := len(w.out) == 0 || w.out[len(w.out)-1] == ' '
	if w.gap && spaced && text != "" {
		if text[0] == ' ' {
			text = text[1:]
		} else if len(w.out) > 0 && strings.ContainsRune(",.;:!?)", rune(text[0])) {
			w.out = w.out[:len(w.out)-1]
		}
	}
	w.gap = false
	w.out = append(w.out, text...)
}

// tidy is a value as it may stand in a text: valid, on one line, without control and invisible characters.
func tidy(value string) string {
	value = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsControl(r), unicode.IsSpace(r):
			return ' '
		case unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(value, ""))
	return strings.Join(strings.Fields(value), " ")
}

// clip cuts a value to at most n letters: between words if that keeps half of it, and never between a letter and its marks.
func clip(value string, n int) string {
	if utf8.RuneCountInString(value) <= n {
		return value
	}
	letters := []rune(value)
	for n > 0 && unicode.Is(unicode.M, letters[n]) {
		n--
	}
	cut := string(letters[:n])
	if at := strings.LastIndexByte(cut, ' '); letters[n] != ' ' && at >= len(cut)/2 {
		cut = cut[:at]
	}
	return strings.TrimRight(cut, " ")
}
