package pos

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"fiel/db"
	"fiel/members"
)

// matched is a sale that was reported before: by a text of staff when the till reports it, by the till when staff text it. The first
// report counts, whatever the second one knows better.
const matched = "matched"

// How far apart two reports of one sale may lie, in milliseconds: where both name the ticket, and where one of them does not.
const (
	ticketSpan = 3 * day
	amountSpan = day / 2
)

// alike finds what the till reported under this id before, and what else was reported of the same buyer, store and amount. The rows of
// the buyer are held: whoever reports the same sale at the same time has done so before, or waits.
func (a *arrival) alike(ctx context.Context, tx *db.Tx) (first *Purchase, err error) {
	rows, err := New(tx).reportsLike(ctx, reportsLikeParams{
		ProgramID: a.program.ID, TillID: a.till.ID, Ref: a.sale.Ref, MemberID: a.member.ID, Hash: a.buyerHash(), Since: a.at - ticketSpan,
		Until: a.at + ticketSpan, StoreID: a.store.ID, Amount: a.sale.Amount, Currency: a.sale.Currency,
	})
	for i, r := range rows {
		if r.TillID == a.till.ID && r.Ref == a.sale.Ref {
			return &rows[i], err
		}
	}
	if err != nil || len(rows) == 0 || a.sale.Test {
		return nil, err
	}
	return nil, a.findTwin(ctx, tx, rows)
}

// buyerHash is the hash that a sale of the buyer's waits under.
func (a *arrival) buyerHash() string {
	if a.member.ID != 0 {
		return a.member.Hash
	}
	return a.hash
}

// findTwin decides whether the sale was reported before. Each report stands for one sale and is the twin of at most one other; as many
// pairs are made as can be, so that it does not matter in which order the reports of several like sales come.
func (a *arrival) findTwin(ctx context.Context, tx *db.Tx, counted []Purchase) error {
	own, err := New(tx).textTill(ctx, a.program.ID, a.store.ID)
	if db.NotFound(err) {
		return nil // nobody texts sales here
	}
	if err != nil {
		return err
	}
	var all []report
	for _, p := range counted {
		all = append(all, p.report(own.ID))
		if p.TwinID == 0 {
			continue
		}
		second, err := New(tx).purchaseByID(ctx, p.ProgramID, p.TwinID)
		if err != nil {
			return err
		}
		all = append(all, second.report(own.ID))
	}
	this := report{text: a.till.ID == own.ID, at: a.at, ticket: a.sale.Ticket, ref: a.sale.Ref}
	if pairs(append(slices.Clone(all), this)) == pairs(all) {
		return nil
	}
	free := slices.DeleteFunc(counted, func(p Purchase) bool { return p.TwinID != 0 })
	if len(free) == 0 {
		return nil
	}
	twin := slices.MinFunc(free, func(x, y Purchase) int { return this.distance(x.report(own.ID)) - this.distance(y.report(own.ID)) })
	a.twin = &twin
	return nil
}

// report is what tells one report of a sale from another.
type report struct {
	text        bool // staff texted it
	at          int64
	ticket, ref string
}

func (p Purchase) report(textTill int64) report {
	return report{text: p.TillID == textTill, at: p.OccurredAt, ticket: p.Ticket, ref: p.Ref}
}

// sameAs says whether two reports of like sales may be of one: one of each kind, near in time, and of the same ticket where both name
// it. A till's own id of the sale may be what stands on the ticket.
func (r report) sameAs(other report) bool {
	if r.text == other.text {
		return false
	}
	apart := max(r.at, other.at) - min(r.at, other.at)
	if r.sameTicket(other) {
		return apart <= ticketSpan
	}
	return (r.ticket == "" || other.ticket == "") && apart <= amountSpan
}

func (r report) sameTicket(other report) bool {
	text, till := r, other
	if other.text {
		text, till = other, r
	}
	return text.ticket != "" && (text.ticket == till.ticket || till.ticket == "" && text.ticket == oneTicket(till.ref))
}

// distance says how well a report goes with another: the same ticket, then the nearest in time, then any.
func (r report) distance(other report) int {
	apart := int(max(r.at, other.at) - min(r.at, other.at))
	switch {
	case r.sameAs(other) && r.sameTicket(other):
		return apart
	case r.sameAs(other):
		return apart + ticketSpan + 1
	}
	return apart + 3*ticketSpan
}

// pairs is the most sales that can have been reported twice: a greatest matching of texts with tills, found path by path (Kuhn).
func pairs(all []report) (n int) {
	partner := make([]int, len(all))
	for i := range partner {
		partner[i] = -1
	}
	for i, r := range all {
		if r.text && widen(all, partner, i, make([]bool, len(all))) {
			n++
		}
	}
	return n
}

// widen finds a partner for a texted report, by moving others on if need be.
func widen(all []report, partner []int, i int, seen []bool) bool {
	for j, r := range all {
		if seen[j] || !all[i].sameAs(r) {
			continue
		}
		seen[j] = true
		if partner[j] < 0 || widen(all, partner, partner[j], seen) {
			partner[j] = i
			return true
		}
	}
	return false
}

// oneTicket is a ticket in one writing, so that the same one is known again: "#b001-17" is "B001-17".
func oneTicket(ticket string) string {
	return strings.ToUpper(strings.Trim(strings.TrimSpace(ticket), "#"))
}

// join takes the twin: from now on it stands for both reports. Vouchers that this one names were used on it.
func (a *arrival) join(ctx context.Context, tx *db.Tx) error {
	if a.state != matched {
		return nil
	}
	twin, err := New(tx).pair(ctx, pairParams{ProgramID: a.program.ID, ID: a.twin.ID, Second: a.id, Codes: strings.Join(a.sale.codes(), " ")})
	if db.NotFound(err) {
		return errOvertaken
	}
	if err != nil {
		return err
	}
	a.twin = &twin
	a.warnings = append(a.warnings, warning{matched, "This sale was reported before, by a text or by a till: it counts once, as it was reported first."})
	return members.Record(ctx, tx, a.program.ID, members.Act{
		Actor: a.actor(), Door: a.door(), Action: "purchase.match", Subject: fmt.Sprintf("purchase:%d", a.id),
		After: map[string]any{"twin": twin.ID, "points": twin.Points},
	})
}

// purchaseID is the purchase that counts.
func (a *arrival) purchaseID() int64 {
	if a.state == matched {
		return a.twin.ID
	}
	return a.id
}

// counted is the purchase that counts: that of the first report.
func (p Purchase) counted(ctx context.Context, tx *db.Tx) (Purchase, error) {
	if p.State != matched {
		return p, nil
	}
	return New(tx).purchaseByID(ctx, p.ProgramID, p.TwinID)
}

// Match is a sale that was reported twice, and counted once.
type Match struct {
	Second, First Purchase
}

// Matches lists sales that were reported twice, the latest first, at most limit.
func Matches(ctx context.Context, tx *db.Tx, program, limit int64) (all []Match, err error) {
	seconds, err := New(tx).seconds(ctx, program, min(limit, 1000))
	for _, s := range seconds {
		first, err := New(tx).purchaseByID(ctx, program, s.TwinID)
		if err != nil {
			return nil, err
		}
		all = append(all, Match{Second: s, First: first})
	}
	return all, err
}
