// Package sim puts Segue and a Brevo sandbox together in one process, every part the real one but the clock and the job
// queue: time moves when a run waits, so that nothing here ever does, and a night of imports takes seconds. It is for
// tests and benchmarks, and knows nothing of what they are about.
package sim

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/brevosandbox"
	"segue/internal/connection"
	"segue/internal/export"
	"segue/internal/ingest"
	"segue/internal/jobs"
	"segue/internal/ledger"
	ledgerduck "segue/internal/ledger/duckdb"
	"segue/internal/newfile"
	"segue/internal/secret/tink"
	"segue/internal/segment"
	"segue/internal/store"
	"segue/internal/store/sqlite"
	warehouseduck "segue/internal/warehouse/duckdb"
)

// Clock is the time of a simulation.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// Now returns the time; it is a little later each time it is asked for.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(time.Microsecond)
	return c.now
}

// Advance lets time pass.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(max(d, 0))
}

// Sleep lets time pass instead of waiting.
func (c *Clock) Sleep(ctx context.Context, d time.Duration) error {
	c.Advance(d)
	return ctx.Err()
}

// ErrKilled is what a fail-point panics with to kill Segue.
var ErrKilled = errors.New("killed")

// Config says what is simulated.
type Config struct {
	// Account is the sandbox's account; DefaultKey opens it.
	Account brevosandbox.Account
	// Settings are the sandbox's. Its tier is the one that Segue believes in, too.
	Settings brevosandbox.Settings
	// MirrorAge and Brake: see export.Config. Default to its defaults.
	MirrorAge time.Duration
	Brake     ledger.Brake
	// FailPoint is called at the moments of a step; a panic with ErrKilled kills Segue there, and Run starts it again. Defaults to
	// nothing.
	FailPoint func(name string)
	// Log takes the log as well. Defaults to nobody.
	Log io.Writer
}

// Sim is a simulation. Dir holds its files, Files is the source folder in it.
type Sim struct {
	Clock       *Clock
	Sandbox     *brevosandbox.Sandbox
	URL         string // of the sandbox, without a path
	Ledger      *ledgerduck.Ledger
	Warehouse   *warehouseduck.Warehouse
	Sources     *ingest.Service
	Segments    *segment.Service
	Connections *connection.Service
	Exports     *export.Service
	Dir, Files  string

	t     testing.TB
	store *sqlite.Store
	srv   *httptest.Server
	log   bytes.Buffer
	ids   int
	runs  export.Config
}

// New puts everything together in a folder of its own. Close must be called.
func New(t testing.TB, c Config) *Sim {
	t.Helper()
	dir, err := os.MkdirTemp(t.TempDir(), "sim-")
	require.NoError(t, err)
	s := &Sim{t: t, Clock: &Clock{now: time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)}, Dir: dir, Files: filepath.Join(dir, "files")}
	c.Account.Keys = []string{brevosandbox.DefaultKey}
	s.Sandbox, err = brevosandbox.New(brevosandbox.Config{
		Clock: s.Clock.Now, Sleep: s.Clock.Sleep, Settings: c.Settings, Accounts: []brevosandbox.Account{c.Account},
	})
	require.NoError(t, err)
	s.srv = httptest.NewServer(s.Sandbox.Handler())
	s.URL = s.srv.URL
	newfile.Store(t, filepath.Join(dir, "segue.db"))
	newfile.Ledger(t, filepath.Join(dir, "ledger.duckdb"))
	s.open(c)
	return s
}

func (s *Sim) open(c Config) {
	ctx := context.Background()
	for _, d := range []string{"files", "uploads", "handover", "tmp"} {
		require.NoError(s.t, os.MkdirAll(filepath.Join(s.Dir, d), 0o700))
	}
	var to io.Writer = &s.log
	if c.Log != nil {
		to = io.MultiWriter(&s.log, c.Log)
	}
	log := slog.New(slog.NewTextHandler(to, nil))
	keys, err := tink.Open(tink.Config{Path: filepath.Join(s.Dir, "keys.json"), MayCreate: true})
	require.NoError(s.t, err)
	s.store, err = sqlite.Open(ctx, sqlite.Config{
		Path: filepath.Join(s.Dir, "segue.db"), Enqueue: func(context.Context, *sql.Tx, jobs.Args, time.Time) error { return nil },
	})
	require.NoError(s.t, err)
	s.Ledger, err = ledgerduck.Open(ctx, ledgerduck.Config{Path: filepath.Join(s.Dir, "ledger.duckdb"), HandOverDir: filepath.Join(s.Dir, "handover"), Hasher: keys, Threads: 1})
	require.NoError(s.t, err)
	s.Warehouse, err = openWarehouse(ctx, s.Dir)
	require.NoError(s.t, err)
	s.Sources, err = ingest.New(ingest.Config{
		Store: s.store, Warehouse: s.Warehouse, SourceDirs: []string{s.Files}, UploadDir: filepath.Join(s.Dir, "uploads"),
		DataDir: filepath.Join(s.Dir, "data"), Clock: s.Clock.Now, IDs: s.id, Log: log,
	})
	require.NoError(s.t, err)
	s.Segments, err = segment.New(segment.Config{Store: s.store, Warehouse: s.Warehouse, Clock: s.Clock.Now, IDs: s.id})
	require.NoError(s.t, err)
	tier := c.Settings.Tier
	s.Connections, err = connection.New(connection.Config{
		Store: s.store, Box: keys, Clock: s.Clock.Now, IDs: s.id, Log: log,
		Dialers: map[activation.DestinationType]connection.Dialer{activation.DestinationBrevo: dialer(s.Clock, tier)},
	})
	require.NoError(s.t, err)
	s.runs = export.Config{
		Store: s.store, Warehouse: s.Warehouse, Ledger: s.Ledger, Connections: s.Connections, Clock: s.Clock.Now, IDs: s.id, Log: log,
		HandOverDir: filepath.Join(s.Dir, "handover"), MirrorAge: c.MirrorAge, Brake: c.Brake, FailPoint: c.FailPoint,
	}
	s.restart()
}

// restart forgets what Segue knew of its runs in memory.
func (s *Sim) restart() {
	var err error
	s.Exports, err = export.New(s.runs)
	require.NoError(s.t, err)
	require.NoError(s.t, s.Exports.Recover(context.Background()))
}

// step works a run; after a fail-point killed it, Segue is started again.
func (s *Sim) step(run activation.RunID) (res jobs.Result, err error) {
	defer func() {
		switch r := recover(); r {
		case nil:
		case ErrKilled:
			s.restart()
		default:
			panic(r)
		}
	}()
	return s.Exports.Step(context.Background(), jobs.StepRun{Run: run})
}

func (s *Sim) id() string {
	s.ids++
	return fmt.Sprintf("id%08d", s.ids)
}

// Connect makes a connection to the sandbox.
func (s *Sim) Connect(name string) activation.ConnectionID {
	c, err := s.Connections.Create(context.Background(), connection.NewConnection{
		Name: name, Type: activation.DestinationBrevo, BaseURL: s.URL + "/v3", Key: brevosandbox.DefaultKey, Agree: true, By: "sim", ExportUser: activation.MachineExportUser(s.Clock.Now()),
	})
	require.NoError(s.t, err)
	return c.ID
}

// Clears has a connection empty what is stored where a value is missing (S16), as after a proof of it.
func (s *Sim) Clears(id activation.ConnectionID) {
	ctx := context.Background()
	require.NoError(s.t, s.store.Update(ctx, func(tx store.Tx) error {
		c, err := tx.Connection(ctx, id)
		if err != nil {
			return err
		}
		c.ClearEmpty = activation.ClearOn
		return tx.UpdateConnection(ctx, c)
	}))
}

// Run runs an export to its end, letting time pass whenever it waits; a run that is held is released.
func (s *Sim) Run(e activation.ExportID) activation.Run {
	run := s.Drive(s.Start(e, activation.RunReal).ID)
	for run.Status == activation.StatusHeld {
		run = s.Drive(s.Release(run.ID).ID)
	}
	return run
}

// Start asks for a run, which is not worked yet.
func (s *Sim) Start(e activation.ExportID, kind activation.RunKind) activation.Run {
	run, _, err := s.Exports.Start(context.Background(), e, kind, "sim", "")
	require.NoError(s.t, err)
	return run
}

// Release lets a held run go on, which is not worked yet.
func (s *Sim) Release(id activation.RunID) activation.Run {
	run, err := s.Exports.Release(context.Background(), id, "sim")
	require.NoError(s.t, err)
	return run
}

// Drive works a run until it has ended or is held, letting time pass whenever it waits.
func (s *Sim) Drive(id activation.RunID) activation.Run {
	ctx := context.Background()
	var run activation.Run
	for range 100_000 {
		res, err := s.step(id)
		require.NoError(s.t, err, s.log.String())
		s.Clock.Advance(max(res.Snooze, time.Millisecond))
		run, err = s.Exports.Run(ctx, id)
		require.NoError(s.t, err)
		if run.Status.Final() || (run.Status == activation.StatusHeld && !run.Stops()) {
			return run
		}
	}
	s.t.Fatalf("the run does not end: %s %s\n%s", run.Status, run.Error, s.log.String())
	return run
}

// DriveFor works a run for so long, or until it has ended.
func (s *Sim) DriveFor(id activation.RunID, d time.Duration) activation.Run {
	for end := s.Clock.Now().Add(d); ; {
		res, err := s.step(id)
		require.NoError(s.t, err, s.log.String())
		s.Clock.Advance(max(res.Snooze, time.Millisecond))
		run, err := s.Exports.Run(context.Background(), id)
		require.NoError(s.t, err)
		if run.Status.Final() || !s.Clock.Now().Before(end) {
			return run
		}
	}
}

// Logged returns all that was logged.
func (s *Sim) Logged() string { return s.log.String() }

// Close lets everything go and deletes the files.
func (s *Sim) Close() {
	require.NoError(s.t, s.Warehouse.Close())
	require.NoError(s.t, s.Ledger.Close())
	require.NoError(s.t, s.store.Close())
	s.srv.Close()
	require.NoError(s.t, os.RemoveAll(s.Dir))
}
