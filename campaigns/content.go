package campaigns

import (
	"encoding/json"
	"errors"

	"fiel/db"
)

// content is what a run freezes of its campaign: what is sent, and to whom.
type content struct {
	Class    string            `json:"class"`
	Words    map[string]string `json:"words"`
	Offer    Offer             `json:"offer"`
	Audience json.RawMessage   `json:"audience"`
	Holdout  int64             `json:"holdout"`
	Minute   int               `json:"minute"` // of the local day: when what waits for another day goes out

	Event string `json:"event,omitempty"` // what a series follows
	Items items  `json:"items,omitzero"`  // and which purchases alone
	Pace  *int64 `json:"pace,omitempty"`  // what rising stars earned more than

	WordsB   map[string]string `json:"words_b,omitempty"`
	Steps    json.RawMessage   `json:"steps,omitempty"`
	Game     json.RawMessage   `json:"game,omitempty"`
	PartsCap int64             `json:"parts_cap,omitempty"`
	AsMany   bool              `json:"as_many,omitempty"`
	Link     string            `json:"link,omitempty"`   // the short link that {link} stands for, see [content.linked]
	LinkB    string            `json:"link_b,omitempty"` // in the second wording

	Fit uint64 `json:"fit,omitempty"` // whose place in the draw is below goes, see [draw]; 0: nobody has looked whether all of them fit
}

// content is the campaign as it stands now.
func (c Campaign) content() (content, error) {
	r, err := RecipeByName(c.Recipe)
	if err != nil {
		return content{}, err
	}
	s, err := c.schedule()
	if err != nil {
		return content{}, err
	}
	found := content{
		Class: r.Class, Audience: json.RawMessage(c.Audience), Holdout: c.Holdout, Minute: s.minute,
		Steps: json.RawMessage(c.Steps), Game: json.RawMessage(c.Game), PartsCap: c.PartsCap, AsMany: c.AsMany,
	}
	var cal Calendar
	if err := unpack(c.Calendar, &cal); err != nil {
		return content{}, err
	}
	found.Event, found.Items = s.event, cal.items
	if err := errors.Join(unpack(c.Words, &found.Words), unpack(c.WordsB, &found.WordsB)); err != nil {
		return content{}, err
	}
	return found, unpack(c.Offer, &found.Offer)
}

// schedule is the campaign's calendar.
func (c Campaign) schedule() (schedule, error) {
	var cal Calendar
	if err := unpack(c.Calendar, &cal); err != nil {
		return schedule{}, err
	}
	return cal.read()
}

// pack writes what a column of JSON keeps.
func pack(v any) (string, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return "", db.Errorf(db.Internal, "campaigns: %w", err)
	}
	return string(raw), nil
}

// unpack reads what pack wrote.
func unpack(column string, into any) error {
	if err := json.Unmarshal([]byte(column), into); err != nil {
		return db.Errorf(db.Internal, "campaigns: a row holds what cannot be read: %w", err)
	}
	return nil
}
