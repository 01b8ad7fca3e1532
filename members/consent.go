package members

import (
	"context"

	"fiel/db"
)

// Kinds of consent.
const (
	ServiceTexts   = "service"   // texts about the member's own points and vouchers
	MarketingTexts = "marketing" // offers and greetings
)

// Declaration is consent given or withdrawn: who, when, through which door, by which exact words, on what evidence.
type Declaration struct {
	Kind     string
	Given    bool
	Door     string // text, till, cli, page, provider
	Actor    string // member, staff:7, cli:ana, twilio
	Language string
	Words    string // the exact words shown or texted
	Evidence string // inbound:12, purchase:9
}

// Agree appends declarations to the member's consent, brings the member's flags up to date and raises the consent generation,
// which a claimed text compares just before it leaves. The caller holds the member's row.
func Agree(ctx context.Context, tx *db.Tx, m Member, all ...Declaration) (Member, error) {
	service, marketing := m.Service, m.Marketing
	for _, d := range all {
		if d.Kind == ServiceTexts {
			service = d.Given
		} else {
			marketing = d.Given
		}
		err := New(tx).insertConsent(ctx, insertConsentParams{
			ProgramID: m.ProgramID, ID: tx.ID(), MemberID: m.ID, Kind: d.Kind, Channel: "sms", Given: d.Given, At: tx.Now, Door: d.Door,
			Actor: d.Actor, Language: d.Language, Words: d.Words, Evidence: d.Evidence,
		})
		if err != nil {
			return Member{}, err
		}
	}
	return New(tx).setFlags(ctx, setFlagsParams{ProgramID: m.ProgramID, ID: m.ID, Service: service, Marketing: marketing})
}

// Consents lists what the member declared, oldest first.
func Consents(ctx context.Context, tx *db.Tx, program, member int64) ([]Consent, error) {
	return New(tx).consentsOf(ctx, program, member)
}

// Stop takes a number off all texts: from now on none of ours may leave for it. If it is a member's, both consents are
// withdrawn with the words and evidence given, and the member has left; the points stay. The caller holds the number's row.
func Stop(ctx context.Context, tx *db.Tx, program int64, hash string, m Member, d Declaration) error {
	if err := New(tx).stopNumber(ctx, stopNumberParams{ProgramID: program, Hash: hash, StoppedAt: tx.Now}); err != nil {
		return err
	}
	if m.ID == 0 {
		return nil
	}
	service, marketing := d, d
	service.Kind, marketing.Kind = ServiceTexts, MarketingTexts
	service.Given, marketing.Given = false, false
	if _, err := Agree(ctx, tx, m, service, marketing); err != nil {
		return err
	}
	return New(tx).leave(ctx, leaveParams{ProgramID: program, ID: m.ID, LeftAt: tx.Now})
}

// Reopen lets texts go to a number again after its owner asked for it, by a text: what was said of it before (no such number, a
// landline, somebody else's) does not count any more.
func Reopen(ctx context.Context, tx *db.Tx, program int64, hash string) error {
	return New(tx).openNumber(ctx, program, hash)
}
