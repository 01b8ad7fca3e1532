package sms

import (
	"context"
	"fmt"

	"fiel/db"
	"fiel/members"
	"fiel/templates"
)

// topicStaffAsk is the one text that goes to a phone on the staff which has not said yet that it is somebody's. The claim knows it by
// this name (claim.sql).
const topicStaffAsk = "staff_ask"

// mostStaffAsks is how often a number is asked for ever, whoever on the staff it is said to be of.
const mostStaffAsks = 3

// AskStaff texts somebody's phone to answer SI if they work here (class service: in service hours); see [members.VerifyStaff]. It answers
// the id of the text. Errors: db.Refused when there is nothing to ask, the number has stopped all texts or cannot be texted, or was
// asked three times before; db.Missing when the program has no sender.
func AskStaff(ctx context.Context, tx *db.Tx, p members.Program, s members.Staff) (int64, error) {
	if s.Phone == "" || s.Hash == "" || s.Phone.Premium() {
		return 0, db.Errorf(db.Refused, "%s has no phone that could be asked", s.Name)
	}
	n, err := members.Touch(ctx, tx, p.ID, s.Hash)
	if err != nil {
		return 0, err
	}
	if !n.Textable() {
		return 0, db.Errorf(db.Refused, "%v has stopped all texts, or cannot get any: nobody may text it", s.Phone)
	}
	if s, err = members.AskingStaff(ctx, tx, s); err != nil {
		return 0, err
	}
	lang := staffLanguage(p, s)
	body, err := templates.Render(lang, topicStaffAsk, templates.Fields{"program": p.Name, "name": s.Name})
	if err != nil {
		return 0, err
	}
	for n := range mostStaffAsks {
		queued, err := Enqueue(ctx, tx, Draft{
			Program: p, Staff: s.ID, Phone: s.Phone, Hash: s.Hash, Class: Service, Topic: topicStaffAsk, Language: lang, Body: body,
			Once: fmt.Sprintf("staff_ask:%s:%d", s.Hash, n+1),
		})
		switch {
		case db.CodeOf(err) == db.Conflict: // that one was sent
		case err == nil && queued.State != StateQueued:
			return 0, db.Errorf(db.Refused, "the texts of today are used up: ask tomorrow")
		default:
			return queued.ID, err
		}
	}
	return 0, db.Errorf(db.Refused, "%v was asked %d times: it is not asked again", s.Phone, mostStaffAsks)
}
