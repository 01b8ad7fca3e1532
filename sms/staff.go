package sms

import (
	"context"
	"fmt"
	"slices"

	"fiel/db"
	"fiel/members"
	"fiel/templates"
)

// TellStaff texts somebody on the staff the words of a template key (class service: in service hours), in their language or the
// program's. Once is unique for the person for ever, ” is none. It answers the id of the text; 0, and no error, when nothing is queued:
// the phone was never verified, its owner has left the staff or stopped all texts, or the key was used before.
func TellStaff(ctx context.Context, tx *db.Tx, p members.Program, s members.Staff, key, once string, f templates.Fields) (int64, error) {
	return StaffText{Key: key, Once: once, Fields: f}.Tell(ctx, tx, p, s)
}

// StaffText is a text to somebody on the staff: see [TellStaff].
type StaffText struct {
	Key    string
	Once   string
	Fields templates.Fields
	Sender int64 // 0: the program's first
	After  int64 // unix milliseconds, 0: now
	Before int64 // exclusive, 0: no end
}

// Tell is [TellStaff].
func (t StaffText) Tell(ctx context.Context, tx *db.Tx, p members.Program, s members.Staff) (int64, error) {
	if s.Phone == "" || s.Hash == "" || s.VerifiedAt == 0 || s.LeftAt != 0 {
		return 0, nil
	}
	n, err := members.Touch(ctx, tx, p.ID, s.Hash)
	if err != nil || !n.Textable() {
		return 0, err
	}
	lang := staffLanguage(p, s)
	body, err := templates.Render(lang, t.Key, addressedTo(p, members.Member{Name: s.Name}, t.Key, t.Fields))
	if err != nil {
		return 0, err
	}
	once := t.Once
	if once != "" {
		once = fmt.Sprintf("staff:%d:%s", s.ID, once)
	}
	queued, err := Enqueue(ctx, tx, Draft{
		Program: p, Staff: s.ID, Phone: s.Phone, Hash: s.Hash, Sender: t.Sender, Class: Service, Topic: t.Key, Language: lang, Body: body, Once: once,
		SendAfter: t.After, SendBefore: t.Before,
	})
	if db.CodeOf(err) == db.Conflict {
		return 0, nil
	}
	return queued.ID, err
}

// staffLanguage is the language somebody on the staff is written to in: their own, or the program's while we have no words in it.
func staffLanguage(p members.Program, s members.Staff) string {
	if slices.Contains(templates.Languages(), s.Language) {
		return s.Language
	}
	return p.Language
}

// ToldStaff says whether somebody on the staff was texted under a once key.
func ToldStaff(ctx context.Context, tx *db.Tx, program, staff int64, once string) (bool, error) {
	n, err := New(tx).staffOnce(ctx, program, fmt.Sprintf("staff:%d:%s", staff, once))
	return n > 0, err
}
