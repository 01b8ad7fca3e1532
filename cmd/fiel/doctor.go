package main

import (
	"context"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"

	"fiel/db"
	"fiel/pos"
	"fiel/rewards"
	"fiel/sms"
	"fiel/sms/twilio"
)

type doctorCmd struct{}

// symptom is one thing that was looked at: Mend says what to do about it when it is not well.
type symptom struct {
	What string `json:"what"`
	OK   bool   `json:"ok"`
	Mend string `json:"mend,omitempty"`
}

// Run looks at everything a first text needs and fails when something is amiss.
func (c *doctorCmd) Run(a *App) error {
	found := slices.Concat(a.lookAtDatabase(), a.lookAtCodes(), a.lookAtCountries(), a.lookAtNotices(), a.lookAtDrift(), []symptom{a.lookAtURL(), a.lookAtTwilio(), a.lookAtSignature()})
	sick := 0
	for _, s := range found {
		if !s.OK {
			sick++
		}
	}
	err := a.answer(found, func(w io.Writer) {
		for _, s := range found {
			if s.OK {
				fmt.Fprintf(w, "ok    %s\n", s.What)
			} else {
				fmt.Fprintf(w, "MEND  %s\n      %s\n", s.What, s.Mend)
			}
		}
	})
	if err != nil {
		return err
	}
	if sick > 0 {
		return db.Errorf(db.Refused, "%d of %d need mending", sick, len(found))
	}
	return nil
}

func look(what string, err error) symptom {
	if err != nil {
		return symptom{What: what, Mend: err.Error()}
	}
	return symptom{What: what, OK: true}
}

func (a *App) lookAtDatabase() []symptom {
	d, err := a.open()
	first := look("database "+safeURL(a.Database), err)
	if err != nil {
		return []symptom{first}
	}
	defer d.Close()
	_, keyErr := a.key(d)
	var setUp error
	err = d.Read(a.ctx, func(ctx context.Context, tx *db.Tx) error {
		setUp = complete(ctx, tx, a)
		return nil
	})
	if err == nil {
		err = setUp
	}
	return []symptom{first, look("key "+a.KeyFile, keyErr), look("program, store, sender and till", err)}
}

// lookAtNotices names what the owners were told last and nobody has seen.
func (a *App) lookAtNotices() (unseen []symptom) {
	d, err := a.open()
	if err != nil {
		return nil // said already
	}
	defer d.Close()
	err = d.Read(a.ctx, func(ctx context.Context, tx *db.Tx) error {
		unseen = nil
		p, err := a.pick(ctx, tx)
		if err != nil {
			return nil // said already
		}
		told, err := sms.Unseen(ctx, tx, p.ID, 3)
		for _, n := range told {
			unseen = append(unseen, symptom{What: n.Kind, Mend: fmt.Sprintf("%s Then: fiel notice seen %d", n.Words, n.ID)})
		}
		return err
	})
	if err != nil {
		return []symptom{look("notices", err)}
	}
	return unseen
}

// lookAtCodes names each reward whose uploaded codes run out.
func (a *App) lookAtCodes() (few []symptom) {
	d, err := a.open()
	if err != nil {
		return nil // said already
	}
	defer d.Close()
	err = d.Read(a.ctx, func(ctx context.Context, tx *db.Tx) error {
		p, err := a.pick(ctx, tx)
		if err != nil {
			return nil // said already
		}
		low, left, err := rewards.LowCodes(ctx, tx, p.ID)
		few = few[:0]
		for i, r := range low {
			few = append(few, look("codes of "+r.Name, db.Errorf(db.Refused, "%d are left: upload more with `fiel reward codes`", left[i])))
		}
		return err
	})
	if err != nil {
		return []symptom{look("uploaded codes", err)}
	}
	return few
}

// complete says what a program still lacks.
func complete(ctx context.Context, tx *db.Tx, a *App) error {
	p, err := a.pick(ctx, tx)
	if err != nil {
		return err
	}
	if _, err := firstStore(ctx, tx, p, 0); err != nil {
		return err
	}
	sender, err := sms.DefaultSender(ctx, tx, p.ID)
	if err != nil {
		return err
	}
	if sender.Stopped != "" {
		return db.Errorf(db.Refused, "sending has stopped: %s", sender.Stopped)
	}
	tills, err := pos.ListTills(ctx, tx, p.ID)
	if err == nil && len(tills) == 0 {
		return db.Errorf(db.Missing, "no till yet: run `fiel till add NAME`")
	}
	return err
}

func (a *App) lookAtURL() symptom {
	what := "public URL " + a.PublicURL
	u, err := url.Parse(a.PublicURL)
	switch {
	case a.PublicURL == "":
		err = db.Errorf(db.Missing, "set FIEL_PUBLIC_URL to how Twilio reaches this server: signatures are made over it")
	case err != nil || u.Host == "":
		err = db.Errorf(db.Invalid, "FIEL_PUBLIC_URL must look like https://fiel.example")
	case u.Scheme != "https" && !strings.HasPrefix(u.Host, "127.0.0.1") && !strings.HasPrefix(u.Host, "localhost"):
		err = db.Errorf(db.Invalid, "FIEL_PUBLIC_URL must be https: texts hold phone numbers")
	}
	return look(what, err)
}

func (a *App) lookAtTwilio() symptom {
	_, err := twilio.New(a.twilioConfig())
	return look("Twilio settings", err)
}

// lookAtSignature signs a request as Twilio would and verifies it as the door does.
func (a *App) lookAtSignature() symptom {
	const path = "/webhooks/twilio/sms"
	form := url.Values{"AccountSid": {a.TwilioAccountSID}, "From": {"+51987654321"}, "Body": {"ALTA"}}
	signed := twilio.Sign(a.TwilioAuthToken, a.publicURL()+path, form)
	var err error
	if !twilio.Verify(a.TwilioAuthToken, a.publicURL(), path, signed, form) {
		err = db.Errorf(db.Refused, "a text signed with FIEL_TWILIO_AUTH_TOKEN over %s%s is not let in: mend both settings", a.publicURL(), path)
	}
	return look("signature self-test", err)
}

// twilioConfig is the account of the settings.
func (a *App) twilioConfig() twilio.Config {
	return twilio.Config{
		AccountSID: a.TwilioAccountSID, Token: a.TwilioAuthToken, From: a.TwilioFrom, ServiceSID: a.TwilioServiceSID,
		BaseURL: a.TwilioBaseURL, AccountsURL: a.TwilioAccountsURL, PublicURL: a.publicURL(),
	}
}

// envAccount is the token of an account that webhooks may be signed with.
func (a *App) envAccount(account string) (string, bool) {
	return a.TwilioAuthToken, account != "" && account == a.TwilioAccountSID && a.TwilioAuthToken != ""
}
