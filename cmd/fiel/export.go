package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"text/tabwriter"

	"fiel/db"
	"fiel/members"
	"fiel/sheets"
)

type exportCmd struct {
	Folder string `arg:"" type:"path" help:"Folder to write to; it is made, and has to be empty."`
}

type exportView struct {
	File string `json:"file"`
	Rows int    `json:"rows"`
}

// Run writes a file for each table.
func (c *exportCmd) Run(a *App) error {
	return a.shop(func(d *db.DB, _ members.Key, p members.Program) error {
		if err := emptyFolder(c.Folder); err != nil {
			return err
		}
		err := d.Write(a.ctx, db.Interactive, func(ctx context.Context, tx *db.Tx) error {
			return members.Record(ctx, tx, p.ID, members.Act{Actor: cliActor(), Door: "cli", Action: "export", Subject: fmt.Sprint("program:", p.ID)})
		})
		if err != nil {
			return err
		}
		bar, views := a.bar("Writing"), []exportView{}
		for _, s := range sheets.Sheets() {
			v, err := c.write(a, d, p, s, func() { _ = bar.Add(1) })
			if err != nil {
				return err
			}
			views = append(views, v)
		}
		_ = bar.Finish()
		return a.answer(views, func(w io.Writer) { c.print(w, views) })
	})
}

// emptyFolder makes a folder that only its owner reads: all phone numbers will be in it.
func emptyFolder(path string) error {
	if err := os.MkdirAll(path, 0o700); err != nil {
		return db.Errorf(db.Refused, "the folder cannot be made: %w", err)
	}
	there, err := os.ReadDir(path)
	if err != nil {
		return db.Errorf(db.Refused, "the folder cannot be read: %w", err)
	}
	if len(there) > 0 {
		return db.Errorf(db.Refused, "%s is not empty: name a new folder", path)
	}
	return nil
}

func (c *exportCmd) write(a *App, d *db.DB, p members.Program, s sheets.Sheet, progress func()) (exportView, error) {
	path := filepath.Join(c.Folder, s.Name+".csv")
	f, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o600)
	if err != nil {
		return exportView{}, db.Errorf(db.Refused, "%s cannot be written: %w", path, err)
	}
	rows, err := s.Write(a.ctx, d, p, f, progress)
	if closed := f.Close(); err == nil {
		err = closed
	}
	return exportView{filepath.Base(path), rows}, err
}

func (c *exportCmd) print(w io.Writer, views []exportView) {
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(t, "FILE\tROWS")
	for _, v := range views {
		fmt.Fprintf(t, "%s\t%d\n", v.File, v.Rows)
	}
	t.Flush()
	fmt.Fprintf(w, "These files hold phone numbers and what people texted. Only you can read %s; keep it so.\n", c.Folder)
}
