package sms

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"fiel/members"
)

// HoursIn says in words when a program's promotions may go to a country (ISO 3166), within its own hours, and whether the local day of
// an instant is closed: "CO mon-fri 09:00-19:00, sat 09:00-15:00 (2026-12-08 is a holiday)".
func HoursIn(p members.Program, country string, at time.Time) string {
	narrow := Window{From: int(p.QuietFrom), Until: int(p.QuietUntil)}
	pack := PackFor(Marketing, country).Narrow(narrow)
	if country == "" {
		country = "other countries"
	}
	words := country + " " + pack.hours()
	falls := func(h Holiday) bool { return h.Falls(at) }
	switch {
	case slices.ContainsFunc(pack.Closed, falls):
		words += fmt.Sprintf(" (%s is a holiday)", at.Format(dayFormat))
	case slices.ContainsFunc(closedDays(p.ClosedDays), falls):
		words += fmt.Sprintf(" (%s is a day you closed)", at.Format(dayFormat))
	}
	return words
}

// hours is the days and their windows: "mon-fri 09:00-19:00, sat 09:00-15:00", from Monday on.
func (p Pack) hours() string {
	var spans []string
	for first := 1; first <= len(p.Days); {
		window := p.Days[first%len(p.Days)]
		last := first
		for last < len(p.Days) && p.Days[(last+1)%len(p.Days)] == window {
			last++
		}
		if window != (Window{}) {
			days := weekdays[first%len(p.Days)]
			if last > first {
				days += "-" + weekdays[last%len(p.Days)]
			}
			spans = append(spans, days+" "+window.String())
		}
		first = last + 1
	}
	if len(spans) == 0 {
		return "at no time"
	}
	return strings.Join(spans, ", ")
}

// String is 09:00-21:00.
func (w Window) String() string {
	return fmt.Sprintf("%02d:%02d-%02d:%02d", w.From/60, w.From%60, w.Until/60, w.Until%60)
}

// Unfit says whether promotions from a kind of sender do not get through in a country, and what a sender needs there, in sentences.
func Unfit(country, kind string) (unfit bool, needs []string) {
	pack := PackFor(Marketing, country)
	return slices.Contains(pack.Unfit, kind), slices.Clone(pack.Needs)
}
