package inbox

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// maxName is how many characters the name of a member may have.
const maxName = 40

// name reads the argument of NOMBRE.
func (b *Book) name(t *reading, i int) (string, Wrong) {
	for i < len(t.words)-1 {
		_, n := b.asides[Name].at(t.words[i:])
		if n == 0 || i+n >= len(t.words) {
			break
		}
		i += n
	}
	return b.nameOf(t.rest(i))
}

// nameOf makes a name of what was texted: at most 40 letters, marks, spaces, ' - and . with Title Case if it had no case of its own.
func (b *Book) nameOf(raw string) (string, Wrong) {
	name := strings.Join(strings.Fields(strings.Map(plainSigns, raw)), " ")
	letters := 0
	for _, r := range name {
		switch {
		case unicode.IsLetter(r):
			letters++
		case !unicode.IsMark(r) && !strings.ContainsRune(" '-.", r):
			return "", NameLetters
		}
	}
	switch {
	case name == "":
		return "", NameMissing
	case letters == 0:
		return "", NameLetters
	case utf8.RuneCountInString(name) > maxName:
		return "", NameTooLong
	}
	return b.titled(name), ""
}

// plainSigns makes the apostrophes and dashes of telephones the plain ones.
func plainSigns(r rune) rune {
	switch {
	case isApostrophe(r):
		return '\''
	case r >= 0x2010 && r <= 0x2015:
		return '-'
	}
	return r
}

// titled puts a name that is all capitals or all small into Title Case; particles (de, del) stay small inside it.
func (b *Book) titled(name string) string {
	if name != strings.ToUpper(name) && name != strings.ToLower(name) {
		return name
	}
	words := strings.Split(strings.ToLower(name), " ")
	for i, word := range words {
		if i == 0 || !b.particles[fold(word)] {
			words[i] = capitalised(word)
		}
	}
	return strings.Join(words, " ")
}

// capitalised has a capital at its beginning and after each ' - and . in it.
func capitalised(word string) string {
	start := true
	return strings.Map(func(r rune) rune {
		if !unicode.IsLetter(r) {
			start = start || !unicode.IsMark(r)
			return r
		}
		if start {
			start = false
			return unicode.ToTitle(r)
		}
		return r
	}, word)
}
