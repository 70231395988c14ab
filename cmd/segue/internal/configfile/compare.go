package configfile

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
)

// Difference is a field that is to change.
type Difference struct {
	Field string `json:"field"`
	// From and To are what it is and will be, as JSON; nil for nothing.
	From any `json:"from"`
	To   any `json:"to"`
}

// Compare lists the fields in which two things differ, as JSON names them.
func Compare(from, to any) ([]Difference, error) {
	was, err := flat(from)
	if err != nil {
		return nil, err
	}
	is, err := flat(to)
	if err != nil {
		return nil, err
	}
	all := maps.Clone(was)
	maps.Copy(all, is)
	var list []Difference
	for _, field := range slices.Sorted(maps.Keys(all)) {
		if was[field] != is[field] {
			list = append(list, Difference{Field: field, From: was[field], To: is[field]})
		}
	}
	return list, nil
}

// flat writes a value as its leaves, by their paths.
func flat(v any) (map[string]any, error) {
	text, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("compare a %T: %w", v, err)
	}
	var plain any
	if err := json.Unmarshal(text, &plain); err != nil {
		return nil, fmt.Errorf("compare a %T: %w", v, err)
	}
	out := map[string]any{}
	var walk func(v any, path string)
	walk = func(v any, path string) {
		switch v := v.(type) {
		case map[string]any:
			for name, x := range v {
				walk(x, join(path, name))
			}
		case []any:
			for i, x := range v {
				walk(x, path+"["+strconv.Itoa(i)+"]")
			}
		case nil:
		default:
			out[path] = v
		}
	}
	walk(plain, "")
	return out, nil
}
