package campaigns

import (
	"context"
	"crypto/rand"
	"net/url"
	"strings"

	"fiel/db"
	"fiel/members"
)

// linkLetters are those of voucher codes: no look-alikes, and no vowels that make words.
const linkLetters = "23456789BCDFGHJKMNPQRSTVWXYZ"

// Sizes of a link's code: after the program's number come as many letters drawn at random.
const (
	half        = int64(len(linkLetters)) / 2
	drawnAtLink = 5
	linkTries   = 5 // codes drawn before giving up: of 17 million, hardly any is taken
)

// programLetters writes a program's number at the beginning of a code, so that one look-up by program and code finds the link: in
// base 14, the lowest digit first, from the second half of the alphabet where another digit follows. One letter for the first 14.
func programLetters(program int64) string {
	var b strings.Builder
	for ; program >= half; program /= half {
		b.WriteByte(linkLetters[half+program%half])
	}
	b.WriteByte(linkLetters[program])
	return b.String()
}

// programOf reads the program's number off a code; false for what is no code of ours.
func programOf(code string) (program int64, ok bool) {
	if len(code) < 4 || len(code) > 12 {
		return 0, false
	}
	for i, place := 0, int64(1); i < len(code); i, place = i+1, place*half {
		digit := int64(strings.IndexByte(linkLetters, code[i]))
		if digit < 0 {
			return 0, false
		}
		program += digit % half * place
		if digit < half {
			return program, true
		}
	}
	return 0, false
}

// NewLink is what a short link is made from.
type NewLink struct {
	Target   string // http or https
	Name     string
	Campaign int64  // 0: of none
	Wording  string // of the campaign
}

// AddLink makes a short link. It leads to its target and nowhere else, and says nothing of who follows it. db.Invalid for a target
// that is no address of a page.
func AddLink(ctx context.Context, tx *db.Tx, p members.Program, n NewLink) (Link, error) {
	target, err := linkTarget(n.Target)
	if err != nil {
		return Link{}, err
	}
	name, ok := members.Line(n.Name, 60)
	if n.Name != "" && !ok {
		return Link{}, db.Errorf(db.Invalid, "A link has a name of at most 60 letters on one line.")
	}
	for range linkTries {
		l, err := New(tx).insertLink(ctx, insertLinkParams{
			ProgramID: p.ID, ID: tx.ID(), Code: programLetters(p.ID) + drawn(drawnAtLink), Target: target, Name: name,
			CampaignID: n.Campaign, Wording: n.Wording, CreatedAt: tx.Now,
		})
		if !db.NotFound(err) {
			return l, err
		}
	}
	return Link{}, db.Errorf(db.Busy, "No code is free for the link. Try again.")
}

// drawn is that many letters at random.
func drawn(n int) string {
	var b strings.Builder
	for raw := [1]byte{}; b.Len() < n; {
		_, _ = rand.Read(raw[:]) // never fails: crypto/rand
		if raw[0] < 252 {        // the highest multiple of 28, so that each letter is as likely
			b.WriteByte(linkLetters[int(raw[0])%len(linkLetters)])
		}
	}
	return b.String()
}

// linkTarget is an address as a browser is sent to it.
func linkTarget(target string) (string, error) {
	u, err := url.Parse(strings.TrimSpace(target))
	switch {
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "":
		return "", db.Errorf(db.Invalid, "A link leads to the address of a page, such as https://shop.example/menu.")
	case u.User != nil:
		return "", db.Errorf(db.Invalid, "A link must not hold a user or a password: whoever follows it would see them.")
	case len(u.String()) > 2000:
		return "", db.Errorf(db.Invalid, "The address of a link has at most 2,000 letters.")
	}
	return u.String(), nil
}

// Short is the link as it stands in a text; base is how the world reaches this server.
func (l Link) Short(base string) string { return base + "/l/" + l.Code }

// Followed is a link with how often it was followed.
type Followed struct {
	Link
	Clicks int64
}

// Links lists the program's links, the first made first. Clicks of the last minute may not be counted yet.
func Links(ctx context.Context, tx *db.Tx, program int64) ([]Followed, error) {
	rows, err := New(tx).linksFollowed(ctx, program)
	all := make([]Followed, 0, len(rows))
	for _, r := range rows {
		l := Link{
			ProgramID: program, ID: r.ID, Code: r.Code, Target: r.Target, Name: r.Name, CampaignID: r.CampaignID, Wording: r.Wording,
			CreatedAt: r.CreatedAt, RetiredAt: r.RetiredAt,
		}
		all = append(all, Followed{l, r.Clicks})
	}
	return all, err
}

// RetireLink ends a link: who follows it from now on is told that it is over. Its clicks stay. db.Missing for none such.
func RetireLink(ctx context.Context, tx *db.Tx, program int64, code string) (Link, error) {
	l, err := New(tx).linkByCode(ctx, program, strings.ToUpper(strings.TrimSpace(code)))
	if db.NotFound(err) {
		return Link{}, db.Errorf(db.Missing, "There is no link %q.", code)
	}
	if err != nil || l.RetiredAt != 0 {
		return l, err
	}
	_, err = New(tx).retireLink(ctx, retireLinkParams{ProgramID: program, ID: l.ID, RetiredAt: tx.Now})
	l.RetiredAt = tx.Now
	return l, err
}
