package rewards

import (
	"context"

	"fiel/db"
	"fiel/members"
)

// count is what counts for a member's level: points of a purchase or an action, earning money (minor units); below zero when it was
// given back, on the day it was earned.
type count struct {
	day           string // local
	points, money int64
}

// counted adds to what counts for the member's level and moves the level if need be.
func counted(ctx context.Context, tx *db.Tx, p members.Program, m members.Member, c count, news *News) (members.Member, error) {
	return m, nil
}
