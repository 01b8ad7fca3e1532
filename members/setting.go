package members

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"fiel/db"
)

// Setting is one thing an owner may change about a program. Its name is the column's.
type Setting struct {
	Name   string
	Kind   SettingKind
	Help   string
	Low    int64 // of a whole number
	High   int64
	Values []string               // of a choice
	Check  func(s string) error   // beyond the kind
	Value  func(p Program) string // as [Set] takes it
}

// SettingKind is how the value of a setting is written.
type SettingKind string

// Kinds of settings.
const (
	WholeSetting  SettingKind = "number"
	YesNoSetting  SettingKind = "yes or no"
	ChoiceSetting SettingKind = "choice"
	WordsSetting  SettingKind = "words"  // on one line, at most High letters
	ListSetting   SettingKind = "list"   // words separated by commas
	HoursSetting  SettingKind = "hours"  // 09:00-21:00
	PricesSetting SettingKind = "prices" // PE=0.08,CO=0.05
)

// Range says what may be set, for people.
func (s Setting) Range() string {
	switch s.Kind {
	case WholeSetting:
		return fmt.Sprintf("%d to %d", s.Low, s.High)
	case ChoiceSetting:
		return strings.Join(s.Values, ", ")
	case WordsSetting:
		return fmt.Sprintf("at most %d letters", s.High)
	case ListSetting:
		return "words separated by commas"
	case HoursSetting:
		return "such as 09:00-21:00"
	case PricesSetting:
		return "such as PE=0.08,CO=0.0525"
	}
	return string(s.Kind)
}

// SettingOf finds a setting by its name; db.Missing names the nearest ones.
func SettingOf(name string) (Setting, error) {
	all := Settings()
	if i := slices.IndexFunc(all, func(s Setting) bool { return s.Name == name }); i >= 0 {
		return all[i], nil
	}
	if name == "expiry" || strings.HasPrefix(name, "expiry_") {
		return Setting{}, db.Errorf(db.Missing, "how points expire has a command of its own, which shows first who loses what: fiel expiry set")
	}
	names := make([]string, 0, len(all))
	for _, s := range all {
		names = append(names, s.Name)
	}
	return Setting{}, db.Errorf(db.Missing, "a program has no setting %q; there are %s", name, strings.Join(names, ", "))
}

// Set changes one setting of a program and answers the program as it is then. Errors: db.Missing for a setting or program that does
// not exist, db.Invalid with what may be set.
func Set(ctx context.Context, tx *db.Tx, program int64, name, value string) (Program, error) {
	s, err := SettingOf(name)
	if err != nil {
		return Program{}, err
	}
	v, err := s.read(value)
	if err != nil {
		return Program{}, err
	}
	p, err := New(tx).setSetting(ctx, setSettingParams{Setting: s.Name, Words: v.words, Number: v.number, Until: v.until, ID: program})
	return p, orMissing(err, "there is no program %d", program)
}

// settingValue is what a setting is stored as, by its kind.
type settingValue struct {
	words         string
	number, until int64
}

func (s Setting) read(value string) (v settingValue, err error) {
	value = strings.TrimSpace(value)
	switch s.Kind {
	case WholeSetting:
		v.number, err = s.whole(value)
	case YesNoSetting:
		v.number, err = s.yesNo(value)
	case ChoiceSetting:
		v.words, err = value, s.among(value)
	case WordsSetting:
		v.words, err = s.line(value)
	case ListSetting:
		v.words, err = s.list(value)
	case HoursSetting:
		v.number, v.until, err = s.hours(value)
	case PricesSetting:
		v.words, err = s.prices(value)
	}
	if err == nil && s.Check != nil {
		err = s.Check(value)
	}
	return v, err
}

func (s Setting) refuse(value string) error {
	return db.Errorf(db.Invalid, "%s is %s, not %q", s.Name, s.Range(), value)
}

func (s Setting) whole(value string) (int64, error) {
	n, err := strconv.ParseInt(value, 10, 64)
	if err != nil || n < s.Low || n > s.High {
		return 0, s.refuse(value)
	}
	return n, nil
}

func (s Setting) yesNo(value string) (int64, error) {
	switch strings.ToLower(value) {
	case "yes", "true", "on", "1":
		return 1, nil
	case "no", "false", "off", "0":
		return 0, nil
	}
	return 0, s.refuse(value)
}

func (s Setting) among(value string) error {
	if !slices.Contains(s.Values, value) {
		return s.refuse(value)
	}
	return nil
}

func (s Setting) line(value string) (string, error) {
	if value == "" && s.Low == 0 {
		return "", nil
	}
	line, ok := Line(value, int(s.High))
	if !ok {
		return "", s.refuse(value)
	}
	return line, nil
}

// list is the words as JSON.
func (s Setting) list(value string) (string, error) {
	words := []string{}
	for word := range strings.SplitSeq(value, ",") {
		word = strings.TrimSpace(word)
		if word == "" {
			continue
		}
		line, ok := Line(word, 40)
		if !ok {
			return "", db.Errorf(db.Invalid, "%s: %q is no word of at most 40 letters", s.Name, word)
		}
		words = append(words, line)
	}
	if int64(len(words)) > s.High {
		return "", db.Errorf(db.Invalid, "%s takes at most %d words", s.Name, s.High)
	}
	slices.Sort(words)
	list, err := json.Marshal(slices.Compact(words))
	return string(list), err
}

// hours are minutes of the day, the second one exclusive; 24:00 is its end.
func (s Setting) hours(value string) (from, until int64, err error) {
	a, b, ok := strings.Cut(value, "-")
	from, errA := minute(strings.TrimSpace(a))
	until, errB := minute(strings.TrimSpace(b))
	if err := cmp.Or(errA, errB); !ok || err != nil || from >= until {
		return 0, 0, s.refuse(value)
	}
	return from, until, nil
}

func minute(clock string) (int64, error) {
	if clock == "24:00" {
		return 24 * 60, nil
	}
	t, err := time.Parse("15:04", clock)
	return int64(t.Hour()*60 + t.Minute()), err
}
