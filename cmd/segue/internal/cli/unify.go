package cli

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"segue/client"
	"segue/cmd/segue/internal/table"
)

type unifyCmd struct {
	Suggest  unifySuggest  `cmd:"" help:"Suggest how tables are unified: fields, columns and rules."`
	Set      unifySet      `cmd:"" help:"Set how tables are unified, from a file or from the suggestion for sources."`
	Show     unifyShow     `cmd:"" help:"Show tables, fields and rules, and what the last build made of them."`
	Preview  unifyPreview  `cmd:"" help:"Tell what a definition would make of the tables; nothing is stored."`
	Clusters unifyClusters `cmd:"" help:"List profiles of several rows, with the rules that joined them."`
	Explain  unifyExplain  `cmd:"" help:"Explain why two rows match or do not."`
	Always   unifyAlways   `cmd:"" help:"Say that two rows are always one person."`
	Never    unifyNever    `cmd:"" help:"Say that two rows are never one person."`
	Forget   unifyForget   `cmd:"" help:"Forget what was said of two rows."`
	Separate unifySeparate `cmd:"" help:"Take a row out of its profile, for good."`
	Pairs    unifyPairs    `cmd:"" help:"List always and never pairs."`
	Changes  unifyChanges  `cmd:"" help:"List merged and split profiles."`
}

// sourceNames names sources by their ids, each looked up once.
func (inv *invocation) sourceNames(c *client.Client) func(id string) string {
	names := map[string]string{}
	return func(id string) string {
		if name, ok := names[id]; ok {
			return name
		}
		names[id] = id // one that was removed keeps its id
		if src, err := client.Decode[client.Source](c.GetSource(inv.ctx, id)); err == nil {
			names[id] = src.Name
		}
		return names[id]
	}
}

// row reads a row as people write it: the name or id of a source, a colon, the key. Both may have colons: the longest name that there
// is counts.
func (inv *invocation) row(c *client.Client, text string) (client.Row, error) {
	err := error(usagef("%q is no row", text).withRemedy("Write a row as SOURCE:KEY, such as customers:4711"))
	before := func(end int) int { return strings.LastIndexByte(text[:max(end, 0)], ':') }
	for end := before(len(text) - 1); end > 0; end = before(end) {
		var src client.Source
		if src, err = inv.source(c, text[:end]); client.CodeOf(err) != "not_found" {
			return client.Row{SourceID: src.ID, Key: text[end+1:]}, err
		}
	}
	return client.Row{}, err
}

func (inv *invocation) rowPair(c *client.Client, a, b string) (p client.RowPair, err error) {
	if p.A, err = inv.row(c, a); err != nil {
		return p, err
	}
	p.B, err = inv.row(c, b)
	return p, err
}

type unifySuggest struct {
	Sources []string `arg:"" help:"Names or ids of the sources, the most important one first."`
	Region  string   `placeholder:"CODE" help:"Region of phones without a prefix, such as HR."`
}

// Run works the command.
func (p *unifySuggest) Run(inv *invocation) error {
	c, err := inv.api()
	if err != nil {
		return err
	}
	in, err := inv.suggestTables(c, p.Sources)
	if err != nil {
		return err
	}
	set(&in.Region, p.Region)
	return inv.show(in, func(w io.Writer) error {
		if err := inv.writeUnification(w, c, in); err != nil {
			return err
		}
		inv.say("")
		inv.say("To change it and store it: segue profile unify suggest ... -o json > unify.json, then segue profile unify set --file unify.json")
		return nil
	})
}

func (inv *invocation) suggestTables(c *client.Client, sources []string) (client.UnificationInput, error) {
	var in client.SuggestTables
	for _, s := range sources {
		src, err := inv.source(c, s)
		if err != nil {
			return client.UnificationInput{}, err
		}
		in.SourceIds = append(in.SourceIds, src.ID)
	}
	return client.Decode[client.UnificationInput](c.SuggestUnification(inv.ctx, in))
}

func (inv *invocation) writeUnification(w io.Writer, c *client.Client, in client.UnificationInput) error {
	name := inv.sourceNames(c)
	if err := table.Pairs(w, [2]string{"Region of phones", in.Region}); err != nil {
		return err
	}
	columns := []table.Column{table.Text("field"), table.Text("type"), table.Text("meaning")}
	for _, t := range in.Tables {
		columns = append(columns, table.Text(name(t.SourceID)))
	}
	t := table.New(append(columns, table.Text("survives"))...)
	key := []string{"(key)", "", ""}
	for _, from := range in.Tables {
		key = append(key, from.Key)
	}
	t.Add(append(key, "")...)
	for _, f := range in.Fields {
		line := []string{f.Name, string(f.Type), string(f.Semantic)}
		for _, from := range in.Tables {
			column := ""
			for _, fc := range from.Columns {
				if fc.Field == f.Name {
					column = fc.Column
				}
			}
			line = append(line, column)
		}
		survives := ""
		for _, s := range in.Survivorship {
			if s.Field == f.Name {
				survives = strings.ReplaceAll(string(s.Method), "_", " ")
				if s.By != "" {
					survives += " by " + s.By
				}
			}
		}
		t.Add(append(line, survives)...)
	}
	if _, err := t.WriteTo(w); err != nil {
		return err
	}
	for i, r := range in.Rules {
		if _, err := fmt.Fprintf(w, "\n%d. %s: %s", i+1, table.Clean(r.Name), table.Clean(ruleWords(r))); err != nil {
			return err
		}
	}
	_, err := fmt.Fprintln(w)
	return err
}

// ruleWords says in words what a rule asks.
func ruleWords(r client.MatchRule) string {
	var parts []string
	for _, c := range r.Conditions {
		text := string(c.Kind) + " " + c.Field
		if c.Clean != "" {
			text += " as " + string(c.Clean)
		}
		if c.Similarity > 0 {
			text += fmt.Sprintf(" (at least %g)", c.Similarity)
		}
		parts = append(parts, text)
	}
	words := strings.Join(parts, " and ")
	for _, x := range r.Unless {
		words += ", unless " + x.Field + " differs"
	}
	return words
}

// unificationOf reads a definition from a file.
func (inv *invocation) unificationOf(c *client.Client, path string) (in client.UnificationInput, err error) {
	err = inv.readShown(path, &in, &in.Version, func() (int64, error) {
		d, err := client.Decode[client.Unification](c.GetUnification(inv.ctx))
		return d.Version, err
	}, "numbers", "updated_at")
	return in, err
}

// loadAgain tells of a definition that somebody else changed how to begin with theirs.
func loadAgain(err error, command string) error {
	var e *client.Error
	if client.CodeOf(err) == "conflict" && errors.As(err, &e) {
		e.Remedy = "Begin with what is there now: " + command + "; or leave out the version in the file, which then replaces it"
	}
	return err
}

type unifySet struct {
	File   string   `placeholder:"FILE" xor:"from" required:"" help:"JSON file with the definition; - is standard input."`
	Source []string `placeholder:"NAME" xor:"from" required:"" help:"Take the suggestion for these sources, the most important one first. May be given several times."`
	Region string   `placeholder:"CODE" help:"Region of phones without a prefix, such as HR."`
	Build  bool     `help:"Build the profiles at once."`
}

// Run works the command.
func (p *unifySet) Run(inv *invocation) error {
	c, err := inv.api()
	if err != nil {
		return err
	}
	var in client.UnificationInput
	if p.File != "" {
		in, err = inv.unificationOf(c, p.File)
	} else {
		in, err = inv.suggestTables(c, p.Source)
	}
	if err != nil {
		return err
	}
	set(&in.Region, p.Region)
	d, err := client.Decode[client.Unification](c.PutUnification(inv.ctx, in))
	if err != nil {
		return loadAgain(err, "segue profile unify show -o json > unify.json")
	}
	if p.Build {
		if _, err := client.Decode[client.ProfileDefinition](c.BuildProfile(inv.ctx)); err != nil {
			return halfDone(err, "The unification is set, but not built; once that is mended: segue profile build")
		}
		if d, err = client.Decode[client.Unification](c.GetUnification(inv.ctx)); err != nil {
			return err
		}
	}
	return inv.show(d, func(w io.Writer) error {
		inv.say("Profiles are made from %s by %s.", count(int64(len(d.Tables)), "table", "tables"), count(int64(len(d.Rules)), "rule", "rules"))
		if p.Build && d.Numbers.Rows > 0 {
			return inv.writeNumbers(w, c, *d.Numbers)
		}
		if !p.Build {
			inv.say("Build the profiles: segue profile build")
		}
		return nil
	})
}

type unifyShow struct{}

// Run works the command.
func (*unifyShow) Run(inv *invocation) error {
	c, err := inv.api()
	if err != nil {
		return err
	}
	d, err := client.Decode[client.Unification](c.GetUnification(inv.ctx))
	if err != nil {
		return err
	}
	return inv.show(d, func(w io.Writer) error {
		in := client.UnificationInput{Fields: d.Fields, Tables: d.Tables, Rules: d.Rules, Survivorship: d.Survivorship, Region: d.Region}
		if err := inv.writeUnification(w, c, in); err != nil || d.Numbers == nil {
			return err
		}
		return inv.writeNumbers(w, c, *d.Numbers)
	})
}

// writeNumbers prints how rows became profiles.
func (inv *invocation) writeNumbers(w io.Writer, c *client.Client, n client.UnifyNumbers) error {
	name := inv.sourceNames(c)
	if _, err := fmt.Fprintln(w); err != nil {
		return err
	}
	err := table.Pairs(w, [2]string{"Rows", num(n.Rows)}, [2]string{"Profiles", num(n.Profiles)}, [2]string{"Of several rows", num(n.Joined)},
		[2]string{"Largest", count(n.Largest, "row", "rows")}, [2]string{"Ids merged", num(n.Merged)}, [2]string{"Ids split", num(n.Split)}, [2]string{"Joins refused", num(n.Refused)})
	if err != nil {
		return err
	}
	tables := table.New(table.Text("table"), table.Number("rows"), table.Number("profiles"), table.Number("with another table"), table.Number("with the same table"))
	for _, t := range n.Tables {
		tables.Add(name(t.SourceID), num(t.Rows), num(t.Profiles), num(t.Shared), num(t.Repeated))
	}
	rules := table.New(table.Text("rule"), table.Number("joins"), table.Number("refused"), table.Number("blocks skipped"), table.Number("their rows"))
	for _, r := range n.Rules {
		rules.Add(r.Name, num(r.Joins), num(r.Refused), num(r.Skipped), num(r.SkippedRows))
	}
	for _, t := range []io.WriterTo{tables, rules} {
		if _, err := fmt.Fprintln(w); err != nil {
			return err
		}
		if _, err := t.WriteTo(w); err != nil {
			return err
		}
	}
	return nil
}

type unifyPreview struct {
	File    string   `placeholder:"FILE" xor:"from" help:"JSON file with the definition; - is standard input. Without it and --source the stored one is previewed."`
	Source  []string `placeholder:"NAME" xor:"from" help:"Preview the suggestion for these sources. May be given several times."`
	Region  string   `placeholder:"CODE" help:"Region of phones without a prefix, such as HR."`
	Samples int64    `default:"5" help:"How many clusters to show, the largest first. Defaults to ${default}."`
}

// Run works the command.
func (p *unifyPreview) Run(inv *invocation) error {
	c, err := inv.api()
	if err != nil {
		return err
	}
	var in client.UnificationInput
	switch {
	case p.File != "":
		in, err = inv.unificationOf(c, p.File)
	case len(p.Source) > 0:
		in, err = inv.suggestTables(c, p.Source)
	default:
		var d client.Unification
		d, err = client.Decode[client.Unification](c.GetUnification(inv.ctx))
		in = client.UnificationInput{Fields: d.Fields, Tables: d.Tables, Rules: d.Rules, Survivorship: d.Survivorship, Region: d.Region, MaxBlock: d.MaxBlock, Version: d.Version}
	}
	if err != nil {
		return err
	}
	set(&in.Region, p.Region)
	out, err := client.Decode[client.UnifyPreview](c.PreviewUnification(inv.ctx, client.PreviewTables{
		Fields: in.Fields, Tables: in.Tables, Rules: in.Rules, Survivorship: in.Survivorship, Region: in.Region, MaxBlock: in.MaxBlock, Version: in.Version, Samples: max(p.Samples, 1),
	}))
	if err != nil {
		return err
	}
	if p.Samples == 0 { // which the server takes for as many as usual
		out.Clusters = []client.Cluster{}
	}
	return inv.show(out, func(w io.Writer) error {
		if err := inv.writeNumbers(w, c, out.Numbers); err != nil {
			return err
		}
		if err := inv.writeClusters(w, c, out.Clusters); err != nil {
			return err
		}
		return inv.writeRefused(w, c, out.Refused)
	})
}

func (inv *invocation) writeClusters(w io.Writer, c *client.Client, list []client.Cluster) error {
	name := inv.sourceNames(c)
	for _, x := range list {
		title := "A profile of " + count(int64(len(x.Rows)), "row", "rows")
		if x.Profile != "" {
			title = "Profile " + x.Profile
		}
		if _, err := fmt.Fprintf(w, "\n%s\n", table.Clean(title)); err != nil {
			return err
		}
		columns := []table.Column{table.Text("row")}
		for _, f := range x.Fields {
			columns = append(columns, table.Text(f))
		}
		t := table.New(columns...)
		for _, r := range x.Rows {
			line := append([]string{name(r.SourceID) + ":" + r.Key}, r.Values...)
			for len(line) < len(columns) {
				line = append(line, "")
			}
			t.Add(line...)
		}
		if _, err := t.WriteTo(w); err != nil {
			return err
		}
		for _, j := range x.Joins {
			if _, err := fmt.Fprintln(w, table.Clean("  "+joinWords(name, j))); err != nil {
				return err
			}
		}
	}
	return nil
}

func joinWords(name func(string) string, j client.RowJoin) string {
	return fmt.Sprintf("%s:%s and %s:%s by %s", name(j.A.SourceID), j.A.Key, name(j.B.SourceID), j.B.Key, j.Rule)
}

func (inv *invocation) writeRefused(w io.Writer, c *client.Client, list []client.RefusedJoin) error {
	name := inv.sourceNames(c)
	for i, j := range list {
		if i == 0 {
			if _, err := fmt.Fprintln(w, "\nRefused"); err != nil {
				return err
			}
		}
		_, err := fmt.Fprintln(w, table.Clean(fmt.Sprintf("  %s: %s:%s and %s:%s are never one person", joinWords(name, client.RowJoin{A: j.A, B: j.B, Rule: j.Rule}),
			name(j.Never.A.SourceID), j.Never.A.Key, name(j.Never.B.SourceID), j.Never.B.Key)))
		if err != nil {
			return err
		}
	}
	return nil
}
