package cli

import (
	"fmt"
	"io"

	"segue/client"
	"segue/cmd/segue/internal/table"
)

type exportRemove struct {
	exportName
	RemovePeople bool `help:"Take whom the export owns off its lists first. It is a run, which waits for its release; when it has ended successfully the export is removed."`
	Wait         bool `help:"With --remove-people: wait until the run has ended, or waits for its release."`
}

// Run works the command.
func (e *exportRemove) Run(inv *invocation) error {
	if e.Wait && !e.RemovePeople {
		return usagef("--wait goes with --remove-people").withRemedy("Read: segue export remove --help")
	}
	c, err := inv.api()
	if err != nil {
		return err
	}
	x, err := inv.export(c, e.Name)
	if err != nil {
		return err
	}
	if e.RemovePeople {
		return inv.removal(c, x, client.RunStartKindRemovePeople, e.Wait,
			"Run %s takes the people of %q off its lists when its turn comes. It waits for your release first; when it has ended, the export is removed.")
	}
	if err := client.Done(c.DeleteExport(inv.ctx, x.ID)); err != nil {
		return err
	}
	inv.say("Export %q is removed. Its list stays as it is.", x.Name)
	return nil
}

type exportRemoveKept struct {
	exportName
	Wait bool `help:"Wait until the run has ended, or waits for its release."`
}

// Run works the command.
func (e *exportRemoveKept) Run(inv *invocation) error {
	c, err := inv.api()
	if err != nil {
		return err
	}
	x, err := inv.export(c, e.Name)
	if err != nil {
		return err
	}
	return inv.removal(c, x, client.RunStartKindRemoveKept, e.Wait, "Run %s takes whom %q keeps off its lists when its turn comes.")
}

// removal starts a run that only takes people off lists; told is said of it and the export.
func (inv *invocation) removal(c *client.Client, x client.Export, kind client.RunStartKind, wait bool, told string) error {
	held, err := heldRuns(inv, c, x.ID)
	if err != nil {
		return err
	}
	r, err := client.Decode[client.Run](c.StartRun(inv.ctx, x.ID, &client.StartRunParams{}, client.RunStart{Kind: kind}))
	if err != nil {
		return err
	}
	if wait {
		inv.sayReplaced(c, held)
		return inv.follow(c, r.ID)
	}
	return inv.show(r, func(io.Writer) error {
		inv.say(told, r.ID, x.Name)
		inv.sayReplaced(c, held)
		inv.say("Watch it: segue run watch %s", r.ID)
		return nil
	})
}

// sayReplaced says which of the runs that were held a newer one has replaced.
func (inv *invocation) sayReplaced(c *client.Client, held []string) {
	for _, id := range held {
		if old, err := client.Decode[client.Run](c.GetRun(inv.ctx, id)); err == nil && old.Status == client.RunStatusCanceled {
			inv.say("It replaces the held run %s, which is canceled.", id)
		}
	}
}

type exportPeople struct{ exportName }

// Run works the command.
func (e *exportPeople) Run(inv *invocation) error {
	c, err := inv.api()
	if err != nil {
		return err
	}
	x, err := inv.export(c, e.Name)
	if err != nil {
		return err
	}
	p, err := client.Decode[client.ExportPeople](c.GetExportPeople(inv.ctx, x.ID))
	if err != nil {
		return err
	}
	return inv.show(p, func(w io.Writer) error { return inv.writePeople(w, x, p) })
}

func (inv *invocation) writePeople(w io.Writer, x client.Export, p client.ExportPeople) error {
	if len(p.Lists) == 0 {
		inv.say("The export has nobody on a list yet.")
	} else {
		t := table.New(table.Number("list"), table.Number("owned"), table.Number("kept"), table.Number("there before"), table.Number("acknowledged"))
		for _, l := range p.Lists {
			t.Add(fmt.Sprint(l.ListID), num(l.Owned), num(l.Kept), num(l.ThereBefore), num(l.Acknowledged))
		}
		if _, err := t.WriteTo(w); err != nil {
			return err
		}
	}
	var notes []string
	for _, a := range p.Adoptions {
		notes = append(notes, fmt.Sprintf("%s adopted %s on the list %d on %s: %s.", a.By, count(a.Owned+a.ThereBefore+a.Kept+a.Known, "person", "people"), a.ListID, inv.when(a.At), adoptionWords(a)))
	}
	if p.Orphaned > 0 {
		notes = append(notes, fmt.Sprintf("%s on the list %d were left behind by exports that are gone. Adopt them: segue export adopt %s",
			count(p.Orphaned, "person", "people"), p.ListID, shellWord(x.Name)))
	}
	return writeNotes(w, notes)
}

func adoptionWords(a client.Adoption) string {
	return fmt.Sprintf("%s owned, %s there before, %s kept, %s known already", num(a.Owned), num(a.ThereBefore), num(a.Kept), num(a.Known))
}

type exportAdopt struct{ exportName }

// Run works the command.
func (e *exportAdopt) Run(inv *invocation) error {
	c, err := inv.api()
	if err != nil {
		return err
	}
	x, err := inv.export(c, e.Name)
	if err != nil {
		return err
	}
	a, err := client.Decode[client.Adoption](c.AdoptOrphans(inv.ctx, x.ID))
	if err != nil {
		return err
	}
	return inv.show(a, func(io.Writer) error {
		if n := a.Owned + a.ThereBefore + a.Kept + a.Known; n == 0 {
			inv.say("Nobody was left behind on the list %d.", a.ListID)
		} else {
			inv.say("%s on the list %d adopted: %s.", count(n, "person is", "people are"), a.ListID, adoptionWords(a))
			inv.say("The next run sends whom the export wants of them and removes the others. See it first: segue run start %s --dry-run --wait", shellWord(x.Name))
		}
		return nil
	})
}

// sayTaken says from whom attributes were taken over.
func (inv *invocation) sayTaken(x client.Export) {
	for _, t := range x.TakenFrom {
		inv.say("%s is taken over from the export %q, which fed it from %q.", t.Attribute, t.Export, t.Field)
	}
}
