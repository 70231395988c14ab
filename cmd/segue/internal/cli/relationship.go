package cli

import (
	"io"
	"strings"

	"segue/client"
	"segue/cmd/segue/internal/table"
)

type relationshipCmd struct {
	Add    relationshipAdd    `cmd:"" help:"Add a relationship."`
	List   relationshipList   `cmd:"" help:"List relationships, with the segments that follow each."`
	Remove relationshipRemove `cmd:"" help:"Remove a relationship that no segment follows."`
}

type relationshipAdd struct {
	Name string   `arg:"" help:"Name of the relationship; rules state their way by it."`
	From string   `required:"" placeholder:"SOURCE" help:"Data source whose rows belong to something, by name or id."`
	To   string   `placeholder:"SOURCE" help:"Data source that they belong to, by name or id. Defaults to the profiles."`
	Key  []string `required:"" placeholder:"COLUMN" help:"Column that holds the profile's id; with --to COLUMN=COLUMN, the column there after the sign. May be repeated."`
}

// Run works the command.
func (r *relationshipAdd) Run(inv *invocation) error {
	c, err := inv.api()
	if err != nil {
		return err
	}
	from, err := inv.source(c, r.From)
	if err != nil {
		return err
	}
	in := client.RelationshipInput{Name: r.Name, From: from.ID}
	if r.To != "" {
		to, err := inv.source(c, r.To)
		if err != nil {
			return err
		}
		in.To = to.ID
	}
	for _, k := range r.Key {
		here, there, both := strings.Cut(k, "=")
		if both != (r.To != "") {
			return usagef("the key %q must name one column, or with --to two: COLUMN=COLUMN", k)
		}
		in.Keys = append(in.Keys, client.KeyPair{From: here, To: there})
	}
	rel, err := client.Decode[client.Relationship](c.CreateRelationship(inv.ctx, in))
	if err != nil {
		return err
	}
	return inv.show(rel, func(io.Writer) error {
		inv.say("Relationship %q is added.", rel.Name)
		return nil
	})
}

type relationshipList struct{}

// Run works the command.
func (*relationshipList) Run(inv *invocation) error {
	c, err := inv.api()
	if err != nil {
		return err
	}
	l, err := client.Decode[client.RelationshipList](c.ListRelationships(inv.ctx))
	if err != nil {
		return err
	}
	sources, err := inv.sources(c)
	if err != nil {
		return err
	}
	names := map[string]string{"": "profiles"}
	for _, s := range sources {
		names[s.ID] = s.Name
	}
	return list(inv, l.Items, "There is no relationship yet. Add one: segue relationship add",
		[]table.Column{table.Text("name"), table.Text("from"), table.Text("to"), table.Text("keys"), table.Text("used by")},
		func(r client.Relationship) []string {
			keys, users := make([]string, len(r.Keys)), make([]string, len(r.UsedBy))
			for i, k := range r.Keys {
				keys[i] = k.From
				if k.To != "" {
					keys[i] += "=" + k.To
				}
			}
			for i, u := range r.UsedBy {
				users[i] = u.Name
			}
			return []string{r.Name, names[r.From], names[r.To], strings.Join(keys, ", "), short(strings.Join(users, ", "))}
		})
}

type relationshipRemove struct {
	Name string `arg:"" help:"Name or id of the relationship."`
}

// Run works the command.
func (r *relationshipRemove) Run(inv *invocation) error {
	c, err := inv.api()
	if err != nil {
		return err
	}
	l, err := client.Decode[client.RelationshipList](c.ListRelationships(inv.ctx))
	if err != nil {
		return err
	}
	for _, rel := range l.Items {
		if rel.ID != r.Name && !strings.EqualFold(rel.Name, r.Name) {
			continue
		}
		if err := client.Done(c.DeleteRelationship(inv.ctx, rel.ID)); err != nil {
			return err
		}
		inv.say("Relationship %q is removed.", rel.Name)
		return nil
	}
	return &client.Error{Code: "not_found", Message: "there is no relationship called " + r.Name, Remedy: "segue relationship list lists them"}
}
