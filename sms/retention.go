package sms

import (
	"cmp"
	"context"
	"slices"

	"fiel/db"
	"fiel/members"
)

// Erase takes a person out of the texts: number, its hash and every word to or from them, of the member (0: a stranger) and of the
// number (”: none) before it was a member's. The rows stay, for the counts. What waits for the number is cancelled; a text on the wire
// is not looked for any more. What staff were told of the member goes too. The caller holds the number's row. An answer that confirms it is written afterwards, see [ReplyTo].
func Erase(ctx context.Context, tx *db.Tx, program, member int64, hash string) error {
	q := New(tx)
	if hash != "" {
		if _, err := Cancel(ctx, tx, program, hash, ReasonStopped); err != nil {
			return err
		}
		if err := q.eraseReplies(ctx, program, hash); err != nil {
			return err
		}
		if err := q.eraseInbound(ctx, program, hash); err != nil {
			return err
		}
	}
	if err := q.eraseTexts(ctx, program, member); err != nil {
		return err
	}
	if err := q.eraseAbout(ctx, program, member); err != nil {
		return err
	}
	if err := q.eraseRepliesOf(ctx, program, member); err != nil {
		return err
	}
	return q.eraseInboundOf(ctx, program, member)
}

// Adopt makes texts that came from a number before it was a member's theirs, so that they are found when the number has changed, and
// takes the number out of texts to them: it may be somebody else's soon, who can be erased. None of them leaves for it any more. The
// caller holds the number's row.
func Adopt(ctx context.Context, tx *db.Tx, program int64, hash string, member int64) error {
	if err := New(tx).adopt(ctx, adoptParams{ProgramID: program, Hash: hash, MemberID: member}); err != nil {
		return err
	}
	return New(tx).unnumber(ctx, unnumberParams{ProgramID: program, MemberID: member, Hash: hash})
}

// confirmedBy is after how long the confirmation of an erasure is blanked though it never left: an hour, in milliseconds.
const confirmedBy = 60 * 60 * 1000

// ErasedTopic is the topic of the confirmation of an erasure: the one text to a number that was erased.
const ErasedTopic = "erased"

// BlankErased takes number and words out of the confirmations of erasures, at most limit (1,000) and says of how many: as soon as they
// have left, after an hour in any case. Any number of processes may call it at once.
func BlankErased(ctx context.Context, tx *db.Tx, p members.Program, limit int64) (n int64, err error) {
	return New(tx).blankErased(ctx, blankErasedParams{ProgramID: p.ID, Before: tx.Now - confirmedBy, Most: min(limit, 1000)})
}

// Exchanged is one text that is kept of a member, in or out.
type Exchanged struct {
	At      int64 // unix milliseconds
	ToShop  bool
	Body    string
	Channel string // sms
}

// Kept lists the texts to and from a member whose words are still kept, newest first, at most limit each way.
func Kept(ctx context.Context, tx *db.Tx, program, member, limit int64) ([]Exchanged, error) {
	to, err := New(tx).textsTo(ctx, textsToParams{ProgramID: program, MemberID: member, Most: limit})
	if err != nil {
		return nil, err
	}
	from, err := New(tx).textsFrom(ctx, textsFromParams{ProgramID: program, MemberID: member, Most: limit})
	if err != nil {
		return nil, err
	}
	all := make([]Exchanged, 0, len(to)+len(from))
	for _, m := range to {
		if m.State != StateHoldout && m.State != StateLeftOut && m.State != StateCancelled {
			all = append(all, Exchanged{At: max(m.SentAt, m.CreatedAt), Body: m.Body, Channel: "sms"})
		}
	}
	for _, r := range from {
		all = append(all, Exchanged{At: r.At, ToShop: true, Body: r.Body, Channel: "sms"})
	}
	slices.SortStableFunc(all, func(a, b Exchanged) int { return cmp.Compare(b.At, a.At) })
	return all, nil
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
