// Package duckdb keeps the ledger in one DuckDB file. It owns the file, its schema and every statement; it knows no
// destination, no warehouse but the files handed over, and no clock.
//
// All writing goes through one connection, one transaction at a time; reading uses a pool. There is no unique index
// over addresses (ten million of them do not fit): uniqueness is kept by anti-joins where batches are folded into the
// standings (fold.go), and checked by every receipt.
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
	"sort"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"

	driverduck "github.com/duckdb/duckdb-go/v2"

	"segue/internal/activation"
	"segue/internal/ledger"
	"segue/internal/secret"
)

var _ ledger.Ledger = (*Ledger)(nil)

//go:embed migrations/*.sql
var migrations embed.FS

// Config is what a Ledger needs. Path, HandOverDir and Hasher are required.
type Config struct {
	// Path is the file; it is made if it is not there.
	Path string
	// HandOverDir is the folder that hand-over files lie in, the only one besides the ledger's own that may be read.
	HandOverDir string
	// TempDir is where DuckDB spills to. Defaults to a folder beside the file.
	TempDir string
	// MemoryLimit is DuckDB's memory limit. Defaults to 512MB.
	MemoryLimit string
	// Threads is how many threads DuckDB uses. Defaults to the number of processors.
	Threads int
	// Hasher makes the keyed hashes of addresses and identifiers (SEMANTICS S2, S8, S10).
	Hasher secret.Hasher
}

// Ledger is the ledger on DuckDB. It is safe for concurrent use.
type Ledger struct {
	cfg Config

	mu        sync.Mutex // held while writing
	unfolded  map[string]unfolded
	isBehind  atomic.Bool // unfolded is not empty
	movedAll  int64
	moved     map[int32]int64
	seen      map[seenKey]int64
	asked     map[activation.RunID]int64 // how often the ledger had moved when an import of the run was compared last
	holds     map[activation.RunID]bool  // whether the release of a run covers its newest plan
	connector *driverduck.Connector
	db        *sql.DB
	write     *sql.Conn
}

// Open opens the file, brings its schema up to date and locks it against other processes.
func Open(ctx context.Context, cfg Config) (*Ledger, error) {
	if cfg.Path == "" || cfg.HandOverDir == "" || cfg.Hasher == nil {
		return nil, errors.New("ledger: the configuration is incomplete")
	}
	if cfg.TempDir == "" {
		cfg.TempDir = cfg.Path + ".tmp"
	}
	if cfg.MemoryLimit == "" {
		cfg.MemoryLimit = "512MB"
	}
	if cfg.Threads == 0 {
		cfg.Threads = runtime.NumCPU()
	}
	l := &Ledger{cfg: cfg, moved: map[int32]int64{}, holds: map[activation.RunID]bool{}}
	if err := l.open(ctx); err != nil {
		_ = l.Close()
		return nil, err
	}
	return l, nil
}

func (l *Ledger) open(ctx context.Context) error {
	if err := os.MkdirAll(l.cfg.TempDir, 0o700); err != nil {
		return openError(l.cfg.Path, err)
	}
	dirs := make([]string, 0, 2)
	for _, d := range []string{filepath.Dir(l.cfg.Path), l.cfg.HandOverDir} {
		abs, err := filepath.Abs(d)
		if err != nil {
			return err
		}
		dirs = append(dirs, quote(abs+string(filepath.Separator)))
	}
	settings := []string{
		"SET memory_limit = " + quote(l.cfg.MemoryLimit),
		fmt.Sprintf("SET threads = %d", l.cfg.Threads),
		"SET temp_directory = " + quote(l.cfg.TempDir),
		"SET autoinstall_known_extensions = false",
		"SET autoload_known_extensions = false",
		"SET allowed_directories = [" + strings.Join(dirs, ", ") + "]",
		"SET enable_external_access = false",
		"SET preserve_insertion_order = false",
		"SET lock_configuration = true",
	}
	var once sync.Once
	connector, err := driverduck.NewConnector(l.cfg.Path, func(e driver.ExecerContext) error {
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
		return openError(l.cfg.Path, err)
	}
	l.connector, l.db = connector, sql.OpenDB(connector)
	l.db.SetMaxOpenConns(8)
	if l.write, err = l.db.Conn(ctx); err != nil {
		return openError(l.cfg.Path, err)
	}
	if err := os.Chmod(l.cfg.Path, 0o600); err != nil {
		return openError(l.cfg.Path, err)
	}
	if err := l.migrate(ctx); err != nil {
		return err
	}
	if err := l.registerHash(); err != nil {
		return err
	}
	return l.recall(ctx)
}

// quote makes a string literal of a setting; settings take no placeholders, and come from the operator only.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", "''") + "'" }

// migrate brings the schema up to what this program knows.
func (l *Ledger) migrate(ctx context.Context) error {
	files, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return err
	}
	sort.Strings(files)
	if _, err := l.write.ExecContext(ctx, "CREATE TABLE IF NOT EXISTS schema_version (version INTEGER NOT NULL)"); err != nil {
		return openError(l.cfg.Path, err)
	}
	var have int
	if err := l.write.QueryRowContext(ctx, "SELECT coalesce(max(version), 0) FROM schema_version").Scan(&have); err != nil {
		return openError(l.cfg.Path, err)
	}
	if have > len(files) {
		return activation.Errorf(activation.CodeNewerData, "the ledger %s was written by a newer Segue (schema %d, this one knows %d)", l.cfg.Path, have, len(files)).
			WithRemedy("Use that version of Segue, or a copy of the data folder from before")
	}
	for i := have; i < len(files); i++ {
		text, err := migrations.ReadFile(files[i])
		if err != nil {
			return err
		}
		err = l.tx(ctx, func(q querier) error {
			if err := q.exec(string(text)); err != nil {
				return err
			}
			return q.exec("INSERT INTO schema_version VALUES (?)", i+1)
		})
		if err != nil {
			return fmt.Errorf("bring the ledger to schema %d: %w", i+1, err)
		}
	}
	return nil
}

// hashFunction makes keyed hashes inside statements: segue_hash(scope, value).
type hashFunction struct{ hasher secret.Hasher }

// Config implements duckdb.ScalarFunc.
func (hashFunction) Config() driverduck.ScalarFuncConfig {
	text, _ := driverduck.NewTypeInfo(driverduck.TYPE_VARCHAR)
	blob, _ := driverduck.NewTypeInfo(driverduck.TYPE_BLOB)
	return driverduck.ScalarFuncConfig{InputTypeInfos: []driverduck.TypeInfo{text, text}, ResultTypeInfo: blob}
}

// Executor implements duckdb.ScalarFunc.
func (f hashFunction) Executor() driverduck.ScalarFuncExecutor {
	return driverduck.ScalarFuncExecutor{RowExecutor: func(v []driver.Value) (any, error) {
		scope, ok := v[0].(string)
		value, also := v[1].(string)
		if !ok || !also {
			return nil, fmt.Errorf("segue_hash takes two texts, not %T and %T", v[0], v[1])
		}
		h := f.hasher.Hash(scope, value)
		return h[:], nil
	}}
}

func (l *Ledger) registerHash() error {
	return driverduck.RegisterScalarUDF(l.write, "segue_hash", hashFunction{l.cfg.Hasher})
}

// Close releases the file.
func (l *Ledger) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.close()
}

func (l *Ledger) close() error {
	var errs []error
	if l.write != nil {
		errs = append(errs, l.write.Close())
	}
	if l.db != nil {
		errs = append(errs, l.db.Close())
	}
	if l.connector != nil {
		errs = append(errs, l.connector.Close())
	}
	l.write, l.db, l.connector = nil, nil, nil
	return errors.Join(errs...)
}

// querier runs statements of one transaction; its errors are translated.
type querier struct {
	ctx context.Context
	l   *Ledger
}

func (q querier) exec(stmt string, args ...any) error {
	_, err := q.l.write.ExecContext(q.ctx, stmt, args...)
	return translate(err)
}

func (q querier) changed(stmt string, args ...any) (int64, error) {
	res, err := q.l.write.ExecContext(q.ctx, stmt, args...)
	if err != nil {
		return 0, translate(err)
	}
	n, err := res.RowsAffected()
	return n, translate(err)
}

func (q querier) row(stmt string, args []any, into ...any) error {
	return translate(q.l.write.QueryRowContext(q.ctx, stmt, args...).Scan(into...))
}

func (q querier) rows(stmt string, args []any, each func(scan func(...any) error) error) error {
	rows, err := q.l.write.QueryContext(q.ctx, stmt, args...)
	if err != nil {
		return translate(err)
	}
	return eachRow(rows, each)
}

func eachRow(rows *sql.Rows, each func(scan func(...any) error) error) error {
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := each(rows.Scan); err != nil {
			return translate(err)
		}
	}
	return translate(rows.Err())
}

// update runs f in a write transaction, with the standings up to date before it; writers wait for each other. Whatever f
// does, others may have to be planned differently after it.
func (l *Ledger) update(ctx context.Context, f func(querier) error) error {
	return l.writing(ctx, func() error {
		if err := l.fold(ctx); err != nil {
			return err
		}
		l.movedAll++
		return l.tx(ctx, f)
	})
}

// record runs f in a write transaction, but leaves the standings as they are: f must not look at them. Nor does it count as
// a move of the ledger.
func (l *Ledger) record(ctx context.Context, f func(querier) error) error {
	return l.writing(ctx, func() error { return l.tx(ctx, f) })
}

// writing runs f while nobody else writes. After running out of memory, or a commit that failed, the file is opened anew, for what DuckDB
// holds of it then is not to be trusted.
func (l *Ledger) writing(ctx context.Context, f func() error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.write == nil {
		if err := l.open(ctx); err != nil {
			return err
		}
	}
	err := f()
	if err != nil && doubtful(err) {
		if cerr := l.close(); cerr != nil {
			return errors.Join(err, cerr)
		}
		if oerr := l.open(context.WithoutCancel(ctx)); oerr != nil {
			return errors.Join(err, oerr)
		}
	}
	return err
}

// doubtful reports whether what DuckDB holds after an error is not to be trusted. Of a commit that fails it does not say the kind of what it
// failed over, so that too little memory is not told apart.
func doubtful(err error) bool {
	return strings.Contains(err.Error(), "Out of Memory") || strings.Contains(err.Error(), "Failed to commit")
}

func (l *Ledger) tx(ctx context.Context, f func(querier) error) error {
	q := querier{ctx, l}
	if err := q.exec("BEGIN TRANSACTION"); err != nil {
		return err
	}
	if err := f(q); err != nil {
		_, _ = l.write.ExecContext(context.WithoutCancel(ctx), "ROLLBACK")
		return err
	}
	if err := q.exec("COMMIT"); err != nil {
		_, _ = l.write.ExecContext(context.WithoutCancel(ctx), "ROLLBACK")
		return err
	}
	return nil
}

// query reads through the pool.
func (l *Ledger) query(ctx context.Context, stmt string, args []any, each func(scan func(...any) error) error) error {
	if speaksOfStandings(stmt) {
		if err := l.upToDate(ctx); err != nil {
			return err
		}
	}
	l.mu.Lock()
	db := l.db
	l.mu.Unlock()
	if db == nil {
		return activation.Errorf(activation.CodeUnavailable, "the ledger is closed")
	}
	rows, err := db.QueryContext(ctx, stmt, args...)
	if err != nil {
		return translate(err)
	}
	return eachRow(rows, each)
}

// translate turns DuckDB's errors into the domain's.
func translate(err error) error {
	if err == nil || errors.Is(err, sql.ErrNoRows) {
		return err
	}
	var known *activation.Error
	if errors.As(err, &known) {
		return err
	}
	if noSpace(err) {
		return (&activation.Error{Code: activation.CodeStorageFull, Message: "the disk of the data folder is full", Err: err}).
			WithRemedy("Free some space; what was recorded is kept, and the run goes on by itself")
	}
	return fmt.Errorf("ledger: %w", err)
}

// openError says why the file cannot be used.
func openError(path string, err error) error {
	text := err.Error()
	e := &activation.Error{Code: activation.CodeUnavailable, Err: err, Message: fmt.Sprintf("the ledger %s cannot be opened: %v", path, err)}
	switch {
	case strings.Contains(text, "lock"):
		e.Code, e.Message = activation.CodeLocked, fmt.Sprintf("the ledger %s is in use by another process", path)
		e.Remedy = "Is segue already running? Stop it, or choose another folder with --data"
	case noSpace(err):
		e.Code, e.Remedy = activation.CodeStorageFull, "Free some space on the disk"
	case strings.Contains(text, "newer") || strings.Contains(text, "version number"):
		e.Code = activation.CodeNewerData
		e.Remedy = "It was written by a newer Segue: use that version, or a copy of the data folder from before"
	case strings.Contains(text, "not a valid DuckDB") || strings.Contains(text, "Corrupt") || strings.Contains(text, "checksum") || strings.Contains(text, "Serialization"):
		e.Code = activation.CodeCorrupt
		e.Remedy = "It cannot be rebuilt: restore the data folder from a backup, then reconcile the lists"
	}
	return e
}

// noSpace reports whether there was no space: the disk is full, or a quota or a limit of file sizes is reached. DuckDB passes on
// the system's words only.
func noSpace(err error) bool {
	text := err.Error()
	for _, e := range []syscall.Errno{syscall.ENOSPC, syscall.EDQUOT, syscall.EFBIG} {
		if errors.Is(err, e) || strings.Contains(strings.ToLower(text), e.Error()) {
			return true
		}
	}
	return false
}
