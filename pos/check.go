package pos

import (
	"fmt"
	"unicode/utf8"
)

const (
	maxRef    = 128 // letters of a till's id
	maxLines  = 1000
	maxTender = 50

	maxVouchers = 5
)

// check finds the first value that makes no sense, as a *Fault.
func (s Sale) check() error {
	switch {
	case !isRef(s.Ref):
		return fault("id", refRule)
	case s.Amount < 1 || s.Amount > MaxAmount:
		return fault("amount", amountRule)
	case s.Currency != "" && !isCurrency(s.Currency):
		return fault("currency", currencyRule)
	case s.Tax < 0 || s.Tax > s.Amount:
		return fault("tax", "whole minor units from 0, contained in amount")
	case s.Tip < 0 || s.Tip > s.Amount-s.Tax:
		return fault("tip", "whole minor units from 0; with the tax, contained in amount")
	case s.OccurredAt < 0:
		return fault("occurred_at", "this is before 1970")
	}
	if err := checkTexts(text{"card", s.Card}, text{"voucher", s.Voucher}, text{"cashier", s.Cashier}, text{"ticket", s.Ticket}); err != nil {
		return err
	}
	if err := s.checkVouchers(); err != nil {
		return err
	}
	if err := checkLines(s.Lines); err != nil {
		return err
	}
	return checkTender(s.Tender, s.Amount)
}

func (s Sale) checkVouchers() error {
	if len(s.Vouchers) > maxVouchers || len(s.codes()) > maxVouchers {
		return fault("vouchers", fmt.Sprintf("at most %d codes", maxVouchers))
	}
	for i, code := range s.Vouchers {
		if err := checkTexts(text{fmt.Sprintf("vouchers[%d]", i), code}); err != nil {
			return err
		}
	}
	return nil
}

const (
	refRule      = "the till's own id: 1 to 128 letters, no control characters"
	amountRule   = "a whole number of minor units from 1 to 1000000000000"
	currencyRule = "three capital letters, as in ISO 4217"
)

func isRef(s string) bool { return utf8.RuneCountInString(s) <= maxRef && printable(s) }

func isCurrency(s string) bool {
	if len(s) != 3 {
		return false
	}
	for _, r := range s {
		if r < 'A' || r > 'Z' {
			return false
		}
	}
	return true
}

type text struct{ field, value string }

func checkTexts(all ...text) error {
	for _, t := range all {
		if t.value != "" && (utf8.RuneCountInString(t.value) > 200 || !printable(t.value)) {
			return fault(t.field, "at most 200 letters, no control characters")
		}
	}
	return nil
}

func checkLines(lines []Line) error {
	if len(lines) > maxLines {
		return fault("items", fmt.Sprintf("at most %d lines", maxLines))
	}
	for i, l := range lines {
		at := fmt.Sprintf("items[%d].", i)
		if l.Amount < 0 || l.Amount > MaxAmount {
			return fault(at+"amount", "a whole number of minor units from 0 to 1000000000000")
		}
		if l.Quantity < 1 || l.Quantity > 1_000_000 {
			return fault(at+"quantity", "a whole number from 1 to 1000000")
		}
		if err := checkTexts(text{at + "sku", l.SKU}, text{at + "name", l.Name}, text{at + "category", l.Category}); err != nil {
			return err
		}
	}
	return nil
}

func checkTender(tender []Tender, amount int64) error {
	if len(tender) > maxTender {
		return fault("tender", fmt.Sprintf("at most %d parts", maxTender))
	}
	sum := int64(0)
	for i, t := range tender {
		at := fmt.Sprintf("tender[%d].", i)
		switch t.Kind {
		case "cash", "card", "store_card", "gift_card", "voucher", "points", "other":
		default:
			return fault(at+"type", "one of cash, card, store_card, gift_card, voucher, points, other")
		}
		if t.Amount < 0 || t.Amount > MaxAmount {
			return fault(at+"amount", "a whole number of minor units from 0 to 1000000000000")
		}
		sum += t.Amount
	}
	if len(tender) > 0 && sum != amount {
		return fault("tender", "the parts must sum to amount")
	}
	return nil
}

// check finds the first value that makes no sense, as a *Fault.
func (r Refund) check() error {
	switch {
	case !isRef(r.Ref):
		return fault("id", refRule)
	case !isRef(r.Purchase):
		return fault("purchase_id", refRule)
	case r.Amount < 0 || r.Amount > MaxAmount:
		return fault("amount", amountRule)
	case r.Currency != "" && !isCurrency(r.Currency):
		return fault("currency", currencyRule)
	}
	return checkLines(r.Lines)
}
