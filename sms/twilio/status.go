package twilio

import (
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"fiel/sms"
)

// StatusWebhook is the http.Handler for status callbacks, at [StatusPath] with ?m=<our message>&a=<its attempt>. It answers 200
// once Settle has taken the status in, and refuses as [Webhook] does. A status whose name is new to us is settled with no rank:
// it still proves that Twilio has the text.
// Source: https://www.twilio.com/docs/messaging/guides/outbound-message-status-in-status-callbacks
type StatusWebhook struct {
	Base     string                                          // the public address as set at Twilio, without the path
	Accounts func(accountSID string) (token string, ok bool) // the auth token of an account of ours
	Settle   sms.Settle
	Log      *slog.Logger
}

// ServeHTTP handles one delivery of one status.
func (h *StatusWebhook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	d := door{h.Base, h.Accounts, h.Log}
	form, err := d.open(w, r)
	if err != nil {
		d.fail(w, r, nil, err)
		return
	}
	status, err := statusFrom(r.URL.RawQuery, form)
	if err != nil {
		d.fail(w, r, form, err)
		return
	}
	if status.Rank == sms.RankNone {
		h.Log.LogAttrs(r.Context(), slog.LevelWarn, "twilio status of an unknown name", slog.String("sid", status.SID),
			slog.String("status", statusName(form)))
	}
	if err := h.Settle(r.Context(), status); err != nil {
		d.fail(w, r, form, err)
		return
	}
	w.WriteHeader(http.StatusOK)
}

func statusFrom(query string, form url.Values) (sms.Status, error) {
	own, err := url.ParseQuery(query)
	if err != nil || len(own["m"]) > 1 || len(own["a"]) > 1 {
		return sms.Status{}, refuse(http.StatusBadRequest, "the query cannot be read")
	}
	own = sanitised(own)
	message, err := strconv.ParseInt(own.Get("m"), 10, 64)
	if err != nil || message < 0 {
		message = 0 // a callback of a text that Fiel did not send, or not by this address
	}
	status := sms.Status{
		AccountSID: form.Get("AccountSid"),
		ServiceSID: form.Get("MessagingServiceSid"),
		From:       form.Get("From"),
		MessageID:  message,
		Attempt:    own.Get("a"),
		SID:        messageSID(form),
		Rank:       ranks[statusName(form)],
		Price:      millionths(form.Get("Price")),
		PriceUnit:  form.Get("PriceUnit"),
	}
	if status.SID == "" {
		return sms.Status{}, refuse(http.StatusBadRequest, "no message SID, or two")
	}
	status.Trouble = reported(status.Rank, form.Get("ErrorCode"))
	return status, nil
}

// statusName is the status in Twilio's words; SmsStatus is the older name of the field.
func statusName(form url.Values) string {
	if form.Has("MessageStatus") {
		return form.Get("MessageStatus")
	}
	return form.Get("SmsStatus")
}

// reported is what an ErrorCode beside a status means; zero when all is well.
func reported(rank sms.Rank, errorCode string) sms.Trouble {
	code, err := strconv.ParseInt(errorCode, 10, 64)
	switch {
	case err == nil && code > 0:
		return Explain(code)
	case rank == sms.RankUndelivered || rank == sms.RankFailed:
		return sms.Trouble{Verdict: sms.GiveUp, Text: "Twilio did not say why the text was not delivered."}
	}
	return sms.Trouble{}
}

// millionths reads a price. Twilio writes what a text costs as a negative decimal, "-0.00750"; a cost is positive here. The seventh
// decimal rounds half up; what is no price, or ten million units and more, is 0.
func millionths(price string) int64 {
	whole, fraction, _ := strings.Cut(strings.TrimPrefix(price, "-"), ".")
	if len(whole) > 7 || len(fraction) > 12 || strings.ContainsFunc(whole+fraction, notDigit) {
		return 0
	}
	fraction = (fraction + "0000000")[:7]
	cost, err := strconv.ParseInt("0"+whole+fraction, 10, 64)
	if err != nil {
		return 0
	}
	return (cost + 5) / 10
}

func notDigit(r rune) bool { return r < '0' || r > '9' }
