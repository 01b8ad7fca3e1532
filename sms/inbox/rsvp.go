package inbox

import (
	"context"

	"fiel/db"
	"fiel/templates"
)

// rsvp answers an invitation: so many places, one if it is not said, or none. Minds change until the event.
func (th *Thread) rsvp(ctx context.Context, tx *db.Tx, comes bool) (Reply, error) {
	play, ok := th.plays[rsvpQuestion]
	if !ok {
		return helpLine(ctx, tx, th)
	}
	if th.Intent.Wrong != "" {
		return th.say("rsvp_how", nil)
	}
	n := int64(0)
	switch {
	case comes && th.Intent.Places > 0:
		n = int64(th.Intent.Places)
	case comes:
		n = max(1, int64(th.places)) // SI again keeps what they have
	}
	seats, err := play.Come(ctx, tx, n)
	if err != nil {
		return Reply{}, err
	}
	f := templates.Fields{}
	if seats.Places > 0 {
		f["places"] = digits(seats.Places)
	}
	switch {
	case seats.Most:
		return th.say("rsvp_most", templates.Fields{"most": digits(seats.Left)})
	case seats.Full:
		if seats.Left > 0 {
			f["left"] = digits(seats.Left)
		}
		return th.say("rsvp_full", f)
	case n == 0:
		return th.say("rsvp_no", nil)
	}
	if seats.Words != "" {
		f["welcome"] = seats.Words
	}
	return th.say("rsvp_yes", f)
}

// seated is what the matcher has to know of an answer to the open invitation: see Context.Places.
func (th *Thread) seated(ctx context.Context, tx *db.Tx) (int, error) {
	play, ok := th.plays[rsvpQuestion]
	if !ok {
		return 0, nil
	}
	n, said, err := play.Coming(ctx, tx)
	if said && n == 0 {
		return -1, err
	}
	return int(n), err
}
