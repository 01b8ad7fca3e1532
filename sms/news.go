package sms

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"fiel/db"
	"fiel/members"
	"fiel/templates"
)

// What the owners are told of, as kinds of notices.
const (
	NewsRunStopped    = "run_stopped"    // what a provider said would meet every text of the run
	NewsSenderStopped = "sender_stopped" // the account or the sender is refused
	NewsRunMissed     = "run_missed"
	NewsRunLate       = "run_late"
	NewsPlanFailing   = "plan_failing"
	NewsCampaignFull  = "campaign_full" // its own cap of parts is reached
	NewsSpend50       = "spend_50"
	NewsSpend80       = "spend_80"
	NewsSpendFull     = "spend_full"
)

// spendMarks are the shares of the day's parts at which the owners are told, the highest first.
var spendMarks = [...]struct {
	share int64
	kind  string
}{{100, NewsSpendFull}, {80, NewsSpend80}, {50, NewsSpend50}}

// tellSpent tells the owners of the highest mark that a day's parts have come past.
func tellSpent(ctx context.Context, tx *db.Tx, p members.Program, day string, before, after int64) error {
	for _, mark := range spendMarks {
		at := p.PartsPerDay * mark.share
		if before*100 < at && after*100 >= at {
			return tellSpend(ctx, tx, p, day, mark.kind, after)
		}
	}
	return nil
}

// tellSpend tells the owners how far a day's parts are used up.
func tellSpend(ctx context.Context, tx *db.Tx, p members.Program, day, kind string, parts int64) error {
	at, err := time.Parse(dayFormat, day)
	if err != nil {
		return db.Errorf(db.Internal, "sms: %q is no day: %w", day, err)
	}
	f := templates.Fields{"date": templates.DateYear(p.Language, at), "cap": strconv.FormatInt(p.PartsPerDay, 10)}
	if templates.Takes(kind, "parts") {
		f["parts"] = strconv.FormatInt(parts, 10)
	}
	_, err = Note(ctx, tx, p, kind, "day:"+day, kind, f)
	return err
}

func tellCampaignFull(ctx context.Context, tx *db.Tx, p members.Program, c campaignRoom) error {
	_, err := Note(ctx, tx, p, NewsCampaignFull, fmt.Sprintf("campaign:%d:%d", c.id, c.cap), NewsCampaignFull, templates.Fields{
		"campaign": c.name, "cap": strconv.FormatInt(c.cap, 10),
	})
	return err
}

// stopRun stops a run whose texts would all fail alike: it is held, paused with the reason where an owner finds it, and they are told,
// once for each kind of trouble. An owner who has mended it resumes the campaign.
func stopRun(ctx context.Context, tx *db.Tx, program, run int64, trouble Trouble) error {
	if run == 0 {
		return nil
	}
	held, err := holdFree(ctx, tx, program, run, trouble.sentence())
	if err != nil || !held {
		return err
	}
	if _, err := New(tx).pauseRun(ctx, pauseRunParams{ProgramID: program, ID: run, Reason: trouble.sentence()}); err != nil {
		return err
	}
	p, err := members.ProgramByID(ctx, tx, program)
	if err != nil {
		return err
	}
	c, err := campaignPaying(ctx, tx, program, run)
	if err != nil {
		return err
	}
	_, err = Note(ctx, tx, p, NewsRunStopped, fmt.Sprintf("run:%d:%d", run, trouble.Code), NewsRunStopped, templates.Fields{
		"campaign": c.name, "fault": trouble.code(),
	})
	return err
}

// haltFor stops a sender that a provider refuses, and tells the owners, once a day. Texts that meet the same refusal later find it
// stopped.
func haltFor(ctx context.Context, tx *db.Tx, program, sender int64, trouble Trouble) error {
	n, err := New(tx).haltSender(ctx, sender, trouble.sentence())
	if err != nil || n == 0 {
		return err
	}
	p, err := members.ProgramByID(ctx, tx, program)
	if err != nil {
		return err
	}
	subject := fmt.Sprintf("sender:%d:%s", sender, dateAt(tx.Now, p.Location()))
	_, err = Note(ctx, tx, p, NewsSenderStopped, subject, NewsSenderStopped, templates.Fields{"fault": trouble.code()})
	return err
}

// code is the provider's number in a text; ” when it gave none.
func (t Trouble) code() string {
	if t.Code == 0 {
		return ""
	}
	return strconv.FormatInt(t.Code, 10)
}
