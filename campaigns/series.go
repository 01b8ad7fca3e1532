package campaigns

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"fiel/db"
)

// A series follows what each member does instead of a calendar: its texts come so long after the member joined, bought, or reached a
// level, or before their points end. What happened is read from where it is written down anyway, so nobody who sells or joins waits for
// a campaign. See series_event.go for where, and series_run.go for when.

// What a series can follow.
const (
	onJoined   = "joined"
	onPurchase = "purchase"
	onTier     = "tier"     // a level reached, that the member still has
	onExpiring = "expiring" // points that end, and that the ledger itself has warned of
)

var events = [...]string{onJoined, onPurchase, onTier, onExpiring}

// step is one text of a series.
type step struct {
	// After is how long after what happened the text is due: "0m" at once, "90m", "2h", or "7d": on the seventh local date after it at
	// the campaign's time. For expiring it is how long before: "3d".
	After    string            `json:"after"`
	Words    map[string]string `json:"words,omitempty"`    // by language; none: the campaign's
	Occasion map[string]string `json:"occasion,omitempty"` // by language; none: the campaign's
	Life     string            `json:"life,omitempty"`     // after which it is left out as late, "48h"; '' is two days
	Gap      string            `json:"gap,omitempty"`      // not within that time of the last text of this recipe: "30d"
	Until    stopping          `json:"until,omitzero"`

	wait      time.Duration // of minutes and hours
	days      int           // of days
	byDay     bool
	life, gap time.Duration
}

// stopping says what makes a member's texts stop before this one. Who leaves gets none anyway.
type stopping struct {
	Purchase bool `json:"purchase,omitempty"` // bought on a later day than it happened
	Redeem   bool `json:"redeem,omitempty"`   // used a voucher since
}

// series is a campaign's, read.
type series struct {
	event    string
	prefix   string // of the once keys
	items    items
	steps    []step
	minute   int   // of the local day, of steps that come days after
	activeAt int64 // what happened before it is not followed
}

// items narrows purchases to those with one of some things.
type items struct {
	Products   []string `json:"products,omitempty"` // by sku
	Categories []string `json:"categories,omitempty"`
}

const (
	mostSteps = 12
	usualLife = 48 * time.Hour
)

// seriesOf is the series of a run's content; false when it is none.
func seriesOf(c Campaign, content content) (series, bool, error) {
	if content.Event == "" {
		return series{}, false, nil
	}
	steps, err := parseSteps(content.Steps, content.Event)
	s := series{
		event: content.Event, prefix: c.Recipe, items: content.Items, steps: steps, minute: content.Minute, activeAt: c.ActiveAt,
	}
	if s.event == onExpiring {
		s.prefix = onExpiring
	}
	return s, true, err
}

// parseSteps reads the steps of what follows an event, the first due first; db.Invalid says what is wrong with them.
func parseSteps(raw json.RawMessage, event string) ([]step, error) {
	var steps []step
	if len(raw) > 0 {
		if err := readJSON(raw, &steps); err != nil {
			return nil, db.Errorf(db.Invalid, `The steps cannot be read: write [{"after": "7d", "words": {"es": "..."}}].`)
		}
	}
	if event == "" && len(steps) > 0 || event != "" && (len(steps) == 0 || len(steps) > mostSteps) {
		return nil, db.Errorf(db.Invalid, "A series that follows joined, purchase, tier or expiring has 1 to %d steps, and nothing else has any.", mostSteps)
	}
	seen := map[string]bool{}
	for i := range steps {
		if err := steps[i].read(event); err != nil {
			return nil, err
		}
		if seen[steps[i].After] {
			return nil, db.Errorf(db.Invalid, "Two steps come after %s.", steps[i].After)
		}
		seen[steps[i].After] = true
	}
	slices.SortStableFunc(steps, func(a, b step) int { return int(a.delay() - b.delay()) })
	return steps, nil
}

func (s *step) read(event string) (err error) {
	var unit time.Duration
	if s.wait, unit, err = parseSpan(s.After); err != nil {
		return err
	}
	if s.byDay = unit == oneDay; s.byDay {
		s.days, s.wait = int(s.wait/oneDay), 0
	}
	if event == onExpiring && !s.byDay {
		return db.Errorf(db.Invalid, "A text about points that end comes so many days before: 3d, not %s.", s.After)
	}
	s.life = usualLife
	for _, f := range []struct {
		text string
		into *time.Duration
	}{{s.Life, &s.life}, {s.Gap, &s.gap}} {
		if f.text == "" {
			continue
		}
		if *f.into, _, err = parseSpan(f.text); err != nil {
			return err
		}
	}
	if s.life < time.Hour || s.life > mostLife {
		return db.Errorf(db.Invalid, "A step lives from 1h to 30d, not %s.", s.Life)
	}
	return nil
}

const (
	oneDay   = 24 * time.Hour
	mostLife = 30 * oneDay
)

// parseSpan reads 90m, 2h or 7d, and says which unit it was told in.
func parseSpan(text string) (span, unit time.Duration, err error) {
	for letter, unit := range map[string]time.Duration{"m": time.Minute, "h": time.Hour, "d": oneDay} {
		digits, ok := strings.CutSuffix(text, letter)
		if n := smallNumber(digits); ok && n >= 0 && time.Duration(n)*unit <= 365*oneDay {
			return time.Duration(n) * unit, unit, nil
		}
	}
	return 0, 0, db.Errorf(db.Invalid, "%q is no time: write 0m, 90m, 2h or 7d.", text)
}

// delay is how long after the event the step comes, days counted as such.
func (s step) delay() time.Duration { return s.wait + time.Duration(s.days)*oneDay }

// name tells the step from others of its series: 7 for seven days.
func (s step) name() string {
	if s.byDay {
		return strconv.Itoa(s.days)
	}
	if s.wait == 0 {
		return "0"
	}
	return s.After
}

// once is the key of the text about an event. Where a series has one step about a purchase or a level, its name is left out.
func (s series) once(e event, of step, loc *time.Location) string {
	switch s.event {
	case onJoined:
		return s.prefix + ":" + of.name()
	case onTier:
		return s.named(fmt.Sprintf("%s:%d:%d", s.prefix, e.extra, time.UnixMilli(e.at).In(loc).Year()), of)
	case onExpiring:
		return fmt.Sprintf("%s:%d:%s", s.prefix, e.at, of.name())
	}
	return s.named(fmt.Sprintf("%s:%d", s.prefix, e.id), of)
}

func (s series) named(key string, of step) string {
	if len(s.steps) == 1 {
		return key
	}
	return key + ":" + of.name()
}

// due is when the text about an event is due.
func (s series) due(e event, of step, loc *time.Location) time.Time {
	at := time.UnixMilli(e.at)
	switch {
	case s.event == onExpiring:
		return DateOf(at.Add(-time.Millisecond).In(loc)).Plus(-of.days).At(s.minute, loc)
	case of.byDay:
		return DateOf(at.In(loc)).Plus(of.days).At(s.minute, loc)
	}
	return at.Add(of.wait)
}

// span is from one instant, included, to another.
type span struct{ from, to int64 }

// spans are the times at which that happened what is due in (from, to].
func (s series) spans(of step, from, to time.Time, loc *time.Location) []span {
	if !of.byDay {
		return s.since(span{from.Add(-of.wait).UnixMilli() + 1, to.Add(-of.wait).UnixMilli() + 1})
	}
	var found []span
	for d := DateOf(from.In(loc)); !DateOf(to.In(loc)).Before(d); d = d.Plus(1) {
		if at := d.At(s.minute, loc); !at.After(from) || at.After(to) {
			continue
		}
		day, end := d.Plus(-of.days), int64(0)
		if s.event == onExpiring { // points that are good to the end of a day end at the first instant of the next
			day, end = d.Plus(of.days), 1
		}
		found = append(found, s.since(span{day.At(0, loc).UnixMilli() + end, day.Plus(1).At(0, loc).UnixMilli() + end})...)
	}
	return found
}

// since cuts off what happened before the campaign was started.
func (s series) since(w span) []span {
	if s.event != onExpiring {
		w.from = max(w.from, s.activeAt)
	}
	if w.from >= w.to {
		return nil
	}
	return []span{w}
}
