package campaigns

import (
	"context"
	"slices"
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

func (n *names) storeNames() directory {
	return directory{"store", func(id int64) bool {
		return slices.ContainsFunc(n.stores, func(s members.Store) bool { return s.ID == id })
	}, func(name string) int64 {
		for _, s := range n.stores {
			if s.Name == name {
				return s.ID
			}
		}
		return 0
	}}
}

func (n *names) levelNames() directory {
	return directory{"level", func(id int64) bool {
		_, ok := n.levels.ByID(id)
		return ok
	}, func(name string) int64 {
		t, err := n.levels.ByName(name)
		if err != nil {
			return 0
		}
		return t.ID
	}}
}

func (n *names) campaignNames() directory {
	return directory{"campaign", func(id int64) bool {
		return slices.ContainsFunc(n.campaigns, func(c Campaign) bool { return c.ID == id })
	}, func(name string) int64 {
		for _, c := range n.campaigns {
			if c.Name == name {
				return c.ID
			}
		}
		return 0
	}}
}

func unnamed(id int64) string { return "#" + strconv.FormatInt(id, 10) }
