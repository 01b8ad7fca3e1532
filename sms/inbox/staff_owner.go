package inbox

import (
	"context"

	"fiel/db"
)

func flash(ctx context.Context, tx *db.Tx, th *Thread) (Reply, error) {
	return th.order("flash_how", nil)
}

func send(ctx context.Context, tx *db.Tx, th *Thread) (Reply, error) {
	return th.order("send_none", nil)
}

func pause(ctx context.Context, tx *db.Tx, th *Thread) (Reply, error) {
	return th.order("pause_none", nil)
}

func goOn(ctx context.Context, tx *db.Tx, th *Thread) (Reply, error) { return th.order("go_none", nil) }

func summary(ctx context.Context, tx *db.Tx, th *Thread) (Reply, error) {
	return th.order("pause_none", nil)
}
