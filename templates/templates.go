// Package templates is the words Fiel texts, and the one replacer for them and for the words of shops.
//
// A folder is a language (es, en, ...): language.txt says how it writes numbers and dates, the other files hold the texts. fields.txt
// says which texts there must be, what stands in them and how long they may get. Adding a language is adding a folder; one that lacks
// a file, a key or a field does not start.
//
//	{points}                  a field
//	{name|amigo}              a field, and what stands there when it is empty
//	{points#punto|puntos}     the form of a word that goes with a number, by the rule of the language
//	[ Hola {name}!]           a part that is left out when a field in it is empty
//
// Words are never code, and what a field holds is never read as words.
package templates

import (
	"embed"
	"maps"
	"slices"

	"fiel/db"
)

//go:embed *.txt */*.txt
var files embed.FS

var texts = func() *book {
	b, err := load(files)
	if err != nil {
		panic("templates: " + err.Error()) // the files are part of the program
	}
	return b
}()

// Fields are what a text is filled with, by the English names of the fields (fields.txt). Numbers are plain digits ("1500"): the text
// writes them as its language does. Dates and money come ready from [Date], [Moment] and [Money].
type Fields map[string]string

// Languages are the codes of the languages there are, in order of the alphabet.
func Languages() []string { return slices.Sorted(maps.Keys(texts.languages)) }

// Keys are the names of all texts, in the order of fields.txt.
func Keys() []string {
	names := make([]string, len(texts.keys))
	for i, k := range texts.keys {
		names[i] = k.name
	}
	return names
}

// Takes says whether the text of a key has a field.
func Takes(key, field string) bool { return texts.key(key).has(field) }

// Render is the text of a key in a language. Values are cut to the longest that fields.txt allows and stripped of control characters.
// A language or key that does not exist, a field the key does not have, and an empty one it cannot do without are errors of the
// program (db.Internal).
func Render(lang, key string, f Fields) (string, error) {
	l, ok := texts.languages[lang]
	if !ok {
		return "", db.Errorf(db.Internal, "templates: there is no language %q", lang)
	}
	words, ok := l.texts[key]
	if !ok {
		return "", db.Errorf(db.Internal, "templates: there is no text %q", key)
	}
	k := texts.key(key)
	for name := range f {
		if !k.has(name) {
			return "", db.Errorf(db.Internal, "templates: %s has no field %q", key, name)
		}
	}
	values := texts.values(l, f)
	for _, field := range k.fields {
		if !field.optional && values[field.name] == "" {
			return "", db.Errorf(db.Internal, "templates: %s needs the field %q", key, field.name)
		}
	}
	return fill(words, values, l), nil
}

// Longest is every field of a key with its longest value in a language, and the SMS parts the text may take with them.
func Longest(lang, key string) (f Fields, parts int) {
	l, k := texts.languages[lang], texts.key(key)
	f = Fields{}
	for _, field := range k.fields {
		f[field.name] = texts.fields[field.name].longest(l)
	}
	return f, max(k.parts, k.partsIn[lang])
}
