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
	pageSize = 100
	maxPages = 10
)

// List returns the texts to a number that were sent by the API and that Twilio created at or after since, newest first. It asks
// by number alone: From is empty at first with a messaging service, and a filter by date misses texts that wait to be sent. An
// error, db.Busy, means that nothing is known; so does a list that does not end within 1,000 texts.
// Source: https://www.twilio.com/docs/messaging/api/message-resource#read-multiple-message-resources
func (c *Client) List(ctx context.Context, to string, since time.Time) ([]sms.Listed, error) {
	since = since.Truncate(time.Second) // Twilio's times are whole seconds
	found := []sms.Listed{}
	next := cursor{}
	for range maxPages {
		page, err := c.page(ctx, to, next)
		if err != nil {
			return nil, err
		}
		fresh, older, err := split(page.Messages, since)
		if err != nil {
			return nil, err
		}
		found = append(found, fresh...)
		if next, err = following(page); err != nil {
			return nil, err
		}
		// Twilio lists the newest first, but by the time of sending, which may differ: a page with one recent text is not the last.
		if next == (cursor{}) || older == len(page.Messages) {
			slices.SortStableFunc(found, func(a, b sms.Listed) int { return b.Created.Compare(a.Created) })
			return found, nil
		}
	}
	return nil, db.Errorf(db.Busy, "Twilio lists more than %d texts to this number.", pageSize*maxPages)
}

// cursor is where a page begins, in Twilio's words.
type cursor struct{ token, number string }

func (c *Client) page(ctx context.Context, to string, at cursor) (*openapi.ListMessageResponse, error) {
	ctx, cancel := context.WithTimeout(ctx, c.config.Timeout)
	defer cancel()
	call := &call{Client: c, ctx: ctx}
	params := new(openapi.ListMessageParams).SetPathAccountSid(c.config.AccountSID).SetTo(to).SetPageSize(pageSize)
	page, err := call.api().PageMessage(params, at.token, at.number)
	if err != nil {
		return nil, db.Errorf(db.Busy, "Twilio did not list the texts to this number: %w", err)
	}
	if page.Messages == nil {
		return nil, db.Errorf(db.Busy, "Twilio answered with something else than a list of texts.")
	}
	return page, nil
}

// following is the cursor of the next page, zero when this is the last. Only where a page begins is taken from the answer, never
// whom to ask.
func following(page *openapi.ListMessageResponse) (cursor, error) {
	raw := field(page.NextPageUri)
	if raw == "" {
		return cursor{}, nil
	}
	next, err := url.Parse(raw)
	if err != nil || next.Query().Get("PageToken") == "" {
		return cursor{}, db.Errorf(db.Busy, "Twilio's list of texts does not say where it goes on.")
	}
	return cursor{next.Query().Get("PageToken"), next.Query().Get("Page")}, nil
}

// split returns the texts sent by the API since then, and how many of the page are older.
func split(messages []openapi.ApiV2010Message, since time.Time) (fresh []sms.Listed, older int, err error) {
	for _, message := range messages {
		created, err := http.ParseTime(field(message.DateCreated))
		if err != nil {
			created, err = time.Parse(time.RFC1123Z, field(message.DateCreated))
		}
		switch {
		case err != nil:
			return nil, 0, db.Errorf(db.Busy, "Twilio listed a text without the time it was created.")
		case created.Before(since):
			older++
		case field(message.Direction) == "outbound-api":
			fresh = append(fresh, listed(message, created.UTC()))
		}
	}
	return fresh, older, nil
}

func listed(message openapi.ApiV2010Message, created time.Time) sms.Listed {
	rank := ranks[field(message.Status)]
	return sms.Listed{
		SID:     field(message.Sid),
		Body:    field(message.Body),
		Created: created,
		Rank:    rank,
		Trouble: troubleOf(rank, message.ErrorCode),
	}
}
