package pos

import (
	"context"
	"fmt"
	"strings"

	"fiel/db"
	"fiel/members"
	"fiel/rewards"
)

// thing is what table bought counts: a category, or a product by its SKU.
type thing struct{ kind, name string }

// BoughtName is a category or SKU as table bought knows it: without blanks around it, in small letters.
func BoughtName(name string) string { return strings.ToLower(strings.TrimSpace(name)) }

// things are the categories and products of lines, each once, in the order they come. A line without either is none.
func things(lines []rewards.Line) (all []thing) {
	seen := map[thing]bool{}
	for _, l := range lines {
		for _, one := range []thing{{"category", BoughtName(l.Category)}, {"product", BoughtName(l.SKU)}} {
			if one.name != "" && !seen[one] {
				seen[one] = true
				all = append(all, one)
			}
		}
	}
	return all
}

// boughtRows is how many rows one statement writes; few sales have as many different things.
const boughtRows = 40

// bring counts what a member bought with a purchase that is credited to them, for audiences. A sale without lines asks the database
// nothing, others one statement. The caller holds the member's row.
func bring(ctx context.Context, tx *db.Tx, program, member, at int64, lines []rewards.Line) error {
	for all := things(lines); len(all) > 0; {
		n := min(len(all), boughtRows)
		if err := bringSome(ctx, tx, program, member, at, all[:n]); err != nil {
			return err
		}
		all = all[n:]
	}
	return nil
}

func bringSome(ctx context.Context, tx *db.Tx, program, member, at int64, some []thing) error {
	var sql strings.Builder
	sql.WriteString("INSERT INTO bought (program_id, member_id, last_at, kind, name, times) VALUES ")
	args := []any{program, member, at}
	for i, one := range some {
		if i > 0 {
			sql.WriteString(", ")
		}
		fmt.Fprintf(&sql, "(CAST($1 AS BIGINT), CAST($2 AS BIGINT), CAST($3 AS BIGINT), $%d, $%d, 1)", len(args)+1, len(args)+2)
		args = append(args, one.kind, one.name)
	}
	sql.WriteString(` ON CONFLICT (program_id, member_id, kind, name) DO UPDATE SET times = bought.times + 1,
last_at = CASE WHEN excluded.last_at > bought.last_at THEN excluded.last_at ELSE bought.last_at END`)
	_, err := tx.ExecContext(ctx, sql.String(), args...)
	return err
}

// takeAway is for a purchase that has wholly come back: how often and when last the member bought its things is counted anew from the
// lines of all they kept, also of who was merged into them. A line that came back alone changes nothing: who brings back a dress has
// bought dresses. The caller holds the member's row and has written the refund.
func takeAway(ctx context.Context, tx *db.Tx, m members.Member, lines []rewards.Line) error {
	gone := things(lines)
	if len(gone) == 0 {
		return nil
	}
	kept, err := keptThings(ctx, tx, m)
	if err != nil {
		return err
	}
	for _, one := range gone {
		if k := kept[one]; k.times > 0 {
			err = New(tx).setBought(ctx, setBoughtParams{ProgramID: m.ProgramID, MemberID: m.ID, Kind: one.kind, Name: one.name, LastAt: k.last, Times: k.times})
		} else {
			err = New(tx).dropBought(ctx, dropBoughtParams{ProgramID: m.ProgramID, MemberID: m.ID, Kind: one.kind, Name: one.name})
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// often is how many purchases a thing was in, and when the last one was.
type often struct{ times, last int64 }

func keptThings(ctx context.Context, tx *db.Tx, m members.Member) (map[thing]often, error) {
	parts, err := members.MergedInto(ctx, tx, m.ProgramID, m.ID)
	if err != nil {
		return nil, err
	}
	sales, at := map[int64][]rewards.Line{}, map[int64]int64{}
	for _, id := range append(parts, m.ID) {
		rows, err := New(tx).boughtBefore(ctx, m.ProgramID, id)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			sales[r.ID] = append(sales[r.ID], rewards.Line{SKU: r.SKU, Category: r.Category})
			at[r.ID] = r.OccurredAt
		}
	}
	kept := map[thing]often{}
	for id, lines := range sales {
		for _, one := range things(lines) {
			kept[one] = often{kept[one].times + 1, max(kept[one].last, at[id])}
		}
	}
	return kept, nil
}

// handThings gives what a member bought to the one they are part of now.
func handThings(ctx context.Context, tx *db.Tx, program, from, into int64) error {
	if err := New(tx).handBought(ctx, handBoughtParams{ProgramID: program, FromID: from, IntoID: into}); err != nil {
		return err
	}
	return New(tx).forgetBought(ctx, program, from)
}
