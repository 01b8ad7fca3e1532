package campaigns

import (
	"fmt"
	"time"

	"fiel/db"
)

// Date is a day on a calendar, without a zone.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// DateOf is the date that a clock showing t shows.
func DateOf(t time.Time) Date {
	y, m, d := t.Date()
	return Date{y, m, d}
}

// ParseDate reads 2026-12-24; anything else, and a date that no calendar has, is db.Invalid.
func ParseDate(s string) (Date, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return Date{}, db.Errorf(db.Invalid, "%q is no date: write it as 2026-12-24.", s)
	}
	return DateOf(t), nil
}

// String is the date as 2026-12-24.
func (d Date) String() string { return fmt.Sprintf("%04d-%02d-%02d", d.Year, d.Month, d.Day) }

func (d Date) utc(minute int) time.Time {
	return time.Date(d.Year, d.Month, d.Day, 0, minute, 0, 0, time.UTC)
}

// Plus is the date that many days on; below zero, back.
func (d Date) Plus(days int) Date { return DateOf(d.utc(0).AddDate(0, 0, days)) }

// Since is how many days d lies after e.
func (d Date) Since(e Date) int { return int(d.utc(0).Sub(e.utc(0)) / (24 * time.Hour)) }

// Before says whether d comes before e.
func (d Date) Before(e Date) bool { return d.utc(0).Before(e.utc(0)) }

// Weekday is the day of the week.
func (d Date) Weekday() time.Weekday { return d.utc(0).Weekday() }

// At is the instant at which clocks in loc first show the minute of that day or a later time: the first pass of a local time that
// is repeated, the first instant after the gap for one that is skipped.
func (d Date) At(minute int, loc *time.Location) time.Time {
	wall := d.utc(minute)
	const widest = 36 * time.Hour // no zone is, or was, further from UTC
	for t := wall.Add(-widest).In(loc); ; {
		_, offset := t.Zone()
		exact := wall.Add(-time.Duration(offset) * time.Second)
		_, end := t.ZoneBounds()
		switch {
		case exact.Before(t): // the clock has jumped over it
			return t
		case end.IsZero() || exact.Before(end):
			return exact.In(loc)
		}
		t = end
	}
}

// Held is the date itself, or the next one that exists where loc's calendar has skipped it, as Samoa did with 30 December 2011.
func (d Date) Held(loc *time.Location) Date { return DateOf(d.At(0, loc)) }

// Leap says whether 29 February exists in the date's year.
func (d Date) Leap() bool { return d.Year%4 == 0 && (d.Year%100 != 0 || d.Year%400 == 0) }
