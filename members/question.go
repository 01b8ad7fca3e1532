package members

import (
	"context"

	"fiel/db"
)

// Kinds of questions that a text can ask and a short answer (SI, NO, 0-10) settles.
const (
	AskMarketing = "marketing" // may we send offers?
	AskDispute   = "dispute"   // was it you who used this voucher?
	AskErase     = "erase"     // shall we erase you?
	AskStaff     = "staff"     // is this staff phone yours?
	AskScore     = "score"     // 0 to 10
	AskRSVP      = "rsvp"      // will you come?
	AskClue      = "clue"      // the answer to a clue
	AskReset     = "reset"     // is this number new to you?
	AskChoice    = "choice"    // which one? A, B or C
	AskSpin      = "spin"      // a wheel that waits for GIRA
	AskComment   = "comment"   // what made it that score? any words
)

// Ask opens a question to a member until it expires (unix milliseconds, exclusive); ref is the id of what it is about. One of the
// same kind that is still open is replaced. The caller holds the member's row.
func Ask(ctx context.Context, tx *db.Tx, m Member, kind string, ref, expires int64) (Question, error) {
	return AskedAt(ctx, tx, m, kind, ref, tx.Now, expires)
}

// AskedAt is [Ask] for what was asked before now: in a text that left at that instant.
func AskedAt(ctx context.Context, tx *db.Tx, m Member, kind string, ref, asked, expires int64) (Question, error) {
	q := New(tx)
	err := q.closeQuestion(ctx, closeQuestionParams{ProgramID: m.ProgramID, MemberID: m.ID, Kind: kind, AnsweredAt: tx.Now})
	if err != nil {
		return Question{}, err
	}
	return q.insertQuestion(ctx, insertQuestionParams{
		ProgramID: m.ProgramID, ID: tx.ID(), MemberID: m.ID, Kind: kind, Ref: ref, AskedAt: asked, ExpiresAt: expires,
	})
}

// Open lists the questions a member can still answer, the last asked first.
func Open(ctx context.Context, tx *db.Tx, program, member int64) ([]Question, error) {
	return New(tx).openQuestions(ctx, openQuestionsParams{ProgramID: program, MemberID: member, ExpiresAt: tx.Now})
}

// Withdraw closes a question that does not count any more, without an answer. The caller holds the member's row.
func Withdraw(ctx context.Context, tx *db.Tx, m Member, kind string) error {
	return New(tx).closeQuestion(ctx, closeQuestionParams{ProgramID: m.ProgramID, MemberID: m.ID, Kind: kind, AnsweredAt: tx.Now})
}

// Answer settles an open question, once: db.Conflict when it was answered, replaced or has expired meanwhile.
func Answer(ctx context.Context, tx *db.Tx, asked Question, answer string) (Question, error) {
	done, err := New(tx).answerQuestion(ctx, answerQuestionParams{
		Answer: answer, Now: tx.Now, ProgramID: asked.ProgramID, ID: asked.ID,
	})
	if db.NotFound(err) {
		return Question{}, db.Errorf(db.Conflict, "that question is no longer open")
	}
	return done, err
}
