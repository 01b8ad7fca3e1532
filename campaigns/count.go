package campaigns

import (
	"context"
	"encoding/json"
	"time"

	"fiel/db"
	"fiel/members"
)

// Tally is how many members an audience has.
type Tally struct {
	Members int64 `json:"members"`
	Agreed  int64 `json:"agreed"` // of them, those who get offers: they have not left and agreed to texts of both kinds
}

// Count counts an audience at an instant, by its JSON form: see audience.go. Names in it are looked up now. It changes nothing.
// Errors: db.Invalid with what to write.
func Count(ctx context.Context, tx *db.Tx, p members.Program, audience json.RawMessage, at time.Time) (Tally, error) {
	who, err := readAudience(ctx, tx, p, audience)
	if err != nil {
		return Tally{}, err
	}
	return count(ctx, tx, who, momentOf(p, at))
}

// readAudience reads a form whose names may be those of the owner.
func readAudience(ctx context.Context, tx *db.Tx, p members.Program, audience json.RawMessage) (condition, error) {
	settled, err := settled(ctx, tx, p, audience)
	if err != nil {
		return nil, err
	}
	return parseAudience(settled)
}

// settled is an audience as it is stored: what it names exists and is named by id.
func settled(ctx context.Context, tx *db.Tx, p members.Program, audience json.RawMessage) (json.RawMessage, error) {
	n, err := readNames(ctx, tx, p.ID)
	if err != nil {
		return nil, err
	}
	return settle(audience, n)
}

// momentOf is an instant as the program's clock shows it.
func momentOf(p members.Program, at time.Time) moment {
	zone := p.Location()
	return moment{program: p, zone: zone, date: DateOf(at.In(zone)), at: at.UnixMilli()}
}

func count(ctx context.Context, tx *db.Tx, who condition, at moment) (t Tally, err error) {
	sql, args := countSQL(who, at)
	err = tx.QueryRowContext(ctx, sql, args...).Scan(&t.Members, &t.Agreed)
	return t, err
}

func countSQL(who condition, at moment) (sql string, args []any) {
	var q query
	q.text("SELECT COUNT(*), COUNT(CASE WHEN m.service AND m.marketing AND m.left_at = 0 THEN 1 END) FROM members m WHERE ")
	q.audience(who, at, nil)
	return q.sql.String(), q.args
}

// Sampled is a member of an audience as it is shown before anything is sent.
type Sampled struct {
	ID    int64  `json:"id"`
	Name  string `json:"name"`
	Phone string `json:"phone"` // masked
}

// Sample is n members of an audience, at most 100, in an order that is the same each time and says nothing of when they joined. Errors:
// see [Count].
func Sample(ctx context.Context, tx *db.Tx, p members.Program, audience json.RawMessage, at time.Time, n int) ([]Sampled, error) {
	who, err := readAudience(ctx, tx, p, audience)
	if err != nil {
		return nil, err
	}
	sql, args := sampleSQL(who, momentOf(p, at), min(max(n, 1), 100))
	rows, err := tx.QueryContext(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	found := []Sampled{}
	for rows.Next() {
		var s Sampled
		var phone members.Phone
		if err := rows.Scan(&s.ID, &s.Name, &phone); err != nil {
			return nil, err
		}
		s.Phone = phone.String()
		found = append(found, s)
	}
	return found, rows.Err()
}

// sampleSQL orders by the last digits of a multiple of the id (Knuth's multiplier): near ids come far apart.
func sampleSQL(who condition, at moment, n int) (sql string, args []any) {
	var q query
	q.text("SELECT m.id, m.name, m.phone FROM (SELECT m.program_id, m.id FROM members m WHERE ")
	q.audience(who, at, nil)
	q.compare(" ORDER BY m.id % 4294967296 * 2654435761 % 4294967296, m.id LIMIT ", n)
	q.text(") f JOIN members m ON m.program_id = f.program_id AND m.id = f.id ORDER BY m.id % 4294967296 * 2654435761 % 4294967296, m.id")
	return q.sql.String(), q.args
}

// Sentence says an audience as a person would, in a language: "VIP members of Miraflores who bought bread in the last 60 days." Errors:
// see [Count].
func Sentence(ctx context.Context, tx *db.Tx, p members.Program, audience json.RawMessage, language string) (string, error) {
	n, err := readNames(ctx, tx, p.ID)
	if err != nil {
		return "", err
	}
	who, err := parseAudience(audience)
	if err != nil {
		return "", err
	}
	return newSayer(language, p, n).sentence(who), nil
}
