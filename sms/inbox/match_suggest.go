package inbox

import "unicode/utf8"

// maxSuggest is how many characters a suggestion may have: it stands in a text that should stay one part.
const maxSuggest = 20

// suggest asks whether a command that changes something was meant, with its argument if that is good and short. Nothing is done.
func (b *Book) suggest(ctx Context, t *reading, c Command, written string, i int) Intent {
	in := b.arguments(ctx, t, Intent{Command: c}, i)
	if in.Command != c {
		return in
	}
	whole := written
	if rest := t.rest(i); rest != "" && in.Wrong == "" {
		whole += " " + rest
	}
	if utf8.RuneCountInString(whole) > maxSuggest || !c.takesArgument() {
		whole = written
	}
	return Intent{Suggest: whole}
}

// takesArgument tells whether what follows the keyword matters.
func (c Command) takesArgument() bool {
	switch c {
	case Redeem, Name, Birthday, Promos, Language, Email, Join:
		return true
	}
	return false
}
