package members

import (
	"context"
	"strconv"
	"strings"

	"fiel/db"
)

// StaffAnswer is how long a phone that was asked whether it is somebody's on the staff may say so, in milliseconds.
const StaffAnswer = 48 * 60 * 60 * 1000

// FindStaff finds somebody on the staff by id or by name, whatever the case. Errors: db.Missing when nobody is called so, db.Refused
// when several are.
func FindStaff(ctx context.Context, tx *db.Tx, program int64, nameOrID string) (Staff, error) {
	if id, err := strconv.ParseInt(nameOrID, 10, 64); err == nil {
		return StaffByID(ctx, tx, program, id)
	}
	all, err := ListStaff(ctx, tx, program)
	if err != nil {
		return Staff{}, err
	}
	var found []Staff
	for _, s := range all {
		if strings.EqualFold(s.Name, strings.TrimSpace(nameOrID)) {
			found = append(found, s)
		}
	}
	switch len(found) {
	case 0:
		return Staff{}, db.Errorf(db.Missing, "nobody on the staff is called %q", nameOrID)
	case 1:
		return found[0], nil
	}
	return Staff{}, db.Errorf(db.Refused, "%d people on the staff are called %q: say which by id", len(found), nameOrID)
}

// SetStaffPhone gives somebody another phone, or none. Until it has said itself that it is theirs, it counts for nothing: see
// [VerifyStaff]. Errors: db.Conflict when the phone is another person's, db.Missing when nobody with that id works here.
func SetStaffPhone(ctx context.Context, tx *db.Tx, program, id int64, phone Phone, hash string) (Staff, error) {
	s, err := New(tx).setStaffPhone(ctx, setStaffPhoneParams{ProgramID: program, ID: id, Phone: phone, Hash: hash})
	if db.Taken(err, "staff_phone") {
		return Staff{}, db.Errorf(db.Conflict, "that phone belongs to somebody else on the staff")
	}
	return s, orMissing(err, "nobody on the staff has the id %d", id)
}

// AskingStaff notes that somebody's phone is asked now whether it is theirs; the text itself is sms.AskStaff's. db.Refused when there is
// nothing to ask: no phone, or one that has said so before.
func AskingStaff(ctx context.Context, tx *db.Tx, s Staff) (Staff, error) {
	asked, err := New(tx).askStaff(ctx, askStaffParams{ProgramID: s.ProgramID, ID: s.ID, AskedAt: tx.Now})
	if db.NotFound(err) {
		return Staff{}, db.Errorf(db.Refused, "%s has no phone that could be asked, or has confirmed it already", s.Name)
	}
	return asked, err
}

// Verified says whether the phone has said itself that it is this person's, who still works here.
func (s Staff) Verified() bool { return s.VerifiedAt != 0 && s.LeftAt == 0 && s.Phone != "" }

// Asked says whether the phone was asked and may still answer.
func (s Staff) Asked(now int64) bool {
	return s.LeftAt == 0 && s.VerifiedAt == 0 && s.AskedAt != 0 && now-s.AskedAt < StaffAnswer
}

// VerifyStaff is the phone saying that it is theirs. db.Conflict when it is too late, was changed or said so before.
func VerifyStaff(ctx context.Context, tx *db.Tx, s Staff) (Staff, error) {
	verified, err := New(tx).verifyStaff(ctx, verifyStaffParams{Now: tx.Now, ProgramID: s.ProgramID, ID: s.ID, Hash: s.Hash, Since: tx.Now - StaffAnswer})
	if db.NotFound(err) {
		return Staff{}, db.Errorf(db.Conflict, "the phone of %s was changed or confirmed meanwhile", s.Name)
	}
	return verified, err
}

// DenyStaff is the phone saying that it is not theirs: it may be asked again, and a yes that comes later counts for nothing.
func DenyStaff(ctx context.Context, tx *db.Tx, s Staff) error {
	_, err := New(tx).denyStaff(ctx, denyStaffParams{ProgramID: s.ProgramID, ID: s.ID, Hash: s.Hash})
	return err
}

// DoubtStaff takes its orders from a number whose owner says that it is theirs, or new to them: it may be asked again. The caller holds
// the number's row.
func DoubtStaff(ctx context.Context, tx *db.Tx, program int64, hash string) error {
	return New(tx).doubtStaff(ctx, program, hash)
}

// TellRuns says whether somebody wants a text when a run starts. db.Missing when nobody with that id works here.
func TellRuns(ctx context.Context, tx *db.Tx, program, id int64, on bool) (Staff, error) {
	s, err := New(tx).tellStaffRuns(ctx, tellStaffRunsParams{ProgramID: program, ID: id, TellRuns: on})
	return s, orMissing(err, "nobody on the staff has the id %d", id)
}
