package rewards

import (
	"context"
	"fmt"
	"time"

	"fiel/db"
	"fiel/members"
)

// watch leaves the owner a note, once a day, when one person has given one member points by hand as often as the program finds
// suspicious. The row of the member is held and the entry is written.
func (c Crediting) watch(ctx context.Context, tx *db.Tx, p members.Program, m members.Member) error {
	if p.MovementsPerDay == 0 {
		return nil
	}
	today := tx.Time().In(p.Location())
	start := time.Date(today.Year(), today.Month(), today.Day(), 0, 0, 0, 0, today.Location())
	n, err := New(tx).creditsOfDay(ctx, creditsOfDayParams{ProgramID: p.ID, MemberID: m.ID, StaffID: c.Staff, At: start.UnixMilli()})
	if err != nil || n < p.MovementsPerDay {
		return err
	}
	return New(tx).flag(ctx, flagParams{
		ProgramID: p.ID, ID: tx.ID(), Kind: "credit", Ref: fmt.Sprintf("member:%d", m.ID), Meant: start.Format(time.DateOnly) + " " + c.Actor,
		Reason: "velocity", At: tx.Now,
	})
}

// Concentration is a member who earned often at one till: a customer who comes every day, or a cashier who puts their own number to
// the sales of others.
type Concentration struct {
	Till   int64
	Member int64
	Earns  int64   // sales at that till that gave the member points
	Points int64   // of them
	Last   int64   // unix milliseconds
	Share  float64 // of all sales at the till that gave anybody points, 0 to 1
	Times  float64 // how often the mean member of that till
}

// Concentrations lists who earned most often at one till since an instant (unix milliseconds), most first, at most limit and 1,000.
// Members with three sales or fewer are not among them.
func Concentrations(ctx context.Context, tx *db.Tx, program, since, limit int64) ([]Concentration, error) {
	tills, err := New(tx).earnsOfTills(ctx, program, since)
	if err != nil {
		return nil, err
	}
	all := map[int64]earnsOfTillsRow{}
	for _, t := range tills {
		all[t.TillID] = t
	}
	rows, err := New(tx).mostEarns(ctx, mostEarnsParams{ProgramID: program, Since: since, Most: max(0, min(limit, 1000))})
	list := make([]Concentration, 0, len(rows))
	for _, r := range rows {
		t := all[r.TillID]
		list = append(list, Concentration{
			Till: r.TillID, Member: r.MemberID, Earns: r.Earns, Points: r.Points, Last: r.LastAt,
			Share: float64(r.Earns) / float64(t.Earns), Times: float64(r.Earns) * float64(t.Earners) / float64(t.Earns),
		})
	}
	return list, err
}
