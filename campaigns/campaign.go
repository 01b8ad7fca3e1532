package campaigns

import (
	"cmp"
	"context"
	"strconv"

	"fiel/db"
)

// States of a campaign.
const (
	Draft     = "draft" // not started yet
	Active    = "active"
	Paused    = "paused"
	Ended     = "ended" // nothing of it comes any more
	Cancelled = "cancelled"
)

// Find finds a campaign by its name or id; db.Missing when the program has none such.
func Find(ctx context.Context, tx *db.Tx, program int64, nameOrID string) (Campaign, error) {
	c, err := New(tx).campaignByName(ctx, program, nameOrID)
	if id, bad := strconv.ParseInt(nameOrID, 10, 64); db.NotFound(err) && bad == nil {
		c, err = New(tx).campaign(ctx, program, id)
	}
	if db.NotFound(err) {
		return Campaign{}, db.Errorf(db.Missing, "There is no campaign %q.", nameOrID)
	}
	return c, err
}

// List lists the program's campaigns, the first made first.
func List(ctx context.Context, tx *db.Tx, program int64) ([]Campaign, error) {
	return New(tx).campaignsOf(ctx, program)
}

// Delete removes a campaign that is not running, with its runs. Its texts and their once keys stay: made again, it tells nobody twice.
// db.Refused while it is active or paused, texts of it are on the wire, or the audience of another campaign asks who got it.
func Delete(ctx context.Context, tx *db.Tx, program, id int64) error {
	c, err := lock(ctx, tx, program, id)
	if err != nil {
		return err
	}
	if c.State == Active || c.State == Paused {
		return db.Errorf(db.Refused, "%q is %s: cancel it first.", c.Name, c.State)
	}
	if n, err := New(tx).unfinishedRuns(ctx, program, id); err != nil || n > 0 {
		return cmp.Or(err, error(db.Errorf(db.Refused, "Texts of %q are still on their way: try again in a minute.", c.Name)))
	}
	if err := unasked(ctx, tx, c); err != nil {
		return err
	}
	if err := New(tx).deleteRuns(ctx, program, id); err != nil {
		return err
	}
	return New(tx).deleteCampaign(ctx, program, id)
}

func campaignByID(ctx context.Context, tx *db.Tx, program, id int64) (Campaign, error) {
	c, err := New(tx).campaign(ctx, program, id)
	if db.NotFound(err) {
		return Campaign{}, db.Errorf(db.Missing, "There is no campaign %d.", id)
	}
	return c, err
}

func lock(ctx context.Context, tx *db.Tx, program, id int64) (Campaign, error) {
	c, err := New(tx).lockCampaign(ctx, program, id)
	if db.NotFound(err) {
		return Campaign{}, db.Errorf(db.Missing, "There is no campaign %d.", id)
	}
	return c, err
}
