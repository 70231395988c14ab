package cli

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"segue/internal/access"
	"segue/internal/activation"
)

func TestAConnectionShowsWhatHangsOnIt(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.withExport()
	require.Contains(t, b.ok("connection", "where-used", "main"), "VIP")
	require.Contains(t, b.ok("connection", "where-used", "main"), "with every scheduled refresh")
	require.Contains(t, b.ok("connection", "show", "main"), "Export user     the server's machine\n")
	require.Equal(t, "Contract allows: 50,000.\n", b.ok("connection", "limit", "main", "50,000"))
	require.Equal(t, "How many contacts the contract allows is not known.\n", b.ok("connection", "limit", "main", "none"))
	require.Contains(t, b.fails(exitUsage, "connection", "limit", "main", "many"), "is no number of contacts")
	b.ok("connection", "limit", "main", "1")
	b.ok("segment", "add", "Two", "--where", "name = Ivo")
	require.NotContains(t, b.ok("export", "add", "small", "--connection", "main", "--list", "9", "--segment", "Two", "--email", "mail"), "Warning")
	b.write(b.Files, "customers.csv", customers+"c4,ana.b@example.com,Ana,1\n")
	b.ok("source", "ingest", "customers")
	b.ok("profile", "build")
	require.Contains(t, b.ok("export", "add", "large", "--connection", "main", "--list", "9", "--segment", "Anas", "--email", "mail"),
		"Warning: the segment \"Anas\" has 2 members, more contacts than the account's contract allows.\n")
}

func TestAnAdministratorTakesOverAsExportUser(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.withExport()
	const password = "plum-cellar Oboe 41 drift"
	_, err := b.Access.Create(t.Context(), access.NewPerson{Name: "Mara", Email: "mara@example.com", Role: activation.RoleAdministrator, Password: password})
	require.NoError(t, err)
	b.env["SEGUE_PASSWORD"] = password
	require.Equal(t, "Exports over the connection \"main\" run on behalf of Mara.\n", b.ok("connection", "export-user", "main", "--email", "mara@example.com"))
	people, err := b.Access.Get(t.Context(), activation.PersonID(personID(t, b)))
	require.NoError(t, err)
	off := true
	_, err = b.Access.Create(t.Context(), access.NewPerson{Name: "Zora", Email: "zora@example.com", Role: activation.RoleAdministrator, Password: password})
	require.NoError(t, err)
	_, err = b.Access.Update(t.Context(), people.ID, access.Change{Off: &off})
	require.NoError(t, err)
	require.Contains(t, b.fails(exitConflict, "run", "start", "VIP"), "is switched off")
	require.Contains(t, b.ok("export", "list"), "Needs an export user")
	require.Equal(t, "Exports over the connection \"main\" run on behalf of the server's machine.\n", b.ok("connection", "export-user", "main", "--machine"))
	b.ok("run", "start", "VIP")
}

func personID(t *testing.T, b *bench) string {
	t.Helper()
	out := b.ok("person", "list", "-o", "json")
	_, rest, found := strings.Cut(out, `"id": "`)
	require.True(t, found, out)
	id, _, _ := strings.Cut(rest, `"`)
	return id
}

func TestAnExportIsDuplicatedDetachedAndAttached(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.withExport()
	require.Contains(t, b.ok("export", "duplicate", "VIP", "VIP 2"), "It runs only on demand; the other one runs with every scheduled refresh.")
	require.Contains(t, b.ok("export", "detach", "VIP"), "has no connection now and does not run")
	require.Contains(t, b.ok("export", "list"), "No connection")
	require.Contains(t, b.ok("export", "show", "VIP"), "(it was main); whom it sent it still owns")
	require.Contains(t, b.fails(exitConflict, "run", "start", "VIP"), "segue export attach")
	require.Contains(t, b.fails(exitConflict, "export", "detach", "VIP"), "has no connection")
	require.Equal(t, "Export \"VIP\" goes over the connection \"main\" to the list 7 (VIP).\n", b.ok("export", "attach", "VIP", "--connection", "main"))

	require.Contains(t, b.ok("export", "schedule", "VIP", "--cron", "30 6 * * *"), "by its own schedule")
	require.Equal(t, ""+
		"Export \"VIP\" keeps its own schedule: by its own schedule: 30 6 * * * (UTC).\n"+
		"Export \"VIP 2\" runs with every scheduled refresh.\n", b.ok("export", "schedule", "VIP", "VIP 2", "--with-refresh", "--keep-own"))

	require.Contains(t, b.fails(exitConflict, "connection", "remove", "main", "--detach", "VIP"), `"VIP 2"`)
	require.Equal(t, "Connection \"main\" is removed, its key destroyed.\n", b.ok("connection", "remove", "main", "--remove", "VIP 2", "--detach-all"))
	require.NotContains(t, b.ok("export", "list"), "VIP 2")
}
