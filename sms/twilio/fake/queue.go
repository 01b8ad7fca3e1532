package fake

import (
	"container/heap"
	"context"
	"sync"
	"time"
)

// job is something to do at a time.
type job struct {
	due time.Time
	run func()
}

type jobs []job

func (j jobs) Len() int           { return len(j) }
func (j jobs) Less(a, b int) bool { return j[a].due.Before(j[b].due) }
func (j jobs) Swap(a, b int)      { j[a], j[b] = j[b], j[a] }
func (j *jobs) Push(x any)        { *j = append(*j, x.(job)) }
func (j *jobs) Pop() any {
	last := len(*j) - 1
	x := (*j)[last]
	(*j)[last] = job{}
	*j = (*j)[:last]
	return x
}

// queue runs jobs when they are due, a bounded number at once.
type queue struct {
	ctx  context.Context
	wake chan struct{}
	work chan job
	done sync.WaitGroup

	mu     sync.Mutex
	jobs   jobs
	held   []job // wait for release
	active int   // jobs that wait for their time or run
}

func newQueue(ctx context.Context, workers int) *queue {
	q := &queue{ctx: ctx, wake: make(chan struct{}, 1), work: make(chan job)}
	q.done.Go(q.dispatch)
	for range workers {
		q.done.Go(q.labour)
	}
	return q
}

func (q *queue) push(due time.Time, run func()) {
	q.mu.Lock()
	heap.Push(&q.jobs, job{due, run})
	q.active++
	q.mu.Unlock()
	select {
	case q.wake <- struct{}{}:
	default:
	}
}

// hold keeps a job until release.
func (q *queue) hold(run func()) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.held = append(q.held, job{run: run})
}

// release makes every held job due now.
func (q *queue) release() {
	q.mu.Lock()
	held := q.held
	q.held = nil
	q.mu.Unlock()
	for _, j := range held {
		q.push(time.Now(), j.run)
	}
}

// idle reports whether no job waits for its time or runs; held ones do not count.
func (q *queue) idle() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.active == 0
}

// dispatch hands each job that is due to the next free worker.
func (q *queue) dispatch() {
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		next, wait, ok := q.next()
		if ok {
			select {
			case q.work <- next:
				continue
			case <-q.ctx.Done():
				return
			}
		}
		timer.Reset(wait)
		select {
		case <-q.wake:
		case <-timer.C:
		case <-q.ctx.Done():
			return
		}
	}
}

// next takes the first job if it is due, else says how long to wait.
func (q *queue) next() (next job, wait time.Duration, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.jobs) == 0 {
		return job{}, time.Hour, false
	}
	if wait = time.Until(q.jobs[0].due); wait > 0 {
		return job{}, wait, false
	}
	return heap.Pop(&q.jobs).(job), 0, true
}

func (q *queue) labour() {
	for {
		select {
		case j := <-q.work:
			j.run()
			q.mu.Lock()
			q.active--
			q.mu.Unlock()
		case <-q.ctx.Done():
			return
		}
	}
}

// wait returns when every goroutine has ended, after the context has.
func (q *queue) wait() { q.done.Wait() }
