package sms

import (
	"strings"
	"sync"
	"time"

	"fiel/members"
)

// leastTime is how long a text must still be worth its while: with less it would arrive late or not at all.
const leastTime = time.Minute

// longestValidity is the most a provider may hold a text back: its queue must not outlive a pause or a stop.
const longestValidity = time.Hour

// clockZones keeps the zones and closed days it has read: reading them costs more than asking them.
type clockZones struct{ loaded, closed sync.Map }

// closedOf is the days on which a program sends no promotions.
func (c *clockZones) closedOf(p members.Program) []Holiday {
	if days, ok := c.closed.Load(p.ClosedDays); ok {
		return days.([]Holiday)
	}
	days := closedDays(p.ClosedDays)
	c.closed.Store(p.ClosedDays, days)
	return days
}

// of is the zones whose hours count for a member; the program's when a name in the database is no zone any more.
func (c *clockZones) of(p members.Program, own, store string, number []string) []*time.Location {
	if store == "" {
		store = p.Zone
	}
	key := own + " " + store + " " + strings.Join(number, " ")
	if zones, ok := c.loaded.Load(key); ok {
		return zones.([]*time.Location)
	}
	zones, err := ZonesFor(own, store, number)
	if err != nil {
		zones = []*time.Location{p.Location()}
	}
	c.loaded.Store(key, zones)
	return zones
}

// rules is what decides when a text may leave, and on which of the member's days.
type rules struct {
	pack  Pack
	zones []*time.Location
	day   *time.Location // whose date the member's caps are counted by
	home  *time.Location // whose date the program's spending is counted by
}

// rulesFor gathers the rules of a text to a number.
func (c *clockZones) rulesFor(p members.Program, class Class, phone members.Phone, own, store string) rules {
	country, number := "", []string(nil)
	if class == Marketing {
		country = phone.Country()
	}
	if own == "" && class != Reply {
		number = phone.Zones()
	}
	return c.rulesIn(p, class, place{country: country, own: own, store: store}, number)
}

// place is where somebody may be, as far as is known.
type place struct {
	country string // of their number
	own     string // zone they set
	store   string // zone of their store
}

// rulesIn gathers the rules of a text. The rule pack of promotions is that of the number's country, within the program's own hours and
// outside its closed days. Number is the zones of the number.
func (c *clockZones) rulesIn(p members.Program, class Class, at place, number []string) rules {
	r := rules{day: c.of(p, at.own, at.store, nil)[0], home: c.of(p, p.Zone, "", nil)[0]}
	switch class {
	case Reply:
		r.pack = PackFor(Reply, "")
		return r
	case Service:
		r.pack = PackFor(Service, "")
	default:
		r.pack = PackFor(class, at.country).Narrow(Window{From: int(p.QuietFrom), Until: int(p.QuietUntil)}, c.closedOf(p)...)
	}
	r.zones = c.of(p, at.own, at.store, number)
	return r
}

// opening is the first stretch of time, at or after at, that is long enough for a text to leave in; ok is false when there is none
// before the end. Times are unix milliseconds, before 0 is no end.
func (r rules) opening(at, before int64) (from, until int64, ok bool) {
	if before == 0 {
		before = at + lookAhead.Milliseconds()
	}
	least := leastTime.Milliseconds()
	for r.zones != nil && before-at >= least {
		open, closes, found := r.pack.Next(time.UnixMilli(at).UTC(), r.zones)
		if !found { // closed for longer than one look reaches
			at += lookAhead.Milliseconds()
			continue
		}
		from, until = open.UnixMilli(), min(closes.UnixMilli(), before)
		if until-from >= least {
			return from, until, true
		}
		at = closes.UnixMilli()
	}
	return at, before, r.zones == nil && before-at >= least
}

// dateAt is the local date of an instant.
func dateAt(at int64, zone *time.Location) string {
	return time.UnixMilli(at).In(zone).Format(dayFormat)
}
