package campaigns

import (
	"encoding/json"
	"slices"
	"strings"

	"fiel/db"
)

// kind is one condition that an audience can name.
type kind struct {
	name    string
	example string // JSON of a whole audience
	means   string // in English, for whoever writes one
	parse   func(raw json.RawMessage, depth int) (condition, error)
}

// kinds are all conditions there are.
func kinds() []kind {
	return slices.Concat(memberKinds(), saleKinds(), occasionKinds(), joinedKinds())
}

// memberKinds are the conditions over what is known of a member.
func memberKinds() []kind {
	return []kind{
		{"store", `{"store": ["Centro", 12]}`, "home store, by name or id", plainly(parseStores)},
		{"tier", `{"tier": {"or_above": "VIP"}}`, `level, by name or id: ["VIP"], {"or_above": "VIP"}, or "none"`, plainly(parseLevels)},
		{"language", `{"language": ["es", "en"]}`, "language they are texted in", plainly(parseLanguages)},
		{"joined", `{"joined": {"from": "2026-11-01", "until": "2026-11-30"}}`, `joined between two dates, or {"at_least_days": 30, "at_most_days": 90} ago`, plainly(parseJoined)},
		{"channel", `{"channel": ["VERANO"]}`, "code they joined with", plainly(parseChannels)},
		{"tag", `{"tag": ["sin gluten"]}`, "tag you gave them", plainly(parseTags)},
		{"birthday_month", `{"birthday_month": [3, 4]}`, "month of the birthday, 1 to 12", plainly(parseBirthdayMonths)},
		{"balance", `{"balance": {"at_least": 100, "at_most": 500}}`, "points they have", plainly(parseBalance)},
	}
}

// saleKinds are the conditions over what members bought, and what they were sent.
func saleKinds() []kind {
	return []kind{
		{"last_purchase", `{"last_purchase": {"at_least_days": 30, "at_most_days": 90}}`, `days since the last purchase, or {"never": true}`, plainly(parseLastPurchase)},
		{"purchases", `{"purchases": {"at_least": 3}}`, "number of purchases so far, at_least and at_most", plainly(parsePurchases)},
		{"spend", `{"spend": {"days": 90, "at_least": 10000}}`, "money spent in the last days, minor units, net of refunds, at_least and at_most", plainly(parseSpend)},
		{"bought", `{"bought": {"category": ["pan"], "days": 60, "times": 2}}`, `category or product (SKU) bought; in the last days, and so many times, unless left out`, plainly(parseBought)},
		{"rfm", `{"rfm": ["champions", "loyal"]}`, "class by how lately, how often and for how much they bought: " + strings.Join(rfmClassNames(), ", "), plainly(parseClasses)},
		{"got", `{"got": ["Oferta del viernes"]}`, "a text of the campaign left for them, by name or id", plainly(parseGot)},
		{"used", `{"used": ["Oferta del viernes"]}`, "used the voucher of the campaign, by name or id", plainly(parseUsed)},
	}
}

// joinedKinds put audiences together.
func joinedKinds() []kind {
	return []kind{
		{"all", `{"all": [{"language": ["es"]}, {"store": ["Centro"]}]}`, "each of these audiences", func(raw json.RawMessage, depth int) (condition, error) {
			list, err := parseObjects("all", raw, depth)
			return all(list), err
		}},
		{"any", `{"any": [{"language": ["en"]}, {"store": ["Centro"]}]}`, "at least one of these audiences", func(raw json.RawMessage, depth int) (condition, error) {
			list, err := parseObjects("any", raw, depth)
			return anyOf(list), err
		}},
		{"not", `{"not": {"store": ["Centro"]}}`, "everybody but these", func(raw json.RawMessage, depth int) (condition, error) {
			c, err := parseObject(raw, depth+1)
			return not{c}, err
		}},
		{"except", `{"except": [{"store": ["Centro"]}, {"language": ["en"]}]}`, "without those of any of these audiences", func(raw json.RawMessage, depth int) (condition, error) {
			list, err := parseObjects("except", raw, depth)
			return exclusions{anyOf(list)}, err
		}},
	}
}

// plainly is the reader of a condition that has no audiences in it.
func plainly(parse func(json.RawMessage) (condition, error)) func(json.RawMessage, int) (condition, error) {
	return func(raw json.RawMessage, _ int) (condition, error) { return parse(raw) }
}

// parseCondition reads one name of an audience's object and what it asks.
func parseCondition(name string, raw json.RawMessage, depth int) (condition, error) {
	var known []string
	for _, k := range kinds() {
		if k.name == name {
			return k.parse(raw, depth)
		}
		known = append(known, k.name)
	}
	return nil, db.Errorf(db.Invalid, "%q is no condition of an audience: there are %s.", name, strings.Join(known, ", "))
}

// readList reads a list of one kind, each of which must be good.
func readList[L ~[]T, T any](name string, raw []byte, into *L, good func(T) bool) error {
	err := readJSON(raw, into)
	if err != nil || len(*into) == 0 || len(*into) > maxAudienceList {
		return db.Errorf(db.Invalid, "%q takes a list of up to %d values.", name, maxAudienceList)
	}
	for _, v := range *into {
		if !good(v) {
			return db.Errorf(db.Invalid, "%q does not know %v.", name, v)
		}
	}
	return nil
}

// plain says whether a word has letters, and none that PostgreSQL cannot keep.
func plain(s string) bool {
	return s != "" && !strings.ContainsFunc(s, func(r rune) bool { return r < ' ' })
}

func readWord(name string, raw []byte, word string) error {
	var s string
	if err := readJSON(raw, &s); err != nil || s != word {
		return db.Errorf(db.Invalid, "%q takes the word %q.", name, word)
	}
	return nil
}
