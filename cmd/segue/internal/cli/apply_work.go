package cli

import (
	"bytes"
	"context"
	"encoding/json"

	"segue/client"
	"segue/cmd/segue/internal/configfile"
	"segue/internal/activation"
)

// applying makes changes, one after the other, and knows the ids of what is there by now.
type applying struct {
	ctx context.Context
	c   *client.Client
	env func(string) string
	// ids are by section and name, as files have it.
	ids    map[string]map[string]string
	server serverState
}

func newApplying(ctx context.Context, c *client.Client, env func(string) string, s serverState, call namer) *applying {
	w := &applying{ctx: ctx, c: c, env: env, server: s, ids: map[string]map[string]string{configfile.Sources: {}, configfile.Segments: {}, configfile.Connections: {}}}
	for _, x := range s.sources {
		w.ids[configfile.Sources][call(configfile.Sources, x.Name)] = x.ID
	}
	for _, x := range s.segments {
		w.ids[configfile.Segments][call(configfile.Segments, x.Name)] = x.ID
	}
	for _, x := range s.connections {
		w.ids[configfile.Connections][call(configfile.Connections, x.Name)] = x.ID
	}
	return w
}

func (w *applying) sourceInput(s configfile.Source, password bool) (in client.SourceInput, err error) {
	in = client.SourceInput{Name: s.Name, Kind: client.SourceInputKind(s.Kind), Path: s.Path, MaxBadRows: s.MaxBadRows, MaxShrink: s.MaxShrink}
	if in.Columns, err = recode[map[string]client.ColumnOption](s.Columns); err != nil {
		return in, err
	}
	if s.CSV != nil {
		csv, err := recode[client.CSVOptions](s.CSV)
		if err != nil {
			return in, err
		}
		in.Csv = &csv
	}
	if s.Database != nil {
		database, err := recode[client.DatabaseInput](s.Database.DatabaseOptions)
		if err != nil {
			return in, err
		}
		if password {
			database.Password = w.env(s.Database.PasswordEnv)
		}
		in.Database = &database
	}
	return in, nil
}

func (w *applying) createSource(s configfile.Source) error {
	in, err := w.sourceInput(s, s.Database != nil && s.Database.PasswordEnv != "")
	if err != nil {
		return err
	}
	x, err := client.Decode[client.Source](w.c.CreateSource(w.ctx, in))
	w.ids[configfile.Sources][s.Name] = x.ID
	return err
}

func (w *applying) updateSource(old client.Source, s configfile.Source, password bool) error {
	in, err := w.sourceInput(s, password)
	if err != nil {
		return err
	}
	return client.Done(w.c.UpdateSource(w.ctx, old.ID, client.SourceUpdate{
		Name: in.Name, Kind: client.SourceUpdateKind(in.Kind), Path: in.Path, Csv: in.Csv, Database: in.Database, Columns: in.Columns,
		MaxBadRows: in.MaxBadRows, MaxShrink: in.MaxShrink, Version: old.Version,
	}))
}

func (w *applying) ingest(name string) error {
	_, err := client.Decode[client.Source](w.c.IngestSource(w.ctx, w.ids[configfile.Sources][name], nil))
	return err
}

func (w *applying) build() error {
	_, err := client.Decode[client.ProfileDefinition](w.c.BuildProfile(w.ctx))
	return err
}

func (w *applying) putProfile(p configfile.Profile) (err error) {
	in := client.UnificationInput{Region: p.Region, MaxBlock: int64(p.MaxBlock), Version: w.server.unification.Version, Survivorship: []client.FieldSurvivorship{}}
	if in.Fields, err = recode[[]client.UnifyField](p.Fields); err != nil {
		return err
	}
	if in.Rules, err = recode[[]client.MatchRule](append([]activation.MatchRule{}, p.Rules...)); err != nil {
		return err
	}
	for _, t := range p.Tables {
		out := client.UnifyTable{SourceID: w.ids[configfile.Sources][t.Source], Key: t.Key, Columns: []client.FieldColumn{}}
		for _, f := range p.Fields {
			if column, has := t.Columns[f.Name]; has {
				out.Columns = append(out.Columns, client.FieldColumn{Field: f.Name, Column: column})
			}
		}
		in.Tables = append(in.Tables, out)
	}
	for _, field := range sortedKeys(p.Survivorship) {
		s := p.Survivorship[field]
		out := client.FieldSurvivorship{Field: field, Method: client.FieldSurvivorshipMethod(s.Method), By: s.By}
		for _, name := range s.Sources {
			out.SourceIds = append(out.SourceIds, w.ids[configfile.Sources][name])
		}
		in.Survivorship = append(in.Survivorship, out)
	}
	return client.Done(w.c.PutUnification(w.ctx, in))
}

func (w *applying) createRelationship(r configfile.Relationship) error {
	keys, err := recode[[]client.KeyPair](r.Keys)
	if err != nil {
		return err
	}
	return client.Done(w.c.CreateRelationship(w.ctx, client.RelationshipInput{
		Name: r.Name, From: w.ids[configfile.Sources][r.From], To: w.ids[configfile.Sources][r.To], Keys: keys,
	}))
}

// rules are the rules of a segment with ids in place of names.
func (w *applying) rules(list []activation.SegmentRule) ([]client.SegmentRule, error) {
	out, err := recode[[]activation.SegmentRule](list) // a copy that can be changed
	if err != nil {
		return nil, err
	}
	named(out, func(name string) string { return w.ids[configfile.Segments][name] })
	return recode[[]client.SegmentRule](out)
}

func (w *applying) createSegment(s configfile.Segment) error {
	rules, err := w.rules(s.Rules)
	if err != nil {
		return err
	}
	g, err := client.Decode[client.Segment](w.c.CreateSegment(w.ctx, client.SegmentInput{Name: s.Name, Description: s.Description, TimeZone: s.TimeZone, Rules: rules}))
	if err != nil {
		return err
	}
	w.ids[configfile.Segments][s.Name] = g.ID
	if *s.Schedule == (activation.SegmentSchedule{Mode: activation.ScheduleWithRefresh}) {
		return nil
	}
	return w.scheduleSegment(g.ID, g.Version, *s.Schedule)
}

func (w *applying) scheduleSegment(id string, version int64, s activation.SegmentSchedule) error {
	return client.Done(w.c.SetSegmentSchedule(w.ctx, id, client.SegmentScheduleInput{
		Mode: client.SegmentScheduleInputMode(s.Mode), Cron: s.Cron, TimeZone: s.TimeZone, Version: version,
	}))
}

func (w *applying) updateSegment(old client.Segment, have, want configfile.Segment) error {
	version := old.Version
	scheduled := have.Schedule
	have.Schedule = want.Schedule
	other, err := configfile.Compare(have, want)
	if err != nil {
		return err
	}
	if len(other) > 0 {
		rules, err := w.rules(want.Rules)
		if err != nil {
			return err
		}
		g, err := client.Decode[client.Segment](w.c.UpdateSegment(w.ctx, old.ID, client.SegmentUpdate{
			Name: want.Name, Description: want.Description, TimeZone: want.TimeZone, Rules: rules, Version: version,
		}))
		if err != nil {
			return err
		}
		version = g.Version
	}
	if *scheduled == *want.Schedule {
		return nil
	}
	return w.scheduleSegment(old.ID, version, *want.Schedule)
}

func (w *applying) createConnection(x configfile.Connection, key string) error {
	k, err := client.Decode[client.Connection](w.c.CreateConnection(w.ctx, client.ConnectionInput{
		Name: x.Name, Type: client.ConnectionInputType(x.Type), BaseURL: x.BaseURL, APIKey: key, Draft: true, Shared: x.Shared, ContactLimit: x.ContactLimit,
	}))
	if err != nil {
		return err
	}
	w.ids[configfile.Connections][x.Name] = k.ID
	change := map[string]any{}
	if !*x.Mirror {
		change["mirror"] = "off"
	}
	if x.ClearEmpty {
		change["clear_empty"] = true
	}
	return w.changeConnection(k.ID, k.Version, change)
}

func (w *applying) changeConnection(id string, version int64, change map[string]any) error {
	if len(change) == 0 {
		return nil
	}
	change["version"] = version
	body, err := json.Marshal(change) // the client would leave out what is false or 0
	if err != nil {
		return err
	}
	return client.Done(w.c.UpdateConnectionWithBody(w.ctx, id, "application/json", bytes.NewReader(body)))
}

func (w *applying) updateConnection(old client.Connection, have, want configfile.Connection, key string, rotate bool) error {
	change := map[string]any{}
	if have.Name != want.Name {
		change["name"] = want.Name
	}
	if have.Shared != want.Shared {
		change["shared"] = want.Shared
	}
	if have.ContactLimit != want.ContactLimit {
		change["contact_limit"] = want.ContactLimit
	}
	if have.ClearEmpty != want.ClearEmpty {
		change["clear_empty"] = want.ClearEmpty
	}
	if *have.Mirror != *want.Mirror {
		change["mirror"] = map[bool]string{true: "on", false: "off"}[*want.Mirror]
	}
	if rotate {
		change["api_key"] = key
	}
	return w.changeConnection(old.ID, old.Version, change)
}

func (w *applying) createExport(x configfile.Export) error {
	in, err := w.exportUpdate(x)
	if err != nil {
		return err
	}
	e, err := client.Decode[client.Export](w.c.CreateExport(w.ctx, client.ExportInput{
		Name: in.Name, ConnectionID: in.ConnectionID, ListID: in.ListID, SegmentIds: in.SegmentIds, Mapping: in.Mapping,
		Leavers: client.ExportInputLeavers(in.Leavers), TakeOver: in.TakeOver, TimeZone: in.TimeZone, Schedule: in.Schedule,
	}))
	if err != nil || x.Freshness == 0 {
		return err
	}
	return w.freshness(e, x.Freshness)
}

func (w *applying) freshness(e client.Export, minutes int64) error {
	return client.Done(w.c.SetFreshness(w.ctx, e.ID, client.FreshnessInput{WithinMinutes: minutes, Version: e.Version}))
}

func (w *applying) exportUpdate(x configfile.Export) (in client.ExportUpdate, err error) {
	in = client.ExportUpdate{
		Name: x.Name, ConnectionID: w.ids[configfile.Connections][x.Connection], ListID: x.List.ID, Leavers: client.ExportUpdateLeavers(x.Leavers),
		TakeOver: x.TakeOver, TimeZone: x.TimeZone,
	}
	if x.List.ID == 0 {
		if in.ListID, err = w.list(x); err != nil {
			return in, err
		}
	}
	for _, name := range x.Segments {
		in.SegmentIds = append(in.SegmentIds, w.ids[configfile.Segments][name])
	}
	if in.Mapping, err = recode[client.Mapping](x.Mapping); err != nil {
		return in, err
	}
	schedule, err := recode[client.ExportSchedule](x.Schedule)
	in.Schedule = &schedule
	return in, err
}

func (w *applying) updateExport(old client.Export, have, want configfile.Export, moved bool) error {
	in, err := w.exportUpdate(want)
	if err != nil {
		return err
	}
	now := old
	if moved {
		if old.Detached == nil {
			if err := client.Done(w.c.DetachExport(w.ctx, old.ID)); err != nil {
				return err
			}
		}
		now, err = client.Decode[client.Export](w.c.AttachExport(w.ctx, old.ID, client.AttachInput{ConnectionID: in.ConnectionID, ListID: in.ListID}))
		if err != nil {
			return err
		}
	}
	have.Connection = want.Connection
	freshness := have.Freshness
	have.Freshness = want.Freshness
	other, err := configfile.Compare(have, want)
	if err != nil {
		return err
	}
	if len(other) > 0 {
		in.Version = now.Version
		if now, err = client.Decode[client.Export](w.c.UpdateExport(w.ctx, old.ID, in)); err != nil {
			return err
		}
	}
	if freshness == want.Freshness {
		return nil
	}
	return w.freshness(now, want.Freshness)
}

func (w *applying) putRefresh(s activation.RefreshSchedule) error {
	in, err := recode[client.RefreshSchedule](s)
	if err != nil {
		return err
	}
	in.Version = w.server.refresh.Version
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	return client.Done(w.c.PutRefreshScheduleWithBody(w.ctx, "application/json", bytes.NewReader(body)))
}
