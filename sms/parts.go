package sms

import (
	"slices"
	"unicode"
	"unicode/utf16"

	"fiel/db"
)

// Encoding is the alphabet a text travels in. One letter outside GSM-7 moves the whole text to UCS-2.
type Encoding string

// The encodings.
const (
	GSM7 Encoding = "GSM-7"
	UCS2 Encoding = "UCS-2"
)

// Room of a part in units (septets of GSM-7, 16-bit units of UCS-2): alone, and as one of several, where a header takes its share.
// https://www.twilio.com/docs/glossary/what-sms-character-limit
const (
	gsmAlone, gsmEach = 160, 153
	ucsAlone, ucsEach = 70, 67
)

// MaxCharacters is the longest body Twilio takes (error 21617), in UTF-16 units: https://www.twilio.com/docs/api/errors/21617
const MaxCharacters = 1600

// Parts is what a text costs and why.
type Parts struct {
	Encoding Encoding
	Units    int    // septets, or 16-bit units in UCS-2
	Parts    int    // SMS segments that are billed; 0 for an empty text
	Forcing  []rune // the letters that force UCS-2, each once, as they come
	Cheaper  string // the same text in GSM-7, '' when there is no such spelling or it saves nothing
	Saved    int    // parts that Cheaper saves per text
}

// Count counts a text exactly as it stands: give it [Clean] text. Letters of the GSM-7 extension take two units and are never cut by
// a border, nor are surrogate pairs. Carriers differ on whether a letter and its combining marks may be parted; the higher count is
// the answer.
func Count(text string) Parts {
	p := Parts{Encoding: GSM7}
	for _, r := range text {
		if septets(r) == 0 && !slices.Contains(p.Forcing, r) {
			p.Encoding = UCS2
			p.Forcing = append(p.Forcing, r)
		}
	}
	if p.Encoding == GSM7 {
		p.Units, p.Parts = countGSM7(text)
		return p
	}
	p.Units, p.Parts = countUCS2(text)
	if cheaper := Plain(text); cheaper != "" && isGSM7(cheaper) {
		if _, parts := countGSM7(cheaper); parts < p.Parts {
			p.Cheaper, p.Saved = cheaper, p.Parts-parts
		}
	}
	return p
}

// Over is how many letters too long a text is for one part less; 0 for a text of one part or none. Letters that count two may make it
// one less.
func (p Parts) Over() int {
	alone, each := gsmAlone, gsmEach
	if p.Encoding == UCS2 {
		alone, each = ucsAlone, ucsEach
	}
	switch {
	case p.Parts < 2:
		return 0
	case p.Parts == 2:
		return p.Units - alone
	}
	return max(p.Units-each*(p.Parts-1), 1)
}

// Spell is a text of our own as it is sent: clean, and spelt in GSM-7 where that saves a part. A name with an í in it must not double
// the price of an answer. Words of a shop are their author's choice instead.
func Spell(text string) string {
	text = Clean(text)
	if p := Count(text); p.Saved > 0 {
		return p.Cheaper
	}
	return text
}

// Check refuses (db.Invalid) what Twilio would refuse: an empty body and one of more than [MaxCharacters].
func Check(text string) error {
	if text == "" {
		return db.Errorf(db.Invalid, "The text is empty. Write some words.")
	}
	if n := utf16Len(text); n > MaxCharacters {
		return db.Errorf(db.Invalid, "The text has %d characters and at most %d can be sent. Shorten it.", n, MaxCharacters)
	}
	return nil
}

func utf16Len(text string) (n int) {
	for _, r := range text {
		n += utf16.RuneLen(r)
	}
	return n
}

func countGSM7(text string) (units, parts int) {
	filler := filler{each: gsmEach}
	for _, r := range text {
		n := septets(r)
		units += n
		filler.add(n)
	}
	return units, filler.count(units, gsmAlone)
}

// countUCS2 fills parts twice, letter by letter and with what belongs to a letter kept beside it, and answers the higher count.
func countUCS2(text string) (units, parts int) {
	loose, kept := filler{each: ucsEach}, filler{each: ucsEach}
	cluster, before := 0, rune(0)
	for _, r := range text {
		n := utf16.RuneLen(r)
		units += n
		loose.add(n)
		if !joined(before, r) || cluster+n > ucsEach {
			kept.add(cluster)
			cluster = 0
		}
		cluster += n
		before = r
	}
	kept.add(cluster)
	return units, max(loose.count(units, ucsAlone), kept.count(units, ucsAlone))
}

// joined says whether a letter is seen as one with the letter before it: combining marks, skin tones, the tags of flags, and what a
// zero width joiner ties. It leans to true where Unicode's own rule (UAX 29) is finer, since that can only raise the count.
func joined(before, r rune) bool {
	const joiner, firstFlag, lastFlag = 0x200D, 0x1F1E6, 0x1F1FF
	switch {
	case before == 0:
		return false
	case unicode.Is(unicode.M, r), r == joiner, before == joiner:
		return true
	case r >= 0x1F3FB && r <= 0x1F3FF, r >= 0xE0020 && r <= 0xE007F:
		return true
	}
	return before >= firstFlag && before <= lastFlag && r >= firstFlag && r <= lastFlag
}

// filler fills parts of a text of several in order; what does not fit opens the next.
type filler struct{ each, parts, used int }

func (f *filler) add(n int) {
	if f.parts == 0 || f.used+n > f.each {
		f.parts, f.used = f.parts+1, 0
	}
	f.used += n
}

func (f *filler) count(units, alone int) int {
	if units == 0 {
		return 0
	}
	if units <= alone {
		return 1
	}
	return f.parts
}
