package sms

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Holiday is a day without promotions: a date of each year or of one, the Monday on or after a date, or a number of days from Easter
// Sunday.
type Holiday struct {
	year   int        // 0 for each
	month  time.Month // 0 for a day counted from Easter
	day    int        // of the month, or from Easter
	monday bool
}

// Falls says whether the holiday is on the day of a local time.
func (h Holiday) Falls(local time.Time) bool {
	year, month, day := local.Date()
	if h.year != 0 && h.year != year {
		return false
	}
	var on time.Time
	if h.month == 0 {
		on = easter(year).AddDate(0, 0, h.day)
	} else {
		on = time.Date(year, h.month, h.day, 0, 0, 0, 0, time.UTC)
	}
	if h.monday {
		on = on.AddDate(0, 0, (int(time.Monday)-int(on.Weekday())+7)%7)
	}
	return on.Month() == month && on.Day() == day
}

// parseHoliday reads "12-25", "monday 01-06" or "easter-2".
func parseHoliday(s string) (Holiday, error) {
	var h Holiday
	if days, ok := strings.CutPrefix(s, "easter"); ok {
		n, err := strconv.Atoi(days)
		if err != nil {
			return h, fmt.Errorf("%q is no number of days from Easter", s)
		}
		h.day = n
		return h, nil
	}
	date, monday := strings.CutPrefix(s, "monday ")
	t, err := time.Parse("01-02", date)
	if err != nil {
		return h, fmt.Errorf("%q is no month-day", s)
	}
	return Holiday{month: t.Month(), day: t.Day(), monday: monday}, nil
}

// closedDays reads a program's closed days ("12-25" each year, "2027-03-05" once). What cannot be read, and was never written by
// members.Set, closes nothing.
func closedDays(list string) (closed []Holiday) {
	var days []string
	if json.Unmarshal([]byte(list), &days) != nil {
		return nil
	}
	for _, day := range days {
		if t, err := time.Parse(dayFormat, day); err == nil {
			closed = append(closed, Holiday{year: t.Year(), month: t.Month(), day: t.Day()})
		} else if h, err := parseHoliday(day); err == nil {
			closed = append(closed, h)
		}
	}
	return closed
}

// easter is Easter Sunday of the Gregorian calendar (the anonymous computus; Meeus, Astronomical Algorithms, chapter 8).
func easter(year int) time.Time {
	a, b, c := year%19, year/100, year%100
	d, e := b/4, b%4
	f := (b + 8) / 25
	g := (b - f + 1) / 3
	h := (19*a + b - d - g + 15) % 30
	i, k := c/4, c%4
	l := (32 + 2*e + 2*i - h - k) % 7
	m := (a + 11*h + 22*l) / 451
	month := (h + l - 7*m + 114) / 31
	day := (h+l-7*m+114)%31 + 1
	return time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
}
