package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"fiel/db"
	"fiel/sms"
	"fiel/sms/twilio/fake"
)

// row is what the database says of a text.
type row struct {
	id, member, run, class, parts     int64
	phone, once, state, reason, topic string
	sid                               string
	after                             int64
}

// judge compares what the provider accepted with what must never happen. The numbers are those of the table of invariants.
func (m *month) judge() {
	rows := m.rows()
	journal := m.fake.Journal()
	m.judgeStops(journal, rows)
	m.judgeOnce(journal, rows)
	m.judgeHours(journal, rows)
	m.judgeCaps(journal, rows)
	m.judgeEnds(rows)
	m.judgeDeeds()
	m.judgeRuns()
	m.judgeBirthdays(rows)
}

// safety are the invariants that nothing excuses: a text too much, a stop missed, an hour or a cap broken, a row doubled. The others say
// that something came to its end in time, which a machine at its limit may owe once.
var safety = []string{"I11", "I12", "I13", "I14", "I15", "I17", "I19", "I20", "I21", "I22", "I24", "I27"}

func (m *month) fail(invariant, format string, args ...any) {
	m.t.Helper()
	m.failures++
	m.grave = m.grave || slices.Contains(safety, invariant)
	if m.failures <= 10 {
		m.found = append(m.found, fmt.Sprintf("seed %d, %s: %s: %s", m.seed, m.place.country, invariant, fmt.Sprintf(format, args...)))
	}
}

func (m *month) rows() map[int64]row {
	all := map[int64]row{}
	m.each(`SELECT id, member_id, run_id, class, parts, phone, once, state, reason, topic, sid, send_after FROM messages`, func(scan func(...any) error) error {
		var r row
		err := scan(&r.id, &r.member, &r.run, &r.class, &r.parts, &r.phone, &r.once, &r.state, &r.reason, &r.topic, &r.sid, &r.after)
		all[r.id] = r
		return err
	})
	return all
}

func (m *month) each(query string, f func(scan func(...any) error) error, args ...any) {
	m.t.Helper()
	err := m.d.Read(m.ctx, func(ctx context.Context, tx *db.Tx) error {
		rows, err := tx.QueryContext(ctx, query, args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			if err := f(rows.Scan); err != nil {
				return err
			}
		}
		return rows.Err()
	})
	if err != nil {
		m.t.Error(err)
	}
}

// judgeStops: nothing that we start leaves for a number after its stop was acknowledged.
func (m *month) judgeStops(journal []fake.Message, rows map[int64]row) {
	stopped := map[string]int{}
	for _, one := range m.souls {
		if one.stopped >= 0 {
			stopped[one.phone.E164()] = one.stopped
		}
	}
	for i, text := range journal {
		if from, ok := stopped[text.To]; ok && i >= from && text.Direction == "outbound-api" {
			m.fail("I11", "text %d (%s) left for %s after its stop", text.MessageID, rows[text.MessageID].topic, text.To)
		}
	}
}

// judgeOnce: a promotion is accepted once, a once key has one row, an id of the provider one text.
func (m *month) judgeOnce(journal []fake.Message, rows map[int64]row) {
	left, keys, sids := map[int64]int{}, map[string]int{}, map[string]int64{}
	for _, text := range journal {
		if left[text.MessageID]++; text.MessageID != 0 && rows[text.MessageID].class == int64(sms.Marketing) && left[text.MessageID] > 1 {
			m.fail("I13", "promotion %d (%s) was accepted %d times", text.MessageID, rows[text.MessageID].once, left[text.MessageID])
		}
		if text.MessageID == 0 {
			m.fail("I19", "a text left that no row knows: %q", text.Body)
		}
	}
	for _, r := range rows {
		if r.once != "" {
			key := fmt.Sprint(r.member, " ", r.once)
			if keys[key]++; keys[key] > 1 {
				m.fail("I12", "%s has %d rows", key, keys[key])
			}
		}
		if other := sids[r.sid]; r.sid != "" && other != 0 {
			m.fail("I19", "%s belongs to %d and %d", r.sid, other, r.id)
		}
		sids[r.sid] = r.id
	}
}

// span is when promotions may leave, in minutes of a local day; the zero one is a closed day.
type span struct{ from, until int }

// lawful is the oracle of hours: what points.md's table says, written down a second time by hand.
func lawful(country string, local time.Time) span {
	day, date := local.Weekday(), local.Format("2006-01-02")
	weekend := day == time.Saturday || day == time.Sunday
	switch country {
	case "CO":
		holidays := []string{"2027-03-22", "2027-03-25", "2027-03-26", "2027-04-01x"}
		switch {
		case day == time.Sunday || slices.Contains(holidays, date):
			return span{}
		case day == time.Saturday:
			return span{8 * 60, 15 * 60}
		}
		return span{7 * 60, 19 * 60}
	case "FR":
		if day == time.Sunday || date == "2027-03-29" {
			return span{}
		}
		return span{8*60 + 30, 20 * 60}
	case "US":
		return span{8 * 60, 20 * 60}
	case "CA":
		if weekend {
			return span{10 * 60, 18 * 60}
		}
		return span{9 * 60, 21*60 + 30}
	}
	return span{9 * 60, 21 * 60}
}

var zoneOfPrefix = map[string][2]string{
	"+51": {"PE", "America/Lima"}, "+57": {"CO", "America/Bogota"}, "+34": {"ES", "Europe/Madrid"}, "+33": {"FR", "Europe/Paris"},
	"+52": {"MX", "America/Mexico_City"}, "+1": {"US", "America/New_York"},
}

func whereIs(phone string) (country string, zone *time.Location) {
	for prefix, place := range zoneOfPrefix {
		if strings.HasPrefix(phone, prefix) {
			zone, err := time.LoadLocation(place[1])
			if err != nil {
				panic(err)
			}
			return place[0], zone
		}
	}
	panic(phone)
}

// judgeHours: no text leaves outside the hours of its class, by the clocks of its number and of the shop.
func (m *month) judgeHours(journal []fake.Message, rows map[int64]row) {
	for _, text := range journal {
		r := rows[text.MessageID]
		if text.Direction != "outbound-api" || r.class == int64(sms.Reply) {
			continue
		}
		country, zone := whereIs(text.To)
		for _, z := range []*time.Location{zone, m.place.start().Location()} {
			local := time.UnixMilli(text.At).In(z)
			minute := local.Hour()*60 + local.Minute()
			w := span{8 * 60, 21 * 60}
			if r.class == int64(sms.Marketing) {
				w = lawful(country, local)
				w = span{max(w.from, 9*60), min(w.until, 21*60)}
			}
			if minute < w.from || minute >= w.until {
				m.fail("I14", "text %d (%s, class %d) left for %s at %s", r.id, r.topic, r.class, text.To, local.Format("Mon 2006-01-02 15:04:05 MST"))
			}
		}
	}
}

// judgeCaps: promotions of a member and day or week, and parts of a day.
func (m *month) judgeCaps(journal []fake.Message, rows map[int64]row) {
	zone := m.place.start().Location()
	perDay, perWeek, parts, answered := map[string]int{}, map[string]int{}, map[string]int64{}, map[int64]bool{}
	for _, text := range journal {
		r := rows[text.MessageID]
		if text.Direction == "outbound-reply" && answered[r.id] {
			continue // the same text was delivered to us again, and got the same answer
		}
		answered[r.id] = true
		local := time.UnixMilli(text.At).In(zone)
		parts[local.Format(time.DateOnly)] += r.parts
		if r.class != int64(sms.Marketing) {
			continue
		}
		year, week := local.ISOWeek()
		perDay[fmt.Sprint(r.member, " ", local.Format(time.DateOnly))]++
		perWeek[fmt.Sprint(r.member, " ", year, "-", week)]++
	}
	var cap int64
	m.each("SELECT parts_per_day FROM programs", func(scan func(...any) error) error { return scan(&cap) })
	for day, n := range parts {
		if n > cap {
			m.fail("I27", "%d parts on %s, the cap is %d", n, day, cap)
		}
	}
	for who, n := range perDay {
		if n > 1 {
			m.fail("I22", "%d promotions for member and day %s", n, who)
		}
	}
	for who, n := range perWeek {
		if n > 3 {
			m.fail("I22", "%d promotions for member and week %s", n, who)
		}
	}
}

// judgeEnds: every text has come to an end, or waits for a time to come.
func (m *month) judgeEnds(rows map[int64]row) {
	now := m.clock.Now().UnixMilli()
	for _, r := range rows {
		if r.state == sms.StateSending || r.state == sms.StateUnknown || r.state == sms.StateQueued && r.after < now-60_000 {
			m.fail("I18", "text %d (%s, class %d) never came to an end: %s, to leave after %s", r.id, r.topic, r.class, r.state, time.UnixMilli(r.after).UTC())
		}
	}
}

// judgeDeeds: what was acknowledged is there once, and was answered alike each time.
func (m *month) judgeDeeds() {
	sales := map[string]int{}
	m.each("SELECT ref FROM purchases", func(scan func(...any) error) error {
		var ref string
		err := scan(&ref)
		sales[ref]++
		return err
	})
	texts := map[string]int{}
	m.each("SELECT provider_id FROM inbound", func(scan func(...any) error) error {
		var id string
		err := scan(&id)
		texts[id]++
		return err
	})
	for _, d := range m.deeds {
		if !d.acked {
			m.fail("I16", "%s was never acknowledged", d.ref)
		}
		if d.sale && sales[d.ref] != 1 || !d.sale && texts[d.ref] != 1 {
			m.fail("I15", "%s was acknowledged and is there %d times", d.ref, sales[d.ref]+texts[d.ref])
		}
		for _, a := range d.answers {
			if a != d.answers[0] {
				m.fail("I17", "%q was answered %s and %s", d.body, d.answers[0], a)
			}
		}
	}
}

// judgeRuns: an occurrence has one run, on a day its campaign names, once also where clocks were turned.
func (m *month) judgeRuns() {
	m.each(`SELECT c.recipe, COUNT(DISTINCT r.occurrence), COUNT(*) FROM campaigns c JOIN runs r ON r.program_id = c.program_id AND r.campaign_id = c.id GROUP BY c.recipe`,
		func(scan func(...any) error) error {
			var recipe string
			var days, runs int
			err := scan(&recipe, &days, &runs)
			if days != runs {
				m.fail("I21", "%s ran %d times in %d occurrences", recipe, runs, days)
			}
			if want := m.far.Sub(m.place.start()).Hours() / 24; recipe == "birthday" && (float64(days) < want-1 || float64(days) > want+1) {
				m.fail("I24", "birthdays ran on %d days of %.1f", days, want)
			}
			return err
		})
}

// judgeBirthdays: a greeting for everybody who could be greeted, and no second one.
func (m *month) judgeBirthdays(rows map[int64]row) {
	greeted := map[string]row{}
	for _, r := range rows {
		if strings.HasPrefix(r.once, "birthday:") {
			greeted[r.phone] = r
		}
	}
	if m.seed%4 == 1 {
		return // the day's parts may have run out
	}
	last := m.place.start().AddDate(0, 0, monthDays-4)
	for i, one := range m.souls[:monthMembers] {
		b := one.birth
		if b.Month == 2 && b.Day == 29 {
			b.Day = 28
		}
		day := time.Date(m.place.start().Year(), time.Month(b.Month), int(b.Day), 10, 0, 0, 0, m.place.start().Location())
		if !one.consent || one.swayed || day.Before(m.place.start()) || day.After(last) || m.hole(day) || m.bad(i) {
			continue
		}
		r := greeted[one.phone.E164()]
		switch r.state {
		case sms.StateSent, sms.StateDelivered, sms.StateUndelivered, sms.StateUnproven, sms.StateFailed:
		default:
			m.fail("I23", "%s has a birthday on %s and its greeting is %q, %s", one.phone.E164(), day.Format(time.DateOnly), r.state, r.reason)
		}
	}
}

// hole says whether nothing ran, or a clock was wrong, in the three days of a greeting.
func (m *month) hole(day time.Time) bool {
	for _, h := range m.holes {
		if day.Before(h[1].AddDate(0, 0, 1)) && day.AddDate(0, 0, 3).After(h[0]) {
			return true
		}
	}
	return false
}

// bad says whether the provider does not take texts for a number.
func (m *month) bad(i int) bool { return i%7 == 0 && i/7 < 30 || i%11 == 1 && i/11 < 30 }
