package rewards

import "time"

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

// daysIn is how many days a month has; months beyond their bounds run over.
func daysIn(year int, month time.Month) int {
	return time.Date(year, month+1, 0, 0, 0, 0, 0, time.UTC).Day()
}
