package rewards

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"fiel/db"
	"fiel/members"
)

// Farm is a member whose friends look as if they were made up for the points.
type Farm struct {
	Member  int64
	Friends int      // that have bought
	Reasons []string // why it looks so, each as words
}

// What makes a farm: so many friends, and so many reasons.
const (
	farmFriends = 3
	farmReasons = 2
	farmShare   = 80             // per cent of the friends that a reason has to hold for
	farmAbove   = 120            // per cent of the minimum up to which a purchase is just above it
	farmDays    = 7 * 24 * hour  // in which all of them bought
	farmQuiet   = 14 * 24 * hour // since the last of them: before that nobody can be said to have not come back
)

// Farms lists members who, since a moment (unix milliseconds), brought at least three friends that bought, and for whom at least two of
// these hold: the friends bought once and never came back, just above the minimum, at one till or cashier, within days, or gave the
// purchase back. The most suspicious come first. It reads only, and decides nothing: a person looks at each.
func Farms(ctx context.Context, tx *db.Tx, p members.Program, since int64) ([]Farm, error) {
	rows, err := New(tx).friendsWhoBought(ctx, p.ID, since)
	if err != nil {
		return nil, err
	}
	minimum := int64(0)
	switch terms, err := ReferralTerms(ctx, tx, p.ID); {
	case err == nil:
		minimum = terms.Minimum
	case !db.NotFound(err):
		return nil, err
	}
	var farms []Farm
	for len(rows) > 0 {
		n := slices.IndexFunc(rows, func(r friendsWhoBoughtRow) bool { return r.MemberID != rows[0].MemberID })
		if n < 0 {
			n = len(rows)
		}
		f := Farm{Member: rows[0].MemberID, Friends: n, Reasons: suspicions(rows[:n], minimum, tx.Now)}
		if n >= farmFriends && len(f.Reasons) >= farmReasons {
			farms = append(farms, f)
		}
		rows = rows[n:]
	}
	slices.SortStableFunc(farms, func(a, b Farm) int {
		if len(a.Reasons) != len(b.Reasons) {
			return len(b.Reasons) - len(a.Reasons)
		}
		return b.Friends - a.Friends
	})
	return farms, nil
}

// suspicions are what speaks against the friends of one member, given in the order they bought.
func suspicions(friends []friendsWhoBoughtRow, minimum, now int64) (reasons []string) {
	say := func(n int, words string) {
		if n*100 >= farmShare*len(friends) {
			reasons = append(reasons, fmt.Sprintf("%d of %d %s", n, len(friends), words))
		}
	}
	first, last := friends[0].OccurredAt, friends[len(friends)-1].OccurredAt
	say(number(friends, func(f friendsWhoBoughtRow) bool { return f.Bought <= 1 && now-f.OccurredAt >= farmQuiet }), "bought once and never came back")
	say(number(friends, func(f friendsWhoBoughtRow) bool { return minimum > 0 && f.Earning*100 <= minimum*farmAbove }), "bought just above the minimum")
	say(number(friends, func(f friendsWhoBoughtRow) bool { return f.Returned }), "gave the purchase back")
	if till, n := commonest(friends); n > 1 {
		say(n, "bought at "+till)
	}
	if last-first <= farmDays {
		reasons = append(reasons, fmt.Sprintf("all bought within %d days", (last-first)/(24*hour)+1))
	}
	return reasons
}

func number(friends []friendsWhoBoughtRow, is func(friendsWhoBoughtRow) bool) (n int) {
	for _, f := range friends {
		if is(f) {
			n++
		}
	}
	return n
}

// commonest is the till, with its cashier where it says one, at which most of the friends bought, and how many did.
func commonest(friends []friendsWhoBoughtRow) (till string, most int) {
	count := map[string]int{}
	for _, f := range friends {
		at := strings.TrimSpace(fmt.Sprintf("till %d %s", f.TillID, f.Cashier))
		if count[at]++; count[at] > most {
			till, most = at, count[at]
		}
	}
	return till, most
}
