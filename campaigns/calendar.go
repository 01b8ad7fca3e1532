package campaigns

import (
	"slices"
	"strings"
	"time"

	"fiel/db"
)

// Calendar says when a campaign happens, in local times of its program.
type Calendar struct {
	// On is daily, weekdays ("fri", "mon thu"), a day of every month ("monthly 1", "monthly last"; a month without the day has its last),
	// one date ("2026-12-24"), now: the moment it is started, or what members do that a series follows: joined, purchase, tier, expiring.
	On string `json:"on,omitempty"`
	// At is the local time of day, "16:00". Not used with now.
	At string `json:"at,omitempty"`
	// Ends is when each offer is over and its texts are no longer sent: a time of day ("18:00", on the next day when that is not
	// after At), whole local days counting the first ("3d"), or, for what happens once, "2026-12-31 20:00". '' means 3d.
	Ends string `json:"ends,omitempty"`
	// Last is the last date on which it happens; '' for no end.
	Last string `json:"last,omitempty"`

	items // of a series that follows purchases: only those with one of these
}

// event is what a series follows; ” for another calendar.
func (c Calendar) event() string {
	if slices.Contains(events[:], c.On) {
		return c.On
	}
	return ""
}

// Occurrence is one time that a campaign happens.
type Occurrence struct {
	Key  string // what makes it one of its kind: the local date, or once
	Date Date
	At   time.Time
	Ends time.Time // exclusive
}

// Alive says whether the offer is still on.
func (o Occurrence) Alive(now time.Time) bool { return now.Before(o.Ends) }

// once is the key of what happens a single time.
const once = "once"

// schedule is a calendar that was read.
type schedule struct {
	now    bool
	days   [7]bool // by time.Weekday
	month  int     // day of every month, lastOfMonth for the last; 0 for the rest
	date   Date    // of what happens once; zero for the rest
	event  string  // what a series follows; '' for the rest
	minute int
	last   Date // zero: no end

	until int  // minute of the day at which the offer ends, -1 when it is not by that
	lasts int  // local days, 0 when it is not by that
	over  Date // with until: the date of an end that is told as date and time
}

// Once says whether the campaign happens a single time.
func (s schedule) once() bool { return s.now || s.date != Date{} }

// read checks a calendar; db.Invalid says what to write instead.
func (c Calendar) read() (schedule, error) {
	s := schedule{until: -1}
	if err := s.readOn(c.On); err != nil {
		return s, err
	}
	var err error
	if !s.now {
		if s.minute, err = parseTime(c.At); err != nil {
			return s, err
		}
	}
	if c.Last != "" {
		if s.last, err = ParseDate(c.Last); err != nil {
			return s, err
		}
	}
	return s, s.readEnd(c.Ends)
}

var weekdays = [...]string{"sun", "mon", "tue", "wed", "thu", "fri", "sat"}

func (s *schedule) readOn(on string) (err error) {
	switch {
	case on == "now":
		s.now = true
	case on == "daily":
		s.days = [7]bool{true, true, true, true, true, true, true}
	case on != "" && on[0] >= '0' && on[0] <= '9':
		s.date, err = ParseDate(on)
	case strings.HasPrefix(on, "monthly "):
		s.month, err = parseDayOfMonth(strings.TrimPrefix(on, "monthly "))
	case slices.Contains(events[:], on):
		s.event = on
	default:
		err = s.readWeekdays(on)
	}
	return err
}

// whichDays is what a calendar may name.
const whichDays = "write daily, now, weekdays such as mon or fri, monthly 1, monthly last, a date such as 2026-12-24, or for a series joined, purchase, tier or expiring"

func (s *schedule) readWeekdays(on string) error {
	words := strings.FieldsFunc(on, func(r rune) bool { return r == ' ' || r == ',' })
	for _, w := range words {
		n := slices.Index(weekdays[:], w)
		if n < 0 {
			return db.Errorf(db.Invalid, "%q is no day: %s.", w, whichDays)
		}
		s.days[n] = true
	}
	if len(words) == 0 {
		return db.Errorf(db.Invalid, "The calendar names no day: %s.", whichDays)
	}
	return nil
}

// lastOfMonth stands for the last day of a month: no month has as many.
const lastOfMonth = 32

func parseDayOfMonth(day string) (int, error) {
	if day == "last" {
		return lastOfMonth, nil
	}
	if n := smallNumber(day); n >= 1 && n <= 31 {
		return n, nil
	}
	return 0, db.Errorf(db.Invalid, "%q is no day of the month: write monthly 1 to monthly 31, or monthly last.", day)
}

func (s *schedule) readEnd(ends string) (err error) {
	if ends == "" {
		ends = "3d"
	}
	date, clock, dated := strings.Cut(ends, " ")
	days, isDays := strings.CutSuffix(ends, "d")
	switch {
	case isDays:
		if s.lasts = smallNumber(days); s.lasts < 1 || s.lasts > 365 {
			return db.Errorf(db.Invalid, "%q is no end: an offer lasts from 1d to 365d.", ends)
		}
		return nil
	case s.event != "":
		return db.Errorf(db.Invalid, "The offer of a series lasts whole days from each text: write 14d, not %q.", ends)
	case !dated:
		clock = ends
	case !s.once():
		return db.Errorf(db.Invalid, "An end with a date is for what happens once: %q comes again, so tell the time of day or the days it lasts.", ends)
	default:
		if s.over, err = ParseDate(date); err != nil {
			return err
		}
	}
	s.until, err = parseTime(clock)
	return err
}

// parseTime reads 16:00 as minutes of the day.
func parseTime(text string) (int, error) {
	h, m, ok := strings.Cut(text, ":")
	hour, minute := smallNumber(h), smallNumber(m)
	if !ok || len(m) != 2 || hour < 0 || hour > 23 || minute < 0 || minute > 59 {
		return 0, db.Errorf(db.Invalid, "%q is no time of day: write it as 16:00.", text)
	}
	return hour*60 + minute, nil
}

// smallNumber is the number that one to three digits spell, -1 for anything else.
func smallNumber(digits string) int {
	if digits == "" || len(digits) > 3 {
		return -1
	}
	n := 0
	for _, r := range digits {
		if r < '0' || r > '9' {
			return -1
		}
		n = n*10 + int(r-'0')
	}
	return n
}

// farBack is how many days before now are looked at: a clock that was years off must not make thousands of runs.
const farBack = 400

// due lists what has happened in (last, now], the earliest first.
func (s schedule) due(loc *time.Location, last, now time.Time) []Occurrence {
	if s.now || s.event != "" || !last.Before(now) {
		return nil
	}
	from, to := DateOf(last.In(loc)).Plus(-1), DateOf(now.In(loc)) // a skipped date moves on by one
	if oldest := to.Plus(-farBack); from.Before(oldest) {
		from = oldest
	}
	var found []Occurrence
	for d := from; !to.Before(d); d = d.Plus(1) {
		if !s.happens(d) {
			continue
		}
		held := d.Held(loc)
		at := held.At(s.minute, loc)
		again := len(found) > 0 && found[len(found)-1].Date == held
		if at.After(last) && !at.After(now) && !again {
			found = append(found, s.occurrence(held, loc))
		}
	}
	return found
}

// next is the first time after the given one; false when there is none in the year to come.
func (s schedule) next(loc *time.Location, after time.Time) (Occurrence, bool) {
	if s.now {
		return Occurrence{}, false
	}
	if s.event != "" { // there is always somebody who may do it, to its last date
		o := s.openOn(DateOf(after.In(loc)).Plus(1).Held(loc), loc)
		return o, s.last == Date{} || !s.last.Before(o.Date)
	}
	d := DateOf(after.In(loc)).Plus(-2)
	if d.Before(s.date) {
		d = s.date
	}
	for range farBack {
		if s.happens(d) {
			if o := s.occurrence(d.Held(loc), loc); o.At.After(after) {
				return o, true
			}
		}
		d = d.Plus(1)
	}
	return Occurrence{}, false
}

// openOn is the day of a series: whoever is due on it is texted in its run.
func (s schedule) openOn(d Date, loc *time.Location) Occurrence {
	o := Occurrence{Key: d.String(), Date: d, At: d.At(0, loc)}
	o.Ends = s.end(o, 0, loc)
	return o
}

func (s schedule) happens(d Date) bool {
	if s.last != (Date{}) && s.last.Before(d) {
		return false
	}
	switch {
	case s.once():
		return d == s.date
	case s.month > 0:
		end := Date{d.Year, d.Month + 1, 0}.Plus(0).Day
		return d.Day == min(s.month, end)
	}
	return s.days[d.Weekday()]
}

func (s schedule) occurrence(d Date, loc *time.Location) Occurrence {
	o := Occurrence{Key: d.String(), Date: d, At: d.At(s.minute, loc)}
	if s.once() {
		o.Key = once
	}
	o.Ends = s.end(o, s.minute, loc)
	return o
}

// started is the occurrence of what begins the moment it is started.
func (s schedule) started(loc *time.Location, now time.Time) Occurrence {
	local := now.In(loc)
	o := Occurrence{Key: once, Date: DateOf(local), At: now}
	o.Ends = s.end(o, local.Hour()*60+local.Minute(), loc)
	return o
}

func (s schedule) end(o Occurrence, minute int, loc *time.Location) time.Time {
	switch {
	case s.lasts > 0:
		return o.Date.Plus(s.lasts).At(0, loc)
	case s.over != Date{}:
		return s.over.At(s.until, loc)
	}
	d, length := o.Date, s.until-minute
	if length <= 0 {
		d, length = d.Plus(1), length+24*60
	}
	if end := d.At(s.until, loc); end.After(o.At) {
		return end
	}
	return o.At.Add(time.Duration(length) * time.Minute) // both fell into one gap: the offer keeps its length
}
