package inbox

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

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
