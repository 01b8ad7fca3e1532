// Package inbox is the conversation: what a text means, and the answer to it.
//
// What a text means is decided by a [Book] alone, from the words in words/*.txt: no database, no clock, text in and [Intent] out.
package inbox

import "strings"

// Match tells what a text means. It always answers, whatever the text, and changes nothing. In this order: what the provider says,
// stop, the answer to an open question, the exact keyword, a code on its own, a comment that was asked for, a forgiven typo, a clue that is
// none. The work is bounded: 1,600 characters are read.
func (b *Book) Match(ctx Context, text string) Intent {
	t := read(text)
	if in, found := b.provider(ctx, t); found {
		return in
	}
	if t.blank() {
		return Intent{Empty: true}
	}
	said := b.leaving(t)
	if in, found := b.stop(t, said); found {
		return in
	}
	in, found := b.answer(ctx, t)
	if !found {
		in, found = b.exact(ctx, t)
	}
	if !found {
		in, found = lone(ctx, t)
	}
	if !found {
		in, found = b.comment(ctx, t)
	}
	if !found {
		in = b.guess(ctx, t, said.hint)
	}
	if in.Command == None || in.Command == Comment || in.Command == Help {
		in.StopHint = in.StopHint || said.hint
	}
	return in
}

// Taken says whether a text means something by itself, in any language the book speaks: it stops, or it is a keyword.
func (b *Book) Taken(text string) bool {
	t := read(text)
	_, stops := b.stop(t, b.leaving(t))
	_, keyword := b.exact(Context{}, t)
	return stops || keyword
}

// provider heeds the OptOutType that Twilio's Advanced Opt-Out posts; it is preferred to the words
// (https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out). The words still tell the name of who joins.
func (b *Book) provider(ctx Context, t *reading) (Intent, bool) {
	in := Intent{}
	switch strings.ToUpper(strings.TrimSpace(ctx.OptOut)) {
	case "STOP":
		in, _ = b.stop(t, b.leaving(t))
		in.Command = Stop
	case "START":
		if in, _ = b.exact(ctx, t); in.Command != Join {
			in = Intent{Command: Join}
		}
	case "HELP":
		if in, _ = b.exact(ctx, t); in.Command != Help {
			in = Intent{Command: Help}
		}
	default:
		return in, false
	}
	in.How, in.StopHint, in.PromosOff = HowProvider, false, false
	return in, true
}
