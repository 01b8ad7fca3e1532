package inbox

import "slices"

// rsvp takes a text as the answer to an invitation: NO, SI, or SI with how many come.
func (b *Book) rsvp(ctx Context, t *reading) (Intent, bool) {
	c, s, n := b.keywordAt(ctx, t, 0)
	if n == 0 && b.splitFirst(ctx, t) != nil { // SI2
		t = b.splitFirst(ctx, t)
		c, s, n = b.keywordAt(ctx, t, 0)
	}
	if c != Yes && c != No || n == 0 {
		return Intent{}, false
	}
	in := Intent{Command: c, Language: b.teaches(s.key)}
	if c == No {
		return in, n == len(t.words)
	}
	all := b.count(Yes, t, n)
	switch {
	case len(all.found)+all.broken == 0:
		return in, b.onlySaid(t, n)
	case all.other > 0 || all.broken > 0 || len(all.found) > 1 || all.found[0] < 1:
		in.Wrong = PlacesUnclear
	default:
		in.Places = all.found[0]
	}
	return in, true
}

// onlySaid says whether nothing follows a yes from word i on but what belongs to coming. "Ok gracias" is politeness, and books nothing.
func (b *Book) onlySaid(t *reading, i int) bool {
	for i < len(t.words) {
		_, n := b.asides[Yes].at(t.words[i:])
		if n == 0 {
			return false
		}
		i += n
	}
	return true
}

// answersYes says whether a text begins with a yes.
func (b *Book) answersYes(ctx Context, t *reading) bool {
	c, _, _ := b.keywordAt(ctx, t, 0)
	return c == Yes
}

// comment takes what is no command as what is said after a score, while that is asked for. A stop with a slip in it is still a stop.
func (b *Book) comment(ctx Context, t *reading) (Intent, bool) {
	if !slices.Contains(ctx.Open, commentQuestion) {
		return Intent{}, false
	}
	slip := b.typo(ctx, t)
	if slip.Command == Stop {
		return slip, true
	}
	return Intent{Command: Comment, How: HowAnswer, Answers: commentQuestion, StopHint: slip.StopHint}, true
}

// guess forgives a typo, and takes a word or two that mean nothing as a wrong code while a treasure hunt is on.
func (b *Book) guess(ctx Context, t *reading, leaving bool) Intent {
	in := b.typo(ctx, t)
	if in.Command != None || in.Suggest != "" || leaving || len(t.words) > 2 || !slices.Contains(ctx.Open, clueQuestion) {
		return in
	}
	if t.asks() || b.skipPolite(t, 0) == len(t.words) { // for a person, or for nobody
		return in
	}
	return Intent{Command: Clue, How: HowAnswer, Answers: clueQuestion, Wrong: ClueUnknown}
}
