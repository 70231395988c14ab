package cli

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"segue/client"
	"segue/cmd/segue/internal/table"
)

// linkPairs show what hangs on a connection.
func linkPairs(inv *invocation, n client.Connection) [][2]string {
	var pairs [][2]string
	if n.ExportUser != nil {
		pairs = append(pairs, [2]string{"Export user", exportUserWords(n)})
	}
	if c := n.Account.Contacts; c > 0 {
		held := num(c)
		switch {
		case n.ContactLimit == 0:
		case c > n.ContactLimit:
			held = fmt.Sprintf("%s, more than the %s that the contract allows", held, num(n.ContactLimit))
		default:
			held = fmt.Sprintf("%s of %s that the contract allows", held, num(n.ContactLimit))
		}
		pairs = append(pairs, [2]string{"Account holds", held})
	} else if n.ContactLimit > 0 {
		pairs = append(pairs, [2]string{"Contract allows", num(n.ContactLimit)})
	}
	if !n.RemovingAt.IsZero() {
		pairs = append(pairs, [2]string{"Removed", inv.when(n.RemovingAt) + "; its key goes once its runs have stopped"})
	}
	return pairs
}

func exportUserWords(n client.Connection) string {
	if n.ExportUser == nil || n.ExportUser.Kind == "none" {
		return "nobody; its exports do not run"
	}
	return n.ExportUser.Name
}

// sayExportUser says on whose behalf the exports over a new connection run.
func (inv *invocation) sayExportUser(n client.Connection) {
	if n.ExportUser == nil || n.ExportUser.Kind == "none" {
		inv.say("It has no export user yet. Become it: segue connection export-user %s", shellWord(n.Name))
		return
	}
	inv.say("Its exports run on behalf of %s.", n.ExportUser.Name)
}

type connectionExportUser struct {
	connectionName
	Machine bool `help:"Let the server's machine be it, instead of you; for whoever can read the data folder."`
	accountFlags
}

// Run works the command.
func (k *connectionExportUser) Run(inv *invocation) error {
	set := func(c *client.Client) error {
		n, err := inv.connection(c, k.Name)
		if err != nil {
			return err
		}
		if n, err = client.Decode[client.Connection](c.SetExportUser(inv.ctx, n.ID)); err != nil {
			return err
		}
		return inv.show(n, func(io.Writer) error {
			inv.say("Exports over the connection %q run on behalf of %s.", n.Name, exportUserWords(n))
			return nil
		})
	}
	if !k.Machine {
		return orMachine(k.as(inv, set))
	}
	c, err := inv.api()
	if err != nil {
		return err
	}
	return set(c)
}

// orMachine tells of the other export user there can be, where nobody says who they are.
func orMachine(err error) error {
	var u *usageError
	if errors.As(err, &u) && u.remedy == addressRemedy {
		return u.withRemedy(addressRemedy + ", or --machine on the server's machine")
	}
	return err
}

type connectionAgree struct {
	connectionName
	Machine bool `help:"Let the server's machine be the export user, instead of you; for whoever can read the data folder."`
	Agree   bool `help:"Agree to the data privacy statement; without it you are asked."`
	accountFlags
}

// Run works the command.
func (k *connectionAgree) Run(inv *invocation) error {
	work := func(c *client.Client) error {
		n, err := inv.connection(c, k.Name)
		if err != nil {
			return err
		}
		s, err := client.Decode[client.Settings](c.GetSettings(inv.ctx))
		if err != nil {
			return err
		}
		if n.Draft && !k.Agree {
			_, _ = fmt.Fprintln(inv.Terminal.Err, table.Clean(s.ConsentStatement.Text))
			if err := inv.confirm(false, "Do you agree to the data privacy statement?", "--agree"); err != nil {
				return err
			}
		}
		n, err = client.Decode[client.Connection](c.AgreeConnection(inv.ctx, n.ID, client.Agreement{Agree: true, Statement: s.ConsentStatement.Version}))
		if err != nil {
			return err
		}
		return inv.show(n, func(io.Writer) error {
			inv.say("The connection %q is no draft any more. Its exports run on behalf of %s.", n.Name, exportUserWords(n))
			return nil
		})
	}
	if !k.Machine {
		return orMachine(k.as(inv, work))
	}
	c, err := inv.api()
	if err != nil {
		return err
	}
	return work(c)
}

type connectionWhereUsed struct{ connectionName }

// Run works the command.
func (k *connectionWhereUsed) Run(inv *invocation) error {
	c, n, err := k.one(inv)
	if err != nil {
		return err
	}
	l, err := client.Decode[client.ExportList](c.ListUses(inv.ctx, n.ID))
	if err != nil {
		return err
	}
	return list(inv, l.Items, "No export uses the connection.",
		[]table.Column{table.Text("export"), table.Number("list"), table.Text("list name"), table.Text("status"), table.Text("runs by itself"), table.Text("id")},
		func(x client.Export) []string {
			return []string{x.Name, fmt.Sprint(x.ListID), x.ListName, statusWord(string(x.Status)), scheduleWords(x.Schedule), x.ID}
		})
}

type connectionLimit struct {
	connectionName
	Contacts string `arg:"" help:"How many contacts the contract allows, or none."`
}

// Run works the command.
func (k *connectionLimit) Run(inv *invocation) error {
	var most int64
	if k.Contacts != "none" {
		var err error
		if most, err = strconv.ParseInt(strings.ReplaceAll(k.Contacts, ",", ""), 10, 64); err != nil || most <= 0 {
			return usagef("%q is no number of contacts", k.Contacts).withRemedy("Give a number such as 50000, or none")
		}
	}
	c, n, err := k.one(inv)
	if err != nil {
		return err
	}
	change := fmt.Sprintf(`{"contact_limit": %d, "version": %d}`, most, n.Version) // the client leaves a 0 out
	if n, err = client.Decode[client.Connection](c.UpdateConnectionWithBody(inv.ctx, n.ID, "application/json", strings.NewReader(change))); err != nil {
		return err
	}
	return inv.show(n, func(io.Writer) error {
		if n.ContactLimit == 0 {
			inv.say("How many contacts the contract allows is not known.")
			return nil
		}
		for _, p := range linkPairs(inv, n)[1:] {
			inv.say("%s: %s.", p[0], p[1])
		}
		return nil
	})
}

type connectionRemove struct {
	connectionName
	Detach    []string `sep:"none" placeholder:"EXPORT" help:"Export to detach: it keeps its definition and does not run. May be given several times."`
	Remove    []string `sep:"none" placeholder:"EXPORT" help:"Export to remove; its list stays as it is. May be given several times."`
	DetachAll bool     `xor:"all" help:"Detach every export that uses it and is not named."`
	RemoveAll bool     `xor:"all" help:"Remove every export that uses it and is not named."`
}

// Run works the command.
func (k *connectionRemove) Run(inv *invocation) error {
	c, n, err := k.one(inv)
	if err != nil {
		return err
	}
	uses, err := client.Decode[client.ExportList](c.ListUses(inv.ctx, n.ID))
	if err != nil {
		return err
	}
	in := client.RemovalInput{Exports: []client.ExportEnd{}}
	named := map[string]bool{}
	for _, part := range []struct {
		names []string
		do    client.ExportEndDo
	}{{k.Detach, "detach"}, {k.Remove, "remove"}} {
		for _, name := range part.names {
			x, err := inv.export(c, name)
			if err != nil {
				return err
			}
			named[x.ID] = true
			in.Exports = append(in.Exports, client.ExportEnd{ExportID: x.ID, Do: part.do})
		}
	}
	for _, x := range uses.Items {
		switch {
		case named[x.ID]:
		case k.DetachAll:
			in.Exports = append(in.Exports, client.ExportEnd{ExportID: x.ID, Do: "detach"})
		case k.RemoveAll:
			in.Exports = append(in.Exports, client.ExportEnd{ExportID: x.ID, Do: "remove"})
		}
	}
	r, err := client.Decode[client.Removal](c.RemoveConnection(inv.ctx, n.ID, in))
	if err != nil {
		return err
	}
	return inv.show(r, func(io.Writer) error {
		if r.KeyDestroyed {
			inv.say("Connection %q is removed, its key destroyed.", n.Name)
			return nil
		}
		inv.say("Connection %q is removed. %s; then its key is destroyed, at the latest on %s.", n.Name, count(int64(len(r.RunIds)), "run stops", "runs stop"), inv.when(r.KeyUntil))
		return nil
	})
}

type exportDetach struct{ exportName }

// Run works the command.
func (e *exportDetach) Run(inv *invocation) error {
	c, err := inv.api()
	if err != nil {
		return err
	}
	x, err := inv.export(c, e.Name)
	if err != nil {
		return err
	}
	if x, err = client.Decode[client.Export](c.DetachExport(inv.ctx, x.ID)); err != nil {
		return err
	}
	return inv.show(x, func(io.Writer) error {
		inv.say("Export %q has no connection now and does not run. Its list stays as it is; whom it sent it goes on owning.", x.Name)
		return nil
	})
}

type exportAttach struct {
	exportName
	Connection string `required:"" placeholder:"NAME" help:"Connection to export over."`
	List       int64  `placeholder:"ID" help:"Number of the list; needed for another account than before, else the one it had."`
}

// Run works the command.
func (e *exportAttach) Run(inv *invocation) error {
	c, err := inv.api()
	if err != nil {
		return err
	}
	x, err := inv.export(c, e.Name)
	if err != nil {
		return err
	}
	n, err := inv.connection(c, e.Connection)
	if err != nil {
		return err
	}
	if x, err = client.Decode[client.Export](c.AttachExport(inv.ctx, x.ID, client.AttachInput{ConnectionID: n.ID, ListID: e.List})); err != nil {
		return err
	}
	return inv.show(x, func(io.Writer) error {
		inv.say("Export %q goes over the connection %q to the list %d (%s).", x.Name, x.Connection.Name, x.ListID, x.ListName)
		return nil
	})
}

type exportDuplicate struct {
	exportName
	To string `arg:"" help:"Name of the copy."`
}

// Run works the command.
func (e *exportDuplicate) Run(inv *invocation) error {
	c, err := inv.api()
	if err != nil {
		return err
	}
	x, err := inv.export(c, e.Name)
	if err != nil {
		return err
	}
	was := x.Schedule
	if x, err = client.Decode[client.Export](c.DuplicateExport(inv.ctx, x.ID, client.DuplicateInput{Name: e.To})); err != nil {
		return err
	}
	return inv.show(x, func(io.Writer) error {
		inv.say("Export %q is added, to the same list with the same segments and fields.", x.Name)
		inv.say("It runs only on demand; the other one runs %s. Schedule it: segue export schedule %s", scheduleWords(was), shellWord(x.Name))
		return nil
	})
}

// warnContract says which segments are larger than the account's contract allows. An answer that is missing warns of nothing.
func (inv *invocation) warnContract(c *client.Client, connection string, segments []string) {
	k, err := client.Decode[client.Contract](c.CheckContract(inv.ctx, connection, &client.CheckContractParams{SegmentID: &segments}))
	if err != nil {
		return
	}
	for _, g := range k.Segments {
		if g.Larger {
			inv.say("Warning: the segment %q has %s members, more contacts than the account's contract allows.", g.Name, num(g.Members))
		}
	}
}
