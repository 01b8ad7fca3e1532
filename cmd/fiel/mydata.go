package main

import (
	"context"
	"time"

	"fiel/db"
	"fiel/members"
	"fiel/pos"
)

// myData is what the page of a member's own data shows.
func (h *house) myData(ctx context.Context, token string) (own pos.Own, until time.Time, err error) {
	err = h.db.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		p, m, expires, err := members.ByLink(ctx, tx, token)
		if err != nil {
			return err
		}
		until = time.UnixMilli(expires).In(p.Location())
		own, err = pos.OwnData(ctx, tx, p, m)
		return err
	})
	return own, until, err
}
