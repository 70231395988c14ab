package cli

import (
	"encoding/json"
	"fmt"
	"strings"

	"segue/client"
	"segue/cmd/segue/internal/configfile"
	"segue/internal/activation"
)

// serverState is what a server has, by name.
type serverState struct {
	sources       []client.Source
	unification   client.Unification // of version 0 where there is none
	built         bool               // whether there are profiles of it
	relationships []client.Relationship
	segments      []client.Segment
	connections   []client.Connection
	exports       []client.Export
	refresh       client.RefreshSchedule
	destination   string
	// role is what the caller may do.
	role activation.Role
}

// readServer reads everything that configuration files speak of; nothing is changed.
func (inv *invocation) readServer(c *client.Client) (s serverState, err error) {
	// A token can do less than the person whose it is, so what is asked is what may be read.
	one := int64(1)
	switch _, err := client.Decode[client.PersonList](c.ListPeople(inv.ctx, &client.ListPeopleParams{Limit: &one})); client.CodeOf(err) {
	case "":
		s.role = activation.RoleAdministrator
	case "forbidden":
		s.role = activation.RoleContributor
	default:
		return s, err
	}
	if s.sources, err = inv.sources(c); err != nil {
		return s, err
	}
	s.unification, err = client.Decode[client.Unification](c.GetUnification(inv.ctx))
	if err != nil && client.CodeOf(err) != "not_found" {
		return s, err
	}
	if s.unification.Version > 0 {
		profile, err := client.Decode[client.ProfileDefinition](c.GetProfile(inv.ctx))
		if err != nil {
			return s, err
		}
		s.built = profile.Build != nil && !profile.Build.At.Before(s.unification.UpdatedAt)
	}
	related, err := client.Decode[client.RelationshipList](c.ListRelationships(inv.ctx))
	if err != nil {
		return s, err
	}
	s.relationships = related.Items
	if s.segments, err = inv.segments(c); err != nil {
		return s, err
	}
	s.connections, err = collect(0, func(after *string) ([]client.Connection, string, error) {
		l, err := client.Decode[client.ConnectionList](c.ListConnections(inv.ctx, &client.ListConnectionsParams{After: after, Limit: pageSize(0)}))
		return l.Items, l.NextCursor, err
	})
	if client.CodeOf(err) == "forbidden" {
		s.role, err = activation.RoleViewer, nil
	}
	if err != nil {
		return s, err
	}
	s.exports, err = collect(0, func(after *string) ([]client.Export, string, error) {
		l, err := client.Decode[client.ExportList](c.ListExports(inv.ctx, &client.ListExportsParams{After: after, Limit: pageSize(0)}))
		return l.Items, l.NextCursor, err
	})
	if err != nil {
		return s, err
	}
	if s.refresh, err = client.Decode[client.RefreshSchedule](c.GetRefreshSchedule(inv.ctx)); err != nil {
		return s, err
	}
	settings, err := client.Decode[client.Settings](c.GetSettings(inv.ctx))
	s.destination = settings.DestinationUrls["brevo"]
	return s, err
}

// administers reports whether the caller may do what administrators may.
func (s serverState) administers() bool {
	return s.role == activation.RoleAdministrator
}

// recode turns a value into one of another type with the same JSON.
func recode[T any](v any) (out T, err error) {
	text, err := json.Marshal(v)
	if err == nil {
		err = json.Unmarshal(text, &out)
	}
	if err != nil {
		err = fmt.Errorf("turn a %T into a %T: %w", v, out, err)
	}
	return out, err
}

// namer says how what a server calls something is called in a file: as it is, or as the file will have it.
type namer func(section, name string) string

func asItIs(_, name string) string { return name }

// file writes what a server has as a configuration file. Things have the names that they have; where they are named by others, it is
// as files will have it. It holds no secret: the names of variables are made up.
func (s serverState) file(call namer) (f configfile.File, err error) {
	source, segment, connection := map[string]string{}, map[string]string{}, map[string]string{}
	for _, x := range s.sources {
		source[x.ID] = call(configfile.Sources, x.Name)
	}
	for _, x := range s.segments {
		segment[x.ID] = call(configfile.Segments, x.Name)
	}
	for _, x := range s.connections {
		connection[x.ID] = call(configfile.Connections, x.Name)
	}
	variables := variableNames{}
	for _, x := range s.sources {
		out, err := sourceOf(x, variables)
		if err != nil {
			return f, err
		}
		f.Sources = append(f.Sources, out)
	}
	if s.unification.Version > 0 {
		if f.Profile, err = profileOf(s.unification, source); err != nil {
			return f, err
		}
	}
	for _, x := range s.relationships {
		out := configfile.Relationship{Name: x.Name, From: source[x.From], To: source[x.To]}
		if out.Keys, err = recode[[]activation.KeyPair](x.Keys); err != nil {
			return f, err
		}
		f.Relationships = append(f.Relationships, out)
	}
	for _, x := range s.segments {
		out := configfile.Segment{Name: x.Name, Description: x.Description, TimeZone: x.TimeZone}
		if out.Rules, err = recode[[]activation.SegmentRule](x.Rules); err != nil {
			return f, err
		}
		named(out.Rules, func(id string) string { return segment[id] })
		schedule, err := recode[activation.SegmentSchedule](x.Schedule)
		if err != nil {
			return f, err
		}
		out.Schedule = &schedule
		f.Segments = append(f.Segments, out)
	}
	for _, x := range s.connections {
		on := x.Mirror != "off"
		f.Connections = append(f.Connections, configfile.Connection{
			Name: x.Name, Type: activation.DestinationType(x.Type), BaseURL: x.BaseURL, KeyEnv: variables.name("KEY", x.Name), Shared: x.Shared,
			ContactLimit: x.ContactLimit, Mirror: &on, ClearEmpty: x.ClearEmpty != "" && x.ClearEmpty != "off",
		})
	}
	for _, x := range s.exports {
		out, err := exportOf(x, segment)
		if err != nil {
			return f, err
		}
		out.Connection = call(configfile.Connections, x.Connection.Name)
		f.Exports = append(f.Exports, out)
	}
	if s.refresh.Version > 0 {
		schedule, err := recode[activation.RefreshSchedule](s.refresh)
		if err != nil {
			return f, err
		}
		f.RefreshSchedule = &schedule
	}
	return f, nil
}

func sourceOf(x client.Source, variables variableNames) (out configfile.Source, err error) {
	out = configfile.Source{Name: x.Name, Kind: activation.SourceKind(x.Kind), Path: x.Path, MaxBadRows: x.MaxBadRows, MaxShrink: x.MaxShrink}
	csv, err := recode[activation.CSVOptions](x.Csv)
	if err != nil {
		return out, err
	}
	if csv != (activation.CSVOptions{}) {
		out.CSV = &csv
	}
	if out.Columns, err = recode[map[string]activation.ColumnOption](x.Columns); err != nil || x.Database == nil {
		return out, err
	}
	options, err := recode[activation.DatabaseOptions](x.Database)
	out.Database = &configfile.Database{DatabaseOptions: options}
	if x.Database.HasPassword {
		out.Database.PasswordEnv = variables.name("PASSWORD", x.Name)
	}
	return out, err
}

func profileOf(u client.Unification, source map[string]string) (p *configfile.Profile, err error) {
	p = &configfile.Profile{Region: u.Region, MaxBlock: int(u.MaxBlock)}
	if p.Fields, err = recode[[]configfile.Field](u.Fields); err != nil {
		return nil, err
	}
	if p.Rules, err = recode[[]activation.MatchRule](u.Rules); err != nil {
		return nil, err
	}
	for _, t := range u.Tables {
		out := configfile.Table{Source: source[t.SourceID], Key: t.Key, Columns: map[string]string{}}
		for _, c := range t.Columns {
			out.Columns[c.Field] = c.Column
		}
		p.Tables = append(p.Tables, out)
	}
	for _, s := range u.Survivorship {
		if p.Survivorship == nil {
			p.Survivorship = map[string]configfile.Survivorship{}
		}
		out := configfile.Survivorship{Method: activation.Survivor(s.Method), By: s.By}
		for _, id := range s.SourceIds {
			out.Sources = append(out.Sources, source[id])
		}
		p.Survivorship[s.Field] = out
	}
	return p, nil
}

func exportOf(x client.Export, segment map[string]string) (out configfile.Export, err error) {
	out = configfile.Export{Name: x.Name, List: configfile.List{ID: x.ListID}, Leavers: activation.LeaversPolicy(x.Leavers), TakeOver: x.TakeOver, TimeZone: x.TimeZone}
	for _, id := range x.SegmentIds {
		out.Segments = append(out.Segments, segment[id])
	}
	if out.Mapping, err = recode[activation.Mapping](x.Mapping); err != nil {
		return out, err
	}
	schedule, err := recode[activation.ExportSchedule](x.Schedule)
	out.Schedule = &schedule
	if x.Freshness != nil {
		out.Freshness = x.Freshness.WithinMinutes
	}
	return out, err
}

// named replaces how segments are named in rules.
func named(rules []activation.SegmentRule, call func(string) string) {
	for i := range rules {
		namedIn(&rules[i].Rule, call)
	}
}

func namedIn(r *activation.Rule, call func(string) string) {
	if r.Segment != "" {
		r.Segment = activation.SegmentID(call(string(r.Segment)))
	}
	for i := range r.All {
		namedIn(&r.All[i], call)
	}
	for i := range r.Any {
		namedIn(&r.Any[i], call)
	}
}

// variableNames are the names of variables that were made up.
type variableNames map[string]bool

// name makes up the name of a variable for the secret of something.
func (v variableNames) name(what, of string) string {
	name := "SEGUE_" + what + "_" + strings.Trim(strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case (r >= 'A' && r <= 'Z') || (r >= '0' && r <= '9'):
			return r
		}
		return '_'
	}, of), "_")
	for i, first := 2, name; v[name]; i++ {
		name = fmt.Sprintf("%s_%d", first, i)
	}
	v[name] = true
	return name
}

// columns are the columns of the tables, by what files will call them; those of sources whose rows will be read in another way are left out.
func (s serverState) columns(call namer, other map[string]bool) (map[string][]activation.Column, error) {
	out := map[string][]activation.Column{}
	for _, x := range s.sources {
		name := call(configfile.Sources, x.Name)
		if x.Ingest == nil || len(x.Ingest.Columns) == 0 || other[name] {
			continue
		}
		columns, err := recode[[]activation.Column](x.Ingest.Columns)
		if err != nil {
			return nil, err
		}
		out[name] = columns
	}
	return out, nil
}
