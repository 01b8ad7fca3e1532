package rewards

import (
	"context"
	"time"

	"fiel/db"
	"fiel/members"
	"fiel/sms"
	"fiel/templates"
)

// News are the texts that follow from what happened to a member's points: a level reached, a card full, a reward issued by itself.
// They are told last, after everything else of the transaction is written: a text takes the day's counters, which come after members,
// vouchers and stock in the order of rows. The zero value is ready; what is added to a nil News is not told.
type News struct {
	// Unasked says that nothing the member did just now is behind it, but time or the owner: what would be a reply is a service text.
	Unasked bool
	items   []item
	card    Card
}

type item struct {
	class  sms.Class
	key    string
	fields templates.Fields
}

// add keeps a text for later: a key of templates and its fields.
func (n *News) add(class sms.Class, key string, f templates.Fields) {
	if n == nil {
		return
	}
	if n.Unasked && class == sms.Reply {
		class = sms.Service
	}
	n.items = append(n.items, item{class, key, f})
}

// Tell queues the texts for the member, in the order they were added. A program without a sender texts nobody.
func (n *News) Tell(ctx context.Context, tx *db.Tx, p members.Program, m members.Member) error {
	for _, it := range n.items {
		if err := sms.Tell(ctx, tx, p, m, it.class, it.key, it.fields); err != nil && !db.NotFound(err) {
			return err
		}
	}
	return nil
}

// localDay is the date of an instant (unix milliseconds) at a place.
func localDay(zone *time.Location, at int64) string {
	return time.UnixMilli(at).In(zone).Format(time.DateOnly)
}
