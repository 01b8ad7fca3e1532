package main

import (
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"

	"fiel/db"
	"fiel/members"
	"fiel/rewards"
	"fiel/sheets"
	"fiel/templates"
)

type settleCmd struct {
	Month string `arg:"" help:"The month, 2027-03; the present one is reckoned as far as it is."`
	CSV   bool   `help:"Print who owes whom as CSV, for a spreadsheet."`
}

// settlementView is a settlement as JSON and terminal show it. Amounts are minor units.
type settlementView struct {
	Month    string      `json:"month"`
	Currency string      `json:"currency"`
	Value    int64       `json:"point_value"` // thousandths of a minor unit
	Points   int64       `json:"points"`
	Owed     []owedView  `json:"owed"`
	Parties  []partyView `json:"merchants"`

	program members.Program
}

type owedView struct {
	From   string `json:"from"`
	To     string `json:"to"`
	Given  int64  `json:"given"`
	Taken  int64  `json:"taken"`
	Points int64  `json:"points"`
	Amount int64  `json:"amount"`
}

type partyView struct {
	Merchant string `json:"merchant"`
	Given    int64  `json:"given"`
	Taken    int64  `json:"taken"`
	Amount   int64  `json:"amount"`
}

// Run reckons what the merchants of a coalition owe one another for a month.
func (c *settleCmd) Run(a *App) error {
	return a.shop(func(d *db.DB, _ members.Key, p members.Program) error {
		var s rewards.Settlement
		err := d.Read(a.ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			s, err = rewards.Settle(ctx, tx, p, c.Month)
			return err
		})
		if err != nil {
			return err
		}
		v := viewSettlement(s, p)
		if c.CSV && !a.json {
			return v.csv(a.Out)
		}
		return a.answer(v, v.print)
	})
}

func viewSettlement(s rewards.Settlement, p members.Program) settlementView {
	v := settlementView{Month: s.Month, Currency: p.Currency, Value: p.PointValue, Points: s.Points, Owed: []owedView{}, Parties: []partyView{}, program: p}
	for _, o := range s.Owed {
		v.Owed = append(v.Owed, owedView{v.who(o.From), v.who(o.To), o.Given, o.Taken, o.Points(), o.Amount})
	}
	for _, party := range s.Parties {
		v.Parties = append(v.Parties, partyView{v.who(party.Merchant), party.Given, party.Taken, party.Amount})
	}
	return v
}

// who is a merchant, or the program itself.
func (v settlementView) who(merchant string) string {
	if merchant == "" {
		return v.program.Name + " (program)"
	}
	return merchant
}

func (v settlementView) print(w io.Writer) {
	fmt.Fprintf(w, "%s: %d points were taken.\n", v.Month, v.Points)
	if v.Value == 0 {
		fmt.Fprintln(w, "A point has no price yet: fiel program set point_value THOUSANDTHS")
	}
	if len(v.Owed) == 0 {
		fmt.Fprintln(w, "Nobody owes anybody anything.")
		return
	}
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(t, "WHO OWES\tWHOM\tPOINTS\tAMOUNT")
	for _, o := range v.Owed {
		fmt.Fprintf(t, "%s\t%s\t%d\t%s\n", o.From, o.To, o.Points, money(v.program, o.Amount))
	}
	fmt.Fprintln(t, "\nMERCHANT\tGAVE\tTOOK\tBALANCE")
	for _, p := range v.Parties {
		fmt.Fprintf(t, "%s\t%d\t%d\t%s\n", p.Merchant, p.Given, p.Taken, money(v.program, p.Amount))
	}
	t.Flush()
}

// csv writes a row a pair, every cell in quotes and none of them a formula; amounts with a point and all decimals.
func (v settlementView) csv(w io.Writer) error {
	rows := [][]string{{"month", "from", "to", "given", "taken", "points", "amount", "currency"}}
	for _, o := range v.Owed {
		rows = append(rows, []string{
			v.Month, o.From, o.To, strconv.FormatInt(o.Given, 10), strconv.FormatInt(o.Taken, 10), strconv.FormatInt(o.Points, 10),
			decimals(o.Amount, templates.MinorDigits(v.Currency)), v.Currency,
		})
	}
	for _, row := range rows {
		for i, cell := range row {
			if i < 3 { // numbers may be below zero
				cell = sheets.Safe(cell)
			}
			row[i] = `"` + strings.ReplaceAll(cell, `"`, `""`) + `"`
		}
		if _, err := fmt.Fprintf(w, "%s\r\n", strings.Join(row, ",")); err != nil {
			return err
		}
	}
	return nil
}

// decimals writes minor units, not below zero, as an amount: 1250 with two digits is 12.50.
func decimals(minor int64, digits int) string {
	s := fmt.Sprintf("%0*d", digits+1, minor)
	if digits == 0 {
		return s
	}
	return s[:len(s)-digits] + "." + s[len(s)-digits:]
}
