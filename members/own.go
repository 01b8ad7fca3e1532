package members

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base32"
	"encoding/hex"
	"strconv"
	"strings"

	"fiel/db"
)

// linkFor is how long a link to a member's own data is good: 24 hours, in milliseconds.
const linkFor = day

// NewLink makes a token that opens what is kept of a member for 24 hours: the program's id and 128 random bits. The table keeps its
// hash alone; who loses the text asks for another.
func NewLink(ctx context.Context, tx *db.Tx, m Member) (token string, err error) {
	var bits [16]byte
	rand.Read(bits[:]) //nolint:errcheck // crypto/rand.Read never fails: https://pkg.go.dev/crypto/rand#Read
	random := strings.ToLower(base32.StdEncoding.WithPadding(base32.NoPadding).EncodeToString(bits[:]))
	token = strconv.FormatInt(m.ProgramID, 36) + "-" + random
	return token, New(tx).insertLink(ctx, insertLinkParams{
		ProgramID: m.ProgramID, TokenHash: hashToken(token), MemberID: m.ID, MadeAt: tx.Now, ExpiresAt: tx.Now + linkFor,
	})
}

// ByLink finds the program and the member whose data a token opens, and when it ends (unix milliseconds, exclusive); db.Missing for one
// that is unknown or over.
func ByLink(ctx context.Context, tx *db.Tx, token string) (p Program, m Member, expires int64, err error) {
	over := db.Errorf(db.Missing, "this link is over or was never one: text DATOS for another")
	head, _, ok := strings.Cut(token, "-")
	program, err := strconv.ParseInt(head, 36, 64)
	if !ok || err != nil {
		return Program{}, Member{}, 0, over
	}
	l, err := New(tx).link(ctx, linkParams{ProgramID: program, TokenHash: hashToken(token), ExpiresAt: tx.Now})
	if db.NotFound(err) {
		return Program{}, Member{}, 0, over
	}
	if err != nil {
		return Program{}, Member{}, 0, err
	}
	if p, err = ProgramByID(ctx, tx, program); err != nil {
		return Program{}, Member{}, 0, err
	}
	m, err = ByID(ctx, tx, program, l.MemberID)
	return p, m, l.ExpiresAt, err
}

func hashToken(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// DropLinks removes links that are over, at most limit (1,000), and says how many. A round: see cmd/fiel.
func DropLinks(ctx context.Context, tx *db.Tx, p Program, limit int64) (int64, error) {
	return New(tx).dropOldLinks(ctx, dropOldLinksParams{ProgramID: p.ID, Now: tx.Now, Most: min(limit, 1000)})
}
