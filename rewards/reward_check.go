package rewards

import (
	"encoding/json"
	"slices"
	"strings"

	"fiel/db"
	"fiel/members"
)

const (
	longestChoice  = 20 // letters; three stand in one text
	longestCharity = 30
	mostInSale     = 50 // categories or products that one reward names
	longestSKU     = 60
)

// tidy is the reward with its words as they will be shown.
func (n NewReward) tidy() NewReward {
	oneLine := func(s string) string { return strings.Join(strings.Fields(s), " ") }
	n.Name, n.Charity = oneLine(n.Name), oneLine(n.Charity)
	for _, list := range []*[]string{&n.Choices, &n.Categories, &n.Products} {
		*list = slices.Clone(*list)
		for i, word := range *list {
			(*list)[i] = oneLine(word)
		}
	}
	slices.Sort(n.Stores)
	n.Stores = slices.Compact(n.Stores)
	return n
}

func (n NewReward) validate(now int64) error {
	_, named := members.Line(n.Name, 40)
	switch {
	case !named:
		return db.Errorf(db.Invalid, "a reward needs a name of at most 40 letters: it stands in texts")
	case n.Stock < Unlimited:
		return db.Errorf(db.Invalid, "the stock of a reward is not below zero; leave it out for no limit")
	case n.Minimum < 0 || n.Minimum > maxCarry:
		return db.Errorf(db.Invalid, "the minimum purchase of a reward is not below zero")
	case n.Days < 1 || n.Days > 365:
		return db.Errorf(db.Invalid, "a voucher can be used for 1 to 365 days")
	case n.StartsAt < 0 || n.EndsAt < 0 || n.EndsAt != 0 && (n.EndsAt <= n.StartsAt || n.EndsAt <= now):
		return db.Errorf(db.Invalid, "a reward ends after it starts, and not in the past")
	}
	for _, check := range []func() error{n.checkCost, n.checkKind, n.checkChoices, n.checkAtOnce, n.checkSale} {
		if err := check(); err != nil {
			return err
		}
	}
	return checkValue(n.Kind, n.Value)
}

// checkCost refuses a price that does not go with how the reward is had.
func (n NewReward) checkCost() error {
	switch {
	case n.Number < 0 || n.Number > 99:
		return db.Errorf(db.Invalid, "the number of a reward is 1 to 99; 0 is for one that is only given")
	case n.Given && n.Number != 0:
		return db.Errorf(db.Invalid, "what is only given has no number to text")
	case n.Given && !n.Automatic && n.Cost != 0:
		return db.Errorf(db.Invalid, "what is only given costs no points; automatic rewards do")
	case (!n.Given || n.Automatic) && (n.Cost < 1 || n.Cost > MaxDelta):
		return db.Errorf(db.Invalid, "a reward costs at least one point")
	}
	return nil
}

// checkKind refuses what only another kind has.
func (n NewReward) checkKind() error {
	_, named := members.Line(n.Charity, longestCharity)
	switch {
	case n.Kind == Donation && !named:
		return db.Errorf(db.Invalid, "a donation needs the name of a charity of at most %d letters", longestCharity)
	case n.Kind != Donation && n.Charity != "":
		return db.Errorf(db.Invalid, "only a donation has a charity")
	case n.Kind != Experience && len(n.Choices) > 0:
		return db.Errorf(db.Invalid, "only an experience has choices")
	case n.Kind == Experience && n.Automatic:
		return db.Errorf(db.Invalid, "an experience is chosen by the member: it cannot be issued by itself")
	}
	return nil
}

// checkChoices makes sure that every choice can be told from the others by its first word.
func (n NewReward) checkChoices() error {
	if len(n.Choices) == 1 || len(n.Choices) > 3 {
		return db.Errorf(db.Invalid, "an experience has two or three choices, or none")
	}
	seen := map[string]bool{}
	for _, c := range n.Choices {
		if _, ok := members.Line(c, longestChoice); !ok {
			return db.Errorf(db.Invalid, "a choice has a name of at most %d letters: three stand in one text", longestChoice)
		}
		first := strings.ToLower(strings.Fields(c)[0])
		if seen[first] {
			return db.Errorf(db.Invalid, "two choices begin with %q: members answer with the first word", first)
		}
		seen[first] = true
	}
	return nil
}

// checkAtOnce refuses what asks for a till of a reward that never comes to one.
func (n NewReward) checkAtOnce() error {
	if !atOnce(n.Kind) {
		return nil
	}
	switch {
	case n.Minimum != 0 || len(n.Categories)+len(n.Products)+len(n.Stores) > 0:
		return db.Errorf(db.Invalid, "a %s is used as it is issued: it asks for no purchase, product or store", n.Kind)
	case n.NextDay:
		return db.Errorf(db.Invalid, "a %s is used as it is issued: it is not valid from the next day", n.Kind)
	case n.Kind == DigitalCode && n.Stock != Unlimited:
		return db.Errorf(db.Invalid, "there are as many as codes were uploaded: leave the stock out")
	}
	return nil
}

// atOnce says whether a voucher of that kind is used as it is issued: nobody at a till is needed for it.
func atOnce(kind string) bool { return kind == Donation || kind == DigitalCode }

// checkSale refuses categories and products that no line of a sale has.
func (n NewReward) checkSale() error {
	for what, list := range map[string][]string{"categories": n.Categories, "products": n.Products} {
		if len(list) > mostInSale {
			return db.Errorf(db.Invalid, "a reward names at most %d %s", mostInSale, what)
		}
		for _, word := range list {
			if _, ok := members.Line(word, longestSKU); !ok {
				return db.Errorf(db.Invalid, "the %s of a reward are words of at most %d letters", what, longestSKU)
			}
		}
	}
	return nil
}

// checkValue refuses what a reward or voucher of that kind cannot be worth.
func checkValue(kind string, value int64) error {
	switch kind {
	case PercentOff:
		if value < 1 || value > 100 {
			return db.Errorf(db.Invalid, "a reward takes 1 to 100 per cent off")
		}
	case AmountOff, GiftCard, Donation, Cashback:
		if value < 1 || value > maxCarry {
			return db.Errorf(db.Invalid, "a reward of kind %s is worth at least one minor unit", kind)
		}
	case FreeItem, Experience, DigitalCode, Physical:
		if value < 0 || value > maxCarry {
			return db.Errorf(db.Invalid, "a reward of kind %s is not worth less than nothing", kind)
		}
	default:
		return db.Errorf(db.Invalid, "%q is no kind of reward: percent, amount, item, gift_card, experience, donation, cashback, code or physical", kind)
	}
	return nil
}

// jsonList and readList write and read the lists of words that the tables keep.
func jsonList(words []string) string {
	if len(words) == 0 {
		return "[]"
	}
	list, _ := json.Marshal(words) // strings always are JSON
	return string(list)
}

func readList(list string) (words []string) {
	_ = json.Unmarshal([]byte(list), &words) // written by jsonList alone
	return words
}
