package sms

import (
	_ "embed"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"fiel/members"
	"fiel/templates"
)

// Carries is what each promotion to a country must say.
type Carries struct {
	Name    bool // who sends it
	Contact bool // how to reach them
	Out     bool // how to leave
}

//go:embed ways_out.txt
var waysOutFile string

var waysOut = parseWaysOut(waysOutFile)

func parseWaysOut(file string) (words []string) {
	for line := range strings.Lines(file) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			words = append(words, line)
		}
	}
	return words
}

// Carry adds to a promotion what the country of its number (ISO 3166) asks for and its words do not say, in the language of the words:
// the program's name before them, its contact and a way out behind them. Added is what it added; nothing for other classes. A contact
// the program does not have is left out: see [Lacks].
func Carry(p members.Program, class Class, country, language, body string) (text string, added []string, err error) {
	if class != Marketing {
		return body, nil, nil
	}
	asks := PackFor(class, country).Carries
	if asks.Name && !strings.Contains(strings.ToLower(body), strings.ToLower(p.Name)) {
		body, added = p.Name+": "+body, append(added, p.Name+":")
	}
	var behind []string
	if asks.Contact && p.Contact != "" && !strings.Contains(body, p.Contact) {
		behind = append(behind, "footer_contact")
	}
	if asks.Out && !HasWayOut(body) {
		behind = append(behind, "footer_out")
	}
	for _, key := range behind {
		f := templates.Fields{}
		if templates.Takes(key, "contact") {
			f["contact"] = p.Contact
		}
		words, err := templates.Render(language, key, f)
		if err != nil {
			return "", nil, err
		}
		body, added = join(body, words), append(added, words)
	}
	return body, added, nil
}

// join puts a sentence behind another.
func join(body, words string) string {
	body = strings.TrimSpace(body)
	last, _ := utf8.DecodeLastRuneInString(body)
	switch {
	case unicode.In(last, unicode.Han):
		return body + "。" + words
	case strings.ContainsRune("。！？", last):
		return body + words
	case unicode.IsLetter(last), unicode.IsDigit(last):
		return body + ". " + words
	}
	return body + " " + words
}

// HasWayOut says whether a text tells how to leave: BAJA, STOP or another such word in capitals (ways_out.txt).
func HasWayOut(text string) bool {
	words := strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) })
	return slices.ContainsFunc(waysOut, func(way string) bool {
		if way[0] < unicode.MaxASCII {
			return slices.Contains(words, way)
		}
		return strings.Contains(text, way) // a language without spaces
	})
}

// Lacks is what a program cannot say yet although a country its texts go to asks for it, in a sentence; ” when there is nothing.
func Lacks(p members.Program, country string) string {
	if PackFor(Marketing, country).Carries.Contact && p.Contact == "" {
		return "Promotions to " + country + " must say how to reach you, and the program has no contact: fiel program set contact=..."
	}
	return ""
}
