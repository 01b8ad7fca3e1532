package rewards

import (
	"context"
	"fmt"

	"fiel/db"
	"fiel/members"
)

// GivenLevel is a level that is brought over from an older scheme, or given by the owner.
type GivenLevel struct {
	Member int64
	Tier   int64  // 0 takes a given level away
	Until  int64  // exclusive, unix milliseconds; 0: for good
	Actor  string // for the audit: staff:7, cli:ana
	Door   string // cli, page, api, import
}

// GiveLevel lets a member have at least that level until a moment, whatever they earn; a level that they earn counts if it is higher.
// A given level pays no entry reward. What follows is added to the news. It takes the member's row itself. Errors: db.Missing for no
// such level or member, db.Invalid for a time that is over or nobody who gives.
func GiveLevel(ctx context.Context, tx *db.Tx, p members.Program, g GivenLevel, news *News) (members.Member, error) {
	if g.Actor == "" || g.Door == "" {
		return members.Member{}, db.Errorf(db.Invalid, "a level is given by somebody")
	}
	if g.Until != 0 && g.Until <= tx.Now {
		return members.Member{}, db.Errorf(db.Invalid, "a level is given until a moment that is still to come")
	}
	m, err := members.Lock(ctx, tx, p.ID, g.Member)
	if err != nil {
		return members.Member{}, err
	}
	ladder, err := Levels(ctx, tx, p.ID)
	if err != nil {
		return members.Member{}, err
	}
	if ladder.Rank(g.Tier) == 0 && g.Tier != 0 {
		return members.Member{}, db.Errorf(db.Missing, "there is no level %d", g.Tier)
	}
	before := map[string]int64{"level": m.TierGivenID, "until": m.TierGivenUntil}
	m.TierGivenID, m.TierGivenUntil = g.Tier, g.Until
	err = New(tx).giveTier(ctx, giveTierParams{ProgramID: p.ID, ID: m.ID, TierGivenID: g.Tier, TierGivenUntil: g.Until})
	if err != nil {
		return members.Member{}, err
	}
	if m, err = settleLater(ctx, tx, p, m, ladder, news); err != nil {
		return members.Member{}, err
	}
	return m, members.Record(ctx, tx, p.ID, members.Act{
		Actor: g.Actor, Door: g.Door, Action: "member.level", Subject: fmt.Sprintf("member:%d", m.ID), Before: before,
		After: map[string]int64{"level": m.TierGivenID, "until": m.TierGivenUntil},
	})
}

// givenLevel says whether a level that the member was given still holds.
func givenLevel(tx *db.Tx, m members.Member, ladder Ladder) bool {
	return ladder.Rank(m.TierGivenID) > 0 && (m.TierGivenUntil == 0 || tx.Now < m.TierGivenUntil)
}
