package rewards

import (
	"encoding/json"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"fiel/db"
)

// Needs are the categories and products of which one has to be in the sale; both empty: none has to be.
func (v Voucher) Needs() (categories, products []string, err error) {
	for _, list := range []struct {
		text string
		into *[]string
	}{{v.Categories, &categories}, {v.Products, &products}} {
		if list.text == "" {
			continue
		}
		if err := json.Unmarshal([]byte(list.text), list.into); err != nil {
			return nil, nil, db.Errorf(db.Internal, "what voucher %d needs: %w", v.ID, err)
		}
	}
	return categories, products, nil
}

// hasWhatItNeeds looks for one of the things that the voucher needs among the lines of the sale.
func (c *counter) hasWhatItNeeds() error {
	categories, products, err := c.voucher.Needs()
	if err != nil {
		return err
	}
	wanted := strings.Join(slices.Concat(categories, products), ", ")
	switch {
	case wanted == "":
		return nil
	case len(c.Lines) == 0:
		c.note("look that one of these is in the sale: %s", wanted)
		return nil
	case slices.ContainsFunc(c.Lines, func(l Line) bool { return isOneOf(l.Category, categories) || isOneOf(l.SKU, products) }):
		return nil
	}
	return db.Errorf(db.Refused, "that voucher needs one of these in the sale: %s", wanted)
}

func isOneOf(word string, list []string) bool {
	return word != "" && slices.ContainsFunc(list, func(w string) bool { return alike(w) == alike(word) })
}

// alike makes words that a person takes for the same the same: case, accents, widths and spaces around do not matter.
func alike(word string) string {
	word = norm.NFD.String(norm.NFKC.String(strings.ToLower(strings.TrimSpace(word))))
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return r
	}, word)
}
