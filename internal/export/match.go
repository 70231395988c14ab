package export

import (
	"encoding/json"
	"strings"

	"segue/internal/activation"
	"segue/internal/destination"
	"segue/internal/ledger"
)

// matcher finds the row of a batch that a report's line is about (S12). It is made once for a batch.
type matcher struct {
	addresses map[activation.Email]struct{}
	wearers   map[destination.Identifier][]activation.Email // of identifiers, as their attribute and value were sent
	named     map[activation.Email]struct{}
	rejected  []ledger.Rejection
}

func newMatcher(rows []activation.Row) *matcher {
	m := &matcher{
		addresses: make(map[activation.Email]struct{}, len(rows)), wearers: map[destination.Identifier][]activation.Email{},
		named: map[activation.Email]struct{}{},
	}
	for _, r := range rows {
		m.addresses[r.Address] = struct{}{}
		var values map[string]any
		if json.Unmarshal(r.Attributes, &values) != nil {
			continue
		}
		for name, v := range values {
			text, ok := v.(string)
			if !ok || !(activation.AttributeMapping{Attribute: name}).IsIdentifier() {
				continue
			}
			of := []string{name}
			if (activation.AttributeMapping{Attribute: name}).IsPhone() {
				text, of = activation.NormalisePhoneDigits(text), append(of, destination.AnyPhone)
			}
			for _, name := range of {
				id := destination.Identifier{Attribute: name, Value: text}
				m.wearers[id] = append(m.wearers[id], r.Address)
			}
		}
	}
	return m
}

// Why a line of a report is not understood. Nobody of its batch counts as exported then (S12): whoever is blamed in somebody else's
// stead, that one would.
const (
	fitsNobody  = "a line fits nobody who was sent"
	fitsSeveral = "a line fits several people who were sent"
)

// match takes a line in. It returns why it cannot, if no row of the batch fits the line, or more than one.
func (m *matcher) match(kind string, l destination.ReportLine) (why string) {
	address, why := m.find(l)
	if why != "" {
		return why
	}
	if _, ok := m.named[address]; ok {
		return ""
	}
	m.named[address] = struct{}{}
	said := kind
	if r := strings.TrimSpace(l.Reason); r != "" {
		said += ": " + r
	}
	m.rejected = append(m.rejected, ledger.Rejection{Address: address, Why: said})
	return ""
}

// find returns whom a line is about. Without an address it is whoever was sent with an identifier that it names, of that attribute;
// all that it names must lead to one.
func (m *matcher) find(l destination.ReportLine) (address activation.Email, why string) {
	if l.Address != "" {
		if _, ok := m.addresses[l.Address]; !ok {
			return "", fitsNobody
		}
		return l.Address, ""
	}
	for _, id := range l.Others {
		for _, a := range m.wearers[id] {
			if address != "" && a != address {
				return "", fitsSeveral
			}
			address = a
		}
	}
	if address == "" {
		return "", fitsNobody
	}
	return address, ""
}
