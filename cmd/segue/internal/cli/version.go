package cli

import (
	"io"

	"segue/client"
	"segue/cmd/segue/internal/table"
)

type versionCmd struct{}

// versions is the JSON of the command.
type versions struct {
	Version string          `json:"version"`
	Commit  string          `json:"commit,omitempty"`
	Server  *client.Version `json:"server,omitempty"`
}

// Run works the command. No server is no error here.
func (*versionCmd) Run(inv *invocation) error {
	v := versions{Version: inv.Version, Commit: inv.Commit}
	if c, err := inv.api(); err == nil {
		if s, err := client.Decode[client.Version](c.GetVersion(inv.ctx)); err == nil {
			v.Server = &s
		}
	}
	return inv.show(v, func(w io.Writer) error {
		server := "none answers"
		if v.Server != nil {
			server = v.Server.Version
		}
		return table.Pairs(w, [2]string{"segue", v.Version}, [2]string{"Commit", v.Commit}, [2]string{"Server", server})
	})
}
