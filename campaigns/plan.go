package campaigns

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"time"

	"fiel/db"
	"fiel/members"
	"fiel/sms"
)

// planner turns members of a run's audience into rows of the outbox. It lives within one transaction.
type planner struct {
	program  members.Program
	zone     *time.Location // the program's
	run      Run
	content  content
	who      condition
	occasion occasion
	when     Occurrence
	at       moment
	now      int64
	outbox   *sms.Plan
	scripts  map[scriptKey]script
	class    sms.Class

	series *series // nil for what follows a calendar
	step   step    // of the series, that is being planned
	events map[int64]event
}

func newPlanner(ctx context.Context, tx *db.Tx, c Campaign, r Run) (*planner, error) {
	pl := &planner{run: r, now: max(tx.Now, r.StartsAt), scripts: map[scriptKey]script{}}
	err := unpack(r.Frozen, &pl.content)
	if err != nil {
		return nil, err
	}
	if pl.program, err = members.ProgramByID(ctx, tx, r.ProgramID); err != nil {
		return nil, err
	}
	if pl.who, err = parseAudience(pl.content.Audience); err != nil {
		return nil, err
	}
	if pl.occasion, err = occasionOf(pl.who); err != nil {
		return nil, err
	}
	if pl.class, err = classNamed(pl.content.Class); err != nil {
		return nil, err
	}
	senders, err := sms.SendersOf(ctx, tx, r.ProgramID)
	if err != nil {
		return nil, err
	}
	pl.zone = pl.program.Location()
	pl.when = r.when(pl.zone)
	pl.at = moment{program: pl.program, zone: pl.zone, date: pl.when.Date, at: r.StartsAt, pace: pl.content.Pace}
	if follows, ok, err := seriesOf(c, pl.content); ok || err != nil {
		pl.series, pl.now = &follows, tx.Now
		if err != nil {
			return nil, err
		}
	}
	pl.outbox = sms.NewPlan(pl.program, senders, pl.class, c.Recipe, r.ID)
	pl.outbox.Pays(c.ID, c.PartsCap, c.Name)
	return pl, nil
}

// planned is a row under construction with the member it is for.
type planned struct {
	sms.Planned
	candidate candidate
	free      int64 // an unsent row that it takes the place of
	opens     int64 // when they might be texted first, whatever the caps say
	added     []string
}

// plan decides about members in rising id: who was told before gets no row, the others one each.
func (pl *planner) plan(ctx context.Context, tx *db.Tx, who []candidate, book booker) ([]*planned, error) {
	rows, err := pl.untold(ctx, tx, who)
	if err != nil {
		return nil, err
	}
	for _, r := range rows {
		pl.judge(r)
	}
	if err := pl.book(ctx, tx, rows, book); err != nil {
		return nil, err
	}
	if err := pl.holdOut(ctx, tx, rows, book); err != nil {
		return nil, err
	}
	var kept []*planned
	for _, r := range rows {
		if r.free == 0 || r.LeftOut == "" { // who was left out before, and still is, keeps the row they have
			kept = append(kept, r)
		}
	}
	return kept, nil
}

// untold makes a row for each member whose once key is free.
func (pl *planner) untold(ctx context.Context, tx *db.Tx, who []candidate) ([]*planned, error) {
	var rows []*planned
	var keys []sms.OnceKey
	_, ofRun := pl.occasion.(inRun)
	if own, ok := pl.occasion.(rhythm); ok {
		ready, err := own.ready(ctx, tx, pl.program.ID, who)
		if err != nil {
			return nil, err
		}
		pl.occasion = ready
	}
	once := runKey(pl.run.ID)
	for _, c := range who {
		r := &planned{candidate: c}
		r.Member, r.Once, r.Before = c.Member, once, pl.run.EndsAt
		switch {
		case pl.series != nil:
			pl.follow(r)
			keys = append(keys, sms.OnceKey{Member: c.ID, Once: r.Once})
		case !ofRun:
			if r.Once = pl.occasion.once(c.Member, pl.at); r.Once == "" {
				continue
			}
			keys = append(keys, sms.OnceKey{Member: c.ID, Once: r.Once})
		}
		rows = append(rows, r)
	}
	told, err := pl.outbox.Told(ctx, tx, keys)
	if err != nil {
		return nil, err
	}
	fresh := rows[:0]
	for _, r := range rows {
		before, used := told[sms.OnceKey{Member: r.Member.ID, Once: r.Once}]
		if used && !before.Free {
			continue
		}
		r.free = before.ID
		fresh = append(fresh, r)
	}
	return fresh, nil
}

// judge decides about one member but for the caps: barred, without an hour to text them in, or a text that may wait.
func (pl *planner) judge(r *planned) {
	c := r.candidate
	if r.LeftOut = pl.outbox.Barred(c.Member, c.number); r.LeftOut != "" {
		return
	}
	if r.Slot, r.LeftOut = pl.outbox.Opening(c.Member, c.storeZone, pl.now, r.Before); r.LeftOut != "" {
		return
	}
	r.opens = r.Slot.At
	if !pl.fits(c.ID) {
		r.LeftOut = reasonRoom
		return
	}
	r.Wording = pl.wording(c)
	if err := pl.render(r, sampleCode); err != nil {
		r.LeftOut = reasonWords
	}
}

// holdOut takes those who were drawn out of the run, last of all: whoever is held out could have been texted. Hours, words and caps
// leave people out of both groups alike, so that the draw is all that tells one from the other.
func (pl *planner) holdOut(ctx context.Context, tx *db.Tx, rows []*planned, book booker) error {
	var drawn []*sms.Planned
	for _, r := range waiting(rows) {
		if heldOut(pl.program.ID, pl.run.CampaignID, pl.draw(), r.candidate.ID) < pl.content.Holdout {
			drawn = append(drawn, &r.Planned)
		}
	}
	if len(drawn) == 0 {
		return nil
	}
	err := book.give(ctx, tx, drawn)
	for _, r := range drawn {
		r.Holdout, r.Wording = true, ""
	}
	return err
}

// reasonWords: the words could not be filled in for this member, or came out too long.
const reasonWords = "words"

// sampleCode is as long as a voucher's code and costs the same.
const sampleCode = "XXXXXXXX"

// render fills in the words. A panic becomes an error: one member's name must not stop a run.
func (pl *planner) render(r *planned, code string) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = db.Errorf(db.Internal, "campaigns: filling in words: %v", p)
		}
	}()
	key := scriptKey{r.candidate.Language, r.Wording}
	s, ok := pl.scripts[key]
	if !ok {
		s = pl.content.worded(r.Wording).scriptFor(pl.program, pl.zone, pl.when, key.language)
		pl.scripts[key] = s
	}
	if pl.content.Offer.Kind == "" {
		code = ""
	}
	s, who := pl.about(s, r.candidate)
	r.Language = s.language
	r.Body, r.Parts, err = s.fill(pl.program, who, code, r.candidate.years(pl.zone, pl.when.Date))
	if err != nil {
		return err
	}
	return pl.carry(r, s)
}

// carry adds what the country of the member's number asks of a promotion and the words do not say.
func (pl *planner) carry(r *planned, s script) (err error) {
	body, added, err := sms.Carry(pl.program, pl.class, pl.outbox.Country(r.Member), s.language, r.Body)
	if r.added = added; err != nil || len(added) == 0 {
		return err
	}
	r.Body, r.Parts, err = s.finish(body)
	return err
}

// heldOut is a number from 0 to 99 that a member has in one occurrence of a campaign, the same whenever it is asked for.
func heldOut(program, campaign int64, occurrence string, member int64) int64 {
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %d %s %d", program, campaign, occurrence, member))
	return int64(binary.BigEndian.Uint64(sum[:8]) % 100)
}

// when is the run's time as its calendar tells it.
func (r Run) when(zone *time.Location) Occurrence {
	o := Occurrence{Key: r.Occurrence, At: time.UnixMilli(r.StartsAt), Ends: time.UnixMilli(r.EndsAt)}
	date, err := ParseDate(r.Occurrence)
	if err != nil { // once
		date = DateOf(o.At.In(zone))
	}
	o.Date = date
	return o
}
