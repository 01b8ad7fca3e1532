package inbox

import (
	"slices"
	"strings"
)

// answer takes a text as the answer to the open question asked last that it can answer. What says to an invitation what was said to it
// before goes to another question, if there is one that takes it.
func (b *Book) answer(ctx Context, t *reading) (again Intent, found bool) {
	for _, kind := range ctx.Open {
		in, answers := b.answerTo(ctx, t, kind)
		if !answers {
			continue
		}
		in.How, in.Answers = HowAnswer, kind
		if kind != rsvpQuestion || !ctx.saidBefore(in) {
			return in, true
		}
		again, found = in, true
	}
	return again, found
}

// saidBefore says whether a yes or no to the open invitation is the one that it has.
func (ctx Context) saidBefore(in Intent) bool {
	return in.Wrong == "" && in.Places == 0 && (in.Command == Yes && ctx.Places > 0 || in.Command == No && ctx.Places < 0)
}

func (b *Book) answerTo(ctx Context, t *reading, kind Kind) (Intent, bool) {
	switch kind {
	case scoreQuestion:
		if slices.Contains(ctx.Open, rsvpQuestion) && b.answersYes(ctx, t) {
			return Intent{}, false // SI 2 is for the invitation
		}
		return b.score(t)
	case rsvpQuestion:
		return b.rsvp(ctx, t)
	case spinQuestion:
		return Intent{}, false
	case choiceQuestion:
		return b.choice(ctx, t)
	case clueQuestion:
		return Intent{Command: Clue}, ctx.Clue != nil && ctx.Clue(strings.Join(t.words, " "))
	}
	s, found := b.keywords.whole(t.words)
	if !found {
		return Intent{}, false
	}
	c := b.resolve(ctx, s)
	return Intent{Command: c, Language: b.teaches(s.key)}, c == No || c == Yes && kind != commentQuestion
}

// answersOpen tells whether a question that takes yes or no is open.
func (ctx Context) answersOpen() bool {
	return slices.ContainsFunc(ctx.Open, func(k Kind) bool {
		return k != scoreQuestion && k != clueQuestion && k != choiceQuestion && k != spinQuestion && k != commentQuestion
	})
}

// nearlyAnswers asks back when a text is all but yes or no ("sii", "no gracias") and such a question is open: those take the exact word.
func (b *Book) nearlyAnswers(ctx Context, t *reading) Intent {
	if len(t.words) == 0 {
		return Intent{}
	}
	var meant []*sense
	for _, entries := range b.keywords {
		for _, e := range entries {
			c := b.resolve(ctx, e.value)
			if (c == Yes || c == No) && b.nearlySays(t, e.value) {
				meant = append(meant, e.value)
			}
		}
	}
	if len(meant) == 0 {
		return Intent{}
	}
	c := b.resolve(ctx, meant[0])
	if slices.ContainsFunc(meant, func(s *sense) bool { return b.resolve(ctx, s) != c }) {
		return Intent{}
	}
	return Intent{Suggest: b.Keyword(ctx.Language, c)}
}

// nearlySays tells whether a text is a yes or no with politeness, or one word a slip away from it.
func (b *Book) nearlySays(t *reading, s *sense) bool {
	word := t.words[0]
	if len(t.words) == 1 {
		runes, key := []rune(word), []rune(s.key)
		return len(key) > 1 && len(runes) > 1 && !b.known(word) && oneSlip(runes, key) || squeeze(word) == s.key
	}
	return word == s.key && b.skipPolite(t, 1) == len(t.words)
}
