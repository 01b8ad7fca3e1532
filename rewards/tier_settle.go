package rewards

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"fiel/db"
	"fiel/members"
	"fiel/sms"
	"fiel/templates"
)

// settle gives the member the level that is justified now, writes down each step, pays what was reached and tells the member. The
// caller holds the member's row. Done twice it does nothing more.
func settle(ctx context.Context, tx *db.Tx, p members.Program, m members.Member, ladder Ladder, news *News) (members.Member, error) {
	if m.MergedInto != 0 {
		return m, nil // part of another now: has no level and gets nothing
	}
	j, err := justify(ctx, tx, p, m, ladder)
	if err != nil {
		return m, err
	}
	if j.level.ID == m.TierID {
		return keep(ctx, tx, m, j.until)
	}
	was, err := formerLevel(ctx, tx, m)
	if err != nil {
		return m, err
	}
	m.TierID, m.TierSince, m.TierUntil = j.level.ID, tx.Now, j.until
	if err := saveLevel(ctx, tx, m); err != nil {
		return m, err
	}
	if j.level.Threshold > was.Threshold {
		return rise(ctx, tx, p, m, ladder, was, j, news)
	}
	if _, err := move(ctx, tx, m, j.level, false, false); err != nil {
		return m, err
	}
	if j.level.Threshold < was.Threshold && was.RetiredAt == 0 { // a level that the owner took away is no fault of the member's
		news.add(sms.Service, "tier_down", templates.Fields{"was": was.Name, "level": j.level.Name})
	}
	return m, nil
}

// keep moves the moment when the level is looked at again.
func keep(ctx context.Context, tx *db.Tx, m members.Member, until int64) (members.Member, error) {
	if m.TierUntil == until {
		return m, nil
	}
	m.TierUntil = until
	return m, saveLevel(ctx, tx, m)
}

// saveLevel writes the member's level down.
func saveLevel(ctx context.Context, tx *db.Tx, m members.Member) error {
	return New(tx).setLevel(ctx, setLevelParams{
		ProgramID: m.ProgramID, ID: m.ID, TierID: m.TierID, TierSince: m.TierSince, TierUntil: m.TierUntil,
	})
}

// formerLevel is the level that a member was last seen with, also one that is not in use any more: its threshold says what is above.
func formerLevel(ctx context.Context, tx *db.Tx, m members.Member) (Tier, error) {
	if m.TierID == 0 {
		return noLevel(), nil
	}
	t, err := New(tx).tierByID(ctx, m.ProgramID, m.TierID)
	return t, orMissing(err, "there is no level %d", m.TierID)
}

// move writes one step of the member's history and returns its id.
func move(ctx context.Context, tx *db.Tx, m members.Member, to Tier, up, gift bool) (int64, error) {
	id := tx.ID()
	return id, New(tx).insertTierMove(ctx, insertTierMoveParams{
		ProgramID: m.ProgramID, ID: id, MemberID: m.ID, TierID: to.ID, Up: up, Gift: gift, At: tx.Now,
	})
}

// rise goes up step by step. Each level passed pays its entry reward if it was earned, at most once in twelve months.
func rise(ctx context.Context, tx *db.Tx, p members.Program, m members.Member, ladder Ladder, was Tier, j justified, news *News) (members.Member, error) {
	rewarded, err := rewardedLevels(ctx, tx, p, m)
	if err != nil {
		return m, err
	}
	var won prize
	for _, t := range ladder {
		if t.Threshold <= was.Threshold || t.Threshold > j.level.Threshold {
			continue
		}
		gift := t.gives() && t.Threshold <= j.earned.Threshold && !rewarded[t.ID]
		id, err := move(ctx, tx, m, t, true, gift)
		if err == nil && gift {
			m, err = t.pay(ctx, tx, p, m, id, &won)
		}
		if err != nil {
			return m, err
		}
	}
	news.add(sms.Reply, "tier_up", j.fields(p, m, won.points))
	for _, v := range won.vouchers {
		news.given(p, m, sms.Reply, v)
	}
	return m, nil
}

// prize is what came with the levels that a member passed.
type prize struct {
	points   int64
	vouchers []Voucher
}

// fields are what a member who has risen is told: the level, the last day of it and the points that came with it.
func (j justified) fields(p members.Program, m members.Member, points int64) templates.Fields {
	f := templates.Fields{"level": j.level.Name}
	if j.until != 0 {
		f["until"] = templates.DateYear(spoken(p, m), time.UnixMilli(j.until-1).In(p.Location()))
	}
	if points > 0 {
		f["points"] = strconv.FormatInt(points, 10)
	}
	return f
}

// gives says whether reaching the level is rewarded.
func (t Tier) gives() bool { return t.EntryPoints > 0 || t.EntryRewardID != 0 }

// rewardedLevels are those whose entry reward the member has had within twelve months: from the same date a year on it is paid again.
func rewardedLevels(ctx context.Context, tx *db.Tx, p members.Program, m members.Member) (map[int64]bool, error) {
	since := beginOf(fallen(dateOf(tx.Time().In(p.Location()))).AddDate(0, 0, 1), p.Location())
	ids, err := New(tx).tiersRewarded(ctx, tiersRewardedParams{ProgramID: p.ID, MemberID: m.ID, At: since})
	list := map[int64]bool{}
	for _, id := range ids {
		list[id] = true
	}
	return list, err
}

// pay gives what reaching the level is rewarded with. Its points do not count for levels. A voucher that cannot be had, because none
// is left or the reward is over, keeps nobody from the level; the owner finds it in the audit.
func (t Tier) pay(ctx context.Context, tx *db.Tx, p members.Program, m members.Member, id int64, won *prize) (members.Member, error) {
	source := fmt.Sprintf("tier:%d:%d:%d", t.ID, m.ID, id)
	if t.EntryPoints > 0 {
		var err error
		_, m, err = Post(ctx, tx, p, m, Posting{Kind: KindBonus, Delta: t.EntryPoints, Source: source, Words: t.Name})
		if err != nil {
			return m, err
		}
		won.points += t.EntryPoints
	}
	if t.EntryRewardID == 0 {
		return m, nil
	}
	v, err := grantReward(ctx, tx, p, m, t.EntryRewardID, source, false)
	if code := db.CodeOf(err); code == db.Refused || code == db.Missing {
		return m, t.noReward(ctx, tx, m, err)
	}
	won.vouchers = append(won.vouchers, v)
	return m, err
}

func (t Tier) noReward(ctx context.Context, tx *db.Tx, m members.Member, why error) error {
	return members.Record(ctx, tx, m.ProgramID, members.Act{
		Actor: "system", Door: "level", Action: "tier.no_reward", Subject: fmt.Sprintf("member:%d", m.ID),
		After: map[string]any{"level": t.Name, "reward": t.EntryRewardID, "why": why.Error()},
	})
}
