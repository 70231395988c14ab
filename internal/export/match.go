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
	byValue   map[string]activation.Email // identifier values, as digits or as they are
	named     map[activation.Email]struct{}
	rejected  []ledger.Rejection
}

func newMatcher(rows []activation.Row) *matcher {
	m := &matcher{
		addresses: make(map[activation.Email]struct{}, len(rows)), byValue: map[string]activation.Email{},
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
			m.byValue[text] = r.Address
			if (activation.AttributeMapping{Attribute: name}).IsPhone() {
				m.byValue[activation.NormalisePhoneDigits(text)] = r.Address
			}
		}
	}
	return m
}

// match takes a line in; false means that no row of the batch fits it.
func (m *matcher) match(kind string, l destination.ReportLine) bool {
	address := l.Address
	if _, ok := m.addresses[address]; !ok || address == "" {
		if address != "" {
			return false
		}
		if address, ok = m.byValue[l.Identifier]; !ok {
			if address, ok = m.byValue[activation.NormalisePhoneDigits(l.Identifier)]; !ok {
				return false
			}
		}
	}
	if _, ok := m.named[address]; ok {
		return true
	}
	m.named[address] = struct{}{}
	why := kind
	if r := strings.TrimSpace(l.Reason); r != "" {
		why += ": " + r
	}
	m.rejected = append(m.rejected, ledger.Rejection{Address: address, Why: why})
	return true
}
