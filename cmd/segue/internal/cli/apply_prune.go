package cli

import (
	"slices"
	"strings"

	"segue/client"
	"segue/cmd/segue/internal/configfile"
)

// gone lists the places of the things of a section that the files do not name, if they state the section.
func (p *planning) gone(section string) (places []int) {
	if !p.doc.Stated(section) {
		return nil
	}
	there := p.have.Names(section)
	kept := map[int]bool{}
	for _, n := range p.doc.Names(section) {
		kept[configfile.Find(n, there)] = true
	}
	for i := range there {
		if !kept[i] {
			places = append(places, i)
		}
	}
	return places
}

// removals plans what goes: what is in the way of others first. Lists and contacts at the destination stay as they are.
func (p *planning) removals() {
	const unnamed = "the files do not name it"
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
	segments := p.gone(configfile.Segments)
	order := inOrder(p.have.Segments)
	slices.Reverse(order) // those that name others go first
	for _, i := range order {
		if !slices.Contains(segments, i) {
			continue
		}
		x := p.server.segments[i]
		p.add(&planned{
			Kind: "segment", Name: x.Name, Action: doRemove, Notes: []string{unnamed},
			do: func(w *applying) error { return client.Done(w.c.DeleteSegment(w.ctx, x.ID)) },
		})
	}
	for _, i := range p.gone(configfile.Relationships) {
		x := p.server.relationships[i]
		p.add(&planned{
			Kind: "relationship", Name: x.Name, Action: doRemove, Notes: []string{unnamed},
			do: func(w *applying) error { return client.Done(w.c.DeleteRelationship(w.ctx, x.ID)) },
		})
	}
	for _, i := range p.gone(configfile.Sources) {
		x := p.server.sources[i]
		p.add(&planned{
			Kind: "source", Name: x.Name, Action: doRemove, Notes: []string{unnamed + "; its table goes with it"},
			do: func(w *applying) error { return client.Done(w.c.DeleteSource(w.ctx, x.ID)) },
		})
	}
}
