package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"segue/client"
	"segue/cmd/segue/internal/table"
)

// line is a line of a sum: a number of people and what they are. Lines of level 0 are the sum of the lines below them.
type line struct {
	level int
	what  string
	n     int64
	note  string
}

// writeSum writes lines with their numbers lined up.
func writeSum(w io.Writer, lines []line) error {
	what, digits := 0, 0
	for _, l := range lines {
		what = max(what, 2*l.level+utf8.RuneCountInString(l.what))
		digits = max(digits, len(num(l.n)))
	}
	var b strings.Builder
	for _, l := range lines {
		label := strings.Repeat("  ", l.level) + l.what
		fmt.Fprintf(&b, "%s%s  %*s", label, strings.Repeat(" ", what-utf8.RuneCountInString(label)), digits, num(l.n))
		if l.note != "" {
			b.WriteString("  " + table.Clean(l.note))
		}
		b.WriteByte('\n')
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// throughOthers says why fewer people are in the segments than addresses go out.
func throughOthers(n int64) string {
	if n == 0 {
		return ""
	}
	return "their addresses go out; " + num(n) + " of them with the values of a profile outside the segments that has the same address"
}

// planLines is a plan as a sum.
func planLines(p client.Plan) []line {
	lines := []line{
		{0, "People in the segments", p.Members, ""},
		{1, "to add", p.Add, ""},
		{1, "to update", p.Update, ""},
		{1, "unchanged", p.Unchanged, ""},
		{1, "rejected", p.Rejected, reasonList(p.Reasons)},
		{1, "duplicates", p.Duplicates, throughOthers(p.ThroughOthers)},
		{0, "People who leave", p.Leavers, ""},
		{1, "to remove", p.Remove, ""},
		{1, "to keep", p.Keep, ""},
		{1, "still wanted by another export", p.StillWanted, ""},
	}
	if p.NotRemoved > 0 {
		lines = append(lines, line{1, "not removed: not on the new list yet", p.NotRemoved, ""})
	}
	if p.RefusalRemovals > 0 {
		lines = append(lines, line{0, "Others to remove, who take no mail", p.RefusalRemovals, ""})
	}
	return lines
}

// onlyRemoves reports whether the run does nothing but take people off lists.
func onlyRemoves(r client.Run) bool {
	return r.Kind == client.RunKindRemovePeople || r.Kind == client.RunKindRemoveKept
}

// ofKind leaves out the members of a run that has none.
func ofKind(r client.Run, lines []line) []line {
	if !onlyRemoves(r) {
		return lines
	}
	i := slices.IndexFunc(lines, func(l line) bool { return l.level == 0 && strings.HasPrefix(l.what, "People who le") })
	return lines[i:]
}

// receiptLines is a receipt as a sum.
func receiptLines(r client.Receipt) []line {
	lines := []line{
		{0, "People in the segments", r.Members, ""},
		{1, "added", r.Added, ""},
		{1, "updated", r.Updated, ""},
		{1, "unchanged", r.Unchanged, ""},
		{1, "rejected", r.Rejected, ""},
		{1, "duplicates", r.Duplicates, throughOthers(r.ThroughOthers)},
		{1, "not sent", r.NotSent, ""},
		{0, "People who left", r.Leavers, ""},
		{1, "removed", r.Removed, ""},
		{1, "kept", r.Kept, ""},
		{1, "still wanted by another export", r.StillWanted, ""},
		{1, "not removed", r.NotRemoved, ""},
	}
	if r.RefusalRemoved > 0 {
		lines = append(lines, line{0, "Others removed, who take no mail", r.RefusalRemoved, ""})
	}
	return lines
}

// writePlan prints a plan for people.
func (inv *invocation) writePlan(w io.Writer, r client.Run) error {
	p := *r.Plan
	if err := writeSum(w, ofKind(r, planLines(p))); err != nil {
		return err
	}
	var notes []string
	if s := reasonList(p.Withheld); s != "" {
		notes = append(notes, "Exported without their phone or other identifier: "+s+".")
	}
	if p.ClearsEmpty {
		notes = append(notes, "Values that are missing empty what Brevo has.")
	}
	if p.ClearUnproved {
		notes = append(notes, "Emptying values is asked for, but nobody was found on whom it could be proved; the run goes on without it.")
	}
	if p.ThereBefore > 0 {
		notes = append(notes, count(p.ThereBefore, "person was", "people were")+" on the list before; leaving a segment does not remove them.")
	}
	if calls := callList(p.Calls); calls != "" {
		notes = append(notes, fmt.Sprintf("Takes %s and about %s.", calls, duration(p.ExpectedSeconds)))
	}
	if !p.DataAt.IsZero() {
		notes = append(notes, "Data as of "+inv.when(p.DataAt)+".")
	}
	for _, h := range p.Held {
		notes = append(notes, "Held: "+holdWords(h)+".")
	}
	return writeNotes(w, notes)
}

// writeReceipt prints a receipt for people.
func (inv *invocation) writeReceipt(w io.Writer, run client.Run) error {
	r := *run.Receipt
	if err := writeSum(w, ofKind(run, receiptLines(r))); err != nil {
		return err
	}
	var notes []string
	if s := reasonList(r.Reasons); s != "" {
		notes = append(notes, "Not exported or not removed: "+s+". Who: segue run rejects "+run.ID)
	}
	if s := reasonList(r.Withheld); s != "" {
		notes = append(notes, "Exported without their phone or other identifier: "+s+".")
	}
	if r.ListSize >= 0 {
		notes = append(notes, "The list holds "+count(r.ListSize, "person", "people")+".")
	}
	if calls := callList(r.APICalls); calls != "" {
		notes = append(notes, "Took "+calls+".")
	}
	return writeNotes(w, notes)
}

func writeNotes(w io.Writer, notes []string) error {
	for _, n := range notes {
		if _, err := fmt.Fprintln(w, table.Clean(n)); err != nil {
			return err
		}
	}
	return nil
}

// callList names the number of API calls: "41 API calls (1 import, 40 process)".
func callList(calls map[string]int64) string {
	var all int64
	for _, n := range calls {
		all += n
	}
	if all == 0 {
		return ""
	}
	return count(all, "API call", "API calls") + " (" + strings.ReplaceAll(reasonList(calls), "_", " ") + ")"
}

// duration says how long something takes, roughly.
func duration(seconds int64) string {
	switch d := time.Duration(seconds) * time.Second; {
	case d < time.Minute:
		return count(max(seconds, 1), "second", "seconds")
	case d < time.Hour:
		return count((seconds+59)/60, "minute", "minutes")
	default:
		return fmt.Sprintf("%d h %02d min", seconds/3600, seconds%3600/60)
	}
}

// writeRun prints all there is to say of a run.
func (inv *invocation) writeRun(w io.Writer, r client.Run) error {
	kind := "Run"
	switch r.Kind {
	case client.RunKindDryRun:
		kind = "Dry run"
	case client.RunKindReconcile:
		kind = "Reconcile"
	case client.RunKindRemovePeople:
		kind = "Removal of an export's people"
	case client.RunKindRemoveKept:
		kind = "Removal of the kept"
	}
	status := statusWords(r.Status)
	if r.Kind == client.RunKindDryRun && r.Status == client.RunStatusSuccessful {
		status = "Planned"
	}
	if err := table.Pairs(w, [2]string{kind, r.ID}, [2]string{"Status", status}, [2]string{"Asked for by", r.RequestedBy},
		[2]string{"Started", inv.when(r.StartedAt)}, [2]string{"Ended", inv.when(r.EndedAt)}, [2]string{"Released by", r.ReleasedBy}); err != nil {
		return err
	}
	if err := writeTrouble(w, r); err != nil {
		return err
	}
	if r.Reconciliation != nil {
		if _, err := fmt.Fprintln(w, "\nReconciliation"); err != nil {
			return err
		}
		return inv.writeReconciliation(w, r)
	}
	if r.Plan != nil && (r.Receipt == nil || r.Kind == client.RunKindDryRun) {
		if _, err := fmt.Fprintln(w, "\nPlan"); err != nil {
			return err
		}
		if err := inv.writePlan(w, r); err != nil {
			return err
		}
	}
	if r.Receipt != nil && r.Kind != client.RunKindDryRun {
		if _, err := fmt.Fprintln(w, "\nReceipt"); err != nil {
			return err
		}
		if err := inv.writeReceipt(w, r); err != nil {
			return err
		}
	}
	return writeAdvice(w, r)
}

// writeTrouble prints why a run failed, waits, is held or is retried.
func writeTrouble(w io.Writer, r client.Run) error {
	if r.Error == nil || r.Error.Message == "" {
		return nil
	}
	s := strings.TrimSuffix(table.Clean(r.Error.Message), ".") + "."
	if r.Error.Remedy != "" {
		s += " " + strings.TrimSuffix(table.Clean(r.Error.Remedy), ".") + "."
	}
	_, err := fmt.Fprintln(w, s)
	return err
}
