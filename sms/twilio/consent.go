package twilio

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"fiel/sms"
)

// DefaultAccountsURL is where Twilio's account services are, in every region.
const DefaultAccountsURL = "https://accounts.twilio.com"

// consentsPath takes up to 25 consents at once, 100 requests a minute; one that is there is brought up to date. It is for accounts that
// Twilio has enabled for it.
// Source: https://www.twilio.com/docs/messaging/features/consent-api
const consentsPath = "/v1/Consents/Bulk"

// consent is one item of a request, as a JSON object in a form field Items of its own.
type consent struct {
	Contact     string `json:"contact_id"`                // E.164
	Correlation string `json:"correlation_id"`            // 32 hexadecimal digits; the answer's item has the same
	Sender      string `json:"sender_id"`                 // messaging service or number
	Status      string `json:"status"`                    // opt-in, opt-out
	Source      string `json:"source"`                    // website, offline, opt-in-message, opt-out-message, others
	Date        string `json:"date_of_consent,omitempty"` // ISO 8601, never in the future
}

// consented is an item of the answer: code 0 is well.
// Source: https://www.twilio.com/docs/api/errors/30646
type consented struct {
	Correlation string   `json:"correlation_id"`
	Code        int64    `json:"error_code"`
	Messages    []string `json:"error_messages"`
}

// Declare tells the consent list one opt-in or opt-out of the config's sender, once, within the timeout and the context.
//
//   - Accepted: the list has it.
//   - Rejected: Twilio answered 4xx, or found a fault in the item.
//   - NotSent, Unknown: it could not be reached, was busy (429) or broken. Telling it again does no harm.
func (c *Client) Declare(ctx context.Context, d sms.Declared) sms.Outcome {
	ctx, cancel := context.WithTimeout(ctx, c.config.Timeout)
	defer cancel()
	item, err := json.Marshal(c.consent(d))
	if err != nil {
		return unknown(err.Error())
	}
	there := *c
	there.base = c.accounts
	call := &call{Client: &there, ctx: ctx}
	_, err = call.SendRequest(http.MethodPost, consentsPath, url.Values{"Items": {string(item)}}, nil) //nolint:bodyclose // SendRequest has read and closed it
	return call.declared(d.ID, err)
}

func (c *Client) consent(d sms.Declared) consent {
	item := consent{Contact: d.To.E164(), Correlation: d.ID, Sender: c.config.ServiceSID, Status: "opt-out", Source: "opt-out-message"}
	if item.Sender == "" {
		item.Sender = c.config.From
	}
	if d.Given {
		item.Status, item.Source = "opt-in", "opt-in-message"
	}
	if !d.At.IsZero() {
		item.Date = d.At.UTC().Format(time.RFC3339)
	}
	return item
}

// declared says what came of telling one item.
func (c *call) declared(id string, err error) sms.Outcome {
	switch {
	case c.unwritten():
		return notSent(fmt.Sprintf("Twilio's consent list could not be reached: %v.", err))
	case c.answer == nil:
		return unknown(fmt.Sprintf("Twilio's consent list gave no answer: %v.", err))
	}
	switch status := c.answer.status; {
	case status == http.StatusTooManyRequests:
		return c.tooMany(c.answer.code())
	case status/100 == 4:
		trouble := sms.Trouble{Code: c.answer.code(), Text: fmt.Sprintf("Twilio's consent list answered HTTP %d: is it enabled for the account?", status)}
		return sms.Outcome{Result: sms.Rejected, Trouble: trouble}
	case status/100 == 2 && err == nil:
		return c.answer.consented(id)
	default:
		return unknown(fmt.Sprintf("Twilio's consent list answered HTTP %d.", status))
	}
}

// consented reads the item of an answer. What cannot be read may be told again.
func (a *answer) consented(id string) sms.Outcome {
	var page struct {
		Items []consented `json:"items"`
	}
	if json.Unmarshal(a.body, &page) != nil {
		return unknown("The answer of Twilio's consent list could not be read.")
	}
	for _, item := range page.Items {
		words := strings.Join(item.Messages, ", ")
		switch {
		case item.Correlation != id:
		case item.Code == 0:
			return sms.Outcome{Result: sms.Accepted}
		case strings.Contains(words, "INTERNAL_SERVER_ERROR"):
			return unknown("Twilio's consent list failed: " + words + ".")
		default:
			return sms.Outcome{Result: sms.Rejected, Trouble: sms.Trouble{Code: item.Code, Text: "Twilio's consent list refused it: " + words + "."}}
		}
	}
	return unknown("The answer of Twilio's consent list does not name what it was told.")
}

// accountsURL is where the consent list of this config is.
func (c Config) accountsURL(base *url.URL) string {
	switch host := base.Hostname(); {
	case c.AccountsURL != "":
		return c.AccountsURL
	case host == "twilio.com" || strings.HasSuffix(host, ".twilio.com"):
		return DefaultAccountsURL
	}
	return c.BaseURL
}
