package cli

import (
	"cmp"
	"errors"
	"fmt"
	"io"

	"segue/client"
	"segue/cmd/segue/internal/table"
)

type unifyClusters struct {
	Profile string `placeholder:"ID" help:"Only this profile."`
	Rule    string `placeholder:"NAME" help:"Only those that this rule joined; always stands for always pairs."`
	Limit   int    `default:"20" help:"How many to list; 0 lists all. Defaults to ${default}."`
}

// Run works the command.
func (p *unifyClusters) Run(inv *invocation) error {
	c, err := inv.api()
	if err != nil {
		return err
	}
	items, err := collect(p.Limit, func(after *string) ([]client.Cluster, string, error) {
		in := client.ClusterQuery{Profile: p.Profile, Rule: p.Rule, Limit: *pageSize(p.Limit)}
		if after != nil {
			in.After = *after
		}
		l, err := client.Decode[client.ClusterList](c.ListClusters(inv.ctx, in))
		return l.Items, l.NextCursor, err
	})
	if err != nil {
		return err
	}
	if items == nil {
		items = []client.Cluster{}
	}
	return inv.show(listing[client.Cluster]{items}, func(w io.Writer) error {
		if len(items) == 0 {
			_, err := fmt.Fprintln(w, "No profile has several rows.")
			return err
		}
		return inv.writeClusters(w, c, items)
	})
}

type unifyExplain struct {
	A string `arg:"" help:"A row, as SOURCE:KEY."`
	B string `arg:"" help:"The other row."`
}

// Run works the command.
func (p *unifyExplain) Run(inv *invocation) error {
	c, err := inv.api()
	if err != nil {
		return err
	}
	pair, err := inv.rowPair(c, p.A, p.B)
	if err != nil {
		return err
	}
	x, err := client.Decode[client.Explanation](c.ExplainRows(inv.ctx, pair))
	var e *client.Error
	if errors.As(err, &e) { // the server names no keys, which may be addresses
		e.Field = cmp.Or(map[string]string{"a.key": p.A, "b.key": p.B}[e.Field], e.Field)
	}
	if err != nil {
		return err
	}
	return inv.show(x, func(w io.Writer) error {
		if err := table.Pairs(w, [2]string{"Profile of " + p.A, x.ProfileA}, [2]string{"Profile of " + p.B, x.ProfileB}, [2]string{"Somebody said", string(x.Pair)}); err != nil {
			return err
		}
		t := table.New(table.Text("rule"), table.Text("field"), table.Text("outcome"), table.Number("similarity"))
		for _, r := range x.Rules {
			verdict := "does not match"
			switch {
			case r.Matches:
				verdict = "matches"
			case r.Skipped:
				verdict = fmt.Sprintf("skipped: %s agree", count(r.Block, "row", "rows"))
			}
			t.Add(r.Name, "", verdict, "")
			for _, o := range r.Conditions {
				t.Add("", o.Field, string(o.Outcome), similarity(o.Similarity))
			}
			for _, o := range r.Unless {
				t.Add("", "unless "+o.Field+" differs", string(o.Outcome), "")
			}
		}
		if _, err := fmt.Fprintln(w); err != nil {
			return err
		}
		if _, err := t.WriteTo(w); err != nil {
			return err
		}
		name := inv.sourceNames(c)
		for i, j := range x.Path {
			if i == 0 {
				if _, err := fmt.Fprintln(w, "\nJoined by"); err != nil {
					return err
				}
			}
			if _, err := fmt.Fprintln(w, table.Clean("  "+joinWords(name, j))); err != nil {
				return err
			}
		}
		return inv.writeRefused(w, c, x.Refused)
	})
}

func similarity(v float64) string {
	if v == 0 {
		return ""
	}
	return fmt.Sprintf("%.3f", v)
}

type unifyAlways struct {
	A string `arg:"" help:"A row, as SOURCE:KEY."`
	B string `arg:"" help:"The other row."`
}

// Run works the command.
func (p *unifyAlways) Run(inv *invocation) error { return inv.pairUp(p.A, p.B, "always") }

type unifyNever struct {
	A string `arg:"" help:"A row, as SOURCE:KEY."`
	B string `arg:"" help:"The other row."`
}

// Run works the command.
func (p *unifyNever) Run(inv *invocation) error { return inv.pairUp(p.A, p.B, "never") }

// pairUp stores what somebody says of two rows.
func (inv *invocation) pairUp(a, b, kind string) error {
	c, err := inv.api()
	if err != nil {
		return err
	}
	pair, err := inv.rowPair(c, a, b)
	if err != nil {
		return err
	}
	p, err := client.Decode[client.MatchPair](c.PutPair(inv.ctx, client.MatchPairInput{A: pair.A, B: pair.B, Kind: client.MatchPairInputKind(kind)}))
	if err != nil {
		return err
	}
	return inv.show(p, func(io.Writer) error {
		inv.say("%s and %s are %s one person from the next build on: segue profile build", a, b, kind)
		return nil
	})
}

type unifyForget struct {
	A string `arg:"" help:"A row, as SOURCE:KEY."`
	B string `arg:"" help:"The other row."`
}

// Run works the command.
func (p *unifyForget) Run(inv *invocation) error {
	c, err := inv.api()
	if err != nil {
		return err
	}
	pair, err := inv.rowPair(c, p.A, p.B)
	if err != nil {
		return err
	}
	if err := client.Done(c.DeletePair(inv.ctx, pair)); err != nil {
		return err
	}
	inv.say("What was said of %s and %s is forgotten.", p.A, p.B)
	return nil
}

type unifySeparate struct {
	Profile string `arg:"" help:"Id of the profile."`
	Row     string `arg:"" help:"The row, as SOURCE:KEY."`
}

// Run works the command.
func (p *unifySeparate) Run(inv *invocation) error {
	c, err := inv.api()
	if err != nil {
		return err
	}
	row, err := inv.row(c, p.Row)
	if err != nil {
		return err
	}
	l, err := client.Decode[client.MatchPairList](c.SeparateRow(inv.ctx, client.Separation{Profile: p.Profile, Row: row}))
	if err != nil {
		return err
	}
	return inv.show(listing[client.MatchPair]{l.Items}, func(io.Writer) error {
		inv.say("%s is never one person with %s, from the next build on: segue profile build", p.Row, count(int64(len(l.Items)), "other row", "other rows"))
		return nil
	})
}

type unifyPairs struct {
	Limit int `default:"50" help:"How many to list; 0 lists all. Defaults to ${default}."`
}

// Run works the command.
func (p *unifyPairs) Run(inv *invocation) error {
	c, err := inv.api()
	if err != nil {
		return err
	}
	items, err := collect(p.Limit, func(after *string) ([]client.MatchPair, string, error) {
		l, err := client.Decode[client.MatchPairList](c.ListPairs(inv.ctx, &client.ListPairsParams{After: after, Limit: pageSize(p.Limit)}))
		return l.Items, l.NextCursor, err
	})
	if err != nil {
		return err
	}
	name := inv.sourceNames(c)
	columns := []table.Column{table.Text("row"), table.Text("other row"), table.Text("one person"), table.Text("said by"), table.Text("at")}
	return list(inv, items, "Nothing was said of any rows.", columns, func(m client.MatchPair) []string {
		return []string{name(m.A.SourceID) + ":" + m.A.Key, name(m.B.SourceID) + ":" + m.B.Key, string(m.Kind), m.By, inv.when(m.At)}
	})
}

type unifyChanges struct {
	Limit int `default:"50" help:"How many to list, the newest first; 0 lists all. Defaults to ${default}."`
}

// Run works the command.
func (p *unifyChanges) Run(inv *invocation) error {
	c, err := inv.api()
	if err != nil {
		return err
	}
	items, err := collect(p.Limit, func(after *string) ([]client.ProfileChange, string, error) {
		l, err := client.Decode[client.ProfileChangeList](c.ListProfileChanges(inv.ctx, &client.ListProfileChangesParams{After: after, Limit: pageSize(p.Limit)}))
		return l.Items, l.NextCursor, err
	})
	if err != nil {
		return err
	}
	columns := []table.Column{table.Text("at"), table.Text("profile"), table.Text("change"), table.Text("other profile")}
	return list(inv, items, "No profile was merged or split.", columns, func(x client.ProfileChange) []string {
		return []string{inv.when(x.At), x.Profile, string(x.Kind), x.Other}
	})
}
