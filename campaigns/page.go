package campaigns

import (
	"context"
	"database/sql"
	"errors"
	"math"

	"fiel/db"
)

// Members are gone through in slices of rising id where an audience asks for sets of members, of those who bought bread for example: the
// set is made for a slice alone. A slice begins small, since most pages are full soon, and grows while nobody is found.
const (
	firstSlice = 2_000
	mostSlice  = 64_000
)

// page reads the next members of an audience after an id, in rising id, at most limit. Extra narrows it further; nil does not.
func page(ctx context.Context, tx *db.Tx, audience condition, at moment, after int64, limit int, extra condition) (found []candidate, err error) {
	_, named := extra.(oneOf)
	if named || !sliced(audience, at) {
		return readPage(ctx, tx, audience, at, slice{after: after}, limit, extra)
	}
	for size := firstSlice; ; size = min(2*size, mostSlice) {
		last, err := sliceEnd(ctx, tx, at, after, size)
		if err != nil {
			return nil, err
		}
		next, err := readPage(ctx, tx, audience, at, slice{after, last}, limit-len(found), extra)
		found = append(found, next...)
		if err != nil || last == math.MaxInt64 || len(found) == limit {
			return found, err
		}
		after = last
	}
}

// sliced says whether the SQL of an audience holds sets of members.
func sliced(audience condition, at moment) bool {
	var q query
	audience.write(&q, at)
	return q.sets
}

// slice is the members with ids above after, up to last; 0: all that come.
type slice struct{ after, last int64 }

// sliceEnd is the id of the last of so many members after one; the highest there can be where there are not as many.
func sliceEnd(ctx context.Context, tx *db.Tx, at moment, after int64, size int) (int64, error) {
	var q query
	q.text("SELECT m.id FROM members m WHERE ")
	q.audience(all{}, at, nil)
	q.compare(" AND m.id > ", after)
	q.compare(" ORDER BY m.id LIMIT 1 OFFSET ", size-1)
	var last int64
	err := tx.QueryRowContext(ctx, q.sql.String(), q.args...).Scan(&last)
	if errors.Is(err, sql.ErrNoRows) {
		return math.MaxInt64, nil
	}
	return last, err
}

func readPage(ctx context.Context, tx *db.Tx, audience condition, at moment, part slice, limit int, extra condition) ([]candidate, error) {
	sql, args := sliceSQL(audience, at, part, limit, extra)
	rows, err := tx.QueryContext(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var found []candidate
	for rows.Next() {
		var c candidate
		if err := rows.Scan(c.into()...); err != nil {
			return nil, err
		}
		c.ProgramID, c.number.ProgramID, c.number.Hash = at.program.ID, at.program.ID, c.Hash
		found = append(found, c)
	}
	return found, rows.Err()
}

func pageSQL(audience condition, at moment, after int64, limit int, extra condition) (sql string, args []any) {
	return sliceSQL(audience, at, slice{after: after}, limit, extra)
}

// sliceSQL finds the ids by an index that knows all that most audiences ask, and reads the rows of those alone. The page is cut before
// it is joined: PostgreSQL without statistics joins all that is left otherwise, for every page.
func sliceSQL(audience condition, at moment, part slice, limit int, extra condition) (sql string, args []any) {
	q := query{after: part.after, last: part.last}
	if ids, ok := extra.(oneOf); ok && len(ids) > 0 {
		q.only.first, q.only.count = 1, len(ids)
		for _, id := range ids {
			q.args = append(q.args, id)
		}
	}
	q.text("SELECT " + candidateColumns + " FROM (SELECT m.program_id, m.id FROM members m WHERE ")
	q.audience(audience, at, extra)
	id := "m.id"
	if _, few := extra.(waitingFor); few {
		id = "+m.id" // else SQLite walks through all members in their order
	}
	q.compare(" AND "+id+" > ", part.after)
	if part.last != 0 {
		q.compare(" AND "+id+" <= ", part.last)
	}
	q.compare(" ORDER BY "+id+" LIMIT ", limit)
	q.text(`) f
JOIN members m ON m.program_id = f.program_id AND m.id = f.id
LEFT JOIN phones n ON n.program_id = m.program_id AND n.hash = m.hash
LEFT JOIN stores s ON s.program_id = m.program_id AND s.id = m.store_id
ORDER BY m.id`)
	return q.sql.String(), q.args
}

// among reads which of a few members belong to an audience.
func among(ctx context.Context, tx *db.Tx, audience condition, at moment, whom oneOf) (map[int64]bool, error) {
	q := query{}
	q.only.first, q.only.count = 1, len(whom)
	for _, id := range whom {
		q.args = append(q.args, id)
	}
	q.text("SELECT m.id FROM members m WHERE ")
	q.audience(audience, at, whom)
	rows, err := tx.QueryContext(ctx, q.sql.String(), q.args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	found := map[int64]bool{}
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		found[id] = true
	}
	return found, rows.Err()
}
