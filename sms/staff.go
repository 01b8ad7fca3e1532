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
	return textStaff{key: key, once: once, fields: f}.tell(ctx, tx, p, s)
}

// textStaff is one text to some on the staff.
type textStaff struct {
	key    string
	once   string
	fields templates.Fields
	sender int64 // 0: the program's first
	after  int64 // unix milliseconds, 0: now
}

func (t textStaff) tell(ctx context.Context, tx *db.Tx, p members.Program, s members.Staff) (int64, error) {
	if s.Phone == "" || s.Hash == "" || s.VerifiedAt == 0 || s.LeftAt != 0 {
		return 0, nil
	}
	n, err := members.Touch(ctx, tx, p.ID, s.Hash)
	if err != nil || !n.Textable() {
		return 0, err
	}
	lang := staffLanguage(p, s)
	body, err := templates.Render(lang, t.key, addressedTo(p, members.Member{Name: s.Name}, t.key, t.fields))
	if err != nil {
		return 0, err
	}
	once := t.once
	if once != "" {
		once = fmt.Sprintf("staff:%d:%s", s.ID, once)
	}
	queued, err := Enqueue(ctx, tx, Draft{
		Program: p, Staff: s.ID, Phone: s.Phone, Hash: s.Hash, Sender: t.sender, Class: Service, Topic: t.key, Language: lang, Body: body, Once: once,
		SendAfter: t.after,
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
