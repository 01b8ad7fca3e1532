package rewards

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"regexp"
	"strconv"
	"strings"

	"fiel/db"
)

// Times is a multiplier in thousandths: 1500 is x1.5. In JSON it is the number itself, 1.5.
type Times int64

// maxTimes is the largest multiplier, of one rule and of all together: 10.
const maxTimes = 10_000

// String writes it as people do: "1.5".
func (t Times) String() string {
	s := fmt.Sprintf("%d.%03d", t/1000, t%1000)
	return strings.TrimRight(strings.TrimRight(s, "0"), ".")
}

// MarshalJSON writes 1.5 for 1500.
func (t Times) MarshalJSON() ([]byte, error) { return []byte(t.String()), nil }

var decimal = regexp.MustCompile(`^(\d{1,6})(?:\.(\d{1,3}))?$`)

// ParseTimes reads "1.5": at most three decimals. db.Invalid for anything else.
func ParseTimes(s string) (Times, error) {
	m := decimal.FindStringSubmatch(s)
	if m == nil {
		return 0, db.Errorf(db.Invalid, "%q is no multiplier such as 2 or 1.5", s)
	}
	n, err := strconv.ParseInt(m[1]+(m[2] + "000")[:3], 10, 64)
	return Times(n), err
}

// UnmarshalJSON reads a number with at most three decimals.
func (t *Times) UnmarshalJSON(raw []byte) (err error) {
	*t, err = ParseTimes(string(raw))
	return err
}

// Clock is a minute of the day. In JSON it is a time, "16:30".
type Clock int64

// String writes it as "16:30".
func (c Clock) String() string { return fmt.Sprintf("%02d:%02d", c/60, c%60) }

// MarshalJSON writes "16:30".
func (c Clock) MarshalJSON() ([]byte, error) { return json.Marshal(c.String()) }

var clock = regexp.MustCompile(`^([01]\d|2[0-3]):([0-5]\d)$|^24:00$`)

// ParseClock reads "16:30", and "24:00" as the end of the day. db.Invalid for anything else.
func ParseClock(s string) (Clock, error) {
	if !clock.MatchString(s) {
		return 0, db.Errorf(db.Invalid, "%q is no time such as 16:30", s)
	}
	h, m, _ := strings.Cut(s, ":")
	hours, err := strconv.Atoi(h)
	if err != nil {
		return 0, err
	}
	minutes, err := strconv.Atoi(m)
	return Clock(hours*60 + minutes), err
}

// UnmarshalJSON reads a time in quotes.
func (c *Clock) UnmarshalJSON(raw []byte) error {
	var s string
	err := json.Unmarshal(raw, &s)
	if err == nil {
		*c, err = ParseClock(s)
	}
	return err
}

// ReadRules reads a JSON file with one rule, or a list of them, strictly: a field that no rule has, or that stands twice, is refused.
// Money is in minor units. Errors: db.Invalid with the field and what is expected there.
func ReadRules(text []byte) ([]NewRule, error) {
	text = bytes.TrimSpace(bytes.TrimPrefix(text, []byte("\uFEFF")))
	if !json.Valid(text) {
		return nil, db.Errorf(db.Invalid, "the file is not JSON: write one rule, {...}, or a list of them, [{...}, {...}]")
	}
	raw := []json.RawMessage{text}
	if text[0] == '[' {
		if err := json.Unmarshal(text, &raw); err != nil {
			return nil, err
		}
	}
	if len(raw) == 0 || len(raw) > 200 {
		return nil, db.Errorf(db.Invalid, "the file has %d rules: write 1 to 200", len(raw))
	}
	var all []NewRule
	for i, one := range raw {
		n, err := readRule(one)
		if err == nil {
			err = n.validate()
		}
		if err != nil && len(raw) > 1 {
			err = db.Errorf(db.Invalid, "rule %d: %w", i+1, err)
		}
		if err != nil {
			return nil, err
		}
		all = append(all, n)
	}
	return all, nil
}

func readRule(raw []byte) (n NewRule, err error) {
	fields, err := readFields(raw)
	if err != nil {
		return NewRule{}, err
	}
	for f, v := range reflect.ValueOf(&n).Elem().Fields() {
		value, there := fields[fieldName(f)]
		if !there {
			continue
		}
		if string(value) == "null" || json.Unmarshal(value, v.Addr().Interface()) != nil {
			return NewRule{}, db.Errorf(db.Invalid, "%s: %s is expected", fieldName(f), f.Tag.Get("want"))
		}
		delete(fields, fieldName(f))
	}
	for name := range fields {
		return NewRule{}, db.Errorf(db.Invalid, "%q is no field of a rule; there are %s", name, strings.Join(ruleFields(), ", "))
	}
	return n, nil
}

func ruleFields() (names []string) {
	for f := range reflect.TypeFor[NewRule]().Fields() {
		names = append(names, fieldName(f))
	}
	return names
}

// readFields takes an object apart. A field that stands twice is refused: which one is meant nobody knows.
func readFields(raw []byte) (map[string]json.RawMessage, error) {
	d := json.NewDecoder(bytes.NewReader(raw))
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return nil, db.Errorf(db.Invalid, "a rule is an object: {\"name\": ..., \"kind\": ...}")
	}
	fields := map[string]json.RawMessage{}
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return nil, err
		}
		name := fmt.Sprint(token)
		var value json.RawMessage
		if err := d.Decode(&value); err != nil && err != io.EOF {
			return nil, err
		}
		if _, twice := fields[name]; twice {
			return nil, db.Errorf(db.Invalid, "%s: the field stands twice; write it once", name)
		}
		fields[name] = value
	}
	return fields, nil
}
