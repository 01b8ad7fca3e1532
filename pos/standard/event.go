package standard

import (
	"encoding/json"
	"math"
	"regexp"
	"strconv"
	"time"

	"fiel/pos"
)

// event is one delivery, read: a sale, a refund, a question about a sale, a person or a voucher, or nothing of ours.
type event struct {
	sale    *pos.Sale
	ask     *pos.Sale // what would it earn?
	refund  *pos.Refund
	voucher *pos.VoucherRequest
	person  *pos.PersonRequest
}

// readEvent reads a verified body. A *fault says what is wrong with it; an event of another type than ours is none. Unknown fields
// are left alone, so that a till may say more than we know.
func readEvent(body []byte) (event, error) {
	object, err := readObject(body)
	if err != nil {
		return event{}, err
	}
	top := &reader{object: object}
	kind, at, test := top.text("type", true), top.time("timestamp"), top.flag("test")
	var e event
	switch kind {
	case "purchase.completed":
		data := top.child("data")
		e.sale = readSale(data, true)
		e.sale.Test = e.sale.Test || test
		if e.sale.OccurredAt == 0 {
			e.sale.OccurredAt = at // of the event itself, as Standard Webhooks has it
		}
		e.sale.Body = string(body)
		top.adopt(data)
	case "purchase.preview":
		data := top.child("data")
		e.ask = readSale(data, false)
		top.adopt(data)
	case "refund.created", "purchase.refunded":
		data := top.child("data")
		e.refund = readRefund(data)
		e.refund.Test = e.refund.Test || test
		e.refund.Body = string(body)
		top.adopt(data)
	case pos.ShowMember, pos.EnrolMember, pos.ClaimsAction:
		data := top.child("data")
		e.person = readPerson(data, kind)
		e.person.Test = e.person.Test || test
		e.person.Body = string(body)
		top.adopt(data)
	case pos.CheckVoucher, pos.ReserveVoucher, pos.ReleaseVoucher, pos.RedeemVoucher, pos.ReverseVoucher:
		data := top.child("data")
		e.voucher = readVoucher(data, kind)
		e.voucher.Test = e.voucher.Test || test
		e.voucher.Body = string(body)
		top.adopt(data)
	}
	return e, top.err
}

// readSale reads a sale; one that is only asked about may have no id.
func readSale(r *reader, sold bool) *pos.Sale {
	s := &pos.Sale{
		Ref: r.text("id", sold), Phone: r.text("phone", false), Card: r.text("card", false),
		Amount: r.number("amount", true), Currency: r.text("currency", false), Tax: r.number("tax", false), Tip: r.number("tip", false),
		Lines: readLines(r), Voucher: r.text("voucher", false), Vouchers: r.texts("vouchers"), Cashier: r.text("cashier", false),
		Ticket: r.text("ticket", false),
		Test:   r.flag("test"), OccurredAt: r.time("occurred_at"),
	}
	r.each("tender", func(t *reader) {
		s.Tender = append(s.Tender, pos.Tender{Kind: t.text("type", true), Amount: t.number("amount", true)})
	})
	return s
}

func readRefund(r *reader) *pos.Refund {
	f := &pos.Refund{
		Ref: r.text("id", true), Purchase: r.text("purchase_id", true), Currency: r.text("currency", false),
		Lines: readLines(r), Test: r.flag("test"),
	}
	if f.Amount = r.number("amount", false); r.has("amount") && f.Amount == 0 {
		r.fail("amount", "more than 0; leave it out to give the whole sale back")
	}
	return f
}

func readPerson(r *reader, kind string) *pos.PersonRequest {
	return &pos.PersonRequest{
		Kind: kind, Ref: r.text("id", kind != pos.ShowMember), Phone: r.text("phone", false), Card: r.text("card", false), Name: r.text("name", false),
		FriendOf: r.text("friend_of", false), Action: r.text("action", kind == pos.ClaimsAction), Test: r.flag("test"),
	}
}

func readVoucher(r *reader, kind string) *pos.VoucherRequest {
	v := &pos.VoucherRequest{
		Kind: kind, Ref: r.text("id", kind != pos.CheckVoucher), Code: r.text("code", true), Amount: r.number("amount", false),
		Currency: r.text("currency", false), Lines: readLines(r), Approver: r.number("approver", false), Why: r.text("why", false), Test: r.flag("test"),
	}
	if v.Minutes = r.number("minutes", false); r.has("minutes") && v.Minutes == 0 {
		r.fail("minutes", "1 to 30; leave it out for five")
	}
	return v
}

func readLines(r *reader) []pos.Line {
	var lines []pos.Line
	r.each("items", func(l *reader) {
		line := pos.Line{SKU: l.text("sku", false), Name: l.text("name", false), Category: l.text("category", false), Quantity: 1, Amount: l.number("amount", true)}
		if l.has("quantity") {
			line.Quantity = l.number("quantity", true)
		}
		lines = append(lines, line)
	})
	return lines
}

// reader takes the fields of an object one by one and keeps the first fault.
type reader struct {
	path   string
	object map[string]any
	err    error
}

// has says whether the field is there; null is as good as nothing.
func (r *reader) has(name string) bool { return r.object[name] != nil }

func (r *reader) fail(name, text string) {
	if r.err == nil {
		r.err = &fault{printablePath(join(r.path, name)), text}
	}
}

// adopt takes over the fault of an object within this one.
func (r *reader) adopt(child *reader) {
	if r.err == nil {
		r.err = child.err
	}
}

// value returns the field, and whether it is there; one that has to be and is not is a fault.
func (r *reader) value(name string, needed bool) (any, bool) {
	if !r.has(name) {
		if needed {
			r.fail(name, "This is missing.")
		}
		return nil, false
	}
	return r.object[name], true
}

func (r *reader) text(name string, needed bool) string {
	v, ok := r.value(name, needed)
	s, isText := v.(string)
	if ok && !isText {
		r.fail(name, "This must be a text in quotes.")
	}
	return s
}

func (r *reader) flag(name string) bool {
	v, ok := r.value(name, false)
	b, isFlag := v.(bool)
	if ok && !isFlag {
		r.fail(name, "This must be true or false.")
	}
	return b
}

var whole = regexp.MustCompile(`^-?[0-9]+$`)

// number takes whole numbers only: no point, no exponent, no quotes. What does not fit into an int64 becomes the nearest that does,
// which is out of range for every field there is.
func (r *reader) number(name string, needed bool) int64 {
	v, ok := r.value(name, needed)
	if !ok {
		return 0
	}
	n, isNumber := v.(json.Number)
	if !isNumber || !whole.MatchString(n.String()) {
		r.fail(name, "This must be a whole number, without quotes, point or exponent. Money is in minor units.")
		return 0
	}
	i, err := strconv.ParseInt(n.String(), 10, 64)
	if err != nil && n.String()[0] == '-' {
		return math.MinInt64
	}
	if err != nil {
		return math.MaxInt64
	}
	return i
}

// time takes an RFC 3339 time and returns unix milliseconds; 0 for none.
func (r *reader) time(name string) int64 {
	s := r.text(name, false)
	if s == "" {
		return 0
	}
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		r.fail(name, "This must be a time such as 2026-11-21T18:03:00-05:00.")
		return 0
	}
	return t.UnixMilli()
}

func (r *reader) child(name string) *reader {
	v, ok := r.value(name, true)
	object, isObject := v.(map[string]any)
	if ok && !isObject {
		r.fail(name, "This must be an object.")
	}
	return &reader{path: join(r.path, name), object: object}
}

// texts reads a list of texts.
func (r *reader) texts(name string) (all []string) {
	v, ok := r.value(name, false)
	items, isList := v.([]any)
	if ok && !isList {
		r.fail(name, "This must be a list.")
	}
	for i, item := range items {
		s, isText := item.(string)
		if !isText {
			r.fail(name+"["+strconv.Itoa(i)+"]", "This must be a text in quotes.")
		}
		all = append(all, s)
	}
	return all
}

// each reads a list of objects.
func (r *reader) each(name string, read func(*reader)) {
	v, ok := r.value(name, false)
	if !ok {
		return
	}
	items, isList := v.([]any)
	if !isList {
		r.fail(name, "This must be a list.")
	}
	for i, item := range items {
		at := name + "[" + strconv.Itoa(i) + "]"
		object, isObject := item.(map[string]any)
		if !isObject {
			r.fail(at, "This must be an object.")
			return
		}
		line := &reader{path: join(r.path, at), object: object}
		read(line)
		r.adopt(line)
	}
}
