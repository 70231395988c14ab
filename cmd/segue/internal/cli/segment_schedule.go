package cli

import (
	"fmt"

	"segue/client"
)

type segmentSchedule struct {
	Name        []string `arg:"" help:"Names or ids of segments."`
	WithRefresh bool     `xor:"mode" required:"" help:"Evaluate with every refresh, and again in every run; no members are kept."`
	Cron        string   `xor:"mode" required:"" placeholder:"EXPRESSION" help:"Evaluate by a schedule of its own, such as '30 6 * * 1-5'; runs use the members kept since."`
	Static      bool     `xor:"mode" required:"" help:"Evaluate only when somebody asks for it; runs use the members kept since."`
	Zone        string   `placeholder:"ZONE" help:"IANA zone of the cron expression. Defaults to UTC."`
}

// Run works the command.
func (s *segmentSchedule) Run(inv *invocation) error {
	c, err := inv.api()
	if err != nil {
		return err
	}
	changed := []client.Segment{}
	for _, name := range s.Name {
		g, err := inv.segment(c, name)
		if err != nil {
			return err
		}
		in := client.SegmentScheduleInput{Mode: "with_refresh", Version: g.Version}
		switch {
		case s.Cron != "":
			in.Mode, in.Cron, in.TimeZone = "own", s.Cron, s.Zone
		case s.Static:
			in.Mode = "static"
		}
		if g, err = client.Decode[client.Segment](c.SetSegmentSchedule(inv.ctx, g.ID, in)); err != nil {
			return err
		}
		changed = append(changed, g)
		inv.say("Segment %q is evaluated %s.", g.Name, segmentScheduleWords(g.Schedule))
	}
	if inv.globals.Output == "json" {
		return writeJSON(inv.Terminal.Out, listing[client.Segment]{changed})
	}
	return nil
}

// segmentScheduleWords say when a segment is evaluated.
func segmentScheduleWords(s client.SegmentSchedule) string {
	switch s.Mode {
	case "own":
		zone := s.TimeZone
		if zone == "" {
			zone = "UTC"
		}
		return fmt.Sprintf("by its own schedule: %s (%s)", s.Cron, zone)
	case "static":
		return "only on demand"
	}
	return "with every refresh and every run"
}

// keptWords tell of the members that are kept of a segment.
func (inv *invocation) keptWords(e *client.SegmentEvaluation) string {
	if e == nil {
		return "none yet, so its exports do not run"
	}
	words := fmt.Sprintf("%s, as of %s", num(e.Members), inv.when(e.At))
	if !e.Current {
		words += "; of another definition, so its exports wait until it is evaluated"
	}
	return words
}

type segmentEvaluate struct {
	segmentName
	Wait bool `help:"Wait until it has ended, and show it."`
}

// Run works the command.
func (s *segmentEvaluate) Run(inv *invocation) error {
	c, err := inv.api()
	if err != nil {
		return err
	}
	g, err := inv.segment(c, s.Name)
	if err != nil {
		return err
	}
	r, err := client.Decode[client.Refresh](c.EvaluateSegment(inv.ctx, g.ID))
	if err != nil {
		return err
	}
	return inv.followRefresh(c, r, "evaluation", s.Wait)
}
