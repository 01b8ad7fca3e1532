package sheets

import (
	_ "embed"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"fiel/db"
)

//go:embed columns.txt
var columnsFile string

// alias maps what a header may say, folded, to the column of ours that it is, for one kind of file.
func alias(kind string) map[string]string {
	known, section := map[string]string{}, ""
	for line := range strings.Lines(columnsFile) {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || line[0] == '#':
		case line[0] == '[':
			section = strings.Trim(line, "[]")
		case section == kind:
			column, names, _ := strings.Cut(line, " ")
			known[folded(column)] = column
			for name := range strings.SplitSeq(names, ",") {
				known[folded(name)] = column
			}
		}
	}
	return known
}

// folded is a header without case, accents, spaces and punctuation.
func folded(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, norm.NFD.String(name)))
}

// layout is where the columns of a file are.
type layout struct {
	at      map[string]int // by our column
	Found   []string       // "telefono = phone", in the file's order
	Ignored []string       // headers that are none of ours
}

// arrange finds our columns in a header. Named says for columns of ours what the file calls them, and wins. Errors, all db.Invalid: two
// headers for one column, a named header that is not there.
func arrange(kind string, header []string, named map[string]string) (layout, error) {
	l, known := layout{at: map[string]int{}}, alias(kind)
	taken := map[string]bool{}
	for column, name := range named {
		i := slices.IndexFunc(header, func(h string) bool { return folded(h) == folded(name) })
		if i < 0 {
			return l, db.Errorf(db.Invalid, "the file has no column %q; it has: %s", name, strings.Join(header, ", "))
		}
		if known[folded(column)] != column {
			return l, db.Errorf(db.Invalid, "%q is no column of ours; they are: %s", column, strings.Join(columnsOf(kind), ", "))
		}
		l.at[column], taken[folded(name)] = i, true
	}
	for i, name := range header {
		column := known[folded(name)]
		if _, there := l.at[column]; column == "" || there && !taken[folded(name)] && named[column] != "" {
			l.Ignored = append(l.Ignored, name)
			continue
		}
		if at, there := l.at[column]; there && at != i {
			return l, db.Errorf(db.Invalid, "%q and %q both look like %s: say which with --column %s=NAME", header[at], name, column, column)
		}
		l.at[column] = i
		l.Found = append(l.Found, name+" = "+column)
	}
	return l, nil
}

// columnsOf lists our columns of a kind of file, in the order of the list.
func columnsOf(kind string) (list []string) {
	section := ""
	for line := range strings.Lines(columnsFile) {
		line = strings.TrimSpace(line)
		switch {
		case line == "" || line[0] == '#':
		case line[0] == '[':
			section = strings.Trim(line, "[]")
		case section == kind:
			column, _, _ := strings.Cut(line, " ")
			list = append(list, column)
		}
	}
	return list
}

// has says whether the file has a column.
func (l layout) has(column string) bool {
	_, ok := l.at[column]
	return ok
}

// cell is what a row says in a column, without spaces around it and the apostrophe that keeps a text a text; ” when it says nothing.
func (l layout) cell(cells []string, column string) string {
	i, ok := l.at[column]
	if !ok || i >= len(cells) {
		return ""
	}
	return strings.TrimSpace(strings.TrimPrefix(strings.TrimSpace(cells[i]), "'"))
}
