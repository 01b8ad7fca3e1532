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

// Credited is what became of points by hand.
type Credited struct {
	Entry  Entry          // ID 0: none was written
	Member members.Member // as they stand now
	Waits  PendingCredit  // ID 0: nothing waits; else a second person decides
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

// Credit moves points by hand and writes the act down. Above the program's credit limit it moves nothing yet: the points wait for a
// second person, see [ApproveCredit]. It takes the member's row itself.
//
// Errors: db.Denied when staff would credit their own number; a [*ShortError] when more would be taken than there is; db.Conflict for
// a source that was used; db.Invalid, db.Missing.
func Credit(ctx context.Context, tx *db.Tx, p members.Program, c Crediting) (Credited, error) {
	if err := c.validate(); err != nil {
		return Credited{}, err
	}
	m, err := members.Lock(ctx, tx, p.ID, c.Member)
	if err != nil {
		return Credited{}, err
	}
	if err := notOwnNumber(ctx, tx, c.Staff, m); err != nil {
		return Credited{}, err
	}
	c.Reason = strings.TrimSpace(c.Reason)
	if c.Source == "" {
		c.Source = fmt.Sprintf("credit:%d", tx.ID())
	}
	if !within(c.Points, p.CreditLimit) {
		return c.wait(ctx, tx, m)
	}
	return c.post(ctx, tx, p, m)
}

// post writes the entry, the act, and a note for the owner when one person gives one member points again and again.
func (c Crediting) post(ctx context.Context, tx *db.Tx, p members.Program, m members.Member) (Credited, error) {
	before := m.Balance
	e, m, err := Post(ctx, tx, p, m, Posting{
		Kind: KindAdjust, Delta: c.Points, Source: c.Source, Staff: c.Staff, Store: c.Store, Words: c.Reason,
	})
	if err != nil {
		return Credited{}, err
	}
	err = c.record(ctx, tx, m, "points.credit", map[string]int64{"balance": before},
		map[string]any{"balance": m.Balance, "points": c.Points, "reason": c.Reason})
	if err == nil {
		err = c.watch(ctx, tx, p, m)
	}
	if err != nil {
		return Credited{}, err
	}
	return given(ctx, tx, p, m, e)
}

// given lets points by hand reach for rewards that are issued by themselves.
func given(ctx context.Context, tx *db.Tx, p members.Program, m members.Member, e Entry) (Credited, error) {
	if e.Delta < 0 {
		return Credited{Entry: e, Member: m}, nil
	}
	m, news, err := reachedUnasked(ctx, tx, p, m)
	if err == nil {
		err = news.Tell(ctx, tx, p, m)
	}
	return Credited{Entry: e, Member: m}, err
}

// notOwnNumber keeps staff from giving points to themselves. Staff 0 is the command line, which has no number.
func notOwnNumber(ctx context.Context, tx *db.Tx, staff int64, m members.Member) error {
	if staff == 0 {
		return nil
	}
	s, err := members.StaffByID(ctx, tx, m.ProgramID, staff)
	if err != nil {
		return err
	}
	if s.Phone != "" && s.Phone == m.Phone {
		return db.Errorf(db.Denied, "nobody gives points to their own number: ask a colleague")
	}
	return nil
}

func (c Crediting) record(ctx context.Context, tx *db.Tx, m members.Member, action string, before, after any) error {
	return members.Record(ctx, tx, m.ProgramID, members.Act{
		Actor: c.Actor, Door: c.Door, IP: c.IP, Action: action, Subject: fmt.Sprintf("member:%d", m.ID), Request: c.Request,
		Before: before, After: after,
	})
}
