package rewards

import (
	"context"

	"fiel/db"
	"fiel/members"
)

// issueAutomatic issues the rewards that are issued by themselves, as long as the member's points reach for one.
func issueAutomatic(ctx context.Context, tx *db.Tx, p members.Program, m members.Member, news *News) (members.Member, error) {
	return m, nil
}
