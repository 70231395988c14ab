package cli

import (
	"fmt"
	"io"
	"strings"
	"time"

	"segue/client"
	"segue/cmd/segue/internal/table"
)

type statusCmd struct{}

// Run works the command.
func (*statusCmd) Run(inv *invocation) error {
	c, err := inv.api()
	if err != nil {
		return err
	}
	s, err := client.Decode[client.Status](c.GetStatus(inv.ctx))
	if err != nil {
		return err
	}
	return inv.show(s, func(w io.Writer) error {
		if len(s.Tasks) == 0 {
			inv.say("There is nothing yet. Add a data source: segue source add")
			return nil
		}
		t := table.New(table.Text("task"), table.Text("name"), table.Text("status"), table.Text("in step"), table.Text("took"), table.Text("last runs"), table.Text("next"), table.Text("in time"), table.Text("why"))
		for _, k := range s.Tasks {
			step := ""
			if k.Kind == client.TaskStandingKindExport {
				step = inStep(string(k.Status), k.OutOfStep)
			}
			why := whyWords(k.Error)
			if why == "" {
				why = behindWords(k.OutOfStep)
			}
			t.Add(string(k.Kind), k.Name, statusWord(string(k.Status))+progressWords(k.Progress), step, tookMS(k.DurationMs), lastRuns(k.Runs), inv.when(k.NextAt), inTime(k.Freshness), why)
		}
		if _, err := t.WriteTo(w); err != nil {
			return err
		}
		_, err := fmt.Fprintln(w, "\nLast runs, newest first: + successful, ! failed, - skipped or canceled, ? held, > under way.")
		return err
	})
}

// progressWords say how far a run has got.
func progressWords(p *client.Progress) string {
	if p == nil || p.Removals+p.Imports == 0 {
		return ""
	}
	return fmt.Sprintf(" %d %%", (p.RemovalsDone+p.ImportsDone)*100/(p.Removals+p.Imports))
}

func tookMS(ms int64) string {
	if ms <= 0 {
		return ""
	}
	d := time.Duration(ms) * time.Millisecond
	if d < time.Second {
		return "under 1s"
	}
	return d.Round(time.Second).String()
}

// lastRuns are runs in a sign each.
func lastRuns(runs []client.TaskRun) string {
	signs := make([]string, 0, len(runs))
	for _, r := range runs {
		sign := ">"
		switch r.Status {
		case "successful", "successful_with_rejects":
			sign = "+"
		case "failed_permanent":
			sign = "!"
		case "skipped", "canceled":
			sign = "-"
		case "held":
			sign = "?"
		}
		signs = append(signs, sign)
	}
	return strings.Join(signs, " ")
}

func inTime(f *client.Freshness) string {
	switch {
	case f == nil:
		return ""
	case f.Late:
		return "late"
	}
	return "yes"
}

// inStep says whether the list of an export is as its segments say; nothing of one without a connection.
func inStep(status string, o *client.OutOfStep) string {
	switch {
	case status == "no_connection":
		return ""
	case o != nil:
		return "no"
	}
	return "yes"
}

// behindWords say why the list of an export is not as its segments say.
func behindWords(o *client.OutOfStep) string {
	if o == nil {
		return ""
	}
	words := make([]string, len(o.Reasons))
	for i, r := range o.Reasons {
		words[i] = behindWord(r)
	}
	return strings.Join(words, "; ")
}

// behindWord says one reason as the web application does (exports.behind.reason in its texts), within a sentence.
func behindWord(r client.OutOfStepReason) string {
	names := make([]string, len(r.Segments))
	for i, g := range r.Segments {
		names[i] = g.Name
	}
	segments, were := "the segment "+strings.Join(names, ""), "was"
	if n := len(names); n > 1 {
		comma := ""
		if n > 2 {
			comma = ","
		}
		segments, were = "the segments "+strings.Join(names[:n-1], ", ")+comma+" and "+names[n-1], "were"
	}
	switch r.Code {
	case "never_run":
		return "it has not run yet"
	case "last_run_failed":
		return "its last run failed"
	case "last_run_canceled":
		return "its last run was canceled"
	case "definition_changed":
		return "it was changed after its last run"
	case "segment_changed":
		return fmt.Sprintf("%s %s changed after its last run", segments, were)
	case "data_newer":
		if len(names) > 0 {
			return fmt.Sprintf("the members of %s were evaluated after its last run", segments)
		}
		return "the customer data are newer than its last run"
	}
	return strings.ReplaceAll(string(r.Code), "_", " ")
}

func whyWords(e *client.RunError) string {
	if e == nil {
		return ""
	}
	return strings.TrimSuffix(e.Message+". "+e.Remedy, ". ")
}

type exportFreshness struct {
	exportName
	Within string `arg:"" help:"Within which time a run must have succeeded, such as 26h; none asks for nothing."`
}

// Run works the command.
func (f *exportFreshness) Run(inv *invocation) error {
	var within time.Duration
	if f.Within != "none" {
		var err error
		if within, err = time.ParseDuration(f.Within); err != nil || within <= 0 || within%time.Minute != 0 {
			return usagef("%q is no length of time in hours and minutes", f.Within).withRemedy("Write it as 26h, 1h30m or none")
		}
	}
	c, err := inv.api()
	if err != nil {
		return err
	}
	x, err := inv.export(c, f.Name)
	if err != nil {
		return err
	}
	x, err = client.Decode[client.Export](c.SetFreshness(inv.ctx, x.ID, client.FreshnessInput{WithinMinutes: int64(within / time.Minute), Version: x.Version}))
	if err != nil {
		return err
	}
	return inv.show(x, func(io.Writer) error {
		inv.say("Export %q %s.", x.Name, freshnessWords(x.Freshness))
		return nil
	})
}

// freshnessWords say within which time an export must have succeeded, and whether it has.
func freshnessWords(f *client.Freshness) string {
	if f == nil {
		return "need not succeed within a time"
	}
	words := "must succeed within " + strings.TrimSuffix((time.Duration(f.WithinMinutes)*time.Minute).String(), "0s")
	if strings.HasSuffix(words, "h0m") {
		words = strings.TrimSuffix(words, "0m")
	}
	if f.Late {
		words += ", and is late"
	}
	return words
}
