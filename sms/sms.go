// Package sms is the wire: texts out (the outbox), texts in, the senders they pass through, the parts they are billed in and
// the hours they may leave.
//
// A provider lives in a folder below this one (sms/twilio, sms/simulator) and knows nothing of the business: it turns its own
// forms into an [Inbound] or a [Status], and an [Outgoing] into one request and an [Outcome].
package sms

import (
	"context"
	"time"

	"fiel/members"
)

// Class says why a text exists. It decides consent, hours, caps and the order in which texts leave: lower goes first.
type Class int64

// The classes of a text.
const (
	Reply     Class = 1 // caused by the member's own text, or by their act at a till within 15 minutes
	Service   Class = 2 // caused by us: welcome after enrolment, points back, expiry warning
	Marketing Class = 3 // caused by a campaign; never sent again when it is not known whether it left
)

func (c Class) String() string {
	switch c {
	case Reply:
		return "reply"
	case Service:
		return "service"
	case Marketing:
		return "marketing"
	}
	return "unclassed"
}

// What a provider's own list may say of a number after a word of its own: it refuses our texts, or takes them again.
const (
	ListStopped = members.ProviderStopped
	ListStarted = members.ProviderStarted
)

// Inbound is one text in, as a provider delivered it. Nothing in it is trusted but the signature its webhook checked.
type Inbound struct {
	ProviderID string // the provider's id of this text; a repeated delivery carries the same one
	AccountSID string
	ServiceSID string // the messaging service that received it, if any
	From, To   string // as delivered: E.164, a short code, letters, whatsapp:+...
	Body       string
	OptOut     string // STOP, START or HELP where the provider has understood it already
	Listed     string // what the provider's own list says of From by this word: ListStopped, ListStarted; '' nothing new
	Handled    bool   // the provider answers this word itself: ours would be a second answer
	Media      int    // attached pictures; they are never fetched
	Past       bool   // it came before a backup was restored: what it says of consent and identity counts, and nothing is answered
}

// Heard is a text in as the provider's own list shows it.
type Heard struct {
	Inbound
	At time.Time
}

// Answer is what goes back in the answer to the webhook that delivered an [Inbound].
type Answer struct {
	Body      string // '' answers nothing
	MessageID int64  // the outbox row of the answer
	Attempt   string // of that row, for its status callbacks
}

// Receive handles one text in. It is called again with the same ProviderID when a provider repeats itself, and then answers the
// same and does nothing else. A db.Denied error means that no sender of ours owns the address.
type Receive func(context.Context, Inbound) (Answer, error)

// Outgoing is one attempt to send one text.
type Outgoing struct {
	MessageID int64
	Attempt   string // 128 random bits; comes back in the status callbacks of this attempt
	To        string // E.164
	Body      string
	Validity  time.Duration // the provider must not deliver later than this; 0 leaves it to the provider
}

// Result says what is known about an attempt.
type Result int

// The results of an attempt.
const (
	Unknown  Result = iota // it may have been sent: never to be repeated blindly
	Accepted               // the provider has it and gave it a SID
	NotSent                // proof that nothing was processed: no byte written, or an answer that says so (429)
	Rejected               // the provider refused it for good
)

// Outcome is what one attempt came to.
type Outcome struct {
	Result     Result
	SID        string        // when accepted
	Rank       Rank          // the provider's first status, when accepted
	Trouble    Trouble       // when rejected, or why it was not sent
	RetryAfter time.Duration // when not sent and the provider said how long to wait
}

// Trouble is a provider's error, with what it asks of us.
type Trouble struct {
	Code    int64 // the provider's number, 0 if it gave none
	Verdict Verdict
	Text    string // one sentence for the operator
}

// Verdict is what an error of a provider asks of us.
type Verdict int

// The verdicts.
const (
	GiveUp     Verdict = iota // this text is lost, the next one may pass
	Later                     // worth trying again, a few times
	BadNumber                 // never text this number again
	Landline                  // cannot receive texts
	OptedOut                  // the member has withdrawn consent at the provider
	StopRun                   // every text of this run or country would fail alike: stop it and tell the owner
	StopSender                // the account or the sender is refused: nothing leaves until someone mends it
)

func (v Verdict) String() string {
	switch v {
	case Later:
		return "later"
	case BadNumber:
		return "bad_number"
	case Landline:
		return "landline"
	case OptedOut:
		return "opted_out"
	case StopRun:
		return "stop_run"
	case StopSender:
		return "stop_sender"
	}
	return "give_up"
}

// Rank is the place of a provider's status on its way; a status callback counts only when its rank is higher than what is known.
type Rank int64

// The ranks, by Twilio's names: https://www.twilio.com/docs/messaging/guides/outbound-message-status-in-status-callbacks
const (
	RankNone        Rank = 0
	RankAccepted    Rank = 10
	RankQueued      Rank = 20
	RankSending     Rank = 30
	RankSent        Rank = 40
	RankDelivered   Rank = 50
	RankUndelivered Rank = 51
	RankFailed      Rank = 52
	RankCanceled    Rank = 53
)

// Final says whether nothing can follow a status of this rank.
func (r Rank) Final() bool { return r >= RankDelivered }

// Status is one status callback.
type Status struct {
	AccountSID string
	ServiceSID string
	From       string
	MessageID  int64  // ours, from the callback's URL; 0 when it carries none
	Attempt    string // ours, from the callback's URL
	SID        string
	Rank       Rank
	Trouble    Trouble // zero when all is well
	Price      int64   // millionths of PriceUnit, 0 when the provider said none
	PriceUnit  string
}

// Settle takes in one status callback: any number of times, in any order, also before the attempt's own answer.
type Settle func(context.Context, Status) error

// Listed is a text as the provider's own list shows it.
type Listed struct {
	SID     string
	Body    string
	Created time.Time
	Rank    Rank
	Trouble Trouble
}

// Provider is one account and address to send from. Implementations: sms/twilio, sms/simulator.
type Provider interface {
	// Send makes one attempt and never repeats it by itself.
	Send(ctx context.Context, text Outgoing) Outcome
	// List returns the texts to a number (E.164) that we sent and the provider created at or after since, newest first. An error
	// means that nothing is known.
	List(ctx context.Context, to string, since time.Time) ([]Listed, error)
}
