package sms

import (
	"context"
	"strconv"
	"strings"

	"fiel/db"
	"fiel/members"
)

// States of a text:
//
//	queued → sending → sent → delivered | undelivered
//	         sending → failed | unknown, unknown → sent | unproven, and back to queued on proof that nothing was sent
//	queued → cancelled, answered → delivered | undelivered
//	holdout, left_out: of the audience of a run, and never sent
const (
	StateQueued      = "queued"
	StateSending     = "sending"
	StateSent        = "sent"
	StateDelivered   = "delivered"
	StateUndelivered = "undelivered"
	StateFailed      = "failed"   // refused by the provider
	StateUnknown     = "unknown"  // it may have been sent; being looked for
	StateUnproven    = "unproven" // looked for and not found
	StateCancelled   = "cancelled"
	StateAnswered    = "answered" // went back in the answer to a webhook
	StateHoldout     = "holdout"
	StateLeftOut     = "left_out"
)

// Why a text was cancelled or left out.
const (
	ReasonStopped    = "stopped"      // its number has left all texts, or was erased
	ReasonNumber     = "number"       // its number cannot get texts, or is somebody else's
	ReasonConsent    = "consent"      // its member did not agree to texts of this class
	ReasonWriteFirst = "write_first"  // its country allows texts only to people who wrote first
	ReasonHours      = "hours"        // no hour in which it may leave before its end
	ReasonLate       = "late"         // its end has come
	ReasonCap        = "cap"          // its member has had enough promotions that day or week
	ReasonSpend      = "spend"        // the program's parts of that day are used up
	ReasonCampaign   = "campaign_cap" // its campaign has cost what it may
)

// Draft is a text to be sent.
type Draft struct {
	Program  members.Program
	Member   members.Member // ID 0: a stranger, or staff
	Staff    int64          // it is for somebody on the staff, with Phone and Hash
	About    int64          // the member whom a text to staff names, 0: none; its words go when they are erased
	Phone    members.Phone  // '' is the member's
	Hash     string         // of the phone; '' is the member's
	Sender   int64          // 0 is the program's first
	Class    Class
	Topic    string // which of our texts it is: balance, birthday, flash ...
	Language string // '' is the member's, or the program's
	Body     string
	Once     string // unique per program and member for ever; '' is none
	Run      int64  // of a campaign
	Inbound  int64  // the text it answers: a text gets one reply

	SendAfter  int64 // unix milliseconds, 0 is now
	SendBefore int64 // exclusive, 0 is no end

	// Holdout and LeftOut (a reason) keep the row for the record of a run's audience: it is never sent and takes no room of a cap.
	Holdout bool
	LeftOut string
}

// Enqueue queues a text; it leaves soon after the commit, in the hours of its class. The body is cleaned (see [Clean]) and its parts
// are counted. A text that cannot leave before its end, or for which a cap is full, comes back in state left_out with the reason and
// nothing is sent; consent is looked at when it is claimed.
//
// Errors: db.Conflict when the once key was used before, also by a text that is long gone, or the inbound text has its reply;
// db.Invalid when the body is empty or too long; db.Missing when the program has no sender.
func Enqueue(ctx context.Context, tx *db.Tx, d Draft) (Message, error) {
	m, err := d.message(ctx, tx)
	if err != nil {
		return Message{}, err
	}
	if m.State == StateQueued {
		if err := schedule(ctx, tx, d, &m); err != nil {
			return Message{}, err
		}
	}
	inserted, err := insertOnce(ctx, tx, m)
	if err != nil {
		return Message{}, err
	}
	if !inserted {
		if err := unbook(ctx, tx, m.ProgramID, m.booking()); err != nil {
			return Message{}, err
		}
		return Message{}, db.Errorf(db.Conflict, "That text was written before.")
	}
	if m.State == StateQueued {
		wakeAfter(ctx, tx)
	}
	return m, nil
}

// message is the row of a draft as it stands before any rule was asked.
func (d Draft) message(ctx context.Context, tx *db.Tx) (Message, error) {
	m := Message{
		ProgramID: d.Program.ID, ID: tx.ID(), SenderID: d.Sender, Phone: d.Phone, Hash: d.Hash, MemberID: d.Member.ID, RunID: d.Run,
		InboundID: d.Inbound, StaffID: d.Staff, AboutID: d.About, Class: d.Class, Topic: d.Topic, Body: d.spelt(), Language: d.Language, Once: d.Once,
		SendAfter: max(d.SendAfter, tx.Now), SendBefore: d.SendBefore, State: StateQueued, CreatedAt: tx.Now,
	}
	if m.Phone == "" {
		m.Phone, m.Hash = d.Member.Phone, d.Member.Hash
	}
	if m.Language == "" {
		m.Language = d.Member.Language
	}
	if m.Language == "" {
		m.Language = d.Program.Language
	}
	switch {
	case d.Holdout:
		m.State, m.FinalAt = StateHoldout, tx.Now
	case d.LeftOut != "":
		m.leaveOut(d.LeftOut, tx.Now)
	case m.Phone == "":
		m.leaveOut(ReasonStopped, tx.Now)
	default:
		if err := Check(strings.TrimSpace(m.Body)); err != nil {
			return Message{}, err
		}
	}
	m.Parts = int64(Count(m.Body).Parts)
	if m.SenderID == 0 {
		all, err := SendersOf(ctx, tx, d.Program.ID)
		if err != nil {
			return Message{}, err
		}
		if len(all) == 0 {
			return Message{}, errNoSender
		}
		m.SenderID = SenderFor(all, m.Phone).ID
	}
	return m, nil
}

// spelt is the body as it is sent. Promotions are a shop's own words.
func (d Draft) spelt() string {
	if d.Class == Marketing {
		return Clean(d.Body)
	}
	return Spell(d.Body)
}

func (m *Message) leaveOut(reason string, now int64) {
	m.State, m.Reason, m.FinalAt = StateLeftOut, reason, now
}

// schedule moves a text to its first opening and takes its room of the caps.
func schedule(ctx context.Context, tx *db.Tx, d Draft, m *Message) error {
	store, err := homeZone(ctx, tx, d.Member)
	if err != nil {
		return err
	}
	zones := new(clockZones)
	r := zones.rulesFor(d.Program, m.Class, m.Phone, d.Member.Zone, store)
	from, _, ok := r.opening(m.SendAfter, m.SendBefore)
	if !ok {
		m.leaveOut(whyClosed(m.SendAfter, m.SendBefore), tx.Now)
		return nil
	}
	m.SendAfter = from
	b := r.booking(*m)
	full, err := book(ctx, tx, d.Program, r.pack, b)
	if err != nil {
		return err
	}
	if full != "" {
		m.leaveOut(full, tx.Now)
		return nil
	}
	m.CapDay, m.SpendDay = b.capDay, b.spendDay
	return nil
}

// whyClosed tells a text whose end has come from one that has no hour to leave in.
func whyClosed(at, before int64) string {
	if before != 0 && before-at < leastTime.Milliseconds() {
		return ReasonLate
	}
	return ReasonHours
}

// booking is the room a text takes if it leaves at its send_after.
func (r rules) booking(m Message) booking {
	b := booking{member: m.MemberID, parts: m.Parts, spendDay: dateAt(m.SendAfter, r.home)}
	b.run = paying(m.Class, m.RunID, b.spendDay)
	if m.Class == Marketing {
		b.capDay = dateAt(m.SendAfter, r.day)
	}
	return b
}

// homeZone is the zone of the member's home store, ” when there is none.
func homeZone(ctx context.Context, tx *db.Tx, m members.Member) (string, error) {
	if m.StoreID == 0 {
		return "", nil
	}
	s, err := members.StoreByID(ctx, tx, m.ProgramID, m.StoreID)
	if db.NotFound(err) {
		return "", nil
	}
	return s.Zone, err
}

// insertOnce stores the row unless its once key or its inbound text is taken, now or by a text that was pruned.
func insertOnce(ctx context.Context, tx *db.Tx, m Message) (bool, error) {
	if m.Once != "" {
		n, err := New(tx).keptKey(ctx, keptKeyParams{ProgramID: m.ProgramID, Kind: "once", Key: onceKey(m.MemberID, m.Once)})
		if err != nil || n > 0 {
			return false, err
		}
	}
	n, err := New(tx).insertMessage(ctx, insertMessageParams(m))
	return n > 0, err
}

// onceKey is a once key as kept_keys knows it.
func onceKey(member int64, once string) string { return strconv.FormatInt(member, 10) + " " + once }

// ByID finds a text by id; db.Missing when the program has none such.
func ByID(ctx context.Context, tx *db.Tx, program, id int64) (Message, error) {
	m, err := New(tx).message(ctx, program, id)
	if db.NotFound(err) {
		return Message{}, db.Errorf(db.Missing, "There is no text %d.", id)
	}
	return m, err
}

// Arrived says when a text arrived, in unix milliseconds; 0 when it has not. Over says that it never will. It answers db.Missing when
// the program has no such text.
func Arrived(ctx context.Context, tx *db.Tx, program, id int64) (at int64, over bool, err error) {
	m, err := ByID(ctx, tx, program, id)
	if err != nil {
		return 0, false, err
	}
	switch m.State {
	case StateDelivered:
		return m.FinalAt, true, nil
	case StateUndelivered, StateFailed, StateUnproven, StateCancelled, StateHoldout, StateLeftOut:
		return 0, true, nil
	}
	return 0, false, nil
}
