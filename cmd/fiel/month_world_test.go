package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"

	"fiel/pos/standard"
	"fiel/sms/twilio"
	"fiel/sms/twilio/fake"
)

// Minutes of a day at which something is looked at: some every day, others now and then, when hours open and close, when campaigns come
// round, and between.
var (
	daily     = []int{10*60 + 1, 12*60 + 3, 16*60 + 2, 20 * 60}
	sometimes = []int{
		3 * 60, 7*60 + 30, 8 * 60, 9 * 60, 10 * 60, 10*60 + 40, 11 * 60, 11*60 + 2, 11*60 + 20, 13*60 + 30, 15 * 60, 16 * 60, 17 * 60, 17*60 + 1,
		17*60 + 59, 19*60 - 1, 20*60 + 59, 21 * 60, 23*60 + 50,
	}
)

// times are the instants of the month at which something happens, in the order in which clocks show them: with an outage of three
// days in some months, and in some a clock that is a day off for a while.
func (m *month) times() (all []time.Time) {
	start, zone := m.place.start(), m.place.start().Location()
	for day := range monthDays {
		y, mon, d := start.AddDate(0, 0, day).Date()
		minutes := slices.Clone(daily)
		for _, minute := range sometimes {
			if m.dice.IntN(6) == 0 {
				minutes = append(minutes, minute)
			}
		}
		slices.Sort(minutes)
		for _, minute := range minutes {
			at := time.Date(y, mon, d, 0, minute, m.dice.IntN(60), 0, zone)
			all = append(all, at)
		}
	}
	switch m.seed % 5 {
	case 2:
		aDay := len(all) / monthDays
		from := 5*aDay + m.dice.IntN(15*aDay)
		m.holes = append(m.holes, [2]time.Time{all[from], all[from+3*aDay]})
		all = slices.Delete(all, from, from+3*aDay)
	case 3:
		for range 3 {
			at := len(all) / monthDays * (3 + m.dice.IntN(monthDays-6))
			off := []time.Duration{24 * time.Hour, -24 * time.Hour, -time.Hour}[m.dice.IntN(3)]
			m.holes = append(m.holes, [2]time.Time{all[at].Add(-26 * time.Hour), all[at].Add(26 * time.Hour)})
			all = slices.Insert(all, at+1, all[at].Add(off), all[at].Add(off+time.Minute))
		}
	}
	return all
}

// step lets something happen at an instant, and then the replicas do what is due.
func (m *month) step(at time.Time) {
	m.clock.Set(at)
	if at.After(m.far) {
		m.far = at
	}
	if m.nth++; m.nth%40 == 1 {
		m.weather()
	}
	m.happen()
	i := m.dice.IntN(len(m.crew))
	m.tick(i)
	if m.dice.IntN(8) == 0 {
		m.tick(1 - i)
	}
	m.flush(i)
}

// weather draws how the provider behaves for a while.
func (m *month) weather() {
	f := fake.Faults{
		Errors: map[string]int{}, Fails: map[string]int{},
		Callbacks: fake.Callbacks{Twice: 0.05, Lost: 0.6, Reversed: 0.2, Early: 0.05},
	}
	if m.dice.IntN(3) > 0 {
		f.TooMany, f.Unavailable, f.Broken, f.Reset, f.Cut, f.Truncated, f.HTML = 0.01, 0.003, 0.01, 0.003, 0.01, 0.002, 0.002
	}
	for i := range 30 { // some numbers are no good
		code := []int{21211, 21614, 21610}[i%3]
		f.Errors[m.souls[i*7].phone.E164()] = code
		f.Fails[m.souls[i*11+1].phone.E164()] = []int{30003, 30005, 30006, 30007}[i%4]
	}
	m.fake.Set(f)
}

// work has a replica do something during which it may be killed before any writing statement; who was killed is started anew.
func (m *month) work(i int, odds int, f func(*replica)) {
	m.front = m.crew[i]
	if m.dice.IntN(100) < odds {
		m.doom.Store(1 + m.dice.Int64N(80))
	}
	f(m.front)
	m.doom.Store(0)
	if m.front.dead {
		m.revive(i)
	}
}

func (m *month) tick(i int) { m.work(i, 2, func(r *replica) { r.tick(r.ctx) }) }

// flush sends what is due; now and then the process is killed while texts are on the wire, or before it has written something down.
func (m *month) flush(i int) {
	if m.dice.IntN(100) < 4 {
		m.posts.Store(1 + m.dice.Int64N(60))
	}
	m.work(i, 2, func(r *replica) {
		for range 200 {
			more, err := r.worker.Flush(r.ctx)
			if r.dead {
				break
			}
			if err != nil {
				m.fail("flush", "%v", err)
			}
			m.arrive()
			if !more {
				break
			}
			m.clock.Add(time.Second)
		}
	})
	m.posts.Store(0)
	m.wire.Wait()
	m.arrive()
}

// arrive waits for callbacks under way.
func (m *month) arrive() {
	if err := m.fake.Wait(m.ctx); err != nil {
		m.t.Error(err)
	}
}

// serve answers as whoever is in front does; nobody answers for a killed process.
func (m *month) serve(w http.ResponseWriter, r *http.Request) {
	front := m.front
	if front == nil || front.dead {
		http.Error(w, "down", http.StatusBadGateway)
		return
	}
	front.door.ServeHTTP(w, r)
}

// deed is something that a till or a phone did, and does again until it is acknowledged.
type deed struct {
	sale    bool
	ref     string // of a sale, or of a text
	who     int    // of souls
	body    string
	amount  int64
	at      time.Time
	acked   bool
	answers []string // all must be equal
}

// happen lets tills and phones do some things, and those again that nobody acknowledged.
func (m *month) happen() {
	for i := range m.deeds {
		if d := &m.deeds[i]; !d.acked || len(d.answers) < 2 && m.dice.IntN(200) == 0 {
			m.do(d)
		}
	}
	for range m.dice.IntN(4) {
		m.deeds = append(m.deeds, m.draw())
		m.do(&m.deeds[len(m.deeds)-1])
	}
}

func (m *month) draw() deed {
	m.nth++
	d := deed{ref: fmt.Sprintf("%d-%d", m.seed, m.nth), who: m.dice.IntN(len(m.souls)), at: m.clock.Now()}
	switch n := m.dice.IntN(20); {
	case n < 10:
		d.sale, d.amount = true, 100+m.dice.Int64N(5000)
		return d
	case n < 12:
		m.souls = append(m.souls, soul{phone: m.place.number(len(m.souls)), stopped: -1, swayed: true})
		d.who, d.body = len(m.souls)-1, "ALTA Pepa"
	case n < 14:
		d.body = []string{"BAJA", "Baja por favor", "no quiero mas mensajes", "stop"}[m.dice.IntN(4)]
	case n < 15:
		d.body = "PROMOS NO"
	case n < 16:
		d.body = "PROMOS SI"
	case n < 17:
		d.body = "ALTA"
	default:
		d.body = []string{"SALDO", "CANJEAR 1", "GIRA", "SI 2", "9", "hola", "PORQUE", "NIVEL", "SI"}[m.dice.IntN(9)]
	}
	d.ref = fmt.Sprintf("SM%016x%016x", m.seed, m.nth)
	return d
}

func (m *month) do(d *deed) {
	m.work(m.dice.IntN(len(m.crew)), 3, func(*replica) {
		if d.sale {
			m.sell(d)
		} else {
			m.text(d)
		}
	})
}

// sell reports a sale at the till's signed door.
func (m *month) sell(d *deed) {
	body, err := json.Marshal(map[string]any{
		"type": "purchase.completed", "timestamp": d.at.Format(time.RFC3339),
		"data": map[string]any{"id": d.ref, "phone": m.souls[d.who].phone.E164(), "amount": d.amount, "currency": "USD", "occurred_at": d.at.Format(time.RFC3339)},
	})
	if err != nil {
		m.t.Fatal(err)
	}
	head, err := standard.Headers(m.secret, "msg_"+d.ref, m.clock.Now(), body)
	if err != nil {
		m.t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(m.ctx, http.MethodPost, m.server.URL+"/webhooks/standard/"+m.till.Path, bytes.NewReader(body))
	if err != nil {
		m.t.Fatal(err)
	}
	r.Header = head
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		return
	}
	defer res.Body.Close()
	answer, _ := io.ReadAll(res.Body)
	if res.StatusCode/100 == 2 {
		d.acked, d.answers = true, append(d.answers, string(answer))
	} else if res.StatusCode < 500 {
		m.fail("I16", "a sale was refused: %d %s", res.StatusCode, answer)
		d.acked = true
	}
}

// text delivers a text; from its acknowledgement on a stop counts.
func (m *month) text(d *deed) {
	one := &m.souls[d.who]
	answer, err := m.fake.Text(m.server.URL+twilio.InboundPath, one.phone.E164(), d.body, d.ref)
	m.arrive()
	if err != nil || answer.Status/100 != 2 {
		return
	}
	first := !d.acked
	d.acked, d.answers = true, append(d.answers, fmt.Sprint(answer.Texts))
	if !first {
		return
	}
	switch d.body {
	case "SALDO", "CANJEAR 1", "GIRA", "SI 2", "9", "hola", "PORQUE", "NIVEL":
		return
	case "ALTA", "ALTA Pepa":
		one.stopped, one.swayed = -1, true
	case "PROMOS SI", "PROMOS NO", "SI":
		one.swayed = true
	default:
		one.stopped, one.swayed = len(m.fake.Journal()), true
	}
}

// end lets everything come to its end: the provider is well, campaigns are over, some hours pass.
func (m *month) end() {
	m.clock.Set(m.far)
	m.fake.Set(fake.Faults{})
	for i := range m.deeds {
		for range 20 {
			if !m.deeds[i].acked {
				m.do(&m.deeds[i])
			}
		}
	}
	for range 16 {
		m.clock.Add(7 * time.Minute)
		m.front = m.crew[0]
		m.front.tick(m.front.ctx)
		m.flush(0)
	}
}
