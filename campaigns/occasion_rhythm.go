package campaigns

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"fiel/db"
	"fiel/members"
)

// rhythm: the member has not bought for so many times their own usual gap: the mean of those between their last purchase days, for who
// has three of them. Stages as in lapsed, and the same key: once for one lapse and stage.
type rhythm struct {
	stages []int64         // times the gap, rising
	gaps   map[int64]int64 // days, by member; see ready
}

// Bounds of a gap in days, and of the purchase days it is the mean of.
const (
	shortestGap  = 14
	longestGap   = 180
	rhythmDays   = 10
	rhythmLeast  = 3
	mostMultiple = 10
)

func parseRhythm(raw json.RawMessage) (condition, error) {
	var c rhythm
	err := readList("rhythm", raw, &c.stages, func(n int64) bool { return n >= 1 && n <= mostMultiple })
	slices.Sort(c.stages)
	return c, err
}

func (c rhythm) say(s *sayer, denied bool) clause {
	all := make([]string, len(c.stages))
	for i, n := range c.stages {
		all[i] = s.number(n)
	}
	return s.clause("rhythm", denied, "times", s.list(all, denied))
}

// write finds who may be due, by the shortest gap there is; [rhythm.once] tells by their own.
func (c rhythm) write(q *query, at moment) {
	q.compare("m.purchases >= ", int64(rhythmLeast))
	q.compare(" AND m.last_purchase_id <> 0 AND m.last_purchase_at < ", at.daysAgo(int(c.stages[0])*shortestGap-1))
	q.text(" AND NOT EXISTS (SELECT 1 FROM messages k WHERE k.program_id = m.program_id AND k.member_id = m.id AND k.once <> ''")
	q.compare(" AND k.once = 'lapsed:' || CAST(m.last_purchase_id AS TEXT) || ", fmt.Sprintf(":%dx", c.stages[len(c.stages)-1]))
	q.text(" AND k.state NOT IN ('left_out', 'cancelled'))")
}

// ready is the condition with the gaps of some members.
func (c rhythm) ready(ctx context.Context, tx *db.Tx, program int64, who []candidate) (rhythm, error) {
	c.gaps = map[int64]int64{}
	if len(who) == 0 {
		return c, nil
	}
	ids := make([]int64, len(who))
	for i, one := range who {
		ids[i] = one.ID
	}
	var q query
	q.text("SELECT d.member_id, MIN(d.day), MAX(d.day), COUNT(*) FROM (SELECT p.member_id, p.day, ROW_NUMBER() OVER (PARTITION BY p.member_id ORDER BY p.day DESC) AS n")
	q.compare(" FROM purchases p WHERE p.program_id = ", program)
	in(&q, " AND p.member_id", ids)
	q.text(" AND p.state IN ('credited', 'imported') AND p.refunded < p.amount GROUP BY p.member_id, p.day) d")
	q.compare(" WHERE d.n <= ", int64(rhythmDays))
	q.text(" GROUP BY d.member_id")
	rows, err := tx.QueryContext(ctx, q.sql.String(), q.args...)
	if err != nil {
		return c, err
	}
	defer rows.Close()
	for rows.Next() {
		var member, n int64
		var first, last string
		if err := rows.Scan(&member, &first, &last, &n); err != nil {
			return c, err
		}
		if gap, ok := meanGap(first, last, n); ok {
			c.gaps[member] = gap
		}
	}
	return c, rows.Err()
}

// meanGap is the mean gap in whole days, rounded up, between n days from the first to the last; false for too few.
func meanGap(first, last string, n int64) (int64, bool) {
	from, err := ParseDate(first)
	if err != nil || n < rhythmLeast {
		return 0, false
	}
	to, err := ParseDate(last)
	gap := (int64(to.Since(from)) + n - 2) / (n - 1)
	return min(max(gap, shortestGap), longestGap), err == nil
}

func (rhythm) rank() int { return rankOther }

func (c rhythm) once(m members.Member, at moment) string {
	gap := c.gaps[m.ID]
	days := int64(at.date.Since(DateOf(time.UnixMilli(m.LastPurchaseAt).In(at.zone))))
	for _, n := range slices.Backward(c.stages) {
		if gap > 0 && days >= n*gap {
			return fmt.Sprintf("lapsed:%d:%dx", m.LastPurchaseID, n)
		}
	}
	return ""
}
