package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strconv"
	"strings"

	"fiel/db"
	"fiel/members"
	"fiel/pos"
	"fiel/rewards"
)

// findMember finds a member by phone number, or by #ID: one whose number changed hands has none.
func findMember(ctx context.Context, tx *db.Tx, p members.Program, who string) (members.Member, error) {
	if id, ok := strings.CutPrefix(who, "#"); ok {
		n, err := strconv.ParseInt(id, 10, 64)
		if err != nil {
			return members.Member{}, db.Errorf(db.Invalid, "%q is no member: write a phone number, or # and the id", who)
		}
		return members.ByID(ctx, tx, p.ID, n)
	}
	phone, err := members.ParsePhone(who, p.Country)
	if err != nil {
		return members.Member{}, err
	}
	return members.ByPhone(ctx, tx, p.ID, phone)
}

// sure asks on the terminal for the word expected, unless --yes was given.
func (a *App) sure(yes bool, question, expected string) error {
	if yes {
		return nil
	}
	fmt.Fprintf(a.Err, "%s ", question)
	said, _ := bufio.NewReader(a.In).ReadString('\n')
	if strings.TrimSpace(said) != expected {
		return db.Errorf(db.Refused, "nothing was done: %q was not typed; --yes does it without asking", expected)
	}
	return nil
}

type memberMergeCmd struct {
	From string `arg:"" help:"The member who ends: phone number, or # and the id."`
	Into string `arg:"" help:"The member who stays and gets everything."`
	Yes  bool   `help:"Do not ask."`
}

// Run shows both members and makes them one.
func (c *memberMergeCmd) Run(a *App) error {
	return a.shop(func(d *db.DB, _ members.Key, p members.Program) error {
		var from, into members.Member
		err := d.Read(a.ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			if from, err = findMember(ctx, tx, p, c.From); err == nil {
				into, err = findMember(ctx, tx, p, c.Into)
			}
			return err
		})
		if err != nil {
			return err
		}
		for _, m := range []members.Member{from, into} {
			fmt.Fprintf(a.Err, "#%d  %s  %s  %d points, joined %s\n", m.ID, m.Phone.E164(), m.Name, m.Balance, stamp(m.JoinedAt, p)[:10])
		}
		if err := a.sure(c.Yes, fmt.Sprintf("Give all that #%d has to #%d, for good? Type yes:", from.ID, into.ID), "yes"); err != nil {
			return err
		}
		var done rewards.Merged
		err = d.Write(a.ctx, db.Interactive, func(ctx context.Context, tx *db.Tx) (err error) {
			done, err = pos.Merge(ctx, tx, p, from.ID, into.ID, members.Act{Actor: cliActor(), Door: "cli"})
			return err
		})
		if err != nil {
			return err
		}
		return a.answer(viewMember(done.Into, p), func(w io.Writer) {
			fmt.Fprintf(w, "#%d is one with #%d, who has %d points now\n", from.ID, done.Into.ID, done.Into.Balance)
		})
	})
}

type memberNumberCmd struct {
	Old string `arg:"" help:"The member: phone number, or # and the id."`
	New string `arg:"" help:"The new phone number."`
}

// changedWords are what a change by staff writes down as consent's words.
const changedWords = "The member told us of the new number and goes on getting texts there."

// Run gives a member another number.
func (c *memberNumberCmd) Run(a *App) error {
	return a.shop(func(d *db.DB, key members.Key, p members.Program) error {
		phone, err := members.ParsePhone(c.New, p.Country)
		if err != nil {
			return err
		}
		var done pos.Admission
		err = d.Write(a.ctx, db.Interactive, func(ctx context.Context, tx *db.Tx) error {
			m, err := findMember(ctx, tx, p, c.Old)
			if err != nil {
				return err
			}
			done, err = pos.ChangeNumber(ctx, tx, key, p, pos.NewNumber{Member: m.ID, Phone: phone, Actor: cliActor(), Door: "cli", Words: changedWords})
			if err != nil {
				return err
			}
			return done.News.Tell(ctx, tx, p, done.Member)
		})
		if err != nil {
			return err
		}
		return a.answer(viewMember(done.Member, p), func(w io.Writer) {
			fmt.Fprintf(w, "#%d has the number %s now, and %d points\n", done.Member.ID, done.Member.Phone.E164(), done.Member.Balance)
		})
	})
}

type memberReassignCmd struct {
	Phone string `arg:"" help:"The number that belongs to somebody else now."`
}

// Run frees a number that changed hands.
func (c *memberReassignCmd) Run(a *App) error {
	return a.shop(func(d *db.DB, _ members.Key, p members.Program) error {
		var m members.Member
		err := d.Write(a.ctx, db.Interactive, func(ctx context.Context, tx *db.Tx) error {
			old, err := findMember(ctx, tx, p, c.Phone)
			if err != nil {
				return err
			}
			m, err = pos.Reassign(ctx, tx, p, old.ID, true, members.Declaration{
				Door: "cli", Actor: cliActor(), Language: old.Language, Words: "The number belongs to somebody else now.",
			})
			return err
		})
		if err != nil {
			return err
		}
		return a.answer(viewMember(m, p), func(w io.Writer) {
			fmt.Fprintf(w, "The number is free. Who had it is #%d, with %d points; the new owner joins with ALTA and begins with none.\n", m.ID, m.Balance)
		})
	})
}

type memberEraseCmd struct {
	Phone string `arg:"" help:"The member: phone number, or # and the id."`
	Yes   bool   `help:"Do not ask."`
}

// Run erases a member for good.
func (c *memberEraseCmd) Run(a *App) error {
	return a.shop(func(d *db.DB, _ members.Key, p members.Program) error {
		var m members.Member
		err := d.Read(a.ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			m, err = findMember(ctx, tx, p, c.Phone)
			return err
		})
		if err != nil {
			return err
		}
		fmt.Fprintf(a.Err, "#%d  %s  %s  %d points\n", m.ID, m.Phone.E164(), m.Name, m.Balance)
		if err := a.sure(c.Yes, "Erasing cannot be undone. Type the number again:", c.Phone); err != nil {
			return err
		}
		err = d.Write(a.ctx, db.Interactive, func(ctx context.Context, tx *db.Tx) error {
			_, err := pos.Forget(ctx, tx, p, m.ID, members.Declaration{Door: "cli", Actor: cliActor(), Language: m.Language, Words: "Erased by staff, as asked."})
			return err
		})
		if err != nil {
			return err
		}
		return a.answer(map[string]int64{"erased": m.ID}, func(w io.Writer) { fmt.Fprintf(w, "#%d is erased; the ledger stays\n", m.ID) })
	})
}

type memberDataCmd struct {
	Phone string `arg:"" help:"The member: phone number, or # and the id."`
}

// Run prints all that is kept of a member, as JSON: a file to hand over.
func (c *memberDataCmd) Run(a *App) error {
	return a.shop(func(d *db.DB, _ members.Key, p members.Program) error {
		var own pos.Own
		err := d.Read(a.ctx, func(ctx context.Context, tx *db.Tx) error {
			m, err := findMember(ctx, tx, p, c.Phone)
			if err == nil {
				own, err = pos.OwnData(ctx, tx, p, m)
			}
			return err
		})
		if err != nil {
			return err
		}
		a.json = true
		return a.answer(own, nil)
	})
}
