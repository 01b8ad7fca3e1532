package main

import (
	"fmt"
	"io"

	"fiel/members"
)

type phoneCmd struct {
	Raw     string `arg:"" help:"The number as somebody wrote it."`
	Country string `help:"Country of numbers without a prefix: PE, MX, ES, US …" default:"PE" placeholder:"XX"`
}

// Run prints the number in E.164. It needs no database.
func (c *phoneCmd) Run(a *App) error {
	p, err := members.ParsePhone(c.Raw, c.Country)
	if err != nil {
		return err
	}
	return a.answer(map[string]any{"phone": p.E164(), "country": p.Country(), "zones": p.Zones()}, func(w io.Writer) {
		fmt.Fprintln(w, p.E164())
	})
}
