package pos

import (
	"context"

	"fiel/db"
	"fiel/members"
	"fiel/rewards"
)

// Preview finds what a sale would give by the rules of today, also one that lies ahead: its buyer is found by phone or card, if that is
// a member. Its vouchers are not looked at. It changes nothing and may run in a Read. Without a till the sale is at no store in particular, by the
// program's clock. Errors: db.Invalid as a [*Fault] for values that make no sense, db.Missing for a till that is none.
func Preview(ctx context.Context, tx *db.Tx, key members.Key, s Sale) (rewards.Earned, members.Member, error) {
	if s.Ref == "" {
		s.Ref = "preview"
	}
	if err := s.check(); err != nil {
		return rewards.Earned{}, members.Member{}, err
	}
	d, err := previewDesk(ctx, tx, key, s)
	if err != nil {
		return rewards.Earned{}, members.Member{}, err
	}
	m, err := d.readBuyer(s.Phone, s.Card).look(ctx, tx, d.program)
	if err != nil {
		return rewards.Earned{}, members.Member{}, err
	}
	at := s.OccurredAt
	if at == 0 {
		at = tx.Now
	}
	zone := d.program.Location()
	if d.store.ID != 0 {
		zone = d.store.Location()
	}
	e, err := rewards.Preview(ctx, tx, d.program, m, rewards.Purchase{Store: d.store.ID, Till: s.Till, At: at, Local: rewards.Local(zone, at), Sale: s.facts()})
	return e, m, err
}

func previewDesk(ctx context.Context, tx *db.Tx, key members.Key, s Sale) (desk, error) {
	if s.Till != 0 {
		return openDesk(ctx, tx, key, s.Program, s.Till)
	}
	p, err := members.ProgramByID(ctx, tx, s.Program)
	return desk{key: key, program: p}, err
}

// look finds the member without taking any row; the zero Member when the buyer is none.
func (b buyer) look(ctx context.Context, tx *db.Tx, p members.Program) (m members.Member, err error) {
	switch {
	case b.phone != "":
		m, err = members.ByPhone(ctx, tx, p.ID, b.phone)
	case b.card != "":
		m, err = members.ByCard(ctx, tx, p.ID, b.card)
	}
	if db.NotFound(err) {
		return members.Member{}, nil
	}
	return m, err
}
