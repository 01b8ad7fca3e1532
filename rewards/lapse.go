package rewards

import (
	"context"
	"fmt"
	"time"

	"fiel/db"
	"fiel/members"
)

// LapseDue writes off points past their day, one entry for each lot, those of a member in one go; it looks at about limit lots. N is how
// many it looked at: as long as that is limit there may be more. Any number of processes may call it at once.
func LapseDue(ctx context.Context, tx *db.Tx, p members.Program, limit int64) (n int64, err error) {
	whose, err := New(tx).deadLots(ctx, deadLotsParams{ProgramID: p.ID, LapsesAt: tx.Now, Column3: limit})
	if err != nil {
		return 0, err
	}
	n = int64(len(whose))
	for _, id := range each(whose) {
		m, err := members.Lock(ctx, tx, p.ID, id)
		if err == nil {
			_, err = lapse(ctx, tx, p, m)
		}
		if err != nil {
			return 0, err
		}
	}
	return n, nil
}

// LapseLeft writes off the points of members, at most limit, who left a year ago: until then an ALTA brings them back. Who left the
// texts and went on buying keeps the points for a year after the last entry. N is how many members it was.
func LapseLeft(ctx context.Context, tx *db.Tx, p members.Program, limit int64) (n int64, err error) {
	gone, err := New(tx).longLeft(ctx, longLeftParams{ProgramID: p.ID, LeftAt: aYearAgo(tx, p), Column3: limit})
	if err != nil {
		return 0, err
	}
	for _, id := range each(gone) {
		m, err := members.Lock(ctx, tx, p.ID, id)
		if err == nil {
			_, err = lapseGone(ctx, tx, p, m)
		}
		if err != nil {
			return 0, err
		}
	}
	return int64(len(gone)), nil
}

// LapseGone writes off the points of a number's member who left a year ago, for whoever lets them join again: they begin with nothing
// whether or not [LapseLeft] came by. A number that is no member is none of its business. The caller holds the number's row.
func LapseGone(ctx context.Context, tx *db.Tx, p members.Program, phone members.Phone) error {
	m, err := members.ByPhone(ctx, tx, p.ID, phone)
	if db.NotFound(err) || err == nil && !m.Left() {
		return nil
	}
	if err == nil {
		m, err = members.Lock(ctx, tx, p.ID, m.ID)
	}
	if err == nil {
		_, err = lapseGone(ctx, tx, p, m)
	}
	return err
}

func aYearAgo(tx *db.Tx, p members.Program) int64 {
	return time.UnixMilli(tx.Now).In(p.Location()).AddDate(-1, 0, 0).UnixMilli()
}

// lapseGone writes off all points of a member, if the member left a year ago. Their lots may fill again when a sale is given back late,
// so the entries are named by the member's own count.
func lapseGone(ctx context.Context, tx *db.Tx, p members.Program, m members.Member) (members.Member, error) {
	if ago := aYearAgo(tx, p); !m.Left() || m.LeftAt > ago || m.ActiveAt > ago {
		return m, nil
	}
	m, err := lapse(ctx, tx, p, m)
	if err != nil {
		return m, err
	}
	lots, err := New(tx).liveLots(ctx, liveLotsParams{ProgramID: p.ID, MemberID: m.ID, LapsesAt: tx.Now})
	for _, lot := range lots {
		if err == nil {
			m, err = lapseLot(ctx, tx, p, m, lot, fmt.Sprintf("left:%d:%d", lot.ID, m.Seq+1))
		}
	}
	return m, err
}
