package configfile

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// List is a list of an account as a file says it: by its number, or by the name that it has at the destination when the file is applied.
type List struct {
	ID   int64
	Name string
}

// MarshalJSON writes the name, else the number.
func (l List) MarshalJSON() ([]byte, error) {
	if l.Name != "" {
		return json.Marshal(l.Name)
	}
	return json.Marshal(l.ID)
}

// UnmarshalJSON reads a name or a number.
func (l *List) UnmarshalJSON(text []byte) error {
	*l = List{}
	if strings.HasPrefix(string(text), `"`) {
		return json.Unmarshal(text, &l.Name)
	}
	return json.Unmarshal(text, &l.ID)
}

// list reads a list of an account.
func (r *reading) list(n *yaml.Node, into *List, path string) {
	name := strings.TrimSpace(n.Value)
	switch {
	case n.Kind != yaml.ScalarNode:
		r.add(n, path, "", "is %s, not the number or the name of a list", kindOf(n))
	case n.Tag == "!!int":
		id, err := strconv.ParseInt(n.Value, 10, 64)
		if err != nil {
			r.add(n, path, "If it is a name, put it in quotes", "is no number of a list")
		}
		into.ID = id
	case n.Tag != "!!str":
		r.add(n, path, fmt.Sprintf("If it is a name, put it in quotes: %q", n.Value), "is %s, not the number or the name of a list", kindOf(n))
	case name == "":
		r.add(n, path, "Write the number or the name of a list", "is empty")
	default:
		into.Name = name
	}
}

// node is the YAML of a list.
func (l List) node() *yaml.Node {
	if l.Name != "" {
		return text(l.Name)
	}
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!int", Value: strconv.FormatInt(l.ID, 10)}
}

// AccountList is a list that an account has.
type AccountList struct {
	ID           int64
	Name, Folder string
}

// In finds the list among those of an account by its name: as it is written, else without regard to case. Where that is none or several it
// says so, and how to mend it.
func (l List) In(lists []AccountList) (id int64, problem, remedy string) {
	same := func(equal func(name string) bool) []AccountList {
		return slices.DeleteFunc(slices.Clone(lists), func(a AccountList) bool { return !equal(strings.TrimSpace(a.Name)) })
	}
	found := same(func(name string) bool { return name == l.Name })
	if len(found) == 0 {
		found = same(func(name string) bool { return Key(name) == Key(l.Name) })
	}
	switch len(found) {
	case 1:
		return found[0].ID, "", ""
	case 0:
		var names []string
		for _, a := range lists {
			names = append(names, a.Name)
		}
		return 0, fmt.Sprintf("the account has no list %q", l.Name), meant(l.Name, names)
	}
	var all []string
	for _, a := range found {
		s := strconv.FormatInt(a.ID, 10)
		if a.Folder != "" {
			s += " (in the folder " + strconv.Quote(a.Folder) + ")"
		}
		all = append(all, s)
	}
	return 0, fmt.Sprintf("%d lists of the account are called %q: %s", len(found), l.Name, strings.Join(all, ", ")), "Write the number of the one that is meant"
}
