package members

import (
	"context"

	"fiel/db"
)

// survivors is how many merges in a row [Survivor] follows.
const survivors = 32

// Survivor follows a member who was merged to the one who holds their points now; who was not merged is their own. db.Missing for no
// such member.
func Survivor(ctx context.Context, tx *db.Tx, program, id int64) (Member, error) {
	for range survivors {
		m, err := ByID(ctx, tx, program, id)
		if err != nil || m.MergedInto == 0 {
			return m, err
		}
		id = m.MergedInto
	}
	return Member{}, db.Errorf(db.Internal, "member %d was merged in a circle", id)
}

// LockBoth takes two members with their numbers, the lower id first, and returns them in the order they were asked for. db.Invalid
// when both are one.
func LockBoth(ctx context.Context, tx *db.Tx, program, a, b int64) (first, second Member, err error) {
	if a == b {
		return Member{}, Member{}, db.Errorf(db.Invalid, "a member cannot be merged with themselves")
	}
	if first, err = Lock(ctx, tx, program, min(a, b)); err != nil {
		return Member{}, Member{}, err
	}
	if second, err = Lock(ctx, tx, program, max(a, b)); err != nil || a < b {
		return first, second, err
	}
	return second, first, nil
}

// Fold makes the person of one member part of another, whose rows the caller holds both: cards, what the profile lacks, the earlier
// day of joining, purchases counted. A no to texts of either is a no. From loses its number and whatever names a person. The points
// are not its business: see rewards.Merge.
func Fold(ctx context.Context, tx *db.Tx, from, into Member, actor, door string) (Member, error) {
	if err := New(tx).moveCards(ctx, moveCardsParams{IntoID: into.ID, ProgramID: into.ProgramID, FromID: from.ID}); err != nil {
		return Member{}, err
	}
	into, err := New(tx).setProfile(ctx, folded(from, into))
	if err != nil {
		return Member{}, err
	}
	if into, err = foldConsent(ctx, tx, from, into, actor, door); err != nil {
		return Member{}, err
	}
	if err := forgetOpen(ctx, tx, from); err != nil {
		return Member{}, err
	}
	if err := free(ctx, tx, from, 0); err != nil {
		return Member{}, err
	}
	return into, New(tx).endMerged(ctx, endMergedParams{ProgramID: from.ProgramID, ID: from.ID, MergedInto: into.ID})
}

// folded is the profile of both: from fills gaps alone.
func folded(from, into Member) setProfileParams {
	if into.BirthMonth == 0 {
		into.BirthMonth, into.BirthDay, into.BirthYear = from.BirthMonth, from.BirthDay, from.BirthYear
		into.BirthFirstAt, into.BirthSetAt = max(from.BirthFirstAt, into.BirthFirstAt), from.BirthSetAt
	}
	if from.LastPurchaseAt > into.LastPurchaseAt {
		into.LastPurchaseAt, into.LastPurchaseID = from.LastPurchaseAt, from.LastPurchaseID
	}
	if into.StoreID == 0 {
		into.StoreID = from.StoreID
	}
	return setProfileParams{
		ProgramID: into.ProgramID, ID: into.ID, Name: either(into.Name, from.Name), Email: either(into.Email, from.Email),
		Zone: either(into.Zone, from.Zone), Tag: either(into.Tag, from.Tag), Channel: either(into.Channel, from.Channel), StoreID: into.StoreID,
		BirthMonth: into.BirthMonth, BirthDay: into.BirthDay, BirthYear: into.BirthYear, BirthFirstAt: into.BirthFirstAt, BirthSetAt: into.BirthSetAt,
		JoinedAt: min(into.JoinedAt, from.JoinedAt), WroteFirst: into.WroteFirst,
		LastPurchaseID: into.LastPurchaseID, LastPurchaseAt: into.LastPurchaseAt, Purchases: into.Purchases + from.Purchases,
	}
}

func either(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// foldConsent withdraws what from had said no to. A stop of the old number spoke of that number: offers end, texts about points to
// the number that stays do not.
func foldConsent(ctx context.Context, tx *db.Tx, from, into Member, actor, door string) (Member, error) {
	said, err := Consents(ctx, tx, from.ProgramID, from.ID)
	if err != nil {
		return Member{}, err
	}
	last := map[string]bool{}
	for _, c := range said {
		last[c.Kind] = c.Given
	}
	var withdrawn []Declaration
	for _, kind := range []string{ServiceTexts, MarketingTexts} {
		given, spoken := last[kind]
		if !spoken || given || kind == ServiceTexts && (from.Left() || !into.Service) || kind == MarketingTexts && !into.Marketing {
			continue
		}
		withdrawn = append(withdrawn, Declaration{
			Kind: kind, Door: door, Actor: actor, Language: into.Language, Words: "said no as another member, who was merged",
			Evidence: subject(from),
		})
	}
	if len(withdrawn) == 0 {
		return into, nil
	}
	return Agree(ctx, tx, into, withdrawn...)
}
