package configfile

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"segue/cmd/segue/internal/near"
	"segue/internal/activation"
)

// profile checks each part of the profile by itself, so that a mistake in one hides none in another.
func (c *checking) profile() {
	p := c.File.Profile
	if p == nil {
		return
	}
	const path = ProfileSection
	whole := true
	for i, t := range p.Tables {
		here := fmt.Sprintf("%s.tables[%d]", path, i)
		whole = c.known(Sources, t.Source, here+".source", "source") && whole
		for field, column := range t.Columns {
			if !slices.ContainsFunc(p.Fields, func(f Field) bool { return f.Name == field }) {
				whole = false
				c.Add(here+".columns."+field, meant(field, fieldNames(p)), "there is no field %q", field)
			}
			c.column(t.Source, column, here+".columns."+field)
		}
		c.column(t.Source, t.Key, here+".key")
	}
	if len(p.Tables) == 1 && len(p.Rules) == 0 && (len(p.Survivorship) > 0 || p.MaxBlock != 0) {
		c.Add(path+".survivorship", "Leave it out", "one table whose rows are not matched has one value for each field")
	}
	d := p.Definition()
	sound, fine := c.fields(d, path)
	whole = whole && fine
	for i, r := range p.Rules {
		var e *activation.Error
		err := partly(sound, "", r).Validate()
		if errors.As(err, &e) && strings.HasPrefix(e.Field, "rules[0]") {
			whole = false
			c.say(path, e.WithField(strings.Replace(e.Field, "rules[0]", fmt.Sprintf("rules[%d]", i), 1)))
		}
	}
	for field, s := range p.Survivorship {
		for i, source := range s.Sources {
			whole = c.known(Sources, source, fmt.Sprintf("%s.survivorship.%s.sources[%d]", path, field, i), "source") && whole
		}
	}
	if whole && len(p.Tables) > 0 {
		if len(p.Tables) == 1 && len(p.Rules) == 0 {
			d.Unify = nil
		}
		c.say(path, d.Validate())
	}
}

// partly is a profile with these parts, and whatever else it needs.
func partly(fields []activation.Field, region string, rules ...activation.MatchRule) activation.ProfileDefinition {
	fields = slices.Clone(fields)
	for i := range fields {
		fields[i].Column = "a"
	}
	return activation.ProfileDefinition{Source: "s", Key: "k", Fields: fields, Region: region, Unify: &activation.Unification{Rules: rules}}
}

// fields checks the region and each field, and returns the fields without what is wrong of them, against which the rest can be held.
func (c *checking) fields(d activation.ProfileDefinition, path string) (sound []activation.Field, fine bool) {
	fine = true
	for i, f := range d.Fields {
		n := len(sound)
		var e *activation.Error
		err := partly(append(slices.Clip(sound), f), "").Validate()
		if errors.As(err, &e) && strings.HasPrefix(e.Field, fmt.Sprintf("fields[%d]", n)) {
			fine = false
			c.say(path, e.WithField(strings.Replace(e.Field, fmt.Sprintf("fields[%d]", n), fmt.Sprintf("fields[%d]", i), 1)))
			f.Semantic = ""
			if !f.Type.Valid() {
				f.Type = activation.TypeText
			}
			if err := partly(append(slices.Clip(sound), f), "").Validate(); err != nil {
				continue
			}
		}
		sound = append(sound, f)
	}
	var e *activation.Error
	if err := partly([]activation.Field{{Name: "any", Type: activation.TypeText}}, d.Region).Validate(); errors.As(err, &e) && e.Field == "region" {
		fine = c.say(path, e)
	}
	return sound, fine
}

func fieldNames(p *Profile) (names []string) {
	for _, f := range p.Fields {
		names = append(names, f.Name)
	}
	return names
}

// column notes a column that a table does not have, where its columns are known.
func (c *checking) column(source, name, path string) {
	columns, have := c.server.Columns[source]
	if !have || name == "" {
		return
	}
	if _, ok := activation.ColumnNamed(columns, name); ok {
		return
	}
	var names []string
	for _, x := range columns {
		names = append(names, x.Name)
	}
	c.Add(path, meant(name, names), "the table %q has no column %q", source, name)
}

// segments checks each condition by itself.
func (c *checking) segments() {
	if len(c.File.Segments) == 0 {
		return
	}
	m := activation.Model{Tables: map[activation.SourceID][]activation.Column{}, Scope: activation.Scope{Segments: map[activation.SegmentID]activation.Segment{}}}
	for name, columns := range c.server.Columns {
		m.Tables[activation.SourceID(name)] = columns
	}
	for _, r := range c.world.Relationships {
		m.Relationships = append(m.Relationships, activation.Relationship{Name: r.Name, From: activation.SourceID(r.From), To: activation.SourceID(r.To), Keys: r.Keys})
	}
	for _, s := range c.world.Segments {
		m.Segments[activation.SegmentID(s.Name)] = activation.Segment{ID: activation.SegmentID(s.Name), Name: s.Name, Rules: s.Rules}
	}
	if c.world.Profile == nil {
		c.Add(at(Segments, 0), "Add the section profile", "there is no profile that rules could speak of")
		return
	}
	m.Profile = c.world.Profile.Definition()
	for i, s := range c.File.Segments {
		c.segment(s, m, at(Segments, i))
	}
}

func (c *checking) segment(s Segment, m activation.Model, path string) {
	if s.Schedule != nil {
		c.say(path+".schedule", s.Schedule.Validate())
	}
	whole := s.Name != ""
	for i, r := range s.Rules {
		here := fmt.Sprintf("%s.rules[%d]", path, i)
		switch {
		case i == 0 && r.Combine != "":
			whole = c.say(here, activation.Errorf(activation.CodeInvalid, "the first rule joins nothing").WithField("combine").WithRemedy("Leave it out"))
		case i > 0 && !slices.Contains([]activation.Combine{activation.Union, activation.Intersect, activation.Except}, r.Combine):
			whole = c.say(here, activation.Errorf(activation.CodeInvalid, "must be union, intersect or except").WithField("combine"))
		}
		whole = c.rule(r.Rule, m, here+".rule") && whole
	}
	if !whole {
		return
	}
	err := activation.Segment{ID: activation.SegmentID(s.Name), Name: s.Name, Rules: s.Rules, TimeZone: s.TimeZone}.Validate(m)
	if !laterKnown(err) {
		c.say(path, err)
	}
}

// meantOperator asks whether another operator was meant, before what else is to be said.
func meantOperator(op activation.Operator, more string) string {
	var list []string
	for _, o := range activation.Operators() {
		list = append(list, string(o.Operator))
	}
	w := near.Word(string(op), list)
	if w == "" {
		return more
	}
	return strings.TrimSpace(fmt.Sprintf("Did you mean %q? %s", w, more))
}

// laterKnown reports whether an error is that of a table whose columns are known once its rows are taken over.
func laterKnown(err error) bool {
	var e *activation.Error
	return errors.As(err, &e) && strings.HasSuffix(e.Field, ".path") && strings.Contains(e.Message, "no rows yet")
}

// rule checks the conditions of a rule, each by itself.
func (c *checking) rule(r activation.Rule, m activation.Model, path string) bool {
	ok := true
	plain := r.Field == "" && r.Related == nil && r.Segment == "" && r.Operator == "" && len(r.Values) == 0 && r.Unit == ""
	if plain && (len(r.All) == 0) != (len(r.Any) == 0) {
		for i, x := range r.All {
			ok = c.rule(x, m, fmt.Sprintf("%s.all[%d]", path, i)) && ok
		}
		for i, x := range r.Any {
			ok = c.rule(x, m, fmt.Sprintf("%s.any[%d]", path, i)) && ok
		}
		return ok
	}
	if r.Segment != "" && !c.known(Segments, string(r.Segment), path+".segment", "segment") {
		return false
	}
	err := r.Validate(m)
	if err == nil || laterKnown(err) {
		return true
	}
	var e *activation.Error
	if errors.As(err, &e) {
		_, known := r.Operator.Info()
		switch {
		case e.Field == "rule":
			e = e.WithField("")
		case known:
		case e.Field == "rule.operator":
			e = e.WithRemedy(meantOperator(r.Operator, e.Remedy))
		case r.Operator != "": // of two mistakes the rule names one
			c.Add(path+".operator", meantOperator(r.Operator, ""), "unknown operator %q", r.Operator)
		}
		if strings.HasSuffix(e.Field, ".field") && r.Field != "" && r.Related == nil && strings.HasPrefix(e.Message, "the profile has no field") {
			e = e.WithRemedy(meant(r.Field, fieldNames(c.world.Profile)))
		}
		return c.say(path, e)
	}
	return c.say(path, err)
}
