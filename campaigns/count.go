package campaigns

import (
	"context"
	"encoding/json"
	"math"
	"time"

	"fiel/db"
	"fiel/members"
)

// Tally is how many members an audience has.
type Tally struct {
	Members int64 `json:"members"`
	Agreed  int64 `json:"agreed"` // of them, those who get offers: they have not left and agreed to texts of both kinds

	PlusMinus int64 `json:"plus_minus,omitempty"` // of an estimate: 19 in 20 are nearer than that; 0: the number is exact
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

// scattered is a number below 2^32 that a member's id has (Knuth's multiplier): near ids have numbers far apart.
const scattered = "m.id % 4294967296 * 2654435761 % 4294967296"

// estimated is the share of members that an estimate looks at: one of so many.
const estimated = 32

// Estimate is what [Count] counts, from every 32nd member: for audiences whose count takes a while, such as the money of a year. Errors:
// see [Count].
func Estimate(ctx context.Context, tx *db.Tx, p members.Program, audience json.RawMessage, at time.Time) (Tally, error) {
	who, err := readAudience(ctx, tx, p, audience)
	if err != nil {
		return Tally{}, err
	}
	t, err := count(ctx, tx, all{scatter{}, who}, momentOf(p, at))
	if err != nil {
		return Tally{}, err
	}
	t.PlusMinus = int64(math.Ceil(1.96 * estimated * math.Sqrt(float64(max(t.Members, 1))*(1-1.0/estimated))))
	t.Members, t.Agreed = t.Members*estimated, t.Agreed*estimated
	return t, nil
}

// scatter: the member is one of those that an estimate looks at.
type scatter struct{}

func (scatter) write(q *query, _ moment) { q.compare(scattered+" < ", int64(1<<32/estimated)) }

func (scatter) say(s *sayer, denied bool) clause { return s.clause("named", denied) }

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

func sampleSQL(who condition, at moment, n int) (sql string, args []any) {
	var q query
	q.text("SELECT m.id, m.name, m.phone FROM (SELECT m.program_id, m.id FROM members m WHERE ")
	q.audience(who, at, nil)
	q.compare(" ORDER BY "+scattered+", m.id LIMIT ", n)
	q.text(") f JOIN members m ON m.program_id = f.program_id AND m.id = f.id ORDER BY " + scattered + ", m.id")
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

// Condition is one thing that an audience can name.
type Condition struct {
	Name    string `json:"name"`
	Means   string `json:"means"`   // in English
	Example string `json:"example"` // JSON of an audience
}

// Conditions lists all that an audience can name.
func Conditions() []Condition {
	var all []Condition
	for _, k := range kinds() {
		all = append(all, Condition{k.name, k.means, k.example})
	}
	return all
}
