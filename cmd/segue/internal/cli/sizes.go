package cli

import (
	"segue/client"
	"segue/cmd/segue/internal/table"
)

type exportSizes struct {
	exportName
	Days  int64 `default:"30" help:"How many days back. Defaults to ${default}."`
	Steps int64 `default:"30" help:"How many sizes at most. Defaults to ${default}."`
}

// Run works the command.
func (e *exportSizes) Run(inv *invocation) error {
	c, err := inv.api()
	if err != nil {
		return err
	}
	x, err := inv.export(c, e.Name)
	if err != nil {
		return err
	}
	l, err := client.Decode[client.ListSizesList](c.GetListSizes(inv.ctx, &client.GetListSizesParams{ExportID: &x.ID, Days: &e.Days, Steps: &e.Steps}))
	if err != nil {
		return err
	}
	var sizes []client.ListSize
	for _, of := range l.Items {
		sizes = append(sizes, of.Sizes...)
	}
	return list(inv, sizes, "No run has told the size of the list in this time.", []table.Column{table.Text("at"), table.Number("people")},
		func(s client.ListSize) []string { return []string{inv.when(s.At), num(s.Size)} })
}
