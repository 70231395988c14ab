package bench

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/e2e/rig"
)

const sandboxKey = "xkeysib-0000000000000000000000000000000000000000000000000000000000000000-sandbox000000000"

// TestMain deletes the binary at the end.
func TestMain(m *testing.M) {
	code := m.Run()
	rig.Clean()
	os.Exit(code)
}

// stage is the real binary on a population, connected to a sandbox in a process of its own, limits and delays off.
type stage struct {
	server  *rig.Server
	sandbox *rig.Sandbox
	file    string
	source  string
	export  string
}

func newStage(b *testing.B) *stage {
	b.Helper()
	files := b.TempDir()
	s := &stage{sandbox: rig.StartSandbox(b, "--limits", "off"), file: filepath.Join(files, "people.csv")}
	var env []string
	if file := os.Getenv("SEGUE_BENCH_CPUPROFILE"); file != "" {
		env = []string{"SEGUE_CPUPROFILE=" + file}
	}
	s.server = rig.StartServer(b, b.TempDir(), env, "--source-dir", files, "--brevo-tier", "off", "--looks-per-hour", "1000000", "--log-level", "warn")
	return s
}

func (s *stage) post(b *testing.B, path string, body any) rig.Object {
	b.Helper()
	return s.server.MustWithin(b, time.Hour, http.MethodPost, "/api/v1"+path, body)
}

// define makes everything an export needs; the population must be written.
func (s *stage) define(b *testing.B) {
	b.Helper()
	columnsOf := rig.Object{}
	var fields []rig.Object
	for _, f := range [][3]string{
		{"email", "text", "email"}, {"first_name", "text", "first_name"}, {"last_name", "text", "last_name"}, {"phone", "text", "phone"},
		{"city", "text", "city"}, {"points", "number", ""}, {"member", "text", ""},
	} {
		columnsOf[f[0]] = rig.Object{"type": f[1]}
		o := rig.Object{"name": f[0], "column": f[0], "type": f[1]}
		if f[2] != "" {
			o["semantic"] = f[2]
		}
		fields = append(fields, o)
	}
	s.source = s.post(b, "/sources", rig.Object{"name": "People", "path": "people.csv", "columns": columnsOf})["id"].(string)
	s.post(b, "/sources/"+s.source+"/ingest", rig.Object{})
	s.server.MustWithin(b, time.Minute, http.MethodPut, "/api/v1/profile", rig.Object{"source_id": s.source, "key": "id", "fields": fields, "version": 0})
	s.post(b, "/profile/build", rig.Object{})
	segment := s.post(b, "/segments", rig.Object{"name": "Members", "rules": []rig.Object{{"rule": rig.Object{"field": "member", "operator": "equals", "values": []string{"yes"}}}}})["id"]
	connection := s.post(b, "/connections", rig.Object{"name": "Sandbox", "base_url": s.sandbox.URL + "/v3", "api_key": sandboxKey, "agree": true})["id"].(string)
	s.post(b, "/connections/"+connection+"/lists", rig.Object{"name": "Members"})
	s.post(b, "/connections/"+connection+"/attributes", rig.Object{"name": "CITY", "type": "text"})
	s.post(b, "/connections/"+connection+"/attributes", rig.Object{"name": "POINTS", "type": "number"})
	var mapping []rig.Object
	for _, c := range columns {
		mapping = append(mapping, rig.Object{"attribute": c[0], "field": c[1]})
	}
	s.export = s.post(b, "/exports", rig.Object{
		"name": "Members", "connection_id": connection, "list_id": 1, "segment_ids": []any{segment}, "mapping": rig.Object{"email": "email", "attributes": mapping},
	})["id"].(string)
}

// refresh takes a day's population over and builds the profiles.
func (s *stage) refresh(b *testing.B, p population) (ingest, build time.Duration) {
	b.Helper()
	p.write(b, s.file)
	began := time.Now()
	s.post(b, "/sources/"+s.source+"/ingest", rig.Object{})
	ingest = time.Since(began)
	began = time.Now()
	s.post(b, "/profile/build", rig.Object{})
	return ingest, time.Since(began)
}

// result is what one run took.
type result struct {
	took    time.Duration
	receipt rig.Object
	calls   map[string]int
	peak    int64 // bytes resident at the most, of the server, since it was reset before the run
}

// run runs the export to its end and measures it.
func (s *stage) run(b *testing.B) result {
	b.Helper()
	before := s.calls(b)
	s.server.ResetPeak(b)
	began := time.Now()
	id := s.post(b, "/exports/"+s.export+"/runs", rig.Object{})["id"].(string)
	for {
		r := s.server.MustWithin(b, time.Minute, http.MethodGet, "/api/v1/runs/"+id, nil)
		if r["status"] == "held" {
			s.post(b, "/runs/"+id+"/release", rig.Object{})
		}
		if r["ended"] == true {
			require.Equal(b, "successful", r["status"], "%v\n%s", r, s.server.Output())
			out := result{took: time.Since(began), receipt: r["receipt"].(rig.Object), calls: map[string]int{}, peak: s.server.Peak(b)}
			for kind, n := range s.calls(b) {
				if n > before[kind] {
					out.calls[kind] = n - before[kind]
				}
			}
			return out
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// tell says what a run took as soon as it has ended.
func (r result) tell(name string) {
	progress(name+": %s, peak %s, %s", round(r.took), mib(r.peak), callList(r.calls))
}

func (s *stage) calls(b *testing.B) map[string]int {
	b.Helper()
	out := map[string]int{}
	for kind, v := range s.sandbox.Control(b, http.MethodGet, "requests", nil)["counts"].(rig.Object) {
		out[kind] = int(v.(rig.Object)["calls"].(float64))
	}
	return out
}

// size is what a file of the data folder takes, in bytes.
func (s *stage) size(b *testing.B, name string) int64 {
	b.Helper()
	info, err := os.Stat(filepath.Join(s.server.Data, name))
	require.NoError(b, err)
	return info.Size()
}

// sizes are the populations to measure.
func sizes(b *testing.B) []int {
	b.Helper()
	text := os.Getenv("SEGUE_BENCH_MEMBERS")
	if text == "" {
		text = "1000000,10000000"
	}
	var out []int
	for _, s := range strings.Split(text, ",") {
		n, err := strconv.Atoi(strings.TrimSpace(s))
		require.NoError(b, err, "SEGUE_BENCH_MEMBERS")
		out = append(out, n)
	}
	return out
}

// BenchmarkRatio measures a first export, a run without changes and one with 1 % changed and 1 % left, beside the floor.
func BenchmarkRatio(b *testing.B) {
	for _, n := range sizes(b) {
		b.Run(fmt.Sprintf("members=%d", n), func(b *testing.B) {
			for range b.N {
				ratio(b, n)
			}
		})
	}
}

func ratio(b *testing.B, n int) {
	s := newStage(b)
	population{n, 0}.write(b, s.file)
	s.server.ResetPeak(b)
	began := time.Now()
	s.define(b)
	prepared, preparedPeak := time.Since(began), s.server.Peak(b)
	progress("ingest and build took %s, peak %s", round(prepared), mib(preparedPeak))
	first := s.run(b)
	first.tell("first export")
	require.EqualValues(b, n, first.receipt["added"])
	same := s.run(b)
	same.tell("no change")
	require.EqualValues(b, n, same.receipt["unchanged"])
	ingest, build := s.refresh(b, population{n, 1})
	progress("on the second day ingest took %s, build %s", round(ingest), round(build))
	day := s.run(b)
	day.tell("1 %% changed, 1 %% left")
	require.EqualValues(b, n/100, day.receipt["updated"])
	require.EqualValues(b, n/100, day.receipt["removed"])
	if os.Getenv("SEGUE_BENCH_CPUPROFILE") != "" {
		require.NoError(b, s.server.Stop(b), "it writes the profile as it ends")
	}
	floor := measureFloor(b, s.file, s.sandbox, n)

	say(b, "%d members. Before the first run: ingest and build %s (peak %s); on the second day: ingest %s, build %s.", n, round(prepared), mib(preparedPeak), round(ingest), round(build))
	say(b, "| run | time | peak memory of the server | calls |\n|---|---|---|---|")
	for _, l := range []struct {
		name string
		r    result
	}{{"first export", first}, {"no change", same}, {"1 % changed, 1 % left", day}} {
		say(b, "| %s | %s | %s | %s |", l.name, round(l.r.took), mib(l.r.peak), callList(l.r.calls))
	}
	say(b, "| floor | %s (COPY %s, posting %s) | | %d imports |", round(floor.copied+floor.posted), round(floor.copied), round(floor.posted), floor.bodies)
	say(b, "Files: ledger %s, warehouse %s, control store %s.", mib(s.size(b, "ledger.duckdb")), mib(s.size(b, "warehouse.duckdb")), mib(s.size(b, "segue.db")))

	times := first.took.Seconds() / (floor.copied + floor.posted).Seconds()
	perMillion := float64(first.calls["import"]) * 1e6 / float64(n)
	writes := same.calls["import"] + same.calls["list_remove"] + same.calls["list_add"]
	limit := 1300.0
	if n > 1_000_000 {
		limit = 2000
	}
	peak := float64(max(first.peak, same.peak, day.peak, preparedPeak)) / (1 << 20)
	say(b, "First export %.2f times the floor (at most 3); %.1f import calls per million (at most 30); no change: %d write calls (0), %.3f of the first export (at most 0.2); server at most %.0f MiB (%.0f MB allowed).",
		times, perMillion, writes, same.took.Seconds()/first.took.Seconds(), peak, limit)
	b.ReportMetric(times, "x-floor")
	b.ReportMetric(perMillion, "imports/million")
	b.ReportMetric(same.took.Seconds()/first.took.Seconds(), "no-change/first")
	b.ReportMetric(peak, "MiB-peak")
	require.Zero(b, writes, "a run without changes writes nothing")
}
