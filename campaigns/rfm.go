package campaigns

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"fiel/db"
	"fiel/members"
)

// Once a night members are scored by how lately they bought (recency), how often and for how much (frequency, money; purchases of the
// last 12 months net of refunds), each in fifths: 5 is the best fifth of those who bought in these months, 1 the last. A score is
// 1 + 5 x (share of them whose value is worse), cut: equal values always have equal scores, and where many are equal, some scores are
// empty. Who bought, but not within the months, is 111; who never did, 0. Recency counts local days; money is taken to three digits,
// 1,234 as 1,230, so that a night's count stays small.
//
// The night goes twice through the members, in pieces: counting what values there are, then scoring. What it saw is kept in one row, so
// that a process that ends is followed by another where it stood; no score is written that is the same already.

// Phases of a night, and how much is done at once.
const (
	rfmCounts = "counts"
	rfmScores = "scores"
	rfmDone   = "done"

	rfmPiece = 5 // members a unit of a round's limit
)

// rfmNight is what a night has counted: how many members have a value, by value.
type rfmNight struct {
	Recency   map[int64]int64 `json:"r"` // days since the last purchase
	Frequency map[int64]int64 `json:"f"`
	Money     map[int64]int64 `json:"m"`
}

// rfmValues are the values of one member. Times 0: no purchase in the months.
type rfmValues struct {
	members       int64 // the id
	was           int64 // the score so far
	days          int64
	times, money  int64
	everPurchases int64
}

// ScoreMembers goes on with the night's scores of a program, for the local day that has begun, until all are written. It is a round:
// what it returns below limit, nothing is left for that day.
func ScoreMembers(ctx context.Context, tx *db.Tx, p members.Program, limit int64) (int64, error) {
	q := New(tx)
	today := DateOf(tx.Time().In(p.Location()))
	if err := q.beginRFM(ctx, p.ID); err != nil {
		return 0, err
	}
	n, err := q.lockRFM(ctx, p.ID)
	if err != nil {
		return 0, err
	}
	if n.Day != today.String() {
		n.Day, n.Phase, n.Cursor, n.Counts = today.String(), rfmCounts, 0, "{}"
	}
	if n.Phase == rfmDone {
		return 0, nil
	}
	var night rfmNight
	if err := unpack(n.Counts, &night); err != nil {
		return 0, err
	}
	piece, err := readRFMPiece(ctx, tx, p, today, n.Cursor, limit*rfmPiece)
	if err != nil {
		return 0, err
	}
	if n.Phase == rfmCounts {
		night.add(piece)
	} else if err := night.write(ctx, tx, p, piece); err != nil {
		return 0, err
	}
	return limit, n.moveOn(ctx, tx, night, piece, limit*rfmPiece)
}

// moveOn keeps how far the night has come.
func (n RfmNight) moveOn(ctx context.Context, tx *db.Tx, night rfmNight, piece []rfmValues, size int64) error {
	to := saveRFMParams{ProgramID: n.ProgramID, Day: n.Day, Phase: n.Phase}
	switch {
	case int64(len(piece)) == size:
		to.Cursor = piece[size-1].members
	case n.Phase == rfmCounts:
		to.Phase = rfmScores
	default:
		to.Phase, night = rfmDone, rfmNight{}
	}
	raw, err := json.Marshal(night)
	if err != nil {
		return err
	}
	to.Counts = string(raw)
	return New(tx).saveRFM(ctx, to)
}

// readRFMPiece reads the next members with their values as of the beginning of a day.
func readRFMPiece(ctx context.Context, tx *db.Tx, p members.Program, today Date, after, size int64) ([]rfmValues, error) {
	q, at := New(tx), moment{program: p, zone: p.Location(), date: today}
	rows, err := q.buyersAfter(ctx, buyersAfterParams{ProgramID: p.ID, After: after, Most: size})
	if err != nil || len(rows) == 0 {
		return nil, err
	}
	first, last := rows[0].ID, rows[len(rows)-1].ID
	since, until := at.start(Date{today.Year - 1, today.Month, today.Day}), at.start(today)
	own, err := q.salesBetween(ctx, salesBetweenParams{ProgramID: p.ID, First: first, Last: last, Since: since, Until: until})
	if err != nil {
		return nil, err
	}
	merged, err := q.mergedSales(ctx, mergedSalesParams{ProgramID: p.ID, First: first, Last: last, Since: since, Until: until})
	if err != nil {
		return nil, err
	}
	times, spent := map[int64]int64{}, map[int64]int64{}
	for _, r := range own {
		times[r.MemberID], spent[r.MemberID] = r.Times, r.Spent
	}
	for _, r := range merged {
		times[r.MergedInto], spent[r.MergedInto] = times[r.MergedInto]+r.Times, spent[r.MergedInto]+r.Spent
	}
	piece := make([]rfmValues, len(rows))
	for i, r := range rows {
		days := today.Since(DateOf(time.UnixMilli(r.LastPurchaseAt).In(at.zone)))
		piece[i] = rfmValues{members: r.ID, was: r.Rfm, days: int64(max(days, 0)), times: times[r.ID], money: threeDigits(spent[r.ID]), everPurchases: r.Purchases}
	}
	return piece, nil
}

// threeDigits cuts all digits but the first three to zeros.
func threeDigits(n int64) int64 {
	unit := int64(1)
	for n/unit >= 1000 {
		unit *= 10
	}
	return n / unit * unit
}

func (n *rfmNight) add(piece []rfmValues) {
	for _, counts := range []*map[int64]int64{&n.Recency, &n.Frequency, &n.Money} {
		if *counts == nil {
			*counts = map[int64]int64{}
		}
	}
	for _, v := range piece {
		if v.times > 0 {
			n.Recency[v.days]++
			n.Frequency[v.times]++
			n.Money[v.money]++
		}
	}
}

func (n *rfmNight) write(ctx context.Context, tx *db.Tx, p members.Program, piece []rfmValues) error {
	recency, frequency, money := fifths(n.Recency, false), fifths(n.Frequency, true), fifths(n.Money, true)
	for _, v := range piece {
		score := int64(0)
		switch {
		case v.times > 0:
			score = 100*max(recency[v.days], 1) + 10*max(frequency[v.times], 1) + max(money[v.money], 1)
		case v.everPurchases > 0:
			score = 111
		}
		if score == v.was {
			continue
		}
		if err := New(tx).setRFM(ctx, setRFMParams{ProgramID: p.ID, ID: v.members, Rfm: score}); err != nil {
			return err
		}
	}
	return nil
}

// fifths is the score of each value by how many members have it. Rising: the higher value is the better one.
func fifths(counts map[int64]int64, rising bool) map[int64]int64 {
	values, all := make([]int64, 0, len(counts)), int64(0)
	for v, n := range counts {
		values, all = append(values, v), all+n
	}
	slices.Sort(values)
	if !rising {
		slices.Reverse(values)
	}
	scores, worse := map[int64]int64{}, int64(0)
	for _, v := range values {
		scores[v] = 1 + 5*worse/all
		worse += counts[v]
	}
	return scores
}
