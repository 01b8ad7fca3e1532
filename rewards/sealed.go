package rewards

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
	"strings"

	"fiel/db"
)

// sealedTable is a table whose rows never change. Its rows are read as one text each, which the database itself puts together: every
// column in a fixed order, numbers in decimal, texts with their length before them, so that no two rows have the same text. The text
// of a row is what is hashed; a column that is added to the table one day makes a new version of the format.
type sealedTable struct {
	name    string
	columns string // in the order of the text: a number first, name! is a text, name? a boolean
}

// sealedTables are the tables that a day's seal is about, in the order of its parts. The rows of lot_moves are of the day of their
// entry; of all others the first column is the id and one is the instant.
func sealedTables() []sealedTable {
	return []sealedTable{
		{"entries", `id member_id seq delta balance_after at purchase_id voucher_id kind! source! words! breakdown! program_id store_id staff_id
			till_id basis rule_id multiplier carry_before carry_after`},
		{"lot_moves", "entry_id lot_id points program_id"},
		{"consents", "id at member_id given? kind! channel! door! actor! language! words! evidence! program_id"},
		{"audits", "id at actor! door! ip! action! subject! before! after! request_id! program_id"},
		{"stamp_moves", "id at member_id rule_id delta stamps_after purchase_id voucher_id source! program_id"},
		{"tier_moves", "id at member_id tier_id up? gift? program_id"},
	}
}

// row is the SQL of a row's text, of a table that the query calls t.
func (s sealedTable) row(d db.Dialect) string {
	var parts, marks []string
	number := "%s" // the one mark that PostgreSQL knows
	if d == db.SQLite {
		number = "%d"
	}
	for _, c := range strings.Fields(s.columns) {
		name := "t." + strings.TrimRight(c, "!?")
		switch c[len(c)-1] {
		case '!':
			parts, marks = append(parts, "LENGTH("+name+")", name), append(marks, number, "%s")
			continue
		case '?':
			name = "CASE WHEN " + name + " THEN 1 ELSE 0 END"
		}
		parts, marks = append(parts, name), append(marks, number)
	}
	return oneText(strings.Join(parts, ", "), marks)
}

// sealBlock is how many ids are hashed together: the rows of a day are hashed in runs of this many ids, and the runs then as one, so
// that several readers can prove a ledger at once.
const sealBlock = 1 << 20

// run is the rows of one table that fall on one day and into one block of ids.
type run struct {
	day, block int64 // days since 1970, UTC
}

// sealedRun is a run that was read: its rows, and the hash of their texts in the order of their keys.
type sealedRun struct {
	run
	rows int64
	sum  [sha256.Size]byte
}

// runs hashes the rows of one block of ids, which come in the order of their keys, whatever their days.
type runs struct {
	block int64
	open  map[int64]*openRun // by day
	last  *openRun           // most rows are of the day of the row before
}

type openRun struct {
	day  int64
	rows int64
	hash hash.Hash
}

func newRuns(block int64) *runs { return &runs{block: block, open: map[int64]*openRun{}} }

// add hashes the text of a row.
func (r *runs) add(day int64, text []byte) {
	if r.last == nil || r.last.day != day {
		if r.last = r.open[day]; r.last == nil {
			r.last = &openRun{day: day, hash: sha256.New()}
			r.open[day] = r.last
		}
	}
	r.last.rows++
	r.last.hash.Write(text)
	r.last.hash.Write(newLine)
}

var newLine = []byte{'\n'}

// done are the runs of the block.
func (r *runs) done() (all []sealedRun) {
	for day, o := range r.open {
		s := sealedRun{run: run{day, r.block}, rows: o.rows}
		o.hash.Sum(s.sum[:0])
		all = append(all, s)
	}
	return all
}

// sealLine is the line of a seal about one table: its name, rows and hash over its runs, which are in the order of their blocks.
func sealLine(table string, day []sealedRun) (line string, rows int64) {
	h := sha256.New()
	for _, r := range day {
		h.Write(binary.BigEndian.AppendUint64(nil, uint64(r.block)))
		h.Write(binary.BigEndian.AppendUint64(nil, uint64(r.rows)))
		h.Write(r.sum[:])
		rows += r.rows
	}
	return fmt.Sprintf("%s %d %x", table, rows, h.Sum(nil)), rows
}

// sealHash chains a day to the seal before.
func sealHash(before string, program int64, day, parts string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "fiel seal 1\n%s\nprogram %d\n%s\n%s\n", before, program, day, parts))
	return hex.EncodeToString(sum[:])
}

// eachText runs a query that answers one text a row.
func eachText(ctx context.Context, tx *db.Tx, query string, args []any, f func(text []byte) error) error {
	rows, err := tx.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	var text sql.RawBytes
	for rows.Next() {
		if err := rows.Scan(&text); err != nil {
			return err
		}
		if err := f(text); err != nil {
			return err
		}
	}
	return rows.Err()
}

// fields reads the numbers that a row's text begins with, as many as there is room for, and answers what follows them.
func fields(text []byte, into []int64) (rest []byte, err error) {
	for i := range into {
		n, at, below := int64(0), 0, false
		if len(text) > 0 && text[0] == '-' {
			at, below = 1, true
		}
		digits := at
		for ; at < len(text) && '0' <= text[at] && text[at] <= '9'; at++ {
			n = 10*n + int64(text[at]-'0')
		}
		if at == digits || at-digits > 18 || at < len(text) && text[at] != '|' {
			return nil, db.Errorf(db.Internal, "a number of the ledger is none: %q", text[:min(len(text), 20)])
		}
		if below {
			n = -n
		}
		into[i], text = n, text[min(at+1, len(text)):]
	}
	return text, nil
}
