package campaigns

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"fiel/db"
	"fiel/members"
	"fiel/rewards"
	"fiel/sms"
	"fiel/templates"
)

// commentFor is how long after a score what a member texts is their comment: 30 minutes, in milliseconds.
const commentFor = 30 * 60 * 1000

// longestComment is what a comment is cut to, in letters.
const longestComment = 1600

// Scored is what came of a score.
type Scored struct {
	ID  int64
	Low bool // the owners are to hear of it: see [Play.TellLow]
	Won Won  // the voucher of the answer; without ID there is none

	Again bool // that survey has their answer already, of a member who was merged into them: nothing is kept or given
}

// Score keeps a member's score, 0 to 10, once for the text that asked, gives the voucher of the survey, and asks for a comment.
// The caller holds the member's row.
func (pl Play) Score(ctx context.Context, tx *db.Tx, score int64, news *rewards.News) (Scored, error) {
	if _, err := members.Answer(ctx, tx, pl.Question, strconv.FormatInt(score, 10)); err != nil {
		return Scored{}, err
	}
	before, err := New(tx).scoredBefore(ctx, scoredBeforeParams{ProgramID: pl.program.ID, MemberID: pl.member.ID, Once: pl.once()})
	if err != nil || before > 0 {
		return Scored{Again: true, Won: Won{Member: pl.member}}, err
	}
	done, survey := Scored{Low: score <= pl.Game.Survey.low(), Won: Won{Member: pl.member}}, pl.Game.Survey
	if survey.Voucher != nil {
		var err error
		if done.Won, _, err = pl.give(ctx, tx, *survey.Voucher, 0, "survey", news); err != nil {
			return Scored{}, err
		}
	}
	row := insertScoreParams{
		ProgramID: pl.program.ID, ID: tx.ID(), RunID: pl.run.ID, MemberID: pl.member.ID, Once: pl.once(), Score: score,
		StoreID: pl.member.StoreID, PurchaseID: purchaseOf(pl.text.Once), VoucherID: done.Won.Voucher.ID, At: tx.Now,
	}
	n, err := New(tx).insertScore(ctx, row)
	switch {
	case err != nil:
		return Scored{}, err
	case n == 0:
		return Scored{}, db.Errorf(db.Conflict, "That text was answered before.")
	}
	done.ID = row.ID
	_, err = members.Ask(ctx, tx, pl.member, members.AskComment, row.ID, tx.Now+commentFor)
	return done, err
}

// once is the key of the text that asked: a score is kept once for it.
func (pl Play) once() string {
	if pl.text.Once == "" {
		return fmt.Sprintf("text:%d", pl.text.ID)
	}
	return pl.text.Once
}

// purchaseOf is the purchase that a text was sent for, as its key says it: survey:<purchase>; 0 for none.
func purchaseOf(once string) int64 {
	kind, id, _ := strings.Cut(once, ":")
	purchase, err := strconv.ParseInt(id, 10, 64)
	if kind != "survey" || err != nil {
		return 0
	}
	return purchase
}

// TellLow tells the owners of a low score, once. What they read names nobody: it is kept when the member is erased. It is told last: a
// text takes the day's counters.
func (pl Play) TellLow(ctx context.Context, tx *db.Tx, id, score int64) error {
	store := ""
	if pl.member.StoreID != 0 {
		s, err := members.StoreByID(ctx, tx, pl.program.ID, pl.member.StoreID)
		if err != nil && !db.NotFound(err) {
			return err
		}
		store = s.Name
	}
	_, err := sms.Alert(ctx, tx, pl.program, "low_score", fmt.Sprintf("score:%d", id), "low_score", templates.Fields{
		"score": strconv.FormatInt(score, 10), "who": fmt.Sprintf("#%d", pl.member.ID), "store": store,
	})
	if db.NotFound(err) {
		return nil // without a sender nobody is told
	}
	return err
}

// Comment keeps what a member says after a score, once: words are the shop's thanks, ” for none of its own; low says that the score was.
// The question is of kind comment. The caller holds the member's row.
func Comment(ctx context.Context, tx *db.Tx, p members.Program, q members.Question, comment, language string) (words string, low bool, err error) {
	if _, err := members.Answer(ctx, tx, q, "said"); err != nil {
		return "", false, err
	}
	s, err := New(tx).scoreByID(ctx, p.ID, q.Ref)
	if err != nil {
		return "", false, err
	}
	comment = clip(strings.TrimSpace(comment), longestComment)
	if _, err := New(tx).setComment(ctx, setCommentParams{Comment: comment, Now: tx.Now, ProgramID: p.ID, ID: s.ID}); err != nil {
		return "", false, err
	}
	_, game, err := gameOf(ctx, tx, p.ID, s.RunID)
	if db.NotFound(err) || err == nil && game.Survey == nil {
		return "", s.Score <= defaultLow, nil
	}
	if err != nil {
		return "", false, err
	}
	words, _ = wordsIn(game.Survey.Thanks, language, p.Language)
	return words, s.Score <= game.Survey.low(), nil
}
