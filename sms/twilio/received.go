package twilio

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"time"

	"fiel/db"
	"fiel/sms"

	openapi "github.com/twilio/twilio-go/rest/api/v2010"
)

const (
	receivedSize  = 1000 // texts a page, Twilio's most
	receivedPages = 1000
)

// Received lists the texts in that came to the sender at or after since, the oldest first, as their webhooks delivered them: what a
// restored database does not know. OptOutType is not listed, so the words speak. An error, db.Busy, means that nothing is known.
// Source: https://www.twilio.com/docs/messaging/api/message-resource#read-multiple-message-resources
func (c *Client) Received(ctx context.Context, since time.Time) ([]sms.Heard, error) {
	since = since.Truncate(time.Second)
	found := []sms.Heard{}
	next := cursor{}
	for range receivedPages {
		page, err := c.receivedPage(ctx, since, next)
		if err != nil {
			return nil, err
		}
		for _, m := range page.Messages {
			in, ok, err := c.arrived(m, since)
			if err != nil {
				return nil, err
			}
			if ok {
				found = append(found, in)
			}
		}
		if next, err = following(page); err != nil {
			return nil, err
		}
		if next == (cursor{}) {
			slices.Reverse(found) // the newest come first; times are whole seconds, so their order decides within one
			slices.SortStableFunc(found, func(a, b sms.Heard) int { return a.At.Compare(b.At) })
			return found, nil
		}
	}
	return nil, db.Errorf(db.Busy, "Twilio lists more than %d texts since %s.", receivedSize*receivedPages, since.Format(time.DateTime))
}

func (c *Client) receivedPage(ctx context.Context, since time.Time, at cursor) (*openapi.ListMessageResponse, error) {
	ctx, cancel := context.WithTimeout(ctx, c.config.Timeout)
	defer cancel()
	call := &call{Client: c, ctx: ctx}
	params := new(openapi.ListMessageParams).SetPathAccountSid(c.config.AccountSID).SetPageSize(receivedSize)
	params.SetDateSentAfter(since.UTC().Truncate(24 * time.Hour)) // a day in GMT, inclusive
	if c.config.From != "" {
		params.SetTo(c.config.From)
	}
	page, err := call.api().PageMessage(params, at.token, at.number)
	if err != nil {
		return nil, db.Errorf(db.Busy, "Twilio did not list the texts that came in: %w", err)
	}
	if page.Messages == nil {
		return nil, db.Errorf(db.Busy, "Twilio answered with something else than a list of texts.")
	}
	return page, nil
}

// arrived reads one listed text; ok is false for one that went out, is older, or came to another sender.
func (c *Client) arrived(m openapi.ApiV2010Message, since time.Time) (in sms.Heard, ok bool, err error) {
	sent := field(m.DateSent)
	if sent == "" {
		sent = field(m.DateCreated)
	}
	at, err := http.ParseTime(sent)
	if err != nil {
		at, err = time.Parse(time.RFC1123Z, sent)
	}
	switch {
	case field(m.Direction) != "inbound":
		return in, false, nil
	case err != nil:
		return in, false, db.Errorf(db.Busy, "Twilio listed a text without the time it came.")
	case at.Before(since), c.config.ServiceSID != "" && field(m.MessagingServiceSid) != c.config.ServiceSID:
		return in, false, nil
	}
	in.At = at.UTC()
	in.Inbound = sms.Inbound{
		ProviderID: field(m.Sid), AccountSID: c.config.AccountSID, ServiceSID: field(m.MessagingServiceSid), From: field(m.From), To: field(m.To),
		Body: field(m.Body), Listed: Listed("", field(m.Body)), Past: true,
	}
	if messageSID(url.Values{"MessageSid": {in.ProviderID}}) == "" {
		return in, false, db.Errorf(db.Busy, "Twilio listed a text without its id.")
	}
	return in, true, nil
}
