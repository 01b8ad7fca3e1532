package campaigns

import "encoding/json"

// got: a text of one of the campaigns left for the member. One whose fate is unknown may have arrived and counts; one that failed, was
// not delivered, still waits, or never was does not.
type got struct{ refs }

func parseGot(raw json.RawMessage) (condition, error) {
	r, err := parseRefs("got", raw)
	return got{r}, err
}

func (c got) write(q *query, at moment) {
	q.compare("m.id IN (SELECT k.member_id FROM messages k WHERE k.program_id = ", at.program.ID)
	q.text(" AND k.run_id <> 0 AND k.run_id IN (")
	c.runs(q, at)
	q.text(") AND k.state IN ('sending', 'sent', 'delivered', 'unknown', 'unproven')")
	q.slice("k.member_id")
	// What somebody got who is part of the member now, the member got.
	q.compare(" UNION ALL SELECT x.merged_into FROM members x CROSS JOIN messages k WHERE x.program_id = ", at.program.ID)
	q.text(" AND x.merged_into <> 0 AND k.program_id = x.program_id AND k.member_id = x.id AND +k.run_id IN (")
	c.runs(q, at)
	q.text(") AND k.state IN ('sending', 'sent', 'delivered', 'unknown', 'unproven'))")
}

// runs appends the ids of all runs of the campaigns.
func (c got) runs(q *query, at moment) {
	q.compare("SELECT r.id FROM runs r WHERE r.program_id = ", at.program.ID)
	q.text(" AND (")
	c.refs.write(q, at, "r.campaign_id", "campaigns")
	q.text(")")
}

func (c got) settle(n *names) (any, error) { return c.resolve(n.campaignNames()) }

func (c got) say(s *sayer, denied bool) clause {
	return s.clause("got", denied, "campaigns", s.list(c.said(s.names.campaign, s.quoted), denied))
}

// used: the member used the voucher of one of the campaigns.
type used struct{ got }

func parseUsed(raw json.RawMessage) (condition, error) {
	r, err := parseRefs("used", raw)
	return used{got{r}}, err
}

func (c used) write(q *query, at moment) {
	q.compare("m.id IN (SELECT v.member_id FROM vouchers v WHERE v.program_id = ", at.program.ID)
	q.text(" AND v.run_id <> 0 AND v.run_id IN (")
	c.runs(q, at)
	q.text(") AND v.state = 'redeemed'")
	q.slice("v.member_id")
	q.text(")")
}

func (c used) say(s *sayer, denied bool) clause {
	return s.clause("used", denied, "campaigns", s.list(c.said(s.names.campaign, s.quoted), denied))
}
