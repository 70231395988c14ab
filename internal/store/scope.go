package store

import (
	"context"

	"segue/internal/activation"
)

// Scope reads what the rules of segments name: all relationships, and the segments in them, with those that these name. A segment that
// is gone is left out; whoever checks the rules finds that.
func Scope(ctx context.Context, r Reader, segments ...activation.Segment) (activation.Scope, error) {
	s := activation.Scope{Segments: map[activation.SegmentID]activation.Segment{}}
	var err error
	if s.Relationships, err = r.Relationships(ctx); err != nil {
		return s, err
	}
	queries := false
	for len(segments) > 0 {
		g := segments[0]
		segments = segments[1:]
		queries = queries || len(g.Queries()) > 0
		for _, id := range g.Uses() {
			if _, ok := s.Segments[id]; ok {
				continue
			}
			inner, err := r.Segment(ctx, id)
			switch activation.CodeOf(err) {
			case "":
				s.Segments[id] = inner
				segments = append(segments, inner)
			case activation.CodeNotFound:
			default:
				return s, err
			}
		}
	}
	if queries {
		list, err := Every(func(p Page) ([]activation.Source, string, error) { return r.Sources(ctx, p) })
		if err != nil {
			return s, err
		}
		for _, x := range list {
			s.Readable = append(s.Readable, activation.NamedTable{Name: x.Name, ID: x.ID})
		}
	}
	return s, nil
}

// Model reads everything that the rules of segments are checked against; p is the profile.
func Model(ctx context.Context, r Reader, p activation.ProfileDefinition, segments ...activation.Segment) (activation.Model, error) {
	m := activation.Model{Profile: p}
	var err error
	if m.Scope, err = Scope(ctx, r, segments...); err != nil {
		return m, err
	}
	m.Tables, err = Tables(ctx, r)
	return m, err
}

// Tables reads the columns of the tables as they were taken over.
func Tables(ctx context.Context, r Reader) (map[activation.SourceID][]activation.Column, error) {
	list, err := Every(func(p Page) ([]activation.Source, string, error) { return r.Sources(ctx, p) })
	if err != nil {
		return nil, err
	}
	out := map[activation.SourceID][]activation.Column{}
	for _, s := range list {
		if s.Ingest != nil && len(s.Ingest.Columns) > 0 {
			out[s.ID] = s.Ingest.Columns
		}
	}
	return out, nil
}
