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

// Feed is an attribute that another export of the account feeds, from another field (S21).
type Feed struct {
	Export activation.Export
	activation.AttributeMapping
	at int // its place in the mapping of the export that asks
}

// Contested lists what other exports of the account feed otherwise than e would.
func (s *Service) Contested(ctx context.Context, e activation.Export) (list []Feed, err error) {
	e.Mapping = normalised(e.Mapping)
	err = s.cfg.Store.View(ctx, func(r store.Reader) error {
		list, err = contested(ctx, r, e, nil)
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

// contested looks at the exports as they are stored, or as some of them were planned with.
func contested(ctx context.Context, r store.Reader, e activation.Export, as map[activation.ExportID]activation.Export) (list []Feed, err error) {
	mine, err := r.Connection(ctx, e.Connection)
	if err != nil {
		return nil, err
	}
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
			o.Mapping = as[o.ID].Mapping
		}
		for i, a := range e.Mapping.Attributes {
			for _, b := range o.Mapping.Attributes {
				if a.Attribute == b.Attribute && a.Field != b.Field {
					list = append(list, Feed{Export: o, AttributeMapping: b, at: i})
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

// feed holds that an attribute of an account is fed by one field (S21): what e feeds and another export feeds from another field is
// refused, or taken out of the mapping of that export.
func (s *Service) feed(ctx context.Context, tx store.Tx, e activation.Export, takes []string, plans planned) error {
	for i, t := range takes {
		if !slices.ContainsFunc(e.Mapping.Attributes, func(a activation.AttributeMapping) bool { return a.Attribute == attributeName(t) }) {
			return activation.Errorf(activation.CodeInvalid, "the export does not map the attribute %s, so that it has nothing to take over", attributeName(t)).
				WithField(fmt.Sprintf("take_attributes[%d]", i))
		}
	}
	list, err := contested(ctx, tx, e, nil)
	if err != nil {
		return err
	}
	losers := map[activation.ExportID]activation.Export{}
	for _, f := range list {
		if !slices.ContainsFunc(takes, func(t string) bool { return attributeName(t) == f.Attribute }) {
			return activation.Errorf(activation.CodeAttributeTaken, "the export %q feeds %s from the field %q", f.Export.Name, f.Attribute, f.Field).
				WithField(fmt.Sprintf("mapping.attributes[%d]", f.at)).
				WithRemedy("Use the same field, leave the attribute out, or take it over: --take-attributes " + f.Attribute)
		}
		o, seen := losers[f.Export.ID]
		if !seen {
			o = f.Export
		}
		o.Mapping.Attributes = slices.DeleteFunc(slices.Clone(o.Mapping.Attributes), func(a activation.AttributeMapping) bool { return a.Attribute == f.Attribute })
		losers[o.ID] = o
	}
	if err := s.stillSent(ctx, tx, e, losers, plans); err != nil {
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
func (s *Service) stillSent(ctx context.Context, tx store.Tx, e activation.Export, losers map[activation.ExportID]activation.Export, plans planned) error {
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
		if p, ok := plans[o.ID]; ok {
			as[o.Export], runs[o.Export] = p, o.ID
		}
	}
	list, err := contested(ctx, tx, e, as)
	if err != nil || len(list) == 0 {
		return err
	}
	return conflict(list[0].Export.Name, runs[list[0].Export.ID])
}
