package inbox

import (
	"errors"
	"fmt"
	"strings"
)

// meaning is what a phrase in words of its own means.
type meaning string

const (
	meansStop   meaning = "stop"         // wants no more texts
	meansErase  meaning = "erase"        // wants no more texts and to be forgotten
	meansWrong  meaning = "wrong number" // is not who we think
	meansPromos meaning = "promos"       // wants no more offers; a stop phrase wholly inside is none
	meansHint   meaning = "hint"         // may want to leave: told how
	meansGuard  meaning = "guard"        // no stop word or stop phrase that shares a word with it counts
)

// pattern is a phrase as the words files write it:
//
//	no <want> [mas|otros] (recibir|ver) .. <messages>
//
// words as they are, (one of several), [one of several or none], <group> of the same file, and .. for up to three words of any kind.
type pattern struct {
	means meaning
	from  string // file, line and the phrase, for errors and tests
	parts []part
}

// part is one place in a pattern.
type part struct {
	optional bool
	gap      bool
	one      map[string]bool // alternatives of one word
	more     [][]string      // alternatives of several
}

// maxGap is how many words .. may stand for.
const maxGap = 3

// match is where the pattern ends if it begins at words[i], the furthest it can, or -1.
func (p *pattern) match(words []string, i int) int { return matchParts(p.parts, words, i) }

func matchParts(parts []part, words []string, i int) int {
	if len(parts) == 0 {
		return i
	}
	best := -1
	try := func(next int) { best = max(best, matchParts(parts[1:], words, next)) }
	head := parts[0]
	if head.gap {
		for n := 0; n <= maxGap && i+n <= len(words); n++ {
			try(i + n)
		}
		return best
	}
	if i < len(words) && head.one[words[i]] {
		try(i + 1)
	}
	for _, alt := range head.more {
		if startsWith(words[min(i, len(words)):], alt) {
			try(i + len(alt))
		}
	}
	if head.optional {
		try(i)
	}
	return best
}

// firsts are the words a pattern can begin with.
func (p *pattern) firsts() []string {
	var words []string
	for word := range p.parts[0].one {
		words = append(words, word)
	}
	for _, alt := range p.parts[0].more {
		if !p.parts[0].one[alt[0]] {
			words = append(words, alt[0])
		}
	}
	return words
}

// parsePattern reads a phrase. It must begin and end with words, and may leave at most two gaps, which bounds the work on any text.
func parsePattern(source string, groups map[string][]string) ([]part, error) {
	var parts []part
	gaps := 0
	for rest := strings.TrimSpace(source); rest != ""; {
		piece, after, err := cutPiece(rest)
		if err != nil {
			return nil, err
		}
		more, err := parsePiece(piece, groups)
		if err != nil {
			return nil, err
		}
		if more[0].gap {
			gaps++
		}
		parts, rest = append(parts, more...), strings.TrimSpace(after)
	}
	if len(parts) == 0 || parts[0].optional || parts[0].gap || parts[len(parts)-1].gap {
		return nil, errors.New("a phrase begins with words it must have, and ends with words")
	}
	if gaps > 2 {
		return nil, errors.New("a phrase has at most two gaps (..)")
	}
	return parts, nil
}

// cutPiece cuts the first word, bracket or group from a phrase.
func cutPiece(text string) (piece, rest string, err error) {
	closing := map[byte]string{'(': ")", '[': "]", '<': ">"}[text[0]]
	if closing == "" {
		piece, rest, _ = strings.Cut(text, " ")
		return piece, rest, nil
	}
	i := strings.Index(text, closing)
	if i < 0 {
		return "", "", fmt.Errorf("%q is never closed by %q", text[:1], closing)
	}
	return text[:i+1], text[i+1:], nil
}

func parsePiece(piece string, groups map[string][]string) ([]part, error) {
	switch piece[0] {
	case '(', '[':
		alternatives, err := expand(strings.Split(piece[1:len(piece)-1], "|"), groups)
		if err != nil {
			return nil, err
		}
		p, err := alternation(alternatives)
		p.optional = piece[0] == '['
		return []part{p}, err
	case '<':
		alternatives, err := expand([]string{piece}, groups)
		if err != nil {
			return nil, err
		}
		p, err := alternation(alternatives)
		return []part{p}, err
	}
	if piece == ".." {
		return []part{{gap: true}}, nil
	}
	words := read(piece).words
	if len(words) == 0 {
		return nil, fmt.Errorf("%q has no word", piece)
	}
	var parts []part
	for _, word := range words { // 退订 is two
		parts = append(parts, part{one: map[string]bool{word: true}})
	}
	return parts, nil
}

// expand puts the words of a group where an alternative names one.
func expand(alternatives []string, groups map[string][]string) ([]string, error) {
	var all []string
	for _, alt := range alternatives {
		name, isGroup := strings.CutPrefix(strings.TrimSpace(alt), "<")
		if !isGroup {
			all = append(all, alt)
			continue
		}
		group, found := groups[strings.TrimSuffix(name, ">")]
		if !found {
			return nil, fmt.Errorf("there is no group %s", alt)
		}
		all = append(all, group...)
	}
	return all, nil
}

func alternation(alternatives []string) (part, error) {
	p := part{one: map[string]bool{}}
	for _, alt := range alternatives {
		switch words := read(alt).words; len(words) {
		case 0:
			return part{}, fmt.Errorf("%q has no word", alt)
		case 1:
			p.one[words[0]] = true
		default:
			p.more = append(p.more, words)
		}
	}
	return p, nil
}
