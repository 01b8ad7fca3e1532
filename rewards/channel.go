package rewards

import (
	"context"
	"strings"

	"golang.org/x/text/unicode/norm"

	"fiel/db"
	"fiel/members"
)

// NewCode is what a code of an action is made from.
type NewCode struct {
	Action  string // its name
	Channel string // where the code stands: instagram, poster at the door
	Code    string // 5 to 8 letters of the vouchers' alphabet; '' draws one
}

// drawnCode is how long a code is that is drawn.
const drawnCode = 6

// AddCode makes a code that members text to claim an action. Each channel has one of its own, so that what it brings is counted.
// Errors: db.Conflict when the code is taken, by a friend's too; db.Missing for no such action; db.Invalid with what to change.
func AddCode(ctx context.Context, tx *db.Tx, p members.Program, n NewCode) (Code, error) {
	a, err := ActionByName(ctx, tx, p.ID, n.Action)
	if err != nil {
		return Code{}, err
	}
	if a.Kind == ReferralAction || a.Kind == BirthdayAction {
		return Code{}, db.Errorf(db.Invalid, "nobody claims a %s by a code: members have their own for friends, and birthdays come by themselves", a.Kind)
	}
	channel, ok := members.Line(n.Channel, 40)
	if !ok {
		return Code{}, db.Errorf(db.Invalid, "say where the code stands, in at most 40 letters: poster at the door")
	}
	row := insertChannelCodeParams{ProgramID: p.ID, ActionID: a.ID, Channel: channel, CreatedAt: tx.Now}
	if n.Code == "" {
		return draw(ctx, tx, row)
	}
	if row.Code, err = textable(n.Code); err != nil {
		return Code{}, err
	}
	c, err := New(tx).insertChannelCode(ctx, row)
	if db.NotFound(err) {
		return Code{}, db.Errorf(db.Conflict, "the code %s is taken: choose another", row.Code)
	}
	return c, err
}

// textable is a code as it is kept; db.Invalid when nobody could text it.
func textable(raw string) (string, error) {
	code := strings.ToUpper(norm.NFKC.String(strings.TrimSpace(raw)))
	switch {
	case len(code) < 5 || len(code) > 8:
		return "", db.Errorf(db.Invalid, "a code has 5 to 8 letters and digits")
	case strings.Trim(code, alphabet) != "":
		return "", db.Errorf(db.Invalid, "a code has none of A E I O U L 0 1, so that it is no word and nobody mistakes a letter")
	}
	return code, nil
}

// draw inserts a code that no other of the program has. It has a letter and a digit: a typo in it is then seen for what it is, not
// taken for a name or a number.
func draw(ctx context.Context, tx *db.Tx, row insertChannelCodeParams) (Code, error) {
	for range 100 {
		row.Code = randomCode()
		if strings.ContainsAny(row.Code, "23456789") && strings.Trim(row.Code, "23456789") != "" {
			c, err := New(tx).insertChannelCode(ctx, row)
			if !db.NotFound(err) {
				return c, err
			}
		}
	}
	return Code{}, db.Errorf(db.Internal, "no free code found")
}

func randomCode() string {
	code := make([]byte, drawnCode)
	for i := range code {
		code[i] = alphabet[randomPlace()]
	}
	return string(code)
}

// CodeByText finds a code as somebody texts it; db.Missing when there is none, or it was retired.
func CodeByText(ctx context.Context, tx *db.Tx, program int64, text string) (Code, error) {
	code, err := textable(text)
	if err != nil {
		return Code{}, db.Errorf(db.Missing, "there is no such code")
	}
	c, err := New(tx).codeByText(ctx, program, code)
	return c, orMissing(err, "there is no code %s", code)
}

// OfMember says whether the code is a member's own, for friends.
func (c Code) OfMember() bool { return c.MemberID != 0 }

// ActionOf is the action that a code claims; db.Missing for a member's own code.
func ActionOf(ctx context.Context, tx *db.Tx, c Code) (Action, error) {
	a, err := New(tx).actionByID(ctx, c.ProgramID, c.ActionID)
	return a, orMissing(err, "the code %s claims nothing", c.Code)
}

// Channel is what a code of an action has brought.
type Channel struct {
	Code    string
	Channel string
	Action  string // its name
	Retired bool
	Claims  int64 // times the action was claimed with it
	Joined  int64 // members who joined with it
	Bought  int64 // of them those who have bought
}

// Channels reports on the codes of actions, those retired included, by action and channel.
func Channels(ctx context.Context, tx *db.Tx, program int64) ([]Channel, error) {
	rows, err := New(tx).channels(ctx, program)
	list := make([]Channel, len(rows))
	for i, r := range rows {
		list[i] = Channel{r.Code, r.Channel, r.Action, r.RetiredAt != 0, r.Claimed, r.Joined, r.Bought}
	}
	return list, err
}
