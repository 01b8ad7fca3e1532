package standard

import (
	"bytes"
	"encoding/json"
	"strings"
	"unicode/utf8"
)

// maxDepth is how deep an event may nest; a sale needs four levels.
const maxDepth = 16

// fault is what is wrong with a body; field says where, in the event's own words ("data.amount"), "" when it is the whole.
type fault struct{ field, text string }

func (f *fault) Error() string {
	if f.field == "" {
		return f.text
	}
	return f.field + ": " + f.text
}

// readObject reads one JSON object (RFC 8259) more strictly than encoding/json does: UTF-8 without NUL, no name twice in an object,
// nothing after it, at most maxDepth levels. Names are case-sensitive and numbers stay as they were written. A byte order mark before
// it is ignored, as the RFC allows.
func readObject(body []byte) (map[string]any, error) {
	body = bytes.TrimPrefix(body, []byte("\uFEFF"))
	switch {
	case !utf8.Valid(body):
		return nil, &fault{"", "The body is not UTF-8."}
	case !json.Valid(body):
		return nil, &fault{"", "The body is not one JSON object."}
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	v, err := readValue(d, "", 0)
	if err != nil {
		return nil, err
	}
	object, ok := v.(map[string]any)
	if !ok {
		return nil, &fault{"", "The body is not a JSON object."}
	}
	return object, nil
}

// readValue reads the next value of a document that is known to be valid JSON.
func readValue(d *json.Decoder, path string, depth int) (any, error) {
	token, err := d.Token()
	if err != nil {
		return nil, &fault{path, "This cannot be read."}
	}
	switch t := token.(type) {
	case json.Delim:
		if depth == maxDepth {
			return nil, &fault{"", "The body nests too deeply."}
		}
		if t == '[' {
			return readList(d, path, depth+1)
		}
		return readMembers(d, path, depth+1)
	case string:
		if strings.Contains(t, "\x00") {
			return nil, &fault{path, "A text may not contain NUL."}
		}
	}
	return token, nil
}

func readList(d *json.Decoder, path string, depth int) (any, error) {
	list := []any{}
	for d.More() {
		v, err := readValue(d, path, depth)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	_, err := d.Token()
	return list, err
}

func readMembers(d *json.Decoder, path string, depth int) (any, error) {
	object := map[string]any{}
	for d.More() {
		token, err := d.Token()
		if err != nil {
			return nil, &fault{path, "This cannot be read."}
		}
		name, _ := token.(string)
		at := join(path, name)
		if _, twice := object[name]; twice {
			return nil, &fault{printablePath(at), "This name stands there twice."}
		}
		if object[name], err = readValue(d, at, depth); err != nil {
			return nil, err
		}
	}
	_, err := d.Token()
	return object, err
}

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// printablePath keeps a sender's own names from filling a log or an answer.
func printablePath(path string) string {
	if runes := []rune(path); len(runes) > 80 {
		path = string(runes[:80]) + "..."
	}
	return strings.ToValidUTF8(strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1
		}
		return r
	}, path), "")
}
