package pos

import (
	"context"
	"time"

	"fiel/db"
	"fiel/members"
	"fiel/rewards"
	"fiel/sms"
)

// ownRows is the most that is shown of one kind of thing.
const ownRows = 10_000

// Own is all that is kept of a member, for the member to read and take along. Times are RFC 3339 in the program's zone, money is minor
// units of the program's currency.
type Own struct {
	Program   string        `json:"program"`
	Contact   string        `json:"contact,omitempty"`
	Currency  string        `json:"currency"`
	At        string        `json:"at"` // when it was read
	Profile   OwnProfile    `json:"profile"`
	Consents  []OwnConsent  `json:"consents"`
	Entries   []OwnEntry    `json:"points"`
	Vouchers  []OwnVoucher  `json:"vouchers"`
	Purchases []OwnPurchase `json:"purchases"`
	Cards     []OwnCard     `json:"cards"`
	Answers   []OwnAnswer   `json:"answers"`
	Texts     []OwnText     `json:"texts"`
}

// OwnProfile is who the member is.
type OwnProfile struct {
	Phone     string `json:"phone"`
	Name      string `json:"name,omitempty"`
	Email     string `json:"email,omitempty"`
	Language  string `json:"language"`
	Birthday  string `json:"birthday,omitempty"` // 1990-03-14, or --03-14 without a year
	Joined    string `json:"joined"`
	Left      string `json:"left,omitempty"`
	Store     string `json:"store,omitempty"`
	Tag       string `json:"tag,omitempty"`
	Channel   string `json:"channel,omitempty"` // the code they joined with
	Level     string `json:"level,omitempty"`
	Balance   int64  `json:"balance"`
	Purchases int64  `json:"purchases"`
	Service   bool   `json:"service_texts"`
	Marketing bool   `json:"marketing_texts"`
}

// OwnConsent is consent given or withdrawn, with the exact words.
type OwnConsent struct {
	At       string `json:"at"`
	Kind     string `json:"kind"`
	Given    bool   `json:"given"`
	Door     string `json:"door"`
	Words    string `json:"words"`
	Evidence string `json:"evidence,omitempty"`
}

// OwnEntry is one movement of points.
type OwnEntry struct {
	At      string `json:"at"`
	Kind    string `json:"kind"`
	Points  int64  `json:"points"`
	Balance int64  `json:"balance"`
	Words   string `json:"words,omitempty"`
}

// OwnVoucher is a right to something.
type OwnVoucher struct {
	Code    string `json:"code"`
	Name    string `json:"name"`
	State   string `json:"state"`
	Cost    int64  `json:"cost"`
	Issued  string `json:"issued"`
	Expires string `json:"expires"`
	Used    string `json:"used,omitempty"`
	Words   string `json:"words,omitempty"`
	Choice  string `json:"choice,omitempty"`
}

// OwnPurchase is what a till reported, with its lines.
type OwnPurchase struct {
	At       string    `json:"at"`
	Store    string    `json:"store"`
	Amount   int64     `json:"amount"`
	Currency string    `json:"currency"`
	Returned int64     `json:"returned"`
	Points   int64     `json:"points"`
	Lines    []OwnLine `json:"lines"`
}

// OwnLine is one line of a ticket.
type OwnLine struct {
	Name     string `json:"name,omitempty"`
	SKU      string `json:"sku,omitempty"`
	Category string `json:"category,omitempty"`
	Quantity int64  `json:"quantity"`
	Amount   int64  `json:"amount"`
}

// OwnCard is a printed card.
type OwnCard struct {
	Number string `json:"number"`
	Given  string `json:"given"`
	Lost   string `json:"lost,omitempty"`
}

// OwnAnswer is what the member answered to a text of a campaign: a score with its comment, places at an event, a turn of a wheel with
// its prize, the clues solved of a treasure hunt.
type OwnAnswer struct {
	At    string `json:"at"`
	Kind  string `json:"kind"` // score, places, wheel or hunt
	N     int64  `json:"n"`
	Words string `json:"words,omitempty"`
}

// OwnText is one text, in or out, whose words are still kept.
type OwnText struct {
	At     string `json:"at"`
	ToShop bool   `json:"to_shop"`
	Body   string `json:"body"`
}

// OwnData gathers all that is kept of a member, newest first, at most 10,000 of each kind. It reads only.
func OwnData(ctx context.Context, tx *db.Tx, p members.Program, m members.Member) (Own, error) {
	o := Own{
		Program: p.Name, Contact: p.Contact, Currency: p.Currency, At: when(p, tx.Now), Consents: []OwnConsent{}, Entries: []OwnEntry{},
		Vouchers: []OwnVoucher{}, Purchases: []OwnPurchase{}, Cards: []OwnCard{}, Answers: []OwnAnswer{}, Texts: []OwnText{},
	}
	for _, part := range []func(context.Context, *db.Tx, members.Program, members.Member) error{
		o.addProfile, o.addConsents, o.addPoints, o.addVouchers, o.addPurchases, o.addCards, o.addAnswers, o.addTexts,
	} {
		if err := part(ctx, tx, p, m); err != nil {
			return Own{}, err
		}
	}
	return o, nil
}

// when is an instant (unix milliseconds) in the program's zone; ” for none.
func when(p members.Program, ms int64) string {
	if ms == 0 {
		return ""
	}
	return time.UnixMilli(ms).In(p.Location()).Format(time.RFC3339)
}

func (o *Own) addProfile(ctx context.Context, tx *db.Tx, p members.Program, m members.Member) error {
	store, err := storeName(ctx, tx, p, m.StoreID)
	if err != nil {
		return err
	}
	level, err := rewards.LevelOf(ctx, tx, p, m)
	if err != nil {
		return err
	}
	o.Profile = OwnProfile{
		Phone: m.Phone.E164(), Name: m.Name, Email: m.Email, Language: m.Language, Birthday: birthday(m), Joined: when(p, m.JoinedAt),
		Left: when(p, m.LeftAt), Store: store, Tag: m.Tag, Channel: m.Channel, Level: level.Name, Balance: m.Balance, Purchases: m.Purchases,
		Service: m.Service, Marketing: m.Marketing,
	}
	return nil
}

// birthday is the day as ISO 8601 writes it, also without a year.
func birthday(m members.Member) string {
	if m.BirthMonth == 0 {
		return ""
	}
	day := time.Date(2000, time.Month(m.BirthMonth), int(m.BirthDay), 0, 0, 0, 0, time.UTC).Format("01-02")
	if m.BirthYear == 0 {
		return "--" + day
	}
	return digits(m.BirthYear) + "-" + day
}

func storeName(ctx context.Context, tx *db.Tx, p members.Program, id int64) (string, error) {
	if id == 0 {
		return "", nil
	}
	s, err := members.StoreByID(ctx, tx, p.ID, id)
	return s.Name, err
}

func (o *Own) addConsents(ctx context.Context, tx *db.Tx, p members.Program, m members.Member) error {
	said, err := members.Consents(ctx, tx, p.ID, m.ID)
	for i := len(said) - 1; i >= 0; i-- {
		c := said[i]
		o.Consents = append(o.Consents, OwnConsent{when(p, c.At), c.Kind, c.Given, c.Door, c.Words, c.Evidence})
	}
	return err
}

func (o *Own) addPoints(ctx context.Context, tx *db.Tx, p members.Program, m members.Member) error {
	all, err := rewards.Ledger(ctx, tx, p, m, ownRows)
	for _, e := range all {
		o.Entries = append(o.Entries, OwnEntry{when(p, e.At), e.Kind, e.Delta, e.BalanceAfter, e.Words})
	}
	return err
}

func (o *Own) addVouchers(ctx context.Context, tx *db.Tx, p members.Program, m members.Member) error {
	all, err := rewards.VouchersOf(ctx, tx, p, m, ownRows)
	for _, v := range all {
		o.Vouchers = append(o.Vouchers, OwnVoucher{
			Code: v.Code, Name: v.Name, State: v.State, Cost: v.Cost, Issued: when(p, v.IssuedAt), Expires: when(p, v.ExpiresAt),
			Used: when(p, v.RedeemedAt), Words: v.Words, Choice: v.Choice,
		})
	}
	return err
}

func (o *Own) addPurchases(ctx context.Context, tx *db.Tx, p members.Program, m members.Member) error {
	parts, err := members.MergedInto(ctx, tx, p.ID, m.ID)
	if err != nil {
		return err
	}
	for _, id := range append([]int64{m.ID}, parts...) {
		sales, err := New(tx).purchasesOf(ctx, purchasesOfParams{ProgramID: p.ID, MemberID: id, Most: ownRows})
		if err != nil {
			return err
		}
		for _, sale := range sales {
			if err := o.addPurchase(ctx, tx, p, sale); err != nil {
				return err
			}
		}
	}
	return nil
}

func (o *Own) addPurchase(ctx context.Context, tx *db.Tx, p members.Program, sale Purchase) error {
	store, err := storeName(ctx, tx, p, sale.StoreID)
	if err != nil {
		return err
	}
	lines, err := New(tx).linesOfPurchase(ctx, p.ID, sale.ID)
	one := OwnPurchase{
		At: when(p, sale.OccurredAt), Store: store, Amount: sale.Amount, Currency: sale.Currency, Returned: sale.Refunded,
		Points: sale.Points - sale.Taken, Lines: []OwnLine{},
	}
	for _, l := range lines {
		one.Lines = append(one.Lines, OwnLine{l.Name, l.SKU, l.Category, l.Quantity, l.Amount})
	}
	o.Purchases = append(o.Purchases, one)
	return err
}

func (o *Own) addCards(ctx context.Context, tx *db.Tx, p members.Program, m members.Member) error {
	all, err := members.CardsOf(ctx, tx, m)
	for _, c := range all {
		o.Cards = append(o.Cards, OwnCard{c.Code, when(p, c.GivenAt), when(p, c.LostAt)})
	}
	return err
}

func (o *Own) addAnswers(ctx context.Context, tx *db.Tx, p members.Program, m members.Member) error {
	all, err := rewards.AnswersOf(ctx, tx, m, ownRows)
	for _, a := range all {
		o.Answers = append(o.Answers, OwnAnswer{when(p, a.At), a.Kind, a.N, a.Words})
	}
	return err
}

func (o *Own) addTexts(ctx context.Context, tx *db.Tx, p members.Program, m members.Member) error {
	all, err := sms.Kept(ctx, tx, p.ID, m.ID, ownRows)
	for _, t := range all {
		o.Texts = append(o.Texts, OwnText{when(p, t.At), t.ToShop, t.Body})
	}
	return err
}
