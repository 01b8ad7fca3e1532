package standard

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

// FuzzReadObject holds the strict reader against encoding/json: what it accepts is the same there, and the first name of an object is
// also the last.
func FuzzReadObject(f *testing.F) {
	for _, body := range []string{`{}`, `{"a":[1,2.5,{"b":null}],"c":"\u00e9"}`, `{"a":1,"a":1}`, `{"a":{"b":[[]]}} `, `[]`, "\uFEFF{}", `{"a":1e999}`, `{"":{}}`} {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		got, err := readObject([]byte(body))
		if err != nil {
			return
		}
		d := json.NewDecoder(strings.NewReader(strings.TrimPrefix(body, "\uFEFF")))
		d.UseNumber()
		var want map[string]any
		if err := d.Decode(&want); err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("%q: %v, encoding/json reads %v (%v)", body, got, want, err)
		}
	})
}

func TestNestingIsBounded(t *testing.T) {
	nested := func(levels int) string { return strings.Repeat(`{"a":`, levels) + "1" + strings.Repeat("}", levels) }
	if _, err := readObject([]byte(nested(maxDepth))); err != nil {
		t.Error(err)
	}
	if _, err := readObject([]byte(nested(maxDepth + 1))); err == nil {
		t.Error("a level too many")
	}
}
