package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"fiel/db"
	"fiel/members"
	"fiel/pos"
	"fiel/rewards"
)

type rulePreviewCmd struct {
	File string `arg:"" optional:"" help:"JSON file with a sale, as tills report it in data: {\"amount\": 1250, \"items\": [...]}; - for standard input."`

	Amount int64    `help:"The ticket, in minor units." placeholder:"N"`
	Tax    int64    `help:"Tax in it, in minor units." placeholder:"N"`
	Tip    int64    `help:"Tip in it, in minor units." placeholder:"N"`
	Item   []string `help:"A line of it: CATEGORY=AMOUNT, or CATEGORY=AMOUNTxQUANTITY." placeholder:"LINE" sep:"none"`
	Tender []string `help:"A part of the payment: KIND=AMOUNT." placeholder:"PART" sep:"none"`
	Phone  string   `help:"Whose sale it is; nobody's unless given." placeholder:"NUMBER"`
	Till   int64    `help:"At which till; at no store in particular unless given." placeholder:"ID"`
	At     string   `help:"When, such as 2027-03-05T18:30:00-05:00; now unless given." placeholder:"TIME"`
}

// saleFile is a sale as a file has it: the names are those of the standard webhook's data.
type saleFile struct {
	Phone      string       `json:"phone"`
	Card       string       `json:"card"`
	Amount     int64        `json:"amount"`
	Currency   string       `json:"currency"`
	Tax        int64        `json:"tax"`
	Tip        int64        `json:"tip"`
	Items      []pos.Line   `json:"items"`
	Tender     []pos.Tender `json:"tender"`
	OccurredAt string       `json:"occurred_at"`
}

// previewView is what a sale would earn, as JSON and terminal show it.
type previewView struct {
	Points    int64             `json:"points"`
	Earning   int64             `json:"earning"`
	Member    bool              `json:"member"`
	Why       string            `json:"why"`
	Breakdown rewards.Breakdown `json:"breakdown"`
}

// Run says what a sale would earn.
func (c *rulePreviewCmd) Run(a *App) error {
	sale, err := c.sale(a)
	if err != nil {
		return err
	}
	return a.shop(func(d *db.DB, key members.Key, p members.Program) error {
		sale.Program = p.ID
		var v previewView
		err := d.Read(a.ctx, func(ctx context.Context, tx *db.Tx) error {
			e, m, err := pos.Preview(ctx, tx, key, sale)
			v = previewView{e.Points, e.Earning, m.ID != 0, e.Breakdown.Explain(p.Currency), e.Breakdown}
			return err
		})
		if err != nil {
			return err
		}
		return a.answer(v, func(w io.Writer) {
			fmt.Fprintf(w, "%d points, on %s that earn. %s\n", v.Points, money(p, v.Earning), v.Why)
		})
	})
}

func (c *rulePreviewCmd) sale(a *App) (pos.Sale, error) {
	if c.File == "" {
		return c.fromFlags()
	}
	if c.Amount != 0 || len(c.Item) > 0 {
		return pos.Sale{}, wrongCall("give a FILE or flags, not both")
	}
	text, err := a.read(c.File)
	if err != nil {
		return pos.Sale{}, err
	}
	var f saleFile
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(&f); err != nil {
		return pos.Sale{}, db.Errorf(db.Invalid, "the file is no sale such as {\"amount\": 1250, \"items\": [{\"category\": \"coffee\", \"quantity\": 1, \"amount\": 450}]}: %w", err)
	}
	s := pos.Sale{Phone: f.Phone, Card: f.Card, Amount: f.Amount, Currency: f.Currency, Tax: f.Tax, Tip: f.Tip, Lines: f.Items, Tender: f.Tender, Till: c.Till}
	for i := range s.Lines {
		s.Lines[i].Quantity = max(1, s.Lines[i].Quantity) // as tills mean it
	}
	if c.Phone != "" {
		s.Phone = c.Phone
	}
	s.OccurredAt, err = instant(f.OccurredAt)
	return s, err
}

func (c *rulePreviewCmd) fromFlags() (s pos.Sale, err error) {
	s = pos.Sale{Phone: c.Phone, Amount: c.Amount, Tax: c.Tax, Tip: c.Tip, Till: c.Till}
	for _, item := range c.Item {
		category, rest, _ := strings.Cut(item, "=")
		amount, quantity, many := strings.Cut(rest, "x")
		l := pos.Line{Category: category, Quantity: 1}
		if l.Amount, err = strconv.ParseInt(amount, 10, 64); err == nil && many {
			l.Quantity, err = strconv.ParseInt(quantity, 10, 64)
		}
		if err != nil {
			return s, wrongCall("--item is CATEGORY=AMOUNT or CATEGORY=AMOUNTxQUANTITY, such as coffee=450x2, not %q", item)
		}
		s.Lines = append(s.Lines, l)
	}
	for _, part := range c.Tender {
		kind, amount, _ := strings.Cut(part, "=")
		n, err := strconv.ParseInt(amount, 10, 64)
		if err != nil {
			return s, wrongCall("--tender is KIND=AMOUNT, such as store_card=1250, not %q", part)
		}
		s.Tender = append(s.Tender, pos.Tender{Kind: kind, Amount: n})
	}
	s.OccurredAt, err = instant(c.At)
	return s, err
}

// instant reads a time; ” is none.
func instant(text string) (int64, error) {
	if text == "" {
		return 0, nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return 0, wrongCall("%q is no time such as 2027-03-05T18:30:00-05:00", text)
	}
	return t.UnixMilli(), nil
}
