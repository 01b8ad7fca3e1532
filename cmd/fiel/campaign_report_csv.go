package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"math"
	"strconv"

	"fiel/campaigns"
	"fiel/members"
	"fiel/sheets"
	"fiel/templates"
)

// resultsHeader names the columns of a report. Amounts are in the program's currency with a point and all decimals, costs in price_unit.
func resultsHeader() []string {
	return []string{
		"level", "run", "wording", "store", "assigned", "held_out", "sent", "delivered", "failed", "waiting", "taken_back", "parts", "price_unit", "cost",
		"cost_estimated", "parts_unpriced", "vouchers", "vouchers_used", "vouchers_expired", "opt_outs", "left_all", "replies", "clicks", "purchases", "buyers", "revenue",
		"held_out_buyers", "held_out_revenue", "a_member", "a_member_held_out", "lift", "lift_low", "lift_high", "seen", "few", "brought", "brought_low", "brought_high",
		"profit", "profit_low", "profit_high", "profit_a_text", "currency",
	}
}

// sheet writes the rows of a report.
type sheet struct {
	rows    *csv.Writer
	program members.Program
}

// resultsCSV writes a row for all runs together, for each run, and for the wordings and stores of each; what a store is called cannot
// be taken for a formula.
func resultsCSV(w io.Writer, p members.Program, r campaigns.Report) error {
	s := sheet{csv.NewWriter(w), p}
	if err := s.rows.Write(resultsHeader()); err != nil {
		return err
	}
	if r.Total != nil {
		if err := s.results("all", *r.Total); err != nil {
			return err
		}
	}
	for _, run := range r.Runs {
		if err := s.results(run.Run.Occurrence, run.Results); err != nil {
			return err
		}
	}
	s.rows.Flush()
	return s.rows.Error()
}

// resultLine is one row before it is written.
type resultLine struct {
	level, run, wording, store   string
	texts                        campaigns.Texts
	unit                         string
	outcome                      campaigns.Outcome
	vouchers, expired, purchases string // '' where they cannot be told apart
	answers                      bool
}

func (s sheet) results(run string, r campaigns.Results) error {
	level := "run"
	if run == "all" {
		level = "all"
	}
	lines := []resultLine{{level: level, run: run, texts: r.Texts, outcome: r.Outcome, vouchers: whole(r.Vouchers), expired: whole(r.VouchersExpired), answers: true}}
	for _, w := range r.Wordings {
		lines = append(lines, resultLine{level: level + " wording", run: run, wording: w.Wording, texts: w.Texts, outcome: w.Outcome, answers: true})
	}
	for _, x := range r.Stores {
		o := campaigns.Outcome{VouchersUsed: x.VouchersUsed, Lift: x.Lift, Profit: x.Profit, PerText: x.PerText}
		lines = append(lines, resultLine{level: level + " store", run: run, store: x.Name, texts: x.Texts, outcome: o, purchases: whole(x.Purchases)})
	}
	for _, l := range lines {
		l.unit = r.Unit
		if err := s.rows.Write(s.cells(l)); err != nil {
			return err
		}
	}
	return nil
}

func (s sheet) cells(l resultLine) []string {
	t, o := l.texts, l.outcome
	cells := []string{l.level, sheets.Safe(l.run), l.wording, sheets.Safe(l.store)}
	for _, n := range []int64{t.Assigned, t.HeldOut, t.Sent, t.Delivered, t.Failed, t.Waiting, t.TakenBack, t.Parts} {
		cells = append(cells, whole(n))
	}
	cells = append(cells, l.unit, price(t.Cost), price(t.Estimated), whole(t.Unpriced), l.vouchers, whole(o.VouchersUsed), l.expired)
	for _, n := range []int64{o.OptOuts, o.LeftAll, o.Replies, o.Clicks} {
		cells = append(cells, known(l.answers, whole(n)))
	}
	cells = append(cells, l.purchases)
	return append(append(cells, s.liftCells(o.Lift)...), s.profitCells(o)...)
}

func (s sheet) liftCells(l campaigns.Lift) []string {
	cells := []string{
		whole(l.Treated.Buyers), s.amount(float64(l.Treated.Revenue)), whole(l.HeldOut.Buyers), s.amount(float64(l.HeldOut.Revenue)), s.amount(l.Treated.PerMember),
		s.amount(l.HeldOut.PerMember),
	}
	for _, v := range []string{s.amount(l.PerMember), s.amount(l.Low), s.amount(l.High), strconv.FormatBool(l.Seen), strconv.FormatBool(l.Few)} {
		cells = append(cells, known(l.Known, v))
	}
	for _, v := range []int64{l.Extra, l.ExtraLow, l.ExtraHigh} {
		cells = append(cells, known(l.Known, s.amount(float64(v))))
	}
	return cells
}

func (s sheet) profitCells(o campaigns.Outcome) (cells []string) {
	for _, v := range []float64{float64(o.Profit.Value), float64(o.Profit.Low), float64(o.Profit.High), o.PerText.Value} {
		cells = append(cells, known(o.Profit.Known, s.amount(v)))
	}
	return append(cells, s.program.Currency)
}

// known is a cell, or an empty one for what is not known: a nought would be a claim.
func known(is bool, cell string) string {
	if !is {
		return ""
	}
	return cell
}

func whole(n int64) string { return strconv.FormatInt(n, 10) }

// price is millionths as a decimal number.
func price(n int64) string { return fmt.Sprintf("%d.%06d", n/1_000_000, n%1_000_000) }

// amount is minor units as a decimal number, rounded to the minor unit; it may be below zero.
func (s sheet) amount(minor float64) string {
	n, sign := int64(math.Round(minor)), ""
	if n < 0 {
		n, sign = -n, "-"
	}
	return sign + decimals(n, templates.MinorDigits(s.program.Currency))
}
