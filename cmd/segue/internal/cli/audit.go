package cli

import (
	"cmp"
	"io"
	"strings"

	"segue/client"
	"segue/cmd/segue/internal/table"
)

type auditCmd struct {
	List     auditList     `cmd:"" help:"List what was done, newest first."`
	Download auditDownload `cmd:"" help:"Print the whole log, one entry a line as JSON, oldest first."`
	Verify   auditVerify   `cmd:"" help:"Follow the log's chain of hashes from the first entry to the last."`
}

type auditList struct {
	Limit int `default:"50" placeholder:"N" help:"How many entries at most. Defaults to ${default}."`
}

// Run works the command.
func (a *auditList) Run(inv *invocation) error {
	c, err := inv.api()
	if err != nil {
		return err
	}
	items, err := collect(a.Limit, func(after *string) ([]client.AuditEntry, string, error) {
		l, err := client.Decode[client.AuditEntryList](c.ListAudit(inv.ctx, &client.ListAuditParams{After: after, Limit: pageSize(a.Limit)}))
		return l.Items, l.NextCursor, err
	})
	if err != nil {
		return err
	}
	return list(inv, items, "Nothing was done yet.",
		[]table.Column{table.Text("at"), table.Text("who"), table.Text("what"), table.Text("outcome"), table.Text("of"), table.Text("changed")},
		func(e client.AuditEntry) []string {
			return []string{inv.when(e.At), e.Actor.Name, e.Action, e.Outcome, strings.TrimSpace(e.Kind + " " + cmp.Or(e.Name, e.ID)), strings.Join(e.Changed, ", ")}
		})
}

type auditDownload struct{}

// Run works the command.
func (*auditDownload) Run(inv *invocation) error {
	c, err := inv.api()
	if err != nil {
		return err
	}
	resp, err := c.DownloadAudit(inv.ctx)
	return client.Copy(inv.Terminal.Out, resp, err)
}

type auditVerify struct {
	Head string `placeholder:"HASH" help:"The hash that an earlier verification printed: entries cut off since are found by it."`
}

// Run works the command.
func (v *auditVerify) Run(inv *invocation) error {
	c, err := inv.api()
	if err != nil {
		return err
	}
	params := &client.VerifyAuditParams{}
	if v.Head != "" {
		params.Head = &v.Head
	}
	out, err := client.Decode[client.AuditVerdict](c.VerifyAudit(inv.ctx, params))
	if err != nil {
		return err
	}
	return inv.show(out, func(io.Writer) error {
		inv.say("The audit log is as it was written: %s entries.", num(out.Entries))
		inv.say("Its newest hash is %s. Keep it elsewhere: --head finds out later whether entries were cut off.", out.Head)
		return nil
	})
}
