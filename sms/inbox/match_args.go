package inbox

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// arguments reads what stands behind a keyword, from word i on, into an intent.
func (b *Book) arguments(ctx Context, t *reading, in Intent, i int) Intent {
	switch in.Command {
	case Join:
		return b.join(ctx, t, in, i)
	case Redeem:
		in.Number, in.Wrong = b.rewardNumber(t, i)
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

// counts are the numbers among the words of a text.
type counts struct {
	found  []int
	maybe  []int // words that are a number only if there is no other: "un" in "canjear un", not in "canjear un 2"
	broken int   // digits that are no whole number: -5, 1.5, 1e9
	other  int   // words that are no number and no aside
}

// count reads the numbers behind a keyword from word i on, in digits or in words.
func (b *Book) count(c Command, t *reading, i int) counts {
	var all counts
	for i < len(t.words) {
		if n, found := t.number(i); found {
			all.found = append(all.found, n)
			i++
		} else if unicode.IsNumber(firstRune(t.words[i])) {
			all.broken++
			i++
		} else if value, n := b.numbers.at(t.words[i:]); n > 0 {
			if b.aside(c, t, i) > 0 {
				all.maybe = append(all.maybe, value)
			} else {
				all.found = append(all.found, value)
			}
			i += n
		} else if n := b.aside(c, t, i); n > 0 {
			i += n
		} else {
			all.other++
			i++
		}
	}
	return all
}

// maxNumber is what a number too long to matter becomes.
const maxNumber = 1_000_000

// number is word i as a number: one run of ASCII digits that no sign, point, comma or letter touches. A point or comma that ends a
// sentence ("CANJEAR 1.") touches nothing.
func (t *reading) number(i int) (int, bool) {
	word := t.words[i]
	if strings.Trim(word, "0123456789") != "" {
		return 0, false
	}
	before, _ := utf8.DecodeLastRuneInString(t.text[:t.tokens[i].start])
	after := t.text[t.tokens[i].end:]
	next, n := utf8.DecodeRuneInString(after)
	if strings.ContainsRune("+-−‐‑–—±.,$€£%", before) || strings.ContainsRune("+-−‐‑–—%", next) {
		return 0, false
	}
	if next == '.' || next == ',' {
		if r := firstRune(after[n:]); unicode.IsNumber(r) || unicode.IsLetter(r) {
			return 0, false
		}
	}
	value, err := strconv.Atoi(word)
	if err != nil || value > maxNumber {
		value = maxNumber
	}
	return value, true
}

func firstRune(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}

// maxReward is the last place in the list of rewards that can be asked for.
const maxReward = 99

// rewardNumber reads the argument of CANJEAR: 1-99.
func (b *Book) rewardNumber(t *reading, i int) (int, Wrong) {
	all := b.count(Redeem, t, i)
	if len(all.found) == 0 && all.broken+all.other == 0 {
		all.found = all.maybe
	}
	switch {
	case len(all.found) > 1:
		return min(all.found[0], maxReward), TwoNumbers
	case all.broken > 0 || len(all.found) == 1 && all.other > 0:
		return 0, NumberUnclear
	case len(all.found) == 0:
		return 0, NumberMissing
	case all.found[0] < 1 || all.found[0] > maxReward:
		return 0, NumberRange
	}
	return all.found[0], ""
}

// maxScore is the best score.
const maxScore = 10

// score takes a text as the answer to an open survey: one whole number from 0 to 10, alone or with "un", "pts" or "!". Other numbers
// are asked about; a text that is more than a number is no answer.
func (b *Book) score(t *reading) (Intent, bool) {
	all := b.count(Score, t, 0)
	if all.other > 0 || len(all.found)+all.broken == 0 {
		return Intent{}, false
	}
	if all.broken > 0 || len(all.found) > 1 || all.found[0] > maxScore {
		return Intent{Command: Score, Wrong: ScoreUnclear}, true
	}
	return Intent{Command: Score, Score: all.found[0]}, true
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
