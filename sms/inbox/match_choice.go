package inbox

import "slices"

// choice takes a text as the answer to an open choice: its letter or its name, of which the first word is enough, alone or with "la",
// "opcion" and the like; or a no, which chooses none. What could be two of them is no answer.
func (b *Book) choice(ctx Context, t *reading) (Intent, bool) {
	if s, found := b.keywords.whole(t.words); found && b.resolve(ctx, s) == No {
		return Intent{Command: No, Language: b.teaches(s.key)}, true
	}
	for i := 0; i < len(t.words); {
		if n := b.chosen(ctx, t, i); n > 0 {
			return Intent{Command: Choice, Choice: n}, true
		}
		n := b.aside(Choice, t, i)
		if n == 0 {
			break
		}
		i += n
	}
	return Intent{}, false
}

// chosen is the choice that a text names from word i to its end, but for words that say nothing; 0 if it names none, or more than one.
func (b *Book) chosen(ctx Context, t *reading, i int) int {
	if n := letter(t.words[i]); n > 0 && n <= len(ctx.Choices) && b.silent(t, i+1) {
		return n
	}
	found := 0
	for n, name := range ctx.Choices {
		if !b.begins(read(name).words, t, i) {
			continue
		}
		if found > 0 {
			return 0
		}
		found = n + 1
	}
	return found
}

// begins says whether a text from word i on is how a name begins, and nothing more.
func (b *Book) begins(name []string, t *reading, i int) bool {
	n := 0
	for n < len(name) && i+n < len(t.words) && t.words[i+n] == name[n] {
		n++
	}
	return n > 0 && b.silent(t, i+n)
}

// silent says whether nothing of a choice is said from word i on.
func (b *Book) silent(t *reading, i int) bool {
	for i < len(t.words) {
		n := b.aside(Choice, t, i)
		if n == 0 {
			return false
		}
		i += n
	}
	return true
}

// letter is the place of a word that is A, B or C; 0 for every other.
func letter(word string) int { return slices.Index([]string{"a", "b", "c"}, word) + 1 }

// rewardAndChoice reads the argument of CANJEAR: a number, and behind it the letter of a choice ("CANJEAR 3 B").
func (b *Book) rewardAndChoice(t *reading, i int) (number, choice int, wrong Wrong) {
	for at := len(t.words) - 1; at > i; at-- {
		n := letter(t.words[at])
		if n == 0 || !b.silent(t, at+1) {
			continue
		}
		if number, wrong := b.rewardNumber(t.before(at), i); wrong == "" {
			return number, n, ""
		}
	}
	number, wrong = b.rewardNumber(t, i)
	return number, 0, wrong
}

// before is the reading up to word i.
func (t *reading) before(i int) *reading {
	return &reading{text: t.text, tokens: t.tokens[:i], words: t.words[:i]}
}
