package rewards

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"

	"fiel/db"
)

// mostLevels is how many levels a file may have.
const mostLevels = 20

// ReadTiers reads a JSON file with one level, or a list of them, strictly: a field that no level has, or that stands twice, is refused.
// Money is in minor units. Errors: db.Invalid with the field and what is expected there.
func ReadTiers(text []byte) ([]NewTier, error) {
	text = bytes.TrimSpace(bytes.TrimPrefix(text, []byte("\uFEFF")))
	if !json.Valid(text) {
		return nil, db.Errorf(db.Invalid, "the file is not JSON: write one level, {...}, or a list of them, [{...}, {...}]")
	}
	raw := []json.RawMessage{text}
	if text[0] == '[' {
		if err := json.Unmarshal(text, &raw); err != nil {
			return nil, err
		}
	}
	if len(raw) == 0 || len(raw) > mostLevels {
		return nil, db.Errorf(db.Invalid, "the file has %d levels: write 1 to %d", len(raw), mostLevels)
	}
	all := make([]NewTier, len(raw))
	for i, one := range raw {
		if err := all[i].read(one); err != nil {
			if len(raw) > 1 {
				err = db.Errorf(db.Invalid, "level %d: %w", i+1, err)
			}
			return nil, err
		}
	}
	return all, nil
}

func (n *NewTier) read(raw []byte) error {
	if raw[0] != '{' {
		return db.Errorf(db.Invalid, "a level is an object: {\"name\": ..., \"threshold\": ...}")
	}
	fields, err := readFields(raw)
	if err != nil {
		return err
	}
	var names []string
	for f, v := range reflect.ValueOf(n).Elem().Fields() {
		name := fieldName(f)
		names = append(names, name)
		value, there := fields[name]
		delete(fields, name)
		if there && (string(value) == "null" || json.Unmarshal(value, v.Addr().Interface()) != nil) {
			return db.Errorf(db.Invalid, "%s: %s is expected", name, f.Tag.Get("want"))
		}
	}
	for name := range fields {
		return db.Errorf(db.Invalid, "%q is no field of a level; there are %s", name, strings.Join(names, ", "))
	}
	return n.validate()
}
