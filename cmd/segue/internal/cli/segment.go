package cli

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"segue/client"
	"segue/cmd/segue/internal/table"
	"segue/cmd/segue/internal/where"
)

type segmentCmd struct {
	Add       segmentAdd       `cmd:"" help:"Add a segment."`
	List      segmentList      `cmd:"" help:"List segments."`
	Show      segmentShow      `cmd:"" help:"Show a segment and its rules."`
	Count     segmentCount     `cmd:"" help:"Count the members of a segment, or of rules that are not stored."`
	Sample    segmentSample    `cmd:"" help:"List members of a segment, or of rules that are not stored."`
	Overlap   segmentOverlap   `cmd:"" help:"Hold segments against each other: who is in both, who in one only."`
	Trend     segmentTrend     `cmd:"" help:"Show how many members a segment had over time."`
	Changes   segmentChanges   `cmd:"" help:"List who entered and left a segment since a moment."`
	Update    segmentUpdate    `cmd:"" help:"Change a segment."`
	Duplicate segmentDuplicate `cmd:"" help:"Make a copy of a segment under another name."`
	Schedule  segmentSchedule  `cmd:"" help:"Say when segments are evaluated."`
	Evaluate  segmentEvaluate  `cmd:"" help:"Evaluate a segment that keeps its members, now."`
	Remove    segmentRemove    `cmd:"" help:"Remove a segment."`
}

type segmentName struct {
	Name string `arg:"" help:"Name or id of the segment."`
}

// ruleFlags say who is selected.
type ruleFlags struct {
	Where string `xor:"rules" placeholder:"RULE" help:"Rule such as \"country = HR and points >= 500\"; docs/cli.md describes the language."`
	File  string `xor:"rules" placeholder:"FILE" help:"JSON file with a rule, or with a list of rules that are combined; - is standard input."`
	SQL   string `xor:"rules" name:"sql" placeholder:"FILE" help:"File with one SELECT of ids of customers; - is standard input. Administrators only; docs/sql.md says what it may hold."`
}

// given reports whether there are rules.
func (f ruleFlags) given() bool { return f.Where != "" || f.File != "" || f.SQL != "" }

// rules reads the rules.
func (f ruleFlags) rules(inv *invocation, c *client.Client) ([]client.SegmentRule, error) {
	if f.SQL != "" {
		text, err := inv.readInput(f.SQL)
		return []client.SegmentRule{{Rule: client.Rule{Operator: client.RuleOperatorInQuery, SQL: string(text)}}}, err
	}
	if f.Where == "" {
		return inv.ruleFile(f.File)
	}
	m, err := inv.ruleModel(c, f.Where)
	if err != nil {
		return nil, err
	}
	r, err := where.ParseTyped(f.Where, m)
	if s := (*where.SyntaxError)(nil); errors.As(err, &s) {
		remedy := "Read docs/cli.md"
		if s.Field != "" {
			remedy = inv.retype(c, s.Field, s.Wants)
		}
		return nil, usagef("the rule is not understood %s", err).withRemedy(remedy)
	}
	return []client.SegmentRule{{Rule: r}}, err
}

// retype says how a field of the profile that is text gets another type.
func (inv *invocation) retype(c *client.Client, field string, wants client.FieldType) string {
	column, source := field, "SOURCE"
	if d, err := client.Decode[client.ProfileDefinition](c.GetProfile(inv.ctx)); err == nil {
		for _, f := range d.Fields {
			if f.Name == field {
				column = f.Column
			}
		}
		if src, err := client.Decode[client.Source](c.GetSource(inv.ctx, d.SourceID)); err == nil {
			source = shellWord(src.Name)
		}
	}
	return fmt.Sprintf("If %[1]s should be a %[2]s: segue source update %[3]s --column %[4]s; segue source ingest %[3]s; segue profile set --source %[3]s --build",
		field, wants, source, shellWord(column+"="+string(wants)))
}

// ruleModel asks for what a rule may speak of: for tables and segments only where it seems to.
func (inv *invocation) ruleModel(c *client.Client, rule string) (m where.Model, err error) {
	d, err := client.Decode[client.ProfileDefinition](c.GetProfile(inv.ctx))
	if client.CodeOf(err) == "not_found" {
		return m, &client.Error{Code: "not_ready", Message: "the unified profile is not defined yet", Remedy: "Define it first: segue profile set"}
	}
	m.Fields = d.Fields
	if err == nil && strings.Contains(strings.ToLower(rule), "member") {
		m.Segments, err = inv.segments(c)
	}
	if err != nil || !strings.Contains(rule, "{") {
		return m, err
	}
	related, err := client.Decode[client.RelationshipList](c.ListRelationships(inv.ctx))
	if err != nil {
		return m, err
	}
	sources, err := inv.sources(c)
	m.Relationships, m.Columns = related.Items, map[string][]client.Column{}
	for _, s := range sources {
		if s.Ingest != nil && len(s.Ingest.Columns) > 0 {
			m.Columns[s.ID] = s.Ingest.Columns
		}
	}
	return m, err
}

// segments lists all segments.
func (inv *invocation) segments(c *client.Client) ([]client.Segment, error) {
	return collect(0, func(after *string) ([]client.Segment, string, error) {
		l, err := client.Decode[client.SegmentList](c.ListSegments(inv.ctx, &client.ListSegmentsParams{After: after, Limit: pageSize(0)}))
		return l.Items, l.NextCursor, err
	})
}

// sources lists all data sources.
func (inv *invocation) sources(c *client.Client) ([]client.Source, error) {
	return collect(0, func(after *string) ([]client.Source, string, error) {
		l, err := client.Decode[client.SourceList](c.ListSources(inv.ctx, &client.ListSourcesParams{After: after, Limit: pageSize(0)}))
		return l.Items, l.NextCursor, err
	})
}

// ruleFile reads a rule, or a list of combined rules, from a file.
func (inv *invocation) ruleFile(path string) ([]client.SegmentRule, error) {
	var raw json.RawMessage
	if err := inv.readJSON(path, &raw); err != nil {
		return nil, err
	}
	strict := func(into any) error {
		dec := json.NewDecoder(strings.NewReader(string(raw)))
		dec.DisallowUnknownFields()
		return dec.Decode(into)
	}
	if strings.HasPrefix(strings.TrimSpace(string(raw)), "[") {
		var list []client.SegmentRule
		if err := strict(&list); err != nil {
			return nil, usagef("%s is no list of rules: %v", path, err)
		}
		return list, nil
	}
	var r client.Rule
	if err := strict(&r); err != nil {
		return nil, usagef("%s is no rule: %v", path, err)
	}
	return []client.SegmentRule{{Rule: r}}, nil
}

type segmentAdd struct {
	Name        string `arg:"" help:"Name of the segment."`
	Description string `placeholder:"TEXT" help:"What it is for."`
	TimeZone    string `placeholder:"ZONE" help:"IANA zone of relative dates, such as Europe/Zagreb. Defaults to UTC."`
	ruleFlags
}

// Run works the command.
func (s *segmentAdd) Run(inv *invocation) error {
	if !s.given() {
		return usagef("who is in the segment is missing").withRemedy("Use --where, --file or --sql")
	}
	c, err := inv.api()
	if err != nil {
		return err
	}
	rules, err := s.rules(inv, c)
	if err != nil {
		return err
	}
	g, err := client.Decode[client.Segment](c.CreateSegment(inv.ctx, client.SegmentInput{
		Name: s.Name, Description: s.Description, TimeZone: s.TimeZone, Rules: rules,
	}))
	if err != nil {
		return err
	}
	return inv.show(g, func(io.Writer) error {
		inv.say("Segment %q is added.", g.Name)
		return nil
	})
}

type segmentList struct{}

// Run works the command.
func (*segmentList) Run(inv *invocation) error {
	c, err := inv.api()
	if err != nil {
		return err
	}
	items, err := inv.segments(c)
	if err != nil {
		return err
	}
	names := namesOf(items)
	return list(inv, items, "There is no segment yet. Add one: segue segment add",
		[]table.Column{table.Text("name"), table.Text("members are"), table.Text("changed")},
		func(g client.Segment) []string {
			return []string{g.Name, short(strings.Join(ruleLines(g.Rules, names), " ")), inv.when(g.UpdatedAt)}
		})
}

// short cuts text that is too long for a table.
func short(s string) string {
	if r := []rune(s); len(r) > 80 {
		return string(r[:77]) + "..."
	}
	return s
}

// namesOf are the names of segments, by their ids.
func namesOf(list []client.Segment) map[string]string {
	names := map[string]string{}
	for _, g := range list {
		names[g.ID] = g.Name
	}
	return names
}

// lines writes each rule of a segment, and asks for the names of segments where they name some.
func (inv *invocation) lines(c *client.Client, rules []client.SegmentRule) ([]string, error) {
	if !slices.ContainsFunc(rules, func(r client.SegmentRule) bool { return namesSegments(r.Rule) }) {
		return ruleLines(rules, nil), nil
	}
	list, err := inv.segments(c)
	return ruleLines(rules, namesOf(list)), err
}

// namesSegments reports whether a rule names a segment.
func namesSegments(r client.Rule) bool {
	return r.Segment != "" || slices.ContainsFunc(r.All, namesSegments) || slices.ContainsFunc(r.Any, namesSegments)
}

// ruleLines writes each rule of a segment, with how it joins those before it.
func ruleLines(rules []client.SegmentRule, names map[string]string) []string {
	var out []string
	for _, r := range rules {
		s := where.Format(r.Rule, names)
		if r.Combine != "" {
			s = string(r.Combine) + " " + s
		}
		out = append(out, s)
	}
	return out
}

type segmentShow struct{ segmentName }

// Run works the command.
func (s *segmentShow) Run(inv *invocation) error {
	c, err := inv.api()
	if err != nil {
		return err
	}
	g, err := inv.segment(c, s.Name)
	if err != nil {
		return err
	}
	lines, err := inv.lines(c, g.Rules)
	if err != nil {
		return err
	}
	return inv.show(g, func(w io.Writer) error {
		pairs := [][2]string{{"Segment", g.Name}, {"Id", g.ID}, {"Description", g.Description}, {"Time zone", g.TimeZone}, {"Changed", inv.when(g.UpdatedAt)}}
		if g.Schedule.Mode != "with_refresh" {
			pairs = append(pairs, [2]string{"Evaluated", segmentScheduleWords(g.Schedule)}, [2]string{"Members kept", inv.keptWords(g.Evaluation)})
		}
		for i, l := range lines {
			pairs = append(pairs, [2]string{fmt.Sprintf("Rule %d", i+1), l})
		}
		return table.Pairs(w, pairs...)
	})
}

// segmentOrRules names a stored segment or gives rules.
type segmentOrRules struct {
	Name     string `arg:"" optional:"" help:"Name or id of the segment."`
	TimeZone string `placeholder:"ZONE" help:"IANA zone of relative dates of the rules given."`
	ruleFlags
}

func (s segmentOrRules) check() error {
	if s.given() == (s.Name != "") {
		return usagef("name a segment, or give rules with --where, --file or --sql")
	}
	return nil
}

type segmentCount struct{ segmentOrRules }

// Run works the command.
func (s *segmentCount) Run(inv *invocation) error {
	if err := s.check(); err != nil {
		return err
	}
	c, err := inv.api()
	if err != nil {
		return err
	}
	var n client.SegmentCount
	var rules []client.SegmentRule
	if s.given() {
		if rules, err = s.rules(inv, c); err != nil {
			return err
		}
		p, err := client.Decode[client.SegmentPreviewed](c.PreviewSegment(inv.ctx, client.SegmentPreview{Rules: rules, TimeZone: s.TimeZone}))
		if err != nil {
			return err
		}
		n = client.SegmentCount{Members: p.Members, Rules: p.Rules, UnknownIds: p.UnknownIds}
	} else {
		g, err := inv.segment(c, s.Name)
		if err != nil {
			return err
		}
		rules = g.Rules
		if n, err = client.Decode[client.SegmentCount](c.CountSegment(inv.ctx, g.ID)); err != nil {
			return err
		}
	}
	lines, err := inv.lines(c, rules)
	if err != nil {
		return err
	}
	return inv.show(n, func(w io.Writer) error {
		if _, err := fmt.Fprintln(w, count(n.Members, "member", "members")); err != nil {
			return err
		}
		if n.UnknownIds > 0 {
			if _, err := fmt.Fprintf(w, "%s of the queries no customer has; they select nobody.\n", count(n.UnknownIds, "id", "ids")); err != nil {
				return err
			}
		}
		if len(n.Rules) < 2 {
			return nil
		}
		t := table.New(table.Number("alone"), table.Text("rule"))
		for i, l := range lines {
			if i < len(n.Rules) {
				t.Add(num(n.Rules[i]), l)
			}
		}
		_, err := t.WriteTo(w)
		return err
	})
}

type segmentSample struct {
	segmentOrRules
	Limit int `default:"20" help:"How many members to list; with a stored segment 0 lists all. Defaults to ${default}."`
}

// Run works the command.
func (s *segmentSample) Run(inv *invocation) error {
	if err := s.check(); err != nil {
		return err
	}
	c, err := inv.api()
	if err != nil {
		return err
	}
	if s.given() {
		rules, err := s.rules(inv, c)
		if err != nil {
			return err
		}
		p, err := client.Decode[client.SegmentPreviewed](c.PreviewSegment(inv.ctx, client.SegmentPreview{
			Rules: rules, TimeZone: s.TimeZone, Sample: int64(min(max(s.Limit, 1), 100)),
		}))
		if err != nil {
			return err
		}
		return inv.people(p.Sample, "Nobody is selected.")
	}
	g, err := inv.segment(c, s.Name)
	if err != nil {
		return err
	}
	items, err := collect(s.Limit, func(after *string) ([]client.Profile, string, error) {
		l, err := client.Decode[client.ProfileList](c.ListMembers(inv.ctx, g.ID, &client.ListMembersParams{After: after, Limit: pageSize(s.Limit)}))
		return l.Items, l.NextCursor, err
	})
	if err != nil {
		return err
	}
	return inv.people(items, "The segment has no members.")
}

type segmentUpdate struct {
	segmentName
	Rename      string `placeholder:"NAME" help:"New name."`
	Description string `placeholder:"TEXT" help:"New description."`
	TimeZone    string `placeholder:"ZONE" help:"New zone of relative dates."`
	ruleFlags
}

// Run works the command.
func (s *segmentUpdate) Run(inv *invocation) error {
	c, err := inv.api()
	if err != nil {
		return err
	}
	g, err := inv.segment(c, s.Name)
	if err != nil {
		return err
	}
	in := client.SegmentUpdate{Name: g.Name, Description: g.Description, TimeZone: g.TimeZone, Rules: g.Rules, Version: g.Version}
	set(&in.Name, s.Rename)
	set(&in.Description, s.Description)
	set(&in.TimeZone, s.TimeZone)
	if s.given() {
		if in.Rules, err = s.rules(inv, c); err != nil {
			return err
		}
	}
	if g, err = client.Decode[client.Segment](c.UpdateSegment(inv.ctx, g.ID, in)); err != nil {
		return err
	}
	return inv.show(g, func(io.Writer) error {
		inv.say("Segment %q is changed. Exports that use it follow with their next run.", g.Name)
		return nil
	})
}

type segmentRemove struct{ segmentName }

// Run works the command.
func (s *segmentRemove) Run(inv *invocation) error {
	c, err := inv.api()
	if err != nil {
		return err
	}
	g, err := inv.segment(c, s.Name)
	if err != nil {
		return err
	}
	if err := client.Done(c.DeleteSegment(inv.ctx, g.ID)); err != nil {
		return err
	}
	inv.say("Segment %q is removed.", g.Name)
	return nil
}
