package sms

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"

	"fiel/db"
	"fiel/db/dbtest"
	"fiel/members"
)

// FIEL_SEEDS=10000 makes the simulation long.
func seeds(usual int) int {
	if n, err := strconv.Atoi(os.Getenv("FIEL_SEEDS")); err == nil && n > 0 {
		return n
	}
	return usual
}

// The outbox against everything at once, by seeds: two replicas that crash between any two steps, a provider that loses answers, slows
// down and refuses, callbacks that come late, twice, backwards or never, readers who stop and runs that are held. The provider's journal
// says what happened.
func TestSimulation(t *testing.T) {
	t.Parallel()
	for _, dialect := range []db.Dialect{db.SQLite, db.Postgres} {
		t.Run(dialect.String(), func(t *testing.T) {
			t.Parallel()
			clock := noon()
			d := dbtest.New(t, dialect, dbtest.WithClock(clock))
			n := seeds(200)
			if dialect == db.Postgres {
				n = max(n/10, 1)
			}
			for seed := range n {
				simulate(t, d, clock, uint64(seed))
				if t.Failed() {
					t.Fatalf("seed %d", seed)
				}
			}
		})
	}
}

// world is one simulated shop.
type world struct {
	*shop
	rand     *rand.Rand
	replicas [2]*replica
	people   []members.Member
	stopped  map[string]bool // by number: the stop was acknowledged
	texts    map[int64]*fact
	blind    bool // lists hide texts and callbacks are lost: the one case in which a notice may come twice
	crashes  int
	held     bool
}

// fact is what the simulation knows of a text beyond its row.
type fact struct {
	class    Class
	accepted int
	refused  bool
}

// replica is a worker that is moved step by step.
type replica struct {
	line    *line
	claimed []text
}

func simulate(t *testing.T, d *db.DB, clock *dbtest.Clock, seed uint64) {
	clock.Set(time.Date(2027, time.March, 5, 16, 0, 0, 0, time.UTC))
	w := &world{rand: rand.New(rand.NewPCG(seed, 7)), stopped: map[string]bool{}, texts: map[int64]*fact{}, blind: seed%10 == 9}
	w.shop = openShop(t, d, clock, fmt.Sprintf("+5255%08d", 90000000+seed))
	w.exec("UPDATE senders SET pace = 0 WHERE id = $1", w.s.ID)
	w.set("texts_per_day", 50)
	w.set("texts_per_week", 50)
	w.net.fault, w.net.before, w.net.accepts = w.fault, w.posting, w.accepted1
	for i := range 5 {
		w.people = append(w.people, w.join(i))
	}
	for i := range w.replicas {
		w.replicas[i] = &replica{line: w.line()}
	}
	for range 60 + w.rand.IntN(60) {
		w.do()
	}
	w.quiet()
	w.judge()
}

// do does one thing at random.
func (w *world) do() {
	r := w.replicas[w.rand.IntN(len(w.replicas))]
	switch n := w.rand.IntN(100); {
	case n < 20:
		w.queue()
	case n < 40:
		w.claim(r)
	case n < 65:
		w.post(r)
	case n < 75:
		w.keep(r)
	case n < 80:
		*r = replica{line: w.line()} // killed and started again: what was in memory is gone
		w.crashes++
	case n < 88:
		w.callback()
	case n < 91:
		w.clock.Add(time.Duration(w.rand.IntN(100)) * time.Second)
	case n < 93:
		w.sweep()
		r.line.resolve(w.t.Context())
	case n < 95:
		w.leave()
	case n < 97:
		w.hold(!w.held)
	default:
		w.clock.Add(time.Second)
	}
}

func (w *world) queue() {
	class := []Class{Reply, Service, Marketing, Marketing, Marketing}[w.rand.IntN(5)]
	m := w.people[w.rand.IntN(len(w.people))]
	text := w.enqueue(m, class, fmt.Sprintf("%s %d", class, w.rand.IntN(3)), func(d *Draft) {
		if class == Marketing {
			d.Run = int64(1 + w.rand.IntN(2))
		}
	})
	w.texts[text.ID] = &fact{class: class}
}

func (w *world) claim(r *replica) {
	c := &claim{sender: w.s, prefix: newAttempt(), n: 1 + w.rand.IntN(4), zones: &r.line.zones}
	w.write(c.run)
	for _, t := range c.texts {
		t.taken = w.clock.Now()
		r.claimed = append(r.claimed, t)
	}
}

// post sends one claimed text; the recheck and the post are one step here, so a stop acknowledged before it must be seen.
func (w *world) post(r *replica) {
	if len(r.claimed) == 0 {
		return
	}
	t := r.claimed[0]
	r.claimed = r.claimed[1:]
	r.line.results = append(r.line.results, r.line.send(w.t.Context(), t))
}

func (w *world) posting(out Outgoing) {
	if w.stopped[out.To] {
		w.t.Errorf("text %d was posted after its reader had stopped", out.MessageID)
	}
}

// fault is what the provider does with a post.
func (w *world) fault(out Outgoing) (accept bool, answer Outcome) {
	switch n := w.rand.IntN(20); {
	case n < 2:
		return true, Outcome{Result: Unknown}
	case n < 3:
		return false, Outcome{Result: Unknown}
	case n < 5:
		return false, Outcome{Result: NotSent, Trouble: trouble(20429, Later)}
	case n < 6:
		return false, Outcome{Result: NotSent}
	case n < 7:
		w.texts[out.MessageID].refused = true
		return false, Outcome{Result: Rejected, Trouble: trouble(21617, GiveUp)}
	}
	return true, Outcome{Result: Accepted}
}

// accepted1 may be called for several texts at once: those of one claim leave side by side.
func (w *world) accepted1(p posted) {
	w.net.mu.Lock()
	defer w.net.mu.Unlock()
	w.texts[p.MessageID].accepted++
	if w.blind && w.rand.IntN(2) == 0 {
		if w.net.hidden == nil {
			w.net.hidden = map[string]bool{}
		}
		w.net.hidden[p.sid] = true
	}
}

func (w *world) keep(r *replica) {
	if err := r.line.keepBlames(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
	w.write(r.line.keepResults)
	r.line.kept()
}

// callback reports some status of some text, known or not, again or for the first time.
func (w *world) callback() {
	all := w.net.accepted()
	if len(all) == 0 || w.blind && w.rand.IntN(3) > 0 {
		return
	}
	p := all[w.rand.IntN(len(all))]
	if w.blind && w.net.hidden[p.sid] {
		return
	}
	st := w.status(p, []Rank{RankQueued, RankSending, RankSent, RankDelivered}[w.rand.IntN(4)])
	if w.rand.IntN(4) == 0 {
		st.MessageID, st.Attempt = 0, ""
	}
	w.settle(st)
}

func (w *world) leave() {
	m := w.people[w.rand.IntN(len(w.people))]
	if len(w.stopped) < 2 && !w.stopped[m.Phone.E164()] {
		w.stop(m)
		w.stopped[m.Phone.E164()] = true
	}
}

func (w *world) hold(on bool) {
	w.held = on
	w.write(func(ctx context.Context, tx *db.Tx) error {
		if on {
			return HoldRun(ctx, tx, w.p.ID, 1, "paused")
		}
		return ReleaseRun(ctx, tx, w.p.ID, 1)
	})
}

// quiet lets everything come to its end: the provider is well, and the hours a worker would take pass.
func (w *world) quiet() {
	w.hold(false)
	w.net.recovers()
	for _, r := range w.replicas { // one is stopped cleanly, one is killed
		for range r.claimed {
			w.post(r)
		}
		w.keep(r)
	}
	l := w.line()
	for range 14 {
		w.clock.Add(11 * time.Minute)
		w.sendAll(l)
		if all := w.net.accepted(); len(all) > 0 && !w.blind {
			w.settle(w.status(all[0], RankSent)) // callbacks come through
		} else {
			w.exec("UPDATE senders SET callback_at = $1 WHERE id = $2", w.clock.Now().UnixMilli(), w.s.ID)
		}
		w.sweep()
		l.resolve(w.t.Context())
	}
}

// sweep sweeps this shop alone: the database holds those of all seeds.
func (w *world) sweep() {
	var d dust
	w.write(func(ctx context.Context, tx *db.Tx) (err error) {
		d, err = dustOf(ctx, tx, w.p.ID)
		return err
	})
	if err := w.worker().sweepUp(w.t.Context(), d); err != nil {
		w.t.Fatal(err)
	}
}

// judge compares every row with the journal.
func (w *world) judge() {
	words := map[string]string{} // of every sid: equal texts to one number may share theirs in any order
	left := map[string]int{}     // by number and words: how many left, and how many were to leave
	for _, p := range w.net.accepted() {
		words[p.sid] = p.To + p.Body
		left[p.To+p.Body]++
	}
	known, accepted := 0, 0
	for id, f := range w.texts {
		row := w.message(id)
		switch row.State {
		case StateQueued, StateSending, StateUnknown:
			w.t.Errorf("text %d never came to an end: %s", id, row.State)
		case StateSent, StateDelivered:
			if words[row.SID] != row.Phone.E164()+row.Body {
				w.t.Errorf("text %d is %s with %q, which is none of its own", id, row.State, row.SID)
			}
		case StateFailed:
			if !f.refused || f.accepted > 0 {
				w.t.Errorf("text %d failed: refused %v, accepted %d", id, f.refused, f.accepted)
			}
		}
		if accepted += f.accepted; row.SID != "" {
			known++
		}
		left[row.Phone.E164()+row.Body]--
		if f.accepted > 1 && f.class == Marketing || f.accepted > 2 {
			w.t.Errorf("text %d, %s, left %d times", id, f.class, f.accepted)
		}
	}
	for words, n := range left {
		if n > 0 && !w.blind {
			w.t.Errorf("%d more than wanted left: %s", n, words)
		}
	}
	if known != accepted && !w.blind {
		w.t.Errorf("the provider accepted %d texts, %d are known to us", accepted, known)
	}
	if two := w.count("SELECT COUNT(*) FROM (SELECT sid FROM messages WHERE program_id = $1 AND sid <> '' GROUP BY sid HAVING COUNT(*) > 1) AS twice", w.p.ID); two > 0 {
		w.t.Errorf("%d sids belong to two rows", two)
	}
}
