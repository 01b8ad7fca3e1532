package members

import (
	"context"
	"time"

	"fiel/db"
)

// NewStore is what a store is made from. Zone ” means the program's.
type NewStore struct{ Name, Merchant, Zone, Address, Contact string }

// CreateStore opens a store of the program: db.Conflict when the name is taken, db.Invalid with what to change.
func CreateStore(ctx context.Context, tx *db.Tx, p Program, n NewStore) (Store, error) {
	ok := false
	if n.Name, ok = Line(n.Name, 60); !ok {
		return Store{}, db.Errorf(db.Invalid, "a store needs a name of at most 60 letters")
	}
	if n.Zone == "" {
		n.Zone = p.Zone
	}
	if err := checkZone(n.Zone); err != nil {
		return Store{}, err
	}
	s, err := New(tx).insertStore(ctx, insertStoreParams{
		ProgramID: p.ID, ID: tx.ID(), Name: n.Name, Merchant: n.Merchant, Zone: n.Zone, Address: n.Address, Contact: n.Contact, CreatedAt: tx.Now,
	})
	if db.Taken(err, "stores_name") {
		return Store{}, db.Errorf(db.Conflict, "there is a store named %q already", n.Name)
	}
	return s, err
}

// StoreByID answers db.Missing when the program has no such store.
func StoreByID(ctx context.Context, tx *db.Tx, program, id int64) (Store, error) {
	s, err := New(tx).store(ctx, program, id)
	return s, orMissing(err, "there is no store %d", id)
}

// Stores lists the stores of a program in the order they were opened.
func Stores(ctx context.Context, tx *db.Tx, program int64) ([]Store, error) {
	return New(tx).stores(ctx, program)
}

// Location is the store's zone: a purchase's day is a day there.
func (s Store) Location() *time.Location { return location(s.Zone) }
