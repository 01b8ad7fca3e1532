package campaigns

import (
	"encoding/json"

	"fiel/db"
)

// bounds is a number from at least one value to at most another; nil is no bound.
type bounds struct {
	AtLeast *int64 `json:"at_least"`
	AtMost  *int64 `json:"at_most"`
}

// within says whether there is a bound, and both are in order and within limits.
func (c bounds) within(lowest, highest int64) bool {
	for _, bound := range []*int64{c.AtLeast, c.AtMost} {
		if bound != nil && (*bound < lowest || *bound > highest) {
			return false
		}
	}
	return (c.AtLeast != nil || c.AtMost != nil) && (c.AtLeast == nil || c.AtMost == nil || *c.AtLeast <= *c.AtMost)
}

func (c bounds) write(q *query, column string) {
	and := ""
	if c.AtLeast != nil {
		q.compare(column+" >= ", *c.AtLeast)
		and = " AND "
	}
	if c.AtMost != nil {
		q.compare(and+column+" <= ", *c.AtMost)
	}
}

// say chooses among key.least, key.most, key.exact and key.between. Plain writes a number alone, counted one with its thing.
func (c bounds) say(s *sayer, key string, denied bool, plain, counted func(int64) string, more ...string) clause {
	switch {
	case c.AtMost == nil:
		return s.clause(key+".least", denied, append(more, "n", counted(*c.AtLeast))...)
	case c.AtLeast == nil:
		return s.clause(key+".most", denied, append(more, "n", counted(*c.AtMost))...)
	case *c.AtLeast == *c.AtMost:
		return s.clause(key+".exact", denied, append(more, "n", counted(*c.AtMost))...)
	}
	return s.clause(key+".between", denied, append(more, "least", plain(*c.AtLeast), "n", counted(*c.AtMost))...)
}

// balance: the member has so many points.
type balance struct{ bounds }

func parseBalance(raw json.RawMessage) (condition, error) {
	var c balance
	if err := readJSON(raw, &c.bounds); err != nil || !c.within(-mostMoney, mostMoney) {
		return nil, db.Errorf(db.Invalid, `"balance" takes points: {"at_least": 100}, {"at_most": 500}, or both.`)
	}
	return c, nil
}

func (c balance) write(q *query, _ moment) { c.bounds.write(q, "m.balance") }

func (c balance) say(s *sayer, denied bool) clause {
	return c.bounds.say(s, "balance", denied, s.number, func(n int64) string { return s.count("points", n) })
}

// purchaseCount: the member has bought so many times, sales that were wholly returned left out.
type purchaseCount struct{ bounds }

func parsePurchases(raw json.RawMessage) (condition, error) {
	var c purchaseCount
	if err := readJSON(raw, &c.bounds); err != nil || !c.within(0, 1_000_000) {
		return nil, db.Errorf(db.Invalid, `"purchases" takes a number of purchases: {"at_least": 3}, {"at_most": 10}, or both.`)
	}
	return c, nil
}

func (c purchaseCount) write(q *query, _ moment) { c.bounds.write(q, "m.purchases") }

func (c purchaseCount) say(s *sayer, denied bool) clause {
	return c.bounds.say(s, "purchases", denied, s.number, func(n int64) string { return s.count("times", n) })
}
