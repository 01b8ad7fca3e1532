package sheets

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"

	"fiel/db"
)

// Bounds of a file: no honest export is beyond them.
const (
	maxColumns = 200
	maxCell    = 4096      // letters
	maxRows    = 5_000_000 // lines
	peeked     = 64 << 10  // bytes looked at to tell the encoding
)

// table is an open file: its header, and its rows one by one.
type table struct {
	header []string
	rows   *csv.Reader
	read   int
}

// openTable finds out how a file is written and reads its header; db.Invalid says what is wrong with it.
func openTable(r io.Reader) (*table, error) {
	text := bufio.NewReaderSize(decoded(r), peeked)
	head, err := text.Peek(peeked)
	if len(head) == 0 {
		return nil, db.Errorf(db.Invalid, "the file is empty")
	}
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, bufio.ErrBufferFull) {
		return nil, db.Errorf(db.Invalid, "the file cannot be read: %w", err)
	}
	t := &table{rows: csv.NewReader(text)}
	t.rows.Comma, t.rows.FieldsPerRecord, t.rows.ReuseRecord = separator(head), -1, true
	header, err := t.rows.Read()
	if err != nil {
		return nil, db.Errorf(db.Invalid, "the header of the file cannot be read: %w", err)
	}
	if len(header) > maxColumns {
		return nil, db.Errorf(db.Invalid, "the file has more than %d columns", maxColumns)
	}
	for _, name := range header {
		t.header = append(t.header, strings.TrimSpace(name))
	}
	return t, nil
}

// decoded is the file as UTF-8: with a byte order mark by that, without one as UTF-8 if it is, else as the Windows-1252 that Excel
// writes in Spanish.
func decoded(r io.Reader) io.Reader {
	raw := bufio.NewReaderSize(r, peeked)
	head, _ := raw.Peek(peeked)
	if isUTF8(head) || bytes.HasPrefix(head, []byte{0xff, 0xfe}) || bytes.HasPrefix(head, []byte{0xfe, 0xff}) {
		return transform.NewReader(raw, unicode.BOMOverride(transform.Nop))
	}
	return transform.NewReader(raw, charmap.Windows1252.NewDecoder())
}

// isUTF8 leaves out a letter that the end of what was looked at cuts in two.
func isUTF8(head []byte) bool {
	for cut := 0; cut < utf8.UTFMax && len(head) > 0; cut++ {
		if utf8.Valid(head) {
			return true
		}
		head = head[:len(head)-1]
	}
	return len(head) == 0
}

// separator is the one that the header has most of, outside quotes.
func separator(head []byte) rune {
	counts, quoted := map[rune]int{}, false
	for _, r := range string(head) {
		if r == '"' {
			quoted = !quoted
		}
		if !quoted && (r == '\n' || r == '\r') {
			break
		}
		if !quoted {
			counts[r]++
		}
	}
	best := ','
	for _, r := range []rune{';', '\t'} {
		if counts[r] > counts[best] {
			best = r
		}
	}
	return best
}

// next reads a row and the line it stands on. A row that cannot be read is a *RowError; io.EOF is the end.
func (t *table) next() (cells []string, line int, err error) {
	for {
		cells, err = t.rows.Read()
		if err == nil {
			line, _ = t.rows.FieldPos(0) // panics on a row whose first cell could not be read
		}
		var broken *csv.ParseError
		switch {
		case errors.As(err, &broken):
			return nil, broken.StartLine, &RowError{broken.StartLine, "the quotes of this row do not match"}
		case err != nil:
			return nil, line, err
		}
		if t.read++; t.read > maxRows {
			return nil, line, db.Errorf(db.Invalid, "the file has more than %d rows: split it", maxRows)
		}
		if blank(cells) {
			continue
		}
		return cells, line, checkCells(cells, len(t.header), line)
	}
}

func blank(cells []string) bool {
	for _, c := range cells {
		if strings.TrimSpace(c) != "" {
			return false
		}
	}
	return true
}

func checkCells(cells []string, columns, line int) error {
	if len(cells) > columns {
		return &RowError{line, fmt.Sprintf("the row has %d cells and the header %d: is a text with the separator in it not quoted?", len(cells), columns)}
	}
	for i, c := range cells {
		switch {
		case !utf8.ValidString(c):
			return &RowError{line, fmt.Sprintf("cell %d is neither UTF-8 nor Windows-1252", i+1)}
		case strings.ContainsRune(c, 0):
			return &RowError{line, fmt.Sprintf("cell %d contains a NUL", i+1)}
		case utf8.RuneCountInString(c) > maxCell:
			return &RowError{line, fmt.Sprintf("cell %d is longer than %d letters", i+1, maxCell)}
		}
	}
	return nil
}

// RowError is what is wrong with one row, as a sentence. Its code is db.Invalid.
type RowError struct {
	Line int // of the file, the header is 1
	Text string
}

// Error says where and what.
func (e *RowError) Error() string { return fmt.Sprintf("line %d: %s", e.Line, e.Text) }

// Unwrap gives the error its code.
func (e *RowError) Unwrap() error { return db.Errorf(db.Invalid, "%s", e.Text) }
