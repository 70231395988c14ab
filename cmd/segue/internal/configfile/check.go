package configfile

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"segue/internal/activation"
)

// Server is what files are checked against.
type Server struct {
	// File is what is there; things that a file renames have their old names still, but are named by their new ones.
	File File
	// Columns are those of the tables, by the names of the sources as files will have them. A table that is not there, or will be another, is absent.
	Columns map[string][]activation.Column
	// Detached names the exports without a connection.
	Detached map[string]bool
	// Prune says that what the files do not name is removed, of the sections that they state.
	Prune bool
	// Destination is where destinations are unless a file says so.
	Destination string
	// Env reads the environment.
	Env func(string) string
}

// checking is the check of a document.
type checking struct {
	*Document
	server Server
	// world is what there will be.
	world File
	names map[string][]string
}

// Check finds the mistakes that can be seen without changing anything.
func (d *Document) Check(s Server) {
	c := &checking{Document: d, server: s, names: map[string][]string{}}
	c.gather()
	for _, section := range NamedSections() {
		c.unique(section)
	}
	for i, x := range d.Sources {
		c.source(x, at(Sources, i))
	}
	c.profile()
	c.relationships()
	c.segments()
	for i, x := range d.Connections {
		c.connection(x, at(Connections, i))
	}
	for i, x := range d.Exports {
		c.export(x, at(Exports, i))
	}
	if r := d.File.RefreshSchedule; r != nil {
		c.say(RefreshSchedule, r.Validate())
	}
}

func at(section string, i int) string { return fmt.Sprintf("%s[%d]", section, i) }

// say notes an error of the domain at the place that it names.
func (c *checking) say(path string, err error) bool {
	var e *activation.Error
	if err == nil {
		return true
	}
	if !errors.As(err, &e) {
		c.Add(path, "", "%v", err)
		return false
	}
	if field := strings.TrimPrefix(e.Field, "rule."); field != "" {
		if strings.HasPrefix(field, "[") {
			path += field
		} else {
			path = join(path, field)
		}
	}
	c.Add(path, e.Remedy, "%s", e.Message)
	return false
}

// gather lays what the files say over what is there.
func (c *checking) gather() {
	c.world = c.File
	lay := func(section string, keep func(i int)) {
		if c.server.Prune && c.Stated(section) {
			return
		}
		there := c.server.File.Names(section)
		taken := map[int]bool{}
		for _, n := range c.File.Names(section) {
			taken[Find(n, there)] = true
		}
		for i := range there {
			if !taken[i] {
				keep(i)
			}
		}
	}
	lay(Sources, func(i int) { c.world.Sources = append(slices.Clip(c.world.Sources), c.server.File.Sources[i]) })
	lay(Relationships, func(i int) {
		c.world.Relationships = append(slices.Clip(c.world.Relationships), c.server.File.Relationships[i])
	})
	lay(Segments, func(i int) { c.world.Segments = append(slices.Clip(c.world.Segments), c.server.File.Segments[i]) })
	lay(Connections, func(i int) {
		c.world.Connections = append(slices.Clip(c.world.Connections), c.server.File.Connections[i])
	})
	if c.world.Profile == nil {
		c.world.Profile = c.server.File.Profile
	}
	for _, section := range NamedSections() {
		for _, n := range c.world.Names(section) {
			c.names[section] = append(c.names[section], n.Name)
		}
	}
}

// unique holds the names of a section against each other and against what they were.
func (c *checking) unique(section string) {
	first, there := map[string]Named{}, c.server.File.Names(section)
	has := func(name string) bool {
		return slices.ContainsFunc(there, func(n Named) bool { return Key(n.Name) == Key(name) })
	}
	list := c.File.Names(section)
	for _, n := range list {
		if !c.say(n.Path, activation.ValidateName("name", n.Name)) {
			continue
		}
		if was, twice := first[Key(n.Name)]; twice {
			c.Add(n.Path+".name", "Give one of them another name", "%q is there twice, first in %s", n.Name, c.Place(was.Path+".name"))
		} else {
			first[Key(n.Name)] = n
		}
		if n.Was == "" || Key(n.Was) == Key(n.Name) {
			continue
		}
		if has(n.Name) && has(n.Was) {
			c.Add(n.Path+".was", "Remove one of the two, or leave was out", "both %q and %q are there", n.Was, n.Name)
		}
		if slices.ContainsFunc(list, func(o Named) bool {
			return o.Path != n.Path && (Key(o.Name) == Key(n.Was) || (o.Was != "" && Key(o.Was) == Key(n.Was)))
		}) {
			c.Add(n.Path+".was", "A thing can become one other only", "%q is what another one is or was called", n.Was)
		}
	}
}

// known notes a name that nothing has.
func (c *checking) known(section, name, path, what string) bool {
	if name == "" || slices.Contains(c.names[section], name) {
		return name != ""
	}
	c.Add(path, meant(name, c.names[section]), "there is no %s %q", what, name)
	return false
}

func (c *checking) source(s Source, path string) {
	d := s.Domain()
	if d.Kind == "" {
		d.Kind = activation.KindOf(d.Path)
	}
	names := slices.Sorted(maps.Keys(d.Columns))
	for _, name := range names {
		if t := d.Columns[name].Type; t != "" && !t.Valid() {
			c.Add(path+".columns."+name+".type", meant(string(t), words(activation.FieldTypes())), "unknown type %q", t)
			delete(d.Columns, name)
		}
	}
	d.Name = "any"
	for told := true; told; { // what was told is made right, to see what else is wrong
		var e *activation.Error
		err := d.Validate()
		told = !c.say(path, err) && errors.As(err, &e) && mended(&d, e.Field)
	}
	if s.Database == nil || s.Database.PasswordEnv == "" {
		return
	}
	there := c.server.File.Names(Sources)
	if i := Find(Named{Name: s.Name, Was: s.Was}, there); i < 0 || c.server.File.Sources[i].Database == nil {
		c.env(s.Database.PasswordEnv, path+".database.password_env")
	}
}

// mended makes a field right about which something was told.
func mended(d *activation.Source, field string) bool {
	switch field {
	case "csv.delimiter":
		d.CSV.Delimiter = ""
	case "csv.quote":
		d.CSV.Quote = ""
	case "csv.encoding":
		d.CSV.Encoding = ""
	case "max_bad_rows":
		d.MaxBadRows = 0
	case "max_shrink":
		d.MaxShrink = 0
	case "path":
		if d.Kind.Database() || d.Path != "" {
			return false
		}
		d.Path = "any"
	default:
		return false
	}
	return true
}

// Domain is the source in the domain's terms.
func (s Source) Domain() activation.Source {
	d := activation.Source{Name: s.Name, Kind: s.Kind, Path: s.Path, Columns: maps.Clone(s.Columns), MaxBadRows: s.MaxBadRows, MaxShrink: s.MaxShrink}
	if s.CSV != nil {
		d.CSV = *s.CSV
	}
	if s.Database != nil {
		d.Database = s.Database.DatabaseOptions
	}
	return d
}

func words[T ~string](list []T) (out []string) {
	for _, w := range list {
		out = append(out, string(w))
	}
	return out
}

var variable = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// env holds that a variable of the environment is set.
func (c *checking) env(name, path string) {
	switch {
	case !variable.MatchString(name):
		c.Add(path, "Name a variable, such as BREVO_API_KEY, and set it to the secret", "is not the name of an environment variable")
	case c.server.Env(name) == "":
		c.Add(path, "Set it for this command", "the environment variable %s is not set", name)
	}
}

func (c *checking) relationships() {
	whole := true
	var all []activation.Relationship
	for i, r := range c.world.Relationships {
		d := activation.Relationship{Name: r.Name, From: activation.SourceID(r.From), To: activation.SourceID(r.To), Keys: r.Keys}
		all = append(all, d)
		if i >= len(c.File.Relationships) {
			continue
		}
		path := at(Relationships, i)
		ok := c.known(Sources, r.From, path+".from", "source")
		if r.To != "" {
			ok = c.known(Sources, r.To, path+".to", "source") && ok
		}
		tables := map[activation.SourceID][]activation.Column{}
		for _, t := range []string{r.From, r.To} {
			if columns, have := c.server.Columns[t]; have {
				tables[activation.SourceID(t)] = columns
				continue
			}
			var any []activation.Column // what a table that is not there yet has is not known
			for _, k := range r.Keys {
				any = append(any, activation.Column{Name: k.From}, activation.Column{Name: k.To})
			}
			tables[activation.SourceID(t)] = any
		}
		if ok && r.Name != "" {
			ok = c.say(path, d.Validate(tables))
		}
		whole = whole && ok
	}
	if whole && len(c.File.Relationships) > 0 {
		c.say(at(Relationships, 0), activation.CheckCycles(all))
	}
}

func (c *checking) connection(x Connection, path string) {
	i := Find(Named{Name: x.Name, Was: x.Was}, c.server.File.Names(Connections))
	d := activation.Connection{Name: x.Name, Type: activation.DestinationBrevo, BaseURL: activation.NormaliseBaseURL(x.BaseURL), ContactLimit: x.ContactLimit}
	if x.BaseURL == "" {
		d.BaseURL = activation.NormaliseBaseURL(c.server.Destination)
	}
	if d.BaseURL != "" && x.Name != "" && activation.ValidateName("name", x.Name) == nil {
		c.say(path, d.Validate())
	}
	if x.KeyEnv != "" && !variable.MatchString(x.KeyEnv) {
		c.Add(path+".key_env", "Name a variable, such as BREVO_API_KEY, and set it to the key", "is not the name of an environment variable")
		return
	}
	if i < 0 && x.KeyEnv != "" {
		c.env(x.KeyEnv, path+".key_env")
	}
	if i >= 0 && x.BaseURL != "" && d.BaseURL != c.server.File.Connections[i].BaseURL {
		c.Add(path+".base_url", "Make a connection of another name, and export over it", "the address of a connection cannot be changed; it is %s", c.server.File.Connections[i].BaseURL)
	}
}

func (c *checking) export(x Export, path string) {
	ok := c.known(Connections, x.Connection, path+".connection", "connection")
	for i, s := range x.Segments {
		ok = c.known(Segments, s, fmt.Sprintf("%s.segments[%d]", path, i), "segment") && ok
	}
	e := activation.Export{
		Name: x.Name, Connection: activation.ConnectionID(x.Connection), List: activation.ListID(x.List.ID), Mapping: activation.Mapping{Email: x.Mapping.Email},
		Leavers: x.Leavers, TimeZone: x.TimeZone,
	}
	if e.Leavers == "" {
		e.Leavers = activation.LeaversRemove
	}
	if x.List.Name != "" {
		e.List = 1 // which one it is, the account says
	}
	for _, s := range x.Segments {
		e.Segments = append(e.Segments, activation.SegmentID(s))
	}
	c.say(path, activation.ValidateFreshness(time.Duration(x.Freshness)*time.Minute))
	if x.Schedule != nil {
		c.say(path+".schedule", x.Schedule.Validate())
	}
	p := c.world.Profile
	if p == nil {
		c.Add(path+".mapping", "Add the section profile", "there is no profile yet")
		return
	}
	d := p.Definition()
	told := func(err error, name string) {
		var bad *activation.Error
		if errors.As(err, &bad) && strings.HasPrefix(bad.Message, "the profile has no field") {
			err = bad.WithRemedy(meant(name, fieldNames(p)))
		}
		c.say(path, err)
	}
	if x.Mapping.Email != "" {
		told(activation.Mapping{Email: x.Mapping.Email}.Validate(d), x.Mapping.Email)
	}
	for i, a := range x.Mapping.Attributes {
		m := activation.Mapping{Attributes: []activation.AttributeMapping{a}}
		var bad *activation.Error
		if err := m.ValidateAttributes(d); errors.As(err, &bad) {
			ok = false
			told(bad.WithField(strings.Replace(bad.Field, "[0]", fmt.Sprintf("[%d]", i), 1)), a.Field)
		}
	}
	if ok {
		e.Mapping.Attributes = x.Mapping.Attributes
	}
	if x.Name != "" && e.Connection != "" && len(e.Segments) > 0 && x.Mapping.Email != "" {
		err := e.Validate(d)
		var bad *activation.Error
		switch {
		case errors.As(err, &bad) && bad.Field == "list_id":
			err = bad.WithField("list")
		case bad != nil && bad.Field == "mapping.email": // which is told already
			err = nil
		}
		c.say(path, err)
	}
}
