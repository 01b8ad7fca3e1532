package main

import (
	"fmt"
	"io"
	"math"
	"os"
	"slices"
	"strings"
	"text/tabwriter"

	"fiel/campaigns"
	"fiel/db"
	"fiel/members"
	"fiel/sms"
	"fiel/sms/twilio"
)

type campaignReportCmd struct {
	Name string `arg:"" help:"Name or id."`
	Last int32  `help:"How many of the latest runs, 1 to 400." default:"12"`
	CSV  string `name:"csv" help:"Write all numbers to a file: a row for all runs together, for each run, and for their wordings and stores." placeholder:"FILE"`
}

// Run reports.
func (c *campaignReportCmd) Run(a *App) error {
	if c.Last < 1 || c.Last > 400 {
		return wrongCall("--last is 1 to 400")
	}
	return a.shop(func(d *db.DB, _ members.Key, p members.Program) error {
		id, err := a.findCampaign(d, p, c.Name)
		if err != nil {
			return err
		}
		r, err := (&campaigns.Service{DB: d, Log: a.log}).ReportLatest(a.ctx, p.ID, id, c.Last)
		if err != nil {
			return err
		}
		if c.CSV != "" {
			if err := writeResults(c.CSV, p, r); err != nil {
				return err
			}
		}
		return a.answer(r, func(w io.Writer) { printReport(w, p, r) })
	})
}

func printReport(w io.Writer, p members.Program, r campaigns.Report) {
	fmt.Fprintf(w, "%s (%s): %s\n", r.Campaign.Name, r.Campaign.Recipe, r.Campaign.State)
	if r.Before != nil {
		fmt.Fprintln(w, "It was not started yet. If it were now:")
		printPreflight(w, p, *r.Before)
		fmt.Fprint(w, line(r.Before.Refused))
	} else if len(r.Runs) == 0 {
		fmt.Fprintln(w, "It has not happened yet.")
	}
	for _, run := range r.Runs {
		printRun(w, p, run)
	}
	printTotal(w, p, r)
}

// writeResults writes a report's numbers as CSV to a new file that only its owner reads.
func writeResults(path string, p members.Program, r campaigns.Report) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return db.Errorf(db.Refused, "the file cannot be written: %w", err)
	}
	if err := resultsCSV(f, p, r); err != nil {
		f.Close()
		return err
	}
	return f.Close()
}

// printTotal says what several runs came to together.
func printTotal(w io.Writer, p members.Program, r campaigns.Report) {
	if r.Total == nil || len(r.Runs) < 2 {
		return
	}
	fmt.Fprintf(w, "\nThese %d runs together\n", len(r.Runs))
	printResults(w, p, *r.Total)
}

func printRun(w io.Writer, p members.Program, r campaigns.RunReport) {
	fmt.Fprintf(w, "\n%s: %s, offer until %s\n", localTime(r.Run.StartsAt, p), r.Run.State, localTime(r.Run.EndsAt, p))
	if r.Run.State == campaigns.RunPaused && r.Run.Reason != "" {
		fmt.Fprintf(w, "  stopped: %s\n", r.Run.Reason)
	}
	printResults(w, p, r.Results)
}

func printResults(w io.Writer, p members.Program, r campaigns.Results) {
	printStates(w, r)
	for _, code := range sortedCodes(r.Failures) {
		fmt.Fprintf(w, "  failed       %d: %s\n", r.Failures[code], failureWords(code))
	}
	printReasons(w, r.LeftOut)
	fmt.Fprintf(w, "  answers      %d want no more offers (%d of them left all texts), %d wrote back, %d clicks\n", r.OptOuts, r.LeftAll, r.Replies, r.Clicks)
	fmt.Fprintf(w, "  %d parts, %d vouchers used of %d, %d buyers for %s\n", r.Parts, r.VouchersUsed, r.Vouchers, r.Buyers, money(p, r.Revenue))
	if r.HeldOut > 0 {
		fmt.Fprintf(w, "  held out: %d buyers for %s\n", r.HeldOutBuyers, money(p, r.HeldOutRevenue))
	}
	if r.Sent > 0 {
		fmt.Fprintf(w, "  lift         %s\n  cost         %s\n", liftWords(p, r.Lift), costWords(r.Texts, r.Unit))
		fmt.Fprintf(w, "  profit       %s\n", profitWords(p, r))
	}
	printWordings(w, p, r)
	printAtStores(w, p, r)
}

// printStates says where the texts are.
func printStates(w io.Writer, r campaigns.Results) {
	for _, state := range []string{
		sms.StateQueued, sms.StateSending, sms.StateSent, sms.StateDelivered, sms.StateUndelivered, sms.StateFailed, sms.StateUnknown, sms.StateUnproven, sms.StateHoldout,
	} {
		if n := r.States[state]; n > 0 {
			fmt.Fprintf(w, "  %-12s %d\n", stateWords(state), n)
		}
	}
}

// stateWords is a state as a person says it.
func stateWords(state string) string {
	words := map[string]string{
		sms.StateQueued: "waiting", sms.StateSending: "leaving", sms.StateSent: "on its way", sms.StateUndelivered: "not arrived",
		sms.StateFailed: "refused", sms.StateUnknown: "being found", sms.StateUnproven: "not proven", sms.StateHoldout: "held out",
	}
	if w := words[state]; w != "" {
		return w
	}
	return state
}

func sortedCodes(failures map[int64]int64) []int64 {
	var codes []int64
	for code := range failures {
		codes = append(codes, code)
	}
	slices.Sort(codes)
	return codes
}

// failureWords is what the provider's error means.
func failureWords(code int64) string {
	if code == 0 {
		return "the provider gave no reason."
	}
	return fmt.Sprintf("%s (%d)", twilio.Explain(code).Text, code)
}

// liftWords says what the texts brought, and nothing that the numbers do not bear out.
func liftWords(p members.Program, l campaigns.Lift) string {
	switch {
	case l.HeldOut.Members == 0:
		return "Nobody was held out, so nobody can say what the texts brought."
	case !l.Known:
		return "Too few people to compare: it takes two on either side."
	case l.Treated.Buyers+l.HeldOut.Buyers == 0:
		return "Nobody has bought inside the offer's time: there is nothing to compare."
	}
	var s string
	switch sure := "95 % sure"; {
	case !l.Seen:
		s = fmt.Sprintf("No difference can be seen between those texted and those held out (%s to %s a person; %s).", moreOrLess(p, l.Low), moreOrLess(p, l.High), sure)
	case l.Low > 0:
		s = fmt.Sprintf("Each person who was texted spent %s more than those held out (between %s and %s; %s).", size(p, l.PerMember), size(p, l.Low), size(p, l.High), sure)
	default:
		s = fmt.Sprintf("Each person who was texted spent %s less than those held out (between %s and %s; %s).", size(p, l.PerMember), size(p, l.High), size(p, l.Low), sure)
	}
	if l.Few {
		s += " " + fewWords(l)
	}
	return s
}

// fewWords says why a comparison is not to be relied on.
func fewWords(l campaigns.Lift) string {
	var why []string
	if n := l.HeldOut.Members; n < campaigns.FewHeldOut {
		why = append(why, fmt.Sprintf("%d were held out, and it takes %d", n, campaigns.FewHeldOut))
	}
	if t, h := l.Treated.Buyers, l.HeldOut.Buyers; min(t, h) < campaigns.FewBuyers {
		why = append(why, fmt.Sprintf("%d of those texted and %d of those held out bought, and it takes %d on either side", t, h, campaigns.FewBuyers))
	}
	return "Do not rely on it: " + strings.Join(why, "; ") + "."
}

// size is an amount without its sign.
func size(p members.Program, minor float64) string {
	return money(p, int64(math.Round(math.Abs(minor))))
}

func moreOrLess(p members.Program, minor float64) string {
	if minor < 0 {
		return size(p, minor) + " less"
	}
	return size(p, minor) + " more"
}

// costWords says what texts cost, and how well that is known.
func costWords(t campaigns.Texts, unit string) string {
	s := fmt.Sprintf("%s %s", millionths(t.Cost), unit)
	switch {
	case t.Estimated == t.Cost && t.Cost > 0:
		s += ", reckoned with the known price of a part"
	case t.Estimated > 0:
		s += fmt.Sprintf(", of which %s reckoned with the known price of a part", millionths(t.Estimated))
	}
	if t.Unpriced > 0 {
		s += fmt.Sprintf("; the price of %d parts is not known", t.Unpriced)
	}
	return s
}

// millionths is a price with four decimals at most and two at least.
func millionths(n int64) string {
	s := fmt.Sprintf("%.4f", float64(n)/1e6)
	return strings.TrimSuffix(strings.TrimSuffix(s, "0"), "0")
}

// profitWords says what a campaign earned, with its interval.
func profitWords(p members.Program, r campaigns.Results) string {
	switch {
	case !r.Lift.Known:
		return "not known: it takes a held-out group."
	case r.Unpriced > 0:
		return "not known: the price of some texts is not."
	case !r.Profit.Known:
		return fmt.Sprintf("not known: texts are priced in %s and sales in %s. Say your own prices in %s: fiel program set prices=%s=... price_unit=%s", r.Unit, p.Currency, p.Currency, p.Country, p.Currency)
	}
	return fmt.Sprintf("%s a text, %s in all (between %s and %s), before the cost of the goods, which we do not know.",
		plusMinus(p, r.PerText.Value), plusMinus(p, float64(r.Profit.Value)), plusMinus(p, float64(r.Profit.Low)), plusMinus(p, float64(r.Profit.High)))
}

// plusMinus is an amount that may be below zero.
func plusMinus(p members.Program, minor float64) string {
	if math.Round(minor) < 0 {
		return "-" + size(p, minor)
	}
	return size(p, minor)
}

// printWordings compares two wordings.
func printWordings(w io.Writer, p members.Program, r campaigns.Results) {
	if len(r.Wordings) == 0 {
		return
	}
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(t, "  WORDING\tTEXTS\tDELIVERED\tCLICKS\tREPLIES\tNO MORE\tVOUCHERS\tBUYERS\tREVENUE\tA PERSON")
	for _, x := range r.Wordings {
		g := x.Lift.Treated
		fmt.Fprintf(t, "  %s\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%s\t%s\n", x.Wording, x.Assigned, x.Delivered, x.Clicks, x.Replies, x.OptOuts, x.VouchersUsed, g.Buyers,
			money(p, g.Revenue), size(p, g.PerMember))
	}
	t.Flush()
	if d := r.Difference; d != nil && d.Known && d.Treated.Buyers+d.HeldOut.Buyers > 0 {
		fmt.Fprintf(w, "  %s\n", differenceWords(p, *d))
	}
}

// differenceWords says which wording did better, if either did.
func differenceWords(p members.Program, d campaigns.Lift) string {
	better := "a"
	switch {
	case !d.Seen:
		return fmt.Sprintf("No difference can be seen between the wordings (a: %s to %s a person; 95 %% sure).", moreOrLess(p, d.Low), moreOrLess(p, d.High))
	case d.High < 0:
		better, d.Low, d.High = "b", -d.High, -d.Low
	}
	return fmt.Sprintf("Wording %s did better, by %s a person (between %s and %s; 95 %% sure).", better, size(p, d.PerMember), size(p, d.Low), size(p, d.High))
}

// printAtStores tells the stores apart; a program of one store has nothing to tell.
func printAtStores(w io.Writer, p members.Program, r campaigns.Results) {
	if len(r.Stores) < 2 {
		return
	}
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(t, "  STORE\tTEXTS\tDELIVERED\tCOST\tVOUCHERS\tPURCHASES\tREVENUE\tBROUGHT")
	for _, s := range r.Stores {
		name, brought := s.Name, "-"
		if s.Store == 0 {
			name = "(no store)"
		}
		if s.Lift.Known {
			brought = plusMinus(p, float64(s.Lift.Extra))
		}
		fmt.Fprintf(t, "  %s\t%d\t%d\t%s\t%d\t%d\t%s\t%s\n", name, s.Assigned, s.Delivered, millionths(s.Cost), s.VouchersUsed, s.Purchases, money(p, s.Revenue), brought)
	}
	t.Flush()
}
