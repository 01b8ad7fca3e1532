package rewards

import (
	"context"
	"strconv"
	"strings"

	"fiel/db"
	"fiel/members"
)

// secondPerson finds who approves: somebody else than who acts, on the staff, or another person at the command line, of whom there
// is no row.
func (c *counter) secondPerson(ctx context.Context, tx *db.Tx, who string) (s members.Staff, why, err error) {
	id, onStaff := staffID(who)
	switch {
	case who == c.Actor || onStaff && id == c.Staff:
		return s, db.Errorf(db.Denied, "nobody approves what they do themselves: ask another manager"), nil
	case !onStaff && strings.HasPrefix(who, "cli:") && c.Door == "cli":
		return s, nil, nil
	case !onStaff:
		return s, db.Errorf(db.Denied, "a manager or the owner approves: say who by their id on the staff"), nil
	}
	s, err = members.StaffByID(ctx, tx, c.program.ID, id)
	if db.CodeOf(err) == db.Missing {
		return s, db.Errorf(db.Denied, "nobody on the staff has the id %d: ask a manager or the owner to approve it", id), nil
	}
	return s, nil, err
}

// staffID reads an actor that is a person of the staff: staff:7.
func staffID(actor string) (int64, bool) {
	digits, ok := strings.CutPrefix(actor, "staff:")
	id, err := strconv.ParseInt(digits, 10, 64)
	return id, ok && err == nil && id > 0
}
