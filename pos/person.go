package pos

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"fiel/db"
	"fiel/members"
	"fiel/rewards"
)

// What a till may ask about a person.
const (
	ShowMember   = "member.show"      // points, level and vouchers; changes nothing
	EnrolMember  = "member.enrol"     // make a member of a number
	ClaimsAction = "action.completed" // they did what an action gives points for
)

// PersonRequest is a till asking about one person.
type PersonRequest struct {
	Program, Till int64

	Kind     string // one of the above
	Ref      string // the till's own id of what it asks, for ever the same; to show somebody needs none
	Phone    string // as typed
	Card     string // stands for the number of who has one
	Name     string // of who is enrolled; '' can be said later
	FriendOf string // code of the member who brought them, '' for none
	Action   string // its name
	Test     bool   // nothing is changed
	Body     string // as received; kept for 30 days when the owner has to look at it
}

func (r PersonRequest) check() error {
	switch {
	case r.Kind != ShowMember && !isRef(r.Ref):
		return fault("id", refRule)
	case r.Phone == "" && (r.Card == "" || r.Kind == EnrolMember):
		return fault("phone", "whose: the number, as E.164 or as dialled here")
	case r.Kind == ClaimsAction && r.Action == "":
		return fault("action", "the name of an action: see `fiel action list`")
	}
	return checkTexts(text{"card", r.Card}, text{"name", r.Name}, text{"friend_of", r.FriendOf}, text{"action", r.Action})
}

// personOutcome is the body of an answer about a person. What is kept of it names nobody.
type personOutcome struct {
	Status   string        `json:"status"` // known, none, joined, given, test; refused
	ID       string        `json:"id,omitempty"`
	Reason   string        `json:"reason,omitempty"`  // of a refusal: invalid, missing, conflict, refused
	Message  string        `json:"message,omitempty"` // of a refusal, for the cashier
	Name     string        `json:"name,omitempty"`
	Points   int64         `json:"points"` // given
	Balance  *int64        `json:"balance,omitempty"`
	Level    string        `json:"level,omitempty"`
	Next     string        `json:"next,omitempty"` // the nearest reward out of reach,
	Missing  int64         `json:"missing,omitempty"`
	Confirm  bool          `json:"confirm,omitempty"` // texts to the number do not arrive: ask whether it is still theirs
	Vouchers []openVoucher `json:"vouchers,omitempty"`
}

// openVoucher is a voucher that the member can use. Its code is theirs to show.
type openVoucher struct {
	Name  string `json:"name"`
	Until string `json:"until"` // exclusive
}

// Person answers what a till asks about a person. What changes something is done once for each id of the till's: the same again is
// answered as the first time, other values under the same id get 409 and are parked for the owner. What cannot be done is no error: the
// answer says why, nothing has changed, and it may be asked again under the same id.
//
// Errors are those of [Service.Record].
func (s *Service) Person(ctx context.Context, r PersonRequest) (Answer, error) {
	if err := r.check(); err != nil {
		return Answer{}, err
	}
	if r.Kind == ShowMember {
		return s.show(ctx, r)
	}
	answer, err := s.once(ctx, func(ctx context.Context, tx *db.Tx) (Answer, error) {
		d, err := openDesk(ctx, tx, s.Key, r.Program, r.Till)
		if err != nil {
			return Answer{}, err
		}
		b := d.readBuyer(r.Phone, r.Card)
		meant := fingerprint([]any{r.Kind, b.said, r.Name, r.FriendOf, r.Action, r.Test})
		return d.answerOnce(ctx, tx, note{kind: r.Kind, ref: r.Ref, meant: meant, body: r.Body}, func() (Answer, int64, error) {
			o, err := d.askPerson(ctx, tx, r, b)
			o.ID = r.Ref
			return Answer{http.StatusOK, marshal(o)}, 0, err
		})
	})
	if no := new(refusedError); errors.As(err, no) {
		return Answer{http.StatusOK, marshal(personOutcome{Status: "refused", ID: r.Ref, Reason: string(no.code), Message: no.text})}, nil
	}
	return answer, err
}

// refusedError ends a transaction that cannot do what was asked, so that nothing of it stays.
type refusedError struct {
	code db.Code
	text string
}

func (e refusedError) Error() string { return e.text }

// askPerson does what is asked of a person; a refusedError when it cannot be done.
func (d desk) askPerson(ctx context.Context, tx *db.Tx, r PersonRequest, b buyer) (o personOutcome, err error) {
	switch {
	case b.trouble != nil && b.card == "":
		return personOutcome{}, refusedError{db.Invalid, b.trouble.Message}
	case r.Test:
		return personOutcome{Status: test}, nil
	case r.Kind == EnrolMember:
		o, err = d.enrolMember(ctx, tx, r, b)
	default:
		o, err = d.claimAction(ctx, tx, r, b)
	}
	var limit *rewards.ClaimError
	switch code := db.CodeOf(err); {
	case errors.As(err, &limit), code == db.Refused, code == db.Invalid, code == db.Missing:
		return personOutcome{}, refusedError{code, err.Error()}
	}
	return o, err
}

func (s *Service) show(ctx context.Context, r PersonRequest) (answer Answer, err error) {
	err = s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) error {
		d, err := openDesk(ctx, tx, s.Key, r.Program, r.Till)
		if err != nil {
			return err
		}
		o, err := d.showMember(ctx, tx, d.readBuyer(r.Phone, r.Card))
		answer = Answer{http.StatusOK, marshal(o)}
		return err
	})
	return answer, err
}

func (d desk) showMember(ctx context.Context, tx *db.Tx, b buyer) (personOutcome, error) {
	m, err := b.look(ctx, tx, d.program)
	if err != nil || m.ID == 0 {
		return personOutcome{Status: "none"}, err
	}
	st, err := rewards.StandingOf(ctx, tx, d.program, m)
	if err != nil {
		return personOutcome{}, err
	}
	o := personOutcome{Status: "known", Name: m.Name, Balance: &st.Balance, Level: st.Level.Name}
	if st.Next != nil {
		o.Next, o.Missing = st.Next.Name, st.Missing
	}
	health, err := members.HealthOf(ctx, tx, m)
	if err != nil {
		return personOutcome{}, err
	}
	o.Confirm = health == members.HealthConfirm
	open, err := rewards.OpenVouchers(ctx, tx, d.program, m)
	for _, v := range open {
		o.Vouchers = append(o.Vouchers, openVoucher{v.Name, factsOf(v, d.store).Until})
	}
	return o, err
}

func (d desk) enrolMember(ctx context.Context, tx *db.Tx, r PersonRequest, b buyer) (personOutcome, error) {
	m, joined, a, err := Enrol(ctx, tx, d.key, d.program, Enrolment{
		Phone: b.phone, Name: r.Name, Store: d.store.ID, FriendOf: r.FriendOf, Actor: d.till.actor(), Door: "till",
	})
	o := personOutcome{Status: "known", Balance: &m.Balance}
	if joined {
		o.Status, o.Points = "joined", a.Points
	}
	return o, err
}

func (d desk) claimAction(ctx context.Context, tx *db.Tx, r PersonRequest, b buyer) (personOutcome, error) {
	if err := b.take(ctx, tx, d.program); err != nil {
		return personOutcome{}, err
	}
	if b.member.ID == 0 {
		return personOutcome{}, refusedError{db.Missing, "Nobody with that number or card is a member."}
	}
	action, err := rewards.ActionByName(ctx, tx, d.program.ID, r.Action)
	if err != nil {
		return personOutcome{}, err
	}
	var news rewards.News
	done, m, err := rewards.Claim(ctx, tx, d.program, b.member, rewards.Claiming{
		Action: action, Source: fmt.Sprintf("till:%d:%s", d.till.ID, r.Ref), Store: d.store.ID, Actor: d.till.actor(), Door: "till",
	}, &news)
	if err != nil {
		return personOutcome{}, err
	}
	return personOutcome{Status: "given", Points: done.Points, Balance: &m.Balance}, news.Tell(ctx, tx, d.program, m)
}

// answerOnce answers what is known by the till's id of it, or does it and keeps the answer. The id of a voucher that it is about is kept
// too, 0 for none.
func (d desk) answerOnce(ctx context.Context, tx *db.Tx, n note, do func() (Answer, int64, error)) (Answer, error) {
	first, err := New(tx).voucherEvent(ctx, voucherEventParams{ProgramID: d.program.ID, TillID: d.till.ID, Kind: n.kind, Ref: n.ref})
	if err == nil {
		return d.again(ctx, tx, first.Meant, Answer{http.StatusOK, []byte(first.Answer)}, n)
	}
	if !db.NotFound(err) {
		return Answer{}, err
	}
	answer, voucher, err := do()
	if err != nil {
		return Answer{}, err
	}
	stored, err := New(tx).insertVoucherEvent(ctx, insertVoucherEventParams{
		ProgramID: d.program.ID, TillID: d.till.ID, Kind: n.kind, Ref: n.ref, Meant: n.meant, VoucherID: voucher, Answer: string(answer.Body), At: tx.Now,
	})
	if err == nil && stored == 0 {
		err = errOvertaken
	}
	return answer, err
}
