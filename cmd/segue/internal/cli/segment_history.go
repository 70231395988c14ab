package cli

import (
	"fmt"
	"io"
	"time"

	"segue/client"
	"segue/cmd/segue/internal/table"
)

type segmentTrend struct {
	segmentName
	Days int64 `default:"90" help:"How many days back. Defaults to ${default}."`
}

// Run works the command.
func (s *segmentTrend) Run(inv *invocation) error {
	c, err := inv.api()
	if err != nil {
		return err
	}
	g, err := inv.segment(c, s.Name)
	if err != nil {
		return err
	}
	l, err := client.Decode[client.SegmentObservationList](c.GetSegmentTrend(inv.ctx, g.ID, &client.GetSegmentTrendParams{Days: &s.Days}))
	if err != nil {
		return err
	}
	return list(inv, l.Items, "No refresh has evaluated the segment in this time.", []table.Column{table.Text("at"), table.Number("members"), table.Text("")},
		func(o client.SegmentObservation) []string {
			changed := ""
			if o.DefinitionChanged {
				changed = "another definition from here on"
			}
			return []string{inv.when(o.At), num(o.Members), changed}
		})
}

type segmentChanges struct {
	segmentName
	Since string `required:"" placeholder:"DAY" help:"Day, from its beginning, or moment to compare with: 2026-11-01 or 2026-11-01T08:00:00Z."`
	Only  string `enum:"entered,left,both" default:"both" help:"List only who ${enum}. Defaults to ${default}."`
	Limit int    `default:"50" help:"How many people to list; 0 lists all. Defaults to ${default}."`
}

// moment reads a day, in the zone of the terminal, or an instant.
func (inv *invocation) moment(text string) (time.Time, error) {
	if t, err := time.ParseInLocation(time.DateOnly, text, inv.Zone); err == nil {
		return t, nil
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		return t, usagef("%q is neither a day such as 2026-11-01 nor a moment such as 2026-11-01T08:00:00Z", text)
	}
	return t, nil
}

// Run works the command.
func (s *segmentChanges) Run(inv *invocation) error {
	since, err := inv.moment(s.Since)
	if err != nil {
		return err
	}
	c, err := inv.api()
	if err != nil {
		return err
	}
	g, err := inv.segment(c, s.Name)
	if err != nil {
		return err
	}
	var all client.SegmentChanges
	items, err := collect(s.Limit, func(after *string) ([]client.SegmentChange, string, error) {
		p := &client.ListSegmentChangesParams{Since: since, After: after, Limit: pageSize(s.Limit)}
		if s.Only != "both" {
			only := client.ListSegmentChangesParamsOnly(s.Only)
			p.Only = &only
		}
		page, err := client.Decode[client.SegmentChanges](c.ListSegmentChanges(inv.ctx, g.ID, p))
		all = page
		return page.Items, page.NextCursor, err
	})
	if err != nil {
		return err
	}
	all.Items, all.NextCursor = items, ""
	return inv.show(all, func(w io.Writer) error {
		if _, err := fmt.Fprintf(w, "%s entered and %s left between %s and %s.\n", num(all.Entered), num(all.Left), inv.when(all.Since), inv.when(all.Until)); err != nil {
			return err
		}
		if !all.Complete {
			if _, err := fmt.Fprintf(w, "The history begins at %s: what changed before is not known.\n", inv.when(all.Began)); err != nil {
				return err
			}
		}
		if all.DefinitionChanged {
			if _, err := fmt.Fprintln(w, "The segment, or what it names, was defined otherwise meanwhile."); err != nil {
				return err
			}
		}
		if len(items) == 0 {
			return nil
		}
		t := table.New(table.Text("customer"), table.Text("has"), table.Text("seen at"))
		for _, m := range items {
			t.Add(m.ProfileID, string(m.Change), inv.when(m.At))
		}
		_, err := t.WriteTo(w)
		return err
	})
}
