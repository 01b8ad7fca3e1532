package inbox

import (
	"context"
	"strings"
	"time"

	"fiel/db"
	"fiel/members"
	"fiel/rewards"
	"fiel/sms"
	"fiel/templates"
)

const movements = 3 // PORQUE answers so many

// why answers the last movements, newest first, as many as fit one part.
func why(ctx context.Context, tx *db.Tx, th *Thread) (Reply, error) {
	list, err := rewards.History(ctx, tx, th.Program, th.Member, movements)
	if err != nil {
		return Reply{}, err
	}
	if len(list) == 0 {
		return th.say("why_none", nil)
	}
	points, err := th.points(ctx, tx)
	if err != nil {
		return Reply{}, err
	}
	reply, err := th.say("why_head", templates.Fields{"balance": digits(points)})
	if err != nil {
		return Reply{}, err
	}
	lines := make([]string, 0, len(list))
	for _, e := range list {
		line, err := th.movement(ctx, tx, e)
		if err != nil {
			return Reply{}, err
		}
		lines = append(lines, line)
	}
	reply.Body = fit(reply.Body, lines)
	return reply, nil
}

// movement is one entry in words: when, how many, why, where.
func (th *Thread) movement(ctx context.Context, tx *db.Tx, e rewards.Entry) (string, error) {
	reason := strings.TrimSpace(sms.Clean(e.Words))
	if reason == "" {
		said, err := th.say("entry_"+e.Kind, nil)
		if err != nil {
			return "", err
		}
		reason = said.Body
	}
	f := templates.Fields{"date": templates.ShortDate(th.Language, time.UnixMilli(e.At).In(th.Program.Location())), "delta": digits(e.Delta), "reason": reason}
	if e.StoreID != 0 {
		store, err := members.StoreByID(ctx, tx, th.Program.ID, e.StoreID)
		if err != nil {
			return "", err
		}
		f["store"] = store.Name
	}
	line, err := th.say("why_line", f)
	return line.Body, err
}
