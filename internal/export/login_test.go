package export_test

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"

	"segue/internal/activation"
	"segue/internal/destination"
)

// Account implements destination.Destination.
func (l *login) Account(context.Context) (activation.AccountDetails, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, err := l.call("account")
	return activation.AccountDetails{Account: activation.Account{OrganizationID: l.org}, Company: "Primjer d.o.o."}, err
}

// List implements destination.Destination.
func (l *login) List(_ context.Context, id activation.ListID) (destination.List, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, err := l.call("list"); err != nil {
		return destination.List{}, err
	}
	members, ok := l.lists[id]
	if !ok {
		return destination.List{}, noList()
	}
	return destination.List{ID: id, Name: fmt.Sprintf("List %d", id), Size: int64(len(members))}, nil
}

func noList() error {
	return &destination.Error{Outcome: destination.Refused, Code: activation.CodeListMissing, Status: 404, Kind: "list", Message: "no such list"}
}

// Lists implements destination.Destination.
func (l *login) Lists(context.Context) ([]destination.List, error) { return nil, nil }

// Attributes implements destination.Destination.
func (l *login) Attributes(context.Context) ([]destination.Attribute, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, err := l.call("attributes")
	return slices.Clone(l.attributes), err
}

// Limits implements destination.Destination.
func (l *login) Limits() activation.CallLimits { return l.limits }

// BooleanLiterals implements destination.Destination.
func (l *login) BooleanLiterals() (yes, no string) { return `"Yes"`, `"No"` }

// Import implements destination.Destination.
func (l *login) Import(_ context.Context, list activation.ListID, rows []activation.Row) (activation.ProcessID, error) {
	return l.load(list, rows, false)
}

// ImportClearing implements destination.Clearer.
func (l *login) ImportClearing(_ context.Context, list activation.ListID, rows []activation.Row) (activation.ProcessID, error) {
	return l.load(list, rows, true)
}

func (l *login) load(list activation.ListID, rows []activation.Row, clearing bool) (activation.ProcessID, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	effect, err := l.call("import")
	if _, ok := l.lists[list]; !ok && err == nil {
		return 0, noList()
	}
	if !effect {
		return 0, err
	}
	for _, p := range l.processes {
		if p.own && !p.applied && !p.fate.gone && !p.givenUp {
			l.breaches = append(l.breaches, fmt.Sprintf("two imports are in flight: %s, then %s", names(p.rows), names(rows)))
		}
	}
	l.writes = append(l.writes, fmt.Sprintf("import %d: %s", list, names(rows)))
	l.sizes = append(l.sizes, len(rows))
	p := l.begin(true, list, rows)
	p.clear = clearing
	l.cleared = append(l.cleared, clearing)
	return p.ID, err
}

func names(rows []activation.Row) string {
	var who []string
	for _, r := range rows {
		who = append(who, string(r.Address))
	}
	return strings.Join(who, " ")
}

// Processes implements destination.Destination.
func (l *login) Processes(_ context.Context, offset, limit int) ([]destination.Process, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	_, err := l.call("processes")
	l.looks = append(l.looks, l.clock.now())
	if err != nil {
		return nil, err
	}
	var list []destination.Process
	for _, p := range slices.Backward(l.processes) {
		if !p.fate.gone && !l.clock.now().Before(p.listed) {
			list = append(list, p.Process)
		}
	}
	return list[min(offset, len(list)):min(offset+limit, len(list))], nil
}

// Report implements destination.Destination.
func (l *login) Report(_ context.Context, r destination.Report) iter.Seq2[destination.ReportLine, error] {
	return func(yield func(destination.ReportLine, error) bool) {
		l.mu.Lock()
		_, err := l.call("report")
		var lines []destination.ReportLine
		for _, p := range l.processes {
			if fmt.Sprint(p.ID) == r.URL {
				lines = slices.Clone(p.fate.lines)
			}
		}
		l.mu.Unlock()
		if err != nil {
			yield(destination.ReportLine{}, err)
			return
		}
		for _, x := range lines {
			if !yield(x, nil) {
				return
			}
		}
	}
}

// Remove implements destination.Destination.
func (l *login) Remove(_ context.Context, list activation.ListID, addresses []activation.Email) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	effect, err := l.call("remove")
	members, ok := l.lists[list]
	if !ok && err == nil {
		return noList()
	}
	if effect {
		who := []string{}
		for _, a := range addresses {
			delete(members, a)
			who = append(who, string(a))
		}
		line := fmt.Sprintf("remove %d: %s", list, strings.Join(who, " "))
		l.writes, l.landed = append(l.writes, line), append(l.landed, line)
	}
	return err
}

// Contact implements destination.Destination.
func (l *login) Contact(_ context.Context, a activation.Email) (destination.Contact, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if _, err := l.call("contact"); err != nil {
		return destination.Contact{}, err
	}
	c := l.contacts[a]
	if s := l.shown[a]; s != nil {
		c = s
	}
	if c == nil || l.clock.now().Before(c.ModifiedAt.Add(l.lag)) {
		return destination.Contact{}, &destination.Error{
			Outcome: destination.Refused, Code: activation.CodeNotFound, Status: 404, Kind: "contact", Message: "no such contact",
		}
	}
	x := *c
	for list, members := range l.lists {
		if members[a] {
			x.Lists = append(x.Lists, list)
		}
	}
	return x, nil
}

// Calls implements destination.Destination.
func (l *login) Calls() map[string]int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	out := map[string]int64{}
	for k, n := range maps.Clone(l.calls) {
		if n > l.mine[k] {
			out[k] = n - l.mine[k]
		}
	}
	return out
}
