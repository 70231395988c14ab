package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"segue/client"
	"segue/cmd/segue/internal/configfile"
	"segue/cmd/segue/internal/table"
	"segue/internal/activation"
)

type applyCmd struct {
	File         []string `short:"f" required:"" sep:"none" placeholder:"FILE" help:"File to apply; - is standard input. May be given several times."`
	DryRun       bool     `help:"Show what would be done, and do nothing."`
	ExitCode     bool     `help:"With --dry-run: end with 11 if there is something to do."`
	Prune        bool     `help:"Remove what the files do not name, of the sections that they have. Lists and contacts at the destination stay as they are."`
	RenewSecrets bool     `help:"Send keys and passwords from the environment again, though they may be those that are stored."`
	Yes          bool     `short:"y" help:"Do it without asking."`
}

// mistakesError is a file that cannot be applied.
type mistakesError struct {
	mistakes []configfile.Mistake
}

// Error implements error.
func (e *mistakesError) Error() string {
	return count(int64(len(e.mistakes)), "mistake", "mistakes") + " in the configuration; nothing was changed"
}

// lines are the mistakes, one a line.
func (e *mistakesError) lines() (lines []string) {
	for _, m := range e.mistakes {
		lines = append(lines, table.Clean(m.String()))
	}
	return lines
}

// placedError is a refusal of the server, with the place of the file that asked for what was refused.
type placedError struct {
	err   error
	place configfile.Place
	what  string
}

// Error implements error.
func (e *placedError) Error() string { return e.what + ": " + e.err.Error() }

// Unwrap returns what the server said.
func (e *placedError) Unwrap() error { return e.err }

// Run works the command.
func (a *applyCmd) Run(inv *invocation) error {
	if a.ExitCode && !a.DryRun {
		return usagef("--exit-code goes with --dry-run")
	}
	doc := configfile.NewDocument()
	for _, path := range a.File {
		text, err := inv.readInput(path)
		if err != nil {
			return err
		}
		if path == "-" {
			path = "standard input"
		}
		doc.Read(path, text)
	}
	c, err := inv.api()
	var s serverState
	if err == nil {
		s, err = inv.readServer(c)
	}
	if err != nil {
		if len(doc.Mistakes) > 0 { // which need no server to be seen
			return &mistakesError{doc.Sorted()}
		}
		return err
	}
	p, err := a.planned(inv, doc, s, listsOf(inv.ctx, c))
	if err != nil {
		return err
	}
	if a.DryRun || len(p.plan.Changes) == 0 {
		if err := inv.show(&p.plan, func(w io.Writer) error { return writePlan(w, p.plan) }); err != nil {
			return err
		}
		if a.ExitCode && len(p.plan.Changes) > 0 {
			return &runError{exitChanges}
		}
		return nil
	}
	if inv.globals.Output != "json" {
		if err := writePlan(inv.Terminal.Out, p.plan); err != nil {
			return err
		}
	}
	if err := inv.confirm(a.Yes, "Do it?", "--yes"); err != nil {
		return err
	}
	err = inv.carryOut(p, newApplying(inv.ctx, c, inv.Env, s, caller(doc, s)))
	if inv.globals.Output == "json" {
		if werr := writeJSON(inv.Terminal.Out, &p.plan); err == nil {
			err = werr
		}
	}
	return err
}

// planned checks the files and plans what is to be done; it fails with every mistake that can be seen before anything is changed.
func (a *applyCmd) planned(inv *invocation, doc *configfile.Document, s serverState, lists lister) (*planning, error) {
	mistakes := func() error {
		if len(doc.Mistakes) == 0 {
			return nil
		}
		return &mistakesError{doc.Sorted()}
	}
	if !s.administers() && speaksOfSecrets(doc) {
		return nil, &client.Error{
			Code: string(activation.CodeForbidden), Message: "the files speak of connections or databases, which only administrators may see; nothing was changed",
			Remedy: "Let an administrator apply them, or leave these out",
		}
	}
	call := caller(doc, s)
	have, err := s.file(call)
	if err != nil {
		return nil, err
	}
	have.Normalise(s.destination)
	want, err := recode[configfile.File](doc.File)
	if err != nil {
		return nil, err
	}
	want.Normalise(s.destination)
	p := &planning{plan: applyPlan{Changes: []*planned{}}, doc: doc, want: want, have: have, server: s, env: inv.Env, prune: a.Prune, renew: a.RenewSecrets, call: call, lists: lists}
	other := map[string]bool{}
	for i, n := range doc.Names(configfile.Sources) {
		if k := configfile.Find(n, have.Names(configfile.Sources)); k >= 0 {
			other[n.Name] = readsOther(have.Sources[k], want.Sources[i])
		}
	}
	columns, err := s.columns(call, other)
	if err != nil {
		return nil, err
	}
	doc.Check(configfile.Server{File: have, Columns: columns, Prune: a.Prune, Destination: s.destination, Env: inv.Env})
	if err := mistakes(); err != nil {
		return nil, err
	}
	if err := p.make(); err != nil {
		return nil, err
	}
	if err := mistakes(); err != nil {
		return nil, err
	}
	return p, p.lacking()
}

// speaksOfSecrets reports whether files say anything of what only administrators see.
func speaksOfSecrets(doc *configfile.Document) bool {
	if doc.Stated(configfile.Connections) {
		return true
	}
	for _, s := range doc.Sources {
		if s.Database != nil {
			return true
		}
	}
	return false
}

// readsOther reports whether a source will read other rows, or read them in another way.
func readsOther(have, want configfile.Source) bool {
	have.Name, have.Was, have.MaxBadRows, have.MaxShrink = want.Name, want.Was, want.MaxBadRows, want.MaxShrink
	if have.Database != nil && want.Database != nil {
		database := *have.Database
		database.PasswordEnv = want.Database.PasswordEnv
		have.Database = &database
	}
	list, err := configfile.Compare(have, want)
	return err != nil || len(list) > 0
}

// carryOut makes the changes one after the other, and stops at the first that fails.
func (inv *invocation) carryOut(p *planning, w *applying) error {
	for i, c := range p.plan.Changes {
		if err := c.do(w); err != nil {
			left := len(p.plan.Changes) - i
			err = placed(err, c, p.doc)
			return halfDone(err, "%s done, %s not: %s %s %q and what follows. Once that is mended apply the file again, which goes on here",
				count(int64(i), "change is", "changes are"), num(int64(left)), c.Action, c.Kind, c.Name)
		}
		c.Done = true
		inv.say("Done: %s %s %q.", c.Action, c.Kind, c.Name)
	}
	inv.say("%s.", count(int64(len(p.plan.Changes)), "change is done", "changes are done"))
	return nil
}

// placed says where a file asks for what the server refused.
func placed(err error, c *planned, doc *configfile.Document) error {
	what := fmt.Sprintf("%s %s %q", c.Action, c.Kind, c.Name)
	if c.path == "" {
		return &placedError{err: err, what: what}
	}
	path := c.path
	field := strings.TrimPrefix(serverField(err), "body.")
	switch activation.Code(client.CodeOf(err)) {
	case activation.CodeBadCredentials, activation.CodeKeyMissing, activation.CodeWrongAccount:
		field = "key_env"
	}
	if field != "" {
		path += "." + field
	}
	return &placedError{err: err, place: doc.Place(path), what: what}
}

func serverField(err error) string {
	if e, ok := err.(*client.Error); ok { //nolint:errorlint // the client's own, as it came
		return e.Field
	}
	return ""
}

// writePlan shows a plan to people.
func writePlan(w io.Writer, p applyPlan) error {
	var b strings.Builder
	for _, c := range p.Changes {
		sign := map[string]string{doCreate: "+", doUpdate: "~", doRemove: "-", doIngest: ">", doBuild: ">"}[c.Action]
		fmt.Fprintf(&b, "%s %s %s %s\n", sign, c.Action, c.Kind, quote(c.Name))
		if c.Action == doUpdate {
			for _, d := range c.Fields {
				fmt.Fprintf(&b, "    %s: %s -> %s\n", d.Field, shown(d.From), shown(d.To))
			}
		}
		for _, n := range c.Notes {
			fmt.Fprintf(&b, "    %s\n", n)
		}
	}
	for _, n := range p.Notes {
		fmt.Fprintf(&b, "%s.\n", n)
	}
	if len(p.Changes) == 0 {
		b.WriteString("Nothing to do: everything is as the files say.\n")
	} else {
		fmt.Fprintf(&b, "%s, %d unchanged.\n", count(int64(len(p.Changes)), "change", "changes"), p.Unchanged)
	}
	for _, line := range strings.SplitAfter(b.String(), "\n") {
		if _, err := io.WriteString(w, table.Clean(strings.TrimSuffix(line, "\n"))); err != nil {
			return err
		}
		if strings.HasSuffix(line, "\n") {
			if _, err := io.WriteString(w, "\n"); err != nil {
				return err
			}
		}
	}
	return nil
}

// shown writes a value of a plan.
func shown(v any) string {
	if v == nil || v == "" {
		return "nothing"
	}
	var b strings.Builder
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false) // queries are full of < and >
	if err := enc.Encode(v); err != nil {
		return fmt.Sprint(v)
	}
	return short(strings.TrimSpace(b.String()))
}
