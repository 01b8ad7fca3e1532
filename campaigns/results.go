package campaigns

import (
	"fiel/templates"
)

// Texts counts the people of an audience and what became of their texts. All of it adds up over runs, wordings and stores.
type Texts struct {
	Assigned  int64 `json:"assigned"` // were to be texted, whatever became of it
	HeldOut   int64 `json:"held_out"`
	Sent      int64 `json:"sent"` // left, or may have
	Delivered int64 `json:"delivered"`
	Failed    int64 `json:"failed"`  // refused by the provider, or not delivered
	Waiting   int64 `json:"waiting"` // to leave yet
	TakenBack int64 `json:"taken_back"`

	Parts     int64 `json:"parts"`     // billed, of texts that left or may have; what they are answered is not in it
	Cost      int64 `json:"cost"`      // of these, millionths of the program's price unit
	Estimated int64 `json:"estimated"` // of the cost: by the table of prices, where the provider has not said
	Unpriced  int64 `json:"unpriced"`  // parts that neither prices
}

// Outcome is what people did, as far as it can be told apart by wording.
type Outcome struct {
	VouchersUsed int64 `json:"vouchers_used"`
	OptOuts      int64 `json:"opt_outs"`      // members who left or turned offers off after their text: until the offer's end, or for 48 hours
	LeftAll      int64 `json:"left_all"`      // of these, who left all texts
	Replies      int64 `json:"replies"`       // other texts of texted members in that time
	Clicks       int64 `json:"clicks"`        // on the campaign's short link
	Lift         Lift  `json:"lift"`          // against those held out
	Profit       Money `json:"profit"`        // what the lift brought, less what the texts cost
	PerText      Rate  `json:"profit_a_text"` // the same for each text that left
}

// Money is an amount in minor units of the program's currency with its interval. It is not known where there is nothing to compare, or
// the price of texts is in another currency: nothing is converted silently. What the goods cost the shop is not known to us: a margin of
// its own has to come off.
type Money struct {
	Known bool  `json:"known"`
	Value int64 `json:"value"`
	Low   int64 `json:"low"`
	High  int64 `json:"high"`
}

// Rate is Money for each text.
type Rate struct {
	Value float64 `json:"value"`
	Low   float64 `json:"low"`
	High  float64 `json:"high"`
}

// Results is what became of a run, or of several.
type Results struct {
	States   map[string]int64 `json:"states"`   // texts by state, see sms.State...
	LeftOut  map[string]int64 `json:"left_out"` // by reason, and texts that were taken back by theirs
	Failures map[int64]int64  `json:"failures"` // refused or undelivered, by the provider's error; 0: it gave none
	Texts
	Unit            string `json:"price_unit"` // of costs
	Vouchers        int64  `json:"vouchers"`   // granted
	VouchersExpired int64  `json:"vouchers_expired"`

	Buyers         int64 `json:"buyers"`  // of those assigned to texts, inside the offer's time
	Revenue        int64 `json:"revenue"` // of theirs, paid with money, net of refunds, minor units
	HeldOutBuyers  int64 `json:"held_out_buyers"`
	HeldOutRevenue int64 `json:"held_out_revenue"`
	Outcome

	Wordings   []WordingResults `json:"wordings,omitempty"`
	Difference *Lift            `json:"a_less_b,omitempty"` // the first wording against the second
	Stores     []StoreResults   `json:"stores"`
}

// WordingResults is what became of one of two wordings.
type WordingResults struct {
	Wording string `json:"wording"`
	Texts
	Outcome
}

// StoreResults is what became of a run at one store. Texts and their cost are those of members whose home store it is; purchases,
// revenue and vouchers are what happened there, whoever's home it is. So the stores add up to the whole; 0 is no store.
type StoreResults struct {
	Store int64  `json:"store"`
	Name  string `json:"name"`
	Texts
	Purchases    int64 `json:"purchases"` // of those assigned to texts, without what came back whole
	Revenue      int64 `json:"revenue"`
	VouchersUsed int64 `json:"vouchers_used"`
	Lift         Lift  `json:"lift"` // what all members spent here: a member of another store counts with 0
	Profit       Money `json:"profit"`
	PerText      Rate  `json:"profit_a_text"`
}

// profit takes the cost of texts off what their lift brought.
func (b *bookkeeper) profit(t Texts, l Lift) (m Money, each Rate) {
	if !l.Known || t.Sent == 0 || t.Unpriced > 0 || b.program.PriceUnit != b.program.Currency {
		return m, each
	}
	cost := float64(t.Cost) / 1e6
	for range templates.MinorDigits(b.program.Currency) {
		cost *= 10
	}
	m = Money{Known: true, Value: l.Extra - rounded(cost), Low: l.ExtraLow - rounded(cost), High: l.ExtraHigh - rounded(cost)}
	n := float64(t.Sent)
	return m, Rate{float64(m.Value) / n, float64(m.Low) / n, float64(m.High) / n}
}
