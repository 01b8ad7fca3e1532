// Package pos is the till: tills and their secrets, the purchases and refunds they report, and what becomes of those: points at once,
// points held until the number joins, or a line for the owner to look at.
//
// A till repeats itself, reports late, out of order and twice at the same time. Each sale and each refund counts once, by the till's
// own id of it; what is reported again gets the first answer again. Nothing a till says is lost: what cannot be credited is stored
// all the same and parked for the owner.
//
// A provider lives in a folder below this one (pos/standard): it verifies a delivery and makes a [Sale] or a [Refund] of it.
package pos

import (
	"context"
	"errors"
	"strings"
	"unicode"

	"fiel/db"
	"fiel/members"
)

// Service records what tills report.
type Service struct {
	DB  *db.DB
	Key members.Key
}

// Till finds the till that a webhook's URL names and opens its live secrets, at most two; a revoked till has none. db.Missing when
// there is no such till, db.Internal when its secrets do not open with our key.
func (s *Service) Till(ctx context.Context, path string) (Till, []string, error) {
	var till Till
	err := s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		till, err = TillByPath(ctx, tx, path)
		return err
	})
	if err != nil {
		return Till{}, nil, err
	}
	secrets, err := till.Secrets(s.Key)
	if err != nil {
		return Till{}, nil, db.Errorf(db.Internal, "%w", err)
	}
	return till, secrets, nil
}

// Record takes in one sale and answers what became of it. It may be called any number of times, also at once: the same sale is
// answered as the first time, another sale under the same id gets 409 and is parked for the owner.
//
// Errors are for what was not taken in: db.Invalid as a [*Fault] for values that make no sense, db.Denied for a revoked till,
// db.Missing for a till that is not the program's, db.Busy when it may succeed later.
func (s *Service) Record(ctx context.Context, sale Sale) (Answer, error) {
	if err := sale.check(); err != nil {
		return Answer{}, err
	}
	return s.once(ctx, func(ctx context.Context, tx *db.Tx) (Answer, error) { return record(ctx, tx, s.Key, sale) })
}

// RecordRefund takes in one refund and answers what became of it, by the rules of [Service.Record]. A refund may come before its sale:
// it is parked and judged when the sale comes.
func (s *Service) RecordRefund(ctx context.Context, refund Refund) (Answer, error) {
	if err := refund.check(); err != nil {
		return Answer{}, err
	}
	return s.once(ctx, func(ctx context.Context, tx *db.Tx) (Answer, error) { return recordRefund(ctx, tx, s.Key, refund) })
}

// errOvertaken is how a transaction ends whose sale or refund another one has stored in the meantime; run again, it finds it.
var errOvertaken = errors.New("pos: stored by another transaction in the meantime")

// once writes, and again when overtaken, also by somebody whose number changed hands meanwhile (see members.Lock). The second time
// finds what overtook it.
func (s *Service) once(ctx context.Context, f func(context.Context, *db.Tx) (Answer, error)) (Answer, error) {
	for range 5 {
		var answer Answer
		err := s.DB.Write(ctx, db.Interactive, func(ctx context.Context, tx *db.Tx) (err error) {
			answer, err = f(ctx, tx)
			return err
		})
		if !errors.Is(err, errOvertaken) && db.CodeOf(err) != db.Conflict {
			return answer, err
		}
	}
	return Answer{}, db.Errorf(db.Busy, "The same event is being stored right now. Try again.")
}

// Fault is a value that makes no sense in an event. Its code is db.Invalid.
type Fault struct {
	Field string // as the standard event calls it: "amount", "items[2].amount"
	Text  string // what is expected there
}

func fault(field, text string) error { return &Fault{field, text} }

// Error names the field and what is expected there.
func (f *Fault) Error() string { return f.Field + ": " + f.Text }

// Unwrap gives the fault its code.
func (f *Fault) Unwrap() error { return db.Errorf(db.Invalid, "%s", f.Error()) }

// printable says whether a text is fit for an id, a name or a log: no control characters and not blank.
func printable(s string) bool {
	return strings.TrimSpace(s) != "" && strings.IndexFunc(s, unicode.IsControl) < 0
}
