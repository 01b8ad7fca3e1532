// Package standard is the door for any till that can sign a webhook: Standard Webhooks (https://www.standardwebhooks.com), with the
// events purchase.completed and refund.created, and what a till asks about a voucher: voucher.check, voucher.reserve and so on.
package standard

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"path"
	"strconv"
	"time"

	"fiel/db"
	"fiel/pos"
)

// Path is where [Webhook] is mounted; the last segment is a till's own.
const Path = "/webhooks/standard/{till}"

// maxBody is the most a delivery may carry.
const maxBody = 64 << 10

// retryAfter is what a busy Fiel asks a till to wait, in seconds.
const retryAfter = 5

// Webhook is the http.Handler for what tills report, mounted at [Path]: a POST of one JSON event, signed with the till's secret. It
// answers JSON:
//
//   - 200 with what became of a sale, a refund or a voucher; of another event, {"status":"ignored"};
//   - 400 when it cannot be read, 422 when a value is out of range or more is given back than was paid, each with the field;
//   - 401 when the signature or its time is wrong, 404 when there is no such till;
//   - 405, 413 or 415 when it is no POST, over 64 KB, or compressed;
//   - 409 when the id was used for something else;
//   - 503 with Retry-After when it may succeed later, 500 with nothing of the error when we failed.
type Webhook struct {
	Service *pos.Service
	Clock   func() time.Time
	Log     *slog.Logger
}

// ServeHTTP handles one delivery.
func (h *Webhook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := readBody(w, r)
	if err != nil {
		h.fail(w, r, pos.Till{}, err)
		return
	}
	till, err := h.verified(r, body)
	if err != nil {
		h.fail(w, r, till, err)
		return
	}
	answer, err := h.take(r.Context(), till, body)
	if err != nil {
		h.fail(w, r, till, err)
		return
	}
	if answer.Status >= http.StatusBadRequest {
		h.Log.LogAttrs(r.Context(), slog.LevelWarn, "till event refused", name(till), slog.Int("status", answer.Status), slog.String("answer", string(answer.Body)))
	}
	write(w, answer.Status, answer.Body)
}

// take hands a verified event to the business.
func (h *Webhook) take(ctx context.Context, till pos.Till, body []byte) (pos.Answer, error) {
	e, err := readEvent(body)
	switch {
	case err != nil:
		return pos.Answer{}, err
	case e.sale != nil:
		e.sale.Program, e.sale.Till = till.ProgramID, till.ID
		return h.Service.Record(ctx, *e.sale)
	case e.ask != nil:
		e.ask.Program, e.ask.Till = till.ProgramID, till.ID
		return h.Service.Preview(ctx, *e.ask)
	case e.refund != nil:
		e.refund.Program, e.refund.Till = till.ProgramID, till.ID
		return h.Service.RecordRefund(ctx, *e.refund)
	case e.person != nil:
		e.person.Program, e.person.Till = till.ProgramID, till.ID
		return h.Service.Person(ctx, *e.person)
	case e.voucher != nil:
		e.voucher.Program, e.voucher.Till = till.ProgramID, till.ID
		return h.Service.Voucher(ctx, *e.voucher)
	}
	return pos.Answer{Status: http.StatusOK, Body: []byte(`{"status":"ignored"}`)}, nil
}

// name is how the log calls a till; not by its address, which is half a secret.
func name(till pos.Till) slog.Attr { return slog.Int64("till", till.ID) }

// readBody returns the raw body of a POST, uncompressed and at most maxBody long.
func readBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		return nil, &refusal{http.StatusMethodNotAllowed, "method", "Use POST."}
	}
	if coding := r.Header.Get("Content-Encoding"); coding != "" && coding != "identity" {
		return nil, &refusal{http.StatusUnsupportedMediaType, "encoding", "Send the body uncompressed."}
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if tooLarge := new(http.MaxBytesError); errors.As(err, &tooLarge) {
		return nil, &refusal{http.StatusRequestEntityTooLarge, "size", "The body is over 64 KB."}
	}
	if err != nil {
		return nil, &refusal{http.StatusBadRequest, "body", "The body ended early."}
	}
	return body, nil
}

// nobody is the secret that a delivery for an unknown till is verified with, so that it takes as long as any other.
const nobody = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="

// verified returns the till that signed the body; with a refusal, the one that it claims to be.
func (h *Webhook) verified(r *http.Request, body []byte) (pos.Till, error) {
	till, secrets, err := h.Service.Till(r.Context(), path.Base(r.URL.Path))
	unknown := db.NotFound(err)
	if unknown {
		secrets, err = []string{nobody}, nil
	}
	if err != nil {
		return pos.Till{}, err
	}
	wrong := verify(secrets, r.Header, body, h.Clock())
	switch {
	case unknown:
		return pos.Till{}, &refusal{http.StatusNotFound, "till", "There is no such till: is the address the one shown when it was added?"}
	case wrong != "":
		return till, &refusal{http.StatusUnauthorized, "signature", wrong}
	}
	return till, nil
}

// refusal is an answer given before the event was looked at.
type refusal struct {
	status     int
	code, text string
}

func (r *refusal) Error() string { return r.text }

// fail answers err and leaves one line in the log; of an error of ours the till learns nothing.
func (h *Webhook) fail(w http.ResponseWriter, r *http.Request, till pos.Till, err error) {
	status, code, text, field := explain(err)
	level := slog.LevelWarn
	if status == http.StatusInternalServerError {
		level = slog.LevelError
	}
	h.Log.LogAttrs(r.Context(), level, "till event not taken in", name(till), slog.Int("status", status), slog.String("field", field), slog.String("reason", err.Error()))
	if status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", strconv.Itoa(retryAfter))
	}
	write(w, status, pos.ErrorBody(code, text, field))
}

// explain turns an error into what the till is told.
func explain(err error) (status int, code, text, field string) {
	var refused *refusal
	var unread *fault
	var wrong *pos.Fault
	switch {
	case errors.As(err, &refused):
		return refused.status, refused.code, refused.text, ""
	case errors.As(err, &unread):
		return http.StatusBadRequest, "unreadable", unread.text, unread.field
	case errors.As(err, &wrong):
		return http.StatusUnprocessableEntity, "invalid", wrong.Text, "data." + wrong.Field
	}
	switch db.CodeOf(err) {
	case db.Busy:
		return http.StatusServiceUnavailable, "busy", "Try again in a moment.", ""
	case db.Denied, db.Missing: // revoked or gone since it was verified
		return http.StatusUnauthorized, "signature", "The till's secret is no longer good.", ""
	}
	return http.StatusInternalServerError, "internal", "This is our fault and in the log.", ""
}

func write(w http.ResponseWriter, status int, body json.RawMessage) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	w.Write(body)
}
