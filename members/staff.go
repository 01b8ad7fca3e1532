package members

import (
	"context"

	"fiel/db"
)

// Roles of staff, from least to most.
const (
	Cashier = "cashier"
	Manager = "manager"
	Owner   = "owner"
)

// NewStaff is what a person at a store is entered with. Store 0 is all stores; a phone ” can be added later.
type NewStaff struct {
	Store int64
	Name  string
	Role  string
	Phone Phone
	Hash  string // of the phone: without it no text reaches them

	Language string // '' is the program's
}

// AddStaff enters a person: db.Conflict when the phone is another person's, db.Invalid with what to change, db.Missing for a store of
// another program.
func AddStaff(ctx context.Context, tx *db.Tx, program int64, n NewStaff) (Staff, error) {
	ok := false
	if n.Name, ok = Line(n.Name, 80); !ok {
		return Staff{}, db.Errorf(db.Invalid, "staff need a name of at most 80 letters")
	}
	switch n.Role {
	case Cashier, Manager, Owner:
	default:
		return Staff{}, db.Errorf(db.Invalid, "%q is no role: cashier, manager or owner", n.Role)
	}
	if n.Store != 0 {
		if _, err := StoreByID(ctx, tx, program, n.Store); err != nil {
			return Staff{}, err
		}
	}
	if n.Language != "" {
		if err := checkLanguage(n.Language); err != nil {
			return Staff{}, err
		}
	}
	s, err := New(tx).insertStaff(ctx, insertStaffParams{
		ProgramID: program, ID: tx.ID(), StoreID: n.Store, Name: n.Name, Role: n.Role, Phone: n.Phone, Hash: n.Hash, Language: n.Language,
		CreatedAt: tx.Now,
	})
	if db.Taken(err, "staff_phone") {
		return Staff{}, db.Errorf(db.Conflict, "that phone belongs to somebody else on the staff")
	}
	return s, err
}

// StaffByID answers db.Missing when nobody with that id works here.
func StaffByID(ctx context.Context, tx *db.Tx, program, id int64) (Staff, error) {
	s, err := New(tx).staffByID(ctx, program, id)
	return s, orMissing(err, "nobody on the staff has the id %d", id)
}

// StaffByPhone answers db.Missing when nobody on the staff has that phone.
func StaffByPhone(ctx context.Context, tx *db.Tx, program int64, phone Phone) (Staff, error) {
	s, err := New(tx).staffByPhone(ctx, program, phone)
	return s, orMissing(err, "nobody on the staff has that phone")
}

// ListStaff lists who works here, in the order they came.
func ListStaff(ctx context.Context, tx *db.Tx, program int64) ([]Staff, error) {
	return New(tx).staffOf(ctx, program)
}

// LeaveStaff ends somebody's time on the staff: from now on they decide nothing here, and their phone is free for another. Their
// name stays, since the audit names them by id. db.Missing when nobody with that id works here.
func LeaveStaff(ctx context.Context, tx *db.Tx, program, id int64) (Staff, error) {
	s, err := New(tx).leaveStaff(ctx, leaveStaffParams{ProgramID: program, ID: id, LeftAt: tx.Now})
	return s, orMissing(err, "nobody on the staff has the id %d", id)
}
