package sms

import (
	"slices"
	"time"

	"fiel/db"
	"fiel/members"
)

// Window is a part of the local day in minutes from midnight: from From until before Until. The zero Window is no time at all.
type Window struct{ From, Until int }

// Minutes of a day.
const dayMinutes = 24 * 60

// lookAhead is how far [Pack.Next] looks: longer than any run of closed days.
const lookAhead = 15 * 24 * time.Hour

// Pack is the rules of a country, or of a class of text, on when somebody may be texted (packs.txt).
type Pack struct {
	Name        string   // ISO 3166 country, "reply", "service" or "other"
	Sources     []string // the laws or customs it comes from
	Checked     string   // year-month the sources were last compared
	Days        [7]Window
	Closed      []Holiday
	PerDay      int  // promotions one person may get in a day; 0 leaves it to the program
	DoubleOptIn bool // promotions only after a SI of their own
	WriteFirst  bool // texts only to people who wrote first
	Carries     Carries
	Needs       []string // what a sender needs there, in sentences
	Unfit       []string // kinds of sender (senders.kind) that do not get promotions through
}

// Narrow is the pack within the program's own hours as well, and without the days on which it is closed.
func (p Pack) Narrow(w Window, closed ...Holiday) Pack {
	if len(closed) > 0 {
		p.Closed = slices.Concat(p.Closed, closed)
	}
	for i, day := range p.Days {
		day.From, day.Until = max(day.From, w.From), min(day.Until, w.Until)
		if day.From >= day.Until {
			day = Window{}
		}
		p.Days[i] = day
	}
	return p
}

// Open says whether somebody who may be in any of the zones may be texted at this instant: all clocks must agree. Without a zone
// nobody knows, so it is not open.
func (p Pack) Open(at time.Time, zones []*time.Location) bool {
	open, _ := p.common(at, zones)
	return open
}

// Next is the first instant, at or after at, when the pack is open in all zones, and the instant it closes again: from is to be
// included, until is not. ok is false when there is no such instant within fifteen days; a window that is still open then ends there.
func (p Pack) Next(at time.Time, zones []*time.Location) (from, until time.Time, ok bool) {
	limit := at.Add(lookAhead)
	for from = at; from.Before(limit); {
		open, change := p.common(from, zones)
		if open {
			return from, p.closing(change, limit, zones), true
		}
		from = change
	}
	return time.Time{}, time.Time{}, false
}

// closing is the first instant from change on, at most limit, when the pack is not open in all zones.
func (p Pack) closing(change, limit time.Time, zones []*time.Location) time.Time {
	for change.Before(limit) {
		open, next := p.common(change, zones)
		if !open {
			return change
		}
		change = next
	}
	return limit
}

// common says whether all zones are open, and an instant until which that certainly stays so.
func (p Pack) common(at time.Time, zones []*time.Location) (open bool, until time.Time) {
	if len(zones) == 0 {
		return false, at.Add(lookAhead)
	}
	var closes, opens time.Time // the first open zone to change, the last closed one
	for _, zone := range zones {
		inside, change := p.local(at, zone)
		if inside && (closes.IsZero() || change.Before(closes)) {
			closes = change
		}
		if !inside && change.After(opens) {
			opens = change
		}
	}
	if opens.IsZero() {
		return true, closes
	}
	return false, opens
}

// local says whether one zone is open, and until when that certainly stays so: to the next edge of the window or the day by the
// zone's present offset, but not past a change of that offset. So hours that are skipped or come twice need no rule of their own.
func (p Pack) local(at time.Time, zone *time.Location) (inside bool, until time.Time) {
	there := at.In(zone)
	hour, minute, second := there.Clock()
	clock := time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute + time.Duration(second)*time.Second +
		time.Duration(there.Nanosecond())
	window := p.window(there)
	from, to := time.Duration(window.From)*time.Minute, time.Duration(window.Until)*time.Minute
	for _, edge := range []time.Duration{from, to, dayMinutes * time.Minute} {
		if edge > clock {
			until = at.Add(edge - clock)
			break
		}
	}
	if _, change := there.ZoneBounds(); !change.IsZero() && change.Before(until) {
		until = change.In(at.Location())
	}
	return clock >= from && clock < to, until
}

// window is that of a local day.
func (p Pack) window(day time.Time) Window {
	if slices.ContainsFunc(p.Closed, func(h Holiday) bool { return h.Falls(day) }) {
		return Window{}
	}
	return p.Days[day.Weekday()]
}

// ZonesFor are the zones whose hours a member must be texted in: the member's own if they set one; else those of their number, if
// there are at most three, and that of their store; else the store's alone. own may be "", names are IANA; a name that is no zone is
// db.Invalid.
func ZonesFor(own, store string, number []string) ([]*time.Location, error) {
	names := []string{own}
	if own == "" {
		names = []string{store}
		if len(number) <= 3 {
			names = append(names, number...)
		}
	}
	slices.Sort(names)
	zones := make([]*time.Location, 0, len(names))
	for _, name := range slices.Compact(names) {
		zone, err := members.LoadZone(name)
		if err != nil || name == "" {
			return nil, db.Errorf(db.Invalid, "There is no time zone %q. Write one like America/Mexico_City.", name)
		}
		zones = append(zones, zone)
	}
	return zones, nil
}
