package twilio

import (
	"errors"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"net/url"
	"strings"

	"fiel/db"
)

// maxBody is the most a webhook reads; what Twilio posts is below 4 KB.
const maxBody = 64 << 10

// retryAfter is what a busy Fiel asks Twilio to wait, in seconds. Twilio heeds it only where the webhook's address asks for
// retries: https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides
const retryAfter = "2"

// door is what the two webhooks have in common: who may come in, and what they are told when they may not.
type door struct {
	base     string
	accounts func(accountSID string) (token string, ok bool)
	log      *slog.Logger
}

// refusal is an answer other than 200, with a reason for the log. Whoever knocks gets to see the status alone.
type refusal struct {
	status int
	reason string
}

func (r *refusal) Error() string { return r.reason }

func refuse(status int, reason string) error { return &refusal{status, reason} }

// open returns the fields of a form that Twilio has signed. What cannot be verified is 403, whatever else is wrong with it; only
// what is no form at all, or none that could be read in one way, is told apart before. The query is never mixed into the fields:
// Twilio signs it as part of the address.
func (d door) open(w http.ResponseWriter, r *http.Request) (url.Values, error) {
	body, err := readForm(w, r)
	if err != nil {
		return nil, err
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil, refuse(http.StatusForbidden, "the form cannot be decoded, so neither verified")
	}
	for _, values := range form {
		if len(values) > 1 {
			return nil, refuse(http.StatusBadRequest, "a field is repeated")
		}
	}
	if err := d.verify(r, form); err != nil {
		return nil, err
	}
	return sanitised(form), nil
}

// readForm returns the raw body of a POST with a form, uncompressed and at most maxBody long.
func readForm(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		return nil, refuse(http.StatusMethodNotAllowed, "not a POST")
	}
	media, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	charset := strings.ToLower(params["charset"])
	if err != nil || media != "application/x-www-form-urlencoded" || (charset != "" && charset != "utf-8") {
		return nil, refuse(http.StatusUnsupportedMediaType, "not a form in UTF-8")
	}
	if coding := r.Header.Get("Content-Encoding"); coding != "" && coding != "identity" {
		return nil, refuse(http.StatusUnsupportedMediaType, "a compressed body")
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	if tooLarge := new(http.MaxBytesError); errors.As(err, &tooLarge) {
		return nil, refuse(http.StatusRequestEntityTooLarge, "the body is too long")
	}
	if err != nil {
		return nil, refuse(http.StatusBadRequest, "the body ended early")
	}
	return body, nil
}

// verify checks the signature with the token of the account that the form names: whoever claims an account must know its token.
func (d door) verify(r *http.Request, form url.Values) error {
	account := form.Get("AccountSid")
	if !accountShape.MatchString(account) {
		return refuse(http.StatusForbidden, "no account SID")
	}
	token, ok := d.accounts(account)
	if !ok {
		return refuse(http.StatusForbidden, "an account that is not ours")
	}
	signatures := r.Header.Values("X-Twilio-Signature")
	if len(signatures) != 1 || !Verify(token, d.base, r.RequestURI, signatures[0], form) {
		return refuse(http.StatusForbidden, "the signature is missing or wrong: is the public base address the one set at Twilio?")
	}
	return nil
}

// sanitised makes the fields fit for a database: UTF-8, and no NUL, which PostgreSQL cannot store. Only after the check, since
// the signature covers what was sent.
func sanitised(form url.Values) url.Values {
	for name, values := range form {
		for i, value := range values {
			form[name][i] = strings.ReplaceAll(strings.ToValidUTF8(value, "\uFFFD"), "\x00", "")
		}
	}
	return form
}

// fail answers err: a refusal by its status, an error of the business by its code. The sentence stays in the log.
func (d door) fail(w http.ResponseWriter, r *http.Request, form url.Values, err error) {
	status, level := statusOf(db.CodeOf(err))
	var refused *refusal
	if errors.As(err, &refused) {
		status, level = refused.status, slog.LevelWarn
	}
	if status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", retryAfter)
	}
	d.log.LogAttrs(r.Context(), level, "twilio webhook refused", slog.String("path", r.URL.Path), slog.Int("status", status),
		slog.String("sid", messageSID(form)), slog.String("from", masked(form.Get("From"))), slog.String("reason", err.Error()))
	http.Error(w, http.StatusText(status), status)
}

func statusOf(code db.Code) (int, slog.Level) {
	switch code {
	case db.Denied:
		return http.StatusForbidden, slog.LevelWarn
	case db.Busy:
		return http.StatusServiceUnavailable, slog.LevelWarn
	case db.Internal:
		return http.StatusInternalServerError, slog.LevelError
	}
	return http.StatusBadRequest, slog.LevelWarn
}

// messageSID is the SID of the text a form is about, empty when it names none of the right shape or two different ones. Older
// fields repeat it, and a signature does not say where a name ends and its value begins: what agrees was not shifted.
func messageSID(form url.Values) string {
	sid := ""
	for _, name := range []string{"MessageSid", "SmsMessageSid", "SmsSid"} {
		value := form.Get(name)
		switch {
		case value == "" || value == sid:
		case sid != "" || !messageShape.MatchString(value):
			return ""
		default:
			sid = value
		}
	}
	return sid
}

// masked leaves of a number what tells two lines of a log apart.
func masked(number string) string {
	letters := []rune(number)
	if len(letters) < 8 {
		return strings.Repeat("•", len(letters))
	}
	return string(letters[:3]) + strings.Repeat("•", 5) + string(letters[len(letters)-3:])
}
