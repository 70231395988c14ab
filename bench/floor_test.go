package bench

import (
	"bufio"
	"bytes"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"sort"
	"strings"
	"testing"
	"time"

	_ "github.com/duckdb/duckdb-go/v2" // the driver
	"github.com/stretchr/testify/require"

	"segue/e2e/rig"
)

// floor is what the same work takes when nothing is remembered, compared or proved: DuckDB writes the columns as JSON, and
// a bare client posts bodies that were made beforehand and looks at their processes.
type floor struct {
	copied, posted time.Duration
	bodies         int
}

const (
	maxBody   = 8_000_000
	firstLook = 2 * time.Second // SEMANTICS S34
)

func measureFloor(b *testing.B, csv string, sandbox *rig.Sandbox, n int) floor {
	b.Helper()
	out := filepath.Join(b.TempDir(), "rows.json")
	db, err := sql.Open("duckdb", "")
	require.NoError(b, err)
	defer func() { _ = db.Close() }()
	for _, s := range []string{"SET memory_limit = '512MB'", "CREATE TABLE people AS SELECT * FROM read_csv('" + csv + "', all_varchar = true)"} {
		_, err = db.ExecContext(b.Context(), s)
		require.NoError(b, err)
	}
	var pairs []string
	for _, c := range columns {
		pairs = append(pairs, fmt.Sprintf("%s := %s", c[0], c[1]))
	}
	began := time.Now()
	_, err = db.ExecContext(b.Context(), "COPY (SELECT email, struct_pack("+strings.Join(pairs, ", ")+") AS attributes FROM people) TO '"+out+"' (FORMAT json)")
	require.NoError(b, err)
	f := floor{copied: time.Since(began)}
	bodies := cutBodies(b, out)
	f.bodies = len(bodies)
	began = time.Now()
	c := bareClient{b: b, sandbox: sandbox}
	for _, body := range bodies {
		c.send(body)
	}
	f.posted = time.Since(began)
	progress("floor: COPY %s, posting %s", round(f.copied), round(f.posted))
	return f
}

// cutBodies makes requests of at most 8 MB of the rows.
func cutBodies(b *testing.B, path string) (bodies [][]byte) {
	b.Helper()
	const head, tail = `{"listIds":[2],"updateExistingContacts":true,"disableNotification":true,"emptyContactsAttributes":false,"jsonBody":[`, `]}`
	f, err := os.Open(path)
	require.NoError(b, err)
	defer func() { _ = f.Close() }()
	lines := bufio.NewScanner(f)
	var body []byte
	end := func() {
		if len(body) > 0 {
			bodies = append(bodies, append(body, tail...))
			body = nil
		}
	}
	for lines.Scan() {
		if len(body)+len(lines.Bytes())+1+len(tail) > maxBody {
			end()
		}
		if body == nil {
			body = append(make([]byte, 0, maxBody), head...)
		} else {
			body = append(body, ',')
		}
		body = append(body, lines.Bytes()...)
	}
	require.NoError(b, lines.Err())
	end()
	return bodies
}

// bareClient posts and looks, by the schedule that Segue has: the first look when the last imports suggest, then in growing steps.
type bareClient struct {
	b       *testing.B
	sandbox *rig.Sandbox
	typical time.Duration
	list    bool
}

func (c *bareClient) call(method, path string, body []byte, into any) {
	c.b.Helper()
	req, err := http.NewRequestWithContext(c.b.Context(), method, c.sandbox.URL+"/v3"+path, bytes.NewReader(body))
	require.NoError(c.b, err)
	req.Header.Set("api-key", sandboxKey)
	req.Header.Set("User-Agent", "bare")
	req.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(req)
	require.NoError(c.b, err)
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(resp.Body)
	require.NoError(c.b, err)
	require.Less(c.b, resp.StatusCode, 300, "%s %s: %s", method, path, answer)
	if into != nil {
		require.NoError(c.b, json.Unmarshal(answer, into))
	}
}

func (c *bareClient) send(body []byte) {
	if !c.list {
		c.call(http.MethodPost, "/contacts/lists", []byte(`{"name":"Floor","folderId":1}`), nil)
		c.list = true
	}
	var made struct{ ProcessID int64 }
	c.call(http.MethodPost, "/contacts/import", body, &made)
	began := time.Now()
	wait := max(firstLook, c.typical)
	for step := firstLook; ; step = min(step*3/2, time.Minute) {
		time.Sleep(wait)
		var list struct {
			Processes []struct {
				ID     int64
				Status string
			}
		}
		c.call(http.MethodGet, "/processes?limit=50&sort=desc", nil, &list)
		for _, p := range list.Processes {
			if p.ID == made.ProcessID && p.Status == "completed" {
				c.typical = time.Since(began)
				return
			}
		}
		wait = step
	}
}

func say(b *testing.B, format string, args ...any) {
	b.Helper()
	line := fmt.Sprintf(format, args...)
	fmt.Println(line)
	if path := os.Getenv("SEGUE_BENCH_REPORT"); path != "" {
		f, err := os.OpenFile(path, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644)
		require.NoError(b, err)
		_, err = f.WriteString(line + "\n")
		require.NoError(b, err)
		require.NoError(b, f.Close())
	}
}

// progress is seen as it comes, so that a bench that is cut off has said something.
func progress(format string, args ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", args...)
}

func round(d time.Duration) time.Duration { return d.Round(10 * time.Millisecond) }

func mib(n int64) string { return fmt.Sprintf("%d MiB", n>>20) }

// callList names calls by kind, in order.
func callList(calls map[string]int) string {
	var parts []string
	for kind, n := range calls {
		parts = append(parts, fmt.Sprintf("%d %s", n, kind))
	}
	sort.Strings(parts)
	return strings.Join(parts, ", ")
}
