package pos

import (
	"context"
	"net/http"

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

// look finds the member without taking any row; the zero Member when the buyer is none, also for a slip in the number of a card: such
// a sale is kept for nobody.
func (b buyer) look(ctx context.Context, tx *db.Tx, p members.Program) (m members.Member, err error) {
	switch {
	case b.phone != "":
		m, err = members.ByPhone(ctx, tx, p.ID, b.phone)
	case b.card != "":
		m, err = members.ByCard(ctx, tx, p.ID, b.card)
	}
	if code := db.CodeOf(err); code == db.Missing || code == db.Invalid {
		return members.Member{}, nil
	}
	return m, err
}

// preview is what a till is told of a sale that has not been made.
type preview struct {
	Status   string `json:"status"`
	Member   string `json:"member"` // known or none
	Points   int64  `json:"points"`
	Balance  *int64 `json:"balance,omitempty"` // of the member, before the sale
	Currency string `json:"currency"`
	Earning  int64  `json:"earning"` // of the amount what can earn, minor units
	Why      string `json:"why,omitempty"`
}

// Preview answers what a sale would give; it stores nothing and may be asked any number of times. Errors as for [Service.Record].
func (s *Service) Preview(ctx context.Context, sale Sale) (Answer, error) {
	var p preview
	err := s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		e, m, err := Preview(ctx, tx, s.Key, sale)
		if err != nil {
			return err
		}
		program, err := members.ProgramByID(ctx, tx, sale.Program)
		p = preview{Status: "preview", Member: whose(m.ID, ""), Points: e.Points, Currency: program.Currency, Earning: e.Earning}
		if e.Points > 0 {
			p.Why = e.Breakdown.Explain(program.Currency)
		}
		if m.ID != 0 {
			p.Balance = &m.Balance
		}
		return err
	})
	return Answer{http.StatusOK, marshal(p)}, err
}
