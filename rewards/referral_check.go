package rewards

import (
	"context"
	"slices"
)

// circularReferrals are friends (I35) from whom one comes back to themselves by asking again and again who brought them, at most 100.
// It pages over all referrals; who was brought is known once, so a walk that meets an earlier one ends there.
func (q *Queries) circularReferrals(ctx context.Context, program int64) ([]int64, error) {
	brought := map[int64]int64{}
	for last := int64(0); ; {
		rows, err := q.referralsAfter(ctx, referralsAfterParams{ProgramID: program, After: last, Most: 1000})
		if err != nil {
			return nil, err
		}
		if len(rows) == 0 {
			return circles(brought), nil
		}
		for _, r := range rows {
			brought[r.FriendID], last = r.MemberID, r.FriendID
		}
	}
}

// circles are those who come back to themselves, in rising id.
func circles(brought map[int64]int64) (found []int64) {
	walk := map[int64]int64{} // who was passed, by the friend the walk began with
	for friend := range brought {
		at, ok := friend, true
		for ok && walk[at] == 0 {
			walk[at] = friend
			at, ok = brought[at]
		}
		if ok && walk[at] == friend { // the walk has met itself
			for first := at; ; {
				found = append(found, at)
				if at = brought[at]; at == first {
					break
				}
			}
		}
	}
	slices.Sort(found)
	return found[:min(len(found), 100)]
}
