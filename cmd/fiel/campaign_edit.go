package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"strings"

	"fiel/campaigns"
	"fiel/members"
)

type campaignEditCmd struct {
	Campaign string            `arg:"" help:"Name or id."`
	Offer    map[string]string `help:"The offer in words, by language." placeholder:"LANG=WORDS" mapsep:"none"`
	Occasion map[string]string `help:"The occasion in words, by language." placeholder:"LANG=WORDS" mapsep:"none"`
	Words    map[string]string `help:"The whole text, by language; LANG= takes a language away." placeholder:"LANG=WORDS" mapsep:"none"`
	Voucher  *string           `help:"A code of their own for each member: item, percent, amount or none." enum:"none,item,percent,amount" placeholder:"KIND"`
	Value    int64             `help:"Per cent, or minor units, of the voucher." default:"0"`
	Minimum  int64             `help:"Smallest purchase for the voucher, minor units." default:"0"`
	On       string            `help:"Another day: daily, weekdays, 'monthly 1', a date." placeholder:"WHEN"`
	At       string            `help:"Another local time." placeholder:"HH:MM"`
	Ends     string            `help:"Another end of the offer." placeholder:"WHEN"`
	Last     string            `help:"Last date on which it happens." placeholder:"DATE"`
	Product  []string          `help:"A series: only purchases with this product (sku)." placeholder:"SKU" sep:"none"`
	Category []string          `help:"A series: only purchases with this category." placeholder:"NAME" sep:"none"`
	Steps    string            `help:"A series: its texts as JSON, such as [{\"after\":\"7d\"}]." placeholder:"JSON"`
	Game     string            `help:"What answers belong to, as JSON." placeholder:"JSON"`
	Audience string            `help:"Conditions as JSON, in place of those there are." placeholder:"JSON"`
	Holdout  *int64            `help:"Per cent of the audience that get no text." placeholder:"N"`
	PartsCap *int64            `help:"Billed parts in all its runs; 0 is no cap of its own." placeholder:"N"`
	AsMany   *bool             `help:"Goes to as many as fit before its end." negatable:""`
}

// Run changes a campaign; its next run uses what it says now.
func (c *campaignEditCmd) Run(a *App) error {
	ch := campaigns.Changes{
		Offer: c.Offer, Occasion: c.Occasion, Words: c.Words, Holdout: c.Holdout, PartsCap: c.PartsCap, AsMany: c.AsMany,
		Steps: asJSON(c.Steps), Game: asJSON(c.Game), Audience: asJSON(c.Audience),
		Calendar: campaigns.Calendar{On: c.On, At: c.At, Ends: c.Ends, Last: c.Last},
	}
	ch.Calendar.Products, ch.Calendar.Categories = c.Product, c.Category
	if c.Voucher != nil {
		ch.Voucher = &campaigns.Offer{Kind: strings.TrimPrefix(*c.Voucher, "none"), Value: c.Value, Minimum: c.Minimum}
	}
	if c.same() {
		return wrongCall("say what to change: see fiel campaign edit --help")
	}
	return a.campaign(c.Campaign, func(s *campaigns.Service, by members.Act, p members.Program, id int64) (campaigns.Campaign, error) {
		return s.Edit(a.ctx, by, p.ID, id, ch)
	})
}

// same says that nothing was asked for.
func (c *campaignEditCmd) same() bool {
	texts := c.On + c.At + c.Ends + c.Last + c.Steps + c.Game + c.Audience
	lists := len(c.Offer) + len(c.Occasion) + len(c.Words) + len(c.Product) + len(c.Category)
	return texts == "" && lists == 0 && c.Voucher == nil && c.Holdout == nil && c.PartsCap == nil && c.AsMany == nil
}

// asJSON is nil for what was not given.
func asJSON(text string) json.RawMessage {
	if text == "" {
		return nil
	}
	return json.RawMessage(text)
}

// ask puts the three questions of a recipe to somebody at a terminal, those that were not answered by a flag. An empty answer keeps what
// the recipe has.
func (c *campaignAddCmd) ask(a *App, p members.Program) error {
	r, err := campaigns.RecipeByName(c.Recipe)
	if err != nil || !isTerminal(a.In) {
		return err
	}
	in := bufio.NewReader(a.In)
	question := func(words, usual string) string {
		if usual != "" {
			words += " [" + usual + "]"
		}
		fmt.Fprint(a.Err, words+" ")
		line, _ := in.ReadString('\n')
		return strings.TrimSpace(line)
	}
	if r.AsksOffer() && len(c.Offer) == 0 && len(c.Words) == 0 {
		if text := question("What is the offer?", ""); text != "" {
			c.Offer = map[string]string{p.Language: text}
		}
	}
	if len(c.Occasion) == 0 && len(c.Words) == 0 {
		if text := question("What is the occasion?", r.Occasion[p.Language]); text != "" {
			c.Occasion = map[string]string{p.Language: text}
		}
	}
	if c.Ends == "" {
		usual := r.Calendar.Ends
		if usual == "" {
			usual = "3d"
		}
		c.Ends = question("When does it end?", usual)
	}
	return nil
}
