package cli

import (
	"fmt"
	"io"
	"strings"
	"time"

	"segue/client"
	"segue/cmd/segue/internal/table"
)

type refreshCmd struct {
	Start    refreshStart    `cmd:"" help:"Refresh now: data sources, profiles, segments, exports."`
	List     refreshList     `cmd:"" help:"List refreshes, newest first."`
	Show     refreshShow     `cmd:"" help:"Show a refresh with its tasks."`
	Cancel   refreshCancel   `cmd:"" help:"Stop a refresh: what has not begun is canceled."`
	Schedule refreshSchedule `cmd:"" help:"Show or set when the pipeline is refreshed by itself."`
}

type refreshStart struct {
	Export string `placeholder:"NAME" help:"Refresh only what this export needs, then run it."`
	Wait   bool   `help:"Wait until it has ended, and show its tasks."`
}

// Run works the command.
func (s *refreshStart) Run(inv *invocation) error {
	c, err := inv.api()
	if err != nil {
		return err
	}
	var r client.Refresh
	if s.Export == "" {
		r, err = client.Decode[client.Refresh](c.StartRefresh(inv.ctx))
	} else {
		x, xerr := inv.export(c, s.Export)
		if xerr != nil {
			return xerr
		}
		r, err = client.Decode[client.Refresh](c.RefreshAndRun(inv.ctx, x.ID))
	}
	if err != nil {
		return err
	}
	return inv.followRefresh(c, r, "refresh", s.Wait)
}

// followRefresh says that a refresh has begun, or, if wanted, waits for its end and shows what became of it.
func (inv *invocation) followRefresh(c *client.Client, r client.Refresh, what string, wait bool) (err error) {
	for wait && !r.Ended {
		select {
		case <-inv.ctx.Done():
			return inv.ctx.Err()
		case <-time.After(refreshPoll):
		}
		if r, err = client.Decode[client.Refresh](c.GetRefresh(inv.ctx, r.ID)); err != nil {
			return err
		}
	}
	err = inv.show(r, func(w io.Writer) error {
		if wait {
			return inv.writeRefresh(w, r)
		}
		inv.say("The %s has begun. See how it gets on: segue refresh show %s", what, r.ID)
		return nil
	})
	if err != nil || !wait {
		return err
	}
	return refreshEnded(r)
}

// refreshPoll is how often a refresh that is waited for is looked at.
const refreshPoll = 500 * time.Millisecond

// refreshEnded is the exit code of a refresh that was waited for.
func refreshEnded(r client.Refresh) error {
	switch r.Status {
	case "failed_permanent":
		return &runError{exit: exitFailed}
	case "canceled":
		return &runError{exit: exitCanceled}
	}
	return nil
}

type refreshList struct {
	Limit int `default:"20" placeholder:"N" help:"How many at most. Defaults to ${default}."`
}

// Run works the command.
func (l *refreshList) Run(inv *invocation) error {
	c, err := inv.api()
	if err != nil {
		return err
	}
	items, err := collect(l.Limit, func(after *string) ([]client.Refresh, string, error) {
		p, err := client.Decode[client.RefreshList](c.ListRefreshes(inv.ctx, &client.ListRefreshesParams{After: after, Limit: pageSize(l.Limit)}))
		return p.Items, p.NextCursor, err
	})
	if err != nil {
		return err
	}
	return list(inv, items, "Nothing was refreshed yet. Refresh now: segue refresh start",
		[]table.Column{table.Text("begun"), table.Text("status"), table.Text("took"), table.Text("asked for by"), table.Text("id")},
		func(r client.Refresh) []string {
			return []string{inv.when(r.CreatedAt), statusWord(string(r.Status)), took(r.StartedAt, r.EndedAt), r.RequestedBy, r.ID}
		})
}

// took is how long something took, empty while it goes on.
func took(from, to time.Time) string {
	if from.IsZero() || to.IsZero() {
		return ""
	}
	return to.Sub(from).Round(time.Second).String()
}

type refreshID struct {
	ID string `arg:"" help:"Id of the refresh."`
}

type refreshShow struct{ refreshID }

// Run works the command.
func (s *refreshShow) Run(inv *invocation) error {
	c, err := inv.api()
	if err != nil {
		return err
	}
	r, err := client.Decode[client.Refresh](c.GetRefresh(inv.ctx, s.ID))
	if err != nil {
		return err
	}
	return inv.show(r, func(w io.Writer) error { return inv.writeRefresh(w, r) })
}

func (inv *invocation) writeRefresh(w io.Writer, r client.Refresh) error {
	err := table.Pairs(w, [2]string{"Refresh", r.ID}, [2]string{"Status", statusWord(string(r.Status))}, [2]string{"Asked for by", r.RequestedBy},
		[2]string{"Begun", inv.when(r.CreatedAt)}, [2]string{"Ended", inv.when(r.EndedAt)})
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintln(w); err != nil {
		return err
	}
	t := table.New(table.Text("task"), table.Text("name"), table.Text("status"), table.Text("took"), table.Text("why"))
	for _, k := range r.Tasks {
		why := ""
		if k.Error != nil {
			why = strings.TrimSuffix(k.Error.Message+". "+k.Error.Remedy, ". ")
		}
		t.Add(string(k.Kind), k.Name, statusWord(string(k.Status)), took(k.StartedAt, k.EndedAt), why)
	}
	_, err = t.WriteTo(w)
	return err
}

type refreshCancel struct{ refreshID }

// Run works the command.
func (s *refreshCancel) Run(inv *invocation) error {
	c, err := inv.api()
	if err != nil {
		return err
	}
	r, err := client.Decode[client.Refresh](c.CancelRefresh(inv.ctx, s.ID))
	if err != nil {
		return err
	}
	return inv.show(r, func(io.Writer) error {
		inv.say("The refresh stops.")
		return nil
	})
}

type refreshSchedule struct {
	At   []string `placeholder:"HH:MM" help:"Time of day; up to four times."`
	Day  []string `placeholder:"DAY" help:"Day of the week, such as monday; every day if none is given."`
	Zone string   `placeholder:"ZONE" help:"IANA zone of the times. Defaults to UTC."`
	Off  bool     `help:"Refresh nothing by itself."`
}

// Run works the command.
func (s *refreshSchedule) Run(inv *invocation) error {
	c, err := inv.api()
	if err != nil {
		return err
	}
	now, err := client.Decode[client.RefreshSchedule](c.GetRefreshSchedule(inv.ctx))
	if err != nil {
		return err
	}
	if s.Off && len(s.At)+len(s.Day) > 0 {
		return usagef("--off goes with nothing else")
	}
	if s.Off || len(s.At)+len(s.Day) > 0 || s.Zone != "" {
		in := client.RefreshSchedule{On: !s.Off, Times: s.At, TimeZone: s.Zone, Version: now.Version}
		for _, d := range s.Day {
			in.Days = append(in.Days, client.RefreshScheduleDays(strings.ToLower(d)))
		}
		if now, err = client.Decode[client.RefreshSchedule](c.PutRefreshSchedule(inv.ctx, in)); err != nil {
			return err
		}
	}
	return inv.show(now, func(io.Writer) error {
		if !now.On {
			inv.say("Nothing is refreshed by itself.")
			return nil
		}
		days := "every day"
		if len(now.Days) > 0 {
			days = fmt.Sprint(now.Days[0])
			for _, d := range now.Days[1:] {
				days += ", " + string(d)
			}
		}
		zone := now.TimeZone
		if zone == "" {
			zone = "UTC"
		}
		inv.say("Refreshed %s at %s (%s); next on %s.", days, strings.Join(now.Times, ", "), zone, inv.when(now.NextAt))
		return nil
	})
}

type exportSchedule struct {
	Name        []string `arg:"" help:"Names or ids of exports."`
	WithRefresh bool     `xor:"mode" required:"" help:"Run with every scheduled refresh."`
	Cron        string   `xor:"mode" required:"" placeholder:"EXPRESSION" help:"Run by a schedule of their own, such as '30 6 * * 1-5'."`
	OnDemand    bool     `xor:"mode" required:"" help:"Run only when somebody asks for it."`
	Zone        string   `placeholder:"ZONE" help:"IANA zone of the cron expression. Defaults to UTC."`
	KeepOwn     bool     `help:"Leave exports alone that have a schedule of their own."`
}

// Run works the command.
func (s *exportSchedule) Run(inv *invocation) error {
	c, err := inv.api()
	if err != nil {
		return err
	}
	to := client.ExportSchedule{Mode: "with_refresh"}
	switch {
	case s.Cron != "":
		to = client.ExportSchedule{Mode: "own", Cron: s.Cron, TimeZone: s.Zone}
	case s.OnDemand:
		to.Mode = "on_demand"
	}
	in := client.ScheduleExports{Schedule: to, KeepOwn: s.KeepOwn}
	for _, name := range s.Name {
		x, err := inv.export(c, name)
		if err != nil {
			return err
		}
		in.ExportIds = append(in.ExportIds, x.ID)
	}
	out, err := client.Decode[client.ScheduledExports](c.ScheduleExports(inv.ctx, in))
	if err != nil {
		return err
	}
	for _, x := range out.Kept {
		inv.say("Export %q keeps its own schedule: %s.", x.Name, scheduleWords(x.Schedule))
	}
	for _, x := range out.Changed {
		inv.say("Export %q runs %s.", x.Name, scheduleWords(x.Schedule))
	}
	if inv.globals.Output == "json" {
		return writeJSON(inv.Terminal.Out, listing[client.Export]{out.Changed})
	}
	return nil
}

// scheduleWords say when an export runs by itself.
func scheduleWords(s client.ExportSchedule) string {
	switch s.Mode {
	case "own":
		zone := s.TimeZone
		if zone == "" {
			zone = "UTC"
		}
		return fmt.Sprintf("by its own schedule: %s (%s)", s.Cron, zone)
	case "on_demand":
		return "only on demand"
	}
	return "with every scheduled refresh"
}

// permissionWords say what one may do with an export.
func permissionWords(x client.Export) string {
	if x.YourPermissions == "edit" {
		return "edit and run it"
	}
	return "look at it only"
}

type exportRunAll struct{}

// Run works the command.
func (*exportRunAll) Run(inv *invocation) error {
	c, err := inv.api()
	if err != nil {
		return err
	}
	out, err := client.Decode[client.StartedRuns](c.RunAll(inv.ctx))
	if err != nil {
		return err
	}
	return inv.show(out, func(io.Writer) error {
		inv.say("%d runs have begun.", len(out.Runs))
		for _, r := range out.Refused {
			inv.say("Export %q was not run: %s.", r.Name, r.Message)
		}
		return nil
	})
}
