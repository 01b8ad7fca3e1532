package sms

import (
	"cmp"
	"context"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"fiel/db"
	"fiel/members"
)

// Where a sender's account and token come from.
const (
	FromEnv = "env" // the settings of the process
	FromRow = "row" // its row; the token is sealed with FIEL_KEY
)

// How a reply goes back.
const (
	ViaTwiML = "twiml" // in the answer to the webhook
	ViaREST  = "rest"  // as a text of its own; regions other than US1 need it
)

// Address is an account and what to send from: what a sender is made of.
type Address struct {
	AccountSID string
	Token      string // stays in the process for a sender of the environment
	Number     string // E.164, or a short code
	ServiceSID string // a messaging service; it or a number, or both
	ReplyVia   string // '' is ViaTwiML
	Pace       int64  // parts per second, 0: unlimited
	Region     string // '' is us1
	Kind       string // long, mobile, toll_free, short or service; '' is not said
	Countries  string // whose numbers it texts, "MX,US"; '' is all that no other sender of the program has
	// PushConsent has the provider's consent list told who left and who came back by our own words, see [Push]. For SetSender alone.
	PushConsent bool
}

// SenderKinds are what a sender may be: a long number, a mobile one, a toll-free one, a short code, a messaging service.
var SenderKinds = []string{"long", "mobile", "toll_free", "short", "service"}

var countryList = regexp.MustCompile(`^[A-Z]{2}(,[A-Z]{2})*$`)

func (a Address) withDefaults() (Address, error) {
	if a.ReplyVia == "" {
		a.ReplyVia = ViaTwiML
	}
	if a.Region == "" {
		a.Region = "us1"
	}
	a.Countries = strings.ToUpper(strings.ReplaceAll(a.Countries, " ", ""))
	switch {
	case a.Countries != "" && !countryList.MatchString(a.Countries):
		return a, db.Errorf(db.Invalid, "%q are no countries: write them like MX,US.", a.Countries)
	case a.Kind != "" && !slices.Contains(SenderKinds, a.Kind):
		return a, db.Errorf(db.Invalid, "%q is no kind of sender: %s.", a.Kind, strings.Join(SenderKinds, ", "))
	case a.AccountSID == "":
		return a, db.Errorf(db.Invalid, "A sender needs the SID of its account.")
	case a.Number == "" && a.ServiceSID == "":
		return a, db.Errorf(db.Invalid, "A sender needs a number or a messaging service.")
	case a.Pace < 0 || a.Pace > 10000:
		return a, db.Errorf(db.Invalid, "The pace of a sender is 0 (unlimited) to 10,000 parts a second.")
	case a.ReplyVia != ViaTwiML && a.ReplyVia != ViaREST:
		return a, db.Errorf(db.Invalid, "Replies go by %s or by %s, not by %q.", ViaTwiML, ViaREST, a.ReplyVia)
	case a.Region != "us1" && a.ReplyVia == ViaTwiML:
		return a, db.Errorf(db.Invalid, "Replies in the webhook's answer work in region us1 only: set reply_via to rest.")
	}
	return a, nil
}

// senderLabel is what the token of a sender's row is sealed under.
func senderLabel(id int64) string { return "sender:" + strconv.FormatInt(id, 10) }

// OpenToken decrypts the token of a sender whose row holds it; db.Denied with another FIEL_KEY, db.Missing for one of the
// environment.
func (s Sender) OpenToken(key members.Key) (string, error) {
	if s.Token == "" {
		return "", db.Errorf(db.Missing, "The token of sender %d is not in the database: it comes with the process.", s.ID)
	}
	return key.Open(senderLabel(s.ID), s.Token)
}

// AddSender gives the program a sender of its own with the token sealed in its row. A number or service belongs to one program:
// db.Conflict when another sender has it.
func AddSender(ctx context.Context, tx *db.Tx, key members.Key, program int64, a Address) (Sender, error) {
	a, err := a.withDefaults()
	if err != nil {
		return Sender{}, err
	}
	switch {
	case a.Token == "":
		return Sender{}, db.Errorf(db.Invalid, "A sender needs the auth token of its account.")
	case a.Number != "" && a.ServiceSID != "":
		return Sender{}, db.Errorf(db.Invalid, "A sender is a number or a messaging service, not both: the service has its own numbers.")
	}
	id := tx.ID()
	return addSender(ctx, tx, insertSenderParams{
		ID: id, ProgramID: program, Source: FromRow, AccountSID: a.AccountSID, Token: key.Seal(senderLabel(id), a.Token), Number: a.Number,
		ServiceSID: a.ServiceSID, ReplyVia: a.ReplyVia, Pace: a.Pace, Region: a.Region, Kind: a.Kind, Countries: a.Countries, CreatedAt: tx.Now,
	})
}

// SetSender changes how fast a sender of the program may send, in parts a second (0: unlimited), what kind it is and whose numbers it
// texts, and whether the provider is told of consent: see [Address]. db.Missing when it is not the program's, db.Invalid with what to write.
func SetSender(ctx context.Context, tx *db.Tx, program, id int64, a Address) (Sender, error) {
	a.AccountSID, a.Number = cmp.Or(a.AccountSID, "-"), cmp.Or(a.Number, "-")
	a, err := a.withDefaults()
	if err != nil {
		return Sender{}, err
	}
	s, err := New(tx).setSender(ctx, setSenderParams{ProgramID: program, ID: id, Pace: a.Pace, Kind: a.Kind, Countries: a.Countries, PushConsent: a.PushConsent})
	if db.NotFound(err) {
		return Sender{}, db.Errorf(db.Missing, "The program has no sender %d.", id)
	}
	return s, err
}

// AddEnvSender gives the program the one sender whose account, token and number come with the process; db.Conflict when it has one.
func AddEnvSender(ctx context.Context, tx *db.Tx, program int64) (Sender, error) {
	return addSender(ctx, tx, insertSenderParams{
		ID: tx.ID(), ProgramID: program, Source: FromEnv, ReplyVia: ViaTwiML, Pace: 1, Region: "us1", CreatedAt: tx.Now,
	})
}

func addSender(ctx context.Context, tx *db.Tx, row insertSenderParams) (Sender, error) {
	s, err := New(tx).insertSender(ctx, row)
	if db.NotFound(err) {
		return Sender{}, errSenderTaken
	}
	return s, err
}

var errNoSender = db.Errorf(db.Missing, "The program has no sender yet: run `fiel init`, or `fiel sender add`.")

var errSenderTaken = db.Errorf(db.Conflict, "Another sender has that number or messaging service already: it belongs to one program only.")

// BindEnvSender writes the address that the process was started with into the program's sender of the environment, so that texts in
// find it. serve calls it at start. db.Missing when the program has no such sender, db.Conflict when the number is another
// program's: it is never taken away from it.
func BindEnvSender(ctx context.Context, tx *db.Tx, program int64, a Address) (Sender, error) {
	a, err := a.withDefaults()
	if err != nil {
		return Sender{}, err
	}
	s, err := envSender(ctx, tx, program)
	if err != nil {
		return Sender{}, err
	}
	others, err := New(tx).claimants(ctx, claimantsParams{ID: s.ID, Number: a.Number, ServiceSID: a.ServiceSID})
	if err != nil {
		return Sender{}, err
	}
	if len(others) > 0 {
		return Sender{}, errSenderTaken
	}
	return New(tx).bindSender(ctx, bindSenderParams{
		ID: s.ID, AccountSID: a.AccountSID, Number: a.Number, ServiceSID: a.ServiceSID, ReplyVia: a.ReplyVia, Pace: a.Pace, Region: a.Region,
	})
}

// BindEnv is [BindEnvSender] for the one program whose sender reads the environment: of several that do, the one that had this address
// before. db.Missing when there is none, db.Refused when nobody can say which of several is meant.
func BindEnv(ctx context.Context, tx *db.Tx, a Address) error {
	all, err := Senders(ctx, tx)
	if err != nil {
		return err
	}
	all = slices.DeleteFunc(all, func(s Sender) bool { return s.Source != FromEnv })
	if len(all) > 1 {
		all = slices.DeleteFunc(all, func(s Sender) bool { return s.Number != a.Number || s.ServiceSID != a.ServiceSID })
	}
	switch len(all) {
	case 0:
		return db.Errorf(db.Missing, "No program has a sender of the environment: run `fiel init`, or give each a sender of its own with `fiel sender add`.")
	case 1:
		_, err := BindEnvSender(ctx, tx, all[0].ProgramID, a)
		return err
	}
	return db.Errorf(db.Refused, "%d programs have a sender of the environment, and there is one: give the others senders of their own with `fiel sender add`.", len(all))
}

func envSender(ctx context.Context, tx *db.Tx, program int64) (Sender, error) {
	all, err := New(tx).sendersOf(ctx, program)
	if err != nil {
		return Sender{}, err
	}
	for _, s := range all {
		if s.Source == FromEnv {
			return s, nil
		}
	}
	return Sender{}, db.Errorf(db.Missing, "Program %d has no sender of the environment: run `fiel init`.", program)
}

// SendersOf lists the senders of a program, the first made first.
func SendersOf(ctx context.Context, tx *db.Tx, program int64) ([]Sender, error) {
	return New(tx).sendersOf(ctx, program)
}

// SenderFor is the sender, of those of a program, that texts a phone: the first that names its country, else the first that names none,
// else the first. So a member sees the same number each time. The zero Sender when there are none.
func SenderFor(all []Sender, phone members.Phone) Sender {
	if len(all) < 2 {
		return append(all, Sender{})[0]
	}
	country := phone.Country()
	for _, countries := range []func(string) bool{
		func(list string) bool { return country != "" && slices.Contains(strings.Split(list, ","), country) },
		func(list string) bool { return list == "" },
	} {
		if i := slices.IndexFunc(all, func(s Sender) bool { return countries(s.Countries) }); i >= 0 {
			return all[i]
		}
	}
	return all[0]
}

// AccountToken is the auth token of an account whose senders hold it in their rows; "" when none has. Texts in are checked with it.
func AccountToken(ctx context.Context, tx *db.Tx, key members.Key, account string) (string, error) {
	all, err := New(tx).sendersOfAccount(ctx, account)
	if err != nil || len(all) == 0 {
		return "", err
	}
	return all[0].OpenToken(key)
}

// DefaultSender is the program's first sender.
// db.Missing when the program has none.
func DefaultSender(ctx context.Context, tx *db.Tx, program int64) (Sender, error) {
	all, err := New(tx).sendersOf(ctx, program)
	if err != nil {
		return Sender{}, err
	}
	if len(all) == 0 {
		return Sender{}, errNoSender
	}
	return all[0], nil
}

// Senders lists all senders of all programs, the first made first.
func Senders(ctx context.Context, tx *db.Tx) ([]Sender, error) { return New(tx).senders(ctx) }

// SenderByID answers db.Missing when there is no such sender.
func SenderByID(ctx context.Context, tx *db.Tx, id int64) (Sender, error) {
	s, err := New(tx).sender(ctx, id)
	if db.NotFound(err) {
		return Sender{}, db.Errorf(db.Missing, "There is no sender %d.", id)
	}
	return s, err
}

// FindSender is the sender that a text came in by, or a status is about: the messaging service, or the number, of that very
// account. db.Denied when no sender of ours is that.
func FindSender(ctx context.Context, tx *db.Tx, accountSID, number, serviceSID string) (Sender, error) {
	all, err := New(tx).sendersAt(ctx, sendersAtParams{AccountSID: accountSID, Number: strings.TrimSpace(number), ServiceSID: serviceSID})
	if err != nil {
		return Sender{}, err
	}
	if len(all) == 0 {
		return Sender{}, db.Errorf(db.Denied, "No sender of ours has that number or messaging service in that account.")
	}
	for _, s := range all {
		if s.ServiceSID == serviceSID && serviceSID != "" {
			return s, nil
		}
	}
	return all[0], nil
}

// Ours says whether a number is one that a sender of ours has, in whatever program: who texts from it is ourselves.
func Ours(ctx context.Context, tx *db.Tx, number string) (bool, error) {
	all, err := New(tx).claimants(ctx, claimantsParams{Number: number})
	return len(all) > 0, err
}

// HaltSender keeps everything that waits for a sender from leaving, for a reason the owner can read, until [ResumeSender]. Texts stay
// queued. db.Missing when there is no such sender.
func HaltSender(ctx context.Context, tx *db.Tx, id int64, reason string) error {
	if reason == "" {
		reason = "stopped by the owner"
	}
	return setStopped(ctx, tx, id, reason)
}

// ResumeSender lets texts leave again.
func ResumeSender(ctx context.Context, tx *db.Tx, id int64) error {
	if err := setStopped(ctx, tx, id, ""); err != nil {
		return err
	}
	wakeAfter(ctx, tx)
	return nil
}

func setStopped(ctx context.Context, tx *db.Tx, id int64, reason string) error {
	n, err := New(tx).stopSender(ctx, id, reason)
	if err == nil && n == 0 {
		return db.Errorf(db.Missing, "There is no sender %d.", id)
	}
	return err
}
