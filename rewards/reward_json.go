package rewards

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strconv"
	"unicode/utf8"

	"fiel/db"
)

// RewardFile is a reward as a file says it: what [NewReward] has, with stores and level by their names and times in words.
type RewardFile struct {
	Number     *int64   `json:"number,omitempty"` // left out: the lowest free one; 0: only given, never bought
	Name       string   `json:"name"`
	Kind       string   `json:"kind"`
	Value      int64    `json:"value,omitempty"`
	Cost       int64    `json:"cost,omitempty"`
	Choices    []string `json:"choices,omitempty"`
	Charity    string   `json:"charity,omitempty"`
	Categories []string `json:"categories,omitempty"`
	Products   []string `json:"products,omitempty"`
	Stores     []string `json:"stores,omitempty"`
	Level      string   `json:"level,omitempty"`
	Automatic  bool     `json:"automatic,omitempty"`
	NextDay    bool     `json:"next_day,omitempty"`
	Starts     string   `json:"starts,omitempty"` // 2027-03-05, or 2027-03-05 10:00, in the program's zone
	Ends       string   `json:"ends,omitempty"`   // exclusive; a date alone is that whole day included
	Stock      *int64   `json:"stock,omitempty"`  // left out: no limit
	Minimum    int64    `json:"minimum,omitempty"`
	Days       *int64   `json:"days,omitempty"` // left out: 7
}

const (
	largestFile = 1 << 20 // bytes
	mostInFile  = 500     // rewards
)

// ReadRewards reads one reward as JSON, or a list of them. A field that rewards do not have, one that stands there twice, a value of
// another kind and anything behind the end are db.Invalid, with the name of the field. Whether the reward makes sense is for
// [AddReward] to say.
func ReadRewards(data []byte) ([]RewardFile, error) {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	switch {
	case len(data) > largestFile:
		return nil, db.Errorf(db.Invalid, "a file of rewards has at most %d bytes", largestFile)
	case !utf8.Valid(data):
		return nil, db.Errorf(db.Invalid, "the file is not UTF-8: save it as UTF-8")
	}
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	files, err := readAll(d)
	if err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, db.Errorf(db.Invalid, "something stands behind the end of the rewards: a file holds one reward or one list")
	}
	if len(files) == 0 {
		return nil, db.Errorf(db.Invalid, "there is no reward in the file")
	}
	return files, nil
}

func readAll(d *json.Decoder) (files []RewardFile, err error) {
	start, err := d.Token()
	switch {
	case err != nil:
		return nil, notJSON(err)
	case start == json.Delim('{'):
		f, err := readReward(d)
		return []RewardFile{f}, err
	case start != json.Delim('['):
		return nil, db.Errorf(db.Invalid, "a reward is written in braces: {\"name\": ...}")
	}
	for d.More() {
		if start, err := d.Token(); err != nil || start != json.Delim('{') {
			return nil, db.Errorf(db.Invalid, "a list of rewards holds rewards in braces only")
		}
		f, err := readReward(d)
		if err != nil {
			return nil, err
		}
		if files = append(files, f); len(files) > mostInFile {
			return nil, db.Errorf(db.Invalid, "a file holds at most %d rewards", mostInFile)
		}
	}
	_, err = d.Token()
	return files, notJSON(err)
}

// readReward reads the fields of a reward up to its closing brace.
func readReward(d *json.Decoder) (f RewardFile, err error) {
	into, seen := f.fields(), map[string]bool{}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return f, notJSON(err)
		}
		name, _ := key.(string)
		take, known := into[name]
		switch {
		case !known:
			return f, db.Errorf(db.Invalid, "a reward has no field %q", name)
		case seen[name]:
			return f, db.Errorf(db.Invalid, "the field %q stands there twice", name)
		}
		seen[name] = true
		var raw json.RawMessage
		if err := d.Decode(&raw); err != nil {
			return f, notJSON(err)
		}
		if err := take(name, raw); err != nil {
			return f, err
		}
	}
	_, err = d.Token()
	return f, notJSON(err)
}

// taker takes the value of a field, or says what it has to be.
type taker func(name string, raw json.RawMessage) error

// fields are the fields a file may have.
func (f *RewardFile) fields() map[string]taker {
	return map[string]taker{
		"number": intoMaybe(&f.Number), "name": intoText(&f.Name), "kind": intoText(&f.Kind), "value": intoWhole(&f.Value), "cost": intoWhole(&f.Cost),
		"choices": intoList(&f.Choices), "charity": intoText(&f.Charity), "categories": intoList(&f.Categories), "products": intoList(&f.Products),
		"stores": intoList(&f.Stores), "level": intoText(&f.Level), "automatic": intoFlag(&f.Automatic), "next_day": intoFlag(&f.NextDay),
		"starts": intoText(&f.Starts), "ends": intoText(&f.Ends), "stock": intoMaybe(&f.Stock), "minimum": intoWhole(&f.Minimum), "days": intoMaybe(&f.Days),
	}
}

func intoText(into *string) taker {
	return func(name string, raw json.RawMessage) error {
		if raw[0] != '"' {
			return db.Errorf(db.Invalid, "%q has to be words in quotes", name)
		}
		return json.Unmarshal(raw, into)
	}
}

func intoList(into *[]string) taker {
	return func(name string, raw json.RawMessage) error {
		var words []*string
		if err := json.Unmarshal(raw, &words); err != nil || raw[0] != '[' {
			return db.Errorf(db.Invalid, "%q has to be a list of words: [\"one\", \"two\"]", name)
		}
		for _, w := range words {
			if w == nil {
				return db.Errorf(db.Invalid, "%q has to be a list of words: [\"one\", \"two\"]", name)
			}
			*into = append(*into, *w)
		}
		return nil
	}
}

func intoWhole(into *int64) taker {
	return func(name string, raw json.RawMessage) error {
		n, err := strconv.ParseInt(string(raw), 10, 64)
		if err != nil {
			return db.Errorf(db.Invalid, "%q has to be a whole number without quotes", name)
		}
		*into = n
		return nil
	}
}

func intoMaybe(into **int64) taker {
	return func(name string, raw json.RawMessage) error {
		*into = new(int64)
		return intoWhole(*into)(name, raw)
	}
}

func intoFlag(into *bool) taker {
	return func(name string, raw json.RawMessage) error {
		if s := string(raw); s != "true" && s != "false" {
			return db.Errorf(db.Invalid, "%q has to be true or false", name)
		}
		*into = raw[0] == 't'
		return nil
	}
}

// notJSON says where a file stops being JSON; nil stays nil.
func notJSON(err error) error {
	var syntax *json.SyntaxError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &syntax):
		return db.Errorf(db.Invalid, "the file is no JSON from byte %d on: %s", syntax.Offset, syntax.Error())
	}
	return db.Errorf(db.Invalid, "the file is no JSON: it ends too early")
}
