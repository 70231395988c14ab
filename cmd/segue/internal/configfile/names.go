package configfile

import (
	"cmp"
	"maps"
	"slices"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"segue/internal/activation"
)

// Key is what names are compared by: without regard to case.
func Key(name string) string { return norm.NFD.String(cases.Fold().String(norm.NFD.String(name))) }

// Named is what things of a section are known by.
type Named struct {
	Name, Was, Path string
}

// Names lists the things of a section.
func (f *File) Names(section string) []Named {
	switch section {
	case Sources:
		return each(f.Sources, func(s Source) (string, string) { return s.Name, s.Was }, section)
	case Relationships:
		return each(f.Relationships, func(r Relationship) (string, string) { return r.Name, "" }, section)
	case Segments:
		return each(f.Segments, func(s Segment) (string, string) { return s.Name, s.Was }, section)
	case Connections:
		return each(f.Connections, func(c Connection) (string, string) { return c.Name, c.Was }, section)
	case Exports:
		return each(f.Exports, func(e Export) (string, string) { return e.Name, e.Was }, section)
	}
	return nil
}

// NamedSections lists the sections whose things have names.
func NamedSections() []string {
	return []string{Sources, Relationships, Segments, Connections, Exports}
}

func each[T any](list []T, of func(T) (name, was string), section string) []Named {
	out := make([]Named, len(list))
	for i, t := range list {
		name, was := of(t)
		out[i] = Named{name, was, at(section, i)}
	}
	return out
}

// Find returns which of a list of things of a server a thing of a file is: the one with its name, else the one with the name that it
// had. It is -1 for a new one.
func Find(n Named, server []Named) int {
	for _, name := range []string{n.Name, n.Was} {
		if i := slices.IndexFunc(server, func(s Named) bool { return name != "" && Key(s.Name) == Key(name) }); i >= 0 {
			return i
		}
	}
	return -1
}

// Normalise states every default, so that two files that mean the same are the same. destination is where destinations are unless a file
// says so.
func (f *File) Normalise(destination string) {
	for i := range f.Sources {
		s := &f.Sources[i]
		s.Was = ""
		if s.Kind == "" {
			s.Kind = activation.KindOf(s.Path)
		}
		s.MaxBadRows, s.MaxShrink = cmp.Or(s.MaxBadRows, 0.01), cmp.Or(s.MaxShrink, 0.3)
		if s.CSV != nil && *s.CSV == (activation.CSVOptions{}) {
			s.CSV = nil
		}
		if d := s.Database; d != nil {
			d.TLS, d.Timeout = cmp.Or(d.TLS, activation.TLSVerify), cmp.Or(d.Timeout, activation.DefaultDatabaseTimeout)
			if d.Port == 0 {
				d.Port = map[activation.SourceKind]int{activation.SourceMySQL: 3306}[s.Kind]
				d.Port = cmp.Or(d.Port, 5432)
			}
		}
	}
	if p := f.Profile; p != nil {
		p.MaxBlock = cmp.Or(p.MaxBlock, activation.DefaultMaxBlock)
	}
	for i := range f.Segments {
		s := &f.Segments[i]
		s.Was = ""
		if s.TimeZone == "UTC" {
			s.TimeZone = ""
		}
		mode := activation.SegmentSchedule{}
		if s.Schedule != nil {
			mode = *s.Schedule
		}
		mode.Mode = mode.Effective()
		s.Schedule = &mode
	}
	for i := range f.Connections {
		c := &f.Connections[i]
		c.Was, c.Type = "", cmp.Or(c.Type, activation.DestinationBrevo)
		c.BaseURL = activation.NormaliseBaseURL(cmp.Or(c.BaseURL, destination))
		if c.Mirror == nil {
			on := true
			c.Mirror = &on
		}
	}
	for i := range f.Exports {
		e := &f.Exports[i]
		e.Was, e.Leavers = "", cmp.Or(e.Leavers, activation.LeaversRemove)
		if e.TimeZone == "UTC" {
			e.TimeZone = ""
		}
		mode := activation.ExportSchedule{}
		if e.Schedule != nil {
			mode = *e.Schedule
		}
		mode.Mode = mode.Effective()
		e.Schedule = &mode
	}
}

// Definition is the profile in the domain's terms; sources are named by their names.
func (p Profile) Definition() activation.ProfileDefinition {
	d := activation.ProfileDefinition{Region: p.Region, Unify: &activation.Unification{Rules: p.Rules, MaxBlock: p.MaxBlock, Survivorship: map[string]activation.Survivorship{}}}
	first := map[string]string{}
	for i, t := range p.Tables {
		if i == 0 {
			d.Source, d.Key, first = activation.SourceID(t.Source), t.Key, t.Columns
			continue
		}
		d.Unify.Tables = append(d.Unify.Tables, activation.UnifyTable{Source: activation.SourceID(t.Source), Key: t.Key, Columns: t.Columns})
	}
	for _, f := range p.Fields {
		d.Fields = append(d.Fields, activation.Field{Name: f.Name, Column: first[f.Name], Type: f.Type, Semantic: f.Semantic})
	}
	for _, name := range slices.Sorted(maps.Keys(p.Survivorship)) {
		s := p.Survivorship[name]
		out := activation.Survivorship{Method: s.Method, By: s.By}
		for _, source := range s.Sources {
			out.Order = append(out.Order, activation.SourceID(source))
		}
		d.Unify.Survivorship[name] = out
	}
	return d
}

// Tidy leaves out what goes without saying, the opposite of Normalise.
func (f *File) Tidy(destination string) {
	f.Normalise(destination)
	for i := range f.Sources {
		s := &f.Sources[i]
		if s.Kind == activation.KindOf(s.Path) && s.Path != "" {
			s.Kind = ""
		}
		if s.MaxBadRows == 0.01 {
			s.MaxBadRows = 0
		}
		if s.MaxShrink == 0.3 {
			s.MaxShrink = 0
		}
		if d := s.Database; d != nil && d.TLS == activation.TLSVerify {
			d.TLS = ""
		}
		if d := s.Database; d != nil && d.Timeout == activation.DefaultDatabaseTimeout {
			d.Timeout = 0
		}
	}
	if f.Profile != nil && f.Profile.MaxBlock == activation.DefaultMaxBlock {
		f.Profile.MaxBlock = 0
	}
	for i := range f.Segments {
		if f.Segments[i].Schedule.Mode == activation.ScheduleWithRefresh {
			f.Segments[i].Schedule = nil
		}
	}
	for i := range f.Connections {
		c := &f.Connections[i]
		if c.BaseURL == activation.NormaliseBaseURL(destination) {
			c.BaseURL = ""
		}
		if *c.Mirror {
			c.Mirror = nil
		}
		c.Type = ""
	}
	for i := range f.Exports {
		e := &f.Exports[i]
		if e.Leavers == activation.LeaversRemove {
			e.Leavers = ""
		}
		if e.Schedule.Mode == activation.ScheduleWithRefresh {
			e.Schedule = nil
		}
	}
}
