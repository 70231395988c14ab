// Package duckdb keeps tables and profiles in one DuckDB file. It owns the file, its schema and every statement; it knows
// no destination, no ledger, no run and no clock but the one it is given.
//
// Everything in the file can be rebuilt from the sources; the ids of unified profiles are remembered in a file of their own, which cannot. Writers take turns and replace whole tables in one
// transaction; every read is one transaction and sees one state.
package duckdb

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	driverduck "github.com/duckdb/duckdb-go/v2"

	"segue/internal/activation"
	"segue/internal/warehouse"
)

var _ warehouse.Warehouse = (*Warehouse)(nil)

//go:embed migrations/*.sql
var migrations embed.FS

// Config is what a Warehouse needs. Only Path is required.
type Config struct {
	// Path is the file; it is made if it is not there.
	Path string
	// AllowedDirs are the folders that the engine may touch besides TempDir: those of sources, of uploads and of
	// hand-overs. Hand-overs can be written nowhere else.
	AllowedDirs []string
	// TempDir is where DuckDB spills to; no other file of DuckDB may spill there, for what a crash left in it is removed
	// when the file is opened. Defaults to a folder beside the file.
	TempDir string
	// IdentityDir is where the ids of unified profiles are remembered, which cannot be rebuilt. Defaults to the folder identities
	// beside the file.
	IdentityDir string
	// MemoryLimit is DuckDB's memory limit. Defaults to 512MB.
	MemoryLimit string
	// Threads is how many threads DuckDB uses. Defaults to the number of processors.
	Threads int
	// MaxUnpacked is the most bytes that the packed files of one load may unpack to, together. Defaults to 64 GiB.
	MaxUnpacked int64
	// MaxChanges is how many membership changes are kept of a segment; the oldest go first. Defaults to warehouse.MaxMembershipChanges.
	MaxChanges int64
	// QueryTime is how long the query of a segment may take. Defaults to 30 seconds.
	QueryTime time.Duration
	// QueryRows is how many rows it may give. Defaults to 50 million.
	QueryRows int64
	// Clock measures how long things take. Defaults to none: durations are 0.
	Clock func() time.Time
}

// Warehouse is the warehouse on DuckDB. It is safe for concurrent use.
type Warehouse struct {
	cfg Config

	writing sync.Mutex   // held by the one writer
	mu      sync.RWMutex // held for reading while the file is in use, for writing while it is opened or closed
	file    *opened
	closed  bool
}

// opened is the open file.
type opened struct {
	connector *driverduck.Connector
	db        *sql.DB
}

// Open opens the file, brings its schema up to date and locks it against other processes.
func Open(ctx context.Context, cfg Config) (*Warehouse, error) {
	if cfg.Path == "" {
		return nil, errors.New("warehouse: the configuration is incomplete")
	}
	if cfg.TempDir == "" {
		cfg.TempDir = cfg.Path + ".tmp"
	}
	if cfg.IdentityDir == "" {
		cfg.IdentityDir = filepath.Join(filepath.Dir(cfg.Path), "identities")
	}
	if cfg.MemoryLimit == "" {
		cfg.MemoryLimit = "512MB"
	}
	if cfg.Threads == 0 {
		cfg.Threads = runtime.NumCPU()
	}
	if cfg.MaxUnpacked == 0 {
		cfg.MaxUnpacked = 64 << 30
	}
	if cfg.MaxChanges == 0 {
		cfg.MaxChanges = warehouse.MaxMembershipChanges
	}
	if cfg.QueryTime == 0 {
		cfg.QueryTime = 30 * time.Second
	}
	if cfg.QueryRows == 0 {
		cfg.QueryRows = 50_000_000
	}
	if cfg.Clock == nil {
		cfg.Clock = func() time.Time { return time.Time{} }
	}
	w := &Warehouse{cfg: cfg}
	if err := w.open(ctx); err != nil {
		_ = w.Close()
		return nil, err
	}
	return w, nil
}

// settings are locked once they are made.
func (w *Warehouse) settings() ([]string, error) {
	dirs := make([]string, 0, len(w.cfg.AllowedDirs)+2)
	for _, d := range append(slices.Clone(w.cfg.AllowedDirs), w.cfg.TempDir, w.cfg.IdentityDir) {
		abs, err := filepath.Abs(d)
		if err != nil {
			return nil, err
		}
		dirs = append(dirs, literal(abs+string(filepath.Separator)))
	}
	return []string{
		"SET memory_limit = " + literal(w.cfg.MemoryLimit),
		fmt.Sprintf("SET threads = %d", w.cfg.Threads),
		"SET temp_directory = " + literal(w.cfg.TempDir),
		"SET autoinstall_known_extensions = false",
		"SET autoload_known_extensions = false",
		"SET allowed_directories = [" + strings.Join(dirs, ", ") + "]",
		"SET enable_external_access = false",
		"SET TimeZone = 'UTC'",
		"SET preserve_insertion_order = true", // hand-overs come out the same every time
		"SET lock_configuration = true",
	}, nil
}

func (w *Warehouse) open(ctx context.Context) error {
	if err := os.MkdirAll(w.cfg.TempDir, 0o700); err != nil {
		return openError(w.cfg.Path, err)
	}
	settings, err := w.settings()
	if err != nil {
		return err
	}
	var once sync.Once
	connector, err := driverduck.NewConnector(w.cfg.Path, func(e driver.ExecerContext) error {
		var err error
		once.Do(func() { // settings belong to the instance, not to the connection
			for _, s := range settings {
				if _, err = e.ExecContext(ctx, s, nil); err != nil {
					return
				}
			}
		})
		return err
	})
	if err != nil {
		return openError(w.cfg.Path, err)
	}
	w.file = &opened{connector, sql.OpenDB(connector)}
	w.file.db.SetMaxOpenConns(8)
	conn, err := w.file.db.Conn(ctx)
	if err != nil {
		return openError(w.cfg.Path, err)
	}
	defer func() { _ = conn.Close() }()
	if err := os.Chmod(w.cfg.Path, 0o600); err != nil {
		return openError(w.cfg.Path, err)
	}
	if err := w.sweep(); err != nil {
		return openError(w.cfg.Path, err)
	}
	if err := w.migrate(newSession(ctx, conn)); err != nil {
		return openError(w.cfg.Path, err)
	}
	return register(conn)
}

// sweep removes what a process that was killed had spilled: rows of people (S35). The file is locked by us, so nobody
// else's is among it.
func (w *Warehouse) sweep() error {
	left, err := os.ReadDir(w.cfg.TempDir)
	if err != nil {
		return err
	}
	for _, e := range left {
		if !strings.HasPrefix(e.Name(), "duckdb_temp_") {
			continue
		}
		if err := os.RemoveAll(filepath.Join(w.cfg.TempDir, e.Name())); err != nil {
			return err
		}
	}
	return nil
}

// literal makes a string literal of a setting or a path; neither takes placeholders.
func literal(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// migrate brings the schema up to what this program knows.
func (w *Warehouse) migrate(s session) error {
	files, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return err
	}
	if err := s.exec("CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL)"); err != nil {
		return err
	}
	var have int
	if err := s.row("SELECT coalesce(max(version), 0) FROM schema_version", nil, &have); err != nil {
		return err
	}
	if have > len(files) {
		return activation.Errorf(activation.CodeNewerData, "the warehouse %s was written by a newer Segue (schema %d, this one knows %d)", w.cfg.Path, have, len(files)).
			WithRemedy("Use that version of Segue, or delete the file and ingest the sources again")
	}
	slices.Sort(files)
	for i := have; i < len(files); i++ {
		text, err := migrations.ReadFile(files[i])
		if err != nil {
			return err
		}
		err = s.tx(func() error {
			if err := s.exec(string(text)); err != nil {
				return err
			}
			return s.exec("INSERT INTO schema_version VALUES (?)", i+1)
		})
		if err != nil {
			return fmt.Errorf("bring the warehouse to schema %d: %w", i+1, err)
		}
	}
	return nil
}

// Close implements warehouse.Warehouse. It waits for what is being read and written.
func (w *Warehouse) Close() error {
	w.writing.Lock()
	defer w.writing.Unlock()
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closed = true
	return w.close()
}

func (w *Warehouse) close() error {
	o := w.file
	w.file = nil
	if o == nil {
		return nil
	}
	return errors.Join(o.db.Close(), o.connector.Close())
}

// Size implements warehouse.Warehouse.
func (w *Warehouse) Size(context.Context) (n int64, err error) {
	for _, p := range []string{w.cfg.Path, w.cfg.Path + ".wal"} {
		info, err := os.Stat(p)
		if errors.Is(err, os.ErrNotExist) {
			continue
		}
		if err != nil {
			return 0, fmt.Errorf("size of the warehouse: %w", err)
		}
		n += info.Size()
	}
	return n, nil
}
