package main

import (
	"fmt"
	"strings"

	"fiel/members"
	"fiel/rewards"
)

// what says in a few words what a rule does.
func (v ruleView) what(p members.Program) string {
	words := v.gives(p)
	for _, more := range []string{v.lines(), v.when(), v.whom()} {
		if more != "" {
			words += ", " + more
		}
	}
	if v.Minimum > 0 {
		words += ", from " + money(p, v.Minimum)
	}
	if v.GapMinutes > 0 {
		words += fmt.Sprintf(", %d minutes apart", v.GapMinutes)
	}
	if v.Carries {
		words += ", the rest is carried"
	}
	return words
}

func (v ruleView) gives(p members.Program) string {
	switch v.Kind {
	case rewards.AmountRule:
		return fmt.Sprintf("%d per %s", v.Points, money(p, v.Step))
	case rewards.QuantityRule:
		return fmt.Sprintf("%d per %d things", v.Points, v.Step)
	case rewards.VisitRule:
		return fmt.Sprintf("%d a visit", v.Points)
	case rewards.StampRule:
		return fmt.Sprintf("a stamp for each %s, %d fill a card", v.Counts, v.Step)
	case rewards.TenderRule:
		return fmt.Sprintf("x%s on what is paid by %s", v.Times, v.Tender)
	}
	return "x" + v.Times.String()
}

func (v ruleView) lines() string {
	all := append(append([]string{}, v.Categories...), v.Products...)
	if len(all) == 0 {
		return ""
	}
	return "on " + strings.Join(all, ", ")
}

func (v ruleView) when() string {
	words := strings.Join(v.Weekdays, ",")
	if v.From != 0 || v.Until != 0 {
		words = strings.TrimSpace(fmt.Sprintf("%s %s-%s", words, v.From, v.Until))
	}
	if v.Starts != "" {
		words = strings.TrimSpace(words + " from " + v.Starts)
	}
	if v.Ends != "" {
		words = strings.TrimSpace(words + " to " + v.Ends)
	}
	return words
}

func (v ruleView) whom() string {
	var words []string
	if len(v.Stores) > 0 {
		words = append(words, "at stores "+ids(v.Stores))
	}
	if len(v.Tiers) > 0 {
		words = append(words, "for levels "+ids(v.Tiers))
	}
	return strings.Join(words, ", ")
}

func ids(all []int64) string {
	return strings.Trim(strings.ReplaceAll(fmt.Sprint(all), " ", ", "), "[]")
}
