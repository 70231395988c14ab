package cli

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"segue/client"
	"segue/cmd/segue/internal/configfile"
	"segue/internal/activation"
)

// What a change does.
const (
	doCreate = "create"
	doUpdate = "update"
	doRemove = "remove"
	doIngest = "take over"
	doBuild  = "build"
)

// planned is a change that apply will make.
type planned struct {
	Kind   string                  `json:"kind"`
	Name   string                  `json:"name"`
	Action string                  `json:"action"`
	Fields []configfile.Difference `json:"fields,omitempty"`
	// Notes say what else people should know of it.
	Notes []string `json:"notes,omitempty"`
	// Done is set once it is made.
	Done bool `json:"done"`
	// path is where the file asks for it; removals have none.
	path string
	do   func(w *applying) error
}

// applyPlan is everything that apply will do, in order, and what it leaves alone.
type applyPlan struct {
	Changes   []*planned `json:"changes"`
	Unchanged int        `json:"unchanged"`
	// Notes are about no change.
	Notes []string `json:"notes,omitempty"`
}

// planning compares files with a server.
type planning struct {
	plan   applyPlan
	doc    *configfile.Document
	want   configfile.File
	have   configfile.File
	server serverState
	env    func(string) string
	// prune says that what the files do not name is removed; renew that secrets are sent though they may be the same.
	prune, renew bool
	reread       map[string]bool
	// call says how the files call things that are there; lists asks for the lists of a connection's account.
	call  namer
	lists lister
}

func (p *planning) add(c *planned) { p.plan.Changes = append(p.plan.Changes, c) }

// caller returns how the files will call things.
func caller(doc *configfile.Document, s serverState) namer {
	names := map[string][]string{}
	for _, x := range s.sources {
		names[configfile.Sources] = append(names[configfile.Sources], x.Name)
	}
	for _, x := range s.segments {
		names[configfile.Segments] = append(names[configfile.Segments], x.Name)
	}
	for _, x := range s.connections {
		names[configfile.Connections] = append(names[configfile.Connections], x.Name)
	}
	to := map[string]map[string]string{}
	for section, list := range names {
		there := make([]configfile.Named, len(list))
		for i, name := range list {
			there[i].Name = name
		}
		to[section] = map[string]string{}
		for _, n := range doc.Names(section) {
			if i := configfile.Find(n, there); i >= 0 {
				to[section][list[i]] = n.Name
			}
		}
	}
	return func(section, name string) string { return cmp.Or(to[section][name], name) }
}

// make plans everything in the order in which it has to be done.
func (p *planning) make() error {
	for _, step := range []func() error{p.sources, p.profile, p.relationships, p.build, p.segments, p.connections, p.exports, p.refresh} {
		if err := step(); err != nil {
			return err
		}
	}
	if p.prune {
		p.removals()
	}
	return nil
}

// compare notes a change if there is a difference, and reports it.
func (p *planning) compare(c *planned, from, to any) (bool, error) {
	var err error
	if c.Fields, err = configfile.Compare(from, to); err != nil {
		return false, err
	}
	if len(c.Fields) == 0 && c.Action == doUpdate {
		p.plan.Unchanged++
		return false, nil
	}
	p.add(c)
	return true, nil
}

func (p *planning) sources() error {
	there := p.have.Names(configfile.Sources)
	p.reread = map[string]bool{}
	for i, want := range p.want.Sources {
		n := p.doc.Names(configfile.Sources)[i]
		c := &planned{Kind: "source", Name: n.Name, path: n.Path}
		k := configfile.Find(n, there)
		withPassword := want.Database != nil && want.Database.PasswordEnv != "" && p.env(want.Database.PasswordEnv) != ""
		if k < 0 {
			c.Action, c.do = doCreate, func(w *applying) error { return w.createSource(want) }
			p.add(c)
		} else {
			old, have, to := p.server.sources[k], p.have.Sources[k], want
			c.Action = doUpdate
			send := false
			if to.Database != nil && have.Database != nil {
				database := *to.Database
				// Whether there is a password can be compared, which one cannot.
				has := have.Database.PasswordEnv != ""
				lead := *to.Database
				moved := lead.Host != have.Database.Host || lead.Port != have.Database.Port || lead.User != have.Database.User || lead.TLS != have.Database.TLS
				send = withPassword && (moved || p.renew || !has)
				if has == (database.PasswordEnv != "") {
					database.PasswordEnv = have.Database.PasswordEnv
				}
				to.Database = &database
				if withPassword && p.renew {
					c.Notes = append(c.Notes, "the password is sent again")
				}
			} else {
				send = withPassword
			}
			c.do = func(w *applying) error { return w.updateSource(old, want, send) }
			var err error
			if c.Fields, err = configfile.Compare(have, to); err != nil {
				return err
			}
			if len(c.Fields) == 0 && len(c.Notes) == 0 {
				p.plan.Unchanged++
			} else {
				p.add(c)
			}
			if slices.ContainsFunc(c.Fields, func(d configfile.Difference) bool {
				return d.Field != "name" && d.Field != "max_bad_rows" && d.Field != "max_shrink"
			}) {
				p.reread[want.Name] = true
			}
		}
		if p.used(want.Name) && (k < 0 || p.reread[want.Name] || p.server.sources[k].Ingest == nil || len(p.server.sources[k].Ingest.Columns) == 0) {
			p.add(&planned{
				Kind: "source", Name: want.Name, Action: doIngest, path: n.Path,
				Notes: []string{"its rows are taken over, for what follows speaks of its columns"}, do: func(w *applying) error { return w.ingest(want.Name) },
			})
		}
	}
	return nil
}

// used reports whether profiles or relationships are made from a source, by the files or already, or a query that is new may read it.
func (p *planning) used(name string) bool {
	if slices.ContainsFunc(p.asking(), func(g activation.Segment) bool { return g.MayRead(name) }) {
		return true
	}
	of := func(r configfile.Relationship) bool { return r.From == name || r.To == name }
	profile := cmp.Or(p.want.Profile, p.have.Profile)
	return profile != nil && slices.ContainsFunc(profile.Tables, func(t configfile.Table) bool { return t.Source == name }) ||
		slices.ContainsFunc(p.want.Relationships, of) || slices.ContainsFunc(p.have.Relationships, of)
}

func (p *planning) profile() error {
	if p.want.Profile == nil {
		return nil
	}
	c := &planned{Kind: "profile", Name: "profile", Action: doUpdate, path: configfile.ProfileSection}
	c.do = func(w *applying) error { return w.putProfile(*p.want.Profile) }
	if p.have.Profile == nil {
		c.Action = doCreate
		p.add(c)
		return nil
	}
	changed, err := p.compare(c, p.have.Profile, p.want.Profile)
	if changed {
		c.Notes = append(c.Notes, "profiles change with the next refresh or build")
	}
	return err
}

func (p *planning) relationships() error {
	there := p.have.Names(configfile.Relationships)
	for i, want := range p.want.Relationships {
		n := p.doc.Names(configfile.Relationships)[i]
		c := &planned{Kind: "relationship", Name: n.Name, Action: doUpdate, path: n.Path}
		k := configfile.Find(n, there)
		if k < 0 {
			c.Action, c.do = doCreate, func(w *applying) error { return w.createRelationship(want) }
			p.add(c)
			continue
		}
		old := p.server.relationships[k]
		c.do = func(w *applying) error {
			if err := client.Done(w.c.DeleteRelationship(w.ctx, old.ID)); err != nil {
				return err
			}
			return w.createRelationship(want)
		}
		changed, err := p.compare(c, p.have.Relationships[k], want)
		if err != nil {
			return err
		}
		if !changed {
			continue
		}
		c.Notes = append(c.Notes, "it is removed and made again, for relationships cannot be changed")
		if len(old.UsedBy) > 0 {
			var users []string
			for _, u := range old.UsedBy {
				users = append(users, quote(u.Name))
			}
			p.doc.Add(n.Path, "Make one of another name, let the segments follow that one, and prune this one", "segments follow it, so it cannot be made again in another way: %s", strings.Join(users, ", "))
		}
	}
	return nil
}

// asking lists the segments whose queries the server will look at, as they are other ones than those that are there.
func (p *planning) asking() (list []activation.Segment) {
	there := p.have.Names(configfile.Segments)
	for i, want := range p.want.Segments {
		g := activation.Segment{Rules: want.Rules}
		k := configfile.Find(p.doc.Names(configfile.Segments)[i], there)
		if len(g.Queries()) > 0 && (k < 0 || !slices.Equal(g.Queries(), activation.Segment{Rules: p.have.Segments[k].Rules}.Queries())) {
			list = append(list, g)
		}
	}
	return list
}

// build plans that profiles are built before the queries of segments, which the server takes only once it has what they read.
func (p *planning) build() error {
	defined := p.want.Profile != nil || p.have.Profile != nil
	changes := slices.ContainsFunc(p.plan.Changes, func(c *planned) bool { return c.Kind == "profile" })
	if !defined || len(p.asking()) == 0 || (p.server.built && !changes) {
		return nil
	}
	p.add(&planned{
		Kind: "profile", Name: "profile", Action: doBuild, path: configfile.ProfileSection,
		Notes: []string{"profiles are built, for queries of segments read them"}, do: func(w *applying) error { return w.build() },
	})
	return nil
}

// inOrder returns the places of the segments so that each comes after those that it names.
func inOrder(list []configfile.Segment) []int {
	place := map[string]int{}
	for i, s := range list {
		place[s.Name] = i
	}
	var order []int
	seen := map[int]bool{}
	var visit func(i int)
	visit = func(i int) {
		if seen[i] {
			return
		}
		seen[i] = true
		for _, id := range (activation.Segment{Rules: list[i].Rules}).Uses() {
			if k, ok := place[string(id)]; ok {
				visit(k)
			}
		}
		order = append(order, i)
	}
	for i := range list {
		visit(i)
	}
	return order
}

func (p *planning) segments() error {
	there := p.have.Names(configfile.Segments)
	for _, i := range inOrder(p.want.Segments) {
		want, n := p.want.Segments[i], p.doc.Names(configfile.Segments)[i]
		c := &planned{Kind: "segment", Name: n.Name, Action: doUpdate, path: n.Path}
		k := configfile.Find(n, there)
		if k < 0 {
			c.Action, c.do = doCreate, func(w *applying) error { return w.createSegment(want) }
			p.add(c)
			continue
		}
		old, have := p.server.segments[k], p.have.Segments[k]
		c.do = func(w *applying) error { return w.updateSegment(old, have, want) }
		if _, err := p.compare(c, have, want); err != nil {
			return err
		}
	}
	return nil
}

func (p *planning) connections() error {
	there := p.have.Names(configfile.Connections)
	for i, want := range p.want.Connections {
		n := p.doc.Names(configfile.Connections)[i]
		c := &planned{Kind: "connection", Name: n.Name, Action: doUpdate, path: n.Path}
		key := strings.TrimSpace(p.env(want.KeyEnv))
		k := configfile.Find(n, there)
		if k < 0 {
			c.Action, c.do = doCreate, func(w *applying) error { return w.createConnection(want, key) }
			c.Notes = append(c.Notes, "it is a draft, over which nothing runs until an administrator agrees: segue connection agree "+shellWord(n.Name))
			if !*want.Mirror {
				c.Notes = append(c.Notes, activation.MirrorRisk)
			}
			p.add(c)
			continue
		}
		old, have, to := p.server.connections[k], p.have.Connections[k], want
		// How a variable is called is nothing of the server's, and where the destination is cannot change.
		to.KeyEnv, to.BaseURL = have.KeyEnv, have.BaseURL
		rotate := key != "" && (p.renew || (old.KeyTail != "" && !strings.HasSuffix(key, old.KeyTail)))
		c.do = func(w *applying) error { return w.updateConnection(old, have, want, key, rotate) }
		var err error
		if c.Fields, err = configfile.Compare(have, to); err != nil {
			return err
		}
		switch {
		case rotate && p.renew:
			c.Notes = append(c.Notes, "the key in "+want.KeyEnv+" is sent again")
		case rotate:
			c.Notes = append(c.Notes, "the key in "+want.KeyEnv+" is another than the one stored, and replaces it")
		}
		if *have.Mirror && !*want.Mirror {
			c.Notes = append(c.Notes, activation.MirrorRisk)
		}
		if len(c.Fields) == 0 && !rotate {
			p.plan.Unchanged++
			continue
		}
		p.add(c)
	}
	return nil
}

func (p *planning) exports() error {
	there := p.have.Names(configfile.Exports)
	for i, want := range p.want.Exports {
		n := p.doc.Names(configfile.Exports)[i]
		c := &planned{Kind: "export", Name: n.Name, Action: doUpdate, path: n.Path}
		if err := p.find(&want, c); err != nil {
			return err
		}
		k := configfile.Find(n, there)
		if k < 0 {
			c.Action, c.do = doCreate, func(w *applying) error { return w.createExport(want) }
			p.add(c)
			continue
		}
		old, have := p.server.exports[k], p.have.Exports[k]
		moved := have.Connection != want.Connection
		c.do = func(w *applying) error { return w.updateExport(old, have, want, moved) }
		changed, err := p.compare(c, have, want)
		if err != nil {
			return err
		}
		if !changed {
			continue
		}
		if moved {
			c.Notes = append(c.Notes, "it is attached to the other connection; over another account it begins with nobody, and its people there are left behind")
		}
		if have.List != want.List {
			c.Notes = append(c.Notes, "everyone joins the new list with the next run, and then leaves the old one by the policy")
		}
	}
	return nil
}

func (p *planning) refresh() error {
	if p.want.RefreshSchedule == nil {
		return nil
	}
	want := *p.want.RefreshSchedule
	c := &planned{Kind: "refresh schedule", Name: "refresh", Action: doUpdate, path: configfile.RefreshSchedule}
	c.do = func(w *applying) error { return w.putRefresh(want) }
	have := activation.RefreshSchedule{}
	if p.have.RefreshSchedule != nil {
		have = *p.have.RefreshSchedule
	}
	_, err := p.compare(c, have, want)
	return err
}

// lacking fails, before anything is changed, if the caller may not make all of the changes.
func (p *planning) lacking() error {
	if p.server.administers() {
		return nil
	}
	var why []string
	for _, c := range p.plan.Changes {
		name := c.Kind + " " + quote(c.Name)
		switch {
		case p.server.role == activation.RoleViewer, c.Kind == "connection", c.Kind == "refresh schedule":
			why = append(why, name)
		case c.Kind == "export":
			i := configfile.Find(configfile.Named{Name: c.Name}, p.have.Names(configfile.Exports))
			if i >= 0 && p.server.exports[i].YourPermissions != client.ExportYourPermissionsEdit {
				why = append(why, name)
			}
		}
	}
	if len(why) == 0 {
		return nil
	}
	return &client.Error{
		Code: string(activation.CodeForbidden), Message: fmt.Sprintf("as %s you may not change: %s; nothing was changed", p.server.role, strings.Join(why, ", ")),
		Remedy: "Let an administrator apply the file, or leave these out",
	}
}
