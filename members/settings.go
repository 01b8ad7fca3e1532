package members

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// Settings are all an owner may change about a program beside how its points expire, in the order they are shown. Amounts are minor units.
func Settings() []Setting {
	return slicesOf(aboutShop(), aboutPoints(), aboutLevels(), aboutTexts())
}

func slicesOf(groups ...[]Setting) (all []Setting) {
	for _, g := range groups {
		all = append(all, g...)
	}
	return all
}

func aboutShop() []Setting {
	return []Setting{
		{Name: "name", Kind: WordsSetting, Low: 1, High: 20, Help: "What texts call the shop.", Value: func(p Program) string { return p.Name }},
		{Name: "contact", Kind: WordsSetting, High: 32, Help: "Where a customer reaches a person.", Value: func(p Program) string { return p.Contact }},
		{
			Name: "language", Kind: WordsSetting, Low: 1, High: 5, Help: "Of members who have not shown theirs.",
			Check: checkLanguage, Value: func(p Program) string { return p.Language },
		},
		{
			Name: "countries", Kind: WordsSetting, High: 200, Help: "Further countries whose numbers may join, CL,BO; * is all.",
			Check: checkCountries, Value: func(p Program) string { return p.Countries },
		},
		choice("leap_day", "When a birthday of 29 February is kept.", func(p Program) string { return p.LeapDay }, "02-28", "03-01"),
	}
}

func aboutPoints() []Setting {
	return []Setting{
		whole("join_bonus", 1_000_000, "Points for joining.", func(p Program) int64 { return p.JoinBonus }),
		choice("refund_policy", "What a refund finds missing: carry is a debt, clamp is forgotten.", func(p Program) string { return p.RefundPolicy }, "carry", "clamp"),
		{
			Name: "net_of_tax", Kind: YesNoSetting, Help: "Tax earns no points.",
			Value: func(p Program) string { return yesNo(p.NetOfTax) },
		},
		{
			Name: "never_earns", Kind: ListSetting, High: 50, Help: "Categories, beside gift cards and delivery, that earn nothing.",
			Value: func(p Program) string { return listed(p.NeverEarns) },
		},
		whole("points_per_day", 1_000_000_000, "Most points a member earns by purchases of one day; 0 is no cap.", func(p Program) int64 { return p.PointsPerDay }),
		whole("held_days", 365, "Days that purchases wait for their number to join.", func(p Program) int64 { return p.HeldDays }),
		whole("unusual_amount", 1_000_000_000_000, "A sale of so much or more is flagged; 0 is never.", func(p Program) int64 { return p.UnusualAmount }),
		whole("movements_per_day", 1000, "So many purchases of a member at one till and day are told to the owner; 0 is never.", func(p Program) int64 { return p.MovementsPerDay }),
		whole("credit_limit", 1_000_000_000, "Points one person may give by hand.", func(p Program) int64 { return p.CreditLimit }),
		whole("point_value", 1_000_000_000, "What stores owe one another for a point, thousandths of a minor unit.", func(p Program) int64 { return p.PointValue }),
	}
}

func aboutLevels() []Setting {
	return []Setting{
		choice("tier_by", "What counts for a level.", func(p Program) string { return p.TierBy }, "points", "money"),
		choice("tier_window", "How far back it counts: the calendar year, the last 12 months, or ever.", func(p Program) string { return p.TierWindow }, "year", "rolling", "lifetime"),
		whole("tier_grace_days", 366, "Days a level is kept after its time.", func(p Program) int64 { return p.TierGraceDays }),
	}
}

func aboutTexts() []Setting {
	return []Setting{
		{
			Name: "texting_hours", Kind: HoursSetting, Help: "When offers may leave, within the hours of the country.",
			Value: func(p Program) string { return clock(p.QuietFrom) + "-" + clock(p.QuietUntil) },
		},
		{
			Name: "closed_days", Kind: ListSetting, High: 100, Help: "Days without offers: 12-25 each year, 2027-03-05 once.",
			Check: checkClosedDays, Value: func(p Program) string { return listed(p.ClosedDays) },
		},
		whole("texts_per_day", 100, "Most offers to a member and day.", func(p Program) int64 { return p.TextsPerDay }),
		whole("texts_per_week", 500, "Most offers to a member and week.", func(p Program) int64 { return p.TextsPerWeek }),
		whole("parts_per_day", 1_000_000_000, "Most billed parts of texts a day.", func(p Program) int64 { return p.PartsPerDay }),
		{
			Name: "prices", Kind: PricesSetting, Help: "What a part of a text costs you, by country; before the table of prices.",
			Value: func(p Program) string { return writePrices(p.Prices) },
		},
		{
			Name: "price_unit", Kind: WordsSetting, Low: 3, High: 3, Help: "The currency of these prices.",
			Check: checkUnit, Value: func(p Program) string { return p.PriceUnit },
		},
	}
}

func whole(name string, high int64, help string, value func(Program) int64) Setting {
	return Setting{Name: name, Kind: WholeSetting, High: high, Help: help, Value: func(p Program) string { return strconv.FormatInt(value(p), 10) }}
}

func choice(name, help string, value func(Program) string, among ...string) Setting {
	return Setting{Name: name, Kind: ChoiceSetting, Values: among, Help: help, Value: value}
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

// listed is a JSON list of words with commas.
func listed(list string) string {
	var words []string
	if json.Unmarshal([]byte(list), &words) != nil {
		return list
	}
	return strings.Join(words, ",")
}

func clock(minute int64) string { return fmt.Sprintf("%02d:%02d", minute/60, minute%60) }
