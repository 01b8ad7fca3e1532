package sms

import (
	"fiel/members"
)

// verdict is what becomes of a text that is due: it is cancelled for a reason, or it may leave from an instant on.
type verdict struct {
	reason  string
	from    int64 // unix milliseconds
	pack    Pack
	booking booking // the room it takes if it leaves at from
}

// verdict judges a text by the class table: number, consent, hours, its own end. Caps are the caller's.
func (c *claim) verdict(t claimedRow) verdict {
	if reason := forbidden(t); reason != "" {
		return verdict{reason: reason}
	}
	r := c.zones.rulesFor(c.program, t.Class, t.Phone, t.Zone, t.StoreZone)
	from, _, ok := r.opening(c.now, t.SendBefore)
	if !ok {
		return verdict{reason: whyClosed(c.now, t.SendBefore)}
	}
	leaves := Message{MemberID: t.MemberID, RunID: t.RunID, Class: t.Class, Parts: t.Parts, SendAfter: from}
	return verdict{from: from, pack: r.pack, booking: r.booking(leaves)}
}

// forbidden is why a text may not go to its number at all, at whatever hour; ” when it may.
func forbidden(t claimedRow) string {
	n := number(t.StoppedAt, t.SuppressedAt, t.Health)
	switch {
	case t.Phone == "" || stops(n, t.ownReply(), t.CreatedAt):
		return ReasonStopped
	case t.ownReply():
		return ""
	case !n.Textable(), t.Class == Marketing && !n.Promotable():
		return ReasonNumber
	case t.StaffID != 0 && t.StaffSince != 0: // somebody who works here, on a phone that is theirs
		return ""
	case !t.Service || t.Class == Marketing && !t.Marketing:
		return ReasonConsent
	case !t.WroteFirst && PackFor(Marketing, t.Phone.Country()).WriteFirst:
		return ReasonWriteFirst
	}
	return ""
}

// stops says whether a number's stop keeps a text back: any stop does, but an answer to the number's own words gives way only to a
// stop that came after them. So the confirmation of a stop leaves, and what was asked before it does not.
func stops(n members.Number, ownReply bool, created int64) bool {
	if ownReply {
		return n.StoppedAt > created || n.SuppressedAt > created
	}
	return n.Stopped()
}

func number(stopped, suppressed int64, health string) members.Number {
	var n members.Number
	n.StoppedAt, n.SuppressedAt, n.Health = stopped, suppressed, health
	return n
}

// ownReply says whether a text answers a text of its own reader: it needs no consent.
func (r claimedRow) ownReply() bool { return r.Class == Reply && r.InboundID != 0 }
