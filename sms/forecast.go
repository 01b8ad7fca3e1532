package sms

import (
	"context"
	"math"

	"fiel/db"
)

// Forecast tells when texts of one run would have left: at the pace of their sender, behind what waits for it already, each in the
// hours of whoever gets it. It reckons with parts as with a stream: texts that may leave from the same moment on share the pace.
type Forecast struct {
	pace   float64 // parts a millisecond, 0: unlimited
	free   float64 // unix milliseconds: when the sender has done with what waits
	groups map[forecastKey]*forecastGroup
}

// forecastKey is what texts share that leave alike.
type forecastKey struct {
	rules  *rules
	at     int64
	before int64
}

type forecastGroup struct {
	forecastKey
	texts, parts float64 // still to leave
	from, until  float64 // the hours it may leave in next
}

// slice is how finely what waits is looked at.
const slice = 10 * 60 * 1000

// NewForecast looks at what waits for a sender to leave before until (unix milliseconds): texts of runs that are held do not count.
func NewForecast(ctx context.Context, tx *db.Tx, s Sender, until int64) (*Forecast, error) {
	f := &Forecast{pace: float64(s.Pace) / 1000, free: float64(tx.Now), groups: map[forecastKey]*forecastGroup{}}
	if s.Pace == 0 {
		return f, nil
	}
	ahead, err := New(tx).queueAhead(ctx, queueAheadParams{SenderID: s.ID, Slice: slice, Until: until, ProgramID: s.ProgramID})
	for _, a := range ahead {
		f.free = max(f.free, float64(a.Slice*slice)) + float64(a.Parts)/f.pace
	}
	return f, err
}

// Add reckons with a text that waits; others are passed over.
func (f *Forecast) Add(r Planned) {
	if !r.waits() || r.Slot.rules == nil {
		return
	}
	key := forecastKey{rules: r.Slot.rules, at: r.Slot.At, before: r.Before}
	g := f.groups[key]
	if g == nil {
		g = &forecastGroup{forecastKey: key}
		f.groups[key] = g
	}
	g.texts, g.parts = g.texts+1, g.parts+float64(r.Parts)
}

// Outlook is what a [Forecast] comes to. Times are unix milliseconds.
type Outlook struct {
	First  int64 // when the first text leaves, 0: none does
	Finish int64 // when the last one has left
	Late   int64 // texts that are left when their offer ends
	Parts  int64 // of those
}

// Outlook reckons through to the end.
func (f *Forecast) Outlook() (o Outlook) {
	var left []*forecastGroup
	var late, parts float64
	for _, g := range f.groups {
		g.reopen(float64(g.at))
		left = append(left, g)
	}
	first, now := math.Inf(1), f.free
	for len(left) > 0 {
		var open []*forecastGroup
		left, open, now = f.due(left, now, &late, &parts)
		if len(open) == 0 {
			continue
		}
		first = min(first, now)
		now = f.serve(open, left, now)
		o.Finish = int64(now)
	}
	if !math.IsInf(first, 1) {
		o.First = int64(first)
	}
	o.Late, o.Parts = int64(math.Round(late)), int64(math.Round(parts))
	return o
}

// reopen finds the next hours from an instant on, with time enough for a text to leave in; until is 0 when there are none.
func (g *forecastGroup) reopen(at float64) {
	from, until, ok := g.rules.opening(int64(math.Ceil(at)), g.before)
	g.from, g.until = float64(from), float64(until-leastTime.Milliseconds()+1)
	if !ok {
		g.until = 0
	}
}

// due says which groups may leave now, those that have waited longest, and drops those that are done or too late. When none may it
// answers the instant at which the first one may.
func (f *Forecast) due(left []*forecastGroup, now float64, late, parts *float64) (still, open []*forecastGroup, at float64) {
	at = math.Inf(1)
	for _, g := range left {
		if g.parts <= 0 {
			continue
		}
		if g.until <= now {
			g.reopen(now)
		}
		if g.until == 0 {
			*late, *parts = *late+g.texts, *parts+g.parts
			continue
		}
		still = append(still, g)
		switch {
		case g.from > now:
			at = min(at, g.from)
		case len(open) == 0 || g.at < open[0].at:
			open = []*forecastGroup{g}
		case g.at == open[0].at:
			open = append(open, g)
		}
	}
	if len(open) > 0 {
		at = now
	}
	return still, open, at
}

// serve lets groups leave side by side, until they are done or something else is due, and answers when that is.
func (f *Forecast) serve(open, left []*forecastGroup, now float64) float64 {
	total, change := 0.0, math.Inf(1)
	for _, g := range open {
		total += g.parts
		change = min(change, g.until)
	}
	for _, g := range left {
		if g.from > now {
			change = min(change, g.from)
		}
	}
	took := 0.0
	if f.pace > 0 {
		took = total / f.pace
	}
	share, done := 1.0, now+took
	if done > change {
		share, done = (change-now)/took, change
	}
	for _, g := range open {
		if g.texts, g.parts = g.texts*(1-share), g.parts*(1-share); share == 1 {
			g.parts = 0
		}
	}
	return done
}
