package pos

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"fiel/db"
	"fiel/members"
)

// Reasons why a sale that fits all rules is shown to the owner all the same.
const (
	ownNumber = "own_number" // whoever sold it gave their own number
	velocity  = "velocity"   // one member came to one till very often on one day
)

// longDay is longer than any local day, in milliseconds.
const longDay = 26 * 60 * 60 * 1000

// suspect looks at who sold to whom, before anything is given. A sale to the cashier's own number waits for the owner.
func (a *arrival) suspect(ctx context.Context, tx *db.Tx) error {
	phone := a.phone
	if a.member.ID != 0 {
		phone = a.member.Phone
	}
	if a.state != credited && a.state != held || a.sale.Cashier == "" || phone == "" {
		return nil
	}
	s, err := members.StaffByPhone(ctx, tx, a.program.ID, phone)
	if db.NotFound(err) || err == nil && !isCashier(s, a.sale.Cashier) {
		return nil
	}
	if err != nil {
		return err
	}
	a.state = review
	return a.warn(ctx, tx, ownNumber, "This is the cashier's own number. The sale earns nothing until the owner has looked at it.")
}

// isCashier says whether a till means that person: by their id or by exactly their name.
func isCashier(s members.Staff, said string) bool {
	said = strings.TrimSpace(said)
	return said == s.Name || said == strconv.FormatInt(s.ID, 10)
}

// watch flags a sale when its member has come to the till so often on that day that the owner wants to know, who is told once a day.
// Who was not here on that day before costs no look.
func (a *arrival) watch(ctx context.Context, tx *db.Tx) error {
	often := a.program.MovementsPerDay
	if a.state != credited || often == 0 || often > 1 && a.member.LastPurchaseAt < a.at-longDay {
		return nil
	}
	today := a.day()
	n, err := New(tx).movementsOfDay(ctx, movementsOfDayParams{
		ProgramID: a.program.ID, MemberID: a.member.ID, Since: a.at - longDay, Until: a.at + longDay, TillID: a.till.ID, Day: today,
	})
	if err != nil || n+1 < often {
		return err
	}
	a.flagged = true
	return a.park(ctx, tx, note{kind: "member", ref: fmt.Sprintf("member:%d", a.member.ID), meant: today, reason: velocity})
}
