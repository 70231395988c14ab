package audit

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"time"

	"segue/internal/activation"
)

// picture is what the log tells of a thing. shown is written down; hidden is only compared, so that the log tells that
// it changed and not what it is: secrets, addresses, and values of customers.
type picture struct {
	shown  map[string]any
	hidden map[string]any
}

// json is the picture as the log keeps it; nil for nothing.
func (p *picture) json() (json.RawMessage, error) {
	if p == nil {
		return nil, nil
	}
	b, err := json.Marshal(p.shown)
	if err != nil {
		return nil, fmt.Errorf("encode a change for the audit log: %w", err)
	}
	return b, nil
}

// changed names the parts in which two pictures of a thing differ, in alphabetical order.
func changed(was, is picture) (names []string) {
	for _, pair := range [][2]map[string]any{{was.shown, is.shown}, {was.hidden, is.hidden}} {
		all := maps.Clone(pair[0])
		if all == nil {
			all = map[string]any{}
		}
		maps.Copy(all, pair[1])
		for name := range all {
			if !reflect.DeepEqual(pair[0][name], pair[1][name]) && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	slices.Sort(names)
	return names
}

func drawSource(s activation.Source) picture {
	p := picture{shown: map[string]any{
		"name": s.Name, "kind": s.Kind, "path": s.Path, "csv": s.CSV, "columns": s.Columns, "max_bad_rows": s.MaxBadRows, "max_shrink": s.MaxShrink,
	}}
	if d := s.Database; s.Kind.Database() { // a query may hold values of customers
		p.shown["database"] = map[string]any{
			"host": d.Host, "port": d.Port, "name": d.Name, "tls": d.TLS, "table": d.Table, "timeout": d.Timeout, "has_password": s.SealedPassword != nil,
		}
		p.hidden = map[string]any{"user": d.User, "query": d.Query, "ca": d.CA, "password": string(s.SealedPassword)}
	}
	return p
}

// drawIngest and drawBuild tell that rows were taken over; errors may quote files, so only that there was one.
func drawIngest(activation.Ingest) picture {
	return picture{shown: map[string]any{"ingested": true}}
}

func drawBuild(b activation.ProfileBuild) picture {
	return picture{shown: map[string]any{"profiles": b.Profiles, "failed": b.Error != ""}}
}

func drawProfile(d activation.ProfileDefinition) picture {
	return picture{shown: map[string]any{"source": d.Source, "key": d.Key, "fields": d.Fields, "region": d.Region, "unify": d.Unify}}
}

// drawPair leaves the keys of rows out: they name customers.
func drawPair(p activation.MatchPair) picture {
	return picture{
		shown:  map[string]any{"kind": p.Kind, "a_source": p.A.Source, "b_source": p.B.Source},
		hidden: map[string]any{"a_key": p.A.Key, "b_key": p.B.Key},
	}
}

func drawRelationship(r activation.Relationship) picture {
	return picture{shown: map[string]any{"name": r.Name, "from": r.From, "to": r.To, "keys": r.Keys}}
}

// drawSegment leaves the operands of conditions out: they may be addresses or names of customers.
func drawSegment(s activation.Segment) picture {
	rules := make([]activation.SegmentRule, len(s.Rules))
	for i, r := range s.Rules {
		rules[i] = activation.SegmentRule{Combine: r.Combine, Rule: withoutValues(r.Rule)}
	}
	return picture{
		shown:  map[string]any{"name": s.Name, "description": s.Description, "rules": rules, "time_zone": s.TimeZone, "schedule": s.Schedule},
		hidden: map[string]any{"rules": s.Rules},
	}
}

func withoutValues(r activation.Rule) activation.Rule {
	out := r
	out.All, out.Any, out.Values = nil, nil, nil
	for _, child := range r.All {
		out.All = append(out.All, withoutValues(child))
	}
	for _, child := range r.Any {
		out.Any = append(out.Any, withoutValues(child))
	}
	if n := len(r.Values); n > 0 {
		out.Values = []string{fmt.Sprintf("[%d left out]", n)}
	}
	if r.Related != nil {
		related := *r.Related
		if related.Where != nil {
			where := withoutValues(*related.Where)
			related.Where = &where
		}
		if related.Within != nil {
			within := *related.Within
			within.Values = nil
			related.Within = &within
		}
		out.Related = &related
	}
	return out
}

func drawConnection(c activation.Connection) picture {
	return picture{
		shown: map[string]any{
			"name": c.Name, "type": c.Type, "base_url": c.BaseURL, "key_tail": c.KeyTail, "shared": c.Shared, "clear_empty": c.ClearEmpty, "mirror_off": c.MirrorOff, "export_user": c.ExportUser, "contact_limit": c.ContactLimit, "removing_at": moment(c.RemovingAt), "organization_id": c.Details.OrganizationID,
			"company": c.Details.Company, "consent_at": moment(c.ConsentAt), "consent_by": c.ConsentBy, "consent_version": c.ConsentVersion,
		},
		hidden: map[string]any{"api_key": string(c.SealedKey)},
	}
}

func drawExport(e activation.Export) picture {
	return picture{shown: map[string]any{
		"name": e.Name, "connection": e.Connection, "detached": e.Detached, "removing": e.Removing, "list_id": e.List, "list_name": e.ListName, "segments": e.Segments, "mapping": e.Mapping,
		"leavers": e.Leavers, "take_over": e.TakeOver, "time_zone": e.TimeZone, "schedule": e.Schedule,
		"freshness": e.Freshness.String(),
	}}
}

func drawRun(r activation.Run) picture {
	return picture{shown: map[string]any{
		"export": r.Export, "kind": r.Kind, "status": r.Status, "cancel_requested": r.CancelRequested, "stop": r.Stop, "refresh_mirror": r.RefreshMirror, "released": r.Released, "released_by": r.ReleasedBy,
	}}
}

func drawRefreshSchedule(s activation.RefreshSchedule) picture {
	return picture{shown: map[string]any{"on": s.On, "days": s.Days, "times": s.Times, "time_zone": s.TimeZone}}
}

func drawRefresh(r activation.Refresh) picture {
	return picture{shown: map[string]any{"status": r.Status, "export": r.Export, "segment": r.Segment, "cancel_requested": r.CancelRequested}}
}

// drawNoticeSettings leaves out who mails come from and whom the server knows: these are addresses. Where a webhook is called may hold
// a key in its path.
func drawNoticeSettings(s activation.NoticeSettings) picture {
	return picture{
		shown: map[string]any{
			"mail_on": s.MailOn, "host": s.Server.Host, "port": s.Server.Port, "security": s.Server.Security, "webhook_on": s.WebhookOn,
			"has_password": s.SealedPassword != nil, "has_secret": s.SealedSecret != nil,
		},
		hidden: map[string]any{
			"user": s.Server.User, "from": s.From, "password": string(s.SealedPassword), "url": s.URL, "secret": string(s.SealedSecret),
		},
	}
}

func drawPerson(p activation.Person) picture {
	return picture{
		shown: map[string]any{
			"name": p.Name, "role": p.Role, "sees_persons": p.SeesPersons, "off": p.Off, "has_password": p.PasswordHash != "",
			"has_one_time_codes": p.SealedTOTP != nil, "has_single_sign_on": p.Issuer != "", "notices": p.Notices,
		},
		hidden: map[string]any{"email": p.Email.String(), "password": p.PasswordHash, "one_time_codes": string(p.SealedTOTP), "single_sign_on": p.Issuer + " " + p.Subject},
	}
}

func drawSession(s activation.Session) picture {
	return picture{shown: map[string]any{"person": s.Person, "from": s.From, "ends_at": moment(s.EndsAt)}}
}

func drawToken(t activation.APIToken) picture {
	return picture{shown: map[string]any{"person": t.Person, "name": t.Name, "role": t.Role, "expires_at": moment(t.ExpiresAt), "tail": t.Tail}}
}

func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}
