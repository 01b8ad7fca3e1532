package sms

import (
	"cmp"
	"context"
	"math"
	"slices"
	"time"

	"fiel/db"
	"fiel/members"
)

const (
	lease       = 2 * time.Minute  // a claimed text that nobody reported on by then is unknown
	leaseLeast  = 30 * time.Second // what must be left of it when the request is written
	paceAhead   = time.Second      // of a sender's pace that may be claimed at once
	maxExamined = 256              // texts one claim looks at: those that may not leave make room for those behind them
)

// text is a claimed text on its way to the provider.
type text struct {
	claimedRow
	program int64
	delay   time.Duration // from the claim to its turn in the sender's pace
	taken   time.Time     // when it was claimed at the latest, by the clock of this process
}

// claim takes texts of one sender out of the queue, for this attempt alone.
type claim struct {
	sender Sender
	prefix string  // 128 random bits, made before the transaction: the first half of each attempt's id
	n      int     // texts at most
	rate   float64 // parts a second, 0: unlimited
	zones  *clockZones

	program members.Program
	now     int64
	texts   []text
	given   []booking // room of refused texts to give back
	moved   int       // texts refused or moved to another time
	more    bool      // there may be more that is due
	cursor  float64   // unix microseconds: the next free place in the sender's pace
}

// run claims in one transaction: texts are marked as sending, then everything that may have changed since they were queued is looked
// at, and what may not leave now is moved on or cancelled. After the commit whatever is marked either leaves once or is unknown.
func (c *claim) run(ctx context.Context, tx *db.Tx) error {
	c.texts, c.given, c.moved, c.more, c.now = nil, nil, 0, false, tx.Now
	ok, err := c.begin(ctx, tx)
	if err != nil || !ok {
		return err
	}
	for round := byte('a'); round <= 'p' && c.moved < maxExamined && len(c.texts) < c.n; round++ {
		before := c.moved
		took, err := c.mark(ctx, tx, c.prefix+string(round))
		if err != nil {
			return err
		}
		if took == 0 || c.moved == before {
			break
		}
	}
	if err := unbook(ctx, tx, c.program.ID, c.given...); err != nil {
		return err
	}
	c.more = c.more || len(c.texts) == c.n || c.moved > 0
	return c.end(ctx, tx)
}

// begin reads the program and the sender as they are now, and finds the sender's place in its pace. It answers false when nothing may
// leave.
func (c *claim) begin(ctx context.Context, tx *db.Tx) (ok bool, err error) {
	s, err := SenderByID(ctx, tx, c.sender.ID)
	if err != nil || s.Stopped != "" {
		return false, err
	}
	if c.program, err = members.ProgramByID(ctx, tx, c.sender.ProgramID); err != nil || c.rate == 0 {
		return err == nil, err
	}
	now := c.now * 1000
	until, err := New(tx).takeSlots(ctx, takeSlotsParams{ID: s.ID, Now: now, Latest: now + (2 * time.Minute).Microseconds()})
	c.cursor = float64(until)
	room := math.Ceil((float64(now)+float64(paceAhead.Microseconds())-c.cursor)/1e6*c.rate) + 1
	c.n = min(c.n, int(max(room, 0)))
	c.more = c.n == 0
	return c.n > 0, err
}

func (c *claim) end(ctx context.Context, tx *db.Tx) error {
	if c.rate == 0 || len(c.texts) == 0 {
		return nil
	}
	return New(tx).setSlots(ctx, c.sender.ID, int64(c.cursor))
}

// mark marks what is due, lane by lane, and judges it. It returns how many texts it looked at.
func (c *claim) mark(ctx context.Context, tx *db.Tx, prefix string) (int, error) {
	lanes, err := dueLanes(ctx, tx, c.sender, c.now)
	if err != nil {
		return 0, err
	}
	marked := 0
	until := c.now + lease.Milliseconds()
	for _, l := range lanes {
		n, err := New(tx).claimLane(ctx, claimLaneParams{
			SenderID: c.sender.ID, Class: l.Class, RunID: l.RunID, Now: c.now, Texts: int64(c.n - len(c.texts) - marked), Prefix: prefix, Lease: until,
		})
		if err != nil {
			return 0, err
		}
		if marked += int(n); marked >= c.n-len(c.texts) {
			break
		}
	}
	if marked == 0 {
		return 0, nil
	}
	rows, err := New(tx).claimed(ctx, claimedParams{ProgramID: c.sender.ProgramID, Lease: until, Prefix: prefix})
	if err != nil {
		return 0, err
	}
	for _, row := range rows {
		if err := c.judge(ctx, tx, row); err != nil {
			return 0, err
		}
	}
	return len(rows), nil
}

// dueLanes lists the lanes (class and run) of a sender with a text that is due and not held, in the order they leave in: by class,
// then by who waits longest.
func dueLanes(ctx context.Context, tx *db.Tx, s Sender, now int64) ([]nextLaneRow, error) {
	held, err := heldRuns(ctx, tx, s.ProgramID)
	if err != nil {
		return nil, err
	}
	var lanes []nextLaneRow
	for class := Reply; class <= Marketing; class++ {
		at := nextLaneParams{SenderID: s.ID, Class: class, RunID: -1}
		for {
			l, err := New(tx).nextLane(ctx, at)
			if db.NotFound(err) {
				break
			}
			if err != nil {
				return nil, err
			}
			if l.SendAfter <= now && !held[l.RunID] {
				lanes = append(lanes, l)
			}
			at.RunID = l.RunID
		}
	}
	slices.SortStableFunc(lanes, func(a, b nextLaneRow) int {
		return cmp.Or(cmp.Compare(a.Class, b.Class), cmp.Compare(a.SendAfter, b.SendAfter))
	})
	return lanes, nil
}

// judge decides about one marked text: it goes, waits, or is cancelled.
func (c *claim) judge(ctx context.Context, tx *db.Tx, row claimedRow) error {
	v := c.verdict(row)
	if v.reason == "" && v.from <= c.now && c.rate > 0 && c.cursor > float64(c.now*1000+paceAhead.Microseconds()) {
		c.more = true
		_, err := New(tx).postpone(ctx, c.postponed(row, row.SendAfter, row.booking())) // its turn comes later
		return err
	}
	b := row.booking()
	if v.reason == "" && (v.booking.capDay != b.capDay || v.booking.spendDay != b.spendDay) {
		if err := c.rebook(ctx, tx, row, &v); err != nil {
			return err
		}
		b = v.booking
	}
	switch {
	case v.reason != "":
		c.moved++
		c.given = append(c.given, b)
		_, err := New(tx).refuse(ctx, refuseParams{ProgramID: c.program.ID, ID: row.ID, Attempt: row.Attempt, Reason: v.reason, FinalAt: c.now})
		return err
	case v.from > c.now:
		c.moved++
		_, err := New(tx).postpone(ctx, c.postponed(row, v.from, v.booking))
		return err
	}
	t := text{claimedRow: row, program: c.program.ID}
	if c.rate > 0 {
		t.delay = time.Duration(max(c.cursor-float64(c.now*1000), 0)) * time.Microsecond
		c.cursor += float64(row.Parts) / c.rate * 1e6
	}
	c.texts = append(c.texts, t)
	return nil
}

func (c *claim) postponed(row claimedRow, after int64, b booking) postponeParams {
	return postponeParams{ProgramID: c.program.ID, ID: row.ID, Attempt: row.Attempt, SendAfter: after, CapDay: b.capDay, SpendDay: b.spendDay}
}

// rebook moves the room a text takes to the day it is going to leave on; of its campaign it keeps what it has. Where a cap of that day is
// full the verdict becomes its reason, and what it has of its campaign is left to give back.
func (c *claim) rebook(ctx context.Context, tx *db.Tx, row claimedRow, v *verdict) error {
	old, to := row.booking(), v.booking
	if old.run != 0 {
		old.run, to.run = 0, 0
	}
	if err := unbook(ctx, tx, c.program.ID, old); err != nil {
		return err
	}
	pack := v.pack
	if row.RunID != 0 {
		pack.PerDay = promotionsPerDay
	}
	full, err := book(ctx, tx, c.program, pack, to)
	if err != nil {
		return err
	}
	if full != "" {
		v.reason, v.booking = full, booking{member: row.MemberID, parts: row.Parts, run: row.booking().run}
		return nil
	}
	_, err = New(tx).rebook(ctx, rebookParams{
		ProgramID: c.program.ID, ID: row.ID, Attempt: row.Attempt, CapDay: v.booking.capDay, SpendDay: v.booking.spendDay,
	})
	return err
}

func (r claimedRow) booking() booking {
	return booking{r.MemberID, r.Parts, r.CapDay, r.SpendDay, paying(r.Class, r.RunID, r.SpendDay)}
}
