package sms

import (
	_ "embed"
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

//go:embed twins.txt
var twinsFile string

var twins = parseTwins(twinsFile)

// twinTables is twins.txt by section.
type twinTables struct{ clean, plain map[rune]string }

// parseTwins panics on a bad line: the file is part of the program.
func parseTwins(file string) twinTables {
	tables := twinTables{clean: map[rune]string{}, plain: map[rune]string{}}
	into := tables.clean
	for line := range strings.Lines(file) {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || line[0] == '#':
		case line == "[clean]":
			into = tables.clean
		case line == "[plain]":
			into = tables.plain
		default:
			parseTwin(line, into)
		}
	}
	return tables
}

func parseTwin(line string, into map[rune]string) {
	codes, rest, _ := strings.Cut(line, " ")
	quoted, err := strconv.QuotedPrefix(strings.TrimSpace(rest))
	if err != nil {
		panic(fmt.Sprintf("twins.txt: %q: %v", line, err))
	}
	twin, _ := strconv.Unquote(quoted)
	first, last, isRange := strings.Cut(codes, "-")
	if !isRange {
		last = first
	}
	for r := codePoint(first); r <= codePoint(last); r++ {
		into[r] = twin
	}
}

func codePoint(s string) rune {
	n, err := strconv.ParseInt(strings.TrimPrefix(s, "U+"), 16, 32)
	if err != nil {
		panic(fmt.Sprintf("twins.txt: %q is no code point", s))
	}
	return rune(n)
}

// Clean is the text as it is counted, stored and sent: NFC, lines ended by \n alone, and GSM-7 twins in place of letters that look
// the same to a reader (tab, no-break spaces, curly quotes, dashes, the ellipsis; twins.txt). Invisible characters and invalid
// bytes go. Accents, º, ª and emoji stay: they are the author's choice, see [Parts]. Cleaning a clean text changes nothing.
func Clean(text string) string {
	text = strings.ToValidUTF8(text, "")
	text = strings.ReplaceAll(text, "\r\n", "\n")
	text = strings.ReplaceAll(text, "\r", "\n")
	return norm.NFC.String(replace(norm.NFC.String(text), twins.clean))
}

func replace(text string, table map[rune]string) string {
	if !strings.ContainsFunc(text, func(r rune) bool { _, ok := table[r]; return ok }) {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		if twin, ok := table[r]; ok {
			b.WriteString(twin)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// Plain is the clean text spelt with GSM-7 letters wherever there is one for it: accents that GSM-7 lacks go ("Café María" becomes
// "Café Maria"), "1.º" becomes "1.o", emoji are left out. A letter without such a spelling (王) stays as it is.
func Plain(text string) string {
	text = Clean(text)
	if isGSM7(text) {
		return text
	}
	var b strings.Builder
	for _, r := range text {
		if septets(r) > 0 {
			b.WriteRune(r)
		} else {
			b.WriteString(plainLetter(r))
		}
	}
	return strings.TrimSpace(squeeze(b.String()))
}

// plainLetter is the GSM-7 spelling of a letter outside GSM-7: nothing for an emoji or a mark, the letter itself when it has none.
func plainLetter(r rune) string {
	if twin, ok := twins.plain[r]; ok {
		return twin
	}
	var b strings.Builder
	for _, part := range norm.NFKD.String(string(r)) {
		switch {
		case septets(part) > 0:
			b.WriteRune(part)
		case twins.plain[part] != "":
			b.WriteString(twins.plain[part])
		case !unicode.In(part, unicode.M, unicode.So, unicode.Sk, unicode.Cf):
			return string(r)
		}
	}
	return b.String()
}

// squeeze closes the double spaces that left-out emoji leave behind.
func squeeze(text string) string {
	for strings.Contains(text, "  ") {
		text = strings.ReplaceAll(text, "  ", " ")
	}
	return text
}
