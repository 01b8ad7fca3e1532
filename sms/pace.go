package sms

import (
	"math/rand/v2"
	"time"
)

const (
	shortestPause = 500 * time.Millisecond
	longestPause  = 5 * time.Minute
	climb         = 1.25 // of the rate, each second without a 429
	doubtsToPause = 3    // attempts in a row of which nobody knows: one is an accident, three are an outage
)

// pacer decides how fast a sender may send and when it has to wait: the pace set for it, less after a 429, nothing for a while when
// the provider cannot be reached. It belongs to one goroutine.
type pacer struct {
	pace     float64   // parts a second as set, 0: unlimited
	limit    float64   // parts a second since a 429, 0: none
	lift     float64   // where the limit ends
	lowered  time.Time // when it was last lowered,
	climbed  time.Time // and last raised
	until    time.Time // nothing is sent before
	failures int       // pauses in a row
	doubts   int       // unknown attempts in a row

	second time.Time // how many parts were sent since then, and in the second before
	now    float64
	before float64
}

// rate is the parts a second at this moment, 0: unlimited.
func (p *pacer) rate(now time.Time) float64 {
	for p.limit > 0 && now.Sub(p.climbed) >= time.Second {
		p.limit *= climb
		p.climbed = p.climbed.Add(time.Second)
		if p.limit >= p.lift {
			p.limit = 0
		}
	}
	if p.limit > 0 {
		return p.limit
	}
	return p.pace
}

// pause is how long nothing may be sent; probing says that after it one text goes first, alone.
func (p *pacer) pause(now time.Time) (left time.Duration, probing bool) {
	return max(p.until.Sub(now), 0), p.failures > 0
}

// accepted counts what went well.
func (p *pacer) accepted(now time.Time, parts int64) {
	p.failures, p.doubts = 0, 0
	p.measure(now)
	p.now += float64(parts)
}

// answered counts a clear answer other than a yes: the provider is there.
func (p *pacer) answered() { p.failures, p.doubts = 0, 0 }

// throttled is a 429: half the rate, once a second, but not much less than what was accepted in the second before; and a pause if the
// provider asked for one.
func (p *pacer) throttled(now time.Time, wait time.Duration) {
	p.failures, p.doubts = 0, 0
	if until := now.Add(min(wait, longestPause)); until.After(p.until) {
		p.until = until
	}
	rate := p.rate(now)
	if p.limit > 0 && now.Sub(p.lowered) < time.Second {
		return
	}
	p.measure(now)
	if rate == 0 {
		rate = max(p.now, p.before)
	}
	if p.limit == 0 {
		p.lift = rate
		if p.pace == 0 {
			p.lift = 4 * rate
		}
	}
	p.limit = max(rate/2, 0.9*max(p.now, p.before), 1)
	p.lowered, p.climbed = now, now
	p.lift = max(p.lift, 2*p.limit)
}

// unreachable is an attempt that never left: a pause that doubles each time, with jitter so that replicas do not come back as one.
// What was in flight when the pause began does not lengthen it.
func (p *pacer) unreachable(now time.Time) {
	if now.Before(p.until) {
		return
	}
	pause := min(shortestPause<<min(p.failures, 12), longestPause)
	p.failures++
	p.until = now.Add(pause/2 + rand.N(pause/2+1))
}

// unknown is an attempt of which nobody knows. A provider that answers like that again and again is left alone for a while: each such
// promotion may be lost.
func (p *pacer) unknown(now time.Time) {
	if p.doubts++; p.doubts >= doubtsToPause || p.failures > 0 {
		p.unreachable(now)
	}
}

// measure starts a new second when one is over.
func (p *pacer) measure(now time.Time) {
	switch age := now.Sub(p.second); {
	case age >= 2*time.Second:
		p.second, p.before, p.now = now, 0, 0
	case age >= time.Second:
		p.second, p.before, p.now = now, p.now, 0
	}
}
