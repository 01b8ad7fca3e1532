// Package twilio is the provider Twilio: its two webhooks (a text in, a status of a text out), the client that sends and lists
// texts, and what its error codes mean. It knows nothing of the business. Its fake, for tests, demo and bench, is in twilio/fake.
package twilio

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"fiel/sms"
)

// Where the webhooks are mounted, below the public base address.
const (
	InboundPath = "/webhooks/twilio/sms"
	StatusPath  = "/webhooks/twilio/status"
)

var (
	accountShape = regexp.MustCompile(`^AC[0-9a-f]{32}$`)
	messageShape = regexp.MustCompile(`^(SM|MM)[0-9a-f]{32}$`)
	serviceShape = regexp.MustCompile(`^MG[0-9a-f]{32}$`)
)

// ranks are Twilio's names for where a text is: https://www.twilio.com/docs/messaging/api/message-resource#message-status-values
// A scheduled text is accepted to be queued later; "read" (WhatsApp) follows delivered and tells us nothing more.
var ranks = map[string]sms.Rank{
	"accepted":    sms.RankAccepted,
	"scheduled":   sms.RankAccepted,
	"queued":      sms.RankQueued,
	"sending":     sms.RankSending,
	"sent":        sms.RankSent,
	"delivered":   sms.RankDelivered,
	"read":        sms.RankDelivered,
	"undelivered": sms.RankUndelivered,
	"failed":      sms.RankFailed,
	"canceled":    sms.RankCanceled,
}

// callback is the address that Twilio posts the statuses of one attempt to; it brings back our own ids, signed.
func callback(base string, message int64, attempt string) string {
	return fmt.Sprintf("%s%s?m=%d&a=%s", strings.TrimRight(base, "/"), StatusPath, message, url.QueryEscape(attempt))
}
