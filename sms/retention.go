package sms

import (
	"context"

	"fiel/db"
)

// Erase takes a person out of the texts: number, its hash and every word to or from them, of the member and of the number before it was
// a member's. The rows stay, for the counts. What waits for the number is cancelled; a text on the wire is not looked for any more. The
// caller holds the number's row. An answer that confirms it is written afterwards, see [ReplyTo].
func Erase(ctx context.Context, tx *db.Tx, program, member int64, hash string) error {
	if _, err := Cancel(ctx, tx, program, hash, ReasonStopped); err != nil {
		return err
	}
	q := New(tx)
	if err := q.eraseReplies(ctx, program, hash); err != nil {
		return err
	}
	if err := q.eraseTexts(ctx, program, member); err != nil {
		return err
	}
	return q.eraseInbound(ctx, program, hash)
}

// Blank takes the words out of texts to and from members that are older than before (unix milliseconds), a few hundred rows at a time:
// begin with a zero cursor and go on with what comes back until that is done. Texts that wait keep theirs; rows and ids stay for ever.
func Blank(ctx context.Context, tx *db.Tx, program, before int64, at BlankCursor) (next BlankCursor, blanked int64, err error) {
	texts, err := New(tx).textsAfter(ctx, program, at.text)
	if err != nil {
		return at, 0, err
	}
	in, err := New(tx).inboundAfter(ctx, program, at.inbound)
	if err != nil {
		return at, 0, err
	}
	n, err := New(tx).blankTexts(ctx, blankTextsParams{ProgramID: program, After: at.text, Last: texts.Last, Before: before})
	if err != nil {
		return at, 0, err
	}
	m, err := New(tx).blankInbound(ctx, blankInboundParams{ProgramID: program, After: at.inbound, Last: in.Last, Before: before})
	next = BlankCursor{
		text: max(at.text, texts.Last), inbound: max(at.inbound, in.Last),
		Done: (texts.Last == 0 || texts.Oldest >= before) && (in.Last == 0 || in.Oldest >= before),
	}
	return next, n + m, err
}

// BlankCursor is how far [Blank] has come; the zero value is the beginning.
type BlankCursor struct {
	Done          bool
	text, inbound int64
}
