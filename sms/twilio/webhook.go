package twilio

import (
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"fiel/sms"
)

// Webhook is the http.Handler for texts in, at [InboundPath]. It answers
//
//   - 200 and TwiML with what Receive answers; where a sender replies by REST, Receive answers nothing and queues its reply;
//   - 403 when the signature is missing or wrong or no sender of ours owns the number (db.Denied);
//   - 400, 405, 413 or 415 when it is no text: malformed, no POST, over 64 KB, no form;
//   - 503 with Retry-After when Receive is busy, 500 with nothing of its error when it fails.
//
// Source: https://www.twilio.com/docs/messaging/guides/webhook-request
type Webhook struct {
	Base     string                                          // the public address as set at Twilio, without the path
	Accounts func(accountSID string) (token string, ok bool) // the auth token of an account of ours
	Receive  sms.Receive
	Log      *slog.Logger
}

// ServeHTTP handles one delivery of one text.
func (h *Webhook) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	d := door{h.Base, h.Accounts, h.Log}
	form, err := d.open(w, r)
	if err != nil {
		d.fail(w, r, nil, err)
		return
	}
	text, err := inbound(form)
	if err != nil {
		d.fail(w, r, form, err)
		return
	}
	answer, err := h.Receive(r.Context(), text)
	if err != nil {
		d.fail(w, r, form, err)
		return
	}
	body, err := render(h.Base, answer)
	if err != nil {
		d.fail(w, r, form, err)
		return
	}
	reply(w, body)
}

// inbound reads a verified form. Twilio adds fields without notice, so unknown ones are no fault.
func inbound(form url.Values) (sms.Inbound, error) {
	media, err := strconv.Atoi(form.Get("NumMedia"))
	if err != nil || media < 0 {
		media = 0
	}
	text := sms.Inbound{
		ProviderID: messageSID(form),
		AccountSID: form.Get("AccountSid"),
		ServiceSID: form.Get("MessagingServiceSid"),
		From:       form.Get("From"),
		To:         form.Get("To"),
		Body:       form.Get("Body"),
		OptOut:     optOut(form.Get("OptOutType")),
		Listed:     Listed(optOut(form.Get("OptOutType")), form.Get("Body")),
		Handled:    optOut(form.Get("OptOutType")) != "" || Answers(form.Get("Body")),
		Media:      media,
	}
	switch {
	case text.ProviderID == "":
		return sms.Inbound{}, refuse(http.StatusBadRequest, "no message SID, or two")
	case text.From == "" || text.To == "":
		return sms.Inbound{}, refuse(http.StatusBadRequest, "no From or no To")
	case !form.Has("Body") && media == 0:
		return sms.Inbound{}, refuse(http.StatusBadRequest, "no Body")
	}
	return text, nil
}

// optOut is what Twilio's Advanced Opt-Out made of the text, empty when that is off:
// https://www.twilio.com/docs/messaging/tutorials/advanced-opt-out
func optOut(kind string) string {
	if slices.Contains([]string{"STOP", "START", "HELP"}, kind) {
		return kind
	}
	return ""
}
