package pos_test

import (
	"context"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"fiel/members"
	"fiel/pos"
)

// However the deliveries of a sale, of its refunds and the joining of its buyer are ordered and repeated, they come to what the
// natural order comes to.
func TestDeliveriesConverge(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		next := 0
		buyer := func() (members.Phone, string) {
			next++
			return number(next), fmt.Sprint(next, "-")
		}
		rapid.Check(t, func(rt *rapid.T) {
			draft := drawSale(rt)
			refunds := drawRefunds(rt, draft)
			order := rapid.SliceOfN(rapid.IntRange(-2, len(refunds)-1), 0, 12).Draw(rt, "early deliveries")

			natural, ref := buyer()
			s.join(natural)
			s.report(draft.as(s, natural, ref))
			for _, r := range refunds {
				s.reportRefund(r.as(s, ref))
			}

			shuffled, ref := buyer()
			deliver := func(what int) {
				switch what {
				case -2:
					s.join(shuffled)
				case -1:
					s.report(draft.as(s, shuffled, ref))
				default:
					s.reportRefund(refunds[what].as(s, ref))
				}
			}
			for _, what := range append(order, rapid.Permutation(all(len(refunds))).Draw(rt, "all of them once")...) {
				deliver(what)
			}

			want, got := s.member(natural), s.member(shuffled)
			if got.Balance != want.Balance || got.Carry != want.Carry || got.Purchases != want.Purchases {
				rt.Fatalf("balance %d, carry %d, %d visits; in the natural order %d, %d, %d", got.Balance, got.Carry, got.Purchases,
					want.Balance, want.Carry, want.Purchases)
			}
		})
		s.sound()
	})
}

// all is what has to be delivered: joining (-2), the sale (-1) and each refund.
func all(refunds int) []int {
	deliveries := []int{}
	for what := -2; what < refunds; what++ {
		deliveries = append(deliveries, what)
	}
	return deliveries
}

// draftSale and draftRefund are deliveries whose buyer and ids are not settled.
type draftSale struct{ pos.Sale }

func (d draftSale) as(s *shop, buyer members.Phone, ref string) pos.Sale {
	sale := d.Sale
	sale.Program, sale.Till, sale.Ref, sale.Phone = s.p.ID, s.till.ID, ref+"sale", buyer.E164()
	return sale
}

type draftRefund struct{ pos.Refund }

func (d draftRefund) as(s *shop, ref string) pos.Refund {
	r := d.Refund
	r.Program, r.Till, r.Ref, r.Purchase = s.p.ID, s.till.ID, ref+d.Ref, ref+"sale"
	return r
}

func drawSale(rt *rapid.T) draftSale {
	sale := pos.Sale{}
	categories := rapid.SampledFrom([]string{"", "coffee", "gift_card", "delivery"})
	for range rapid.IntRange(0, 4).Draw(rt, "lines") {
		sale.Lines = append(sale.Lines, pos.Line{
			Category: categories.Draw(rt, "category"), Quantity: 1, Amount: rapid.Int64Range(1, 9000).Draw(rt, "line"),
		})
	}
	for _, l := range sale.Lines {
		sale.Amount += l.Amount
	}
	sale.Tip = rapid.Int64Range(0, 900).Draw(rt, "tip")
	sale.Amount += sale.Tip
	if sale.Amount == 0 {
		sale.Amount = rapid.Int64Range(1, 30000).Draw(rt, "amount")
	}
	if rapid.Bool().Draw(rt, "points") {
		points := rapid.Int64Range(0, sale.Amount).Draw(rt, "paid with points")
		sale.Tender = []pos.Tender{{Kind: "points", Amount: points}, {Kind: "card", Amount: sale.Amount - points}}
	}
	return draftSale{sale}
}

// drawRefunds draws refunds that together are at most the sale, and perhaps one that by itself is more.
func drawRefunds(rt *rapid.T, sale draftSale) []draftRefund {
	var refunds []draftRefund
	left := sale.Amount
	for i := range rapid.IntRange(0, 4).Draw(rt, "refunds") {
		r := draftRefund{pos.Refund{Ref: fmt.Sprint("refund", i)}}
		if i < len(sale.Lines) && rapid.Bool().Draw(rt, "by line") {
			r.Lines = sale.Lines[i : i+1]
			left -= sale.Lines[i].Amount
		} else if left > 0 {
			r.Amount = rapid.Int64Range(1, left).Draw(rt, "back")
			left -= r.Amount
		}
		if left < 0 || r.Amount == 0 && len(r.Lines) == 0 {
			break
		}
		refunds = append(refunds, r)
	}
	if rapid.Bool().Draw(rt, "one too many") {
		refunds = append(refunds, draftRefund{pos.Refund{Ref: "too much", Amount: sale.Amount + 1}})
	}
	return refunds
}

// Any sale by itself gives points or not, but never fails.
func TestAnySaleIsTakenIn(t *testing.T) {
	each(t, func(t *testing.T, s *shop) {
		s.join(rosa)
		n := 0
		rapid.Check(t, func(rt *rapid.T) {
			n++
			sale := drawSale(rt).as(s, rosa, fmt.Sprint(n))
			sale.Phone = rapid.OneOf(rapid.Just(rosa.E164()), rapid.String()).Draw(rt, "phone")
			sale.Card, sale.Voucher = "", rapid.StringMatching(`[0-9A-Z]{0,9}`).Draw(rt, "voucher")
			answer, err := s.Record(context.Background(), sale)
			if err != nil || answer.Status != 200 {
				rt.Fatalf("%v %s", err, answer.Body)
			}
		})
		s.sound()
	})
}
