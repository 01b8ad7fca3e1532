package sms

import (
	"testing"
	"time"
)

func TestPaceHalvesAfterA429AndClimbs(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	p := pacer{pace: 80}
	if r := p.rate(now); r != 80 {
		t.Fatalf("rate %v, want 80", r)
	}
	for range 16 { // all that were on the wire are refused alike
		p.throttled(now, 0)
	}
	if r := p.rate(now); r != 40 {
		t.Errorf("after a burst of 429: %v, want 40", r)
	}
	p.throttled(now.Add(time.Second), 0)
	if r := p.rate(now.Add(time.Second)); r != 25 {
		t.Errorf("after another a second later: %v, want half of 50", r)
	}
	last := 25.0
	for s := 2; s < 30; s++ {
		r := p.rate(now.Add(time.Duration(s) * time.Second))
		if r < last || r > 80 {
			t.Errorf("after %d s: %v, it was %v", s, r, last)
		}
		last = r
	}
	if last != 80 {
		t.Errorf("it climbed to %v, want 80", last)
	}
}

// Without a pace of its own a sender learns one from what was accepted, and forgets it when nobody complains.
func TestUnlimitedPaceLearns(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	p := pacer{}
	for i := range 3000 {
		p.accepted(now.Add(time.Duration(i)*time.Millisecond), 1)
	}
	now = now.Add(3 * time.Second)
	p.throttled(now, 0)
	if r := p.rate(now); r < 400 || r > 1000 {
		t.Errorf("after 1,000 a second and a 429: %v", r)
	}
	if r := p.rate(now.Add(time.Minute)); r != 0 {
		t.Errorf("a minute later: %v, want no limit", r)
	}
}

func TestPauseAsTheProviderSays(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	p := pacer{pace: 10}
	p.throttled(now, 30*time.Second)
	if left, probing := p.pause(now.Add(10 * time.Second)); left != 20*time.Second || probing {
		t.Errorf("pause %v, probing %v", left, probing)
	}
	p.throttled(now, 24*time.Hour)
	if left, _ := p.pause(now); left != longestPause {
		t.Errorf("pause %v, want %v at most", left, longestPause)
	}
}

// A provider that cannot be reached is tried less and less often, by one text at a time, at least every five minutes.
func TestUnreachable(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	p := pacer{}
	tries, early, longest := 0, 0, time.Duration(0)
	minute := now.Add(time.Minute)
	for end := now.Add(24 * time.Hour); now.Before(end); tries++ {
		for range 16 { // what was on the wire
			p.unreachable(now)
		}
		left, probing := p.pause(now)
		if left <= 0 || !probing {
			t.Fatalf("no pause after try %d", tries)
		}
		longest = max(longest, left)
		if now = now.Add(left); now.Before(minute) {
			early++
		}
	}
	if early < 5 {
		t.Errorf("%d tries in the first minute: an outage is often short", early)
	}
	if longest > longestPause || tries < 24*12 || tries > 24*24+20 {
		t.Errorf("%d tries in a day, the longest pause %v", tries, longest)
	}
	p.accepted(now, 1)
	if left, probing := p.pause(now); left > 0 || probing {
		t.Errorf("after it is back: pause %v, probing %v", left, probing)
	}
}

// A single accident is none; three answers in a row that nobody understands are an outage, which would eat a blast.
func TestDoubts(t *testing.T) {
	now := time.Unix(1_800_000_000, 0)
	p := pacer{}
	p.unknown(now)
	p.accepted(now, 1)
	p.unknown(now)
	p.unknown(now)
	if left, _ := p.pause(now); left > 0 {
		t.Errorf("a pause of %v after two", left)
	}
	p.unknown(now)
	if left, probing := p.pause(now); left <= 0 || !probing {
		t.Errorf("no pause after three")
	}
}
