package cli

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/httpapi/apitest"
)

// remoteCommands are the commands that speak to the server, with arguments that are understood.
func remoteCommands() [][]string {
	return [][]string{
		{"source", "add", "x", "customers.csv"}, {"source", "list"}, {"source", "files"}, {"source", "show", "x"}, {"source", "preview", "customers.csv"},
		{"source", "ingest", "x"}, {"source", "update", "x"}, {"source", "remove", "x"}, {"source", "quarantine", "x"},
		{"source", "add-database", "x", "postgresql", "--host", "h", "--database", "d", "--user", "u", "--table", "t"}, {"source", "update-database", "x"},
		{"profile", "suggest", "x"}, {"profile", "set", "--source", "x"}, {"profile", "show"}, {"profile", "build"}, {"profile", "stats", "name"},
		{"profile", "search", "x"}, {"profile", "get", "x"},
		{"profile", "unify", "suggest", "x"}, {"profile", "unify", "set", "--source", "x"}, {"profile", "unify", "show"}, {"profile", "unify", "preview", "--source", "x"},
		{"profile", "unify", "clusters"}, {"profile", "unify", "explain", "x:1", "x:2"}, {"profile", "unify", "always", "x:1", "x:2"}, {"profile", "unify", "never", "x:1", "x:2"},
		{"profile", "unify", "forget", "x:1", "x:2"}, {"profile", "unify", "separate", "p", "x:1"}, {"profile", "unify", "pairs"}, {"profile", "unify", "changes"},
		{"relationship", "add", "x", "--from", "x", "--key", "customer"}, {"relationship", "list"}, {"relationship", "remove", "x"},
		{"segment", "add", "x", "--where", "name = Ana"}, {"segment", "list"}, {"segment", "show", "x"}, {"segment", "count", "x"},
		{"segment", "sample", "x"}, {"segment", "update", "x", "--where", "name = Ana"}, {"segment", "remove", "x"},
		{"segment", "schedule", "x", "--static"}, {"segment", "evaluate", "x"}, {"segment", "duplicate", "x", "y"}, {"segment", "overlap", "x", "y"}, {"segment", "trend", "x"}, {"segment", "changes", "x", "--since", "2026-11-01"},
		{"connection", "add", "x", "--agree"}, {"connection", "check"}, {"connection", "list"}, {"connection", "show", "x"}, {"connection", "test", "x"},
		{"connection", "lists", "x"}, {"connection", "attributes", "x"}, {"connection", "create-list", "x", "l"},
		{"connection", "create-attribute", "x", "A", "text"}, {"connection", "rotate-key", "x"}, {"connection", "rename", "x", "y"}, {"connection", "remove", "x"},
		{"connection", "share", "x"}, {"connection", "unshare", "x"}, {"connection", "clear-empty", "x", "on"}, {"connection", "mirror", "x", "off"}, {"connection", "export-user", "x", "--machine"}, {"connection", "agree", "x", "--machine"}, {"connection", "where-used", "x"}, {"connection", "limit", "x", "5"},
		{"apply", "-f", "-"}, {"config", "export"},
		{"refresh", "start"}, {"refresh", "list"}, {"refresh", "show", "x"}, {"refresh", "cancel", "x"}, {"refresh", "schedule"},
		{"export", "schedule", "x", "--on-demand"}, {"export", "run-all"}, {"export", "duplicate", "x", "y"}, {"export", "detach", "x"}, {"export", "attach", "x", "--connection", "c"},
		{"person", "add", "x", "--email", "x@example.com"}, {"person", "list"}, {"person", "show", "x"}, {"person", "change", "x", "--off"}, {"person", "reset-password", "x"},
		{"audit", "list"}, {"audit", "download"}, {"audit", "verify"},
		{"me", "sessions", "--email", "x@example.com"}, {"me", "end-session", "x", "--email", "x@example.com"}, {"me", "tokens", "--email", "x@example.com"},
		{"me", "add-token", "x", "--email", "x@example.com"}, {"me", "delete-token", "x", "--email", "x@example.com"}, {"me", "notices", "on", "--email", "x@example.com"},
		{"notify", "show"}, {"notify", "mail", "--host", "smtp.example.com", "--from", "segue@example.com"}, {"notify", "webhook", "--url", "https://hooks.example.com/"}, {"notify", "test", "webhook"}, {"notify", "list"},
		{"export", "freshness", "x", "26h"},
		{"export", "add", "x", "--connection", "c", "--list", "7", "--segment", "s", "--email", "mail"}, {"export", "list"}, {"export", "show", "x"},
		{"export", "update", "x"}, {"export", "remove", "x"}, {"export", "people", "x"}, {"export", "sizes", "x"}, {"export", "remove-kept", "x"}, {"export", "adopt", "x"},
		{"run", "start", "x"}, {"run", "list"}, {"run", "show", "x"}, {"run", "rows", "x"}, {"run", "rejects", "x"}, {"run", "batches", "x"},
		{"run", "cancel", "x"}, {"run", "release", "x"}, {"run", "refuse", "x"}, {"run", "give-up", "x"},
		{"export", "reconcile", "x"}, {"run", "decide", "x", "--missing", "resend"},
	}
}

func TestEveryCommandIsAmongThoseTested(t *testing.T) {
	t.Parallel()
	var known []string
	for _, c := range remoteCommands() {
		for n := range min(len(c), 3) {
			known = append(known, "segue "+strings.Join(c[:n+1], " "))
		}
	}
	known = append(known, "segue run watch", "segue serve", "segue sandbox", "segue demo", "segue version", "segue completion", "segue status") // tested by themselves
	var check func(n *kong.Node)
	check = func(n *kong.Node) {
		for _, c := range n.Children {
			switch {
			case c.Hidden:
			case c.Leaf():
				require.True(t, slices.Contains(known, c.FullPath()), "%s is not in the table of commands", c.FullPath())
			default:
				check(c)
			}
		}
	}
	check(grammar(t).Node)
}

// failing is a command line before a server that answers everything with a problem.
func failing(t *testing.T, status int, code string) (*bench, *atomic.Int64) {
	t.Helper()
	var asked atomic.Int64
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked.Add(1)
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(status)
		_, _ = w.Write([]byte(`{"code":"` + code + `","detail":"it cannot be","remedy":"Do something"}`))
	}))
	t.Cleanup(func() {
		srv.CloseClientConnections()
		srv.Close()
	})
	b := &bench{t: t, data: t.TempDir(), env: map[string]string{"SEGUE_API_KEY": apitest.GoodKey, "SEGUE_PASSWORD": goodPassword, "SEGUE_DATABASE_PASSWORD": "made-up-password"}}
	b.write(b.data, tokenFile, testToken)
	b.write(b.data, addressFile, srv.URL)
	return b, &asked
}

func TestEveryCommandReportsWhatTheServerSays(t *testing.T) {
	t.Parallel()
	for status, c := range map[int]struct {
		code   string
		exit   int
		remedy string
	}{
		http.StatusServiceUnavailable:  {"unavailable", exitUnavailable, "Do something"},
		http.StatusUnauthorized:        {"unauthenticated", exitForbidden, tokenRemedy},
		http.StatusInternalServerError: {"internal", exitOther, "Do something"},
	} {
		b, asked := failing(t, status, c.code)
		for _, args := range remoteCommands() {
			before := asked.Load()
			r := b.run(args...)
			require.Equal(t, c.exit, r.code, "%v: %s", args, r.err)
			remedy := c.remedy
			if args[0] == "me" { // it signs in by password
				remedy = "Do something"
			}
			require.Equal(t, "segue: it cannot be. "+remedy+"\n", r.err, "%v", args)
			require.Empty(t, r.out, "%v prints nothing but the error", args)
			require.Equal(t, before+1, asked.Load(), "%v asks no second time", args)
		}
	}
}

func TestEveryCommandNeedsAServer(t *testing.T) {
	t.Parallel()
	b := &bench{t: t, data: t.TempDir(), env: map[string]string{"SEGUE_API_KEY": apitest.GoodKey, "SEGUE_PASSWORD": goodPassword, "SEGUE_DATABASE_PASSWORD": "made-up-password"}}
	for _, args := range append(remoteCommands(), []string{"run", "watch", "x"}) {
		require.Contains(t, b.fails(exitUnavailable, args...), "the server's address is not known", "%v", args)
	}
}

func TestEveryCommandThatAnswersPrintsJSONIfAsked(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.withExport()
	b.ok("segment", "add", "Ivos", "--where", "name = Ivo")
	id := b.start()
	b.setRun(id, func(r *activation.Run) { r.Status = activation.StatusHeld })
	names := map[string]string{"source": "customers", "segment": "Ivos", "connection": "main", "export": "VIP", "run": id, "profile": "c1", "person": "x"}
	b.env["SEGUE_PASSWORD"] = goodPassword
	for _, args := range remoteCommands() {
		switch strings.Join(args[:2], " ") {
		case "source remove", "segment remove", "connection remove", "export remove", "export remove-kept", "run start", "run rejects", "run refuse", "run give-up", "run decide", "export add", "connection rename", "connection agree", "export detach", "export attach",
			"person reset-password", "audit download", "refresh show", "refresh cancel", "me sessions", "me end-session", "me tokens", "me add-token", "me delete-token",
			"me notices", "segment evaluate", "segment changes", "profile unify", "relationship add", "relationship remove", "source add-database", "source update-database", "notify mail", "notify webhook", "notify test":
			continue // they answer nothing, or are tested by themselves
		case "profile stats", "profile suggest", "profile set", "source preview":
		case "source add", "segment add", "connection add":
			args[2] = "another"
		default:
			if len(args) > 2 && args[2] == "x" {
				args[2] = names[args[0]]
			}
		}
		if args[0] == "profile" && (args[1] == "suggest" || args[1] == "set") {
			args[len(args)-1] = "customers"
		}
		out := b.ok(append(args, "-o", "json")...)
		require.True(t, json.Valid([]byte(out)), "%v: %s", args, out)
		require.True(t, strings.HasPrefix(out, "{\n  "), "%v: an object, laid out for reading", args)
	}
	for _, args := range [][]string{{"export", "remove", "VIP"}} {
		r := b.run(append(args, "-o", "json")...)
		require.Equal(t, exitConflict, r.code, "a run of it has not ended: %s", r.err)
		require.Empty(t, r.out)
	}
}
