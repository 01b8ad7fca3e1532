package sms

import (
	"context"
	"slices"

	"fiel/db"
)

// Book takes the room of texts that wait: of their members' day and week if they are marketing, of the campaign's parts, and of the
// program's parts of the day.
// A row that finds a cap full becomes left out with the reason and takes no room; it may be given another slot and booked again. Rows
// come in rising member id, one a member.
func (pl *Plan) Book(ctx context.Context, tx *db.Tx, rows []*Planned) error {
	if err := pl.takeTexts(ctx, tx, rows); err != nil {
		return err
	}
	if err := pl.takeCampaign(ctx, tx, waiting(rows)); err != nil {
		return err
	}
	days, first := pl.spending(rows)
	for _, day := range days {
		took, err := takeParts(ctx, tx, pl.program, day, first[day].parts)
		if err == nil && !took { // not all of them: as many as there is room for
			err = pl.takePartsEach(ctx, tx, day, first[day].rows)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// takeCampaign takes the campaign's parts of texts that have their member's room; where not all fit, of as many as do.
func (pl *Plan) takeCampaign(ctx context.Context, tx *db.Tx, rows []*Planned) error {
	total := int64(0)
	for _, r := range rows {
		total += r.Parts
	}
	took, err := pl.campaign.take(ctx, tx, pl.program, total)
	if err != nil || took {
		return err
	}
	for _, r := range rows {
		took, err := pl.campaign.try(ctx, tx, pl.program.ID, r.Parts)
		if err != nil {
			return err
		}
		if took {
			continue
		}
		if err := unbook(ctx, tx, pl.program.ID, booking{member: r.Member.ID, capDay: r.Slot.CapDay}); err != nil {
			return err
		}
		r.full(ReasonCampaign)
	}
	return nil
}

// daySpend is what texts of one day cost together.
type daySpend struct {
	parts int64
	rows  []*Planned
}

// spending sets the program's day of each row that still waits and groups them by it.
func (pl *Plan) spending(rows []*Planned) (days []string, by map[string]*daySpend) {
	by = map[string]*daySpend{}
	for _, r := range rows {
		if !r.waits() {
			continue
		}
		r.spendDay = dateAt(r.Slot.At, pl.zone)
		s := by[r.spendDay]
		if s == nil {
			s = &daySpend{}
			by[r.spendDay], days = s, append(days, r.spendDay)
		}
		s.parts, s.rows = s.parts+r.Parts, append(s.rows, r)
	}
	slices.Sort(days)
	return days, by
}

func (pl *Plan) takePartsEach(ctx context.Context, tx *db.Tx, day string, rows []*Planned) error {
	for _, r := range rows {
		n, err := tryParts(ctx, tx, pl.program, day, r.Parts)
		if err != nil {
			return err
		}
		if n > 0 {
			continue
		}
		given := pl.booked(r)
		given.spendDay = ""
		if err := unbook(ctx, tx, pl.program.ID, given); err != nil {
			return err
		}
		r.full(ReasonSpend)
	}
	return nil
}

func (r *Planned) full(reason string) { r.LeftOut, r.spendDay = reason, "" }

// Yields is room that a text leaves for texts of higher rank that its member is still to get: on the slot's day, and in its week, the
// day included.
type Yields struct{ day, week int64 }

// With leaves room for one more of them, on another date, to a text of a date; both as 2026-11-21.
func (y Yields) With(textOn, other string) Yields {
	if weekOf(textOn) == weekOf(other) {
		y.week++
	}
	if textOn == other {
		y.day++
	}
	return y
}

// capOf is how many texts of a day, or of a week, the member may have with this one.
type capOf struct {
	day  func(*Planned) string
	most func(*Planned) int64
}

func (pl *Plan) dayCap() capOf {
	return capOf{(*Planned).day, func(r *Planned) int64 { return r.Slot.perDay - r.Yields.day }}
}

func (pl *Plan) weekCap() capOf {
	return capOf{(*Planned).week, func(r *Planned) int64 { return pl.program.TextsPerWeek - r.Yields.week }}
}

// takeTexts takes one text of each member's day and week, or of neither.
func (pl *Plan) takeTexts(ctx context.Context, tx *db.Tx, rows []*Planned) error {
	var asked []*Planned
	for _, r := range waiting(rows) {
		if r.Slot.CapDay != "" {
			asked = append(asked, r)
		}
	}
	if err := pl.takeCap(ctx, tx, asked, pl.dayCap()); err != nil {
		return err
	}
	had := waiting(asked)
	if err := pl.takeCap(ctx, tx, had, pl.weekCap()); err != nil {
		return err
	}
	for _, r := range had {
		if r.waits() {
			continue
		}
		if err := New(tx).giveText(ctx, giveTextParams{ProgramID: pl.program.ID, MemberID: r.Member.ID, Day: r.Slot.CapDay}); err != nil {
			return err
		}
	}
	return nil
}

func waiting(rows []*Planned) (left []*Planned) {
	for _, r := range rows {
		if r.waits() {
			left = append(left, r)
		}
	}
	return left
}

func (r *Planned) day() string  { return r.Slot.CapDay }
func (r *Planned) week() string { return weekOf(r.Slot.CapDay) }

// takeCap takes one text of a day, or week, for each row; the rows for whom it is full are left out.
func (pl *Plan) takeCap(ctx context.Context, tx *db.Tx, rows []*Planned, c capOf) error {
	var asked []*Planned
	for _, r := range rows {
		if c.most(r) > 0 {
			asked = append(asked, r)
		}
	}
	took := map[int64]bool{}
	err := inBatches(len(asked), func(from, to int) error {
		q := newBatch("INSERT INTO text_days (program_id, member_id, day, n) VALUES ", pl.program.ID)
		for i, r := range asked[from:to] {
			q.text(comma(i)).text("($1, ").value(r.Member.ID).text(", ").value(c.day(r)).text(", 1)")
		}
		q.text(" ON CONFLICT (program_id, member_id, day) DO UPDATE SET n = text_days.n + 1 WHERE text_days.n < ")
		c.writeMost(q, asked[from:to])
		return each(ctx, tx, q.text(" RETURNING member_id"), func(scan scan) error {
			var member int64
			err := scan(&member)
			took[member] = true
			return err
		})
	})
	for _, r := range rows {
		if !took[r.Member.ID] {
			r.full(ReasonCap)
		}
	}
	return err
}

// writeMost appends the cap of each row: one for all of them, mostly.
func (c capOf) writeMost(q *batch, rows []*Planned) {
	one := c.most(rows[0])
	if !slices.ContainsFunc(rows, func(r *Planned) bool { return c.most(r) != one }) {
		q.text("CAST(").value(one).text(" AS BIGINT)")
		return
	}
	q.text("CASE text_days.member_id")
	for _, r := range rows {
		q.text(" WHEN ").value(r.Member.ID).text(" THEN CAST(").value(c.most(r)).text(" AS BIGINT)")
	}
	q.text(" END")
}

// Peek marks rows as [Plan.Book] would if it were called now, and takes nothing. It adds up what it has marked: a Plan that peeks is
// for one look at a whole run.
func (pl *Plan) Peek(ctx context.Context, tx *db.Tx, rows []*Planned) error {
	if err := pl.peekTexts(ctx, tx, rows); err != nil {
		return err
	}
	if err := pl.peekCampaign(ctx, tx, waiting(rows)); err != nil {
		return err
	}
	days, by := pl.spending(rows)
	for _, day := range days {
		if _, known := pl.peeked[day]; !known {
			n, err := Spent(ctx, tx, pl.program.ID, day)
			if err != nil {
				return err
			}
			pl.peeked[day] = n
		}
		for _, r := range by[day].rows {
			if pl.peeked[day]+r.Parts > pl.program.PartsPerDay {
				pl.paid -= r.Parts
				r.full(ReasonSpend)
			} else {
				pl.peeked[day] += r.Parts
			}
		}
	}
	return nil
}

// peekCampaign marks the rows that the campaign has no parts left for.
func (pl *Plan) peekCampaign(ctx context.Context, tx *db.Tx, rows []*Planned) (err error) {
	if pl.paid < 0 {
		if pl.paid, err = CampaignSpent(ctx, tx, pl.program.ID, pl.campaign.id); err != nil {
			return err
		}
	}
	for _, r := range rows {
		if pl.paid+r.Parts > pl.campaign.most() {
			r.full(ReasonCampaign)
		} else {
			pl.paid += r.Parts
		}
	}
	return nil
}

// peekTexts marks the rows whose member's day or week is full.
func (pl *Plan) peekTexts(ctx context.Context, tx *db.Tx, rows []*Planned) error {
	byDay := map[string][]*Planned{}
	for _, r := range rows {
		if r.waits() && r.day() != "" {
			byDay[r.day()] = append(byDay[r.day()], r)
		}
	}
	for day, asked := range byDay {
		had, err := pl.textsHad(ctx, tx, asked, day)
		if err != nil {
			return err
		}
		for _, r := range asked {
			if n := had[r.Member.ID]; n.day >= pl.dayCap().most(r) || n.week >= pl.weekCap().most(r) {
				r.full(ReasonCap)
			}
		}
	}
	return nil
}

// room is how many texts a member's day and its week have already.
type room struct{ day, week int64 }

func (pl *Plan) textsHad(ctx context.Context, tx *db.Tx, rows []*Planned, day string) (map[int64]room, error) {
	had := map[int64]room{}
	err := inBatches(len(rows), func(from, to int) error {
		q := newBatch("SELECT member_id, day, n FROM text_days WHERE program_id = $1 AND day IN ($2, $3) AND member_id IN (", pl.program.ID, day, weekOf(day))
		for i, r := range rows[from:to] {
			q.text(comma(i)).value(r.Member.ID)
		}
		return each(ctx, tx, q.text(")"), func(scan scan) error {
			var member, n int64
			var of string
			err := scan(&member, &of, &n)
			r := had[member]
			if of == day {
				r.day = n
			} else {
				r.week = n
			}
			had[member] = r
			return err
		})
	})
	return had, err
}
