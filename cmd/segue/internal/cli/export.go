package cli

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"segue/client"
	"segue/cmd/segue/internal/table"
)

type exportCmd struct {
	Add       exportAdd       `cmd:"" help:"Add an export. It does not run by that."`
	List      exportList      `cmd:"" help:"List exports with their status."`
	Show      exportShow      `cmd:"" help:"Show an export."`
	Update    exportUpdate    `cmd:"" help:"Change an export."`
	Remove    exportRemove    `cmd:"" help:"Remove an export; its list stays as it is, or its people are taken off it first."`
	Schedule  exportSchedule  `cmd:"" help:"Say when exports run by themselves."`
	Duplicate exportDuplicate `cmd:"" help:"Make a copy of an export under another name. It runs on demand only."`
	Detach    exportDetach    `cmd:"" help:"Take an export off its connection: it keeps its definition and does not run."`
	Attach    exportAttach    `cmd:"" help:"Give a detached export a connection."`
	Freshness exportFreshness `cmd:"" help:"Say within which time a run of an export must have succeeded."`
	RunAll    exportRunAll    `cmd:"" help:"Run every export that runs by itself, now."`
	Reconcile exportReconcile `cmd:"" help:"Read an export's list back and show who is missing or extra; sends nothing."`

	Sizes      exportSizes      `cmd:"" help:"Show how many people an export's list held over time."`
	People     exportPeople     `cmd:"" help:"Count whom an export owns and keeps on its lists, and who was left behind there."`
	RemoveKept exportRemoveKept `cmd:"" help:"Take whom an export keeps off its lists."`
	Adopt      exportAdopt      `cmd:"" help:"Make an export own whoever exports that are gone left behind on its list."`
}

type exportName struct {
	Name string `arg:"" help:"Name or id of the export."`
}

// exportFlags are the parts of an export that can be given and changed.
type exportFlags struct {
	List     int64             `placeholder:"ID" help:"Number of the list."`
	Segment  []string          `sep:"none" placeholder:"NAME" help:"Segment to export. May be given several times."`
	Email    string            `placeholder:"FIELD" help:"Profile field that holds the address."`
	Map      map[string]string `mapsep:"none" placeholder:"ATTRIBUTE=FIELD" help:"Profile field that feeds an attribute of the account, such as FIRSTNAME=name. May be given several times."`
	Leavers  string            `enum:",remove,keep" default:"" placeholder:"POLICY" help:"What happens to people who leave the segments: remove (default) or keep."`
	TimeZone string            `placeholder:"ZONE" help:"IANA zone of relative dates. Defaults to UTC."`
	Take     []string          `name:"take-attributes" placeholder:"ATTRIBUTE,..." help:"Attributes to take over from exports of the account that feed them from another field; those do not feed them any more."`
}

// apply puts what was given over what is there; segments and attributes are replaced as a whole.
func (f exportFlags) apply(inv *invocation, c *client.Client, in *client.ExportUpdate) error {
	set(&in.ListID, f.List)
	set(&in.Mapping.Email, f.Email)
	set(&in.Leavers, client.ExportUpdateLeavers(f.Leavers))
	set(&in.TimeZone, f.TimeZone)
	in.TakeAttributes = f.Take
	if len(f.Segment) > 0 {
		in.SegmentIds = nil
		for _, name := range f.Segment {
			g, err := inv.segment(c, name)
			if err != nil {
				return err
			}
			in.SegmentIds = append(in.SegmentIds, g.ID)
		}
	}
	if len(f.Map) > 0 {
		in.Mapping.Attributes = nil
		for _, attribute := range slices.Sorted(maps.Keys(f.Map)) {
			in.Mapping.Attributes = append(in.Mapping.Attributes, client.AttributeMapping{Attribute: attribute, Field: f.Map[attribute]})
		}
	}
	return nil
}

type exportAdd struct {
	Name       string `arg:"" help:"Name of the export."`
	Connection string `required:"" placeholder:"NAME" help:"Connection to export over."`
	TakeOver   bool   `help:"People who are on the list already count as sent by this export, so that leaving removes them."`
	exportFlags
}

// Run works the command.
func (e *exportAdd) Run(inv *invocation) error {
	var missing []string
	for _, f := range []struct {
		name string
		lack bool
	}{{"--list", e.List == 0}, {"--segment", len(e.Segment) == 0}, {"--email", e.Email == ""}} {
		if f.lack {
			missing = append(missing, f.name)
		}
	}
	if len(missing) > 0 {
		return usagef("missing flags: %s", strings.Join(missing, ", ")).withRemedy("Read: segue export add --help")
	}
	c, err := inv.api()
	if err != nil {
		return err
	}
	n, err := inv.connection(c, e.Connection)
	if err != nil {
		return err
	}
	var in client.ExportUpdate
	if err := e.apply(inv, c, &in); err != nil {
		return err
	}
	x, err := client.Decode[client.Export](c.CreateExport(inv.ctx, client.ExportInput{
		Name: e.Name, ConnectionID: n.ID, ListID: in.ListID, SegmentIds: in.SegmentIds, Mapping: in.Mapping,
		Leavers: client.ExportInputLeavers(in.Leavers), TakeOver: e.TakeOver, TimeZone: in.TimeZone, TakeAttributes: in.TakeAttributes,
	}))
	if err != nil {
		return err
	}
	return inv.show(x, func(io.Writer) error {
		inv.say("Export %q to the list %d (%s) is added.", x.Name, x.ListID, x.ListName)
		inv.warnContract(c, n.ID, x.SegmentIds)
		inv.sayTaken(x)
		inv.say("See what it would do: segue run start %s --dry-run --wait", shellWord(x.Name))
		return nil
	})
}

type exportList struct{}

// Run works the command.
func (*exportList) Run(inv *invocation) error {
	c, err := inv.api()
	if err != nil {
		return err
	}
	items, err := collect(0, func(after *string) ([]client.Export, string, error) {
		l, err := client.Decode[client.ExportList](c.ListExports(inv.ctx, &client.ListExportsParams{After: after, Limit: pageSize(0)}))
		return l.Items, l.NextCursor, err
	})
	if err != nil {
		return err
	}
	return list(inv, items, "There is no export yet. Add one: segue export add",
		[]table.Column{
			table.Text("name"), table.Text("connection"), table.Number("list"), table.Text("list name"), table.Text("status"), table.Text("in step"), table.Number("people"), table.Text("last run"),
			table.Text("in time"), table.Text("you may"),
		},
		func(x client.Export) []string {
			may := "view only"
			if x.YourPermissions == client.ExportYourPermissionsEdit {
				may = "edit"
			}
			row := []string{x.Name, x.Connection.Name, fmt.Sprint(x.ListID), x.ListName, statusWord(string(x.Status)), inStep(string(x.Status), x.OutOfStep), "", "", inTime(x.Freshness), may}
			if r := x.LatestRun; r != nil {
				row[7] = inv.when(r.CreatedAt)
				if r.Receipt != nil {
					row[6] = num(r.Receipt.Added + r.Receipt.Updated + r.Receipt.Unchanged)
				}
			}
			return row
		})
}

type exportShow struct{ exportName }

// Run works the command.
func (e *exportShow) Run(inv *invocation) error {
	c, err := inv.api()
	if err != nil {
		return err
	}
	x, err := inv.export(c, e.Name)
	if err != nil {
		return err
	}
	return inv.show(x, func(w io.Writer) error { return inv.writeExport(w, c, x) })
}

func (inv *invocation) writeExport(w io.Writer, c *client.Client, x client.Export) error {
	var segments []string
	for _, id := range x.SegmentIds {
		g, err := client.Decode[client.Segment](c.GetSegment(inv.ctx, id))
		if err != nil {
			return err
		}
		segments = append(segments, g.Name)
	}
	leave := "go from the list too"
	if x.Leavers == client.ExportLeaversKeep {
		leave = "stay on the list"
	}
	pairs := [][2]string{
		{"Export", x.Name}, {"Id", x.ID}, {"Status", statusWord(string(x.Status))}, {"Connection", x.Connection.Name}, {"List", fmt.Sprintf("%d (%s)", x.ListID, x.ListName)},
		{"Segments", strings.Join(segments, ", ")}, {"People who leave", leave}, {"Time zone", x.TimeZone}, {"Runs by itself", scheduleWords(x.Schedule)}, {"Freshness", freshnessWords(x.Freshness)}, {"You may", permissionWords(x)}, {"EMAIL", x.Mapping.Email},
	}
	if x.OutOfStep != nil {
		pairs = append(pairs, [2]string{"In step", "no: " + behindWords(x.OutOfStep)})
	}
	if x.Detached != nil {
		pairs = append(pairs, [2]string{"No connection", fmt.Sprintf("since %s (it was %s); whom it sent it still owns", inv.when(x.Detached.At), x.Detached.Connection)})
	}
	if x.TakeOver {
		pairs = append(pairs, [2]string{"People there before", "are taken over"})
	}
	for _, a := range x.Mapping.Attributes {
		pairs = append(pairs, [2]string{a.Attribute, a.Field})
	}
	if err := table.Pairs(w, pairs...); err != nil || x.LatestRun == nil {
		return err
	}
	if _, err := fmt.Fprintln(w); err != nil {
		return err
	}
	return inv.writeRun(w, *x.LatestRun)
}

type exportUpdate struct {
	exportName
	Rename string `placeholder:"NAME" help:"New name."`
	exportFlags
}

// Run works the command.
func (e *exportUpdate) Run(inv *invocation) error {
	c, err := inv.api()
	if err != nil {
		return err
	}
	x, err := inv.export(c, e.Name)
	if err != nil {
		return err
	}
	in := client.ExportUpdate{
		Name: x.Name, ConnectionID: x.ConnectionID, ListID: x.ListID, SegmentIds: x.SegmentIds, Mapping: x.Mapping,
		Leavers: client.ExportUpdateLeavers(x.Leavers), TakeOver: x.TakeOver, TimeZone: x.TimeZone, Schedule: &x.Schedule, Version: x.Version,
	}
	set(&in.Name, e.Rename)
	if err := e.apply(inv, c, &in); err != nil {
		return err
	}
	if x, err = client.Decode[client.Export](c.UpdateExport(inv.ctx, x.ID, in)); err != nil {
		return err
	}
	return inv.show(x, func(io.Writer) error {
		inv.say("Export %q is changed. Its list follows with the next run.", x.Name)
		inv.sayTaken(x)
		return nil
	})
}
