package rewards

import (
	"encoding/json"
	"errors"
	"io"
	"strings"

	"fiel/db"
)

// ReadAction reads an action from JSON, with the fields of [NewAction]. What it does not know, and what is of the wrong kind, is
// db.Invalid with a sentence; so is anything behind the action.
func ReadAction(r io.Reader) (NewAction, error) {
	var n NewAction
	d := json.NewDecoder(io.LimitReader(r, 1<<16))
	d.DisallowUnknownFields()
	if err := d.Decode(&n); err != nil {
		return NewAction{}, unreadable(err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return NewAction{}, db.Errorf(db.Invalid, "there is something behind the action: one file holds one")
	}
	return n, nil
}

// unreadable says in a sentence why JSON could not be read.
func unreadable(err error) error {
	var kind *json.UnmarshalTypeError
	field, unknown := strings.CutPrefix(err.Error(), "json: unknown field ")
	switch {
	case errors.As(err, &kind):
		return db.Errorf(db.Invalid, "%s cannot be a %s", kind.Field, kind.Value)
	case unknown:
		return db.Errorf(db.Invalid, "an action has no field %s", field)
	case errors.Is(err, io.EOF):
		return db.Errorf(db.Invalid, "the file is empty")
	}
	return db.Errorf(db.Invalid, "this is no JSON: %w", err)
}
