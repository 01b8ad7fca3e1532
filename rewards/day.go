package rewards

import (
	"time"

	"fiel/db"
)

// dayBegins is the instant, in unix milliseconds, at which clocks in a zone first show a date: the first pass of a midnight that is
// repeated, the first instant after the gap for one that is skipped, the next date for one that never was (Apia, 30 December 2011).
// Months and days beyond their bounds run over, as with time.Date.
func dayBegins(zone *time.Location, year int, month time.Month, day int) int64 {
	wall := time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
	const widest = 36 * time.Hour // no zone is, or was, further from UTC
	for t := wall.Add(-widest).In(zone); ; {
		_, offset := t.Zone()
		exact := wall.Add(-time.Duration(offset) * time.Second)
		_, end := t.ZoneBounds()
		if end.IsZero() || exact.Before(end) {
			return max(exact.UnixMilli(), t.UnixMilli())
		}
		t = end
	}
}

// beginOf is when a date begins at a place, as [dayBegins] has it.
func beginOf(date time.Time, zone *time.Location) int64 {
	y, m, d := date.Date()
	return dayBegins(zone, y, m, d)
}

// firstInstant is when the local day begins that lies days ahead of a time, at that time's place.
func firstInstant(now time.Time, days int) int64 {
	y, m, d := now.Date()
	return dayBegins(now.Location(), y, m, d+days)
}

// monthSpan is when a month ("2027-03") begins at a place, and when it ends, exclusive. db.Invalid for what is no month.
func monthSpan(month string, zone *time.Location) (begins, ends int64, err error) {
	first, err := time.Parse("2006-01", month)
	if err != nil {
		return 0, 0, db.Errorf(db.Invalid, "%q is no month: write it as 2027-03", month)
	}
	return beginOf(first, zone), beginOf(first.AddDate(0, 1, 0), zone), nil
}

// daysIn is how many days a month has; months beyond their bounds run over.
func daysIn(year int, month time.Month) int {
	return time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC).Day()
}
