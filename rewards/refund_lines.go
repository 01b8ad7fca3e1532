package rewards

import "slices"

// Returned is how much of a sale has come back, over all its refunds. It is a sum, so that the order of refunds does not matter.
type Returned struct {
	Whole bool       // nothing of the sale is left, or all the money is back
	Money int64      // minor units given back otherwise than by a line of the sale
	Lines []LineBack // beside the lines of the sale; shorter when the last ones are all there
}

// LineBack is what has come back of one line of a sale.
type LineBack struct {
	Amount   int64 // minor units
	Quantity int64
}

// Return is one refund: the lines it names, or the money (minor units) that it gives back when it names none.
type Return struct {
	Money int64
	Lines []Line
}

// Returned adds up the refunds of a sale. A line that came back is found among those of the sale by its product (sku), else by its name,
// else by its category, and fills such lines one after the other. What is on no line, or more than is left of them, counts as money,
// unless such lines never earn.
//
// All refunds are matched anew together, those by product first, so that it does not matter which came first.
func (s Sale) Returned(c Scope, all ...Return) Returned {
	back := Returned{Lines: make([]LineBack, len(s.Lines))}
	var named [keys][]Line
	for _, r := range all {
		if len(r.Lines) == 0 {
			back.Money = capped(back.Money, r.Money)
		}
		for _, l := range r.Lines {
			by := s.namedBy(l)
			named[by] = append(named[by], l)
		}
	}
	for by, lines := range named {
		for _, l := range lines {
			if rest := s.fill(back.Lines, l, key(by)); s.earns(c, l, key(by)) {
				back.Money = capped(back.Money, rest)
			}
		}
	}
	for i, l := range s.Lines {
		if l.Amount > 0 && back.Lines[i].Amount >= l.Amount {
			back.Lines[i].Quantity = max(0, l.Quantity)
		}
	}
	return back
}

// key is what a line is known by.
type key int

const (
	bySKU key = iota
	byName
	byCategory
	byNothing
	keys
)

// same says whether two lines are alike by a key.
func (k key) same(a, b Line) bool {
	switch k {
	case bySKU:
		return a.SKU != "" && a.SKU == b.SKU
	case byName:
		return a.Name != "" && fold(a.Name) == fold(b.Name)
	case byCategory:
		return a.Category != "" && fold(a.Category) == fold(b.Category)
	}
	return false
}

// namedBy is the first key by which the sale has a line like that.
func (s Sale) namedBy(l Line) key {
	for k := bySKU; k < byNothing; k++ {
		for _, sold := range s.Lines {
			if k.same(sold, l) {
				return k
			}
		}
	}
	return byNothing
}

// earns says whether a line like those of the sale, or one that the sale has not, can earn.
func (s Sale) earns(c Scope, l Line, k key) bool {
	if k == byNothing {
		return c.earns(l)
	}
	return slices.ContainsFunc(s.Lines, func(sold Line) bool { return k.same(sold, l) && c.earns(sold) })
}

// fill puts a line that came back on those of the sale, and returns the money that found no place.
func (s Sale) fill(back []LineBack, l Line, k key) (rest int64) {
	rest, things := capped(0, l.Amount), capped(0, l.Quantity)
	for i, sold := range s.Lines {
		if !k.same(sold, l) {
			continue
		}
		money, n := min(rest, capped(0, sold.Amount)-back[i].Amount), min(things, capped(0, sold.Quantity)-back[i].Quantity)
		back[i].Amount, back[i].Quantity = back[i].Amount+money, back[i].Quantity+n
		rest, things = rest-money, things-n
	}
	return rest
}
