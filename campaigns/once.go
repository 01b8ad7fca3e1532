package campaigns

import (
	"fmt"

	"fiel/db"
	"fiel/members"
)

// occasion is a condition that comes round for each member at a time of their own. Its key is used once for a member and for ever,
// whatever campaign uses it and even when that is gone.
type occasion interface {
	condition
	// once is the key of the member's text; '' when it is not the member's occasion after all.
	once(m members.Member, at moment) string
	// rank tells which of two promotions on one day comes first: the lower.
	rank() int
}

// Ranks of promotions: birthday, then anniversary, then the rest.
const (
	rankBirthday = iota
	rankAnniversary
	rankOther
)

func (birthdayToday) rank() int { return rankBirthday }
func (anniversary) rank() int   { return rankAnniversary }
func (lapsed) rank() int        { return rankOther }

func (birthdayToday) once(m members.Member, at moment) string {
	if year := birthdayYear(m, at); year != 0 {
		return fmt.Sprintf("birthday:%d", year)
	}
	return ""
}

func (c anniversary) once(m members.Member, at moment) string {
	if key := c.key(m, at); key != "" {
		return "joined:" + key
	}
	return ""
}

func (c lapsed) once(m members.Member, at moment) string {
	if stage := c.stage(m, at); stage != 0 {
		return fmt.Sprintf("lapsed:%d:%d", m.LastPurchaseID, stage)
	}
	return ""
}

// inRun is the occasion of an audience that has none of its own: the run itself.
type inRun struct{ all }

func (inRun) rank() int { return rankOther }

func (inRun) once(members.Member, moment) string { return "" }

// runKey is the key of a text that belongs to its run alone.
func runKey(run int64) string { return fmt.Sprintf("run:%d", run) }

// occasionOf finds the occasion that an audience asks for. It stands at the top, where all conditions must hold; two are db.Invalid.
func occasionOf(c condition) (occasion, error) {
	var found occasion = inRun{}
	top, _ := c.(all)
	for _, one := range top {
		o, ok := one.(occasion)
		if _, first := found.(inRun); ok && !first {
			return nil, db.Errorf(db.Invalid, "An audience has one of birthday, anniversary, lapsed, rhythm and rising, not two: make a campaign of each.")
		}
		if ok {
			found = o
		}
	}
	return found, nil
}
