package rewards

import (
	"bufio"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"fiel/db"
	"fiel/members"
)

// FewCodes is how many codes of a list are few: from here on down the owner is warned.
const FewCodes = 10

const (
	longestCode = 60        // letters
	mostCodes   = 1_000_000 // of one file
)

// CodeList is a file of codes as it was read.
type CodeList struct {
	Codes    []string // each once, in the order of the file
	Repeated int64    // lines that had a code of a line before
	Blank    int64
}

// ReadCodes reads a list of codes, one a line; of a line with commas, semicolons or tabs the first column counts, in quotes or not, and
// a head ("code", "codigo") is passed over. Errors: db.Invalid with the number of the line that holds no code.
func ReadCodes(r io.Reader) (CodeList, error) {
	var l CodeList
	seen := map[string]bool{}
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		code, err := readCode(lines.Text(), n)
		switch {
		case err != nil:
			return CodeList{}, err
		case n == 1 && isHead(code):
		case code == "":
			l.Blank++
		case seen[code]:
			l.Repeated++
		default:
			seen[code] = true
			l.Codes = append(l.Codes, code)
		}
		if len(l.Codes) > mostCodes {
			return CodeList{}, db.Errorf(db.Invalid, "a file holds at most %d codes: split it", mostCodes)
		}
	}
	if errors.Is(lines.Err(), bufio.ErrTooLong) {
		return CodeList{}, db.Errorf(db.Invalid, "the file has a line without end: a list has one code a line")
	}
	return l, lines.Err()
}

// readCode is the code of line n; ” for a blank line.
func readCode(line string, n int) (string, error) {
	if n == 1 {
		line = strings.TrimPrefix(line, "\ufeff")
	}
	if at := strings.IndexAny(line, ",;\t"); at >= 0 {
		line = line[:at]
	}
	code := strings.Trim(strings.TrimSpace(line), `"`)
	switch {
	case !utf8.ValidString(code) || strings.ContainsFunc(code, func(r rune) bool { return !unicode.IsPrint(r) }):
		return "", db.Errorf(db.Invalid, "line %d holds letters that cannot be shown: save the file as UTF-8 text", n)
	case utf8.RuneCountInString(code) > longestCode:
		return "", db.Errorf(db.Invalid, "line %d is longer than %d letters: that is no code", n, longestCode)
	}
	return code, nil
}

// isHead says whether a first line names its column.
func isHead(code string) bool {
	return slices.Contains([]string{"code", "codes", "codigo", "código"}, strings.ToLower(code))
}

// AddCodes puts codes on the list of a reward and answers how many were not there before; done twice it adds nothing more. At most
// 1,000 at a time (db.Invalid), so that nobody waits for it.
func AddCodes(ctx context.Context, tx *db.Tx, p members.Program, r Reward, codes []string) (added int64, err error) {
	switch {
	case r.Kind != DigitalCode:
		return 0, db.Errorf(db.Invalid, "%s is a reward of kind %s: only those of kind code have a list", r.Name, r.Kind)
	case len(codes) > 1000:
		return 0, db.Errorf(db.Invalid, "at most 1000 codes at a time")
	}
	for _, code := range codes {
		n, err := New(tx).insertCode(ctx, insertCodeParams{ProgramID: p.ID, ID: tx.ID(), RewardID: r.ID, Code: code, AddedAt: tx.Now})
		if err != nil {
			return 0, err
		}
		added += n
	}
	return added, nil
}

// CodesLeft is how many codes of a reward nobody has yet.
func CodesLeft(ctx context.Context, tx *db.Tx, r Reward) (int64, error) {
	return New(tx).codesLeft(ctx, r.ProgramID, r.ID)
}

// LowCodes lists the rewards of today that have fewer than [FewCodes] codes left, with how many, by number.
func LowCodes(ctx context.Context, tx *db.Tx, program int64) ([]Reward, []int64, error) {
	all, err := Rewards(ctx, tx, program)
	if err != nil {
		return nil, nil, err
	}
	var low []Reward
	var counts []int64
	for _, r := range all {
		if r.Kind != DigitalCode {
			continue
		}
		n, err := CodesLeft(ctx, tx, r)
		if err != nil {
			return nil, nil, err
		}
		if n < FewCodes {
			low, counts = append(low, r), append(counts, n)
		}
	}
	return low, counts, nil
}
