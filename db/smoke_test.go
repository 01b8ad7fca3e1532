package db_test

import (
	"context"
	"testing"

	"fiel/db"
	"fiel/db/dbtest"
)

func TestSmoke(t *testing.T) {
	dbtest.Each(t, func(t *testing.T, d *db.DB) {
		ctx := t.Context()
		var a, b int64
		err := d.Write(ctx, db.Interactive, func(ctx context.Context, tx *db.Tx) error {
			a, b = tx.ID(), tx.ID()
			_, err := tx.ExecContext(ctx, "INSERT INTO keys (name, proof) VALUES ($1, $2)", "x", "y")
			return err
		})
		if err != nil || b != a+1 {
			t.Fatal(a, b, err)
		}
		err = d.Write(ctx, db.Bulk, func(ctx context.Context, tx *db.Tx) error {
			var s string
			return tx.QueryRowContext(ctx, "INSERT INTO keys (name, proof) VALUES ($1, $2) RETURNING name", "x", "y").Scan(&s)
		})
		if !db.Taken(err, "keys_pkey") {
			t.Fatalf("%v %#v", err, err)
		}
		err = d.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
			var s string
			return tx.QueryRowContext(ctx, "SELECT proof FROM keys WHERE name = $1", "z").Scan(&s)
		})
		if !db.NotFound(err) {
			t.Fatal(err)
		}
		if err := d.Ready(ctx); err != nil {
			t.Fatal(err)
		}
	})
}
