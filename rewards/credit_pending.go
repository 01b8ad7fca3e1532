package rewards

import (
	"context"

	"fiel/db"
	"fiel/members"
)

// Deciding is what a second person says about points by hand that wait.
type Deciding struct {
	ID      int64 // of the [PendingCredit]
	Staff   int64 // who: id of a manager or owner, 0 when it is the command line
	Actor   string
	Door    string
	IP      string
	Request string
}

// States of points by hand above the limit of one person.
const (
	creditGiven   = "given"
	creditRefused = "refused"
)

// PendingCredits lists the points that wait for a second person, oldest first, at most limit and 1,000.
func PendingCredits(ctx context.Context, tx *db.Tx, program, limit int64) ([]PendingCredit, error) {
	return New(tx).openCredits(ctx, program, max(0, min(limit, 1000)))
}

// wait keeps the points for a second person.
func (c Crediting) wait(ctx context.Context, tx *db.Tx, m members.Member) (Credited, error) {
	taken, err := New(tx).sourceTaken(ctx, sourceTakenParams{ProgramID: m.ProgramID, Kind: KindAdjust, Source: c.Source})
	if err != nil {
		return Credited{}, err
	}
	rows, err := New(tx).insertPendingCredit(ctx, insertPendingCreditParams{
		ProgramID: m.ProgramID, ID: tx.ID(), MemberID: m.ID, Points: c.Points, Reason: c.Reason, Source: c.Source,
		StoreID: c.Store, StaffID: c.Staff, Actor: c.Actor, At: tx.Now,
	})
	if err != nil {
		return Credited{}, err
	}
	if taken > 0 || len(rows) == 0 {
		return Credited{}, db.Errorf(db.Conflict, "points by hand under %s were asked for already", c.Source)
	}
	err = c.record(ctx, tx, m, "points.ask", nil, map[string]any{"pending": rows[0].ID, "points": c.Points, "reason": c.Reason})
	return Credited{Member: m, Waits: rows[0]}, err
}

// ApproveCredit gives, or takes, points by hand that waited for a second person, once. It takes the member's row itself.
//
// Errors: db.Denied for the person who asked, for a cashier and for the member's own number; db.Conflict when it was decided
// already, a [*ShortError] when more would be taken than there is by now; db.Missing.
func ApproveCredit(ctx context.Context, tx *db.Tx, p members.Program, d Deciding) (Credited, error) {
	n, m, err := d.decide(ctx, tx, p, creditGiven)
	if err != nil {
		return Credited{}, err
	}
	c := Crediting{
		Member: m.ID, Points: n.Points, Reason: n.Reason, Source: n.Source, Staff: n.StaffID, Store: n.StoreID,
		Actor: d.Actor, Door: d.Door, IP: d.IP, Request: d.Request,
	}
	before := m.Balance
	e, m, err := Post(ctx, tx, p, m, Posting{
		Kind: KindAdjust, Delta: n.Points, Source: n.Source, Staff: n.StaffID, Store: n.StoreID, Words: n.Reason,
	})
	if err != nil {
		return Credited{}, err
	}
	err = c.record(ctx, tx, m, "points.approve", map[string]int64{"balance": before},
		map[string]any{"balance": m.Balance, "points": n.Points, "reason": n.Reason, "pending": n.ID, "asked": n.Actor})
	if err != nil {
		return Credited{}, err
	}
	return given(ctx, tx, p, m, e)
}

// RefuseCredit ends points by hand that waited without moving any; errors as for [ApproveCredit]. Who asked may refuse too: it takes
// nothing from anybody.
func RefuseCredit(ctx context.Context, tx *db.Tx, p members.Program, d Deciding) error {
	n, m, err := d.decide(ctx, tx, p, creditRefused)
	if err != nil {
		return err
	}
	c := Crediting{Actor: d.Actor, Door: d.Door, IP: d.IP, Request: d.Request}
	return c.record(ctx, tx, m, "points.refuse", nil, map[string]any{"points": n.Points, "reason": n.Reason, "pending": n.ID, "asked": n.Actor})
}

// decide takes the member's row and then closes what waited, guarded: of two people who decide at once one finds it open.
func (d Deciding) decide(ctx context.Context, tx *db.Tx, p members.Program, state string) (PendingCredit, members.Member, error) {
	n, err := New(tx).pendingCredit(ctx, p.ID, d.ID)
	if err != nil {
		return PendingCredit{}, members.Member{}, orMissing(err, "no points wait under %d", d.ID)
	}
	m, err := members.Lock(ctx, tx, p.ID, n.MemberID)
	if err == nil {
		err = d.may(ctx, tx, n, m, state)
	}
	if err != nil {
		return PendingCredit{}, members.Member{}, err
	}
	rows, err := New(tx).decideCredit(ctx, decideCreditParams{ProgramID: p.ID, ID: n.ID, State: state, Second: d.Actor, DecidedAt: tx.Now})
	if err == nil && len(rows) == 0 {
		err = db.Errorf(db.Conflict, "the points under %d were decided on already", n.ID)
	}
	return n, m, err
}

// may says whether this person may decide: somebody else than who asked, with a say in it, and not about themselves.
func (d Deciding) may(ctx context.Context, tx *db.Tx, n PendingCredit, m members.Member, state string) error {
	if d.Actor == "" || d.Door == "" {
		return db.Errorf(db.Invalid, "points by hand need somebody who decides")
	}
	same := d.Actor == n.Actor || d.Staff != 0 && d.Staff == n.StaffID
	if same && state == creditGiven {
		return db.Errorf(db.Denied, "%s asked for these points: another person has to approve them", n.Actor)
	}
	if d.Staff == 0 || same {
		return nil
	}
	s, err := members.StaffByID(ctx, tx, n.ProgramID, d.Staff)
	if err != nil {
		return err
	}
	if s.Role == members.Cashier {
		return db.Errorf(db.Denied, "points above the limit are approved by a manager or an owner")
	}
	return notOwnNumber(ctx, tx, d.Staff, m)
}
