package campaigns

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"sync"

	"fiel/db"
	"fiel/members"
)

// Clicks follows short links and counts them, by link and day of the program. Counts are kept in memory and written once a minute
// ([Clicks.Flush]), so that a link that ten thousand people follow at once does not hold up the tills: a process that crashes loses
// those of its last minute. Nothing is kept of who followed a link.
type Clicks struct {
	DB *db.DB

	mu sync.Mutex
	n  map[click]int64
}

// click is what is counted together.
type click struct {
	program, link int64
	day           string
}

// Follow is the address that a code leads to; counted says that a person follows it. db.Missing for a link that is over or never was.
func (c *Clicks) Follow(ctx context.Context, code string, counted bool) (target string, err error) {
	gone := db.Errorf(db.Missing, "this link is over")
	code = strings.ToUpper(code)
	program, ok := programOf(code)
	if !ok {
		return "", gone
	}
	var l Link
	var day string
	err = c.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		if l, err = New(tx).linkByCode(ctx, program, code); err != nil {
			return err
		}
		p, err := members.ProgramByID(ctx, tx, program)
		day = DateOf(tx.Time().In(p.Location())).String()
		return err
	})
	if db.NotFound(err) || err == nil && l.RetiredAt != 0 {
		return "", gone
	}
	if err == nil && counted {
		c.add(click{program, l.ID, day}, 1)
	}
	return l.Target, err
}

func (c *Clicks) add(k click, n int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.n == nil {
		c.n = map[click]int64{}
	}
	c.n[k] += n
}

// take empties the counts.
func (c *Clicks) take() map[click]int64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := c.n
	c.n = nil
	return n
}

// mostClicks is how many counts one transaction writes.
const mostClicks = 500

// Flush writes what was counted since the last time. What cannot be written is kept for the next.
func (c *Clicks) Flush(ctx context.Context) (err error) {
	n := c.take()
	keys := slices.SortedFunc(maps.Keys(n), func(a, b click) int {
		return cmp.Or(cmp.Compare(a.program, b.program), cmp.Compare(a.link, b.link), cmp.Compare(a.day, b.day))
	})
	for some := range slices.Chunk(keys, mostClicks) {
		if err == nil {
			err = c.write(ctx, some, n)
		}
		if err != nil {
			for _, k := range some {
				c.add(k, n[k])
			}
		}
	}
	return err
}

func (c *Clicks) write(ctx context.Context, some []click, n map[click]int64) error {
	return c.DB.Write(ctx, db.Bulk, func(ctx context.Context, tx *db.Tx) error {
		for _, k := range some {
			if err := New(tx).addClicks(ctx, addClicksParams{ProgramID: k.program, LinkID: k.link, Day: k.day, N: n[k]}); err != nil {
				return err
			}
		}
		return nil
	})
}
