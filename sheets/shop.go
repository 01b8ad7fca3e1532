package sheets

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"fiel/db"
	"fiel/members"
	"fiel/pos"
	"fiel/rewards"
)

// shop is what rows are read against: the file's layout, and the stores and levels that it may name.
type shop struct {
	*Import
	layout
	stores []members.Store
	levels rewards.Ladder
	seen   map[string]int // lines by number, or by id of a purchase
}

// openShop loads the shop; db.Invalid when the file lacks a column that it needs.
func (i *Import) openShop(ctx context.Context, l layout) (*shop, error) {
	s := &shop{Import: i, layout: l, seen: map[string]int{}}
	needed := map[string][]string{Members: {"phone"}, Purchases: {"phone", "id", "at", "amount"}}[i.Kind]
	for _, column := range needed {
		if !l.has(column) {
			return nil, db.Errorf(db.Invalid, "no column of the file looks like %s: say which with --column %s=NAME", column, column)
		}
	}
	return s, i.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if s.stores, err = members.Stores(ctx, tx, i.Program.ID); err != nil {
			return err
		}
		s.levels, err = rewards.Levels(ctx, tx, i.Program.ID)
		return err
	})
}

// parse reads a row of the file without asking the database; the error says what is wrong with it.
func (s *shop) parse(cells []string, line int, report *Report) (row, error) {
	r := row{line: line, cells: cells}
	typed := s.cell(cells, "phone")
	if typed == "" {
		return row{}, fmt.Errorf("the row has no phone number")
	}
	var err error
	if r.phone, err = members.ParsePhone(typed, s.Program.Country); err != nil {
		return row{}, fmt.Errorf("%q: %w", typed, err)
	}
	if !s.Program.Welcomes(r.phone.Country()) || r.phone.Premium() {
		return row{}, fmt.Errorf("%q: the program does not take numbers of that country or kind", typed)
	}
	r.hash = s.Key.Hash(r.phone)
	if s.Kind == Purchases {
		r.purchase, err = s.parsePurchase(cells)
		return r, s.once(r.purchase.ref, "the same id", line, err)
	}
	r.member, err = s.parseMember(cells, line, report)
	if err = s.once(r.hash, "the same number", line, err); err != nil {
		return r, err
	}
	if card, wrong := members.CleanCard(r.member.card); wrong == nil {
		err = s.once("card "+card, "the same card", line, nil)
	}
	return r, err
}

// once refuses a row whose key stood in the file before.
func (s *shop) once(key, what string, line int, err error) error {
	if err != nil {
		return err
	}
	if first, twice := s.seen[key]; twice {
		return fmt.Errorf("%s stands on line %d already", what, first)
	}
	s.seen[key] = line
	return nil
}

// store finds the store that a row names, or the one for rows that name none.
func (s *shop) store(cells []string) (int64, error) {
	name := s.cell(cells, "store")
	if name == "" {
		return s.Store, nil
	}
	for _, store := range s.stores {
		if folded(store.Name) == folded(name) {
			return store.ID, nil
		}
	}
	names := make([]string, 0, len(s.stores))
	for _, store := range s.stores {
		names = append(names, store.Name)
	}
	return 0, fmt.Errorf("there is no store %q; there are: %s", name, strings.Join(names, ", "))
}

// look counts what bringing the rows over would do.
func (i *Import) look(ctx context.Context, tx *db.Tx, rows []row, report *Report) error {
	for _, r := range rows {
		m, err := members.ByPhone(ctx, tx, i.Program.ID, r.phone)
		if err != nil && !db.NotFound(err) {
			return err
		}
		if i.Kind == Purchases {
			if err := i.lookPurchase(ctx, tx, r, m, report); err != nil {
				return err
			}
			continue
		}
		if err := i.lookMember(ctx, tx, r, m, report); err != nil {
			return err
		}
	}
	return nil
}

// bring brings one row over.
func (i *Import) bring(ctx context.Context, tx *db.Tx, r row, report *Report) error {
	if i.Kind == Purchases {
		return i.bringPurchase(ctx, tx, r, report)
	}
	return i.bringMember(ctx, tx, r, report)
}

// past is a row of purchases, read.
type past struct {
	ref   string
	store int64
	facts pos.Past
}

func (s *shop) parsePurchase(cells []string) (past, error) {
	var p past
	var err error
	if p.store, err = s.store(cells); err != nil {
		return p, err
	}
	if p.store == 0 {
		return p, fmt.Errorf("the row names no store: say which with --store")
	}
	at := slices.IndexFunc(s.stores, func(store members.Store) bool { return store.ID == p.store })
	if at < 0 {
		return p, fmt.Errorf("there is no store %d", p.store)
	}
	p.ref = s.cell(cells, "id")
	if p.ref == "" {
		return p, fmt.Errorf("the row has no id: without one it could come over twice")
	}
	p.facts.Ref = s.From + ":" + p.ref
	p.facts.Currency = strings.ToUpper(s.cell(cells, "currency"))
	if p.facts.Amount, err = s.Style.money(s.cell(cells, "amount"), s.Program.Currency); err != nil {
		return p, err
	}
	when, err := s.Style.when(s.cell(cells, "at"), s.stores[at].Location())
	p.facts.At = when.UnixMilli()
	return p, err
}

func (i *Import) lookPurchase(ctx context.Context, tx *db.Tx, r row, m members.Member, report *Report) error {
	if m.ID == 0 {
		report.refuse(r.line, errors.New(notMember), r.cells)
		return nil
	}
	if err := r.purchase.facts.Check(i.Program, tx.Now); err != nil {
		report.refuse(r.line, err, r.cells)
		return nil
	}
	known, err := pos.Imported(ctx, tx, i.Program, r.purchase.store, r.purchase.facts.Ref)
	if err != nil {
		return err
	}
	if known {
		report.Known++
		return nil
	}
	report.New, report.Amount = report.New+1, report.Amount+r.purchase.facts.Amount
	return nil
}

const notMember = "the number is not a member: bring the members over first"

func (i *Import) bringPurchase(ctx context.Context, tx *db.Tx, r row, report *Report) error {
	m, err := members.ByPhone(ctx, tx, i.Program.ID, r.phone)
	if db.NotFound(err) {
		return db.Errorf(db.Missing, notMember)
	}
	if err != nil {
		return err
	}
	if m, err = members.Lock(ctx, tx, i.Program.ID, m.ID); err != nil {
		return err
	}
	store, err := members.StoreByID(ctx, tx, i.Program.ID, r.purchase.store)
	if err != nil {
		return err
	}
	till, err := pos.ImportTill(ctx, tx, i.Key, i.Program, store.ID)
	if err != nil {
		return err
	}
	added, err := pos.Import(ctx, tx, i.Program, store, till, m, r.purchase.facts)
	switch {
	case err != nil:
		return err
	case added:
		report.New, report.Amount = report.New+1, report.Amount+r.purchase.facts.Amount
	default:
		report.Known++
	}
	return nil
}
