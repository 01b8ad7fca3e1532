package sms

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"fiel/db"
	"fiel/members"
)

const (
	failuresToHold = 20 // texts of a run that fail alike
	shareToHold    = 5  // per cent of what was sent
	maxAgain       = 2  // later tries of a text that did not arrive
	streak         = 3  // texts in a row that did not arrive: ask whether the number is still theirs
)

// suffer acts on a provider's report that a text, which it had accepted, did not arrive. The caller holds the number's row when the
// trouble is about the number.
func suffer(ctx context.Context, tx *db.Tx, m Message, trouble Trouble) error {
	switch trouble.Verdict {
	case BadNumber, Landline, OptedOut:
		return blame(ctx, tx, m, trouble)
	case StopSender:
		return haltFor(ctx, tx, m.ProgramID, m.SenderID, trouble)
	case StopRun:
		return stopRun(ctx, tx, m.ProgramID, m.RunID, trouble)
	case Later:
		return tryAgain(ctx, tx, m)
	}
	return stopWhenCommon(ctx, tx, m, trouble)
}

// blame acts on what a provider said of a number: it has withdrawn consent there, or it cannot get texts. Whatever waits for it is
// cancelled. A refusal of a text that is older than the number's coming back says nothing new. The caller holds the number's row.
func blame(ctx context.Context, tx *db.Tx, m Message, trouble Trouble) error {
	if trouble.Verdict != OptedOut {
		health := members.HealthBad
		if trouble.Verdict == Landline {
			health = members.HealthLandline
		}
		if err := members.Mark(ctx, tx, m.ProgramID, m.Hash, health); err != nil {
			return err
		}
		_, err := Cancel(ctx, tx, m.ProgramID, m.Hash, ReasonNumber)
		return err
	}
	if old, err := lifted(ctx, tx, m); err != nil || old {
		return err
	}
	if err := members.HearProvider(ctx, tx, m.ProgramID, m.Hash, members.ProviderStopped, refusedSince(tx, m)); err != nil {
		return err
	}
	who, err := holder(ctx, tx, m)
	if err != nil {
		return err
	}
	err = members.Stop(ctx, tx, m.ProgramID, m.Hash, who, members.Declaration{
		Door: "provider", Actor: "provider", Language: who.Language, Words: trouble.sentence(), Evidence: fmt.Sprintf("message:%d", m.ID),
	})
	if err != nil {
		return err
	}
	_, err = Cancel(ctx, tx, m.ProgramID, m.Hash, ReasonStopped)
	return err
}

// refusedSince is since when a provider refuses a number, as far as a refused text tells: an answer to the number's own words was refused
// for a block that is older than they are.
func refusedSince(tx *db.Tx, m Message) int64 {
	if m.Class == Reply && m.InboundID != 0 && m.CreatedAt != 0 {
		return m.CreatedAt
	}
	return tx.Now
}

// holder is the member a text went to, locked, if the number is still theirs; the zero Member otherwise.
func holder(ctx context.Context, tx *db.Tx, m Message) (members.Member, error) {
	if m.MemberID == 0 {
		return members.Member{}, nil
	}
	who, err := members.Lock(ctx, tx, m.ProgramID, m.MemberID)
	if err != nil && !db.NotFound(err) {
		return members.Member{}, err
	}
	if who.Hash != m.Hash {
		return members.Member{}, nil
	}
	return who, nil
}

// stopWhenCommon stops a run once the same failure meets more than a few per cent of its texts: carriers that take it for spam do not
// say so in advance.
func stopWhenCommon(ctx context.Context, tx *db.Tx, m Message, trouble Trouble) error {
	if m.RunID == 0 || trouble.Code == 0 {
		return nil
	}
	failed, err := New(tx).failures(ctx, failuresParams{ProgramID: m.ProgramID, RunID: m.RunID, Error: trouble.Code})
	if err != nil || failed == 0 || failed%failuresToHold != 0 {
		return err
	}
	sent, err := New(tx).sentOfRun(ctx, m.ProgramID, m.RunID)
	if err != nil || failed*100 < sent*shareToHold {
		return err
	}
	return stopRun(ctx, tx, m.ProgramID, m.RunID, trouble)
}

// tryAgain writes a text that did not arrive for a passing reason anew, in service hours and at most twice; never a promotion. A member
// none of whose latest texts arrived is to be asked at the till whether the number is still theirs.
func tryAgain(ctx context.Context, tx *db.Tx, m Message) error {
	if m.MemberID == 0 {
		return nil
	}
	if err := confirmAfterStreak(ctx, tx, m); err != nil || m.Class == Marketing {
		return err
	}
	first, tries := againOf(m)
	if tries++; tries > maxAgain || m.Body == "" {
		return nil
	}
	p, err := members.ProgramByID(ctx, tx, m.ProgramID)
	if err != nil {
		return err
	}
	who, err := members.ByID(ctx, tx, m.ProgramID, m.MemberID)
	if err != nil || who.Hash != m.Hash {
		return ignoreMissing(err)
	}
	wait := 15 * time.Minute
	if tries == maxAgain {
		wait = 2 * time.Hour
	}
	_, err = Enqueue(ctx, tx, Draft{
		Program: p, Member: who, Sender: m.SenderID, Class: Service, Topic: m.Topic, Language: m.Language, Body: m.Body,
		Once: fmt.Sprintf("again:%d:%d", first, tries), SendAfter: tx.Now + wait.Milliseconds(), SendBefore: m.SendBefore,
	})
	if db.CodeOf(err) == db.Conflict {
		return nil
	}
	return err
}

// againOf is the text that a later try began with, and which try it is: the text itself and 0 for a first one.
func againOf(m Message) (first, tries int64) {
	parts := strings.Split(m.Once, ":")
	if len(parts) == 3 && parts[0] == "again" {
		first, err := strconv.ParseInt(parts[1], 10, 64)
		tries, err2 := strconv.ParseInt(parts[2], 10, 64)
		if err == nil && err2 == nil {
			return first, tries
		}
	}
	return m.ID, 0
}

func confirmAfterStreak(ctx context.Context, tx *db.Tx, m Message) error {
	states, err := New(tx).latestStates(ctx, latestStatesParams{ProgramID: m.ProgramID, MemberID: m.MemberID, Most: streak})
	if err != nil || len(states) < streak {
		return err
	}
	for _, state := range states {
		if state != StateUndelivered {
			return nil
		}
	}
	n, err := members.Touch(ctx, tx, m.ProgramID, m.Hash)
	if err != nil || n.Health != members.HealthGood {
		return err
	}
	return members.Mark(ctx, tx, m.ProgramID, m.Hash, members.HealthConfirm)
}

func ignoreMissing(err error) error {
	if db.NotFound(err) {
		return nil
	}
	return err
}
