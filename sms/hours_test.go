package sms

import (
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"fiel/db"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func zonesNamed(t interface{ Fatal(...any) }, names ...string) (zones []*time.Location) {
	for _, name := range names {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		zones = append(zones, zone)
	}
	return zones
}

func instant(t *testing.T, s string) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

func allWeek(from, until int) (p Pack) {
	for day := range p.Days {
		p.Days[day] = Window{from, until}
	}
	return p
}

func TestNext(t *testing.T) {
	night := allWeek(2*60, 3*60) // where clocks change
	tests := []struct {
		name        string
		pack        Pack
		at          string
		zones       string
		from, until string // until '' means none
	}{
		{"within the window it is now", PackFor(Marketing, "MX"), "2026-11-21T12:34:56-06:00", "America/Mexico_City", "2026-11-21T12:34:56-06:00", "2026-11-21T21:00:00-06:00"},
		{"09:00:00 is open", PackFor(Marketing, "MX"), "2026-11-21T09:00:00-06:00", "America/Mexico_City", "2026-11-21T09:00:00-06:00", "2026-11-21T21:00:00-06:00"},
		{"a second before is not", PackFor(Marketing, "MX"), "2026-11-21T08:59:59-06:00", "America/Mexico_City", "2026-11-21T09:00:00-06:00", "2026-11-21T21:00:00-06:00"},
		{"21:00:00 is closed", PackFor(Marketing, "MX"), "2026-11-21T21:00:00-06:00", "America/Mexico_City", "2026-11-22T09:00:00-06:00", "2026-11-22T21:00:00-06:00"},
		{"a night in the state of Florida", PackFor(Marketing, "US"), "2026-11-21T20:30:00-05:00", "America/New_York", "2026-11-22T08:00:00-05:00", "2026-11-22T20:00:00-05:00"},
		{"service from eight", PackFor(Service, "CO"), "2026-11-22T03:00:00-05:00", "America/Bogota", "2026-11-22T08:00:00-05:00", "2026-11-22T21:00:00-05:00"},
		{"coast to coast both clocks must agree", PackFor(Marketing, "MX"), "2026-11-21T00:00:00-06:00", "America/Cancun America/Tijuana", "2026-11-21T09:00:00-08:00", "2026-11-21T21:00:00-05:00"},
		{"no common minute", PackFor(Marketing, ""), "2026-11-21T00:00:00Z", "Europe/Madrid Pacific/Auckland", "", ""},
		{"nobody knows where", PackFor(Marketing, "MX"), "2026-11-21T12:00:00Z", "", "", ""},
		{"Canadian weekend", PackFor(Marketing, "CA"), "2026-11-20T21:30:00-05:00", "America/Toronto", "2026-11-21T10:00:00-05:00", "2026-11-21T18:00:00-05:00"},
		{"no Sunday in Chile, nor Saturday", PackFor(Marketing, "CL"), "2026-11-20T19:00:00-03:00", "America/Santiago", "2026-11-23T09:00:00-03:00", "2026-11-23T19:00:00-03:00"},
		{"Colombian Sunday before a holiday Monday", PackFor(Marketing, "CO"), "2026-11-14T15:00:00-05:00", "America/Bogota", "2026-11-17T07:00:00-05:00", "2026-11-17T19:00:00-05:00"},
		{"Colombian Easter", PackFor(Marketing, "CO"), "2026-04-01T19:00:00-05:00", "America/Bogota", "2026-04-04T08:00:00-05:00", "2026-04-04T15:00:00-05:00"},
		{"French Whit Monday", PackFor(Marketing, "FR"), "2026-05-23T20:00:00+02:00", "Europe/Paris", "2026-05-26T08:30:00+02:00", "2026-05-26T20:00:00+02:00"},
		{"Madrid springs forward", PackFor(Marketing, "ES"), "2026-03-28T21:00:00+01:00", "Europe/Madrid", "2026-03-29T09:00:00+02:00", "2026-03-29T21:00:00+02:00"},
		{"Madrid falls back", PackFor(Marketing, "ES"), "2026-10-24T21:00:00+02:00", "Europe/Madrid", "2026-10-25T09:00:00+01:00", "2026-10-25T21:00:00+01:00"},
		{"an hour that is skipped does not open", night, "2026-03-29T00:00:00+01:00", "Europe/Madrid", "2026-03-30T02:00:00+02:00", "2026-03-30T03:00:00+02:00"},
		{"an hour that comes twice is open twice", night, "2026-10-25T00:00:00+02:00", "Europe/Madrid", "2026-10-25T02:00:00+02:00", "2026-10-25T03:00:00+01:00"},
		{"half an hour comes twice on Lord Howe", allWeek(90, 120), "2026-04-05T00:00:00+11:00", "Australia/Lord_Howe", "2026-04-05T01:30:00+11:00", "2026-04-05T02:00:00+10:30"},
		{"half an hour is skipped on Lord Howe", night, "2026-10-04T00:00:00+10:30", "Australia/Lord_Howe", "2026-10-04T02:30:00+11:00", "2026-10-04T03:00:00+11:00"},
		{"midnight is skipped in Sao Paulo", allWeek(0, 60), "2018-11-03T12:00:00-03:00", "America/Sao_Paulo", "2018-11-05T00:00:00-02:00", "2018-11-05T01:00:00-02:00"},
		{"the hour before midnight comes twice in Sao Paulo", allWeek(23*60, 24*60), "2018-02-17T12:00:00-02:00", "America/Sao_Paulo", "2018-02-17T23:00:00-02:00", "2018-02-18T00:00:00-03:00"},
		{"a day is missing in Apia", PackFor(Marketing, ""), "2011-12-29T21:00:00-10:00", "Pacific/Apia", "2011-12-31T09:00:00+14:00", "2011-12-31T21:00:00+14:00"},
		{"a reply goes at any time", PackFor(Reply, "CO"), "2026-11-22T03:00:00-05:00", "America/Bogota", "2026-11-22T03:00:00-05:00", "2026-12-07T03:00:00-05:00"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			zones := zonesNamed(t, strings.Fields(test.zones)...)
			at := instant(t, test.at)
			from, until, ok := test.pack.Next(at, zones)
			if test.until == "" {
				if ok || test.pack.Open(at, zones) {
					t.Fatalf("open from %v to %v, want never", from, until)
				}
				return
			}
			if !ok || !from.Equal(instant(t, test.from)) || !until.Equal(instant(t, test.until)) {
				t.Errorf("from %v until %v (%v), want %s %s", from, until, ok, test.from, test.until)
			}
			if open := test.pack.Open(at, zones); open != from.Equal(at) {
				t.Errorf("Open = %v", open)
			}
		})
	}
}

// A program narrows the hours of the law and cannot widen them.
func TestNarrow(t *testing.T) {
	co := PackFor(Marketing, "CO").Narrow(Window{10 * 60, 22 * 60})
	want := [7]Window{{}, {600, 1140}, {600, 1140}, {600, 1140}, {600, 1140}, {600, 1140}, {600, 900}}
	if diff := cmp.Diff(want, co.Days); diff != "" {
		t.Error(diff)
	}
	if never := PackFor(Marketing, "CL").Narrow(Window{20 * 60, 22 * 60}); never.Days != [7]Window{} {
		t.Errorf("apart from the law there is still %v", never.Days)
	}
	if PackFor(Marketing, "CO").Days[1].From != 7*60 {
		t.Error("narrowing has changed the pack itself")
	}
}

var drawnZones = []string{
	"America/Mexico_City", "America/Tijuana", "America/Cancun", "America/Bogota", "America/Lima", "America/Santiago", "America/Sao_Paulo", "America/Buenos_Aires",
	"America/New_York", "America/Los_Angeles", "Europe/Madrid", "Atlantic/Canary", "Europe/Paris", "Australia/Lord_Howe", "Pacific/Apia", "Pacific/Chatham",
	"Asia/Kathmandu", "Africa/Casablanca",
}

// What Next answers is open to its last minute, closed at its end, and nothing before it is open: counted by the minute.
func TestNextByTheMinute(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		zones := zonesNamed(t, rapid.SliceOfN(rapid.SampledFrom(drawnZones), 1, 3).Draw(t, "zones")...)
		pack := rapid.SampledFrom([]Pack{
			PackFor(Marketing, "CO"), PackFor(Marketing, "FR"), PackFor(Marketing, "CA"), PackFor(Marketing, "MX"), allWeek(0, 60), allWeek(90, 170),
			allWeek(23*60, 24*60), PackFor(Marketing, "CL").Narrow(Window{600, 630}),
		}).Draw(t, "pack")
		at := nearAChange(t, zones)
		from, until, ok := pack.Next(at, zones)
		end := at.Add(lookAhead)
		if ok {
			end = from
		}
		for m := at; m.Before(end); m = m.Add(time.Minute) {
			if slowOpen(pack, m, zones) || pack.Open(m, zones) {
				t.Fatalf("%v is open, Next says %v", m, from)
			}
		}
		for m := from; m.Before(until); m = m.Add(time.Minute) {
			if !slowOpen(pack, m, zones) || !pack.Open(m, zones) {
				t.Fatalf("%v is closed, within %v to %v", m, from, until)
			}
		}
		if ok && (slowOpen(pack, until, zones) || !until.After(from)) {
			t.Fatalf("still open at %v", until)
		}
	})
}

// nearAChange draws an instant, often within days of a change of clocks in one of the zones.
func nearAChange(t *rapid.T, zones []*time.Location) time.Time {
	at := time.Unix(rapid.Int64Range(1293840000, 1893456000).Draw(t, "at"), 0).UTC() // 2011 to 2029
	if _, change := at.In(zones[0]).ZoneBounds(); rapid.Bool().Draw(t, "near a change") && !change.IsZero() {
		at = change.UTC().Add(time.Duration(rapid.IntRange(-3*86400, 86400).Draw(t, "seconds")) * time.Second)
	}
	return at
}

// slowOpen reads the clocks on the wall.
func slowOpen(p Pack, at time.Time, zones []*time.Location) bool {
	for _, zone := range zones {
		there := at.In(zone)
		w := p.Days[there.Weekday()]
		clock := there.Hour()*60 + there.Minute()
		if clock < w.From || clock >= w.Until {
			return false
		}
		for _, h := range p.Closed {
			if h.Falls(there) {
				return false
			}
		}
	}
	return true
}

func TestHolidays(t *testing.T) {
	// As the calendars of those years have them.
	tests := []struct{ country, year, want string }{
		{"CO", "2026", "01-01 01-12 03-23 04-02 04-03 05-01 05-18 06-08 06-15 06-29 07-20 08-07 08-17 10-12 11-02 11-16 12-08 12-25"},
		{"CO", "2027", "01-01 01-11 03-22 03-25 03-26 05-01 05-10 05-31 06-07 07-05 07-20 08-07 08-16 10-18 11-01 11-15 12-08 12-25"},
		{"FR", "2026", "01-01 04-06 05-01 05-08 05-14 05-25 07-14 08-15 11-01 11-11 12-25"},
		{"MX", "2026", ""},
	}
	for _, test := range tests {
		t.Run(test.country+test.year, func(t *testing.T) {
			var got []string
			for day := instant(t, test.year+"-01-01T12:00:00Z"); day.Format("2006") == test.year; day = day.AddDate(0, 0, 1) {
				if (PackFor(Marketing, test.country).window(day) == Window{}) && day.Weekday() != time.Sunday || fallsOnSunday(test.country, day) {
					got = append(got, day.Format("01-02"))
				}
			}
			if diff := cmp.Diff(test.want, strings.Join(got, " ")); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func fallsOnSunday(country string, day time.Time) bool {
	for _, h := range PackFor(Marketing, country).Closed {
		if h.Falls(day) && day.Weekday() == time.Sunday {
			return true
		}
	}
	return false
}

func TestEaster(t *testing.T) {
	for _, want := range []string{"1999-04-04", "2000-04-23", "2008-03-23", "2011-04-24", "2024-03-31", "2025-04-20", "2026-04-05", "2027-03-28", "2038-04-25"} {
		day := instant(t, want+"T00:00:00Z")
		if got := easter(day.Year()); !got.Equal(day) {
			t.Errorf("Easter of %d is %v, want %s", day.Year(), got, want)
		}
	}
}

func TestPacksAreWhole(t *testing.T) {
	for name, pack := range packs {
		if len(pack.Sources) == 0 || pack.Checked < "2026-01" || pack.Days == [7]Window{} || pack.Name != name {
			t.Errorf("[%s] lacks its source, date or hours: %+v", name, pack)
		}
	}
	for country, want := range map[string][2]bool{"US": {true, false}, "CA": {true, false}, "PE": {false, true}, "MX": {}, "ES": {}} {
		if pack := PackFor(Marketing, country); pack.DoubleOptIn != want[0] || pack.WriteFirst != want[1] {
			t.Errorf("[%s] double opt-in %v, write first %v", country, pack.DoubleOptIn, pack.WriteFirst)
		}
	}
	if PackFor(Marketing, "CO").PerDay != 1 || PackFor(Marketing, "MX").PerDay != 0 {
		t.Error("Colombia allows one promotion a day")
	}
	for _, country := range []string{"", "JP", "service", "reply", "other"} {
		if PackFor(Marketing, country).Name != "other" {
			t.Errorf("promotions to %q go by [%s]", country, PackFor(Marketing, country).Name)
		}
	}
}

func TestBadPacksAreRefused(t *testing.T) {
	whole := "[reply]\nhours mon-sun 00:00-24:00\n[service]\nhours mon 08:00-21:00\n[other]\nhours sat-sun 09:00-21:00\n"
	if _, err := parsePacks(whole); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []string{
		"", "[reply]\n", whole + "[reply]", whole + "hours mon", whole + "hours noday 09:00-21:00", whole + "hours mon 21:00-09:00",
		whole + "hours mon 09:00-24:30", whole + "hours mon 09:61-21:00", whole + "closed easter", whole + "closed 02-30", whole + "per_day x",
		whole + "quiet",
	} {
		if _, err := parsePacks(bad); err == nil {
			t.Errorf("%q was read", bad)
		}
	}
}

func TestZonesFor(t *testing.T) {
	tests := []struct {
		name, own, store string
		number           []string
		want             string
	}{
		{"the member's own alone", "Europe/Madrid", "America/Lima", []string{"America/Bogota"}, "Europe/Madrid"},
		{"number and store", "", "America/Tijuana", []string{"America/Mexico_City"}, "America/Mexico_City America/Tijuana"},
		{"the same once", "", "America/Lima", []string{"America/Lima"}, "America/Lima"},
		{"the number says nothing", "", "America/Lima", nil, "America/Lima"},
		{"too many say nothing", "", "America/Lima", []string{"America/Adak", "America/Nome", "America/Boise", "America/Detroit"}, "America/Lima"},
		{"no such zone", "Madrid", "America/Lima", nil, ""},
		{"none at all", "", "", nil, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			zones, err := ZonesFor(test.own, test.store, test.number)
			var names []string
			for _, zone := range zones {
				names = append(names, zone.String())
			}
			if strings.Join(names, " ") != test.want || (err != nil) != (test.want == "") || err != nil && db.CodeOf(err) != db.Invalid {
				t.Errorf("zones %v, %v, want %q", names, err, test.want)
			}
		})
	}
}

func BenchmarkOpen(b *testing.B) {
	pack := PackFor(Marketing, "CO")
	zones := zonesNamed(b, "America/Bogota", "America/New_York")
	at := time.Date(2026, 11, 21, 15, 0, 0, 0, time.UTC)
	b.ReportAllocs()
	for b.Loop() {
		pack.Open(at, zones)
	}
}
