package export

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"segue/internal/activation"
	"segue/internal/store"
)

// Feed is an attribute that another export of the account feeds, from another field, or with another day of one moment (S21).
type Feed struct {
	Export activation.Export
	activation.AttributeMapping
	at   int  // its place in the mapping of the export that asks
	zone bool // the field is the same, and the time zone is not
}

// inWords says how the other export feeds the attribute, and what would be the same.
func (f Feed) inWords() (how, same string) {
	if f.zone {
		return fmt.Sprintf("as the day that the field %q is in the time zone %s", f.Field, zoneOf(f.Export)), "Use the same time zone"
	}
	return fmt.Sprintf("from the field %q", f.Field), "Use the same field"
}

func zoneOf(e activation.Export) string {
	if e.TimeZone == "" {
		return "UTC"
	}
	return e.TimeZone
}

// Contested lists what other exports of the account feed otherwise than e would.
func (s *Service) Contested(ctx context.Context, e activation.Export) (list []Feed, err error) {
	e.Mapping = normalised(e.Mapping)
	d, _, err := s.cfg.Connections.Open(ctx, e.Connection)
	if err != nil {
		return nil, err
	}
	specs, err := attributeSpecs(ctx, d, e.Mapping)
	if err != nil {
		return nil, err
	}
	err = s.cfg.Store.View(ctx, func(r store.Reader) error {
		list, err = contested(ctx, r, e, specs, nil)
		return err
	})
	return list, err
}

// normalised writes the names of attributes as the account does.
func normalised(m activation.Mapping) activation.Mapping {
	m.Attributes = slices.Clone(m.Attributes)
	for i := range m.Attributes {
		m.Attributes[i].Attribute = attributeName(m.Attributes[i].Attribute)
	}
	return m
}

func attributeName(s string) string { return strings.ToUpper(strings.TrimSpace(s)) }

// zoned are the mapped attributes whose value depends on the export's time zone (S25): dates, of fields that can hold a moment.
func zoned(p activation.ProfileDefinition, e activation.Export, specs []activation.AttributeSpec) []string {
	var names []string
	for _, a := range e.Mapping.Attributes {
		f, _ := p.FieldNamed(a.Field)
		date := slices.ContainsFunc(specs, func(s activation.AttributeSpec) bool {
			return s.Name == a.Attribute && s.Type == activation.AttributeDate
		})
		if date && f.Type != activation.TypeDate {
			names = append(names, a.Attribute)
		}
	}
	return names
}

// contested looks at the exports as they are stored, or as some of them were planned with.
func contested(ctx context.Context, r store.Reader, e activation.Export, specs []activation.AttributeSpec, as map[activation.ExportID]activation.Export) (list []Feed, err error) {
	mine, err := r.Connection(ctx, e.Connection)
	if err != nil {
		return nil, err
	}
	p, err := r.Profile(ctx)
	if err != nil {
		return nil, noProfile(err)
	}
	days := zoned(p, e, specs)
	if err := mine.Usable(); err != nil {
		return nil, err
	}
	err = eachExport(ctx, r, func(o activation.Export) error {
		if o.ID == e.ID || o.Connection == "" {
			return nil
		}
		c, err := r.Connection(ctx, o.Connection)
		if err != nil || c.Details.Account != mine.Details.Account {
			return err
		}
		if as != nil {
			o.Mapping, o.TimeZone = as[o.ID].Mapping, as[o.ID].TimeZone
		}
		for i, a := range e.Mapping.Attributes {
			for _, b := range o.Mapping.Attributes {
				if a.Attribute != b.Attribute {
					continue
				}
				zone := a.Field == b.Field && slices.Contains(days, a.Attribute) && zoneOf(e) != zoneOf(o)
				if zone || a.Field != b.Field {
					list = append(list, Feed{Export: o, AttributeMapping: b, at: i, zone: zone})
				}
			}
		}
		return nil
	})
	return list, err
}

// planned are the definitions that runs under way or held keep to (S25).
type planned map[activation.RunID]activation.Export

// planned reads them: before a transaction, for none spans I/O.
func (s *Service) planned(ctx context.Context) (planned, error) {
	var open []activation.Run
	if err := s.cfg.Store.View(ctx, func(r store.Reader) (err error) {
		open, err = r.OpenRuns(ctx)
		return err
	}); err != nil {
		return nil, err
	}
	p := planned{}
	for _, o := range open {
		if o.Kind != activation.RunReal {
			continue
		}
		switch h, err := s.readSnapshot(o.ID); {
		case err == nil:
			p[o.ID] = h.Export
		case !errors.Is(err, os.ErrNotExist):
			return nil, err
		}
	}
	return p, nil
}

// feed holds that an attribute of an account is fed by one field (S21): what e feeds and another export feeds from another field, or
// from the same moment with the day of another time zone (S25), is refused, or taken out of the mapping of that export.
func (s *Service) feed(ctx context.Context, tx store.Tx, e activation.Export, specs []activation.AttributeSpec, takes []string, plans planned) error {
	for i, t := range takes {
		if !slices.ContainsFunc(e.Mapping.Attributes, func(a activation.AttributeMapping) bool { return a.Attribute == attributeName(t) }) {
			return activation.Errorf(activation.CodeInvalid, "the export does not map the attribute %s, so that it has nothing to take over", attributeName(t)).
				WithField(fmt.Sprintf("take_attributes[%d]", i))
		}
	}
	list, err := contested(ctx, tx, e, specs, nil)
	if err != nil {
		return err
	}
	losers := map[activation.ExportID]activation.Export{}
	for _, f := range list {
		if !slices.ContainsFunc(takes, func(t string) bool { return attributeName(t) == f.Attribute }) {
			how, same := f.inWords()
			return activation.Errorf(activation.CodeAttributeTaken, "the export %q feeds %s %s", f.Export.Name, f.Attribute, how).
				WithField(fmt.Sprintf("mapping.attributes[%d]", f.at)).
				WithRemedy(same + ", leave the attribute out, or take it over: --take-attributes " + f.Attribute)
		}
		o, seen := losers[f.Export.ID]
		if !seen {
			o = f.Export
		}
		o.Mapping.Attributes = slices.DeleteFunc(slices.Clone(o.Mapping.Attributes), func(a activation.AttributeMapping) bool { return a.Attribute == f.Attribute })
		losers[o.ID] = o
	}
	if err := s.stillSent(ctx, tx, e, specs, losers, plans); err != nil {
		return err
	}
	for _, o := range losers {
		o.UpdatedAt = s.cfg.Clock().UTC()
		if err := tx.UpdateExport(ctx, o); err != nil {
			return err
		}
		s.cfg.Log.InfoContext(ctx, "an attribute was taken over by another export", "export", o.ID)
	}
	return nil
}

// stillSent refuses what a run that is under way or held would write over: it keeps the mapping that it planned with (S25), whatever
// its export feeds now. One of an export that loses an attribute may be planning with it at this moment.
func (s *Service) stillSent(ctx context.Context, tx store.Tx, e activation.Export, specs []activation.AttributeSpec, losers map[activation.ExportID]activation.Export, plans planned) error {
	open, err := tx.OpenRuns(ctx)
	if err != nil {
		return err
	}
	conflict := func(name string, run activation.RunID) error {
		return activation.Errorf(activation.CodeConflict, "a run of the export %q is under way or held (%s), and would still send its value", name, run).
			WithRemedy("Wait until it has ended, or cancel or refuse it")
	}
	as := map[activation.ExportID]activation.Export{}
	runs := map[activation.ExportID]activation.RunID{}
	for _, o := range open {
		if o.Kind != activation.RunReal {
			continue
		}
		if loser, ok := losers[o.Export]; ok {
			return conflict(loser.Name, o.ID)
		}
		p, ok := plans[o.ID]
		if !ok { // it may have planned since they were read
			switch h, err := s.readSnapshot(o.ID); {
			case err == nil:
				p, ok = h.Export, true
			case !errors.Is(err, os.ErrNotExist):
				return err
			}
		}
		if ok {
			as[o.Export], runs[o.Export] = p, o.ID
		}
	}
	list, err := contested(ctx, tx, e, specs, as)
	if err != nil || len(list) == 0 {
		return err
	}
	return conflict(list[0].Export.Name, runs[list[0].Export.ID])
}
