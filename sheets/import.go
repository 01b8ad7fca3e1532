package sheets

import (
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"time"

	"fiel/db"
	"fiel/members"
)

// Kinds of files that can be brought over.
const (
	Members   = "members"
	Purchases = "purchases"
)

// Import brings one file over. Run it any number of times: what is there stays as it is.
type Import struct {
	DB      *db.DB
	Key     members.Key
	Program members.Program
	Kind    string            // Members or Purchases
	From    string            // the system it comes from, "square": it names opening balances and purchases, so that each comes over once
	Columns map[string]string // our column to the file's header, where it cannot be told
	Style   Style
	Store   int64  // of rows that name none; 0: members have none, purchases need one
	Words   string // what people agreed to there, word for word: without it no consent is brought over
	Actor   string // for the audit and the consents: cli:ana
	Door    string

	// Progress is told of each row that was looked at; nil is nobody.
	Progress func()
}

// Report is what a file holds, or what came of bringing it over.
type Report struct {
	Rows      int        `json:"rows"`
	New       int        `json:"new"`      // members who were not, purchases that were not known
	Known     int        `json:"known"`    // were there before; a member's gaps are filled all the same
	Opened    int        `json:"opened"`   // opening balances
	Points    int64      `json:"points"`   // of those
	Consents  int        `json:"consents"` // members who agreed to at least texts about their points
	Levels    int        `json:"levels"`
	Cards     int        `json:"cards"`
	Amount    int64      `json:"amount"`  // of purchases, minor units
	Columns   []string   `json:"columns"` // "Telefono = phone"
	Ignored   []string   `json:"ignored"` // headers that are none of ours
	Errors    []Fault    `json:"errors"`  // rows that were not brought over, at most the first 1,000
	Wrong     int        `json:"wrong"`   // how many those are in all
	Notes     []Fault    `json:"notes"`   // rows that were, but for something, at most the first 1,000
	Header    []string   `json:"-"`       // of the file
	ErrorRows [][]string `json:"-"`       // the rows of Errors as they stood, with their reason last
}

// Fault is what is to be said of a row.
type Fault struct {
	Line int    `json:"line"`
	Text string `json:"text"`
}

const keptFaults = 1000

func (r *Report) refuse(line int, err error, cells []string) {
	if r.Wrong++; len(r.Errors) < keptFaults {
		r.Errors = append(r.Errors, Fault{line, sentence(err)})
	}
	if cells != nil {
		r.ErrorRows = append(r.ErrorRows, append(append([]string{}, cells...), sentence(err)))
	}
}

func (r *Report) note(line int, text string) {
	if len(r.Notes) < keptFaults {
		r.Notes = append(r.Notes, Fault{line, text})
	}
}

// sentence is an error of a row without the line, which stands beside it.
func sentence(err error) string {
	var row *RowError
	if errors.As(err, &row) {
		return row.Text
	}
	return err.Error()
}

var label = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,29}$`)

func (i *Import) check() error {
	switch {
	case i.Kind != Members && i.Kind != Purchases:
		return db.Errorf(db.Invalid, "%q cannot be brought over: members or purchases", i.Kind)
	case !label.MatchString(i.From):
		return db.Errorf(db.Invalid, "say where the file comes from in small letters, digits and dashes, such as square")
	}
	return nil
}

// Preview reads the whole file and says what [Import.Run] would do; it writes nothing.
func (i *Import) Preview(ctx context.Context, file io.Reader) (Report, error) {
	return i.read(ctx, file, func(ctx context.Context, rows []row, report *Report) error {
		var found Report
		err := i.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
			found = Report{}
			return i.look(ctx, tx, rows, &found)
		})
		report.add(found)
		return err
	})
}

// Run brings the file over, some rows at a time. A row that cannot be is left out and reported; the others go on. When it is cut short,
// running it again goes on where it was. Errors: db.Invalid for a file that cannot be read, and whatever the database says.
func (i *Import) Run(ctx context.Context, file io.Reader) (Report, error) {
	report, err := i.read(ctx, file, i.write)
	if err != nil && report.New+report.Opened == 0 {
		return report, err
	}
	return report, errors.Join(err, i.record(context.WithoutCancel(ctx), report, err != nil))
}

// record leaves one row in the audit, also of what came over before it was cut short.
func (i *Import) record(ctx context.Context, r Report, short bool) error {
	after := map[string]any{"rows": r.Rows, "new": r.New, "points": r.Points, "wrong": r.Wrong}
	if short {
		after["cut_short"] = true
	}
	return i.DB.Write(ctx, db.Interactive, func(ctx context.Context, tx *db.Tx) error {
		return members.Record(ctx, tx, i.Program.ID, members.Act{Actor: i.Actor, Door: i.Door, Action: "import." + i.Kind, Subject: "import:" + i.From, After: after})
	})
}

// row is one line of the file, read.
type row struct {
	line  int
	cells []string
	phone members.Phone
	hash  string

	member   person
	purchase past
}

const chunk = 200 // rows a transaction

// read goes through the file and hands its rows on in chunks.
func (i *Import) read(ctx context.Context, file io.Reader, do func(context.Context, []row, *Report) error) (Report, error) {
	report := Report{Columns: []string{}, Ignored: []string{}, Errors: []Fault{}, Notes: []Fault{}}
	if err := i.check(); err != nil {
		return report, err
	}
	t, err := openTable(file)
	if err != nil {
		return report, err
	}
	l, err := arrange(i.Kind, t.header, i.Columns)
	if err != nil {
		return report, err
	}
	report.Header = t.header
	report.Columns, report.Ignored = append(report.Columns, l.Found...), append(report.Ignored, l.Ignored...)
	shop, err := i.openShop(ctx, l)
	if err != nil {
		return report, err
	}
	var rows []row
	for {
		cells, line, err := t.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if rows, err = shop.take(rows, cells, line, err, &report); err != nil {
			return report, err
		}
		if i.Progress != nil {
			i.Progress()
		}
		if len(rows) == chunk {
			if err := do(ctx, rows, &report); err != nil {
				return report, err
			}
			rows = rows[:0]
		}
	}
	return report, do(ctx, rows, &report)
}

// take reads a row and puts it to the others, or reports it.
func (s *shop) take(rows []row, cells []string, line int, broken error, report *Report) ([]row, error) {
	var wrong *RowError
	if broken != nil && !errors.As(broken, &wrong) {
		return rows, broken
	}
	report.Rows++
	if broken != nil {
		report.refuse(line, broken, nil)
		return rows, nil
	}
	r, err := s.parse(append([]string{}, cells...), line, report)
	if err != nil {
		report.refuse(line, err, cells)
		return rows, nil
	}
	return append(rows, r), nil
}

// write brings a chunk over in one transaction; if that fails for one row, each in one of its own.
func (i *Import) write(ctx context.Context, rows []row, report *Report) error {
	if len(rows) == 0 {
		return nil
	}
	if err := i.DB.Reserve(ctx, 20*len(rows)); err != nil {
		return err
	}
	done, err := i.together(ctx, rows)
	if err == nil {
		report.add(done)
		return nil
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	for _, r := range rows {
		done, err := i.together(ctx, []row{r})
		if code := db.CodeOf(err); err != nil && (code == db.Internal || code == db.Busy) {
			return fmt.Errorf("line %d: %w", r.line, err)
		}
		if err != nil {
			report.refuse(r.line, err, r.cells)
			continue
		}
		report.add(done)
	}
	return nil
}

func (i *Import) together(ctx context.Context, rows []row) (done Report, err error) {
	err = i.DB.Write(ctx, db.Bulk, func(ctx context.Context, tx *db.Tx) error {
		done = Report{}
		for _, r := range rows {
			if err := i.bring(ctx, tx, r, &done); err != nil {
				return err
			}
		}
		return nil
	})
	return done, err
}

// add counts a chunk into the whole.
func (r *Report) add(more Report) {
	r.New += more.New
	r.Known += more.Known
	r.Opened += more.Opened
	r.Points += more.Points
	r.Consents += more.Consents
	r.Levels += more.Levels
	r.Cards += more.Cards
	r.Amount += more.Amount
	for _, f := range more.Errors {
		r.refuse(f.Line, &RowError{f.Line, f.Text}, nil)
	}
	r.ErrorRows = append(r.ErrorRows, more.ErrorRows...)
	for _, n := range more.Notes {
		r.note(n.Line, n.Text)
	}
}

// zone is where the file's dates are meant.
func (i *Import) zone() *time.Location { return i.Program.Location() }
