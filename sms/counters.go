package sms

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	"fiel/db"
	"fiel/members"
)

// booking is the room a text takes of the caps: of its member's day and week if it is marketing, of its campaign's parts if it is of a
// run, of the program's parts a day always. It is taken when the text is planned, moves along when the text has to wait for another day,
// and is given back when it is cancelled. Rows are taken in this order: members, campaign, the program's days.
type booking struct {
	member   int64
	parts    int64
	capDay   string // the member's local date, '' = takes no room
	spendDay string // the program's local date, '' = takes no room
	run      int64  // whose campaign's parts it takes, 0 = none
}

func (m Message) booking() booking {
	return booking{m.MemberID, m.Parts, m.CapDay, m.SpendDay, paying(m.Class, m.RunID, m.SpendDay)}
}

// paying is the run whose campaign pays for a text: an answer in a game is asked for by its member, and has the program's cap alone.
func paying(class Class, run int64, spendDay string) int64 {
	if class == Reply || spendDay == "" {
		return 0
	}
	return run
}

const dayFormat = "2006-01-02"

// weekOf is the ISO week a local date lies in, "2026-W47".
func weekOf(day string) string {
	t, err := time.Parse(dayFormat, day)
	if err != nil {
		return day
	}
	year, week := t.ISOWeek()
	return fmt.Sprintf("%d-W%02d", year, week)
}

// book takes the room, all or nothing, and says which cap is full: ” none, else ReasonCap, ReasonCampaign or ReasonSpend.
func book(ctx context.Context, tx *db.Tx, p members.Program, pack Pack, b booking) (full string, err error) {
	if b.capDay != "" {
		perDay := p.TextsPerDay
		if pack.PerDay > 0 {
			perDay = min(perDay, int64(pack.PerDay))
		}
		took, err := takeRoom(ctx, tx, p, b, perDay)
		if err != nil || !took {
			return ReasonCap, err
		}
	}
	if b.spendDay == "" {
		return "", nil
	}
	if b.run != 0 {
		c, err := campaignPaying(ctx, tx, p.ID, b.run)
		if err != nil {
			return "", err
		}
		took, err := c.take(ctx, tx, p, b.parts)
		if err != nil || !took {
			b.spendDay, b.run = "", 0
			return ReasonCampaign, cmp.Or(err, unbook(ctx, tx, p.ID, b))
		}
	}
	took, err := takeParts(ctx, tx, p, b.spendDay, b.parts)
	if err != nil || took {
		return "", err
	}
	b.spendDay = ""
	return ReasonSpend, unbook(ctx, tx, p.ID, b)
}

// takeRoom takes one text of the member's day and week.
func takeRoom(ctx context.Context, tx *db.Tx, p members.Program, b booking, perDay int64) (bool, error) {
	if perDay <= 0 || p.TextsPerWeek <= 0 {
		return false, nil
	}
	n, err := New(tx).takeText(ctx, takeTextParams{ProgramID: p.ID, MemberID: b.member, Day: b.capDay, Cap: perDay})
	if err != nil || n == 0 {
		return false, err
	}
	n, err = New(tx).takeText(ctx, takeTextParams{ProgramID: p.ID, MemberID: b.member, Day: weekOf(b.capDay), Cap: p.TextsPerWeek})
	if err != nil || n > 0 {
		return n > 0, err
	}
	return false, New(tx).giveText(ctx, giveTextParams{ProgramID: p.ID, MemberID: b.member, Day: b.capDay})
}

// takeParts takes parts of the program's day, all or none, and tells the owners when that brings the day to a mark.
func takeParts(ctx context.Context, tx *db.Tx, p members.Program, day string, parts int64) (took bool, err error) {
	n, err := tryParts(ctx, tx, p, day, parts)
	if err != nil {
		return false, err
	}
	if n == 0 && parts > 0 {
		return false, tellSpend(ctx, tx, p, day, NewsSpendFull, p.PartsPerDay)
	}
	return true, tellSpent(ctx, tx, p, day, n-parts, n)
}

// tryParts takes parts of the program's day and says how many are taken then; 0 when they do not fit.
func tryParts(ctx context.Context, tx *db.Tx, p members.Program, day string, parts int64) (int64, error) {
	if parts > p.PartsPerDay {
		return 0, nil
	}
	n, err := New(tx).addParts(ctx, addPartsParams{ProgramID: p.ID, Day: day, N: parts, Cap: p.PartsPerDay})
	if db.NotFound(err) {
		return 0, nil
	}
	return n, err
}

// campaignRoom is a campaign whose runs may cost no more than so many parts in all.
type campaignRoom struct {
	id   int64
	cap  int64 // 0: no cap of its own
	name string
}

// campaignPaying is the campaign of a run; id 0 when the run is gone, and then nothing is counted.
func campaignPaying(ctx context.Context, tx *db.Tx, program, run int64) (campaignRoom, error) {
	row, err := New(tx).campaignOf(ctx, program, run)
	if db.NotFound(err) {
		return campaignRoom{name: fmt.Sprint("#", run)}, nil
	}
	return campaignRoom{row.ID, row.PartsCap, row.Name}, err
}

// most is the parts the campaign may cost.
func (c campaignRoom) most() int64 {
	if c.cap == 0 {
		return math.MaxInt64
	}
	return c.cap
}

// take takes parts of the campaign, all or none, and tells the owners once that it has come to its cap.
func (c campaignRoom) take(ctx context.Context, tx *db.Tx, p members.Program, parts int64) (took bool, err error) {
	took, err = c.try(ctx, tx, p.ID, parts)
	if err != nil || took {
		return took, err
	}
	return false, tellCampaignFull(ctx, tx, p, c)
}

// try is take without a word to anybody.
func (c campaignRoom) try(ctx context.Context, tx *db.Tx, program, parts int64) (took bool, err error) {
	if c.id == 0 || parts == 0 {
		return true, nil
	}
	if parts > c.most() {
		return false, nil
	}
	n, err := New(tx).takeCampaign(ctx, takeCampaignParams{ProgramID: program, CampaignID: c.id, N: parts, Cap: c.most()})
	return n > 0, err
}

// unbook gives the room of texts back: members in rising id, then campaigns, then the program's days.
func unbook(ctx context.Context, tx *db.Tx, program int64, all ...booking) error {
	slices.SortFunc(all, func(a, b booking) int { return cmp.Compare(a.member, b.member) })
	spent, paid := map[string]int64{}, map[int64]int64{}
	for _, b := range all {
		if b.spendDay != "" {
			spent[b.spendDay] += b.parts
		}
		if b.run != 0 {
			paid[b.run] += b.parts
		}
		if b.capDay == "" {
			continue
		}
		for _, day := range []string{b.capDay, weekOf(b.capDay)} {
			if err := New(tx).giveText(ctx, giveTextParams{ProgramID: program, MemberID: b.member, Day: day}); err != nil {
				return err
			}
		}
	}
	for _, run := range slices.Sorted(maps.Keys(paid)) {
		if err := New(tx).giveCampaign(ctx, giveCampaignParams{ProgramID: program, RunID: run, N: paid[run]}); err != nil {
			return err
		}
	}
	for _, day := range slices.Sorted(maps.Keys(spent)) {
		if err := New(tx).giveParts(ctx, givePartsParams{ProgramID: program, Day: day, N: spent[day]}); err != nil {
			return err
		}
	}
	return nil
}

// Spent is how many parts of the program's cap are taken on a local date ("2026-11-21"), texts that still wait included.
func Spent(ctx context.Context, tx *db.Tx, program int64, day string) (parts int64, err error) {
	parts, err = New(tx).spent(ctx, program, day)
	if db.NotFound(err) {
		return 0, nil
	}
	return parts, err
}

// CampaignSpent is how many parts the runs of a campaign have taken, texts that still wait included.
func CampaignSpent(ctx context.Context, tx *db.Tx, program, campaign int64) (parts int64, err error) {
	parts, err = New(tx).campaignSpent(ctx, program, campaign)
	if db.NotFound(err) {
		return 0, nil
	}
	return parts, err
}
