package inbox

import (
	"context"
	"fmt"
	"math/big"
	"strconv"
	"strings"
	"time"

	"fiel/campaigns"
	"fiel/db"
	"fiel/members"
	"fiel/rewards"
	"fiel/sms"
	"fiel/templates"
)

// Kinds of what an owner was asked, and how long they may take, in milliseconds.
const (
	askSend   = "send" // to type the number of people a campaign goes to
	sendLong  = 30 * 60 * 1000
	lookLimit = 10 * time.Second // Twilio waits fifteen for an answer
)

// looked is what was counted for an owner's order before its transaction: a count of many members would block every write beside it.
// Nothing that is written trusts it but as the number that the owner was told, and typed.
type looked struct {
	made campaigns.NewCampaign
	said flashSaid
	gone bool // the hours have passed
	ask  members.StaffAsk
	seen campaigns.Preflight
	big  bool // too many to count in time
	no   bool // nothing that could be sent
}

type lookedKey struct{}

// Look counts what an owner's order asks for, in snapshots of its own, and hands it on in the context for [Inbox.ReceiveBy]. For any other
// text it does nothing. A second delivery of one text may count again; it is answered as the first.
func (i *Inbox) Look(ctx context.Context, program int64, in sms.Inbound) (context.Context, error) {
	said, found := i.Book.Ordered("", in.OptOut, legible(in.Body))
	if !found || said.Order != OrderFlash && said.Order != OrderSend {
		return ctx, nil
	}
	var p members.Program
	var owner members.Staff
	var l looked
	err := i.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		if p, err = members.ProgramByID(ctx, tx, program); err != nil {
			return err
		}
		owner, err = members.StaffByPhone(ctx, tx, program, members.Phone(in.From))
		if err != nil || !owner.Verified() || owner.Role != members.Owner {
			return err
		}
		if said.Order == OrderSend {
			l.ask, err = members.StaffAsked(ctx, tx, owner, askSend)
			return err
		}
		return i.readFlash(ctx, tx, p, owner, said, &l)
	})
	if db.NotFound(err) || db.CodeOf(err) == db.Missing || err == nil && (!owner.Verified() || owner.Role != members.Owner) {
		return ctx, nil
	}
	if err == nil {
		err = i.count(ctx, p, said, &l)
	}
	return context.WithValue(ctx, lookedKey{}, &l), err
}

// readFlash reads the order and makes a campaign of it that is not stored.
func (i *Inbox) readFlash(ctx context.Context, tx *db.Tx, p members.Program, owner members.Staff, said Ordered, l *looked) error {
	tiers, err := rewards.Levels(ctx, tx, p.ID)
	if err != nil {
		return err
	}
	stores, err := members.Stores(ctx, tx, p.ID)
	if err != nil {
		return err
	}
	lang := spoken(said.Language, spoken(owner.Language, p.Language))
	now := tx.Time().In(p.Location())
	r := &flashReader{
		book: i.Book, now: now, decimals: templates.MinorDigits(p.Currency), monthly: i.Book.monthFirst[lang] == monthFirst, tiers: tiers, stores: stores,
	}
	l.said = r.read(said.Rest)
	if !l.said.complete() {
		return nil
	}
	if l.gone = !l.said.settle(now); l.gone {
		return nil
	}
	l.made, err = l.said.campaign(p, lang, tiers)
	l.made.MadeBy = fmt.Sprint("staff:", owner.ID)
	l.made.Name = fmt.Sprintf("Flash %s %s", l.said.day, clockOf(l.said.from))
	return err
}

// count is the pre-flight of the campaign, in as long as a text can wait for its answer.
func (i *Inbox) count(ctx context.Context, p members.Program, said Ordered, l *looked) (err error) {
	if said.Order == OrderFlash && (!l.said.complete() || l.gone) {
		return nil
	}
	short, cancel := context.WithTimeout(ctx, lookLimit)
	defer cancel()
	s := &campaigns.Service{DB: i.DB}
	if said.Order == OrderFlash {
		l.seen, err = s.Rehearse(short, p, l.made)
	} else {
		l.seen, err = s.Preflight(short, p.ID, l.ask.Ref)
	}
	switch code := db.CodeOf(err); {
	case err != nil && short.Err() != nil && ctx.Err() == nil:
		l.big = true
		return nil
	case code == db.Refused, code == db.Invalid, code == db.Missing:
		l.no = true
		return nil
	}
	return err
}

func lookedIn(ctx context.Context) *looked {
	l, ok := ctx.Value(lookedKey{}).(*looked)
	if !ok {
		return &looked{no: true}
	}
	return l
}

// act is who does something to a campaign, for the audit.
func (th *Thread) act() members.Act {
	return members.Act{Actor: th.actor(), Door: "text", Request: th.evidence()}
}

// flash answers FLASH: a campaign as a draft, and whom it would go to. It goes on ENVIAR with their number.
func flash(ctx context.Context, tx *db.Tx, th *Thread) (Reply, error) {
	l := lookedIn(ctx)
	switch {
	case l.big:
		return th.order("flash_big", nil)
	case l.gone:
		return th.order("flash_past", nil)
	case !l.said.complete() || l.no:
		return th.order("flash_how", templates.Fields{"typed": l.said.unknown})
	case l.seen.Refused != "" && l.seen.NextLegal != 0:
		return th.order("flash_hours", templates.Fields{"people": digits(l.seen.LeftOut[sms.ReasonHours]), "begin": th.moment(l.seen.NextLegal)})
	case l.seen.Refused != "" || l.seen.Texts == 0:
		return th.order("flash_nobody", templates.Fields{"people": digits(l.seen.Audience)})
	}
	if err := th.dropDraft(ctx, tx); err != nil {
		return Reply{}, err
	}
	c, err := th.draft(ctx, tx, l.made)
	if err != nil {
		return Reply{}, err
	}
	if _, err := members.AskStaffOf(ctx, tx, th.Staff, askSend, c.ID, l.seen.Texts, tx.Now+sendLong); err != nil {
		return Reply{}, err
	}
	f := templates.Fields{
		"people": digits(l.seen.Texts), "parts": digits(l.seen.MostParts), "begin": th.begins(l.seen), "count": digits(l.seen.Texts),
	}
	if l.seen.Unpriced == 0 && l.seen.Total > 0 {
		f["bill"] = th.bill(l.seen)
	}
	return th.order("flash_ready", f)
}

// draft stores the campaign under a name of its own.
func (th *Thread) draft(ctx context.Context, tx *db.Tx, n campaigns.NewCampaign) (campaigns.Campaign, error) {
	name := n.Name
	for try := 2; ; try++ {
		c, err := campaigns.Make(ctx, tx, th.Program, th.act(), n)
		if db.CodeOf(err) != db.Conflict || try > 50 {
			return c, err
		}
		n.Name = fmt.Sprintf("%s (%d)", name, try)
	}
}

// dropDraft takes away what the owner was asked about before and did not send.
func (th *Thread) dropDraft(ctx context.Context, tx *db.Tx) error {
	asked, err := members.StaffAsked(ctx, tx, th.Staff, askSend)
	if db.NotFound(err) {
		return nil
	}
	if err != nil {
		return err
	}
	c, err := campaigns.Find(ctx, tx, th.Program.ID, strconv.FormatInt(asked.Ref, 10))
	if db.NotFound(err) || err == nil && c.State != campaigns.Draft {
		return nil
	}
	if err != nil {
		return err
	}
	if err := campaigns.Delete(ctx, tx, th.Program.ID, c.ID); db.CodeOf(err) != db.Refused { // it stays where another campaign asks who got it
		return err
	}
	return nil
}

// begins is when its first text would leave.
func (th *Thread) begins(f campaigns.Preflight) string {
	at := f.First
	if at == 0 {
		at = f.Starts
	}
	return th.moment(at)
}

// bill is what the texts cost, rounded up to the currency's minor unit.
func (th *Thread) bill(f campaigns.Preflight) string {
	unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(6-templates.MinorDigits(f.Unit))), nil).Int64()
	return f.Unit + " " + strings.TrimSpace(strings.TrimPrefix(templates.Money("en", "XXX", (f.Total+unit-1)/unit), "XXX"))
}

// send answers ENVIAR n: the campaign goes if it still goes to n people, once.
func send(ctx context.Context, tx *db.Tx, th *Thread) (Reply, error) {
	l := lookedIn(ctx)
	asked, err := members.StaffAsked(ctx, tx, th.Staff, askSend)
	if db.NotFound(err) || db.CodeOf(err) == db.Missing {
		return th.sentBefore(ctx, tx)
	}
	if err != nil {
		return Reply{}, err
	}
	typed, _ := strconv.ParseInt(strings.TrimSpace(th.Ordered.Rest), 10, 64)
	switch {
	case l.big:
		return th.order("flash_big", nil)
	case l.no || l.ask.ID != asked.ID || l.seen.Refused != "" || l.seen.Texts == 0:
		return th.order("send_no", nil)
	case typed != l.seen.Texts || asked.Number != l.seen.Texts || asked.ExpiresAt <= tx.Now:
		if err := asked.Recount(ctx, tx, l.seen.Texts, tx.Now+sendLong); err != nil {
			return Reply{}, err
		}
		return th.order("send_changed", templates.Fields{"people": digits(l.seen.Texts), "count": digits(l.seen.Texts)})
	}
	if err := asked.Done(ctx, tx); err != nil {
		return Reply{}, err
	}
	if _, err := campaigns.StartSeen(ctx, tx, th.Program, th.act(), asked.Ref, l.seen); err != nil {
		return Reply{}, err
	}
	return th.order("send_started", templates.Fields{"people": digits(l.seen.Texts), "begin": th.begins(l.seen)})
}

// sentBefore answers an ENVIAR that nothing waits for: the last campaign may be under way.
func (th *Thread) sentBefore(ctx context.Context, tx *db.Tx) (Reply, error) {
	last, err := members.LastStaffAsked(ctx, tx, th.Staff, askSend)
	if err == nil {
		c, err := campaigns.Find(ctx, tx, th.Program.ID, strconv.FormatInt(last.Ref, 10))
		switch {
		case err == nil && c.State == campaigns.Active:
			return th.order("send_again", templates.Fields{"campaign": c.Name})
		case err == nil && c.State == campaigns.Paused:
			return th.order("pause_done", templates.Fields{"number": "1", "campaign": c.Name})
		}
	}
	if code := db.CodeOf(err); err != nil && code != db.Missing {
		return Reply{}, err
	}
	return th.order("send_none", nil)
}

// pause answers PAUSA: nothing more leaves of the campaigns that run, or of the one that is named.
func pause(ctx context.Context, tx *db.Tx, th *Thread) (Reply, error) {
	return th.each(ctx, tx, campaigns.Active, "pause_none", "pause_done", func(id int64) error {
		_, err := campaigns.PauseBy(ctx, tx, th.Program.ID, th.act(), id)
		return err
	})
}

// goOn answers SIGUE: the campaigns that are paused go on, or the one that is named.
func goOn(ctx context.Context, tx *db.Tx, th *Thread) (Reply, error) {
	return th.each(ctx, tx, campaigns.Paused, "go_none", "go_done", func(id int64) error {
		_, err := campaigns.ResumeBy(ctx, tx, th.Program, th.act(), id)
		return err
	})
}

// each does something to the campaigns in a state, or to the one that is named, and tells which.
func (th *Thread) each(ctx context.Context, tx *db.Tx, state, none, done string, do func(int64) error) (Reply, error) {
	all, err := campaigns.List(ctx, tx, th.Program.ID)
	if err != nil {
		return Reply{}, err
	}
	var names []string
	named := false
	for _, c := range all {
		if th.Ordered.Rest != "" && !sameWords(c.Name, th.Ordered.Rest) {
			continue
		}
		named = true
		if c.State != state {
			continue
		}
		if err := do(c.ID); err != nil {
			return Reply{}, err
		}
		names = append(names, c.Name)
	}
	switch {
	case !named && th.Ordered.Rest != "":
		return th.order("campaign_none", templates.Fields{"typed": th.Ordered.Rest})
	case len(names) == 0:
		return th.order(none, nil)
	}
	return th.order(done, templates.Fields{"number": digits(int64(min(len(names), 99))), "campaign": strings.Join(names, ", ")})
}
