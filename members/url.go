package members

import (
	"context"
	"strings"

	"fiel/db"
)

// SetPublicURL writes down how the world reaches this server, such as https://shop.example, for the links in texts. ” changes nothing.
func SetPublicURL(ctx context.Context, tx *db.Tx, base string) error {
	if base = strings.TrimSuffix(base, "/"); base == "" {
		return nil
	}
	_, err := New(tx).setPublicURL(ctx, base)
	return err
}
