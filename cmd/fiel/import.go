package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"os"
	"text/tabwriter"
	"time"

	"github.com/schollz/progressbar/v3"

	"fiel/db"
	"fiel/members"
	"fiel/sheets"
)

type importCmd struct {
	Kind string `arg:"" enum:"members,purchases" help:"What the file holds: members (with opening balances, levels, cards), or purchases of before."`
	File string `arg:"" help:"CSV file as the other system exported it."`

	From    string            `required:"" help:"The system it comes from, in small letters: square, loyverse. Each balance and purchase of it comes over once." placeholder:"NAME"`
	Write   bool              `help:"Bring it over; without this nothing is written and you see what would be."`
	Column  map[string]string `help:"What the file calls one of our columns, where it cannot be told." placeholder:"phone=Celular;…"`
	Words   string            `help:"What these people agreed to in the other system, word for word; without it no consent is brought over." placeholder:"TEXT"`
	Store   int64             `help:"Store of rows that name none." placeholder:"ID"`
	Decimal string            `help:"Decimal mark of amounts where it cannot be told: point or comma." enum:",point,comma" default:""`
	Dates   string            `help:"Order of dates in figures: dmy, mdy or ymd. Unless given: mdy in the US, else dmy." enum:",dmy,mdy,ymd" default:""`
	Errors  string            `help:"Write the rows that could not be read to this file, with the reason." type:"path" placeholder:"FILE"`
}

// Run looks at a file, or brings it over.
func (c *importCmd) Run(a *App) error {
	return a.shop(func(d *db.DB, key members.Key, p members.Program) error {
		file, err := os.Open(c.File)
		if err != nil {
			return db.Errorf(db.Missing, "the file cannot be opened: %w", err)
		}
		defer file.Close()
		bar := a.bar("Reading " + c.Kind)
		i := &sheets.Import{
			DB: d, Key: key, Program: p, Kind: c.Kind, From: c.From, Columns: c.Column, Style: c.style(p), Store: c.Store, Words: c.Words,
			Actor: cliActor(), Door: "cli", Progress: func() { _ = bar.Add(1) },
		}
		do := i.Preview
		if c.Write {
			do = i.Run
		}
		report, err := do(a.ctx, file)
		_ = bar.Finish()
		if err != nil {
			return err
		}
		if err := c.keepErrors(report); err != nil {
			return err
		}
		return a.answer(report, func(w io.Writer) { c.print(w, p, report) })
	})
}

// bar is a progress bar for what takes more than a moment, on a terminal only.
func (a *App) bar(what string) *progressbar.ProgressBar {
	return progressbar.NewOptions(-1, progressbar.OptionSetWriter(a.Err), progressbar.OptionSetDescription(what),
		progressbar.OptionSetVisibility(isTerminal(a.Err)), progressbar.OptionClearOnFinish(), progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionShowCount(), progressbar.OptionShowIts())
}

func (c *importCmd) style(p members.Program) sheets.Style {
	s := sheets.Style{Dates: c.Dates}
	switch c.Decimal {
	case "comma":
		s.Decimal = ","
	case "point":
		s.Decimal = "."
	}
	if s.Dates == "" && p.Country == "US" {
		s.Dates = "mdy"
	}
	return s
}

// keepErrors writes the rows that could not be read to a file of their own, to be mended there and brought over again.
func (c *importCmd) keepErrors(r sheets.Report) error {
	if c.Errors == "" || len(r.ErrorRows) == 0 {
		return nil
	}
	f, err := os.OpenFile(c.Errors, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o600)
	if err != nil {
		return db.Errorf(db.Refused, "the rows with errors cannot be written: %w", err)
	}
	defer f.Close()
	w := csv.NewWriter(f)
	for _, row := range append([][]string{append(r.Header, "error")}, r.ErrorRows...) {
		safe := make([]string, len(row))
		for n, cell := range row {
			safe[n] = sheets.Safe(cell)
		}
		if err := w.Write(safe); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}

func (c *importCmd) print(w io.Writer, p members.Program, r sheets.Report) {
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	for _, column := range r.Columns {
		fmt.Fprintf(t, "column\t%s\n", column)
	}
	for _, column := range r.Ignored {
		fmt.Fprintf(t, "left out\t%s\n", column)
	}
	fmt.Fprintf(t, "rows\t%d\n", r.Rows)
	if c.Kind == sheets.Purchases {
		fmt.Fprintf(t, "new purchases\t%d, %s\nknown before\t%d\n", r.New, money(p, r.Amount), r.Known)
	} else {
		fmt.Fprintf(t, "new members\t%d\nmembers before\t%d\nopening balances\t%d, %d points\n", r.New, r.Known, r.Opened, r.Points)
		fmt.Fprintf(t, "consents\t%d\nlevels\t%d\ncards\t%d\n", r.Consents, r.Levels, r.Cards)
	}
	fmt.Fprintf(t, "not brought over\t%d\n", r.Wrong)
	t.Flush()
	printFaults(w, "", r.Errors)
	printFaults(w, "note: ", r.Notes)
	if !c.Write {
		fmt.Fprintln(w, "Nothing was written. Add --write to bring it over.")
	}
}

const shownFaults = 20

func printFaults(w io.Writer, what string, faults []sheets.Fault) {
	for n, f := range faults {
		if n == shownFaults {
			fmt.Fprintf(w, "  ... and %d more; --errors FILE keeps the rows, --json shows up to 1,000 reasons\n", len(faults)-n)
			return
		}
		fmt.Fprintf(w, "  line %d: %s%s\n", f.Line, what, f.Text)
	}
}
