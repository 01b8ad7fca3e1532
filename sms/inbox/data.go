package inbox

import (
	"context"
	"strings"
	"time"

	"fiel/db"
	"fiel/members"
	"fiel/templates"
)

// longestLink is what a text has room for; a longer one would be cut.
const longestLink = 90

// data answers what is kept of the sender, in short, and for a member how to see all of it: by a link for a day, or from the shop where
// this server has no address. A number that is no member's hears that only its texts are kept.
func data(ctx context.Context, tx *db.Tx, th *Thread) (Reply, error) {
	if th.Member.ID == 0 {
		return th.say("data_none", nil)
	}
	points, err := th.points(ctx, tx)
	if err != nil {
		return Reply{}, err
	}
	f := templates.Fields{
		"name": th.Member.Name, "joined": templates.DateYear(th.Language, time.UnixMilli(th.Member.JoinedAt).In(th.Program.Location())), "points": digits(points), "purchases": digits(th.Member.Purchases),
	}
	if th.Member.BirthMonth != 0 {
		f["birthday"] = th.dayOfYear(th.Member.BirthMonth, th.Member.BirthDay)
	}
	reply, err := th.say("data_kept", f)
	if err != nil {
		return Reply{}, err
	}
	more, err := th.wholeData(ctx, tx)
	reply.Body, reply.ForShop = reply.Body+"\n"+more.Body, more.ForShop
	return reply, err
}

// wholeData says where a member sees all that is kept.
func (th *Thread) wholeData(ctx context.Context, tx *db.Tx) (Reply, error) {
	const path = "/mydata/"
	base := strings.TrimSuffix(th.inbox.Base, "/")
	if base == "" || th.silent || len(base)+len(path)+40 > longestLink {
		more, err := th.say("data_asked", templates.Fields{"contact": th.Program.Contact})
		more.ForShop = true
		return more, err
	}
	token, err := members.NewLink(ctx, tx, th.Member)
	if err != nil {
		return Reply{}, err
	}
	return th.say("data_link", templates.Fields{"link": base + path + token})
}
