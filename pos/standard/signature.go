package standard

import (
	"net/http"
	"strconv"
	"time"

	standardwebhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
)

// tolerance is how far webhook-timestamp may be from our clock, before or after.
const tolerance = 5 * time.Minute

// Sign returns the value of the webhook-signature header for a delivery: "v1," and the base64 of an HMAC-SHA256 over id, t in whole
// seconds and body. The secret is whsec_ and base64; an error says that it is none. The delivery carries id and t in the headers
// webhook-id and webhook-timestamp.
//
// Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md#webhook-headers-sending-metadata-to-consumers
func Sign(secret, id string, t time.Time, body []byte) (string, error) {
	hook, err := standardwebhooks.NewWebhook(secret)
	if err != nil {
		return "", err
	}
	return hook.Sign(id, t, body)
}

// Headers are those a signed delivery carries; see [Sign].
func Headers(secret, id string, t time.Time, body []byte) (http.Header, error) {
	signature, err := Sign(secret, id, t, body)
	if err != nil {
		return nil, err
	}
	h := http.Header{}
	h.Set("Content-Type", "application/json")
	h.Set(standardwebhooks.HeaderWebhookID, id)
	h.Set(standardwebhooks.HeaderWebhookTimestamp, strconv.FormatInt(t.Unix(), 10))
	h.Set(standardwebhooks.HeaderWebhookSignature, signature)
	return h, nil
}

// verify says what is wrong with the signature of a delivery, "" for nothing. Any of the secrets may have signed, any of the
// signatures in the header may be the one. All secrets are tried, whatever the result, so that time tells nothing. The library's own
// look at the timestamp reads the machine's clock, so that is done here.
func verify(secrets []string, h http.Header, body []byte, now time.Time) string {
	signed := false
	for _, name := range []string{standardwebhooks.HeaderWebhookID, standardwebhooks.HeaderWebhookTimestamp, standardwebhooks.HeaderWebhookSignature} {
		if len(h.Values(name)) != 1 {
			return "The headers webhook-id, webhook-timestamp and webhook-signature must each be there once."
		}
	}
	for _, secret := range secrets {
		hook, err := standardwebhooks.NewWebhook(secret)
		if err == nil && hook.VerifyIgnoringTimestamp(body, h) == nil {
			signed = true
		}
	}
	if !signed {
		return "The signature does not match: is it this till's secret, and the body as it was sent?"
	}
	seconds, err := strconv.ParseInt(h.Get(standardwebhooks.HeaderWebhookTimestamp), 10, 64)
	if err != nil {
		return "webhook-timestamp must be whole seconds since 1970."
	}
	// Compared in seconds: a Duration overflows long before an int64 does.
	if diff := now.Unix() - seconds; seconds < 0 || diff > int64(tolerance/time.Second) || -diff > int64(tolerance/time.Second) {
		return "webhook-timestamp is more than five minutes off: sign each attempt afresh, and check the clock of the till."
	}
	return ""
}
