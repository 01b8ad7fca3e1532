package campaigns

import (
	"cmp"
	"context"
	"encoding/json"
	"strconv"

	"fiel/db"
	"fiel/members"
)

// Changes is what an owner changes of a campaign. What is left empty stays as it is.
type Changes struct {
	Offer    map[string]string // by language: each stands in place of the one there is
	Voucher  *Offer            // kind, value, minimum and stores; its words are not looked at
	Occasion map[string]string // by language, likewise
	Words    map[string]string // by language, likewise; '' takes a language away
	Steps    json.RawMessage
	Game     json.RawMessage
	Audience json.RawMessage // in place of the owner's conditions; those of the recipe stay unless it names them
	Calendar Calendar        // each part in place of the one there is
	Holdout  *int64
	PartsCap *int64
	AsMany   *bool
}

// Edit changes a campaign, with a new version. A run under way keeps what it was made with; the next one uses the new. It answers the
// campaign before and after.
//
// Errors: db.Refused for a campaign that is over, or that happens once and has started; db.Invalid with what to change; db.Missing.
func Edit(ctx context.Context, tx *db.Tx, p members.Program, id int64, ch Changes) (before, after Campaign, err error) {
	if before, err = lock(ctx, tx, p.ID, id); err != nil {
		return before, after, err
	}
	if err = before.editable(ctx, tx); err != nil {
		return before, after, err
	}
	n, err := before.asNew()
	if err != nil {
		return before, after, err
	}
	links, err := New(tx).linksOfCampaign(ctx, p.ID, id)
	if err != nil {
		return before, after, err
	}
	for _, l := range links {
		n.Link = l.Target
	}
	r, err := RecipeByName(before.Recipe)
	if err != nil {
		return before, after, err
	}
	if n, err = ch.over(n, r); err != nil {
		return before, after, err
	}
	if err = cmp.Or(before.sameKind(n.Calendar), n.check(p)); err != nil {
		return before, after, err
	}
	if n.Audience, err = settled(ctx, tx, p, n.Audience); err != nil {
		return before, after, err
	}
	row := changeCampaignParams{
		ProgramID: p.ID, ID: id, Audience: string(n.Audience), Holdout: *n.Holdout, PartsCap: n.PartsCap, AsMany: n.AsMany, ChangedAt: tx.Now,
	}
	for column, v := range map[*string]any{&row.Words: n.Words, &row.Steps: n.Steps, &row.Game: n.Game, &row.Offer: n.Offer, &row.Calendar: n.Calendar} {
		if *column, err = pack(v); err != nil {
			return before, after, err
		}
	}
	after, err = New(tx).changeCampaign(ctx, row)
	return before, after, err
}

// editable refuses what has no next time to use a change.
func (c Campaign) editable(ctx context.Context, tx *db.Tx) error {
	if c.State == Ended || c.State == Cancelled {
		return db.Errorf(db.Refused, "%q is over: it is %s. Make another campaign.", c.Name, c.State)
	}
	s, err := c.schedule()
	if err != nil || !s.once() {
		return err
	}
	_, err = New(tx).runAt(ctx, runAtParams{ProgramID: c.ProgramID, CampaignID: c.ID, Occurrence: once})
	if err == nil {
		return db.Errorf(db.Refused, "%q happens once and has started: its texts are written. Cancel it, and make another.", c.Name)
	}
	if db.NotFound(err) {
		return nil
	}
	return err
}

// sameKind refuses that what has started becomes something of another kind: its runs would be of neither.
func (c Campaign) sameKind(to Calendar) error {
	was, err := c.schedule()
	if err != nil || c.State == Draft {
		return err
	}
	is, err := to.read()
	if err == nil && (was.once() != is.once() || was.now != is.now || was.event != is.event) {
		return db.Errorf(db.Refused, "%q has started: it cannot become one that happens %s. Cancel it, and make another.", c.Name, to.On)
	}
	return err
}

// asNew is the campaign as it would be made now.
func (c Campaign) asNew() (NewCampaign, error) {
	n := NewCampaign{
		Name: c.Name, Recipe: c.Recipe, Audience: json.RawMessage(c.Audience), Holdout: &c.Holdout, Steps: json.RawMessage(c.Steps),
		Game: json.RawMessage(c.Game), PartsCap: c.PartsCap, AsMany: c.AsMany, MadeBy: c.MadeBy,
	}
	for column, into := range map[string]any{c.Words: &n.Words, c.Offer: &n.Offer, c.Calendar: &n.Calendar} {
		if err := unpack(column, into); err != nil {
			return n, err
		}
	}
	return n, unpack(c.WordsB, &n.WordsB)
}

// over puts the changes over a campaign.
func (ch Changes) over(n NewCampaign, r Recipe) (NewCampaign, error) {
	if v := ch.Voucher; v != nil {
		n.Offer.Kind, n.Offer.Value, n.Offer.Minimum, n.Offer.Stores = v.Kind, v.Value, v.Minimum, v.Stores
	}
	n.Offer.Text = inPlace(n.Offer.Text, ch.Offer)
	n.Offer.Occasion = inPlace(n.Offer.Occasion, ch.Occasion)
	n.Words = inPlace(n.Words, ch.Words)
	n.Steps, n.Game = firstOf(ch.Steps, n.Steps, "[]"), firstOf(ch.Game, n.Game, "{}")
	n.Calendar = ch.Calendar.over(n.Calendar)
	if ch.Holdout != nil {
		n.Holdout = ch.Holdout
	}
	if ch.PartsCap != nil {
		n.PartsCap = *ch.PartsCap
	}
	if ch.AsMany != nil {
		n.AsMany = *ch.AsMany
	}
	if len(ch.Audience) == 0 {
		return n, nil
	}
	var err error
	n.Audience, err = merge(r.Audience, ch.Audience)
	return n, err
}

// inPlace puts words over others, language by language; ” takes one away.
func inPlace(words, own map[string]string) map[string]string {
	all := map[string]string{}
	for _, some := range []map[string]string{words, own} {
		for language, text := range some {
			if all[language] = text; text == "" {
				delete(all, language)
			}
		}
	}
	return all
}

// over is the calendar with what it says in place of what another says.
func (c Calendar) over(other Calendar) Calendar {
	for _, f := range []struct{ own, other *string }{
		{&c.On, &other.On},
		{&c.At, &other.At},
		{&c.Ends, &other.Ends},
		{&c.Last, &other.Last},
	} {
		if *f.own == "" {
			*f.own = *f.other
		}
	}
	if len(c.Products)+len(c.Categories) == 0 {
		c.items = other.items
	}
	return c
}

// Edit changes a campaign: see [Edit].
func (s *Service) Edit(ctx context.Context, by members.Act, program, id int64, ch Changes) (c Campaign, err error) {
	err = s.DB.Write(ctx, db.Interactive, func(ctx context.Context, tx *db.Tx) error {
		p, err := members.ProgramByID(ctx, tx, program)
		if err != nil {
			return err
		}
		if err := s.checkCodes(ch.Game); err != nil {
			return err
		}
		before, after, err := Edit(ctx, tx, p, id, ch)
		if err != nil {
			return err
		}
		c = after
		by.Action, by.Subject = "campaign.edit", "campaign:"+strconv.FormatInt(id, 10)
		by.Before, by.After = before.told(), after.told()
		return members.Record(ctx, tx, program, by)
	})
	return c, err
}

// Delete removes a campaign: see [Delete].
func (s *Service) Delete(ctx context.Context, by members.Act, program, id int64) (c Campaign, err error) {
	err = s.DB.Write(ctx, db.Interactive, func(ctx context.Context, tx *db.Tx) error {
		if c, err = campaignByID(ctx, tx, program, id); err != nil {
			return err
		}
		if err := Delete(ctx, tx, program, id); err != nil {
			return err
		}
		return record(ctx, tx, by, "campaign.delete", c)
	})
	return c, err
}

// told is what the record keeps of a campaign that was changed.
func (c Campaign) told() map[string]any {
	return map[string]any{
		"name": c.Name, "version": c.Version, "words": json.RawMessage(c.Words), "offer": json.RawMessage(c.Offer), "audience": json.RawMessage(c.Audience),
		"calendar": json.RawMessage(c.Calendar), "steps": json.RawMessage(c.Steps), "game": json.RawMessage(c.Game), "holdout": c.Holdout,
		"parts_cap": c.PartsCap, "as_many": c.AsMany,
	}
}
