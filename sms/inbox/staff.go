package inbox

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"fiel/db"
	"fiel/members"
	"fiel/templates"
)

// orders are what somebody on the staff may ask for.
var orders = map[Order]answerer{
	OrderSale:    sell,
	OrderEnrol:   enrolBy,
	OrderUse:     use,
	OrderLook:    look,
	OrderShop:    chooseShop,
	OrderFlash:   flash,
	OrderSend:    send,
	OrderPause:   pause,
	OrderGoOn:    goOn,
	OrderSummary: summary,
}

// employ finds whether a text is an order of somebody who works here, on a phone that has said it is theirs. It goes before what a member
// may mean by the same word, also where the order is not carried out: see [Thread.work].
func (th *Thread) employ(ctx context.Context, tx *db.Tx, optOut, body string) error {
	said, found := th.inbox.Book.Ordered(th.Program.Language, optOut, body)
	if !found {
		return nil
	}
	s, err := members.StaffByPhone(ctx, tx, th.Program.ID, th.Phone)
	if db.NotFound(err) || err == nil && !s.Verified() {
		return nil
	}
	if err != nil {
		return err
	}
	th.Staff, th.Ordered = s, said
	th.Intent = Intent{Command: Command("STAFF_" + said.Order), How: HowExact}
	th.Language = spoken(said.Language, spoken(s.Language, th.Program.Language))
	return nil
}

// work carries an order out. One of before a restore is for a person, since nobody is there for the answer. A phone that has stopped all
// texts gives no orders, and what is over the limit of somebody's texts does nothing: they could not be answered.
func (th *Thread) work(ctx context.Context, tx *db.Tx) (Reply, error) {
	switch {
	case th.past:
		return Reply{ForShop: true}, nil
	case th.Number.Stopped():
		th.atWork = true
		return th.answerStopped(ctx, tx)
	}
	ok, err := th.Number.AllowStaff(ctx, tx)
	if err != nil || !ok {
		return Reply{ForShop: true}, err
	}
	o := th.Ordered.Order
	if o.ofOwner() && th.Staff.Role != members.Owner {
		return th.order("staff_owner", nil)
	}
	reply, err := orders[o](ctx, tx, th)
	reply.Always = true // it was counted
	return reply, err
}

// order is a reply to somebody on the staff.
func (th *Thread) order(key string, f templates.Fields) (Reply, error) {
	return th.say(key, f)
}

// actor is who texts, for the audit.
func (th *Thread) actor() string { return fmt.Sprint("staff:", th.Staff.ID) }

// record writes down what somebody on the staff did by text.
func (th *Thread) record(ctx context.Context, tx *db.Tx, action, subject string, after any) error {
	return members.Record(ctx, tx, th.Program.ID, members.Act{
		Actor: th.actor(), Door: "text", Action: action, Subject: subject, After: after, Request: th.evidence(),
	})
}

// kept is the order as it is stored: without the number that it names, which may be anybody's, and the name that goes with it.
func (th *Thread) kept(body string) string {
	if th.Staff.ID == 0 {
		return body
	}
	number, rest := "", th.Ordered.Rest
	if phone, after := firstNumber(rest, th.Program.Country); phone != "" { // what follows is an amount, and may be long
		number, rest = ending(phone.E164()), after
	}
	rest = longNumber.ReplaceAllStringFunc(rest, ending)
	if th.Ordered.Order == OrderEnrol {
		rest, _, _ = strings.Cut(rest, " ")
		if number != "" {
			rest = ""
		}
	}
	return strings.Join(strings.Fields(th.Ordered.Word+" "+number+" "+rest), " ")
}

// ending is what is kept of a number.
func ending(number string) string {
	digits := strings.Map(onlyDigits, number)
	return "*" + digits[len(digits)-3:]
}

// longNumber is what may be a phone number, with whatever stands between its digits.
var longNumber = regexp.MustCompile(`\+?\(?\d(?:[ ().\-/]*\d){6,}`)

// buyer is how staff are told of a number: the name shortened, and the last digits. The answer is remembered to name the member.
func (th *Thread) buyer(m members.Member, phone members.Phone, f templates.Fields) templates.Fields {
	last := phone.E164()
	f["ending"] = last[max(0, len(last)-3):]
	if m.ID != 0 {
		th.about = m.ID
		f["buyer"] = shortName(m.Name)
	}
	return f
}

// shortName is the first word of a name.
func shortName(name string) string {
	first, _, _ := strings.Cut(strings.TrimSpace(name), " ")
	return first
}

// answerAsk is SI or NO to the question whether a phone is somebody's on the staff, unless a member was asked something after it. False:
// nobody was asked that.
func (th *Thread) answerAsk(ctx context.Context, tx *db.Tx, open []members.Question) (Reply, bool, error) {
	if th.Intent.Command != Yes && th.Intent.Command != No || th.Intent.Places > 0 || th.Intent.Wrong != "" { // SI 2 is for an invitation
		return Reply{}, false, nil
	}
	s, err := members.StaffByPhone(ctx, tx, th.Program.ID, th.Phone)
	if db.NotFound(err) || err == nil && (!s.Asked(tx.Now) || len(open) > 0 && open[0].AskedAt > s.AskedAt) {
		return Reply{}, false, nil
	}
	if err != nil {
		return Reply{}, false, err
	}
	th.Language = spoken(th.Intent.Language, spoken(s.Language, th.Language))
	if th.Intent.Command == No {
		if err := members.DenyStaff(ctx, tx, s); err != nil {
			return Reply{}, true, err
		}
		reply, err := th.say("staff_no", nil)
		return reply, true, err
	}
	if s, err = members.VerifyStaff(ctx, tx, s); err != nil {
		return Reply{}, true, err
	}
	th.Staff = s
	if err := th.record(ctx, tx, "staff.verify", fmt.Sprint("staff:", s.ID), nil); err != nil {
		return Reply{}, true, err
	}
	reply, err := th.say("staff_yes", templates.Fields{"name": s.Name})
	return reply, true, err
}
