package inbox

import (
	"regexp"
	"strings"
)

// arguments reads what stands behind a keyword, from word i on, into an intent.
func (b *Book) arguments(ctx Context, t *reading, in Intent, i int) Intent {
	switch in.Command {
	case Join:
		return b.join(ctx, t, in, i)
	case Redeem:
		in.Number, in.Choice, in.Wrong = b.rewardAndChoice(t, i)
	case Name:
		in.Name, in.Wrong = b.name(t, i)
	case Birthday:
		return b.birthday(ctx, t, in, i)
	case Promos:
		in.On, in.Wrong = b.wanted(t, i)
	case Language:
		in.Lang, in.Wrong = b.language(t, i)
		if in.Wrong == "" {
			in.Language = in.Lang
		}
	case Move:
		in.Digits, in.Code, in.Wrong = b.moving(t, i)
	case Email:
		in.Email, in.Wrong = email(t.rest(i))
	}
	return in
}

// aside is how many words at i say nothing beside the argument of a command: politeness, articles and the like.
func (b *Book) aside(c Command, t *reading, i int) int {
	if _, n := b.asides[c].at(t.words[i:]); n > 0 {
		return n
	}
	if as, n := b.small.at(t.words[i:]); as == polite {
		return n
	}
	return 0
}

// wanted reads the argument of PROMOS: yes or no, on or off.
func (b *Book) wanted(t *reading, i int) (bool, Wrong) {
	if i == len(t.words) {
		return false, PromosMissing
	}
	said, other := map[bool]bool{}, false
	for i < len(t.words) {
		if on, n := b.on.at(t.words[i:]); n > 0 {
			said[on] = true
			i += n
		} else if n := b.aside(Promos, t, i); n > 0 {
			i += n
		} else {
			other = true
			i++
		}
	}
	if other || len(said) != 1 {
		return false, PromosUnclear
	}
	return said[true], ""
}

// language reads the argument of IDIOMA: a code or a name. Of several the last counts ("en español": the first is a preposition).
func (b *Book) language(t *reading, i int) (string, Wrong) {
	if i == len(t.words) {
		return "", LanguageMissing
	}
	chosen, other := "", false
	for i < len(t.words) {
		if code, n := b.names.at(t.words[i:]); n > 0 {
			chosen = code
			i += n
		} else if n := b.aside(Language, t, i); n > 0 {
			i += n
		} else {
			other = true
			i++
		}
	}
	switch {
	case other || chosen == "":
		return "", LanguageUnknown
	case !b.Speaks(chosen):
		return chosen, LanguageUnspoken
	}
	return chosen, ""
}

// fewestDigits a phone number has (E.164 sets no least; no country's mobiles have fewer).
const fewestDigits = 7

// moving reads the argument of CAMBIO: the new number, or the code that came for it.
func (b *Book) moving(t *reading, i int) (digits, code string, wrong Wrong) {
	for i < len(t.words) {
		n := b.aside(Move, t, i)
		if n == 0 {
			break
		}
		i += n
	}
	said := strings.TrimRight(t.rest(i), ".!")
	n := len(said) - len(strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return -1
		}
		return r
	}, said))
	switch raw := strings.ToUpper(said); {
	case len(raw) == changeLetters && strings.Trim(raw, codeAlphabet) == "":
		return "", raw, ""
	case n >= fewestDigits && strings.Trim(said, "+0123456789 ().-/") == "":
		return said, "", ""
	}
	return "", "", MoveUnclear
}

// changeLetters is how long the code is that proves a new number.
const changeLetters = 5

// anAddress is what browsers take for an e-mail address (https://html.spec.whatwg.org/#valid-e-mail-address), with a domain of at
// least two labels.
var anAddress = regexp.MustCompile(`^[a-zA-Z0-9.!#$%&'*+/=?^_{|}~-]+@([a-zA-Z0-9]([a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?\.)+[a-zA-Z]{2,63}$`)

// maxEmail is the longest address that mail can go to (RFC 5321, 4.5.3.1.3).
const maxEmail = 254

// email reads the argument of CORREO.
func email(text string) (string, Wrong) {
	address := strings.TrimRight(strings.Trim(text, "<> "), ".,;!")
	if address == "" {
		return "", EmailMissing
	}
	local, domain, _ := strings.Cut(address, "@")
	if len(address) > maxEmail || !anAddress.MatchString(address) {
		return "", EmailUnclear
	}
	return local + "@" + strings.ToLower(domain), ""
}
