package cli

import (
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"

	"segue/client"
)

// Names of the files in the data folder by which a server can be found.
const (
	tokenFile   = "token"
	addressFile = "address"
)

// DataDir is the data folder: as given, else SEGUE_DATA, else ./data if it is there, else segue in XDG_DATA_HOME (or
// ~/.local/share) if that is there, else ./data.
func DataDir(given string, env func(string) string) string {
	if given != "" {
		return given
	}
	if d := env("SEGUE_DATA"); d != "" {
		return d
	}
	if isDir("data") {
		return "data"
	}
	home := env("XDG_DATA_HOME")
	if home == "" && env("HOME") != "" {
		home = filepath.Join(env("HOME"), ".local", "share")
	}
	if home != "" {
		if d := filepath.Join(home, "segue"); isDir(d) {
			return d
		}
	}
	return "data"
}

func isDir(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// api returns a client of the server.
func (inv *invocation) api() (*client.Client, error) {
	server, err := inv.address()
	if err != nil {
		return nil, err
	}
	token, err := inv.either(inv.globals.Token, "SEGUE_TOKEN", filepath.Join(DataDir(inv.globals.Data, inv.Env), tokenFile),
		"the server's token is not known", "Use --data with the server's data folder, or SEGUE_TOKEN")
	if err != nil {
		return nil, err
	}
	return client.New(server, token)
}

// address is where the server is.
func (inv *invocation) address() (string, error) {
	server, err := inv.either(inv.globals.Server, "SEGUE_SERVER", filepath.Join(DataDir(inv.globals.Data, inv.Env), addressFile),
		"the server's address is not known", "Start one with segue serve, or say where it is with --server or --data")
	if err == nil && !strings.Contains(server, "://") {
		server = "http://" + server
	}
	return server, err
}

// either returns a flag, else a variable, else the content of a file.
func (inv *invocation) either(flag, variable, file, missing, remedy string) (string, error) {
	if flag != "" {
		return flag, nil
	}
	if v := inv.Env(variable); v != "" {
		return v, nil
	}
	b, err := os.ReadFile(file)
	if err == nil && strings.TrimSpace(string(b)) != "" {
		return strings.TrimSpace(string(b)), nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", &client.Error{Code: "forbidden", Message: missing + ": " + file + " cannot be read", Remedy: remedy, Err: err}
	}
	return "", &client.Error{Code: client.CodeUnavailable, Message: missing, Remedy: remedy}
}

// lookUp finds a thing by its name or, if nothing has that name, by its id.
func lookUp[T any](what, nameOrID string, byName func(name *string) ([]T, error), byID func(id string) (*http.Response, error)) (T, error) {
	var none T
	if nameOrID == "" {
		return none, usagef("the name of the %s is empty", what)
	}
	list, err := byName(&nameOrID)
	if err != nil {
		return none, err
	}
	if len(list) > 0 {
		return list[0], nil
	}
	t, err := client.Decode[T](byID(nameOrID))
	if client.CodeOf(err) == "not_found" {
		return none, &client.Error{
			Code: "not_found", Message: "there is no " + what + " " + quote(nameOrID), Remedy: "See what there is: segue " + what + " list",
		}
	}
	return t, err
}

func quote(s string) string { return `"` + s + `"` }

func (inv *invocation) source(c *client.Client, nameOrID string) (client.Source, error) {
	return lookUp("source", nameOrID, func(name *string) ([]client.Source, error) {
		l, err := client.Decode[client.SourceList](c.ListSources(inv.ctx, &client.ListSourcesParams{Name: name}))
		return l.Items, err
	}, func(id string) (*http.Response, error) { return c.GetSource(inv.ctx, id) })
}

func (inv *invocation) segment(c *client.Client, nameOrID string) (client.Segment, error) {
	return lookUp("segment", nameOrID, func(name *string) ([]client.Segment, error) {
		l, err := client.Decode[client.SegmentList](c.ListSegments(inv.ctx, &client.ListSegmentsParams{Name: name}))
		return l.Items, err
	}, func(id string) (*http.Response, error) { return c.GetSegment(inv.ctx, id) })
}

func (inv *invocation) connection(c *client.Client, nameOrID string) (client.Connection, error) {
	return lookUp("connection", nameOrID, func(name *string) ([]client.Connection, error) {
		l, err := client.Decode[client.ConnectionList](c.ListConnections(inv.ctx, &client.ListConnectionsParams{Name: name}))
		return l.Items, err
	}, func(id string) (*http.Response, error) { return c.GetConnection(inv.ctx, id) })
}

func (inv *invocation) export(c *client.Client, nameOrID string) (client.Export, error) {
	return lookUp("export", nameOrID, func(name *string) ([]client.Export, error) {
		l, err := client.Decode[client.ExportList](c.ListExports(inv.ctx, &client.ListExportsParams{Name: name}))
		return l.Items, err
	}, func(id string) (*http.Response, error) { return c.GetExport(inv.ctx, id) })
}
