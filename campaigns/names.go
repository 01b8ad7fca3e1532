package campaigns

import (
	"context"
	"strconv"

	"fiel/db"
	"fiel/members"
	"fiel/rewards"
)

// names are what an owner has named and an audience can mean, as they are now.
type names struct {
	stores    []members.Store
	levels    rewards.Ladder
	campaigns []Campaign
}

func readNames(ctx context.Context, tx *db.Tx, program int64) (*names, error) {
	n := &names{}
	var err error
	if n.stores, err = members.Stores(ctx, tx, program); err != nil {
		return nil, err
	}
	if n.levels, err = rewards.Levels(ctx, tx, program); err != nil {
		return nil, err
	}
	n.campaigns, err = New(tx).campaignsOf(ctx, program)
	return n, err
}

// store is the name of a store; one that is gone has its id.
func (n *names) store(id int64) string {
	for _, s := range n.stores {
		if s.ID == id {
			return s.Name
		}
	}
	return unnamed(id)
}

// level is the name of a level; one that is gone has its id.
func (n *names) level(id int64) string {
	if t, ok := n.levels.ByID(id); ok {
		return t.Name
	}
	return unnamed(id)
}

// campaign is the name of a campaign; one that was deleted has its id.
func (n *names) campaign(id int64) string {
	for _, c := range n.campaigns {
		if c.ID == id {
			return c.Name
		}
	}
	return unnamed(id)
}

func unnamed(id int64) string { return "#" + strconv.FormatInt(id, 10) }
