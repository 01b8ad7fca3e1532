package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"io"

	"fiel/db"
	"fiel/members"
	"fiel/sms"
	"fiel/sms/inbox"
	"fiel/sms/twilio"
	"fiel/templates"
)

type textCmd struct {
	From string `arg:"" help:"The phone that texts, national or with +."`
	Body string `arg:"" help:"What it texts, in Spanish, English, French or Chinese: SALDO, BALANCE, SOLDE, 积分."`
	ID   string `help:"The provider's id of the text; the same one again is the same text." placeholder:"SM…"`
}

// Run sends one text through the same inbox that the webhook uses and prints the answer.
func (c *textCmd) Run(a *App) error {
	return a.shop(func(d *db.DB, key members.Key, p members.Program) error {
		box, err := a.inbox(d, key)
		if err != nil {
			return err
		}
		from := c.From
		if phone, err := members.ParsePhone(c.From, p.Country); err == nil {
			from = phone.E164()
		}
		in := sms.Inbound{ProviderID: c.ID, From: from, Body: c.Body, Handled: twilio.Answers(c.Body), Listed: twilio.Listed("", c.Body)}
		if in.ProviderID == "" {
			in.ProviderID = newSID()
		}
		var answer sms.Answer
		ctx, err := box.Look(a.ctx, p.ID, in)
		if err != nil {
			return err
		}
		err = d.Write(ctx, db.Interactive, func(ctx context.Context, tx *db.Tx) error {
			sender, err := sms.DefaultSender(ctx, tx, p.ID)
			if err != nil {
				return err
			}
			sender.ReplyVia = sms.ViaTwiML // the terminal is where the answer goes
			answer, err = box.ReceiveBy(ctx, tx, sender, in)
			return err
		})
		if err != nil {
			return err
		}
		return c.print(a, in, answer)
	})
}

func (c *textCmd) print(a *App, in sms.Inbound, answer sms.Answer) error {
	if answer.Body == "" {
		why := "no answer: it is for a person to read, or the number has had enough answers for now"
		if in.Handled {
			why = "no answer of ours: Twilio answers this word itself"
		}
		fmt.Fprintln(a.Err, why)
	}
	return a.answer(map[string]any{"reply": answer.Body, "message": answer.MessageID}, func(w io.Writer) {
		if answer.Body != "" {
			fmt.Fprintln(w, answer.Body)
		}
	})
}

// inbox is what answers texts.
func (a *App) inbox(d *db.DB, key members.Key) (*inbox.Inbox, error) {
	book, err := inbox.Load(templates.Languages()...)
	if err != nil {
		return nil, err
	}
	return &inbox.Inbox{DB: d, Key: key, Book: book, Base: a.PublicURL}, nil
}

// newSID is an id in the form of Twilio's.
func newSID() string {
	var b [16]byte
	rand.Read(b[:]) //nolint:errcheck // never fails: https://pkg.go.dev/crypto/rand#Read
	return "SM" + hex.EncodeToString(b[:])
}
