package rewards

import (
	"context"
	"slices"
	"strings"

	"fiel/db"
	"fiel/members"
)

// Donated is what a charity gets for a month.
type Donated struct {
	Charity   string `json:"charity"`
	Donations int64  `json:"donations"`
	Points    int64  `json:"points"` // that members gave for them
	Amount    int64  `json:"amount"` // minor units that the program owes the charity
}

// Donations is the statement of a month ("2027-03", in the program's zone), by charity; a donation that was undone is not in it.
// db.Invalid for what is no month.
func Donations(ctx context.Context, tx *db.Tx, p members.Program, month string) ([]Donated, error) {
	first, last, err := monthSpan(month, p.Location())
	if err != nil {
		return nil, err
	}
	rows, err := New(tx).donations(ctx, donationsParams{ProgramID: p.ID, First: first, Last: last})
	list := make([]Donated, len(rows))
	for i, r := range rows {
		list[i] = Donated{r.Charity, r.N, r.Points, r.Amount}
	}
	slices.SortFunc(list, func(a, b Donated) int { return strings.Compare(a.Charity, b.Charity) })
	return list, err
}
