package sms

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"fiel/members"

	"pgregory.net/rapid"
)

// The hours as points.md decides them, minutes by weekday from Sunday; a pack may be narrower and never wider.
var decided = map[string][7]Window{
	"US": every(8*60, 20*60), "MX": every(9*60, 21*60), "ES": every(9*60, 21*60), "PE": every(9*60, 21*60), "AR": every(9*60, 21*60),
	"other": every(9*60, 21*60), "service": every(8*60, 21*60),
	"CO": {{}, {7 * 60, 19 * 60}, {7 * 60, 19 * 60}, {7 * 60, 19 * 60}, {7 * 60, 19 * 60}, {7 * 60, 19 * 60}, {8 * 60, 15 * 60}},
	"FR": {{}, {510, 20 * 60}, {510, 20 * 60}, {510, 20 * 60}, {510, 20 * 60}, {510, 20 * 60}, {510, 20 * 60}},
	"CA": {{600, 1080}, {540, 1290}, {540, 1290}, {540, 1290}, {540, 1290}, {540, 1290}, {600, 1080}},
	"CL": {{}, {540, 1140}, {540, 1140}, {540, 1140}, {540, 1140}, {540, 1140}, {}},
}

func every(from, until int) (days [7]Window) {
	for i := range days {
		days[i] = Window{from, until}
	}
	return days
}

func TestNoPackIsWiderThanDecided(t *testing.T) {
	for name, pack := range packs {
		if name == "reply" {
			continue
		}
		limit, ok := decided[name]
		for day, w := range pack.Days {
			if !ok || w != (Window{}) && (w.From < limit[day].From || w.Until > limit[day].Until) {
				t.Errorf("[%s] %s is open %v, decided is %v", name, weekdays[day], w, limit[day])
			}
		}
	}
	for country, closed := range map[string]int{"CO": 18, "FR": 11} {
		if n := len(packs[country].Closed); n != closed {
			t.Errorf("[%s] has %d holidays, want %d", country, n, closed)
		}
	}
}

// Whatever the zones, the country, the program's hours and closed days and the changes of clocks: when a text may leave, every clock on
// the wall allows it, to the last minute. The oracle knows no window and no edge, it reads the clocks.
func TestWhatIsAllowedIsAllowedByEveryClock(t *testing.T) {
	countries := []string{"US", "MX", "CO", "ES", "FR", "CA", "CL", "PE", "AR", "JP", ""}
	check := func(t *rapid.T) {
		own := rapid.SampledFrom(append([]string{""}, drawnZones...)).Draw(t, "own")
		number := rapid.SliceOfN(rapid.SampledFrom(drawnZones), 0, 4).Draw(t, "number")
		at := place{country: rapid.SampledFrom(countries).Draw(t, "country"), own: own, store: rapid.SampledFrom(drawnZones).Draw(t, "store")}
		p := members.Program{Zone: rapid.SampledFrom(drawnZones).Draw(t, "program"), QuietFrom: rapid.Int64Range(0, 700).Draw(t, "from")}
		p.QuietUntil = rapid.Int64Range(p.QuietFrom+1, 1440).Draw(t, "until")
		names := []string{own}
		if own == "" {
			if names = []string{at.store}; len(number) <= 3 {
				names = append(names, number...)
			}
		}
		start := nearAChange(t, zonesNamed(t, names...))
		closed := []string{}
		for range rapid.IntRange(0, 3).Draw(t, "closed days") {
			day := start.AddDate(0, 0, rapid.IntRange(0, 5).Draw(t, "closed"))
			closed = append(closed, day.Format(rapid.SampledFrom([]string{"01-02", dayFormat}).Draw(t, "how")))
		}
		raw, _ := json.Marshal(closed)
		p.ClosedDays = string(raw)

		var c clockZones
		r := c.rulesIn(p, Marketing, at, number)
		before := start.Add(time.Duration(rapid.IntRange(1, 6*24*60).Draw(t, "minutes to the end")) * time.Minute)
		from, until, ok := r.opening(start.UnixMilli(), before.UnixMilli())
		if !ok {
			return
		}
		if from < start.UnixMilli() || until > before.UnixMilli() || until-from < leastTime.Milliseconds() {
			t.Fatalf("from %d until %d, asked for %v to %v", from, until, start, before)
		}
		for _, ms := range []int64{from, from + (until-from)/2, rapid.Int64Range(from, until-1).Draw(t, "within"), until - 1} {
			for _, name := range names {
				if why := refusedByClock(p, at.country, time.UnixMilli(ms), name, closed); why != "" {
					t.Fatalf("%v is allowed, but %s", time.UnixMilli(ms).UTC(), why)
				}
			}
		}
	}
	for range 100 { // rapid draws 100 each time
		rapid.Check(t, check)
	}
}

// refusedByClock is why a clock in a zone does not allow a promotion; ” when it does.
func refusedByClock(p members.Program, country string, at time.Time, name string, closed []string) string {
	zone, err := time.LoadLocation(name)
	if err != nil {
		return err.Error()
	}
	there := at.In(zone)
	limit, ok := decided[country]
	if !ok {
		limit = decided["other"]
	}
	minute, window := there.Hour()*60+there.Minute(), limit[there.Weekday()]
	switch {
	case minute < window.From || minute >= window.Until:
		return fmt.Sprintf("the law of %s says no at %v", country, there)
	case int64(minute) < p.QuietFrom || int64(minute) >= p.QuietUntil:
		return fmt.Sprintf("the program says no at %v", there)
	case slices.Contains(closed, there.Format("01-02")) || slices.Contains(closed, there.Format(dayFormat)):
		return fmt.Sprintf("the program is closed at %v", there)
	case slices.ContainsFunc(packs[country].Closed, func(h Holiday) bool { return country != "" && h.Falls(there) }):
		return fmt.Sprintf("it is a holiday at %v", there)
	}
	return ""
}

func TestCarry(t *testing.T) {
	p := members.Program{Name: "Cafe Sol", Contact: "601-555-0199"}
	for _, c := range []struct{ country, language, body, want string }{
		{"ES", "es", "Cafe Sol: hoy 2x1", "Cafe Sol: hoy 2x1. BAJA para salir"},
		{"ES", "es", "Hoy 2x1!", "Hoy 2x1! BAJA para salir"},
		{"ES", "es", "Hoy 2x1. Responde BAJA si no quieres mas", "Hoy 2x1. Responde BAJA si no quieres mas"},
		{"ES", "es", "Precios a la baja", "Precios a la baja. BAJA para salir"},
		{"CA", "en", "2 for 1", "Cafe Sol: 2 for 1. Contact: 601-555-0199. STOP to leave"},
		{"CA", "en", "CAFE SOL: 2 for 1, 601-555-0199. STOP to leave", "CAFE SOL: 2 for 1, 601-555-0199. STOP to leave"},
		{"FR", "fr", "2 pour 1", "Cafe Sol: 2 pour 1. Stop : ARRET"},
		{"ES", "zh", "买一送一", "买一送一。退订请回TD"},
		{"ES", "zh", "买一送一。回T退订", "买一送一。回T退订"},
		{"CO", "es", "Hoy 2x1", "Hoy 2x1"},
		{"", "es", "Hoy 2x1", "Hoy 2x1"},
	} {
		got, added, err := Carry(p, Marketing, c.country, c.language, c.body)
		if err != nil || got != c.want || (len(added) == 0) != (got == c.body) {
			t.Errorf("%s: %q with %q added, %v, want %q", c.country, got, added, err, c.want)
		}
	}
	if got, _, err := Carry(p, Service, "CA", "en", "Your points"); got != "Your points" || err != nil {
		t.Errorf("a notice carries %q, %v", got, err)
	}
	if Lacks(members.Program{Name: "Cafe Sol"}, "CA") == "" || Lacks(p, "CA") != "" || Lacks(members.Program{}, "MX") != "" {
		t.Error("only Canada asks for a contact, of who has none")
	}
}

func TestPriceFor(t *testing.T) {
	p := members.Program{PriceUnit: "USD", Prices: `{"PE": 80000}`}
	if price, ok := PriceFor(p, "PE"); !ok || price.Millionths != 80000 || !price.Own {
		t.Errorf("the owner's own price: %+v", price)
	}
	if price, ok := PriceFor(p, "US"); !ok || price.Millionths != 8300 || price.Own || price.Checked < "2026-01" {
		t.Errorf("the table's price: %+v", price)
	}
	for _, country := range []string{"CO", ""} {
		if price, ok := PriceFor(p, country); ok {
			t.Errorf("nobody said what %q costs, it is %+v", country, price)
		}
	}
	p.PriceUnit = "PEN"
	if _, ok := PriceFor(p, "US"); ok {
		t.Error("dollars are no soles")
	}
	for text, want := range map[string]int64{"0.08": 80000, "0.0525": 52500, "1": 1_000_000, "12.345678": 12_345_678} {
		n, ok := members.ParsePrice(text)
		if !ok || n != want || strings.TrimRight(members.WritePrice(n), "0") != strings.TrimRight(text, "0") && members.WritePrice(n) != text+".00" {
			t.Errorf("%s is %d (%v), written %s", text, n, ok, members.WritePrice(n))
		}
	}
}

func TestHoursIn(t *testing.T) {
	p := members.Program{QuietFrom: 540, QuietUntil: 1260, ClosedDays: `["2027-03-06"]`}
	for _, c := range []struct{ country, at, want string }{
		{"CO", "2027-03-05", "CO mon-fri 09:00-19:00, sat 09:00-15:00"},
		{"CO", "2027-03-22", "CO mon-fri 09:00-19:00, sat 09:00-15:00 (2027-03-22 is a holiday)"},
		{"MX", "2027-03-06", "MX mon-sun 09:00-21:00 (2027-03-06 is a day you closed)"},
		{"", "2027-03-05", "other countries mon-sun 09:00-21:00"},
	} {
		at, _ := time.Parse(dayFormat, c.at)
		if got := HoursIn(p, c.country, at); got != c.want {
			t.Errorf("%q, want %q", got, c.want)
		}
	}
	if unfit, needs := Unfit("FR", "mobile"); !unfit || len(needs) == 0 {
		t.Error("a mobile number is not fit for France")
	}
}
