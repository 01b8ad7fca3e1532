package campaigns

import (
	"slices"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"fiel/db"
)

func zone(t testing.TB, name string) *time.Location {
	loc, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

func read(t testing.TB, c Calendar) schedule {
	s, err := c.read()
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func instant(t testing.TB, s string) time.Time {
	at, err := time.Parse(time.RFC3339, s)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// A wall clock is watched minute by minute for two years, and so is the calendar: both must name the same instants, one a day.
func TestEveryDayOnceByTheMinute(t *testing.T) {
	for _, c := range []struct{ zone, from, at, why string }{
		{"Europe/Madrid", "2026-01-01T00:00:00Z", "02:30", "skipped on 29 March 2026, twice on 25 October"},
		{"America/Sao_Paulo", "2017-06-01T00:00:00Z", "00:10", "midnight itself was skipped when summer time began"},
		{"Australia/Lord_Howe", "2026-01-01T00:00:00Z", "01:45", "half an hour of summer time"},
		{"Pacific/Apia", "2011-01-01T00:00:00Z", "10:00", "no 30 December 2011"},
		{"America/Lima", "2026-01-01T00:00:00Z", "10:00", "no summer time"},
	} {
		t.Run(c.zone, func(t *testing.T) {
			t.Parallel()
			loc, from := zone(t, c.zone), instant(t, c.from)
			s := read(t, Calendar{On: "daily", At: c.at})
			var byCalendar, byClock []time.Time
			seen := DateOf(from.In(loc))
			for now := from.Add(time.Minute); now.Before(from.AddDate(2, 0, 0)); now = now.Add(time.Minute) {
				for _, o := range s.due(loc, now.Add(-time.Minute), now) {
					byCalendar = append(byCalendar, o.At.UTC())
				}
				local := now.In(loc)
				if d := DateOf(local); seen.Before(d) && local.Hour()*60+local.Minute() >= s.minute {
					seen, byClock = d, append(byClock, now)
				}
			}
			if !byCalendar[0].Equal(byClock[0]) { // the day on which the watch began
				byCalendar = byCalendar[1:]
			}
			if diff := cmp.Diff(byClock, byCalendar); diff != "" {
				t.Errorf("the clock on the wall (-) and the calendar (+) differ, %s:\n%s", c.why, diff)
			}
			if n := len(byClock); n < 728 || n > 731 {
				t.Errorf("%d occurrences in two years", n)
			}
		})
	}
}

func TestOddLocalTimes(t *testing.T) {
	for _, c := range []struct {
		name, zone, on, at, ends string
		last, now                string
		want                     []string // date at..ends
	}{
		{
			"the skipped hour: the first instant after the gap", "Europe/Madrid", "daily", "02:30", "03:30",
			"2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z",
			[]string{"2026-03-29 2026-03-29T01:00:00Z..2026-03-29T01:30:00Z"},
		},
		{
			"offer whole in the gap keeps its length", "Europe/Madrid", "daily", "02:10", "02:40",
			"2026-03-28T12:00:00Z", "2026-03-29T12:00:00Z",
			[]string{"2026-03-29 2026-03-29T01:00:00Z..2026-03-29T01:30:00Z"},
		},
		{
			"the repeated hour: its first pass", "Europe/Madrid", "daily", "02:30", "1d",
			"2026-10-24T12:00:00Z", "2026-10-25T12:00:00Z",
			[]string{"2026-10-25 2026-10-25T00:30:00Z..2026-10-25T23:00:00Z"},
		},
		{
			"midnight skipped", "America/Sao_Paulo", "daily", "00:00", "00:30",
			"2018-11-03T12:00:00Z", "2018-11-04T12:00:00Z",
			[]string{"2018-11-04 2018-11-04T03:00:00Z..2018-11-04T03:30:00Z"},
		},
		{
			"a Friday that never was moves to Saturday", "Pacific/Apia", "fri", "16:00", "18:00",
			"2011-12-25T00:00:00Z", "2012-01-05T00:00:00Z",
			[]string{"2011-12-31 2011-12-31T02:00:00Z..2011-12-31T04:00:00Z"},
		},
		{
			"Friday and Saturday are one when Friday never was", "Pacific/Apia", "fri sat", "16:00", "18:00",
			"2011-12-26T00:00:00Z", "2012-01-05T00:00:00Z",
			[]string{"2011-12-31 2011-12-31T02:00:00Z..2011-12-31T04:00:00Z"},
		},
		{
			"a single date that never was", "Pacific/Apia", "2011-12-30", "09:00", "3d",
			"2011-12-25T00:00:00Z", "2012-01-05T00:00:00Z",
			[]string{"once 2011-12-30T19:00:00Z..2012-01-02T10:00:00Z"},
		},
		{
			"Friday flash sale in Lima", "America/Lima", "fri", "16:00", "18:00",
			"2026-11-26T00:00:00Z", "2026-12-05T00:00:00Z",
			[]string{"2026-11-27 2026-11-27T21:00:00Z..2026-11-27T23:00:00Z", "2026-12-04 2026-12-04T21:00:00Z..2026-12-04T23:00:00Z"},
		},
		{
			"over midnight", "America/Lima", "sat", "22:00", "02:00",
			"2026-11-26T00:00:00Z", "2026-11-30T00:00:00Z",
			[]string{"2026-11-28 2026-11-29T03:00:00Z..2026-11-29T07:00:00Z"},
		},
		{
			"a blast with its own end", "America/Lima", "2026-12-20", "10:00", "2026-12-24 20:00",
			"2026-12-01T00:00:00Z", "2026-12-31T00:00:00Z",
			[]string{"once 2026-12-20T15:00:00Z..2026-12-25T01:00:00Z"},
		},
		{"the last instant counts, the first does not", "America/Lima", "2026-12-20", "10:00", "", "2026-12-20T15:00:00Z", "2026-12-31T00:00:00Z", nil},
		{
			"to the millisecond", "America/Lima", "2026-12-20", "10:00", "",
			"2026-12-20T14:59:59.999Z", "2026-12-20T15:00:00Z",
			[]string{"once 2026-12-20T15:00:00Z..2026-12-23T05:00:00Z"},
		},
		{"a clock put back", "America/Lima", "daily", "10:00", "", "2026-12-22T15:00:00Z", "2026-12-20T15:00:00Z", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := read(t, Calendar{On: c.on, At: c.at, Ends: c.ends})
			var got []string
			for _, o := range s.due(zone(t, c.zone), instant(t, c.last), instant(t, c.now)) {
				got = append(got, o.Key+" "+o.At.UTC().Format(time.RFC3339)+".."+o.Ends.UTC().Format(time.RFC3339))
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestCalendarSentences(t *testing.T) {
	for _, c := range []Calendar{
		{},
		{On: "freitag", At: "10:00"},
		{On: ",", At: "10:00"},
		{On: "2026-02-30", At: "10:00"},
		{On: "2026-2-3", At: "10:00"},
		{On: "daily"},
		{On: "daily", At: "24:00"},
		{On: "daily", At: "10"},
		{On: "daily", At: "-1:00"},
		{On: "daily", At: "1٠:00"},
		{On: "daily", At: "10:00", Ends: "0d"},
		{On: "daily", At: "10:00", Ends: "9999d"},
		{On: "daily", At: "10:00", Ends: "-3d"},
		{On: "daily", At: "10:00", Ends: "2026-12-31 20:00"},
		{On: "now", Ends: "2026-13-31 20:00"},
		{On: "daily", At: "10:00", Last: "tomorrow"},
	} {
		if _, err := c.read(); db.CodeOf(err) != db.Invalid {
			t.Errorf("%+v: %v", c, err)
		}
	}
}

func TestLastDate(t *testing.T) {
	s := read(t, Calendar{On: "daily", At: "23:30", Last: "2026-12-24"})
	loc := zone(t, "America/Lima")
	found := s.due(loc, instant(t, "2026-12-20T12:00:00Z"), instant(t, "2026-12-31T12:00:00Z"))
	if len(found) != 5 || found[4].Key != "2026-12-24" {
		t.Errorf("%v", found)
	}
	if o, more := s.next(loc, found[4].At); more {
		t.Errorf("after the last date comes %v", o)
	}
	if o, ok := s.next(loc, found[3].At); !ok || o.Key != "2026-12-24" {
		t.Errorf("next is %v, %v", o, ok)
	}
}

func TestStartedNow(t *testing.T) {
	loc, now := zone(t, "America/Lima"), instant(t, "2026-11-27T21:30:00Z")
	for ends, want := range map[string]string{
		"18:00": "2026-11-27T23:00:00Z", "16:00": "2026-11-28T21:00:00Z", "": "2026-11-30T05:00:00Z", "2026-11-27 20:00": "2026-11-28T01:00:00Z",
	} {
		o := read(t, Calendar{On: "now", Ends: ends}).started(loc, now)
		if o.Key != once || !o.At.Equal(now) || !o.Ends.Equal(instant(t, want)) {
			t.Errorf("%q: %v", ends, o)
		}
	}
}

// However the time between two instants is cut into ticks, the same occurrences come out, each once, and each local date has one.
func TestTicksOfAnyLength(t *testing.T) {
	zones := []string{"Europe/Madrid", "America/Sao_Paulo", "Australia/Lord_Howe", "Pacific/Apia", "America/Lima", "Africa/Cairo", "America/Santiago", "Asia/Tehran", "Pacific/Kiritimati"}
	rapid.Check(t, func(r *rapid.T) {
		loc := zone(t, rapid.SampledFrom(zones).Draw(r, "zone"))
		from := time.Unix(rapid.Int64Range(750_000_000, 1_900_000_000).Draw(r, "from"), 0)
		s := schedule{minute: rapid.IntRange(0, 1439).Draw(r, "minute"), lasts: 1, until: -1, days: [7]bool{true, true, true, true, true, true, true}}
		to, now := from, from
		var cut []Occurrence
		for range rapid.IntRange(1, 40).Draw(r, "ticks") {
			to = now.Add(time.Duration(rapid.IntRange(1, 60*60*60).Draw(r, "seconds")) * time.Second)
			cut = append(cut, s.due(loc, now, to)...)
			now = to
		}
		whole := s.due(loc, from, to)
		if !slices.Equal(cut, whole) {
			r.Fatalf("ticks made %v, one tick %v", cut, whole)
		}
		for i, o := range whole {
			if i > 0 && o.Date.Since(whole[i-1].Date) > 2 || i > 0 && !whole[i-1].Date.Before(o.Date) {
				r.Fatalf("%v follows %v", o, whole[i-1])
			}
			if !o.Ends.After(o.At) {
				r.Fatalf("%v ends before it begins", o)
			}
		}
	})
}

func FuzzCalendar(f *testing.F) {
	for _, c := range []Calendar{
		{On: "daily", At: "10:00"},
		{On: "fri", At: "16:00", Ends: "18:00"},
		{On: "mon,thu", At: "7:05", Ends: "9d", Last: "2027-12-31"},
		{On: "2027-12-24", At: "10:00", Ends: "2027-12-24 20:00"},
		{On: "now"},
	} {
		f.Add(c.On, c.At, c.Ends, c.Last)
	}
	loc := zone(f, "Europe/Madrid")
	last := time.Date(2027, 3, 20, 0, 0, 0, 0, time.UTC)
	f.Fuzz(func(t *testing.T, on, at, ends, end string) {
		s, err := Calendar{On: on, At: at, Ends: ends, Last: end}.read()
		if err != nil {
			if db.CodeOf(err) != db.Invalid {
				t.Fatal(err)
			}
			return
		}
		for _, o := range s.due(loc, last, last.AddDate(0, 0, 20)) {
			if !o.At.After(last) || o.Key != once && !o.Ends.After(o.At) {
				t.Fatalf("%q %q %q %q: %v", on, at, ends, end, o)
			}
		}
	})
}

// A month without the day has its last; a date that a calendar skipped is held on the next, and what both fall on happens once.
func TestMonthlyDates(t *testing.T) {
	for _, c := range []struct {
		zone, on, from, until string
		want                  []string
	}{
		{"Europe/Madrid", "monthly 31", "2027-01-15", "2027-07-01", []string{"2027-01-31", "2027-02-28", "2027-03-31", "2027-04-30", "2027-05-31", "2027-06-30"}},
		{"Europe/Madrid", "monthly last", "2028-01-15", "2028-04-01", []string{"2028-01-31", "2028-02-29", "2028-03-31"}},
		{"America/New_York", "monthly 30", "2027-12-29", "2028-03-31", []string{"2027-12-30", "2028-01-30", "2028-02-29", "2028-03-30"}},
		{"America/New_York", "monthly 29", "2027-01-30", "2027-04-01", []string{"2027-02-28", "2027-03-29"}},
		{"America/Lima", "monthly 1", "2027-11-30", "2028-02-02", []string{"2027-12-01", "2028-01-01", "2028-02-01"}},
		{"Pacific/Apia", "monthly 30", "2011-11-29", "2012-02-01", []string{"2011-11-30", "2011-12-31", "2012-01-30"}},
		{"Pacific/Apia", "monthly last", "2011-11-29", "2012-02-01", []string{"2011-11-30", "2011-12-31", "2012-01-31"}},
		{"Pacific/Apia", "fri sat", "2011-12-23", "2012-01-02", []string{"2011-12-23", "2011-12-24", "2011-12-31"}},
		{"Pacific/Apia", "2011-12-30", "2011-12-23", "2012-01-02", []string{"2011-12-31"}},
	} {
		t.Run(c.zone+" "+c.on, func(t *testing.T) {
			loc, s := zone(t, c.zone), read(t, Calendar{On: c.on, At: "10:00"})
			at := func(day string) time.Time {
				d, err := ParseDate(day)
				if err != nil {
					t.Fatal(err)
				}
				return d.At(0, loc)
			}
			var due, next []string
			for _, o := range s.due(loc, at(c.from), at(c.until)) {
				due = append(due, o.Date.String())
			}
			for after := at(c.from); ; {
				o, more := s.next(loc, after)
				if !more || o.At.After(at(c.until)) {
					break
				}
				next, after = append(next, o.Date.String()), o.At
			}
			if !slices.Equal(due, c.want) || !slices.Equal(next, c.want) {
				t.Errorf("due %v, next %v, want %v", due, next, c.want)
			}
		})
	}
}

// Clocks change on weekends, when treats are sent: the instants of the days around each change.
func TestDaysClocksChange(t *testing.T) {
	for _, c := range []struct{ zone, day, at, want string }{
		{"Europe/Madrid", "2027-03-28", "02:30", "2027-03-28T01:00"}, // skipped: the first instant after the gap
		{"Europe/Madrid", "2027-03-28", "10:00", "2027-03-28T08:00"},
		{"Europe/Madrid", "2027-10-31", "02:30", "2027-10-31T00:30"}, // twice: the first pass
		{"Europe/Madrid", "2027-10-31", "10:00", "2027-10-31T09:00"},
		{"America/New_York", "2027-03-14", "02:15", "2027-03-14T07:00"},
		{"America/New_York", "2027-03-14", "10:00", "2027-03-14T14:00"},
		{"America/New_York", "2027-11-07", "01:15", "2027-11-07T05:15"},
		{"America/New_York", "2027-11-07", "10:00", "2027-11-07T15:00"},
		{"Australia/Lord_Howe", "2027-10-03", "02:10", "2027-10-02T15:30"}, // half an hour is skipped
		{"Australia/Lord_Howe", "2027-04-04", "01:40", "2027-04-03T14:40"}, // and repeated
		{"America/Sao_Paulo", "2017-10-15", "00:10", "2017-10-15T03:00"},
	} {
		loc := zone(t, c.zone)
		d, err := ParseDate(c.day)
		if err != nil {
			t.Fatal(err)
		}
		found := read(t, Calendar{On: "daily", At: c.at}).due(loc, d.At(0, loc).Add(-time.Millisecond), d.Plus(1).At(0, loc).Add(-time.Millisecond))
		if len(found) != 1 || utc(found[0].At.UnixMilli()) != c.want {
			t.Errorf("%s %s %s happens at %v, want %s", c.zone, c.day, c.at, found, c.want)
		}
	}
}

// Whatever the spans a series is looked at in, what happened is found in the look in which its text is due, and in no other.
func TestSpansAndDueAgree(t *testing.T) {
	zones := []*time.Location{zone(t, "Europe/Madrid"), zone(t, "America/New_York"), zone(t, "Australia/Lord_Howe"), zone(t, "Pacific/Apia"), zone(t, "America/Sao_Paulo")}
	rapid.Check(t, func(t *rapid.T) {
		loc := rapid.SampledFrom(zones).Draw(t, "zone")
		kind := rapid.SampledFrom(events[:]).Draw(t, "event")
		s := series{event: kind, minute: rapid.IntRange(0, 24*60-1).Draw(t, "minute")}
		after := rapid.SampledFrom([]string{"0m", "90m", "26h", "1d", "2d", "7d"}).Draw(t, "after")
		if kind == onExpiring {
			after = rapid.SampledFrom([]string{"1d", "3d", "7d"}).Draw(t, "before")
		}
		st := step{After: after}
		if err := st.read(kind); err != nil {
			t.Fatal(err)
		}
		start := time.Date(2011, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(rapid.IntRange(0, 3650*24).Draw(t, "hour")) * time.Hour)
		if rapid.Bool().Draw(t, "Apia's year") {
			start = time.Date(2011, 12, 28, 0, 0, 0, 0, time.UTC).Add(time.Duration(rapid.IntRange(0, 96).Draw(t, "h")) * time.Hour)
		}
		e := event{member: 1, id: 1, at: start.Add(time.Duration(rapid.IntRange(0, 3_600_000).Draw(t, "ms")) * time.Millisecond).UnixMilli()}
		if kind == onExpiring { // points end with a day
			e.at = DateOf(time.UnixMilli(e.at).In(loc)).Plus(1).At(0, loc).UnixMilli()
		}
		due, looks := s.due(e, st, loc), 0
		for from := due.Add(-50 * time.Hour); from.Before(due.Add(50 * time.Hour)); {
			to := from.Add(time.Duration(rapid.IntRange(1, 20*60).Draw(t, "span")) * time.Minute)
			for _, w := range s.spans(st, from, to, loc) {
				if w.from <= e.at && e.at < w.to {
					looks++
					if !due.After(from) || due.After(to) {
						t.Errorf("what is due at %s is found from %s to %s", due, from, to)
					}
				}
			}
			from = to
		}
		if looks != 1 {
			t.Errorf("%s of %s at %s, due at %s, is found %d times", after, kind, time.UnixMilli(e.at).In(loc), due, looks)
		}
	})
}
