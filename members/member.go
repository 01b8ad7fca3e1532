package members

import (
	"context"

	"fiel/db"
)

// Joining is somebody becoming a member.
type Joining struct {
	Phone      Phone
	Hash       string // of the phone, see [Key.Hash]
	Name       string
	Language   string // '' takes the program's
	Store      int64  // home store, 0 if not known
	WroteFirst bool   // they texted us themselves
}

// Join makes a member of a number, or finds the member it already is. Joined says that somebody is new, or is back after having
// left. Consent is not its business: see [Agree]. The caller holds the number's row (see [Touch]).
//
// Errors, before anything is written: db.Invalid for a name that is none or a language without texts, db.Missing for a store of
// another program.
func Join(ctx context.Context, tx *db.Tx, p Program, j Joining) (m Member, joined bool, err error) {
	m, err = ByPhone(ctx, tx, p.ID, j.Phone)
	if db.NotFound(err) {
		m, err = insertNew(ctx, tx, p, j)
		return m, err == nil, err
	}
	if err != nil {
		return Member{}, false, err
	}
	return comeBack(ctx, tx, m, j)
}

func insertNew(ctx context.Context, tx *db.Tx, p Program, j Joining) (Member, error) {
	name, err := CleanName(j.Name)
	if j.Name == "" {
		name, err = "", nil
	}
	if err != nil {
		return Member{}, err
	}
	if j.Language == "" {
		j.Language = p.Language
	}
	if err := checkLanguage(j.Language); err != nil {
		return Member{}, err
	}
	if j.Store != 0 {
		if _, err := StoreByID(ctx, tx, p.ID, j.Store); err != nil {
			return Member{}, err
		}
	}
	formerly, err := New(tx).formerlyOf(ctx, p.ID, j.Hash)
	if err != nil && !db.NotFound(err) {
		return Member{}, err
	}
	m, err := New(tx).insertMember(ctx, insertMemberParams{
		ProgramID: p.ID, ID: tx.ID(), Phone: j.Phone, Hash: j.Hash, Name: name, Language: j.Language, StoreID: j.Store,
		JoinedAt: tx.Now, WroteFirst: j.WroteFirst, Formerly: formerly,
	})
	if db.Taken(err, "members_phone") {
		return Member{}, db.Errorf(db.Conflict, "that number has just joined")
	}
	return m, err
}

func comeBack(ctx context.Context, tx *db.Tx, m Member, j Joining) (Member, bool, error) {
	back := m.LeftAt != 0
	if j.WroteFirst {
		if err := Wrote(ctx, tx, m); err != nil {
			return Member{}, false, err
		}
	}
	if j.Name != "" && m.Name == "" {
		if _, err := SetName(ctx, tx, m, j.Name); err != nil {
			return Member{}, false, err
		}
	}
	m, err := New(tx).returnMember(ctx, m.ProgramID, m.ID)
	return m, back, err
}

// CameBy notes the code that somebody joined with; the first one stays.
func CameBy(ctx context.Context, tx *db.Tx, m Member, code string) (Member, error) {
	if m.Channel != "" || code == "" {
		return m, nil
	}
	m.Channel = code
	return m, New(tx).setChannel(ctx, setChannelParams{ProgramID: m.ProgramID, ID: m.ID, Channel: code})
}

// Wrote notes that the member has texted us of their own accord.
func Wrote(ctx context.Context, tx *db.Tx, m Member) error {
	return New(tx).setWroteFirst(ctx, m.ProgramID, m.ID)
}

// ByPhone finds the member a number is; db.Missing when it is none, also after erasure.
func ByPhone(ctx context.Context, tx *db.Tx, program int64, phone Phone) (Member, error) {
	m, err := New(tx).memberByPhone(ctx, program, phone)
	return m, orMissing(err, "that number is not a member")
}

// ByID finds a member by id; db.Missing when the program has none such.
func ByID(ctx context.Context, tx *db.Tx, program, id int64) (Member, error) {
	m, err := New(tx).memberByID(ctx, program, id)
	return m, orMissing(err, "there is no member %d", id)
}

// Lock takes the row of the member's number and then the member's own, and returns the member as it is now. Members that are
// locked together are locked in rising id.
func Lock(ctx context.Context, tx *db.Tx, program, id int64) (Member, error) {
	m, _, err := LockNumbered(ctx, tx, program, id)
	return m, err
}

// LockNumbered is [Lock], and tells what is known of the member's number: the zero Number when they have none.
func LockNumbered(ctx context.Context, tx *db.Tx, program, id int64) (m Member, n Number, err error) {
	hash, err := New(tx).hashOfMember(ctx, program, id)
	if err != nil {
		return Member{}, Number{}, orMissing(err, "there is no member %d", id)
	}
	if hash != "" {
		if n, err = Touch(ctx, tx, program, hash); err != nil {
			return Member{}, Number{}, err
		}
	}
	m, err = New(tx).lockMember(ctx, lockMemberParams{ProgramID: program, ID: id, Touched: tx.Now})
	if err == nil && m.Hash != hash {
		return Member{}, Number{}, db.Errorf(db.Conflict, "the number of member %d has just changed: try again", id)
	}
	return m, n, err
}

// After lists members with a number after the given id, in rising id, at most limit and 1,000.
func After(ctx context.Context, tx *db.Tx, program, id, limit int64) ([]Member, error) {
	return New(tx).membersAfter(ctx, membersAfterParams{ProgramID: program, ID: id, Limit: int32(max(0, min(limit, 1000)))})
}

// Count counts the members who have not left.
func Count(ctx context.Context, tx *db.Tx, program int64) (int64, error) {
	return New(tx).countMembers(ctx, program)
}

// Left says whether the member has left all texts. Points are kept.
func (m Member) Left() bool { return m.LeftAt != 0 }

// Counted is how many members a program has had, how many of them have left, and how many were erased. It goes through all of them.
func Counted(ctx context.Context, tx *db.Tx, program int64) (all, left, erased int64, err error) {
	n, err := New(tx).counted(ctx, program)
	return n.Everybody, n.Gone, n.Erased, err
}
