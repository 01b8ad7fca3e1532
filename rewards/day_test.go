package rewards

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestWhenPointsEnd(t *testing.T) {
	for _, c := range []struct {
		story, zone string
		x           Expiry
		from        string // local
		last        string // local: the last full second on which the points are good
	}{
		{"to the end of the month", "America/Lima", Expiry{Mode: Rolling, Months: 12}, "2026-07-06 15:00:00", "2027-07-31 23:59:59"},
		{"from the first second of a month", "America/Lima", Expiry{Mode: Rolling, Months: 1}, "2027-01-01 00:00:00", "2027-02-28 23:59:59"},
		{"from the last second of a month", "America/Lima", Expiry{Mode: Rolling, Months: 1}, "2027-01-31 23:59:59", "2027-02-28 23:59:59"},
		{"into a leap year", "Europe/Madrid", Expiry{Mode: Rolling, Months: 1}, "2028-01-31 10:00:00", "2028-02-29 23:59:59"},
		{"from a leap day", "Europe/Madrid", Expiry{Mode: Rolling, Months: 12}, "2028-02-29 10:00:00", "2029-02-28 23:59:59"},
		{"over a year's end", "Europe/Madrid", Expiry{Mode: Rolling, Months: 3}, "2026-11-30 10:00:00", "2027-02-28 23:59:59"},
		{"ten years", "Europe/Madrid", Expiry{Mode: Rolling, Months: 120}, "2026-11-30 10:00:00", "2036-11-30 23:59:59"},
		{"far east of UTC", "Pacific/Kiritimati", Expiry{Mode: Rolling, Months: 1}, "2027-03-31 23:30:00", "2027-04-30 23:59:59"},
		{"far west of UTC", "Pacific/Pago_Pago", Expiry{Mode: Rolling, Months: 1}, "2027-03-31 23:30:00", "2027-04-30 23:59:59"},
		{"the last day has 23 hours", "Europe/Madrid", Expiry{Mode: Rolling, Months: 1}, "2030-02-10 10:00:00", "2030-03-31 23:59:59"},

		{"the same day", "America/Lima", Expiry{Mode: Inactivity, Months: 6}, "2027-01-15 09:00:00", "2027-07-15 23:59:59"},
		{"clamped to February", "America/Lima", Expiry{Mode: Inactivity, Months: 1}, "2027-01-31 09:00:00", "2027-02-28 23:59:59"},
		{"clamped to a leap day", "America/Lima", Expiry{Mode: Inactivity, Months: 1}, "2028-01-31 09:00:00", "2028-02-29 23:59:59"},
		{"not back to the 31st", "America/Lima", Expiry{Mode: Inactivity, Months: 2}, "2027-02-28 09:00:00", "2027-04-28 23:59:59"},
		{"a leap day a year on", "America/Lima", Expiry{Mode: Inactivity, Months: 12}, "2028-02-29 09:00:00", "2029-02-28 23:59:59"},
		{"late at night, west", "America/Los_Angeles", Expiry{Mode: Inactivity, Months: 1}, "2027-05-31 23:59:59", "2027-06-30 23:59:59"},
		{"a day of 25 hours", "Europe/Madrid", Expiry{Mode: Inactivity, Months: 1}, "2027-09-30 12:00:00", "2027-10-30 23:59:59"},
		{"on the day of 25 hours", "Europe/Madrid", Expiry{Mode: Inactivity, Months: 1}, "2027-10-01 12:00:00", "2027-11-01 23:59:59"},
		{"midnight does not exist", "America/Santiago", Expiry{Mode: Inactivity, Months: 1}, "2026-08-05 12:00:00", "2026-09-05 23:59:59"},
		{"midnight comes twice", "America/Havana", Expiry{Mode: Inactivity, Months: 1}, "2026-09-30 12:00:00", "2026-10-30 23:59:59"},
		{"a date that never was", "Pacific/Apia", Expiry{Mode: Inactivity, Months: 1}, "2011-11-29 12:00:00", "2011-12-29 23:59:59"},
	} {
		zone, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		from, err := time.ParseInLocation(time.DateTime, c.from, zone)
		if err != nil {
			t.Fatal(err)
		}
		end := time.UnixMilli(c.x.end(zone, from.UnixMilli())).In(zone)
		if last := end.Add(-time.Second).Format(time.DateTime); last != c.last {
			t.Errorf("%s: good until %s, want %s", c.story, last, c.last)
		}
	}
	if end := (Expiry{Mode: NoExpiry}).end(time.UTC, 0); end != never {
		t.Errorf("without expiry points end at %d", end)
	}
}

// The first instant of a day is shown as that day, and the instant before it as one before, in every zone and year.
func TestDayBegins(t *testing.T) {
	zones := []string{
		"UTC", "America/Lima", "Europe/Madrid", "America/Santiago", "America/Sao_Paulo", "America/Havana", "Australia/Lord_Howe", "Asia/Tehran",
		"Pacific/Apia", "Pacific/Chatham", "Asia/Beirut", "Africa/Casablanca", "America/St_Johns", "Asia/Gaza",
	}
	rapid.Check(t, func(t *rapid.T) {
		zone, err := time.LoadLocation(rapid.SampledFrom(zones).Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		noon := time.Date(1995, 1, 1, 12, 0, 0, 0, time.UTC).AddDate(0, 0, rapid.IntRange(0, 20000).Draw(t, "day"))
		y, m, d := noon.Date()
		begins := time.UnixMilli(dayBegins(zone, y, m, d)).In(zone)
		day := noon.Format(time.DateOnly)
		if zone.String() == "Pacific/Apia" && day == "2011-12-30" {
			day = "2011-12-31" // there was none
		}
		if got := begins.Format(time.DateOnly); got != day {
			t.Fatalf("%s in %v begins at %v", day, zone, begins)
		}
		if before := begins.Add(-time.Millisecond).Format(time.DateOnly); before >= day {
			t.Fatalf("%s in %v begins before %v", day, zone, begins)
		}
	})
}
