package cli

import (
	"fmt"
	"io"

	"segue/client"
	"segue/cmd/segue/internal/table"
)

type exportReconcile struct {
	exportName
	Wait bool `help:"Wait until the list is read, and print what was found."`
}

// Run works the command.
func (e *exportReconcile) Run(inv *invocation) error {
	c, err := inv.api()
	if err != nil {
		return err
	}
	x, err := inv.export(c, e.Name)
	if err != nil {
		return err
	}
	r, err := client.Decode[client.Run](c.StartRun(inv.ctx, x.ID, &client.StartRunParams{}, client.RunStart{Kind: client.RunStartKindReconcile}))
	if err != nil {
		return err
	}
	if e.Wait {
		return inv.follow(c, r.ID)
	}
	return inv.show(r, func(io.Writer) error {
		inv.say("Run %s reads the list %d back when its turn comes. It sends nothing.", r.ID, x.ListID)
		inv.say("Watch it: segue run watch %s", r.ID)
		return nil
	})
}

type runDecide struct {
	runID
	Missing      string `enum:",resend,leave" default:"" placeholder:"WHAT" help:"People who are missing: resend (they count as not acknowledged, the next run sends them again) or leave."`
	ExtraSent    string `enum:",own,there_before,leave" default:"" placeholder:"WHAT" help:"Extra people whom Segue sent: own (the export's; its next run sends whom it wants and removes the others), there_before (leaving never removes them) or leave."`
	ExtraProfile string `enum:",own,there_before,leave" default:"" placeholder:"WHAT" help:"Extra people whom Segue never sent and whose address is that of a profile: own, there_before or leave."`
	ExtraUnknown string `enum:",there_before,leave" default:"" placeholder:"WHAT" help:"Extra people whom Segue does not know: there_before or leave."`
}

// Run works the command.
func (d *runDecide) Run(inv *invocation) error {
	if d.Missing+d.ExtraSent+d.ExtraProfile+d.ExtraUnknown == "" {
		return usagef("nothing is decided: give --missing, --extra-sent, --extra-profile or --extra-unknown").
			withRemedy("What is not given is left as it is. Read: segue run decide --help")
	}
	in := client.DecisionInput{Missing: client.DecisionInputMissing(d.Missing), Extra: &client.ExtraInput{
		Sent: client.ExtraInputSent(d.ExtraSent), Profile: client.ExtraInputProfile(d.ExtraProfile), Unknown: client.ExtraInputUnknown(d.ExtraUnknown),
	}}
	return d.act(inv, "It is decided, and the next run acts on it.", func(c *client.Client, id string) (client.Run, error) {
		return client.Decode[client.Run](c.DecideRun(inv.ctx, id, in))
	})
}

// writeReconciliation prints what reconciling has found, and what was decided.
func (inv *invocation) writeReconciliation(w io.Writer, r client.Run) error {
	f := *r.Reconciliation
	if err := writeSum(w, []line{
		{0, "People on the list", f.Listed, ""},
		{1, "as Segue knows them", f.InStep, ""},
		{1, "extra: sent by Segue", f.Extra.Sent, reasonsOf(f.Reasons, "not_acknowledged", "sent_orphaned", "sent_earlier")},
		{1, "extra: with a profile, never sent", f.Extra.Profile, ""},
		{1, "extra: unknown", f.Extra.Unknown, ""},
		{0, "People missing from the list", f.Missing, reasonsOf(f.Reasons, "owned", "there_before", "kept", "orphaned")},
	}); err != nil {
		return err
	}
	var notes []string
	if f.ThereBeforeGone > 0 {
		notes = append(notes, count(f.ThereBeforeGone, "person", "people")+" there before, never sent, left the list; nothing needs to be done.")
	}
	found := f.Missing + f.Extra.Sent + f.Extra.Profile + f.Extra.Unknown
	switch d := f.Decision; {
	case d != nil:
		notes = append(notes, fmt.Sprintf("Decided by %s on %s: missing %s; extra: sent %s, with a profile %s, unknown %s.", d.By, inv.when(d.At),
			choiceWord(string(d.Missing)), choiceWord(string(d.Extra.Sent)), choiceWord(string(d.Extra.Profile)), choiceWord(string(d.Extra.Unknown))))
	case found == 0:
		notes = append(notes, "The list is as Segue knows it.")
	default:
		notes = append(notes, "See who: segue run rows "+r.ID, "Decide: segue run decide "+r.ID+" --missing resend --extra-sent own")
	}
	return writeNotes(w, notes)
}

// reasonsOf lists those of the reasons that are named.
func reasonsOf(all map[string]int64, names ...string) string {
	some := map[string]int64{}
	for _, n := range names {
		some[n] = all[n]
	}
	return reasonList(some)
}

func choiceWord(c string) string {
	if w, ok := map[string]string{"resend": "are sent again", "leave": "left as they are", "own": "owned by the export", "there_before": "count as there before"}[c]; ok {
		return w
	}
	return c
}

// writeAdvice says that a list should be reconciled.
func writeAdvice(w io.Writer, r client.Run) error {
	if r.Plan == nil || r.Plan.ReconcileAdvised == nil {
		return nil
	}
	a := r.Plan.ReconcileAdvised
	_, err := fmt.Fprintln(w, table.Clean(fmt.Sprintf("When it was checked the list held %s, but Segue expected %s. Find out who: segue export reconcile %s --wait",
		count(a.ListSize, "person", "people"), num(a.Expected), shellWord(r.ExportID))))
	return err
}
