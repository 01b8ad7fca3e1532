package campaigns

import (
	"context"
	"slices"

	"fiel/db"
)

// unasked refuses to delete a campaign that the audience of another one, which may still go out, asks for: with its runs nobody would
// have got it.
func unasked(ctx context.Context, tx *db.Tx, c Campaign) error {
	all, err := New(tx).campaignsOf(ctx, c.ProgramID)
	if err != nil {
		return err
	}
	for _, other := range all {
		if other.ID == c.ID || other.State == Ended || other.State == Cancelled {
			continue
		}
		who, err := parseAudience([]byte(other.Audience))
		if err != nil {
			return err
		}
		if asksWhoGot(who, c.ID) {
			return db.Errorf(db.Refused, "The audience of %q asks who got %q: change or delete that one first.", other.Name, c.Name)
		}
	}
	return nil
}

// asksWhoGot says whether an audience names a campaign.
func asksWhoGot(c condition, campaign int64) bool {
	var parts []condition
	switch c := c.(type) {
	case got:
		return slices.Contains(c.ids, campaign)
	case used:
		return slices.Contains(c.ids, campaign)
	case not:
		return asksWhoGot(c.condition, campaign)
	case all:
		parts = c
	case anyOf:
		parts = c
	case exclusions:
		parts = c.anyOf
	}
	return slices.ContainsFunc(parts, func(one condition) bool { return asksWhoGot(one, campaign) })
}
