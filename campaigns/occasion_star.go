package campaigns

import (
	"context"
	"encoding/json"
	"fmt"

	"fiel/db"
	"fiel/members"
)

// rising: the member has earned more in the last days than so many per cent of all members, and was not told so lately. What counts is
// what counts for levels: purchases and bonus actions, net of refunds.
type rising struct {
	Days           int64 `json:"days"`             // whole local days before today
	Above          int64 `json:"above"`            // per cent of members
	AgainAfterDays int64 `json:"again_after_days"` // since the last text
}

func parseRising(raw json.RawMessage) (condition, error) {
	c := rising{Days: 30, Above: 90, AgainAfterDays: 60}
	err := readJSON(raw, &c)
	if err != nil || c.Days < 1 || c.Days > 365 || c.Above < 50 || c.Above > 99 || c.AgainAfterDays < 28 || c.AgainAfterDays > 3650 {
		return nil, db.Errorf(db.Invalid, `"rising" takes {"days": 30, "above": 90, "again_after_days": 60}.`)
	}
	return c, nil
}

func (c rising) say(s *sayer, denied bool) clause {
	return s.clause("rising", denied, "days", s.count("days", c.Days), "share", s.number(c.Above))
}

func (c rising) write(q *query, at moment) {
	q.compare("(SELECT COALESCE(SUM(t.points), 0) FROM tier_days t WHERE t.program_id = m.program_id AND t.member_id = m.id AND t.day >= ", c.since(at).String())
	q.compare(" AND t.day < ", at.date.String())
	if at.pace != nil {
		q.compare(") > ", *at.pace)
	} else {
		q.text(") > COALESCE((")
		c.threshold(q, at)
		q.text("), 0)")
	}
	q.compare(" AND NOT EXISTS (SELECT 1 FROM messages k WHERE k.program_id = m.program_id AND k.member_id = m.id AND k.once <> '' AND k.once >= 'star:' AND k.once < 'star;' AND k.created_at > ",
		at.daysAgo(int(c.AgainAfterDays)))
	q.text(" AND k.state NOT IN ('left_out', 'cancelled'))")
}

func (c rising) since(at moment) Date { return at.date.Plus(-int(c.Days)) }

// threshold writes the query for the points that a rising star has more of: those of the first member who is not among the best few.
func (c rising) threshold(q *query, at moment) {
	q.compare("SELECT CAST(SUM(d.points) AS BIGINT) FROM tier_days d WHERE d.program_id = ", at.program.ID)
	q.compare(" AND d.day >= ", c.since(at).String())
	q.compare(" AND d.day < ", at.date.String())
	q.text(" GROUP BY d.member_id ORDER BY SUM(d.points) DESC LIMIT 1 OFFSET (")
	q.compare("SELECT COUNT(*) * CAST(", 100-c.Above)
	q.compare(" AS BIGINT) / 100 FROM members o WHERE o.program_id = ", at.program.ID)
	q.text(" AND o.phone <> '')")
}

// pace reads the threshold; 0 when fewer have earned anything.
func (c rising) pace(ctx context.Context, tx *db.Tx, at moment) (pace int64, err error) {
	var q query
	c.threshold(&q, at)
	if err = tx.QueryRowContext(ctx, q.sql.String(), q.args...).Scan(&pace); db.NotFound(err) {
		return 0, nil
	}
	return pace, err
}

func (rising) rank() int { return rankOther }

// once: a star of one month is told at most once, whatever the setting.
func (rising) once(_ members.Member, at moment) string {
	return fmt.Sprintf("star:%04d-%02d", at.date.Year, at.date.Month)
}

// setPace reads the threshold of a run for rising stars once, for all its chunks: each would add up the same days again.
func (s *Service) setPace(ctx context.Context, program, run int64) error {
	var before, after string
	err := s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		r, err := New(tx).run(ctx, program, run)
		if err != nil {
			return err
		}
		before, after, err = paced(ctx, tx, r)
		return err
	})
	if err != nil || after == before {
		return err
	}
	return s.DB.Write(ctx, db.Interactive, func(ctx context.Context, tx *db.Tx) error {
		return New(tx).setFrozen(ctx, setFrozenParams{ProgramID: program, ID: run, Frozen: after, Frozen_2: before})
	})
}

// paced is a run's frozen content before and after its threshold was read; the same for a run without one.
func paced(ctx context.Context, tx *db.Tx, r Run) (before, after string, err error) {
	pl, err := newPlannerOf(ctx, tx, r)
	if err != nil {
		return "", "", err
	}
	star, ok := pl.occasion.(rising)
	if !ok || pl.at.pace != nil {
		return r.Frozen, r.Frozen, nil
	}
	pace, err := star.pace(ctx, tx, pl.at)
	if err != nil {
		return "", "", err
	}
	pl.content.Pace = &pace
	after, err = pack(pl.content)
	return r.Frozen, after, err
}
