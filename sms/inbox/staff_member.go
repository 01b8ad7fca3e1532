package inbox

import (
	"context"
	"fmt"
	"strings"
	"time"

	"fiel/db"
	"fiel/members"
	"fiel/pos"
	"fiel/rewards"
	"fiel/sms"
	"fiel/templates"
)

// mostLooks is how many numbers somebody on the staff may look up in an hour: enough for a counter, too few to read the list of members.
const mostLooks = 30

const hour = 60 * 60 * 1000 // milliseconds

// numberAnd reads a phone number at the beginning of what was said, and what follows. Of several beginnings that are one, the longest
// counts: what follows is a name, which has no digits.
func numberAnd(rest, country string) (phone members.Phone, after string) {
	fields := strings.Fields(rest)
	for n := min(len(fields), mostGroups); n > 0; n-- {
		if p, err := members.ParsePhone(strings.Join(fields[:n], " "), country); err == nil {
			return p, strings.Join(fields[n:], " ")
		}
	}
	return "", ""
}

// look answers SALDO phone: whose it is and how many points. Each look is written down, and there are only so many an hour.
func look(ctx context.Context, tx *db.Tx, th *Thread) (Reply, error) {
	phone, _ := numberAnd(th.Ordered.Rest, th.Program.Country)
	if phone == "" {
		return th.order("look_how", nil)
	}
	n, err := members.CountActs(ctx, tx, th.Program.ID, th.actor(), "member.look", tx.Now-hour)
	if err != nil {
		return Reply{}, err
	}
	if n >= mostLooks {
		return th.order("look_wait", nil)
	}
	m, err := members.ByPhone(ctx, tx, th.Program.ID, phone)
	if err != nil && !db.NotFound(err) {
		return Reply{}, err
	}
	if err := th.record(ctx, tx, "member.look", subjectOf(m), nil); err != nil {
		return Reply{}, err
	}
	if m.ID == 0 {
		return th.order("look_none", th.buyer(m, phone, templates.Fields{}))
	}
	st, err := rewards.StandingOf(ctx, tx, th.Program, m)
	if err != nil {
		return Reply{}, err
	}
	return th.order("look_done", th.buyer(m, phone, templates.Fields{"balance": digits(st.Balance), "level": st.Level.Name}))
}

// enrolBy answers ALTA phone [name]: somebody at the counter becomes a member. They said yes to texts about points; a text asks them for
// offers.
func enrolBy(ctx context.Context, tx *db.Tx, th *Thread) (Reply, error) {
	phone, rest := numberAnd(th.Ordered.Rest, th.Program.Country)
	switch {
	case phone == "":
		return th.order("enrol_how", nil)
	case phone == th.Phone:
		return th.order("enrol_own", nil)
	case phone.Premium() || !th.Program.Welcomes(phone.Country()):
		return th.order("enrol_no", th.buyer(members.Member{}, phone, templates.Fields{}))
	}
	name := ""
	if rest != "" {
		var wrong Wrong
		if name, wrong = th.inbox.Book.nameOf(rest); wrong != "" {
			return th.order("enrol_how", nil)
		}
	}
	m, joined, a, err := pos.Enrol(ctx, tx, th.inbox.Key, th.Program, pos.Enrolment{
		Phone: phone, Name: name, Store: th.Staff.StoreID, Actor: th.actor(), Door: "text",
	})
	if err != nil {
		return Reply{}, err
	}
	if !joined {
		return th.order("enrol_known", th.buyer(m, phone, templates.Fields{"balance": digits(m.Balance)}))
	}
	f := templates.Fields{}
	if a.Points > 0 {
		f["points"] = digits(a.Points)
	}
	key := "enrol_done"
	if !m.WroteFirst && sms.PackFor(sms.Marketing, phone.Country()).WriteFirst {
		key = "enrol_write"
	}
	return th.order(key, th.buyer(m, phone, f))
}

// use answers CANJE code: a voucher is used at the store of whoever texts. Wrong codes are counted, and the member is told.
func use(ctx context.Context, tx *db.Tx, th *Thread) (Reply, error) {
	store, ask, err := th.shop(ctx, tx)
	if err != nil || store.ID == 0 {
		return ask, err
	}
	code := strings.ToUpper(strings.Map(func(r rune) rune {
		if strings.ContainsRune(" -.", r) {
			return -1
		}
		return r
	}, th.Ordered.Rest))
	f := templates.Fields{"code": code}
	own, err := th.ownVoucher(ctx, tx, code)
	if err != nil {
		return Reply{}, err
	}
	if own {
		if err := th.record(ctx, tx, "voucher.own", fmt.Sprint("staff:", th.Staff.ID), nil); err != nil {
			return Reply{}, err
		}
		return th.order("use_own", nil)
	}
	used, err := rewards.Use(ctx, tx, th.Program, rewards.Using{
		Code: code, Store: store.ID, Staff: th.Staff.ID, Actor: th.actor(), Door: "text", Request: th.evidence(),
	})
	if err != nil {
		return Reply{}, err
	}
	if used.Why != nil {
		return th.notUsed(tx, used, store, f)
	}
	v := used.Voucher
	f = templates.Fields{"reward": v.Name}
	switch v.Kind {
	case rewards.PercentOff:
		f["worth"] = fmt.Sprintf("%d%%", v.Value)
	case rewards.AmountOff:
		f["worth"] = templates.Money(th.Language, th.Program.Currency, v.Value)
	}
	return th.order("use_done", th.buyer(used.Member, used.Member.Phone, f))
}

// ownVoucher tells whether a code is a voucher of whoever texts: nobody serves themselves.
func (th *Thread) ownVoucher(ctx context.Context, tx *db.Tx, code string) (bool, error) {
	v, err := rewards.VoucherByCode(ctx, tx, th.Program.ID, code)
	if c := db.CodeOf(err); c == db.Missing || c == db.Invalid {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	m, err := members.ByID(ctx, tx, th.Program.ID, v.MemberID)
	return err == nil && m.Phone == th.Phone, err
}

// notUsed says why a voucher was not used.
func (th *Thread) notUsed(tx *db.Tx, used rewards.Used, store members.Store, f templates.Fields) (Reply, error) {
	v := used.Voucher
	switch code := db.CodeOf(used.Why); {
	case code == db.Denied && !used.Second:
		return th.order("use_wait", nil)
	case code == db.Missing, code == db.Invalid:
		return th.order("use_missing", f)
	case used.Second:
		return th.order("use_second", f)
	case v.State == rewards.Expired || v.State == rewards.Issued && v.ExpiresAt <= tx.Now:
		return th.order("use_expired", f)
	case code == db.Conflict:
		return th.order("use_used", f)
	case v.ValidFrom > tx.Now:
		f["begin"] = templates.Moment(th.Language, time.UnixMilli(v.ValidFrom).In(store.Location()))
		return th.order("use_early", f)
	}
	f["store"] = store.Name
	return th.order("use_not", f)
}
