package cli

import (
	"cmp"
	"slices"
	"strings"

	"segue/client"
	"segue/cmd/segue/internal/configfile"
	"segue/internal/activation"
)

// unstated lists the places of the things of a section that the files do not name.
func (p *planning) unstated(section string) (places []int) {
	there := p.have.Names(section)
	named := map[int]bool{}
	for _, n := range p.doc.Names(section) {
		named[configfile.Find(n, there)] = true
	}
	for i := range there {
		if !named[i] {
			places = append(places, i)
		}
	}
	return places
}

// gone lists those of them that go: all, if the files state the section.
func (p *planning) gone(section string) []int {
	if !p.doc.Stated(section) {
		return nil
	}
	return p.unstated(section)
}

// removals plans what goes: what is in the way of others first. Lists and contacts at the destination stay as they are.
func (p *planning) removals() {
	going := map[string]bool{} // the ids of exports that go
	for _, i := range p.gone(configfile.Exports) {
		x := p.server.exports[i]
		switch {
		case x.Removing:
			continue
		case x.Detached != nil:
			p.plan.Notes = append(p.plan.Notes, "The export "+quote(x.Name)+" is not removed: it is detached, which no file can say. Remove it with segue export remove")
			continue
		}
		going[x.ID] = true
		p.add(&planned{
			Kind: "export", Name: x.Name, Action: doRemove,
			Notes: []string{unnamed + "; its list and the people on it stay as they are, and no export removes them any more unless one adopts them"},
			do:    func(w *applying) error { return client.Done(w.c.DeleteExport(w.ctx, x.ID)) },
		})
	}
	for _, i := range p.gone(configfile.Connections) {
		x := p.server.connections[i]
		if !x.RemovingAt.IsZero() {
			continue
		}
		var stay, go_ []string
		for _, e := range p.server.exports {
			switch {
			case e.ConnectionID != x.ID:
			case going[e.ID]:
				go_ = append(go_, quote(e.Name))
			default:
				stay = append(stay, quote(e.Name))
			}
		}
		if len(stay) > 0 {
			p.plan.Notes = append(p.plan.Notes, "The connection "+quote(x.Name)+" is not removed: exports use it ("+strings.Join(stay, ", ")+"). Remove or detach them, or say what becomes of them with segue connection remove")
			continue
		}
		c := &planned{
			Kind: "connection", Name: x.Name, Action: doRemove, Notes: []string{unnamed + "; its key is destroyed, nothing is touched at the destination"},
			do: func(w *applying) error { return client.Done(w.c.DeleteConnection(w.ctx, x.ID)) },
		}
		if len(go_) > 0 {
			c.Notes = append(c.Notes, "its exports are removed before: "+strings.Join(go_, ", "))
		}
		p.add(c)
	}
	p.removeUnused(going)
}

const unnamed = "the files do not name it"

// users names those that will use something, by the key of its name.
type users map[string][]string

func (u users) add(name, user string) {
	if key := configfile.Key(name); !slices.Contains(u[key], user) {
		u[key] = append(u[key], user)
	}
}

// spare notes that something stays since others use it, and reports it; else the server would refuse its removal when others are made already.
func (p *planning) spare(kind, name string, by users) bool {
	list := by[configfile.Key(name)]
	if len(list) > 0 {
		p.plan.Notes = append(p.plan.Notes, "The "+kind+" "+quote(name)+" is not removed: "+strings.Join(list, ", ")+" "+map[bool]string{true: "use", false: "uses"}[len(list) > 1]+" it")
	}
	return len(list) > 0
}

// removeUnused plans the removal of segments, relationships and sources, but of those that something uses which stays. Exports that go are known by their ids.
func (p *planning) removeUnused(going map[string]bool) {
	used := users{}
	exports := slices.Clone(p.want.Exports)
	for _, i := range p.unstated(configfile.Exports) {
		if !going[p.server.exports[i].ID] {
			exports = append(exports, p.have.Exports[i])
		}
	}
	for _, e := range exports {
		for _, name := range e.Segments {
			used.add(name, "the export "+quote(e.Name))
		}
	}
	segments := p.removeSegments(used)

	used = users{}
	for _, g := range segments {
		for _, name := range (activation.Segment{Rules: g.Rules}).Relationships() {
			used.add(name, "the segment "+quote(g.Name))
		}
	}
	relationships := slices.Clone(p.want.Relationships)
	for _, i := range p.unstated(configfile.Relationships) {
		x := p.server.relationships[i]
		if !p.doc.Stated(configfile.Relationships) || p.spare("relationship", x.Name, used) {
			relationships = append(relationships, p.have.Relationships[i])
			continue
		}
		p.add(&planned{
			Kind: "relationship", Name: x.Name, Action: doRemove, Notes: []string{unnamed},
			do: func(w *applying) error { return client.Done(w.c.DeleteRelationship(w.ctx, x.ID)) },
		})
	}

	used = users{}
	if profile := cmp.Or(p.want.Profile, p.have.Profile); profile != nil {
		for _, t := range profile.Tables {
			used.add(t.Source, "the profile")
		}
	}
	for _, r := range relationships {
		used.add(r.From, "the relationship "+quote(r.Name))
		used.add(r.To, "the relationship "+quote(r.Name))
	}
	for _, i := range p.gone(configfile.Sources) {
		x := p.server.sources[i]
		if p.spare("source", x.Name, used) {
			continue
		}
		p.add(&planned{
			Kind: "source", Name: x.Name, Action: doRemove, Notes: []string{unnamed + "; its table goes with it"},
			do: func(w *applying) error { return client.Done(w.c.DeleteSource(w.ctx, x.ID)) },
		})
	}
}

// removeSegments plans the removal of segments that exports do not use, nor segments that stay for that, and returns all that stay.
func (p *planning) removeSegments(used users) (stay []configfile.Segment) {
	if !p.doc.Stated(configfile.Segments) {
		return p.have.Segments
	}
	gone := p.unstated(configfile.Segments)
	stay = slices.Clone(p.want.Segments)
	order := inOrder(p.have.Segments)
	slices.Reverse(order) // those that name others go first
	for _, i := range order {
		if !slices.Contains(gone, i) {
			continue
		}
		x := p.server.segments[i]
		if p.spare("segment", x.Name, used) {
			stay = append(stay, p.have.Segments[i])
			for _, id := range (activation.Segment{Rules: p.have.Segments[i].Rules}).Uses() {
				used.add(string(id), "the segment "+quote(x.Name))
			}
			continue
		}
		p.add(&planned{
			Kind: "segment", Name: x.Name, Action: doRemove, Notes: []string{unnamed},
			do: func(w *applying) error { return client.Done(w.c.DeleteSegment(w.ctx, x.ID)) },
		})
	}
	return stay
}
