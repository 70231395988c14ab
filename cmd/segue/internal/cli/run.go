package cli

import (
	"fmt"
	"io"
	"strings"

	"segue/client"
	"segue/cmd/segue/internal/table"
)

type runCmd struct {
	Start   runStart   `cmd:"" help:"Start a run of an export."`
	List    runList    `cmd:"" help:"List runs, newest first."`
	Show    runShow    `cmd:"" help:"Show a run with its plan or receipt."`
	Watch   runWatch   `cmd:"" help:"Watch a run until it has ended."`
	Rows    runRows    `cmd:"" help:"List what a run does with whom."`
	Rejects runRejects `cmd:"" help:"Write who was rejected as CSV."`
	Batches runBatches `cmd:"" help:"List the batches of a run."`
	Cancel  runCancel  `cmd:"" help:"Stop a run before its next batch."`
	Release runRelease `cmd:"" help:"Let a held run go on."`
	Refuse  runRefuse  `cmd:"" help:"End a held run; nothing more of it is sent."`
	GiveUp  runGiveUp  `cmd:"" help:"No longer wait for an import of a run that does not end at Brevo."`
	Decide  runDecide  `cmd:"" help:"Decide what becomes of those whom reconciling found missing or extra."`
}

type runID struct {
	ID string `arg:"" help:"Id of the run, or its beginning: at least 8 characters that no other run's id begins with."`
}

const (
	runPrefix = 8  // characters that stand for an id at the least
	fullRunID = 36 // characters of a whole id
)

// known returns the server, and the whole id.
func (s runID) known(inv *invocation) (*client.Client, string, error) {
	c, err := inv.api()
	if err != nil {
		return nil, "", err
	}
	id, err := s.find(inv, c)
	return c, id, err
}

// find returns the whole id. What is no beginning of any is left to the server, which knows no such run.
func (s runID) find(inv *invocation, c *client.Client) (string, error) {
	if len(s.ID) < runPrefix || len(s.ID) >= fullRunID {
		return s.ID, nil
	}
	var found []string
	whole := false
	_, err := collect(0, func(after *string) ([]client.Run, string, error) {
		p, err := client.Decode[client.RunList](c.ListRuns(inv.ctx, &client.ListRunsParams{After: after, Limit: pageSize(0)}))
		for _, x := range p.Items {
			whole = whole || x.ID == s.ID
			if strings.HasPrefix(x.ID, strings.ToLower(s.ID)) {
				found = append(found, x.ID)
			}
		}
		return nil, p.NextCursor, err
	})
	switch {
	case err != nil:
		return "", err
	case whole || len(found) == 0:
		return s.ID, nil
	case len(found) > 1:
		return "", usagef("%d runs have an id that begins with %s", len(found), s.ID).withRemedy("Give more of the id: segue run list")
	}
	return found[0], nil
}

type runStart struct {
	exportName
	DryRun         bool   `help:"Only plan: show what a run would do."`
	RefreshMirror  bool   `help:"Read the account's contacts first, to know who opted out until now."`
	Wait           bool   `help:"Wait until the run has ended, show how it gets on, and print what became of everyone."`
	IdempotencyKey string `placeholder:"KEY" help:"Starting again with the same key starts no second run."`
}

// Run works the command.
func (s *runStart) Run(inv *invocation) error {
	c, err := inv.api()
	if err != nil {
		return err
	}
	x, err := inv.export(c, s.Name)
	if err != nil {
		return err
	}
	kind := client.RunStartKindRun
	if s.DryRun {
		kind = client.RunStartKindDryRun
	}
	var params client.StartRunParams
	if s.IdempotencyKey != "" {
		params.IdempotencyKey = &s.IdempotencyKey
	}
	held, err := heldRuns(inv, c, x.ID)
	if err != nil {
		return err
	}
	r, err := client.Decode[client.Run](c.StartRun(inv.ctx, x.ID, &params, client.RunStart{Kind: kind, RefreshMirror: s.RefreshMirror}))
	if err != nil {
		return err
	}
	if s.Wait {
		inv.sayReplaced(c, held)
		return inv.follow(c, r.ID)
	}
	return inv.show(r, func(io.Writer) error {
		inv.say("Run %s of %q is queued.", r.ID, x.Name)
		inv.sayReplaced(c, held)
		inv.say("Watch it: segue run watch %s", r.ID)
		return nil
	})
}

// heldRuns returns which of the export's latest runs are held: one that is started now replaces them.
func heldRuns(inv *invocation, c *client.Client, export string) (ids []string, err error) {
	p, err := client.Decode[client.RunList](c.ListRuns(inv.ctx, &client.ListRunsParams{ExportID: &export}))
	for _, r := range p.Items {
		if r.Status == client.RunStatusHeld {
			ids = append(ids, r.ID)
		}
	}
	return ids, err
}

// follow watches a run to its end and prints what became of it.
func (inv *invocation) follow(c *client.Client, id string) error {
	r, err := inv.watch(c, id)
	if err != nil {
		return err
	}
	if err := inv.show(r, func(w io.Writer) error { return inv.writeRun(w, r) }); err != nil {
		return err
	}
	if r.Status == client.RunStatusHeld {
		inv.say("Let it go on: segue run release %s. End it: segue run refuse %s.", r.ID, r.ID)
	}
	return verdict(r)
}

type runList struct {
	Export string `placeholder:"NAME" help:"Only runs of this export."`
	Limit  int    `default:"20" help:"How many to list; 0 lists all. Defaults to ${default}."`
}

// Run works the command.
func (l *runList) Run(inv *invocation) error {
	c, err := inv.api()
	if err != nil {
		return err
	}
	var export *string
	names := map[string]string{}
	if l.Export != "" {
		x, err := inv.export(c, l.Export)
		if err != nil {
			return err
		}
		export, names[x.ID] = &x.ID, x.Name
	}
	items, err := collect(l.Limit, func(after *string) ([]client.Run, string, error) {
		p, err := client.Decode[client.RunList](c.ListRuns(inv.ctx, &client.ListRunsParams{After: after, Limit: pageSize(l.Limit), ExportID: export}))
		return p.Items, p.NextCursor, err
	})
	if err != nil {
		return err
	}
	for _, r := range items {
		if _, ok := names[r.ExportID]; !ok && inv.globals.Output != "json" {
			x, err := client.Decode[client.Export](c.GetExport(inv.ctx, r.ExportID))
			if err != nil {
				return err
			}
			names[r.ExportID] = x.Name
		}
	}
	return list(inv, items, "There was no run yet. Start one: segue run start",
		[]table.Column{table.Text("id"), table.Text("export"), table.Text("kind"), table.Text("status"), table.Number("added"), table.Number("updated"),
			table.Number("removed"), table.Number("rejected"), table.Text("created")},
		func(r client.Run) []string {
			row := []string{r.ID, names[r.ExportID], strings.ReplaceAll(string(r.Kind), "_", " "), statusWords(r.Status), "", "", "", "", inv.when(r.CreatedAt)}
			if c := r.Receipt; c != nil && (r.Kind == client.RunKindRun || onlyRemoves(r)) {
				row[4], row[5], row[6], row[7] = num(c.Added), num(c.Updated), num(c.Removed), num(c.Rejected)
			}
			return row
		})
}

type runShow struct{ runID }

// Run works the command.
func (s *runShow) Run(inv *invocation) error {
	c, id, err := s.known(inv)
	if err != nil {
		return err
	}
	r, err := client.Decode[client.Run](c.GetRun(inv.ctx, id))
	if err != nil {
		return err
	}
	return inv.show(r, func(w io.Writer) error { return inv.writeRun(w, r) })
}

type runWatch struct{ runID }

// Run works the command.
func (s *runWatch) Run(inv *invocation) error {
	c, id, err := s.known(inv)
	if err != nil {
		return err
	}
	return inv.follow(c, id)
}

type runRows struct {
	runID
	Bucket string `enum:",added,updated,rejected,duplicate,not_sent,removed,kept,still_wanted,not_removed,missing,extra" default:"" placeholder:"BUCKET" help:"Only added, updated, rejected, duplicate, not_sent, removed, kept, still_wanted or not_removed; of one that reconciles missing or extra."`
	Reason string `placeholder:"REASON" help:"Only rows with this reason, such as no_consent."`
	Limit  int    `default:"100" help:"How many to list; 0 lists all. Defaults to ${default}."`
}

// Run works the command.
func (s *runRows) Run(inv *invocation) error {
	c, id, err := s.known(inv)
	if err != nil {
		return err
	}
	params := client.ListRowsParams{Limit: pageSize(s.Limit)}
	if s.Bucket != "" {
		b := client.ListRowsParamsBucket(s.Bucket)
		params.Bucket = &b
	}
	if s.Reason != "" {
		params.Reason = &s.Reason
	}
	items, err := collect(s.Limit, func(after *string) ([]client.RunRow, string, error) {
		params.After = after
		l, err := client.Decode[client.RunRowList](c.ListRows(inv.ctx, id, &params))
		return l.Items, l.NextCursor, err
	})
	if err != nil {
		return err
	}
	return inv.show(listing[client.RunRow]{items}, func(w io.Writer) error {
		if len(items) == 0 {
			_, err := fmt.Fprintln(w, "There is nobody to list; people who are unchanged are only counted.")
			return err
		}
		_, err := inv.rowTable(items).WriteTo(w)
		return err
	})
}

// rowTable is rows of runs as a table.
func (inv *invocation) rowTable(rows []client.RunRow) *table.Table {
	t := table.New(table.Text("profile"), table.Text("address"), table.Number("list"), table.Text("bucket"), table.Text("why"), table.Text("at"))
	for _, r := range rows {
		bucket := bucketWord(string(r.Bucket))
		if !r.Settled {
			bucket = "to be " + bucket
		}
		t.Add(r.ProfileID, r.Address, fmt.Sprint(r.ListID), bucket, why(r), inv.when(r.At))
	}
	return t
}

// why says in words why a row ended where it did.
func why(r client.RunRow) string {
	var parts []string
	if r.Reason != "" {
		parts = append(parts, reasonWord(string(r.Reason)))
	}
	if r.Attribute != "" {
		parts = append(parts, r.Attribute)
	}
	if r.Why != "" {
		parts = append(parts, r.Why)
	}
	if r.ContactID > 0 {
		parts = append(parts, fmt.Sprintf("contact %d", r.ContactID))
	}
	if r.DuplicateOf != "" {
		parts = append(parts, "the values of "+r.DuplicateOf+" are used")
	}
	for _, name := range sortedKeys(r.Withheld) {
		parts = append(parts, name+" left out: "+reasonWord(string(r.Withheld[name])))
	}
	return strings.Join(parts, "; ")
}

type runRejects struct {
	ID   string `arg:"" help:"Id of the run, or its beginning; or the name of an export, for its last run."`
	File string `short:"f" type:"path" placeholder:"FILE" help:"File to write; it must not exist yet. Defaults to standard output."`
}

// Run works the command.
func (s *runRejects) Run(inv *invocation) error {
	c, id, err := runID{s.ID}.known(inv)
	if err != nil {
		return err
	}
	if id == s.ID && len(id) != fullRunID {
		if id, err = inv.lastRun(c, s.ID); err != nil {
			return err
		}
	}
	resp, err := c.DownloadRejects(inv.ctx, id)
	return inv.save(s.File, resp, err)
}

// lastRun returns the id of the last run of an export that is no dry run; what is no export may be an id.
func (inv *invocation) lastRun(c *client.Client, export string) (string, error) {
	l, err := client.Decode[client.ExportList](c.ListExports(inv.ctx, &client.ListExportsParams{Name: &export}))
	if err != nil {
		return "", err
	}
	if len(l.Items) == 0 {
		if _, err = client.Decode[client.Run](c.GetRun(inv.ctx, export)); client.CodeOf(err) == "not_found" {
			return "", &client.Error{Code: "not_found", Message: "there is no run and no export " + quote(export), Remedy: "See the runs: segue run list"}
		}
		return export, err
	}
	var found string
	_, err = collect(0, func(after *string) ([]client.Run, string, error) {
		p, err := client.Decode[client.RunList](c.ListRuns(inv.ctx, &client.ListRunsParams{After: after, Limit: pageSize(0), ExportID: &l.Items[0].ID}))
		for _, r := range p.Items {
			if r.Kind == client.RunKindRun {
				found = r.ID
				return nil, "", nil
			}
		}
		return nil, p.NextCursor, err
	})
	if err == nil && found == "" {
		err = &client.Error{Code: "not_found", Message: "the export " + quote(l.Items[0].Name) + " has had no run yet", Remedy: "Start one: segue run start " + shellWord(l.Items[0].Name)}
	}
	return found, err
}

type runBatches struct{ runID }

// Run works the command.
func (s *runBatches) Run(inv *invocation) error {
	c, id, err := s.known(inv)
	if err != nil {
		return err
	}
	l, err := client.Decode[client.BatchList](c.ListBatches(inv.ctx, id))
	if err != nil {
		return err
	}
	return list(inv, l.Items, "The run has no batches.",
		[]table.Column{table.Number("no"), table.Text("kind"), table.Number("list"), table.Number("rows"), table.Number("bytes"), table.Text("state"),
			table.Number("process"), table.Number("sent"), table.Text("at")},
		func(b client.Batch) []string {
			process := ""
			if b.ProcessID > 0 {
				process = fmt.Sprint(b.ProcessID)
			}
			return []string{num(b.Seq), string(b.Kind), fmt.Sprint(b.ListID), num(b.Rows), num(b.Bytes), string(b.State), process, num(b.Attempts), inv.when(b.SentAt)}
		})
}

// act works a command that changes a run, and says what it did.
func (s runID) act(inv *invocation, said string, do func(c *client.Client, id string) (client.Run, error)) error {
	c, id, err := s.known(inv)
	if err != nil {
		return err
	}
	r, err := do(c, id)
	if err != nil {
		return err
	}
	return inv.show(r, func(io.Writer) error {
		inv.say("%s", said)
		return nil
	})
}

type runCancel struct{ runID }

// Run works the command.
func (s *runCancel) Run(inv *invocation) error {
	return s.act(inv, "The run stops before its next batch.", func(c *client.Client, id string) (client.Run, error) {
		return client.Decode[client.Run](c.CancelRun(inv.ctx, id))
	})
}

type runRelease struct{ runID }

// Run works the command.
func (s *runRelease) Run(inv *invocation) error {
	return s.act(inv, "The run goes on. Watch it: segue run watch "+s.ID, func(c *client.Client, id string) (client.Run, error) {
		return client.Decode[client.Run](c.ReleaseRun(inv.ctx, id))
	})
}

type runRefuse struct{ runID }

// Run works the command.
func (s *runRefuse) Run(inv *invocation) error {
	return s.act(inv, "The run is ended. Nothing more of it is sent.", func(c *client.Client, id string) (client.Run, error) {
		return client.Decode[client.Run](c.RefuseRun(inv.ctx, id))
	})
}

type runGiveUp struct{ runID }

// Run works the command.
func (s *runGiveUp) Run(inv *invocation) error {
	return s.act(inv, "The import is given up; its people are sent again by the next run. Its process is watched for 7 days: segue run batches "+s.ID, func(c *client.Client, id string) (client.Run, error) {
		return client.Decode[client.Run](c.GiveUpRun(inv.ctx, id))
	})
}
