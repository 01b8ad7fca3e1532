package rewards

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"fiel/db"
	"fiel/members"
)

// Crediting is points given, or taken, by hand.
type Crediting struct {
	Member  int64
	Points  int64  // below zero takes
	Reason  string // for the member's history and the audit
	Source  string // a key of the caller's, so that a repeated call is db.Conflict; '' makes each call a new one
	Staff   int64  // who: id of the staff, 0 when it is the command line
	Store   int64
	Actor   string // for the audit: staff:7, cli:ana
	Door    string // cli, page, api, text
	IP      string
	Request string
}

func (c Crediting) validate() error {
	switch {
	case c.Points == 0 || !within(c.Points, MaxDelta):
		return db.Errorf(db.Invalid, "say how many points, at most %d", MaxDelta)
	case strings.TrimSpace(c.Reason) == "" || utf8.RuneCountInString(c.Reason) > 200:
		return db.Errorf(db.Invalid, "points by hand need a reason of at most 200 letters")
	case c.Actor == "" || c.Door == "":
		return db.Errorf(db.Invalid, "points by hand need somebody who gives them")
	}
	return nil
}

// Credit moves points by hand and writes the act down. It takes the member's row itself.
//
// Errors: db.Denied when staff would credit their own number; db.Refused above the program's credit limit, which needs a second
// person; a [*ShortError] when more would be taken than there is; db.Conflict for a source that was used; db.Invalid, db.Missing.
func Credit(ctx context.Context, tx *db.Tx, p members.Program, c Crediting) (Entry, members.Member, error) {
	if err := c.validate(); err != nil {
		return Entry{}, members.Member{}, err
	}
	m, err := members.Lock(ctx, tx, p.ID, c.Member)
	if err != nil {
		return Entry{}, members.Member{}, err
	}
	if err := c.allowed(ctx, tx, p, m); err != nil {
		return Entry{}, members.Member{}, err
	}
	if c.Source == "" {
		c.Source = fmt.Sprintf("credit:%d", tx.ID())
	}
	before := m.Balance
	e, m, err := Post(ctx, tx, p, m, Posting{
		Kind: KindAdjust, Delta: c.Points, Source: c.Source, Staff: c.Staff, Store: c.Store, Words: strings.TrimSpace(c.Reason),
	})
	if err != nil {
		return Entry{}, members.Member{}, err
	}
	return e, m, c.record(ctx, tx, m, before)
}

func (c Crediting) allowed(ctx context.Context, tx *db.Tx, p members.Program, m members.Member) error {
	if c.Points > p.CreditLimit || -c.Points > p.CreditLimit {
		return db.Errorf(db.Refused, "more than %d points by hand needs a second person: change the program's limit to allow it", p.CreditLimit)
	}
	if c.Staff == 0 {
		return nil
	}
	s, err := members.StaffByID(ctx, tx, p.ID, c.Staff)
	if err != nil {
		return err
	}
	if s.Phone != "" && s.Phone == m.Phone {
		return db.Errorf(db.Denied, "nobody gives points to their own number: ask a colleague")
	}
	return nil
}

func (c Crediting) record(ctx context.Context, tx *db.Tx, m members.Member, before int64) error {
	return members.Record(ctx, tx, m.ProgramID, members.Act{
		Actor: c.Actor, Door: c.Door, IP: c.IP, Action: "points.credit", Subject: fmt.Sprintf("member:%d", m.ID), Request: c.Request,
		Before: map[string]int64{"balance": before},
		After:  map[string]any{"balance": m.Balance, "points": c.Points, "reason": strings.TrimSpace(c.Reason)},
	})
}
