package campaigns

import (
	"context"
	"fmt"
	"time"

	"fiel/db"
)

// StepCount is how many members a text of a series has come due for, of those who belong to its audience now. Who has stopped the series
// meanwhile, or had a text of it too lately, is counted too.
type StepCount struct {
	After string `json:"after"`
	Today int64  `json:"today"` // comes due today, for what has happened by now
	Month int64  `json:"month"` // came due in the 30 days before, whether the series was on then or not
}

// stepDays is over how many days before today a step is counted.
const stepDays = 30

// seriesWarning is what the counts of a look at a series mean.
const seriesWarning = "This is a series: each member gets its texts after what they do. The counts are of its first text as if that had happened to the whole audience just now; " +
	"how many it will be nobody knows. What came due lately says more: %s."

// stepCounts counts the steps of a series.
func (pl *planner) stepCounts(ctx context.Context, tx *db.Tx) ([]StepCount, error) {
	always := *pl.series
	always.activeAt = 0
	today := DateOf(tx.Time().In(pl.zone))
	begins, ends := today.At(0, pl.zone), today.Plus(1).At(0, pl.zone)
	const instant = time.Millisecond // spans leave out the first one
	var found []StepCount
	for _, st := range always.steps {
		c := StepCount{After: st.After}
		for _, w := range []struct {
			from, to time.Time
			into     *int64
		}{{begins, ends, &c.Today}, {today.Plus(-stepDays).At(0, pl.zone), begins, &c.Month}} {
			spans := always.spans(st, w.from.Add(-instant), w.to.Add(-instant), pl.zone)
			if len(spans) == 0 {
				continue
			}
			q := always.counting(pl, span{spans[0].from, spans[len(spans)-1].to}, tx.Now)
			if err := tx.QueryRowContext(ctx, q.sql.String(), q.args...).Scan(w.into); err != nil {
				return nil, err
			}
		}
		found = append(found, c)
	}
	return found, nil
}

// counting is the query for how many members of the audience something happened to in a span.
func (s series) counting(pl *planner, w span, now int64) *query {
	q, from := new(query), sources[s.event]
	q.text("SELECT COUNT(DISTINCT " + from.member + ") FROM " + from.table + " e")
	q.compare(" WHERE e.program_id = ", pl.program.ID)
	q.compare(" AND "+from.at+" >= ", w.from)
	q.compare(" AND "+from.at+" < ", w.to)
	s.which(q, now)
	q.text(" AND EXISTS (SELECT 1 FROM members m WHERE m.id = " + from.member + " AND ")
	q.audience(pl.who, pl.at, nil)
	q.text(")")
	return q
}

// stepsSaid is the steps in a sentence.
func stepsSaid(steps []StepCount) (words string) {
	for i, c := range steps {
		if i > 0 {
			words += "; "
		}
		words += fmt.Sprintf("after %s, %d members in the last %d days and %d today", c.After, c.Month, stepDays, c.Today)
	}
	return words
}
