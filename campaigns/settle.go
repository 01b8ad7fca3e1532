package campaigns

import (
	"encoding/json"
	"maps"
	"slices"
)

// named is a condition with names in it that the owner may change.
type named interface {
	condition
	// settle is its JSON with ids in place of names; db.Invalid when it names what does not exist.
	settle(n *names) (any, error)
}

// settle reads an audience and writes it as it is stored: what it names is checked and replaced by its id, so that another name, or
// none, does not change who is meant. Errors: db.Invalid.
func settle(raw json.RawMessage, n *names) (json.RawMessage, error) {
	if _, err := parseAudience(raw); err != nil {
		return nil, err
	}
	if len(raw) == 0 {
		return json.RawMessage("{}"), nil
	}
	return settleObject(raw, n)
}

// settleObject goes through an audience that was read before.
func settleObject(raw json.RawMessage, n *names) (json.RawMessage, error) {
	var object map[string]json.RawMessage
	if err := readJSON(raw, &object); err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(object)) {
		settled, err := settleValue(name, object[name], n)
		if err != nil {
			return nil, err
		}
		object[name] = settled
	}
	return json.Marshal(object)
}

func settleValue(name string, raw json.RawMessage, n *names) (json.RawMessage, error) {
	switch name {
	case "not":
		return settleObject(raw, n)
	case "all", "any", "except":
		var list []json.RawMessage
		err := readJSON(raw, &list)
		for i := 0; i < len(list) && err == nil; i++ {
			list[i], err = settleObject(list[i], n)
		}
		if err != nil {
			return nil, err
		}
		return json.Marshal(list)
	}
	c, err := parseCondition(name, raw, 1)
	if err != nil {
		return nil, err
	}
	one, ok := c.(named)
	if !ok {
		return raw, nil
	}
	ids, err := one.settle(n)
	if err != nil {
		return nil, err
	}
	return json.Marshal(ids)
}
