package pos

import (
	"context"
	"crypto/rand"
	"encoding/base32"
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"fiel/db"
	"fiel/members"
)

// AddTill sets up a till at a store and returns it with its secret, which is shown this once: the database keeps it sealed. The
// secret is 32 random bytes as Standard Webhooks writes them, whsec_ and base64
// (https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#signature-scheme).
//
// Errors: db.Missing when the program has no such store, db.Conflict when the store has a till of that name, db.Invalid for a
// name that is none.
func AddTill(ctx context.Context, tx *db.Tx, key members.Key, p members.Program, store int64, name string) (Till, string, error) {
	name = strings.TrimSpace(name)
	if n := utf8.RuneCountInString(name); n == 0 || n > 60 || !printable(name) {
		return Till{}, "", db.Errorf(db.Invalid, "a till needs a name of at most 60 letters")
	}
	if _, err := members.StoreByID(ctx, tx, p.ID, store); err != nil {
		return Till{}, "", err
	}
	id, secret := tx.ID(), newSecret()
	t, err := New(tx).insertTill(ctx, insertTillParams{
		ProgramID: p.ID, ID: id, StoreID: store, Name: name, Path: newPath(p.ID), Secret: key.Seal(sealLabel(id), secret), CreatedAt: tx.Now,
	})
	if db.Taken(err, "tills_name") {
		return Till{}, "", db.Errorf(db.Conflict, "that store has a till named %q already", name)
	}
	return t, secret, err
}

// ListTills lists the tills of a program in the order they were set up, revoked ones too.
func ListTills(ctx context.Context, tx *db.Tx, program int64) ([]Till, error) {
	return New(tx).tills(ctx, program)
}

// TillByID answers db.Missing when the program has no such till.
func TillByID(ctx context.Context, tx *db.Tx, program, id int64) (Till, error) {
	t, err := New(tx).tillByID(ctx, program, id)
	if db.NotFound(err) {
		return Till{}, db.Errorf(db.Missing, "there is no till %d", id)
	}
	return t, err
}

// TillByPath finds the till that a webhook's URL names, by [Till.Path]; db.Missing when there is none.
func TillByPath(ctx context.Context, tx *db.Tx, path string) (Till, error) {
	program, _, _ := strings.Cut(path, "-")
	id, err := strconv.ParseInt(program, 10, 64)
	if err != nil || len(path) > 64 || !printable(path) {
		return Till{}, db.Errorf(db.Missing, "there is no such till")
	}
	t, err := New(tx).tillByPath(ctx, id, path)
	if db.NotFound(err) || err == nil && t.ByText() {
		return Till{}, db.Errorf(db.Missing, "there is no such till")
	}
	return t, err
}

// RotateSecret gives the till a second live secret and returns it: both sign until [RetireSecret]. db.Conflict when it has two
// already or was revoked.
func RotateSecret(ctx context.Context, tx *db.Tx, key members.Key, program, till int64) (string, error) {
	switch t, err := TillByID(ctx, tx, program, till); {
	case err != nil:
		return "", err
	case t.ByText():
		return "", db.Errorf(db.Conflict, "till %d stands for texts of staff: nothing else reaches it", till)
	}
	secret := newSecret()
	n, err := New(tx).addSecret(ctx, addSecretParams{ProgramID: program, ID: till, NextSecret: key.Seal(sealLabel(till), secret)})
	if err == nil && n == 0 {
		err = db.Errorf(db.Conflict, "till %d was revoked, or has two secrets already: retire the older one first", till)
	}
	return secret, err
}

// RetireSecret ends the older of two secrets at once. db.Conflict when the till has only one.
func RetireSecret(ctx context.Context, tx *db.Tx, program, till int64) error {
	if _, err := TillByID(ctx, tx, program, till); err != nil {
		return err
	}
	n, err := New(tx).dropOldSecret(ctx, program, till)
	if err == nil && n == 0 {
		err = db.Errorf(db.Conflict, "till %d has one secret only: give it a new one first", till)
	}
	return err
}

// RevokeTill ends all secrets of a till for good. What it reported stays. db.Conflict when that has happened before.
func RevokeTill(ctx context.Context, tx *db.Tx, program, till int64) error {
	if _, err := TillByID(ctx, tx, program, till); err != nil {
		return err
	}
	n, err := New(tx).revokeTill(ctx, revokeTillParams{ProgramID: program, ID: till, RevokedAt: tx.Now})
	if err == nil && n == 0 {
		err = db.Errorf(db.Conflict, "till %d has been revoked already", till)
	}
	return err
}

// Revoked says whether nothing from the till counts any more.
func (t Till) Revoked() bool { return t.RevokedAt != 0 }

// Secrets opens the live secrets, one or two, in the form whsec_...; none once the till is revoked. db.Denied when they were
// sealed with another key.
func (t Till) Secrets(key members.Key) ([]string, error) {
	if t.Revoked() {
		return []string{}, nil
	}
	secrets := make([]string, 0, 2)
	for _, sealed := range []string{t.Secret, t.NextSecret} {
		if sealed == "" {
			continue
		}
		secret, err := key.Open(sealLabel(t.ID), sealed)
		if err != nil {
			return nil, err
		}
		secrets = append(secrets, secret)
	}
	return secrets, nil
}

// String names the till without its secrets or its URL.
func (t Till) String() string { return fmt.Sprintf("till %d (%s)", t.ID, t.Name) }

// actor is the till as the audit names it.
func (t Till) actor() string { return "till:" + strconv.FormatInt(t.ID, 10) }

// sealLabel binds a sealed secret to its till: moved to another row it does not open.
func sealLabel(till int64) string { return "till:" + strconv.FormatInt(till, 10) }

func newSecret() string {
	raw := make([]byte, 32)
	rand.Read(raw) //nolint:errcheck // never fails: https://pkg.go.dev/crypto/rand#Read
	return "whsec_" + base64.StdEncoding.EncodeToString(raw)
}

// newPath is what stands for a till in a webhook's URL: the program, so that the look-up stays in it, and 16 random bytes.
func newPath(program int64) string {
	raw := make([]byte, 16)
	rand.Read(raw) //nolint:errcheck // as above
	random := base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(raw)
	return strconv.FormatInt(program, 10) + "-" + strings.ToLower(random)
}
