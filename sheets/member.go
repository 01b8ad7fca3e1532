package sheets

import (
	"context"
	"fmt"
	"strings"
	"time"

	"fiel/db"
	"fiel/members"
	"fiel/rewards"
)

// person is a row of members, read.
type person struct {
	brought   members.Brought
	language  string
	points    int64
	expires   int64 // of the points, exclusive; 0: by the program's rule
	level     int64
	until     int64 // of the level, exclusive
	service   bool
	marketing bool
	consented int64
	card      string
}

func (s *shop) parseMember(cells []string, line int, report *Report) (person, error) {
	p := person{language: language(s.cell(cells, "language"))}
	p.brought.Email, p.brought.Tag = s.cell(cells, "email"), s.cell(cells, "tag")
	p.card = s.cell(cells, "card")
	s.name(&p, cells, line, report)
	var err error
	if p.brought.Store, err = s.store(cells); err != nil {
		return p, err
	}
	for _, read := range []func(*person, []string) error{s.days, s.balance, s.level, s.agreed} {
		if err := read(&p, cells); err != nil {
			return p, err
		}
	}
	return p, p.brought.Check()
}

// name keeps a name that can be texted; another is no reason to lose the row.
func (s *shop) name(p *person, cells []string, line int, report *Report) {
	name := strings.TrimSpace(s.cell(cells, "name") + " " + s.cell(cells, "surname"))
	if name == "" {
		return
	}
	clean, err := members.CleanName(name)
	if err != nil {
		report.note(line, fmt.Sprintf("the name %q is left out: %v", name, err))
		return
	}
	p.brought.Name = clean
}

// days reads when they were born and joined.
func (s *shop) days(p *person, cells []string) error {
	if text := s.cell(cells, "birthday"); text != "" {
		year, month, day, err := s.Style.birthday(text)
		if err != nil {
			return err
		}
		p.brought.Birthday = members.Birthday{Month: int64(month), Day: int64(day), Year: int64(year)}
	}
	at, err := s.moment(cells, "joined")
	p.brought.Joined = at
	return err
}

// moment reads a date of a column as unix milliseconds; 0 where it says nothing.
func (s *shop) moment(cells []string, column string) (int64, error) {
	text := s.cell(cells, column)
	if text == "" {
		return 0, nil
	}
	t, err := s.Style.when(text, s.zone())
	return t.UnixMilli(), err
}

// endOf is the end of the day that a column names, exclusive.
func (s *shop) endOf(cells []string, column string) (int64, error) {
	text := s.cell(cells, column)
	if text == "" {
		return 0, nil
	}
	t, err := s.Style.when(text, s.zone())
	if err != nil {
		return 0, err
	}
	y, m, d := t.Date()
	return time.Date(y, m, d+1, 0, 0, 0, 0, s.zone()).UnixMilli(), nil
}

func (s *shop) balance(p *person, cells []string) (err error) {
	if text := s.cell(cells, "points"); text != "" {
		if p.points, err = s.Style.points(text); err != nil {
			return err
		}
	}
	p.expires, err = s.endOf(cells, "expires")
	return err
}

func (s *shop) level(p *person, cells []string) (err error) {
	name := s.cell(cells, "tier")
	if name == "" {
		return nil
	}
	known := make([]string, 0, len(s.levels))
	for _, level := range s.levels {
		if folded(level.Name) == folded(name) {
			p.level = level.ID
		}
		known = append(known, level.Name)
	}
	if p.level == 0 {
		return fmt.Errorf("there is no level %q; there are: %s", name, strings.Join(known, ", "))
	}
	p.until, err = s.endOf(cells, "tier_until")
	return err
}

func (s *shop) agreed(p *person, cells []string) (err error) {
	if p.service, err = yes(s.cell(cells, "service")); err != nil {
		return err
	}
	if p.marketing, err = yes(s.cell(cells, "marketing")); err != nil {
		return err
	}
	p.service = p.service || p.marketing
	p.consented, err = s.moment(cells, "consented")
	return err
}

func (i *Import) lookMember(ctx context.Context, tx *db.Tx, r row, m members.Member, report *Report) error {
	if _, err := i.cardFor(ctx, tx, m, r, report); db.CodeOf(err) == db.Conflict {
		report.refuse(r.line, err, r.cells)
		return nil
	} else if err != nil {
		return err
	}
	if m.ID == 0 {
		report.New++
	} else {
		report.Known++
	}
	if r.member.points > 0 {
		opened, err := rewards.Opened(ctx, tx, i.Program.ID, i.opening(m))
		if err != nil {
			return err
		}
		if m.ID == 0 || !opened {
			report.Opened, report.Points = report.Opened+1, report.Points+r.member.points
		}
	}
	if r.member.service && i.Words != "" {
		report.Consents++
	}
	if r.member.level != 0 && m.TierGivenID != r.member.level {
		report.Levels++
	}
	return nil
}

// cardFor finds the card of ours that the row names, where the member is to be given it; ” where there is nothing to give. One that is
// none of ours is no reason to lose the row and is left out with a note; one that is somebody else's is: db.Conflict.
func (i *Import) cardFor(ctx context.Context, tx *db.Tx, m members.Member, r row, report *Report) (code string, err error) {
	if r.member.card == "" {
		return "", nil
	}
	c, err := members.CardByCode(ctx, tx, i.Program.ID, r.member.card)
	switch code := db.CodeOf(err); {
	case code == db.Invalid || code == db.Missing:
		report.note(r.line, fmt.Sprintf("the card %q is left out: %v", r.member.card, err))
		return "", nil
	case err != nil:
		return "", err
	case c.LostAt != 0:
		report.note(r.line, fmt.Sprintf("the card %q is left out: it was reported lost", r.member.card))
		return "", nil
	case c.MemberID != 0 && c.MemberID == m.ID:
		return "", nil
	case c.MemberID != 0:
		return "", db.Errorf(db.Conflict, "the card %q is another member's", r.member.card)
	}
	report.Cards++
	return c.Code, nil
}

func (i *Import) giveCard(ctx context.Context, tx *db.Tx, m members.Member, r row, report *Report) error {
	code, err := i.cardFor(ctx, tx, m, r, report)
	if err == nil && code != "" {
		_, err = members.GiveCard(ctx, tx, m, code)
	}
	return err
}

// opening names the opening balance of a member from this system: there is one.
func (i *Import) opening(m members.Member) string { return fmt.Sprintf("%s:%d", i.From, m.ID) }

func (i *Import) bringMember(ctx context.Context, tx *db.Tx, r row, report *Report) error {
	number, err := members.Touch(ctx, tx, i.Program.ID, r.hash)
	if err != nil {
		return err
	}
	m, err := members.ByPhone(ctx, tx, i.Program.ID, r.phone)
	switch {
	case db.NotFound(err):
		m, err = i.newMember(ctx, tx, r)
		report.New++
	case err == nil:
		m, err = members.Lock(ctx, tx, i.Program.ID, m.ID)
		report.Known++
	}
	if err != nil {
		return err
	}
	if m, err = members.BringOver(ctx, tx, m, r.member.brought); err != nil {
		return err
	}
	if err := i.giveCard(ctx, tx, m, r, report); err != nil {
		return err
	}
	if m, err = i.agree(ctx, tx, number, m, r, report); err != nil {
		return err
	}
	return i.give(ctx, tx, m, r, report)
}

// newMember makes a member of the number: without a gift and without a text. Those come with an ALTA of their own.
func (i *Import) newMember(ctx context.Context, tx *db.Tx, r row) (members.Member, error) {
	m, _, err := members.Join(ctx, tx, i.Program, members.Joining{
		Phone: r.phone, Hash: r.hash, Name: r.member.brought.Name, Language: r.member.language, Store: r.member.brought.Store,
	})
	return m, err
}

// agree writes down what somebody agreed to in the other system, in its words. It never speaks over what they have said to us: who has
// declared anything here, or whose number has left, stays as they are.
func (i *Import) agree(ctx context.Context, tx *db.Tx, number members.Number, m members.Member, r row, report *Report) (members.Member, error) {
	if !r.member.service || i.Words == "" || number.Stopped() || m.Left() {
		return m, nil
	}
	said, err := members.Consents(ctx, tx, i.Program.ID, m.ID)
	if err != nil || len(said) > 0 {
		return m, err
	}
	d := members.Declaration{
		Kind: members.ServiceTexts, Given: true, Door: "import", Actor: i.Actor, Language: m.Language, Words: i.Words,
		Evidence: fmt.Sprintf("%s, line %d%s", i.From, r.line, i.dated(r.member.consented)),
	}
	all := []members.Declaration{d}
	if r.member.marketing {
		d.Kind = members.MarketingTexts
		all = append(all, d)
	}
	report.Consents++
	return members.Agree(ctx, tx, m, all...)
}

func (i *Import) dated(at int64) string {
	if at == 0 {
		return ""
	}
	return ", agreed " + time.UnixMilli(at).In(i.zone()).Format(time.DateOnly)
}

// give gives what they had: opening balance and level.
func (i *Import) give(ctx context.Context, tx *db.Tx, m members.Member, r row, report *Report) error {
	p := r.member
	if p.points > 0 {
		opened, after, err := rewards.Open(ctx, tx, i.Program, m, rewards.Opening{Source: i.opening(m), Points: p.points, ExpiresAt: p.expires})
		if err != nil {
			return err
		}
		if opened {
			report.Opened, report.Points, m = report.Opened+1, report.Points+p.points, after
		}
	}
	if p.level == 0 || m.TierGivenID == p.level {
		return nil
	}
	report.Levels++
	_, err := rewards.GiveLevel(ctx, tx, i.Program, rewards.GivenLevel{
		Member: m.ID, Tier: p.level, Until: i.lasting(tx, p.until), Actor: i.Actor, Door: "import",
	}, nil)
	return err
}

// lasting is when a level that came over ends: as the file says, or else at the end of the next year.
func (i *Import) lasting(tx *db.Tx, until int64) int64 {
	if until != 0 {
		return until
	}
	return time.Date(tx.Time().In(i.zone()).Year()+2, time.January, 1, 0, 0, 0, 0, i.zone()).UnixMilli()
}
