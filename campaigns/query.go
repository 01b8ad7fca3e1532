package campaigns

import (
	"strconv"
	"strings"
)

// query is SQL under construction. Values go in by [query.value] alone.
type query struct {
	sql  strings.Builder
	args []any

	after, last int64                      // members with ids above after, up to last, are asked for; last 0: all
	only        struct{ first, count int } // or these alone, whose ids are values already
	sets        bool                       // it holds a set of members that slice narrows
}

func (q *query) text(sql string) { q.sql.WriteString(sql) }

func (q *query) value(v any) {
	q.args = append(q.args, v)
	q.text("$" + strconv.Itoa(len(q.args)))
}

// compare appends a comparison of an expression with a value: q.compare("m.joined_at < ", at).
func (q *query) compare(left string, v any) {
	q.text(left)
	q.value(v)
}

// slice narrows a column of members' ids to those that are asked for, so that a set of many members is not made whole for a few.
func (q *query) slice(column string) {
	q.sets = true
	if q.only.count > 0 {
		q.text(" AND " + column + " IN (")
		for i := range q.only.count {
			if i > 0 {
				q.text(", ")
			}
			q.text("$" + strconv.Itoa(q.only.first+i))
		}
		q.text(")")
		return
	}
	if q.last != 0 {
		q.compare(" AND "+column+" > ", q.after)
		q.compare(" AND "+column+" <= ", q.last)
	}
}

// in appends column IN (values).
func in[T any](q *query, column string, values []T) {
	q.text(column + " IN (")
	for i, v := range values {
		if i > 0 {
			q.text(", ")
		}
		q.value(v)
	}
	q.text(")")
}

// join appends the conditions with the operator between them, each in brackets; none is what empty says.
func (q *query) join(list []condition, operator, empty string, at moment) {
	if len(list) == 0 {
		q.text(empty)
	}
	for i, c := range list {
		if i > 0 {
			q.text(operator)
		}
		q.text("(")
		c.write(q, at)
		q.text(")")
	}
}
