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
	_, err := Text(ctx, tx, p, m, class, key, f)
	return err
}

// Text is [Tell] that answers the text it wrote; the zero Message where nothing was queued.
func Text(ctx context.Context, tx *db.Tx, p members.Program, m members.Member, class Class, key string, f templates.Fields) (Message, error) {
	if m.Phone == "" || m.Hash == "" {
		return Message{}, nil
	}
	n, err := members.Touch(ctx, tx, p.ID, m.Hash)
	if err != nil {
		return Message{}, err
	}
	addressed := claimedRow{
		Phone: m.Phone, Class: class, StoppedAt: n.StoppedAt, SuppressedAt: n.SuppressedAt, Health: n.Health, Service: m.Service,
		Marketing: m.Marketing, WroteFirst: m.WroteFirst,
	}
	if forbidden(addressed) != "" {
		return Message{}, nil
	}
	lang := m.Language
	if !slices.Contains(templates.Languages(), lang) {
		lang = p.Language
	}
	body, err := templates.Render(lang, key, addressedTo(p, m, key, f))
	if err != nil {
		return Message{}, err
	}
	return Enqueue(ctx, tx, Draft{Program: p, Member: m, Class: class, Topic: key, Language: lang, Body: body})
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
