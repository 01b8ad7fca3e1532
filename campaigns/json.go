package campaigns

import (
	"encoding/json"
	"maps"
	"slices"
)

// MarshalJSON writes a campaign as programs read it: names in small letters, and what is kept as JSON as JSON. Times are unix
// milliseconds.
func (c Campaign) MarshalJSON() ([]byte, error) {
	fields := map[string]any{
		"id": c.ID, "name": c.Name, "recipe": c.Recipe, "state": c.State, "version": c.Version, "holdout": c.Holdout, "parts_cap": c.PartsCap,
		"as_many": c.AsMany, "made_by": c.MadeBy, "created_at": c.CreatedAt, "changed_at": c.ChangedAt, "active_at": c.ActiveAt,
	}
	columns := map[string]string{
		"words": c.Words, "words_b": c.WordsB, "offer": c.Offer, "audience": c.Audience, "calendar": c.Calendar, "steps": c.Steps, "game": c.Game,
	}
	for _, name := range slices.Sorted(maps.Keys(columns)) {
		if fields[name] = json.RawMessage("null"); columns[name] != "" {
			fields[name] = json.RawMessage(columns[name])
		}
	}
	return json.Marshal(fields)
}

// MarshalJSON writes a run as programs read it, without what it has frozen. Times are unix milliseconds.
func (r Run) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]any{
		"id": r.ID, "campaign": r.CampaignID, "occurrence": r.Occurrence, "state": r.State, "reason": r.Reason, "version": r.Version,
		"starts_at": r.StartsAt, "ends_at": r.EndsAt, "planned_at": r.PlannedAt, "created_at": r.CreatedAt, "done_at": r.DoneAt,
	})
}
