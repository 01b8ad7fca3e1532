package sms

import (
	"cmp"
	"context"
	"strings"
	"time"

	"fiel/db"
	"fiel/members"
)

// Plan puts the texts of one run into the outbox, many at a time: what [Enqueue] does for one, in a few statements for a thousand.
// The steps are taken in this order for a group of members in rising id: [Plan.Barred], [Plan.Told], [Plan.Opening], [Plan.Book],
// [Plan.Insert]. A Plan belongs to one goroutine; it keeps nothing of a transaction.
type Plan struct {
	program  members.Program
	zone     *time.Location // the program's
	senders  []Sender
	class    Class
	topic    string
	run      int64
	campaign campaignRoom
	zones    clockZones
	rules    map[rulesKey]*rules
	openings map[openingKey]opening
	peeked   map[string]int64 // parts by the program's day
	paid     int64            // parts of the campaign that Peek has found taken, and marked; -1 before the first look
}

// NewPlan plans texts of one class and topic for a run, to leave by the program's senders, each by the one for its number ([SenderFor]).
func NewPlan(p members.Program, senders []Sender, class Class, topic string, run int64) *Plan {
	return &Plan{program: p, zone: p.Location(), senders: senders, class: class, topic: topic, run: run, rules: map[rulesKey]*rules{}, openings: map[openingKey]opening{}, peeked: map[string]int64{}, paid: -1}
}

// Pays names the campaign whose parts the texts take, with its own cap of them (0: none). Without it they take the program's alone.
func (pl *Plan) Pays(campaign, partsCap int64, name string) {
	pl.campaign = campaignRoom{campaign, partsCap, name}
}

// Barred is the reason why a member may not be texted at all; ” when they may. Hours and caps are not its business.
func (pl *Plan) Barred(m members.Member, n members.Number) string {
	switch {
	case n.Stopped() || m.Left() || m.Phone == "":
		return ReasonStopped
	case !n.Textable(), pl.class == Marketing && !n.Promotable():
		return ReasonNumber
	case !m.Service || pl.class == Marketing && !m.Marketing:
		return ReasonConsent
	case !m.WroteFirst && PackFor(Marketing, m.Phone.Country()).WriteFirst:
		return ReasonWriteFirst
	}
	return ""
}

// promotionsPerDay is how many texts of campaigns a member gets on a day, whatever a program allows: never two promotions.
const promotionsPerDay = 1

// Slot is when a text may leave, and whose room it takes.
type Slot struct {
	At     int64  // unix milliseconds
	CapDay string // the member's local date then
	perDay int64  // promotions a member may get on it
	rules  *rules // the hours it was found in
}

// rulesKey is all that decides the rules of a text of one plan.
type rulesKey struct {
	place
	number string // zones of the number
}

type openingKey struct {
	rules      *rules
	at, before int64
}

type opening struct {
	at int64
	ok bool
}

// Opening is the first moment, at or after at and before the end, when the member may be texted; else the reason why there is none.
// Times are unix milliseconds, before 0 is no end. Store is the zone of the member's home store, ” without one.
func (pl *Plan) Opening(m members.Member, store string, at, before int64) (s Slot, reason string) {
	r := pl.rulesOf(m, store)
	o := pl.open(r, at, before)
	if !o.ok {
		return Slot{}, whyClosed(at, before)
	}
	s = Slot{At: o.at, perDay: min(pl.program.TextsPerDay, promotionsPerDay), rules: r}
	if pl.class == Marketing {
		s.CapDay = dateAt(o.at, r.day)
	}
	if r.pack.PerDay > 0 {
		s.perDay = min(s.perDay, int64(r.pack.PerDay))
	}
	return s, ""
}

// Country is that of a member's number (ISO 3166), ” when it is not known.
func (pl *Plan) Country(m members.Member) string { return m.Phone.Country() }

// rulesOf remembers rules: most members of a run share a few.
func (pl *Plan) rulesOf(m members.Member, store string) *rules {
	var number []string
	if m.Zone == "" && pl.class != Reply {
		number = m.Phone.Zones()
	}
	key := rulesKey{place{country: m.Phone.Country(), own: m.Zone, store: store}, strings.Join(number, " ")}
	r := pl.rules[key]
	if r == nil {
		found := pl.zones.rulesIn(pl.program, pl.class, key.place, number)
		r = &found
		pl.rules[key] = r
	}
	return r
}

// open remembers openings: most members of a run share one.
func (pl *Plan) open(r *rules, at, before int64) opening {
	key := openingKey{rules: r, at: at, before: before}
	o, known := pl.openings[key]
	if !known {
		o.at, _, o.ok = r.opening(at, before)
		pl.openings[key] = o
	}
	return o
}

// Planned is one member of a run's audience: a text that waits, or why there is none.
type Planned struct {
	Member   members.Member
	Slot     Slot  // of a text that waits
	Before   int64 // when it must have left, exclusive; unix milliseconds, 0 is no end
	Language string
	Body     string // clean
	Parts    int64
	Once     string
	Holdout  bool
	LeftOut  string // the reason
	Wording  string // a or b, of a campaign with two
	Yields   Yields // room left for greetings
	spendDay string
}

func (r Planned) waits() bool { return !r.Holdout && r.LeftOut == "" }

func (r Planned) state() string {
	switch {
	case r.Holdout:
		return StateHoldout
	case r.LeftOut != "":
		return StateLeftOut
	}
	return StateQueued
}

// Insert writes the rows and wakes the worker after the commit. db.Busy when another process used one of the once keys a moment ago:
// nothing must be kept of the transaction then, and planning begins again.
func (pl *Plan) Insert(ctx context.Context, tx *db.Tx, rows []Planned) error {
	wake := false
	err := inBatches(len(rows), func(from, to int) error {
		q := newBatch(`INSERT INTO messages (program_id, run_id, class, topic, created_at, id, sender_id, phone, hash, member_id, body, parts,
language, once, send_after, send_before, state, reason, final_at, cap_day, spend_day, wording) VALUES `, pl.program.ID, pl.run, pl.class, pl.topic, tx.Now)
		for i, r := range rows[from:to] {
			wake = wake || r.waits()
			pl.writeRow(tx, q.text(comma(i)), r)
		}
		done, err := tx.ExecContext(ctx, q.text(" ON CONFLICT DO NOTHING").String(), q.args...)
		if err != nil {
			return err
		}
		if n, err := done.RowsAffected(); err != nil || n < int64(to-from) {
			return cmp.Or(err, error(errPlannedTwice))
		}
		return nil
	})
	if err == nil && wake {
		wakeAfter(ctx, tx)
	}
	return err
}

var errPlannedTwice = db.Errorf(db.Busy, "Another process is planning the same texts. Try again.")

func (pl *Plan) writeRow(tx *db.Tx, q *batch, r Planned) {
	final, after := tx.Now, tx.Now
	if r.waits() {
		final, after = 0, r.Slot.At
	}
	q.text("($1, $2, $3, $4, $5")
	for _, v := range []any{
		tx.ID(), SenderFor(pl.senders, r.Member.Phone).ID, r.Member.Phone, r.Member.Hash, r.Member.ID, r.Body, r.Parts, r.Language, r.Once, after, r.Before, r.state(), r.LeftOut, final,
		r.capDay(), r.spendDay, r.Wording,
	} {
		q.text(", ").value(v)
	}
	q.text(")")
}

func (r Planned) capDay() string {
	if r.waits() {
		return r.Slot.CapDay
	}
	return ""
}

// OpenRun says whether texts of a run wait, are on the wire, or are being looked for.
func OpenRun(ctx context.Context, tx *db.Tx, program, run int64) (bool, error) {
	n, err := New(tx).openOfRun(ctx, program, run)
	return n > 0, err
}

// TextsRun says whether a run texts anybody, as far as it is planned.
func TextsRun(ctx context.Context, tx *db.Tx, program, run int64) (bool, error) {
	n, err := New(tx).textOfRun(ctx, program, run)
	return n > 0, err
}
