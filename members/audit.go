package members

import (
	"context"
	"encoding/json"

	"fiel/db"
)

// Act is one thing done by staff, a till, the command line or the system itself.
type Act struct {
	Actor   string // staff:7, till:3, cli:ana, system
	Door    string // cli, page, api, till, text
	IP      string
	Action  string // member.add, points.credit, voucher.redeem ...
	Subject string // member:12, voucher:9 ...: never a phone number
	Before  any    // what changed, as JSON; nil leaves it out
	After   any
	Request string
}

// Record writes the act down in the same transaction as what it did. The row cannot be changed or removed.
func Record(ctx context.Context, tx *db.Tx, program int64, a Act) error {
	before, err := auditJSON(a.Before)
	if err != nil {
		return err
	}
	after, err := auditJSON(a.After)
	if err != nil {
		return err
	}
	return New(tx).insertAudit(ctx, insertAuditParams{
		ProgramID: program, ID: tx.ID(), At: tx.Now, Actor: a.Actor, Door: a.Door, IP: a.IP, Action: a.Action, Subject: a.Subject,
		Before: before, After: after, RequestID: a.Request,
	})
}

func auditJSON(v any) (string, error) {
	if v == nil {
		return "", nil
	}
	b, err := json.Marshal(v)
	if err != nil {
		return "", db.Errorf(db.Internal, "audit: %w", err)
	}
	return string(b), nil
}

// CountActs is how often somebody did something since a time (unix milliseconds).
func CountActs(ctx context.Context, tx *db.Tx, program int64, actor, action string, since int64) (int64, error) {
	return New(tx).countActs(ctx, countActsParams{ProgramID: program, Since: since, Actor: actor, Action: action})
}

// Audits lists acts after the given row id, oldest first, at most limit and 1,000.
func Audits(ctx context.Context, tx *db.Tx, program, after, limit int64) ([]Audit, error) {
	return New(tx).auditsAfter(ctx, auditsAfterParams{ProgramID: program, ID: after, Limit: int32(max(0, min(limit, 1000)))})
}

// AuditSearch says which acts are looked for.
type AuditSearch struct {
	Since  int64  // unix milliseconds
	After  int64  // id of the last act seen of those at Since, 0: none
	Actor  string // staff:7, cli:ana ...; '' is anybody
	Action string // points.credit ...; '' is anything
}

// SearchAudits lists acts by time, oldest first, at most limit and 1,000. The next ones are asked for with Since and After of the last.
func SearchAudits(ctx context.Context, tx *db.Tx, program int64, s AuditSearch, limit int64) ([]Audit, error) {
	return New(tx).auditsFrom(ctx, auditsFromParams{
		ProgramID: program, At: s.Since, ID: s.After, Actor: s.Actor, Action: s.Action, Most: max(0, min(limit, 1000)),
	})
}
