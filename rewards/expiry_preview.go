package rewards

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"

	"fiel/db"
	"fiel/members"
)

// mostLosses is how many of those who would lose most a preview keeps.
const mostLosses = 20

// Outlook is what another rule of expiry would do to the points there are, if nobody earned or spent any more.
type Outlook struct {
	Members int64          // with live points
	Points  int64          // live now
	Months  []MonthOutlook // in which points end, under either rule, in order
	Losers  int64          // members some of whose points would end sooner
	Sooner  int64          // those points
	Most    []Loss         // who would lose most, most first
	Stays   int64          // points that never end now
	Would   int64          // points that never would
}

// MonthOutlook is a month and what ends in it by the rule of now, and by the other.
type MonthOutlook struct {
	Month                string // 2027-07
	Points, Members      int64  // by the rule of now
	NewPoints, NewOwners int64  // by the other
}

// Loss is what would end sooner for a member.
type Loss struct {
	Member int64
	Phone  members.Phone
	Points int64
	Day    int64 // the first day on which they would, as the instant after it: unix milliseconds
	Was    int64 // when those points end now, the same; 0: never
}

// ExpiryPreview goes through the members of a program and adds up what another rule would do to their points. It belongs to one goroutine:
// [ExpiryPreview.Read] reads some members in a transaction, [ExpiryPreview.Add] takes in what it read.
type ExpiryPreview struct {
	program  members.Program
	now, new ruling
	cursor   int64
	months   map[string]*MonthOutlook
	sum      Outlook
}

// NewExpiryPreview looks at what x would do if it were the program's rule from an instant on (unix milliseconds). db.Invalid for a rule that is
// none.
func NewExpiryPreview(p members.Program, x Expiry, at int64) (*ExpiryPreview, error) {
	if err := x.Validate(); err != nil {
		return nil, err
	}
	return &ExpiryPreview{
		program: p, now: rulingOf(p), new: newRuling(p.Location(), ExpiryOf(p), x, p.ExpiryGen+1, at), months: map[string]*MonthOutlook{},
	}, nil
}

// Holding is a member with what they have.
type Holding struct {
	member accountsFromRow
	lots   []Lot
}

// Read reads the next members, at most limit; none when all were seen.
func (v *ExpiryPreview) Read(ctx context.Context, tx *db.Tx, limit int64) ([]Holding, error) {
	accounts, err := New(tx).accountsFrom(ctx, accountsFromParams{ProgramID: v.program.ID, ID: v.cursor, Column3: limit})
	if err != nil || len(accounts) == 0 {
		return nil, err
	}
	lots, err := New(tx).lotsOfMembers(ctx, lotsOfMembersParams{
		ProgramID: v.program.ID, MemberID: accounts[0].ID, MemberID_2: accounts[len(accounts)-1].ID, LapsesAt: v.new.changed,
	})
	all := make([]Holding, 0, len(accounts))
	for _, a := range accounts {
		n := slices.IndexFunc(lots, func(l Lot) bool { return l.MemberID != a.ID })
		if n < 0 {
			n = len(lots)
		}
		all = append(all, Holding{a, lots[:n]})
		lots = lots[n:]
	}
	return all, err
}

// Add takes members in that were read.
func (v *ExpiryPreview) Add(some []Holding) (losses []Loss) {
	for _, h := range some {
		v.cursor = h.member.ID
		if loss := v.add(h); loss.Points > 0 {
			losses = append(losses, loss)
		}
	}
	v.sum.Most = append(v.sum.Most, losses...)
	slices.SortStableFunc(v.sum.Most, func(a, b Loss) int { return cmp.Compare(b.Points, a.Points) })
	v.sum.Most = v.sum.Most[:min(len(v.sum.Most), mostLosses)]
	return losses
}

func (v *ExpiryPreview) add(h Holding) Loss {
	loss := Loss{Member: h.member.ID, Phone: members.Phone(h.member.Phone)}
	before, after := map[string]int64{}, map[string]int64{}
	for _, lot := range h.lots {
		if lot.Gen < v.now.gen {
			lot.ExpiresFirst, lot.Gen = v.now.end(lot, h.member.ActiveAt), v.now.gen
		}
		end := v.new.date(lot, h.member.ActiveAt, 0).ExpiresFirst
		v.sum.Points += lot.Left
		v.count(before, lot.ExpiresFirst, lot.Left)
		v.count(after, end, lot.Left)
		if end < lot.ExpiresFirst {
			loss.sooner(lot, end)
		}
	}
	v.tally(before, after)
	if len(h.lots) > 0 {
		v.sum.Members++
	}
	if loss.Points > 0 {
		v.sum.Losers++
		v.sum.Sooner += loss.Points
	}
	return loss
}

// sooner adds points that would end sooner than they do.
func (l *Loss) sooner(lot Lot, end int64) {
	if l.Points == 0 || end < l.Day {
		l.Day, l.Was = end, orNone(lot.ExpiresFirst)
	}
	l.Points += lot.Left
}

// count adds the points of a lot to the month of its last day; ” are those that never end.
func (v *ExpiryPreview) count(months map[string]int64, end, points int64) {
	month := ""
	if end != never {
		month = time.UnixMilli(end - 1).In(v.new.zone).Format("2006-01")
	}
	months[month] += points
}

// tally adds a member's points by month to those of all.
func (v *ExpiryPreview) tally(before, after map[string]int64) {
	v.sum.Stays += before[""]
	v.sum.Would += after[""]
	for month, points := range before {
		v.month(month).Points += points
		v.month(month).Members++
	}
	for month, points := range after {
		v.month(month).NewPoints += points
		v.month(month).NewOwners++
	}
}

func (v *ExpiryPreview) month(name string) *MonthOutlook {
	if v.months[name] == nil {
		v.months[name] = &MonthOutlook{Month: name}
	}
	return v.months[name]
}

// Outlook is what came of the members added so far.
func (v *ExpiryPreview) Outlook() Outlook {
	o := v.sum
	for _, name := range slices.Sorted(maps.Keys(v.months)) {
		if name != "" {
			o.Months = append(o.Months, *v.months[name])
		}
	}
	return o
}
