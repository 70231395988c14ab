package duckdb_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/ledger"
	ledgerduck "segue/internal/ledger/duckdb"
)

// BenchmarkRuns takes an account through a first run, a run without changes, and one with 1 % changed and 1 % left, as far
// as the ledger is concerned. SEGUE_BENCH_ROWS says how many members there are.
func BenchmarkRuns(b *testing.B) {
	n := 100_000
	if v := os.Getenv("SEGUE_BENCH_ROWS"); v != "" {
		var err error
		n, err = strconv.Atoi(v)
		require.NoError(b, err)
	}
	for range b.N {
		l := newLong(b, n)
		for day, name := range []string{"first", "same", "1%"} {
			if name == "same" {
				day = 0
			}
			l.run(b, name, min(day, 1))
		}
	}
}

// long is a ledger with many members.
type long struct {
	ledger.Ledger
	acct ledger.AccountID
	dir  string
	n    int
	pen  *sql.DB
	runs int
	now  time.Time
}

func newLong(b *testing.B, n int) *long {
	b.Helper()
	l := &long{dir: b.TempDir(), n: n, now: time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)}
	var err error
	l.pen, err = sql.Open("duckdb", "")
	require.NoError(b, err)
	b.Cleanup(func() { _ = l.pen.Close() })
	l.Ledger, err = ledgerduck.Open(context.Background(), ledgerduck.Config{Path: filepath.Join(l.dir, "ledger.duckdb"), HandOverDir: l.dir, Hasher: plainHasher{}})
	require.NoError(b, err)
	b.Cleanup(func() { _ = l.Close() })
	l.acct, err = l.Account(context.Background(), activation.Account{BaseURL: "https://api.example.com/v3", OrganizationID: "org"})
	require.NoError(b, err)
	return l
}

// handOver writes the hand-over of a day.
func (l *long) handOver(b *testing.B, run activation.RunID, day int) ledger.PlanRequest {
	b.Helper()
	stem := filepath.Join(l.dir, string(run))
	r := ledger.PlanRequest{
		Run: run, Account: l.acct, Export: "export", List: 1,
		MembersPath: stem + ".members.parquet", AddressesPath: stem + ".addresses.parquet", RefusalsPath: stem + ".refusals.parquet",
		Attributes: []activation.AttributeSpec{
			{Name: "FIRSTNAME", Type: activation.AttributeText}, {Name: "LASTNAME", Type: activation.AttributeText}, {Name: "SMS", Type: activation.AttributeIdentifier},
			{Name: "CITY", Type: activation.AttributeText}, {Name: "POINTS", Type: activation.AttributeNumber},
		},
		True: `"Yes"`, False: `"No"`, Leavers: activation.LeaversRemove, Limits: activation.CallLimits{MaxBody: 7_999_864, RowOverhead: 25, MaxRows: 150_000, MaxRemovals: 150},
		At: l.now, AsOf: l.now, DataAt: l.now, DefinitionHash: "d",
		Brake: ledger.Brake{RemoveShare: 1, RemoveAtLeast: 1 << 40, GrowFactor: 1e9, GrowAtLeast: 1 << 40, UpdateShare: 1, UpdateAtLeast: 1 << 40},
	}
	people := fmt.Sprintf(`(SELECT 'C' || (10000000 + i) AS profile_id, 'customer.' || i || '@example.com' AS address, i FROM range(%d) t(i) WHERE %d = 0 OR (i + 51) %% 100 <> 0)`, l.n, day)
	for path, query := range map[string]string{
		r.MembersPath: `SELECT profile_id, address, NULL::VARCHAR AS problem, profile_id AS winner FROM ` + people + ` ORDER BY profile_id`,
		r.AddressesPath: fmt.Sprintf(`SELECT address, profile_id, 'Željko' AS v0, 'Kovačević' AS v1, '+49151' || (20000000 + i) AS v2, 'Zagreb' AS v3,
			(i %% 5000 + CASE WHEN %d > 0 AND (i + 1) %% 100 = 0 THEN 1 ELSE 0 END)::VARCHAR AS v4,
			NULL::VARCHAR AS p0, NULL::VARCHAR AS p1, NULL::VARCHAR AS p2, NULL::VARCHAR AS p3, NULL::VARCHAR AS p4 FROM `, day) + people + ` ORDER BY address`,
		r.RefusalsPath: `SELECT ''::VARCHAR AS address, ''::VARCHAR AS reason LIMIT 0`,
	} {
		_, err := l.pen.ExecContext(context.Background(), "COPY ("+query+") TO '"+path+"' (FORMAT parquet)")
		require.NoError(b, err)
	}
	return r
}

// run plans, sends and settles, and says what each step took.
func (l *long) run(b *testing.B, name string, day int) {
	b.Helper()
	ctx := context.Background()
	l.runs++
	l.now = l.now.Add(time.Hour)
	run := activation.RunID(fmt.Sprintf("run-%d", l.runs))
	took := map[string]time.Duration{}
	cpu := map[string]time.Duration{}
	timed := func(step string, f func() error) {
		began, used := time.Now(), cpuTime(b)
		require.NoError(b, f(), step)
		took[step] += time.Since(began)
		cpu[step] += cpuTime(b) - used
	}
	r := l.handOver(b, run, day)
	timed("plan", func() error { _, err := l.Plan(ctx, r); return err })
	progress("  plan      %s, processors busy for %s", took["plan"].Round(time.Millisecond), cpu["plan"].Round(time.Millisecond))
	batches := 0
	for {
		var batch ledger.Batch
		var ok bool
		timed("next", func() (err error) { batch, ok, err = l.NextBatch(ctx, run); return err })
		if !ok {
			break
		}
		batches++
		if batch.Kind == ledger.BatchRemoval {
			timed("remove", func() error {
				if _, err := l.BatchRemovals(ctx, batch.ID); err != nil {
					return err
				}
				if err := l.RecordSending(ctx, batch.ID, 0, l.now); err != nil {
					return err
				}
				return l.SettleRemoval(ctx, batch.ID, false, l.now)
			})
			continue
		}
		timed("rows", func() error { _, err := l.BatchRows(ctx, batch.ID); return err })
		timed("sending", func() error { return l.RecordSending(ctx, batch.ID, 0, l.now) })
		timed("accepted", func() error { return l.RecordAccepted(ctx, batch.ID, activation.ProcessID(batches)) })
		timed("proof", func() error { _, err := l.Proof(ctx, batch.ID, 5, nil); return err })
		timed("settle", func() error { return l.Settle(ctx, batch.ID, nil, l.now) })
		timed("state", func() error { _, err := l.RunState(ctx, run); return err })
	}
	timed("finish", func() error { _, err := l.Finish(ctx, run, l.now); return err })
	progress("%s: %d batches", name, batches)
	for _, step := range []string{"plan", "next", "rows", "sending", "accepted", "proof", "settle", "state", "remove", "finish"} {
		if took[step] > 0 {
			progress("  %-9s %s, processors busy for %s", step, took[step].Round(time.Millisecond), cpu[step].Round(time.Millisecond))
			b.ReportMetric(took[step].Seconds(), name+"-"+step+"-s")
		}
	}
}

// progress is seen as it comes, so that a bench that is cut off has said something.
func progress(format string, args ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", args...)
}

// cpuTime is what this process has used of the processors, which tells more than the clock on a busy machine.
func cpuTime(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	require.NoError(b, syscall.Getrusage(syscall.RUSAGE_SELF, &u))
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// plainHasher is fast and no secret: what is measured is the ledger.
type plainHasher struct{}

// Hash implements secret.Hasher.
func (plainHasher) Hash(scope, value string) (h [16]byte) {
	var x, y uint64 = 14695981039346656037, 1099511628211
	for _, s := range []string{scope, value} {
		for i := range len(s) {
			x = (x ^ uint64(s[i])) * 1099511628211
			y = (y + uint64(s[i])) * 0x9e3779b97f4a7c15
		}
	}
	for i := range 8 {
		h[i], h[8+i] = byte(x>>(8*i)), byte(y>>(8*i))
	}
	return h
}
