package cli

import (
	"fmt"
	"io"
	"strings"

	"segue/client"
	"segue/cmd/segue/internal/table"
)

type segmentDuplicate struct {
	segmentName
	To string `arg:"" help:"Name of the copy."`
}

// Run works the command.
func (s *segmentDuplicate) Run(inv *invocation) error {
	c, err := inv.api()
	if err != nil {
		return err
	}
	g, err := inv.segment(c, s.Name)
	if err != nil {
		return err
	}
	if g, err = client.Decode[client.Segment](c.DuplicateSegment(inv.ctx, g.ID, client.DuplicateInput{Name: s.To})); err != nil {
		return err
	}
	return inv.show(g, func(io.Writer) error {
		inv.say("Segment %q is added, with the same rules. It is evaluated %s.", g.Name, segmentScheduleWords(g.Schedule))
		return nil
	})
}

type segmentOverlap struct {
	Name []string `arg:"" help:"Names or ids of two to six segments."`
}

// Run works the command.
func (s *segmentOverlap) Run(inv *invocation) error {
	if len(s.Name) < 2 {
		return usagef("name at least two segments")
	}
	c, err := inv.api()
	if err != nil {
		return err
	}
	ids, names := make([]string, len(s.Name)), map[string]string{}
	for i, name := range s.Name {
		g, err := inv.segment(c, name)
		if err != nil {
			return err
		}
		ids[i], names[g.ID] = g.ID, g.Name
	}
	o, err := client.Decode[client.SegmentOverlap](c.GetSegmentOverlap(inv.ctx, ids[0], &client.GetSegmentOverlapParams{With: ids[1:]}))
	if err != nil {
		return err
	}
	return inv.show(o, func(w io.Writer) error {
		t := table.New(table.Text("segment"), table.Number("members"), table.Number("only in it"), table.Number("in all the others"))
		for _, g := range o.Segments {
			t.Add(g.Name, num(g.Members), num(g.Only), fmt.Sprintf("%.1f %%", 100*g.Share))
		}
		if _, err := t.WriteTo(w); err != nil {
			return err
		}
		if _, err := fmt.Fprintf(w, "\n%s in all of them, %s in at least one.\n", num(o.All), num(o.Any)); err != nil || len(o.Segments) < 3 {
			return err
		}
		t = table.New(table.Number("members"), table.Text("in exactly"))
		for _, r := range o.Regions {
			in := make([]string, len(r.SegmentIds))
			for i, id := range r.SegmentIds {
				in[i] = names[id]
			}
			t.Add(num(r.Members), strings.Join(in, ", "))
		}
		_, err := t.WriteTo(w)
		return err
	})
}
