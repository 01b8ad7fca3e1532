package campaigns

import (
	"context"
	"slices"
	"time"

	"fiel/db"
)

// take has the planner plan one step of its series about events.
func (pl *planner) take(of step, found []event) {
	pl.step, pl.scripts, pl.events = of, map[scriptKey]script{}, map[int64]event{}
	for _, e := range found {
		pl.events[e.member] = e
	}
	if len(of.Words) > 0 {
		pl.content.Words, pl.content.WordsB = of.Words, nil
	}
	if len(of.Occasion) > 0 {
		pl.content.Offer.Occasion = of.Occasion
	}
}

// follow gives a row the key of its event and its end: a text that is later than its life is not sent.
func (pl *planner) follow(r *planned) {
	e, ok := pl.events[r.Member.ID]
	if !ok { // a rehearsal
		r.Once = ""
		return
	}
	due := pl.series.due(e, pl.step, pl.zone)
	r.Once = pl.series.once(e, pl.step, pl.zone)
	r.Before = min(due.Add(pl.step.life).UnixMilli(), pl.run.EndsAt)
	if pl.series.event == onExpiring {
		r.Before = min(r.Before, e.at)
	}
}

// draw is what members are held out of: one time of a campaign, or a whole series.
func (pl *planner) draw() string {
	if pl.series != nil {
		return "series"
	}
	return pl.run.Occurrence
}

// about has words speak of the points that end, where that is what they are about.
func (pl *planner) about(s script, who candidate) (script, candidate) {
	if pl.series != nil && pl.series.event == onExpiring {
		e := pl.events[who.ID]
		s.end, who.Balance = lastMoment(s.language, time.UnixMilli(e.at).In(pl.zone)), e.extra
	}
	return s, who
}

// goingOn leaves out those for whom the series has stopped, or who got a text of this recipe too short a time ago. Whoever does so
// after their text was planned still gets it: it leaves within minutes, or at the next hour that is open.
func (pl *planner) goingOn(ctx context.Context, tx *db.Tx, who []candidate, whom oneOf) ([]candidate, error) {
	var since func(member int64) bool
	var lately map[int64]bool
	var err error
	if pl.step.Until.Redeem {
		if since, err = pl.redeemedSince(ctx, tx, whom); err != nil {
			return nil, err
		}
	}
	if pl.step.gap > 0 {
		if lately, err = pl.toldLately(ctx, tx, whom); err != nil {
			return nil, err
		}
	}
	return slices.DeleteFunc(who, func(c candidate) bool {
		return lately[c.ID] || pl.step.Until.Purchase && pl.boughtSince(c) || since != nil && since(c.ID)
	}), nil
}

// boughtSince says whether the member bought on a later day than it happened: who joins at a till buys the moment they join.
func (pl *planner) boughtSince(c candidate) bool {
	e := pl.events[c.ID]
	if c.LastPurchaseID == 0 || pl.series.event == onPurchase && c.LastPurchaseID == e.id {
		return false
	}
	return DateOf(time.UnixMilli(e.at).In(pl.zone)).Before(DateOf(time.UnixMilli(c.LastPurchaseAt).In(pl.zone)))
}

// redeemedSince says who has used a voucher since what happened to them.
func (pl *planner) redeemedSince(ctx context.Context, tx *db.Tx, whom oneOf) (func(int64) bool, error) {
	var q query
	q.compare("SELECT v.member_id, MAX(v.redeemed_at) FROM vouchers v WHERE v.program_id = ", pl.program.ID)
	in(&q, " AND v.state = 'redeemed' AND v.member_id", whom)
	q.text(" GROUP BY v.member_id")
	used := map[int64]int64{}
	err := q.pairs(ctx, tx, func(member, at int64) { used[member] = at })
	return func(member int64) bool { return used[member] > pl.events[member].at }, err
}

// toldLately finds who got a text of this recipe within the step's gap.
func (pl *planner) toldLately(ctx context.Context, tx *db.Tx, whom oneOf) (map[int64]bool, error) {
	var q query
	q.compare("SELECT k.member_id, MAX(k.created_at) FROM messages k WHERE k.program_id = ", pl.program.ID)
	in(&q, " AND k.member_id", whom)
	q.compare(" AND k.once <> '' AND k.once >= ", pl.series.prefix+":")
	q.compare(" AND k.once < ", pl.series.prefix+";")
	q.compare(" AND k.created_at > ", tx.Now-pl.step.gap.Milliseconds())
	q.text(" AND k.state NOT IN ('left_out', 'cancelled') GROUP BY k.member_id")
	lately := map[int64]bool{}
	err := q.pairs(ctx, tx, func(member, _ int64) { lately[member] = true })
	return lately, err
}

// pairs runs a query for two numbers a row.
func (q *query) pairs(ctx context.Context, tx *db.Tx, row func(a, b int64)) error {
	rows, err := tx.QueryContext(ctx, q.sql.String(), q.args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var a, b int64
		if err := rows.Scan(&a, &b); err != nil {
			return err
		}
		row(a, b)
	}
	return rows.Err()
}
