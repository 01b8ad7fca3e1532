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
	if s.Phone == "" || s.Hash == "" || s.VerifiedAt == 0 || s.LeftAt != 0 {
		return 0, nil
	}
	n, err := members.Touch(ctx, tx, p.ID, s.Hash)
	if err != nil || !n.Textable() {
		return 0, err
	}
	lang := staffLanguage(p, s)
	body, err := templates.Render(lang, key, addressedTo(p, members.Member{Name: s.Name}, key, f))
	if err != nil {
		return 0, err
	}
	if once != "" {
		once = fmt.Sprintf("staff:%d:%s", s.ID, once)
	}
	queued, err := Enqueue(ctx, tx, Draft{
		Program: p, Staff: s.ID, Phone: s.Phone, Hash: s.Hash, Class: Service, Topic: key, Language: lang, Body: body, Once: once,
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

// Alert tells the owners of a program something, once for each kind and subject ("run_missed", "run:7"): it is written down, and texted
// to each owner with a verified phone. False says that they were told before. The subject names nobody: it outlives an erasure.
func Alert(ctx context.Context, tx *db.Tx, p members.Program, kind, subject, key string, f templates.Fields) (bool, error) {
	words, err := templates.Render(p.Language, key, addressedTo(p, members.Member{}, key, f))
	if err != nil {
		return false, err
	}
	n, err := New(tx).insertNotice(ctx, insertNoticeParams{ProgramID: p.ID, ID: tx.ID(), Kind: kind, Subject: subject, Words: words, At: tx.Now})
	if err != nil || n == 0 {
		return false, err
	}
	staff, err := members.ListStaff(ctx, tx, p.ID)
	if err != nil {
		return false, err
	}
	for _, s := range staff {
		if s.Role != members.Owner {
			continue
		}
		if _, err := TellStaff(ctx, tx, p, s, key, kind+":"+subject, f); err != nil {
			return false, err
		}
	}
	return true, nil
}

// Alerts lists what the owners were told, the latest first, at most limit.
func Alerts(ctx context.Context, tx *db.Tx, program, limit int64) ([]Told, error) {
	return New(tx).notices(ctx, program, limit)
}
