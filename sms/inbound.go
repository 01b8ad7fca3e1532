package sms

import (
	"context"
	"crypto/rand"
	"encoding/hex"

	"fiel/db"
	"fiel/members"
)

// From is who sent a text in, as far as its address was understood.
type From struct {
	Phone  members.Phone // '' when the address is no number: a short code, letters, another channel
	Hash   string        // of the phone
	Member int64         // 0: a stranger
}

// Delivery is a text in as it stands in the database.
type Delivery struct {
	Received
	Again  bool   // the provider repeats itself: Answer is what it was told the first time, and nothing else may happen
	Answer Answer // of a repeated delivery
}

// RecordInbound stores a text in, once per provider id and for ever: the second delivery of the same text, also one at the same time,
// comes back with Again and the answer that the first one got (” once retention has blanked it).
func RecordInbound(ctx context.Context, tx *db.Tx, s Sender, in Inbound, from From) (Delivery, error) {
	row := Received{
		ProgramID: s.ProgramID, ID: tx.ID(), SenderID: s.ID, ProviderID: in.ProviderID, Phone: from.Phone, Hash: from.Hash,
		MemberID: from.Member, Body: in.Body, Media: int64(in.Media), OptOut: in.OptOut, At: tx.Now,
	}
	n, err := New(tx).insertInbound(ctx, insertInboundParams{
		ProgramID: row.ProgramID, ID: row.ID, SenderID: row.SenderID, ProviderID: row.ProviderID, Phone: row.Phone, Hash: row.Hash,
		MemberID: row.MemberID, Body: row.Body, Media: row.Media, OptOut: row.OptOut, At: row.At,
	})
	if err != nil || n > 0 {
		return Delivery{Received: row}, err
	}
	first, err := New(tx).inboundByProvider(ctx, s.ProgramID, in.ProviderID)
	if err != nil {
		return Delivery{}, err
	}
	answer, err := answerOf(ctx, tx, s.ProgramID, first.ID)
	return Delivery{Received: first, Again: true, Answer: answer}, err
}

// answerOf is what the webhook of a text in was told: nothing when it got no reply, or one of its own.
func answerOf(ctx context.Context, tx *db.Tx, program, inbound int64) (Answer, error) {
	m, err := New(tx).replyTo(ctx, program, inbound)
	if db.NotFound(err) {
		return Answer{}, nil
	}
	if err != nil || !m.wasAnswer() {
		return Answer{}, err
	}
	return Answer{Body: m.Body, MessageID: m.ID, Attempt: m.Attempt}, nil
}

// wasAnswer says whether the text went back in the answer to a webhook: it was never claimed.
func (m Message) wasAnswer() bool {
	switch m.State {
	case StateAnswered, StateDelivered, StateUndelivered:
		return m.Attempts == 0
	}
	return false
}

// ReplyTo writes the one reply to a text in, by the sender that received it: as the answer to the webhook, or as a text of its own
// where the sender's replies go that way (the Answer is empty then). The body, language, topic, program and member are the draft's;
// number, class and the rest are given; a text whose number was erased a moment ago is still answered by TwiML, without keeping it.
// db.Conflict when the text has its reply; a draft without a body answers nothing.
//
// A program whose parts of the day are used up answers nothing either: the cap holds for all texts.
func ReplyTo(ctx context.Context, tx *db.Tx, s Sender, r Received, d Draft) (Answer, error) {
	if Clean(d.Body) == "" {
		return Answer{}, nil
	}
	d.Sender, d.Class, d.Inbound, d.Phone, d.Hash, d.SendAfter = s.ID, Reply, r.ID, r.Phone, r.Hash, 0
	if s.ReplyVia == ViaREST {
		_, err := Enqueue(ctx, tx, d)
		return Answer{}, err
	}
	return answer(ctx, tx, d)
}

// answer stores a reply that goes back in the webhook's answer. Its status callbacks find it by its attempt.
func answer(ctx context.Context, tx *db.Tx, d Draft) (Answer, error) {
	m, err := d.message(ctx, tx)
	if err != nil {
		return Answer{}, err
	}
	b := booking{member: m.MemberID, parts: m.Parts, spendDay: dateAt(tx.Now, d.Program.Location())}
	full, err := book(ctx, tx, d.Program, Pack{}, b)
	if err != nil {
		return Answer{}, err
	}
	if full != "" {
		m.leaveOut(full, tx.Now)
	} else {
		m.SpendDay, m.State, m.Reason, m.FinalAt = b.spendDay, StateAnswered, "", 0
		m.Attempt, m.StartedAt, m.SentAt = newAttempt(), tx.Now, tx.Now
	}
	inserted, err := insertOnce(ctx, tx, m)
	switch {
	case err != nil:
		return Answer{}, err
	case !inserted:
		return Answer{}, db.Errorf(db.Conflict, "That text has its reply already.")
	case full != "":
		return Answer{}, nil
	}
	return Answer{Body: m.Body, MessageID: m.ID, Attempt: m.Attempt}, nil
}

// newAttempt is 128 random bits.
func newAttempt() string {
	var bits [16]byte
	rand.Read(bits[:]) //nolint:errcheck // crypto/rand.Read never fails: https://pkg.go.dev/crypto/rand#Read
	return hex.EncodeToString(bits[:])
}

// Understood writes down what a text in was taken for (the command, ” when it was not understood), whose it is by now, and whether a
// person at the shop should read it.
func Understood(ctx context.Context, tx *db.Tx, r Received, command string, member int64, forShop bool) error {
	n, err := New(tx).noteInbound(ctx, noteInboundParams{ProgramID: r.ProgramID, ID: r.ID, Command: command, MemberID: member, ForShop: forShop})
	if err == nil && n == 0 {
		return db.Errorf(db.Missing, "There is no text %d from a customer.", r.ID)
	}
	return err
}

// InboundByID finds a text in by id; db.Missing when the program has none such.
func InboundByID(ctx context.Context, tx *db.Tx, program, id int64) (Received, error) {
	r, err := New(tx).inboundByID(ctx, program, id)
	if db.NotFound(err) {
		return Received{}, db.Errorf(db.Missing, "There is no text %d from a customer.", id)
	}
	return r, err
}

// ForShop lists texts in that a person at the shop has not read, in rising id after the given one, at most limit.
func ForShop(ctx context.Context, tx *db.Tx, program, after, limit int64) ([]Received, error) {
	return New(tx).inboundForShop(ctx, inboundForShopParams{ProgramID: program, After: after, Most: min(limit, 1000)})
}

// MarkRead says that a person has read a text in; reading it again changes nothing.
func MarkRead(ctx context.Context, tx *db.Tx, program, id int64) error {
	_, err := New(tx).readInbound(ctx, readInboundParams{ProgramID: program, ID: id, ReadAt: tx.Now})
	return err
}

// TextsFrom lists the latest texts in of a number, newest first, at most limit.
func TextsFrom(ctx context.Context, tx *db.Tx, program int64, hash string, limit int64) ([]Received, error) {
	return New(tx).inboundOfNumber(ctx, inboundOfNumberParams{ProgramID: program, Hash: hash, Most: min(limit, 1000)})
}
