package cli

import (
	"context"

	"segue/client"
	"segue/cmd/segue/internal/configfile"
	"segue/internal/activation"
)

// lister asks for the lists that a connection's account has now.
type lister func(connection string) ([]configfile.AccountList, error)

// listsOf asks the server, of each connection once.
func listsOf(ctx context.Context, c *client.Client) lister {
	seen := map[string][]configfile.AccountList{}
	return func(connection string) ([]configfile.AccountList, error) {
		if known, ok := seen[connection]; ok {
			return known, nil
		}
		l, err := client.Decode[client.ContactLists](c.ListLists(ctx, connection))
		if err != nil {
			return nil, err
		}
		list := make([]configfile.AccountList, 0, len(l.Items))
		for _, x := range l.Items {
			list = append(list, configfile.AccountList{ID: x.ID, Name: x.Name, Folder: x.Folder})
		}
		seen[connection] = list
		return list, nil
	}
}

// find puts the number in the place of the name of an export's list. Where the account cannot be asked before something is changed,
// because its connection is still to be made or its key to be replaced, the name stays, and is looked up when the export's turn comes.
func (p *planning) find(x *configfile.Export, c *planned) error {
	if x.List.Name == "" {
		return nil
	}
	for _, k := range p.server.connections {
		if p.call(configfile.Connections, k.Name) != x.Connection {
			continue
		}
		lists, err := p.lists(k.ID)
		if err != nil {
			if p.changes("connection", x.Connection) {
				break
			}
			return &placedError{err: err, place: p.doc.Place(c.path + ".list"), what: "the list " + quote(x.List.Name) + " cannot be looked up"}
		}
		id, problem, remedy := x.List.In(lists)
		if problem != "" {
			p.doc.Add(c.path+".list", remedy, "%s", problem)
			return nil
		}
		x.List = configfile.List{ID: id}
		return nil
	}
	c.Notes = append(c.Notes, "its list "+quote(x.List.Name)+" is looked up when the connection is there")
	return nil
}

// changes reports whether the plan changes a thing.
func (p *planning) changes(kind, name string) bool {
	for _, c := range p.plan.Changes {
		if c.Kind == kind && c.Name == name {
			return true
		}
	}
	return false
}

// list looks a list up by its name.
func (w *applying) list(x configfile.Export) (int64, error) {
	lists, err := listsOf(w.ctx, w.c)(w.ids[configfile.Connections][x.Connection])
	if err != nil {
		return 0, err
	}
	id, problem, remedy := x.List.In(lists)
	if problem != "" {
		return 0, &client.Error{Code: string(activation.CodeInvalid), Message: problem, Remedy: remedy, Field: "list"}
	}
	return id, nil
}
