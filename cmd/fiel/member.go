package main

import (
	"context"
	"fmt"
	"io"
	"text/tabwriter"
	"time"

	"fiel/db"
	"fiel/members"
	"fiel/pos"
	"fiel/rewards"
)

type memberCmd struct {
	Add     memberAddCmd     `cmd:"" help:"Enrol somebody by phone number; the name can come later."`
	Show    memberShowCmd    `cmd:"" help:"Show a member: points, consents, last movements."`
	History memberHistoryCmd `cmd:"" help:"Every movement of a member's points, and why it was as many."`
	List    memberListCmd    `cmd:"" help:"List members."`

	Data     memberDataCmd     `cmd:"" help:"Print all that is kept of a member, as JSON."`
	Merge    memberMergeCmd    `cmd:"" help:"Make two members one: points, vouchers, cards and stamps of the first become the second's."`
	Confirm  memberConfirmCmd  `cmd:"" help:"Say that a number is still the member's, though texts to it did not arrive: you asked them."`
	Number   memberNumberCmd   `cmd:"" help:"Give a member another phone number."`
	Reassign memberReassignCmd `cmd:"" help:"Free a number that belongs to somebody else now: the new owner begins with nothing."`
	Erase    memberEraseCmd    `cmd:"" help:"Erase a member for good; the ledger stays, without a name."`
}

type memberAddCmd struct {
	Phone    string `arg:"" help:"Phone number, national or with +."`
	Name     string `help:"Name." placeholder:"NAME"`
	Language string `help:"Language of texts." placeholder:"es|en|fr|zh"`
	Store    int64  `help:"Home store." placeholder:"ID"`
	FriendOf string `help:"Code of the member who brought them." placeholder:"CODE"`
}

// memberView is a member as JSON and terminal show them. The number is shown in full: who runs this command has the database.
type memberView struct {
	ID        int64         `json:"id"`
	Phone     string        `json:"phone"`
	Name      string        `json:"name"`
	Language  string        `json:"language"`
	Birthday  string        `json:"birthday,omitempty"`
	Number    string        `json:"number,omitempty"` // bad, landline, confirm (ask whether it is still theirs), suspect
	Joined    string        `json:"joined"`
	Left      bool          `json:"left"`
	Points    int64         `json:"points"`
	Service   bool          `json:"service"`
	Marketing bool          `json:"marketing"`
	Consents  []consentView `json:"consents,omitempty"`
	Movements []moveView    `json:"movements,omitempty"`
}

type consentView struct {
	At       string `json:"at"`
	Kind     string `json:"kind"`
	Given    bool   `json:"given"`
	Door     string `json:"door"`
	Actor    string `json:"actor"`
	Words    string `json:"words"`
	Evidence string `json:"evidence,omitempty"`
}

type moveView struct {
	At      string `json:"at"`
	Kind    string `json:"kind"`
	Points  int64  `json:"points"`
	Balance int64  `json:"balance"`
	Words   string `json:"words,omitempty"`
}

// Run enrols.
func (c *memberAddCmd) Run(a *App) error {
	return a.shop(func(d *db.DB, key members.Key, p members.Program) error {
		phone, err := members.ParsePhone(c.Phone, p.Country)
		if err != nil {
			return err
		}
		var m members.Member
		var joined bool
		err = d.Write(a.ctx, db.Interactive, func(ctx context.Context, tx *db.Tx) error {
			var err error
			m, joined, _, err = pos.Enrol(ctx, tx, key, p, pos.Enrolment{
				Phone: phone, Name: c.Name, Store: c.Store, Language: c.Language, FriendOf: c.FriendOf, Actor: cliActor(), Door: "cli",
			})
			return err
		})
		if err != nil {
			return err
		}
		return a.answer(viewMember(m, p), func(w io.Writer) {
			word := "was a member already"
			if joined {
				word = "joined"
			}
			fmt.Fprintf(w, "%s %s with %d points\n", m.Phone.E164(), word, m.Balance)
		})
	})
}

type memberShowCmd struct {
	Phone string `arg:"" help:"Phone number, national or with +, or # and the id."`
}

// Run shows one member.
func (c *memberShowCmd) Run(a *App) error {
	return a.shop(func(d *db.DB, _ members.Key, p members.Program) error {
		var v memberView
		err := d.Read(a.ctx, func(ctx context.Context, tx *db.Tx) error {
			m, err := findMember(ctx, tx, p, c.Phone)
			if err == nil {
				v, err = describe(ctx, tx, p, m)
			}
			return err
		})
		if err != nil {
			return err
		}
		return a.answer(v, v.print)
	})
}

func describe(ctx context.Context, tx *db.Tx, p members.Program, m members.Member) (memberView, error) {
	v := viewMember(m, p)
	var err error
	if v.Number, err = members.HealthOf(ctx, tx, m); err != nil {
		return v, err
	}
	given, err := members.Consents(ctx, tx, p.ID, m.ID)
	if err != nil {
		return v, err
	}
	for _, c := range given {
		v.Consents = append(v.Consents, consentView{stamp(c.At, p), c.Kind, c.Given, c.Door, c.Actor, c.Words, c.Evidence})
	}
	moves, err := rewards.History(ctx, tx, p, m, 10)
	for _, e := range moves {
		v.Movements = append(v.Movements, moveView{stamp(e.At, p), e.Kind, e.Delta, e.BalanceAfter, e.Words})
	}
	return v, err
}

func viewMember(m members.Member, p members.Program) memberView {
	v := memberView{
		ID: m.ID, Phone: m.Phone.E164(), Name: m.Name, Language: m.Language, Joined: stamp(m.JoinedAt, p), Left: m.Left(),
		Points: m.Balance, Service: m.Service, Marketing: m.Marketing,
	}
	if m.BirthMonth != 0 {
		v.Birthday = fmt.Sprintf("--%02d-%02d", m.BirthMonth, m.BirthDay) // ISO 8601 without a year
	}
	return v
}

// stamp is an instant as the shop's clock shows it.
func stamp(ms int64, p members.Program) string {
	return time.UnixMilli(ms).In(p.Location()).Format(time.RFC3339)
}

func (v memberView) print(w io.Writer) {
	fmt.Fprintf(w, "%s  %s\nlanguage %s, joined %s, %d points\n", v.Phone, v.Name, v.Language, v.Joined, v.Points)
	if v.Left {
		fmt.Fprintln(w, "has left all texts")
	}
	if words := numberWords[v.Number]; words != "" {
		fmt.Fprintln(w, words)
	}
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	for _, c := range v.Consents {
		word := "withdrawn"
		if c.Given {
			word = "given"
		}
		fmt.Fprintf(t, "%s\t%s\t%s\tby %s (%s)\t%q\n", c.At, c.Kind, word, c.Actor, c.Door, c.Words)
	}
	for _, m := range v.Movements {
		fmt.Fprintf(t, "%s\t%s\t%+d\t= %d\t%s\n", m.At, m.Kind, m.Points, m.Balance, m.Words)
	}
	t.Flush()
}

var numberWords = map[string]string{
	members.HealthBad: "nobody has this number, says the carrier: no texts go to it", members.HealthLandline: "this number takes no texts",
	members.HealthConfirm: "texts to this number do not arrive: ask at the till whether it is still theirs, then `fiel member confirm`; no offers go to it until then",
	members.HealthSuspect: "somebody said that this is the wrong number: no texts go to it",
}

type memberConfirmCmd struct {
	Who string `arg:"" help:"Phone number, or # and the id."`
}

// Run notes that somebody at the till was asked.
func (c *memberConfirmCmd) Run(a *App) error {
	return a.shop(func(d *db.DB, _ members.Key, p members.Program) error {
		var m members.Member
		err := d.Write(a.ctx, db.Interactive, func(ctx context.Context, tx *db.Tx) (err error) {
			if m, err = findMember(ctx, tx, p, c.Who); err != nil {
				return err
			}
			if err := members.Confirm(ctx, tx, m); err != nil {
				return err
			}
			return members.Record(ctx, tx, p.ID, members.Act{Actor: cliActor(), Door: "cli", Action: "member.confirm", Subject: fmt.Sprint("member:", m.ID)})
		})
		if err != nil {
			return err
		}
		return a.answer(viewMember(m, p), func(w io.Writer) { fmt.Fprintf(w, "%s is still theirs\n", m.Phone.E164()) })
	})
}

type memberListCmd struct {
	Limit int64 `help:"At most so many, 1 to 1000." default:"100"`
	After int64 `help:"Members after this id." default:"0" placeholder:"ID"`
}

// Run lists members, oldest first.
func (c *memberListCmd) Run(a *App) error {
	if c.Limit < 1 || c.Limit > 1000 {
		return wrongCall("--limit is 1 to 1000: list the next with --after and the last id")
	}
	return a.shop(func(d *db.DB, _ members.Key, p members.Program) error {
		var list []members.Member
		err := d.Read(a.ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			list, err = members.After(ctx, tx, p.ID, c.After, c.Limit)
			return err
		})
		if err != nil {
			return err
		}
		views := make([]memberView, 0, len(list))
		for _, m := range list {
			views = append(views, viewMember(m, p))
		}
		return a.answer(views, func(w io.Writer) { printMembers(w, views) })
	})
}

func printMembers(w io.Writer, views []memberView) {
	if len(views) == 0 {
		fmt.Fprintln(w, "No members yet. Somebody joins by texting ALTA, or with `fiel member add`.")
		return
	}
	t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
	fmt.Fprintln(t, "ID\tPHONE\tNAME\tPOINTS\tJOINED\tTEXTS")
	for _, v := range views {
		texts := "none"
		switch {
		case v.Marketing:
			texts = "all"
		case v.Service:
			texts = "points only"
		}
		fmt.Fprintf(t, "%d\t%s\t%s\t%d\t%s\t%s\n", v.ID, v.Phone, v.Name, v.Points, v.Joined[:10], texts)
	}
	t.Flush()
}
