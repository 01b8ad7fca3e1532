package sms

import (
	"context"
	"maps"
	"slices"

	"fiel/db"
	"fiel/members"
	"fiel/templates"
)

// Tell texts a member the words of a template key in their language; the key is the text's topic. Fields "program" and "name" are
// filled in where the words have them. Nothing is queued, and no error returned, for a member who must not get a text of this class:
// one who has left or was erased, whose number cannot be texted, who did not consent, or who has to write to us first.
func Tell(ctx context.Context, tx *db.Tx, p members.Program, m members.Member, class Class, key string, f templates.Fields) error {
	_, err := TellOnce(ctx, tx, p, m, class, key, "", f)
	return err
}

// TellOnce is [Tell] under a key that is unique per member for ever (” is none), and answers the id of the text: 0 when the
// member must not get one. It answers db.Conflict when the key was used before.
func TellOnce(ctx context.Context, tx *db.Tx, p members.Program, m members.Member, class Class, key, once string, f templates.Fields) (int64, error) {
	if m.Phone == "" || m.Hash == "" {
		return 0, nil
	}
	n, err := members.Touch(ctx, tx, p.ID, m.Hash)
	if err != nil {
		return 0, err
	}
	addressed := claimedRow{
		Phone: m.Phone, Class: class, StoppedAt: n.StoppedAt, SuppressedAt: n.SuppressedAt, Health: n.Health, Service: m.Service,
		Marketing: m.Marketing, WroteFirst: m.WroteFirst,
	}
	if forbidden(addressed) != "" {
		return 0, nil
	}
	lang := LanguageOf(p, m)
	body, err := templates.Render(lang, key, addressedTo(p, m, key, f))
	if err != nil {
		return 0, err
	}
	queued, err := Enqueue(ctx, tx, Draft{Program: p, Member: m, Class: class, Topic: key, Language: lang, Body: body, Once: once})
	return queued.ID, err
}

// LanguageOf is the language a member is written to in: their own, or the program's while we have no words in it.
func LanguageOf(p members.Program, m members.Member) string {
	if slices.Contains(templates.Languages(), m.Language) {
		return m.Language
	}
	return p.Language
}

// addressedTo is the fields with those of the program and the member that the words have and the caller did not give.
func addressedTo(p members.Program, m members.Member, key string, f templates.Fields) templates.Fields {
	all := templates.Fields{}
	maps.Copy(all, f)
	for field, value := range map[string]string{"program": p.Name, "name": m.Name} {
		if _, given := all[field]; !given && templates.Takes(key, field) {
			all[field] = value
		}
	}
	return all
}
