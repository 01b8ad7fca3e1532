package campaigns

import (
	"context"
	"slices"
	"time"

	"fiel/db"
	"fiel/members"
	"fiel/sms"
	"fiel/templates"
)

// tellStaffFor is how long after a run was made those on the staff are told of it: who asks to be told later hears of the next one.
const tellStaffFor = time.Hour

// tellStaff texts those on the staff who asked for it that a run has started, each once, as soon as it texts anybody. Where the audience
// is of some stores, it is the staff of these, and those who work for all.
func (s *Service) tellStaff(ctx context.Context, program, run int64) error {
	var asked []members.Staff
	err := s.DB.Read(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		asked, err = toTell(ctx, tx, program, run)
		return err
	})
	if err != nil || len(asked) == 0 {
		return err
	}
	return s.DB.Write(ctx, db.Interactive, func(ctx context.Context, tx *db.Tx) error {
		p, err := members.ProgramByID(ctx, tx, program)
		if err != nil {
			return err
		}
		r, err := New(tx).run(ctx, program, run)
		if err != nil {
			return err
		}
		for _, one := range asked {
			text, err := r.startText(ctx, tx, p, one)
			if err != nil {
				return err
			}
			if _, err := text.Tell(ctx, tx, p, one); err != nil {
				return err
			}
		}
		return nil
	})
}

// toTell is those on the staff who are still to hear that a run has started.
func toTell(ctx context.Context, tx *db.Tx, program, run int64) ([]members.Staff, error) {
	staff, err := members.ListStaff(ctx, tx, program)
	staff = slices.DeleteFunc(staff, func(s members.Staff) bool { return !s.TellRuns || s.VerifiedAt == 0 })
	if err != nil || len(staff) == 0 {
		return nil, err
	}
	r, err := New(tx).run(ctx, program, run)
	if err != nil {
		return nil, err
	}
	texts, err := sms.TextsRun(ctx, tx, program, run)
	if err != nil || !texts {
		return nil, err
	}
	only, some, err := r.stores(ctx, tx)
	var left []members.Staff
	for _, s := range staff {
		if err != nil {
			break
		}
		if some && s.StoreID != 0 && !only[s.StoreID] {
			continue
		}
		var told bool
		if told, err = sms.ToldStaff(ctx, tx, program, s.ID, subjectOf(run)); !told {
			left = append(left, s)
		}
	}
	return left, err
}

// stores are those that the audience of a run asks for at its top; some is false when it asks for none.
func (r Run) stores(ctx context.Context, tx *db.Tx) (only map[int64]bool, some bool, err error) {
	var c content
	if err := unpack(r.Frozen, &c); err != nil {
		return nil, false, err
	}
	who, err := parseAudience(c.Audience)
	if err != nil {
		return nil, false, err
	}
	top, _ := who.(all)
	i := slices.IndexFunc(top, func(c condition) bool { _, ok := c.(stores); return ok })
	if i < 0 {
		return nil, false, nil
	}
	asked := top[i].(stores)
	known, err := members.Stores(ctx, tx, r.ProgramID)
	only = map[int64]bool{}
	for _, s := range known {
		only[s.ID] = slices.Contains(asked.ids, s.ID) || slices.Contains(asked.names, s.Name)
	}
	return only, true, err
}

// startText is what somebody on the staff reads about a run that starts, as long as its offer lives.
func (r Run) startText(ctx context.Context, tx *db.Tx, p members.Program, s members.Staff) (sms.StaffText, error) {
	c, err := campaignByID(ctx, tx, r.ProgramID, r.CampaignID)
	if err != nil {
		return sms.StaffText{}, err
	}
	var frozen content
	if err := unpack(r.Frozen, &frozen); err != nil {
		return sms.StaffText{}, err
	}
	language := p.Language
	if slices.Contains(templates.Languages(), s.Language) {
		language = s.Language
	}
	offer, _ := wordsIn(frozen.Offer.Text, language, p.Language)
	return sms.StaffText{Key: "run_started", Once: subjectOf(r.ID), Before: r.EndsAt, Fields: templates.Fields{
		"campaign": c.Name, "offer": offer, "end": lastMoment(language, time.UnixMilli(r.EndsAt).In(p.Location())),
	}}, nil
}
