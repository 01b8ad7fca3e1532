package campaigns

import (
	"context"

	"fiel/db"
)

// event is something that a member did, or that comes to them.
type event struct {
	member int64
	id     int64 // of its row
	at     int64 // unix milliseconds; of points that end, the first instant at which they are gone
	extra  int64 // the level reached, or the points that end
}

// source is where events of a kind are written down: columns over a table AS e.
type source struct{ table, member, id, at, extra string }

// sources reads each kind by an index on time. A purchase counts from when it was reported: a till that was offline is not too late.
var sources = map[string]source{
	onJoined:   {"members", "e.id", "e.id", "e.joined_at", "0"},
	onPurchase: {"purchases", "e.member_id", "e.id", "e.received_at", "0"},
	onTier:     {"tier_moves", "e.member_id", "e.id", "e.at", "e.tier_id"},
	onExpiring: {"expiry_warnings", "e.member_id", "e.member_id", "e.expires_at", `CAST(COALESCE((SELECT SUM(l."left") FROM lots l
WHERE l.program_id = e.program_id AND l.member_id = e.member_id AND l."left" > 0 AND l.expires_first = e.expires_at), 0) AS BIGINT)`},
}

const (
	reportedWithin = 24 * 60 * 60_000     // ms: nobody is asked about a purchase of the day before yesterday
	warnedBefore   = 3 * 24 * 60 * 60_000 // ms between the ledger's own warning and a shop's words about the same points
)

// happened reads events of a span after one of them, in the order of their time, at most limit; of narrows them to some members.
func (s series) happened(ctx context.Context, tx *db.Tx, program int64, w span, after event, of oneOf, limit int) ([]event, error) {
	q := s.query(program, w, after, of, limit, tx.Now)
	rows, err := tx.QueryContext(ctx, q.sql.String(), q.args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var found []event
	for rows.Next() {
		var e event
		if err := rows.Scan(&e.member, &e.id, &e.at, &e.extra); err != nil {
			return nil, err
		}
		found = append(found, e)
	}
	return found, rows.Err()
}

func (s series) query(program int64, w span, after event, of oneOf, limit int, now int64) *query {
	q, from := new(query), sources[s.event]
	q.text("SELECT " + from.member + ", " + from.id + ", " + from.at + ", " + from.extra + " FROM " + from.table + " e")
	q.compare(" WHERE e.program_id = ", program)
	q.compare(" AND "+from.at+" >= ", max(w.from, after.at))
	q.compare(" AND "+from.at+" < ", w.to)
	q.compare(" AND ("+from.at+" > ", after.at)
	q.compare(" OR "+from.id+" > ", after.id)
	q.text(")")
	s.which(q, now)
	if of != nil {
		in(q, " AND "+from.member, of)
	}
	q.compare(" ORDER BY "+from.at+", "+from.id+" LIMIT ", limit)
	return q
}

// which appends what makes a row an event.
func (s series) which(q *query, now int64) {
	switch s.event {
	case onJoined:
		q.text(" AND e.phone <> ''")
	case onPurchase:
		q.compare(" AND e.state = 'credited' AND e.member_id <> 0 AND e.refunded < e.amount AND e.occurred_at >= e.received_at - CAST(", int64(reportedWithin))
		q.text(" AS BIGINT)")
		s.items.write(q)
	case onTier:
		q.text(" AND e.up AND EXISTS (SELECT 1 FROM members x WHERE x.program_id = e.program_id AND x.id = e.member_id AND x.tier_id = e.tier_id)")
	case onExpiring:
		q.compare(" AND e.warned_at <= ", now-warnedBefore)
	}
}

// write narrows purchases e to those with one of the things, not all of which went back.
func (i items) write(q *query) {
	if len(i.Products)+len(i.Categories) == 0 {
		return
	}
	q.text(" AND EXISTS (SELECT 1 FROM purchase_lines l WHERE l.program_id = e.program_id AND l.purchase_id = e.id AND l.returned < l.amount AND (1 = 0")
	if len(i.Products) > 0 {
		in(q, " OR l.sku", i.Products)
	}
	if len(i.Categories) > 0 {
		in(q, " OR l.category", i.Categories)
	}
	q.text("))")
}

// consented reads who gave a consent in a span, in rising id after one of them, at most limit.
func consented(ctx context.Context, tx *db.Tx, program int64, w span, after int64, limit int) (oneOf, error) {
	ids, err := New(tx).consentedIn(ctx, consentedInParams{ProgramID: program, FromAt: w.from, ToAt: w.to, After: after, Most: int64(limit)})
	return ids, err
}
