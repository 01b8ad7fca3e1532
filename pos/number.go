package pos

import (
	"context"
	"fmt"

	"fiel/db"
	"fiel/members"
	"fiel/rewards"
	"fiel/sms"
)

// Merge makes two members one, as [rewards.Merge] says; what they bought is added up, and what a till had reported for the old number waits for the one that stays.
func Merge(ctx context.Context, tx *db.Tx, p members.Program, from, into int64, act members.Act) (rewards.Merged, error) {
	old, err := members.ByID(ctx, tx, p.ID, from)
	if err != nil {
		return rewards.Merged{}, err
	}
	done, err := rewards.Merge(ctx, tx, p, from, into, act)
	if err != nil {
		return rewards.Merged{}, err
	}
	if err := handThings(ctx, tx, p.ID, from, into); err != nil {
		return rewards.Merged{}, err
	}
	if err := sms.HandKeys(ctx, tx, p.ID, from, into); err != nil {
		return rewards.Merged{}, err
	}
	return done, leaveNumber(ctx, tx, p, old, done.Into.Hash)
}

// leaveNumber lets what belongs to a member who loses their number find them without it: texts from before they joined, and purchases
// that wait, which wait for the new number from now on.
func leaveNumber(ctx context.Context, tx *db.Tx, p members.Program, old members.Member, hash string) error {
	if old.Hash == "" {
		return nil
	}
	if err := sms.Adopt(ctx, tx, p.ID, old.Hash, old.ID); err != nil {
		return err
	}
	if hash == "" {
		return dropWaiting(ctx, tx, p, old.Hash)
	}
	err := New(tx).rehashHeld(ctx, rehashHeldParams{Hash: hash, ProgramID: p.ID, Was: old.Hash})
	if err != nil {
		return err
	}
	return New(tx).rehashReview(ctx, rehashReviewParams{Hash: hash, ProgramID: p.ID, Was: old.Hash})
}

// dropWaiting forgets purchases that wait for a number.
func dropWaiting(ctx context.Context, tx *db.Tx, p members.Program, hash string) error {
	if err := New(tx).dropHeld(ctx, p.ID, hash); err != nil {
		return err
	}
	return New(tx).dropReview(ctx, p.ID, hash)
}

// NewNumber is a member changing to another number.
type NewNumber struct {
	Member   int64
	Phone    members.Phone // the new one
	Actor    string        // member, cli:ana
	Door     string        // text, cli
	Words    string        // what was shown or said to them: their consent goes along to the new number with it
	Evidence string        // inbound:12
}

// ChangeNumber gives a member another number. Consent goes along, texts that wait for the old number are cancelled, purchases that were
// held for the new one are credited, without a join bonus. A new number that has stopped all texts keeps its stop. The act is written
// down. It takes the rows it needs: the new number, the old one, the member. The news are for whoever calls to tell.
//
// Errors: db.Conflict when the number is another member's, db.Invalid when it is theirs, db.Refused for a number of a country the
// program does not welcome and for a member who was erased or merged.
func ChangeNumber(ctx context.Context, tx *db.Tx, key members.Key, p members.Program, n NewNumber) (Admission, error) {
	if n.Phone == "" || !p.Welcomes(n.Phone.Country()) || n.Phone.Premium() {
		return Admission{}, db.Errorf(db.Refused, "%v cannot be a member's: the program does not take numbers of that country or kind", n.Phone)
	}
	to, err := members.Touch(ctx, tx, p.ID, key.Hash(n.Phone))
	if err != nil {
		return Admission{}, err
	}
	old, err := members.Lock(ctx, tx, p.ID, n.Member)
	if err != nil {
		return Admission{}, err
	}
	if old.ErasedAt != 0 || old.MergedInto != 0 {
		return Admission{}, db.Errorf(db.Refused, "member %d was erased or merged", old.ID)
	}
	m, err := members.Move(ctx, tx, old, to, n.Phone, members.Declaration{
		Door: n.Door, Actor: n.Actor, Language: old.Language, Words: n.Words, Evidence: n.Evidence,
	})
	if err != nil {
		return Admission{}, err
	}
	err = members.Record(ctx, tx, p.ID, members.Act{Actor: n.Actor, Door: n.Door, Action: "member.number", Subject: fmt.Sprintf("member:%d", m.ID)})
	if err != nil {
		return Admission{}, err
	}
	if err := leaveNumber(ctx, tx, p, old, m.Hash); err != nil {
		return Admission{}, err
	}
	a := Admission{Member: m}
	if err := a.heldFor(ctx, tx, p); err != nil || old.Hash == "" {
		return a, err
	}
	_, err = sms.Cancel(ctx, tx, p.ID, old.Hash, sms.ReasonStopped)
	return a, err
}

// Reassign frees a number that belongs to somebody else now. The member who had it keeps their ledger and loses number and consent; the
// number is a stranger's, who joins with ALTA and begins with nothing. Bonus lets that one have a join bonus though the number had one
// within a year: for staff to say, who see the person. D says through which door, by whose word. It takes the rows it needs.
//
// Errors: db.Refused when the member has no number.
func Reassign(ctx context.Context, tx *db.Tx, p members.Program, member int64, bonus bool, d members.Declaration) (members.Member, error) {
	old, err := members.Lock(ctx, tx, p.ID, member)
	if err != nil {
		return members.Member{}, err
	}
	m, err := members.Release(ctx, tx, old, bonus, d)
	if err != nil {
		return members.Member{}, err
	}
	err = members.Record(ctx, tx, p.ID, members.Act{Actor: d.Actor, Door: d.Door, Action: "member.reassign", Subject: fmt.Sprintf("member:%d", m.ID)})
	if err != nil {
		return members.Member{}, err
	}
	if err := leaveNumber(ctx, tx, p, old, ""); err != nil {
		return members.Member{}, err
	}
	_, err = sms.Cancel(ctx, tx, p.ID, old.Hash, sms.ReasonStopped)
	return m, err
}
