package rewards_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"

	"fiel/db"
	"fiel/db/dbtest"
	"fiel/members"
	"fiel/rewards"
)

// task is what a second process is told to do.
type task struct {
	URL     string
	Program int64
	Members []int64 // each redeems reward 1
	Code    string  // or: this voucher is used so many times
	Times   int
}

// child makes this test binary a second fiel: it opens the database, says that it is ready, waits for a line, does all of its task at the
// same time, and prints how often each outcome came.
func child(what string) error {
	var todo task
	if err := json.Unmarshal([]byte(what), &todo); err != nil {
		return err
	}
	ctx := context.Background()
	d, err := db.Open(ctx, todo.URL, dbtest.Options())
	if err != nil {
		return err
	}
	defer d.Close()
	p := members.Program{}
	err = d.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		p, err = members.ProgramByID(ctx, tx, todo.Program)
		return err
	})
	if err != nil {
		return err
	}
	fmt.Println("ready")
	if _, err := bufio.NewReader(os.Stdin).ReadString('\n'); err != nil {
		return err
	}
	var outcomes tally
	atOnce(len(todo.Members)+todo.Times, func(i int) { outcomes.add(todo.one(ctx, d, p, i)) })
	return json.NewEncoder(os.Stdout).Encode(outcomes.n)
}

// one is one of the things that are done at the same time.
func (todo task) one(ctx context.Context, d *db.DB, p members.Program, i int) (why error) {
	err := d.Write(ctx, db.Interactive, func(ctx context.Context, tx *db.Tx) error {
		if i < len(todo.Members) {
			_, _, err := rewards.Redeem(ctx, tx, p, members.Member{ProgramID: p.ID, ID: todo.Members[i]}, 1)
			return err
		}
		used, err := rewards.Use(ctx, tx, p, rewards.Using{Code: todo.Code, Actor: fmt.Sprintf("till:%d", i%7), Door: "till"})
		why = used.Why
		return err
	})
	if err != nil {
		return err
	}
	return why
}

// twoProcesses has each task done by a process of its own, all at the same time, and adds up what came of them.
func twoProcesses(t *testing.T, tasks [2]task) map[db.Code]int {
	t.Helper()
	var go_, ready, done sync.WaitGroup
	go_.Add(1)
	ready.Add(len(tasks))
	total, mu := map[db.Code]int{}, sync.Mutex{}
	for _, todo := range tasks {
		done.Go(func() {
			outcomes, err := todo.inProcess(t.Context(), ready.Done, go_.Wait)
			if err != nil {
				t.Error(err)
			}
			mu.Lock()
			defer mu.Unlock()
			for code, n := range outcomes {
				total[code] += n
			}
		})
	}
	ready.Wait()
	go_.Done()
	done.Wait()
	return total
}

// inProcess starts the process, says when it is ready, lets it go and reads what it did.
func (todo task) inProcess(ctx context.Context, ready, wait func()) (outcomes map[db.Code]int, err error) {
	once := sync.OnceFunc(ready)
	defer once() // nobody waits for a process that failed
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	what, err := json.Marshal(todo)
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, os.Args[0])
	cmd.Env = append(os.Environ(), "FIEL_TEST_CHILD="+string(what))
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	lines := bufio.NewReader(out)
	if said, err := lines.ReadString('\n'); err != nil || said != "ready\n" {
		return nil, fmt.Errorf("a child said %q, %w", said, err)
	}
	once()
	wait()
	if _, err := io.WriteString(in, "go\n"); err != nil {
		return nil, err
	}
	if err := json.NewDecoder(lines).Decode(&outcomes); err != nil {
		return nil, err
	}
	return outcomes, cmd.Wait()
}

// TestTwoProcesses has two processes beside each other on one PostgreSQL redeem the last item two hundred times, and use one voucher two
// hundred times: each happens once.
func TestTwoProcesses(t *testing.T) {
	t.Parallel()
	url := dbtest.URL(t, db.Postgres, true)
	clock := new(dbtest.Clock)
	s := openShop(t, dbtest.Open(t, url, dbtest.Options(dbtest.WithClock(clock))), clock)
	s.coffee(1)
	var ids []int64
	for _, m := range s.crowd(200, 50) {
		ids = append(ids, m.ID)
	}
	got := twoProcesses(t, [2]task{{URL: url, Program: s.p.ID, Members: ids[:100]}, {URL: url, Program: s.p.ID, Members: ids[100:]}})
	if got[""] != 1 || got[db.Refused] != 199 || len(got) != 2 {
		t.Errorf("two hundred wanted the last one: %v", got)
	}
	v := s.grant(0, day)
	using := task{URL: url, Program: s.p.ID, Code: v.Code, Times: 100}
	got = twoProcesses(t, [2]task{using, using})
	if got[""] != 1 || got[db.Conflict] != 199 || len(got) != 2 {
		t.Errorf("one voucher was shown two hundred times: %v", got)
	}
	s.sound()
}
