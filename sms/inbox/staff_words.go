package inbox

import (
	"regexp"
	"slices"
	"strings"
)

// Order is what somebody on the staff asks for by text. It is the whole of staff's language: what no order begins with is a text like
// anybody's.
type Order string

// The orders. Those of owners are about campaigns.
const (
	NoOrder      Order = ""
	OrderSale    Order = "SALE"  // VENTA phone amount [ticket]
	OrderEnrol   Order = "ENROL" // ALTA phone [name]
	OrderUse     Order = "USE"   // CANJE code
	OrderLook    Order = "LOOK"  // SALDO phone
	OrderShop    Order = "SHOP"  // TIENDA name: where who works in all stores is today
	OrderFlash   Order = "FLASH"
	OrderSend    Order = "SEND"
	OrderPause   Order = "PAUSE"
	OrderGoOn    Order = "GO_ON"
	OrderSummary Order = "SUMMARY"
)

func allOrders() []Order {
	return []Order{OrderSale, OrderEnrol, OrderUse, OrderLook, OrderShop, OrderFlash, OrderSend, OrderPause, OrderGoOn, OrderSummary}
}

// ofOwner tells whether only an owner may give the order.
func (o Order) ofOwner() bool {
	switch o {
	case OrderFlash, OrderSend, OrderPause, OrderGoOn, OrderSummary:
		return true
	}
	return false
}

// heeded tells whether what stands behind the word makes it an order. Words that members have too (SALDO, ALTA, CANJE 1) are the
// person's own unless they name somebody else's number or a voucher.
func (o Order) heeded(rest string) bool {
	switch o {
	case OrderEnrol, OrderLook:
		return aNumber.MatchString(rest)
	case OrderUse:
		return isVoucher(rest)
	case OrderFlash:
		return rest != ""
	}
	return true
}

// aNumber is how a phone number begins: seven digits or more, however they are grouped. Full numbers are judged by members.ParsePhone.
var aNumber = regexp.MustCompile(`^\+?\(?\d(?:[ ().\-/]*\d){6,}`)

// voucherLetters is how long the code of a voucher is.
const voucherLetters = 8

// isVoucher tells whether a text is written like the code of a voucher and nothing else, look-alikes and all: the letters are judged by
// whoever looks it up.
func isVoucher(text string) bool {
	code := strings.Map(func(r rune) rune {
		if r == ' ' || r == '-' || r == '.' {
			return -1
		}
		return r
	}, text)
	return len(code) == voucherLetters && strings.Trim(strings.ToUpper(code), "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ") == ""
}

// Ordered is a text that gives an order.
type Ordered struct {
	Order    Order
	Language string // of the word, where it is one language's alone
	Word     string // as the book writes it
	Rest     string // what stands behind it, clean
}

// Ordered reads a text as staff's. It does not know who texts: what members may say is an order only with what makes it one. A stop is
// never one.
func (b *Book) Ordered(language, optOut, text string) (Ordered, bool) {
	t := read(text)
	s, n := b.orders.at(t.words)
	if n == 0 || optOut != "" {
		return Ordered{}, false
	}
	o := Ordered{Order: s.orderIn(language, b.languages), Word: s.written, Rest: t.rest(n)}
	if !o.Order.heeded(o.Rest) || b.Match(Context{Language: language}, text).Command == Stop {
		return Ordered{}, false
	}
	if len(s.in) == 1 {
		for o.Language = range s.in {
		}
	}
	return o, true
}

// orderSense is what a staff word means in the languages that have it.
type orderSense struct {
	written string
	in      map[string]Order
}

func (s *orderSense) orderIn(language string, otherwise []string) Order {
	for _, l := range append([]string{language}, otherwise...) {
		if o := s.in[l]; o != NoOrder {
			return o
		}
	}
	return NoOrder
}

// order notes the words of an order in a spoken language. None may be a stop word.
func (l *loader) order(language string, ln line) error {
	o := Order(ln.of)
	if !slices.Contains(allOrders(), o) {
		return ln.errorf("there is no order %s", ln.of)
	}
	for _, item := range ln.items {
		words := read(item).words
		if len(words) == 0 {
			return ln.errorf("%q has no word", item)
		}
		if _, stops := l.book.stops.whole(words); stops {
			return ln.errorf("%q is a stop word of some language", item)
		}
		s, found := l.book.orders.whole(words)
		if !found {
			s = &orderSense{written: item, in: map[string]Order{}}
			l.book.orders.put(words, s)
		}
		if old := s.in[language]; old != NoOrder && old != o {
			return ln.errorf("%q is already the word for %s", item, old)
		}
		s.in[language] = o
	}
	return nil
}
