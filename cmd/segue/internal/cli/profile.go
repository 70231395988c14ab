package cli

import (
	"fmt"
	"io"
	"strings"

	"segue/client"
	"segue/cmd/segue/internal/table"
)

type profileCmd struct {
	Suggest profileSuggest `cmd:"" help:"Suggest a definition from what was found out about a source's columns."`
	Set     profileSet     `cmd:"" help:"Set the definition: from a file, or from the suggestion for a source."`
	Show    profileShow    `cmd:"" help:"Show the definition and the last build."`
	Unify   unifyCmd       `cmd:"" help:"Unify several tables: fields, rules, clusters, pairs."`
	Build   profileBuild   `cmd:"" help:"Build the profiles anew."`
	Stats   profileStats   `cmd:"" help:"Describe the values of a field."`
	Search  profileSearch  `cmd:"" help:"Search customers by id or text."`
	Get     profileGet     `cmd:"" help:"Explain a customer: values, lists, and what runs did."`
}

type profileSuggest struct {
	Source string `arg:"" help:"Name or id of the source that holds the customers."`
}

// Run works the command.
func (p *profileSuggest) Run(inv *invocation) error {
	c, err := inv.api()
	if err != nil {
		return err
	}
	in, err := inv.suggestion(c, p.Source)
	if err != nil {
		return err
	}
	return inv.show(in, func(w io.Writer) error {
		if err := writeFields(w, in.Key, in.Region, in.Fields); err != nil {
			return err
		}
		inv.say("")
		inv.say("To store it as it is: segue profile set --source %s", shellWord(p.Source))
		inv.say("To change it first:   segue profile suggest %s -o json > profile.json", shellWord(p.Source))
		return nil
	})
}

func (inv *invocation) suggestion(c *client.Client, source string) (client.ProfileInput, error) {
	src, err := inv.source(c, source)
	if err != nil {
		return client.ProfileInput{}, err
	}
	return client.Decode[client.ProfileInput](c.SuggestProfile(inv.ctx, &client.SuggestProfileParams{SourceID: src.ID}))
}

func writeFields(w io.Writer, key, region string, fields []client.Field) error {
	if err := table.Pairs(w, [2]string{"Key", key}, [2]string{"Region of phones", region}); err != nil {
		return err
	}
	t := table.New(table.Text("field"), table.Text("type"), table.Text("meaning"), table.Text("column"))
	for _, f := range fields {
		t.Add(f.Name, string(f.Type), string(f.Semantic), f.Column)
	}
	if _, err := fmt.Fprintln(w); err != nil {
		return err
	}
	_, err := t.WriteTo(w)
	return err
}

type profileSet struct {
	File    string            `placeholder:"FILE" xor:"from" required:"" help:"JSON file with the definition; - is standard input."`
	Source  string            `placeholder:"NAME" xor:"from" required:"" help:"Take the suggestion for this source."`
	Key     string            `placeholder:"COLUMN" help:"Column that identifies a customer."`
	Region  string            `placeholder:"CODE" help:"Region of phones without a prefix, such as HR."`
	Meaning map[string]string `mapsep:"none" placeholder:"FIELD=MEANING" help:"What a field means: email, phone, first_name, last_name, country, consent, updated_at, birth_date, city, language, or nothing. May be given several times."`
	Build   bool              `help:"Build the profiles at once."`
}

// Run works the command.
func (p *profileSet) Run(inv *invocation) error {
	c, err := inv.api()
	if err != nil {
		return err
	}
	var in client.ProfileInput
	if p.File != "" {
		if in, err = inv.profileOf(c, p.File); err != nil {
			return err
		}
	} else if in, err = inv.suggestion(c, p.Source); err != nil {
		return err
	}
	if err := p.apply(&in); err != nil {
		return err
	}
	d, err := client.Decode[client.ProfileDefinition](c.PutProfile(inv.ctx, in))
	if err != nil {
		return loadAgain(err, "segue profile show -o json > profile.json")
	}
	if p.Build {
		if d, err = client.Decode[client.ProfileDefinition](c.BuildProfile(inv.ctx)); err != nil {
			return halfDone(err, "The profile is set, but not built; once that is mended: segue profile build")
		}
	}
	return inv.show(d, func(io.Writer) error {
		inv.say("The profile has %s.", count(int64(len(d.Fields)), "field", "fields"))
		if p.Build {
			inv.built(c, d)
		} else {
			inv.say("Build the profiles: segue profile build")
		}
		return nil
	})
}

// profileOf reads a definition from a file.
func (inv *invocation) profileOf(c *client.Client, path string) (in client.ProfileInput, err error) {
	err = inv.readShown(path, &in, &in.Version, func() (int64, error) {
		d, err := client.Decode[client.ProfileDefinition](c.GetProfile(inv.ctx))
		return d.Version, err
	}, "build", "updated_at")
	return in, err
}

func (p *profileSet) apply(in *client.ProfileInput) error {
	set(&in.Key, p.Key)
	set(&in.Region, p.Region)
	for name, meaning := range p.Meaning {
		found := false
		for i, f := range in.Fields {
			if strings.EqualFold(f.Name, name) {
				found = true
				in.Fields[i].Semantic = client.FieldSemantic(strings.TrimPrefix(meaning, "nothing"))
			}
		}
		if !found {
			return usagef("the profile has no field %q", name).withRemedy("See its fields: segue profile suggest")
		}
	}
	return nil
}

func (inv *invocation) built(c *client.Client, d client.ProfileDefinition) {
	inv.say("%s built.", count(d.Build.Profiles, "profile is", "profiles are"))
	if inv.globals.Output == "json" || len(d.Fields) == 0 {
		return
	}
	src, err := client.Decode[client.Source](c.GetSource(inv.ctx, d.SourceID))
	if err != nil || src.Ingest == nil { // what is said here only helps
		return
	}
	for _, line := range otherTypes(d.Fields, src) {
		inv.say("%s", line)
	}
}

// otherTypes says which fields have another type than the columns that they are made from, as after the type of a column changed.
func otherTypes(fields []client.Field, src client.Source) (lines []string) {
	for _, f := range fields {
		for _, c := range src.Ingest.Columns {
			if c.Name == f.Column && string(c.Type) != string(f.Type) {
				lines = append(lines, fmt.Sprintf("The field %q is %s, its column is %s. To take the types of the columns over: segue profile set --source %s --build",
					f.Name, f.Type, c.Type, shellWord(src.Name)))
			}
		}
	}
	return lines
}

type profileShow struct{}

// Run works the command.
func (*profileShow) Run(inv *invocation) error {
	c, err := inv.api()
	if err != nil {
		return err
	}
	d, err := client.Decode[client.ProfileDefinition](c.GetProfile(inv.ctx))
	if err != nil {
		return err
	}
	return inv.show(d, func(w io.Writer) error {
		src, err := client.Decode[client.Source](c.GetSource(inv.ctx, d.SourceID))
		if err != nil {
			return err
		}
		pairs := [][2]string{{"Source", src.Name}, {"Changed", inv.when(d.UpdatedAt)}}
		if b := d.Build; b != nil {
			pairs = append(pairs, [2]string{"Built", inv.when(b.At)}, [2]string{"Profiles", num(b.Profiles)})
			if b.Failure != nil {
				pairs = append(pairs, [2]string{"Last attempt", "failed at " + inv.when(b.Failure.At) + ": " + b.Failure.Message})
			}
		}
		if err := table.Pairs(w, pairs...); err != nil {
			return err
		}
		return writeFields(w, d.Key, d.Region, d.Fields)
	})
}

type profileBuild struct{}

// Run works the command.
func (*profileBuild) Run(inv *invocation) error {
	c, err := inv.api()
	if err != nil {
		return err
	}
	d, err := client.Decode[client.ProfileDefinition](c.BuildProfile(inv.ctx))
	if err != nil {
		return err
	}
	return inv.show(d, func(io.Writer) error {
		inv.built(c, d)
		return nil
	})
}

type profileStats struct {
	Field string `arg:"" help:"Name of the field."`
	Top   int64  `default:"10" help:"How many of the most frequent values to show. Defaults to ${default}."`
}

// Run works the command.
func (p *profileStats) Run(inv *invocation) error {
	c, err := inv.api()
	if err != nil {
		return err
	}
	s, err := client.Decode[client.FieldStats](c.GetFieldStats(inv.ctx, &client.GetFieldStatsParams{Field: p.Field, Top: &p.Top}))
	if err != nil {
		return err
	}
	return inv.show(s, func(w io.Writer) error {
		if err := table.Pairs(w, [2]string{"Profiles", num(s.Profiles)}, [2]string{"Without a value", num(s.Missing)},
			[2]string{"Different values", num(s.Distinct)}); err != nil || len(s.Top) == 0 {
			return err
		}
		t := table.New(table.Text("value"), table.Number("profiles"))
		for _, v := range s.Top {
			t.Add(v.Value, num(v.Count))
		}
		if _, err := fmt.Fprintln(w); err != nil {
			return err
		}
		_, err := t.WriteTo(w)
		return err
	})
}

type profileSearch struct {
	Text  string `arg:"" optional:"" help:"Text to look for; without it all customers are listed."`
	Limit int    `default:"20" help:"How many to list; 0 lists all. Defaults to ${default}."`
}

// Run works the command.
func (p *profileSearch) Run(inv *invocation) error {
	c, err := inv.api()
	if err != nil {
		return err
	}
	items, err := collect(p.Limit, func(after *string) ([]client.Profile, string, error) {
		in := client.ProfileSearch{Search: p.Text, Limit: *pageSize(p.Limit)}
		if after != nil {
			in.After = *after
		}
		l, err := client.Decode[client.ProfileList](c.SearchProfiles(inv.ctx, in))
		return l.Items, l.NextCursor, err
	})
	if err != nil {
		return err
	}
	return inv.people(items, "Nobody was found.")
}

// people prints customers as a table with a column for each field.
func (inv *invocation) people(items []client.Profile, empty string) error {
	columns := []table.Column{table.Text("profile")}
	if len(items) > 0 {
		for _, v := range items[0].Values {
			columns = append(columns, table.Text(v.Field))
		}
	}
	return list(inv, items, empty, columns, func(p client.Profile) []string {
		row := []string{p.ID}
		for _, v := range p.Values {
			row = append(row, v.Value)
		}
		return row
	})
}

type profileGet struct {
	ID string `arg:"" help:"Id of the customer."`
}

// Run works the command.
func (p *profileGet) Run(inv *invocation) error {
	c, err := inv.api()
	if err != nil {
		return err
	}
	d, err := client.Decode[client.ProfileDetails](c.GetCustomer(inv.ctx, p.ID))
	if err != nil {
		return err
	}
	return inv.show(d, func(w io.Writer) error {
		pairs := [][2]string{{"Profile", d.ID}}
		for _, v := range d.Values {
			pairs = append(pairs, [2]string{v.Field, v.Value})
		}
		if err := table.Pairs(w, pairs...); err != nil {
			return err
		}
		if err := inv.writeMemberships(w, d.Segments); err != nil {
			return err
		}
		if err := inv.writeStandings(w, c, d.Standings); err != nil {
			return err
		}
		if len(d.Activity) == 0 {
			return nil
		}
		if _, err := fmt.Fprintln(w, "\nWhat runs did"); err != nil {
			return err
		}
		_, err := inv.rowTable(d.Activity).WriteTo(w)
		return err
	})
}

func (inv *invocation) writeMemberships(w io.Writer, list []client.Membership) error {
	if len(list) == 0 {
		_, err := fmt.Fprintln(w, "\nNo segment has this person in it.")
		return err
	}
	if _, err := fmt.Fprintln(w, "\nIn segments"); err != nil {
		return err
	}
	t := table.New(table.Text("segment"), table.Text("remark"))
	for _, m := range list {
		remark := ""
		if m.Failure != "" {
			remark = "not known: " + string(m.Failure)
		}
		t.Add(m.Name, remark)
	}
	_, err := t.WriteTo(w)
	return err
}

func (inv *invocation) writeStandings(w io.Writer, c *client.Client, standings []client.Standing) error {
	if len(standings) == 0 {
		_, err := fmt.Fprintln(w, "\nNo export has sent this person to a list.")
		return err
	}
	t := table.New(table.Number("list"), table.Text("export"), table.Text("standing"), table.Text("first sent"), table.Text("acknowledged"))
	names := map[string]string{}
	for _, s := range standings {
		if _, ok := names[s.ExportID]; !ok {
			x, err := client.Decode[client.Export](c.GetExport(inv.ctx, s.ExportID))
			switch client.CodeOf(err) {
			case "":
				names[s.ExportID] = x.Name
			case "not_found":
				names[s.ExportID] = s.ExportID // it was removed
			default:
				return err
			}
		}
		t.Add(fmt.Sprint(s.ListID), names[s.ExportID], strings.ReplaceAll(string(s.Ownership), "_", " "), inv.when(s.FirstSentAt), inv.when(s.AcknowledgedAt))
	}
	if _, err := fmt.Fprintln(w, "\nOn lists"); err != nil {
		return err
	}
	_, err := t.WriteTo(w)
	return err
}
