package campaigns

import (
	"time"

	"fiel/members"
)

// candidate is a member of an audience with all that planning has to know. Of the member it holds only the columns read here.
type candidate struct {
	members.Member
	number    members.Number
	storeName string
	storeZone string
}

// candidateColumns must match [candidate.into].
const candidateColumns = `m.id, m.phone, m.hash, m.name, m.language, m.zone, m.store_id, m.birth_month, m.birth_day, m.joined_at, m.left_at,
m.service, m.marketing, m.wrote_first, m.consent_gen, m.balance, m.last_purchase_id, m.last_purchase_at,
COALESCE(n.stopped_at, 0), COALESCE(n.suppressed_at, 0), COALESCE(n.health, ''), COALESCE(s.name, ''), COALESCE(s.zone, '')`

func (c *candidate) into() []any {
	return []any{
		&c.ID, &c.Phone, &c.Hash, &c.Name, &c.Language, &c.Zone, &c.StoreID, &c.BirthMonth, &c.BirthDay, &c.JoinedAt, &c.LeftAt,
		&c.Service, &c.Marketing, &c.WroteFirst, &c.ConsentGen, &c.Balance, &c.LastPurchaseID, &c.LastPurchaseAt,
		&c.number.StoppedAt, &c.number.SuppressedAt, &c.number.Health, &c.storeName, &c.storeZone,
	}
}

// years is how many whole years the member has been one.
func (c candidate) years(zone *time.Location, today Date) int64 {
	joined := DateOf(time.UnixMilli(c.JoinedAt).In(zone))
	years := today.Year - joined.Year
	if today.Before(Date{today.Year, joined.Month, joined.Day}) {
		years--
	}
	return int64(max(years, 0))
}

// audience appends what makes a member one of it: a member of the program with a number, for whom the conditions hold.
func (q *query) audience(audience condition, at moment, extra condition) {
	q.compare("m.program_id = ", at.program.ID)
	q.text(" AND m.phone <> '' AND m.erased_at = 0 AND m.merged_into = 0 AND (")
	audience.write(q, at)
	q.text(")")
	if extra != nil {
		q.text(" AND (")
		extra.write(q, at)
		q.text(")")
	}
}

// oneOf: the member is one of a few, by id.
type oneOf []int64

func (c oneOf) write(q *query, _ moment) {
	if q.only.count == 0 {
		in(q, "m.id", c)
		return
	}
	q.text("1 = 1")
	q.slice("m.id")
}

func (oneOf) say(s *sayer, denied bool) clause { return s.clause("named", denied) }

// waitingFor: the run left the member out, or took the text back before anything of it was sent, for want of consent, and now the
// member consents.
type waitingFor int64

func (run waitingFor) write(q *query, at moment) {
	q.compare("m.service AND m.marketing AND m.left_at = 0 AND m.id IN (SELECT k.member_id FROM messages k WHERE k.program_id = ", at.program.ID)
	q.compare(" AND k.run_id = ", int64(run))
	q.text(` AND k.run_id <> 0 AND k.reason IN ('consent', 'stopped', 'write_first') AND (k.state = 'left_out' OR k.state = 'cancelled' AND k.attempt = ''))`)
}

func (waitingFor) say(s *sayer, denied bool) clause { return s.clause("waiting", denied) }
