package rewards

import (
	"context"
	"errors"
	"strconv"

	"fiel/db"
	"fiel/members"
	"fiel/sms"
)

// mostAutomatic is how many rewards one movement of points issues by itself; what is left follows with the next movement.
const mostAutomatic = 5

// issueAutomatic issues the rewards that are issued by themselves, the dearest first, as long as the member's points reach for one. A
// reward that has run out, is not in its time or is for another level is passed over, and a member who has left gets none. The caller
// holds the member's row. It costs one look by an index where there is nothing to issue.
//
// It follows every credit that is new to the member: purchases, bonuses, points by hand, of a merged member, of a dispute that was
// settled. It does not follow what comes back because a voucher was not used or a sale was undone, which would issue the same voucher
// for ever, nor a balance brought over from another system, of which nobody is texted: those wait for the next movement.
func issueAutomatic(ctx context.Context, tx *db.Tx, p members.Program, m members.Member, news *News) (members.Member, error) {
	if m.Balance <= 0 || m.Left() || m.ErasedAt != 0 || m.MergedInto != 0 {
		return m, nil
	}
	reached, err := New(tx).automaticRewards(ctx, automaticRewardsParams{
		ProgramID: p.ID, Balance: m.Balance, Latest: tx.Now + longestEarly, Now: tx.Now,
	})
	if err != nil || len(reached) == 0 {
		return m, err
	}
	if m, err = lapse(ctx, tx, p, m); err != nil {
		return members.Member{}, err
	}
	k, err := rankOf(ctx, tx, p, m, reached...)
	if err != nil {
		return members.Member{}, err
	}
	issued := 0
	for _, r := range reached {
		for issued < mostAutomatic && m.Balance >= r.Cost && r.bar(k, tx.Now) == nil {
			done := false
			if m, done, err = r.issueTo(ctx, tx, p, m, news); err != nil {
				return members.Member{}, err
			}
			if !done {
				break
			}
			issued++
		}
	}
	return m, nil
}

// reachedUnasked is [issueAutomatic] for points that neither a purchase nor an act of the member's has brought: those given by hand, of a
// merged member, of a dispute. The caller tells the news last.
func reachedUnasked(ctx context.Context, tx *db.Tx, p members.Program, m members.Member) (members.Member, News, error) {
	news := News{Unasked: true}
	m, err := issueAutomatic(ctx, tx, p, m, &news)
	return m, news, err
}

// longestEarly is how much before its start the level with the longest early access may have a reward: a year, in milliseconds.
const longestEarly = 366 * 24 * hour

// issueTo issues one to the member and tells them; false when none is left.
func (r Reward) issueTo(ctx context.Context, tx *db.Tx, p members.Program, m members.Member, news *News) (members.Member, bool, error) {
	v, m, err := r.sell(ctx, tx, p, m, "")
	if barred := (*BarredError)(nil); errors.As(err, &barred) {
		return m, false, nil
	}
	if err != nil {
		return members.Member{}, false, err
	}
	news.reached(p, m, v)
	return m, true, nil
}

// reached tells the member that their points became a voucher.
func (n *News) reached(p members.Program, m members.Member, v Voucher) {
	if atOnce(v.Kind) {
		n.given(p, m, sms.Reply, v)
		return
	}
	f := v.fields(p, m)
	f["cost"], f["balance"] = strconv.FormatInt(v.Cost, 10), strconv.FormatInt(m.Balance, 10)
	n.add(sms.Reply, "voucher_reached", f)
}
