package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"

	"fiel/db"
	"fiel/members"
	"fiel/sms"
)

type senderCmd struct {
	List   senderListCmd   `cmd:"" default:"1" help:"List what texts leave by."`
	Add    senderAddCmd    `cmd:"" help:"Add a number or a messaging service, of this account or another."`
	Set    senderSetCmd    `cmd:"" help:"Change its pace, its kind, whose numbers it texts and whether Twilio is told of consent."`
	Stop   senderStopCmd   `cmd:"" help:"Keep everything from leaving by it; texts wait."`
	Resume senderResumeCmd `cmd:"" help:"Let texts leave by it again."`
	Drift  senderDriftCmd  `cmd:"" help:"List the numbers whose consent Twilio takes otherwise than we do, and what to do."`
}

// senderView is a sender without its token.
type senderView struct {
	ID        int64  `json:"id"`
	Source    string `json:"source"` // env: account and token come with the process; row: they are sealed in the database
	Account   string `json:"account"`
	Number    string `json:"number,omitempty"`
	Service   string `json:"service,omitempty"`
	Pace      int64  `json:"pace"`
	ReplyVia  string `json:"reply_via"`
	Kind      string `json:"kind,omitempty"`
	Countries string `json:"countries,omitempty"`
	Push      bool   `json:"push_consent"` // Twilio's consent list is told who left and who came back
	Stopped   string `json:"stopped,omitempty"`
}

func viewSender(s sms.Sender) senderView {
	return senderView{s.ID, s.Source, s.AccountSID, s.Number, s.ServiceSID, s.Pace, s.ReplyVia, s.Kind, s.Countries, s.PushConsent, s.Stopped}
}

func (v senderView) address() string {
	if v.Number == "" && v.Service == "" {
		return "(not served yet)"
	}
	return strings.TrimSpace(v.Number + " " + v.Service)
}

type senderListCmd struct{}

// Run lists the program's senders.
func (c *senderListCmd) Run(a *App) error {
	return a.shop(func(d *db.DB, _ members.Key, p members.Program) error {
		views := []senderView{}
		err := d.Read(a.ctx, func(ctx context.Context, tx *db.Tx) error {
			all, err := sms.SendersOf(ctx, tx, p.ID)
			views = views[:0]
			for _, s := range all {
				views = append(views, viewSender(s))
			}
			return err
		})
		if err != nil {
			return err
		}
		return a.answer(views, func(w io.Writer) {
			t := tabwriter.NewWriter(w, 0, 4, 2, ' ', 0)
			fmt.Fprintln(t, "ID\tSENDS FROM\tPARTS A SECOND\tKIND\tCOUNTRIES\tTELLS CONSENT\tSTOPPED")
			for _, v := range views {
				pace, countries := fmt.Sprint(v.Pace), v.Countries
				if v.Pace == 0 {
					pace = "no limit"
				}
				if countries == "" {
					countries = "all others"
				}
				push := "no"
				if v.Push {
					push = "yes"
				}
				fmt.Fprintf(t, "%d\t%s\t%s\t%s\t%s\t%s\t%s\n", v.ID, v.address(), pace, v.Kind, countries, push, v.Stopped)
			}
			t.Flush()
		})
	})
}

type senderAddCmd struct {
	Account   string `help:"Account SID of the number's owner." placeholder:"AC…" required:""`
	TokenFile string `help:"File with the account's auth token; - reads it from standard input. It is sealed with FIEL_KEY." placeholder:"PATH" required:""`
	Number    string `help:"Number to send from." placeholder:"+…"`
	Service   string `help:"Messaging service to send through." placeholder:"MG…"`
	Pace      int64  `help:"Parts a second: 1 for a US long code, 10 for a Mexican mobile, 0 is no limit." default:"1"`
	ReplyVia  string `help:"Answer in the webhook, or by a text of its own." enum:"twiml,rest" default:"twiml"`
	Kind      string `help:"long, mobile, toll_free, short or service."`
	Countries string `help:"Whose numbers it texts; all that no other sender has unless given." placeholder:"XX,YY"`
}

// Run adds a sender.
func (c *senderAddCmd) Run(a *App) error {
	token, err := c.token(a)
	if err != nil {
		return err
	}
	address := sms.Address{
		AccountSID: c.Account, Token: token, Number: c.Number, ServiceSID: c.Service, Pace: c.Pace, ReplyVia: c.ReplyVia, Region: region(c.ReplyVia),
		Kind: c.Kind, Countries: c.Countries,
	}
	return a.sender("sender.add", func(ctx context.Context, tx *db.Tx, key members.Key, p members.Program) (sms.Sender, error) {
		return sms.AddSender(ctx, tx, key, p.ID, address)
	})
}

// token is read from a file, so that it stands in no shell's history.
func (c *senderAddCmd) token(a *App) (string, error) {
	in := a.In
	if c.TokenFile != "-" {
		f, err := os.Open(c.TokenFile)
		if err != nil {
			return "", db.Errorf(db.Invalid, "the auth token cannot be read: %w", err)
		}
		defer f.Close()
		in = f
	}
	lines := bufio.NewScanner(io.LimitReader(in, 4096))
	if !lines.Scan() || strings.TrimSpace(lines.Text()) == "" {
		return "", db.Errorf(db.Invalid, "%s holds no auth token", c.TokenFile)
	}
	return strings.TrimSpace(lines.Text()), nil
}

// sender has something done to a sender, writes it down and prints what it is then.
func (a *App) sender(action string, f func(context.Context, *db.Tx, members.Key, members.Program) (sms.Sender, error)) error {
	return a.shop(func(d *db.DB, key members.Key, p members.Program) error {
		var v senderView
		err := d.Write(a.ctx, db.Interactive, func(ctx context.Context, tx *db.Tx) error {
			s, err := f(ctx, tx, key, p)
			if err != nil {
				return err
			}
			v = viewSender(s)
			return members.Record(ctx, tx, p.ID, members.Act{Actor: cliActor(), Door: "cli", Action: action, Subject: fmt.Sprint("sender:", s.ID), After: v})
		})
		if err != nil {
			return err
		}
		return a.answer(v, func(w io.Writer) {
			state := "texts leave by it"
			if v.Stopped != "" {
				state = "stopped: " + v.Stopped
			}
			fmt.Fprintf(w, "Sender %d, %s: %s.\n", v.ID, v.address(), state)
		})
	})
}

type senderSetCmd struct {
	ID          int64   `arg:"" help:"Its id, as fiel sender lists it."`
	Pace        *int64  `help:"Parts a second, 0 is no limit." placeholder:"N"`
	Kind        *string `help:"long, mobile, toll_free, short or service." placeholder:"KIND"`
	Countries   *string `help:"Whose numbers it texts, '' for all that no other sender has." placeholder:"XX,YY"`
	PushConsent string  `help:"on tells Twilio's consent list who leaves and who comes back; the account has to be enabled for it." enum:"on,off,keep" default:"keep" placeholder:"on|off"`
}

// Run changes a sender. What is not given stays.
func (c *senderSetCmd) Run(a *App) error {
	return a.sender("sender.set", func(ctx context.Context, tx *db.Tx, _ members.Key, p members.Program) (sms.Sender, error) {
		s, err := senderOf(ctx, tx, p, c.ID)
		if err != nil {
			return s, err
		}
		n := sms.Address{Pace: s.Pace, Kind: s.Kind, Countries: s.Countries, PushConsent: s.PushConsent}
		if c.Pace != nil {
			n.Pace = *c.Pace
		}
		if c.Kind != nil {
			n.Kind = *c.Kind
		}
		if c.Countries != nil {
			n.Countries = *c.Countries
		}
		if c.PushConsent != "keep" {
			n.PushConsent = c.PushConsent == "on"
		}
		return sms.SetSender(ctx, tx, p.ID, s.ID, n)
	})
}

// senderOf finds a sender of the program: one of another program is none.
func senderOf(ctx context.Context, tx *db.Tx, p members.Program, id int64) (sms.Sender, error) {
	s, err := sms.SenderByID(ctx, tx, id)
	if err == nil && s.ProgramID != p.ID {
		return sms.Sender{}, db.Errorf(db.Missing, "The program has no sender %d.", id)
	}
	return s, err
}

type senderStopCmd struct {
	ID  int64  `arg:"" help:"Its id, as fiel sender lists it."`
	Why string `help:"Why, for whoever looks." default:"stopped by the owner"`
}

// Run stops a sender.
func (c *senderStopCmd) Run(a *App) error {
	return a.sender("sender.stop", func(ctx context.Context, tx *db.Tx, _ members.Key, p members.Program) (sms.Sender, error) {
		if _, err := senderOf(ctx, tx, p, c.ID); err != nil {
			return sms.Sender{}, err
		}
		if err := sms.HaltSender(ctx, tx, c.ID, c.Why); err != nil {
			return sms.Sender{}, err
		}
		return sms.SenderByID(ctx, tx, c.ID)
	})
}

type senderResumeCmd struct {
	ID int64 `arg:"" help:"Its id, as fiel sender lists it."`
}

// Run lets a sender go on. One that came back from a backup waits for fiel resume.
func (c *senderResumeCmd) Run(a *App) error {
	return a.sender("sender.resume", func(ctx context.Context, tx *db.Tx, _ members.Key, p members.Program) (sms.Sender, error) {
		s, err := senderOf(ctx, tx, p, c.ID)
		if err != nil {
			return s, err
		}
		if s.RestoredFrom != 0 {
			return s, db.Errorf(db.Refused, "sender %d came back from a backup: run fiel resume, which reads the stops since then", c.ID)
		}
		if err := sms.ResumeSender(ctx, tx, c.ID); err != nil {
			return s, err
		}
		return sms.SenderByID(ctx, tx, c.ID)
	})
}
