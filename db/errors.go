package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
)

// Code says what kind of failure an error is. One table in web turns codes into HTTP statuses.
type Code string

// The codes.
const (
	Invalid  Code = "invalid"  // what was asked for makes no sense; asking again will not help
	Missing  Code = "missing"  // there is no such thing
	Conflict Code = "conflict" // it is already there, or there with another content
	Refused  Code = "refused"  // understood, but a rule forbids it
	Denied   Code = "denied"   // this caller may not
	Busy     Code = "busy"     // not now; the same call may succeed later
	Internal Code = "internal" // our fault; details are for the log only
)

var (
	// ErrNested is returned by a Write or Read called with the context of another one's closure.
	ErrNested = &Error{Code: Internal, Text: "db: Write or Read called from inside another"}
	// ErrClosing is returned by Write and Read once Close was called.
	ErrClosing = &Error{Code: Busy, Text: "Fiel is stopping. Try again in a moment."}
	// ErrUnknown is wrapped by the error of a Write whose COMMIT gave no clear answer: it may or may not be stored. The
	// caller answers "try again"; the replay converges because every effect has a unique key.
	ErrUnknown = &Error{Code: Busy, Text: "The database gave no clear answer whether this was saved. Try again."}
)

// Error is a failure with a code for programs and a sentence for people. Make one with [Errorf].
type Error struct {
	Code  Code
	Text  string // for people; what to do about it
	Cause error  // for the log; may be nil
}

// Errorf makes an Error whose text is the formatted sentence; %w also keeps the cause, as in fmt.Errorf.
func Errorf(code Code, format string, args ...any) *Error {
	e := &Error{Code: code}
	err := fmt.Errorf(format, args...)
	e.Text, e.Cause = err.Error(), errors.Unwrap(err)
	var several interface{ Unwrap() []error }
	if e.Cause == nil && errors.As(err, &several) {
		e.Cause = errors.Join(several.Unwrap()...)
	}
	return e
}

// Error returns the sentence; for an internal error, which no browser gets to see, with its cause.
func (e *Error) Error() string {
	if e.Code != Internal || e.Cause == nil {
		return e.Text
	}
	if cause := e.Cause.Error(); !strings.Contains(e.Text, cause) {
		return e.Text + ": " + cause
	}
	return e.Text
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Cause }

// CodeOf returns the code of the first Error in err's chain. A bare error of a driver, sql.ErrNoRows and an ended
// context have the code they would be translated to; anything else is Internal. The code of nil is "".
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(translate(err, nil), &e) {
		return e.Code
	}
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return Missing
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return Busy
	}
	return Internal
}

// NotFound reports whether err says that there is no such row: sql.ErrNoRows or an Error with code Missing.
func NotFound(err error) bool { return CodeOf(err) == Missing }

// Taken reports whether err is the violation of the named unique index or constraint. A primary key without a name of
// its own is called <table>_pkey, an unnamed UNIQUE (a, b) is <table>_a_b_key, as PostgreSQL names them.
func Taken(err error, index string) bool {
	v, ok := broken(err)
	return ok && v.kind == unique && v.name == index
}

// Constraint returns the name of the constraint, index or trigger message that err is the violation of, or "". SQLite
// tells an unnamed CHECK by its expression.
func Constraint(err error) string {
	v, _ := broken(err)
	return v.name
}

func broken(err error) (violation, bool) {
	var v *violation
	if err != nil && errors.As(translate(err, nil), &v) {
		return *v, true
	}
	return violation{}, false
}
