package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/pressly/goose/v3"
	_ "modernc.org/sqlite" // the driver "sqlite"

	"segue/internal/activation"
	"segue/internal/jobs"
	"segue/internal/store"
	"segue/internal/store/sqlite/sqlcgen"
)

//go:embed migrations/*.sql
var migrations embed.FS

var (
	_ store.Store  = (*Store)(nil)
	_ store.Reader = (*reader)(nil)
	_ store.Tx     = (*txn)(nil)
)

// Config is what a Store needs.
type Config struct {
	// Path is the file; it is made (0600) if there is none. Required.
	Path string
	// Enqueue adds a job within the transaction given; it is called by Tx.Enqueue and must use nothing but that
	// transaction. Required. The queue is usually made after the store, from its Writer: close over it.
	Enqueue func(ctx context.Context, tx *sql.Tx, a jobs.Args, at time.Time) error
	// BusyTimeout is how long a statement waits for another process that holds the file. Defaults to 5 s.
	BusyTimeout time.Duration
	// Readers is how many connections read at once. Defaults to 4.
	Readers int
}

// Store is the control store in a SQLite file. It is safe for concurrent use.
type Store struct {
	cfg            Config
	writer, reader *sql.DB
}

// Open opens the file, makes it if there is none, and brings its schema up to date. It fails with CodeLocked if
// another process holds the file, CodeNewerData if a newer Segue wrote it, CodeCorrupt if it is damaged or no control
// store, CodeStorageFull if the disk is full.
func Open(ctx context.Context, cfg Config) (*Store, error) {
	if cfg.Path == "" || cfg.Enqueue == nil {
		return nil, errors.New("control store: the configuration is incomplete")
	}
	if cfg.BusyTimeout == 0 {
		cfg.BusyTimeout = 5 * time.Second
	}
	if cfg.Readers == 0 {
		cfg.Readers = 4
	}
	path, err := filepath.Abs(cfg.Path)
	if err != nil {
		return nil, fmt.Errorf("control store %s: %w", cfg.Path, err)
	}
	cfg.Path = path
	s := &Store{cfg: cfg}
	if err := s.open(ctx); err != nil {
		_ = s.Close()
		return nil, openError(ctx, path, err)
	}
	return s, nil
}

func (s *Store) open(ctx context.Context) (err error) {
	if err := private(s.cfg.Path); err != nil {
		return err
	}
	if s.writer, err = s.connect(1, "_txlock=immediate"); err != nil {
		return err
	}
	if err := check(ctx, s.writer); err != nil {
		return err
	}
	if err := migrate(ctx, s.writer); err != nil {
		return err
	}
	if s.reader, err = s.connect(s.cfg.Readers, "_query_only=1"); err != nil {
		return err
	}
	return s.reader.PingContext(ctx)
}

// private makes the file if there is none and keeps it, and what SQLite puts beside it, to its owner (SEMANTICS S35).
// It never opens an existing file: closing that would drop the locks that SQLite holds on it in this process.
func private(path string) error {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	switch {
	case err == nil:
		return f.Close()
	case !errors.Is(err, fs.ErrExist):
		return err
	}
	for _, name := range []string{path, path + "-wal", path + "-shm"} {
		if err := os.Chmod(name, 0o600); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// connect makes a pool of connections to the file. Nothing is written outside the data folder (temp_store), what is
// deleted is overwritten (secure_delete: sealed keys), a commit is on the disk when it returns (synchronous).
func (s *Store) connect(conns int, extra string) (*sql.DB, error) {
	q := "_pragma=busy_timeout(" + strconv.FormatInt(s.cfg.BusyTimeout.Milliseconds(), 10) + ")" +
		"&_pragma=journal_mode(wal)&_pragma=synchronous(full)&_pragma=foreign_keys(on)&_pragma=secure_delete(on)" +
		"&_pragma=temp_store(memory)&_pragma=trusted_schema(off)&_pragma=journal_size_limit(67108864)&" + extra
	u := url.URL{Scheme: "file", Path: s.cfg.Path, RawQuery: q}
	db, err := sql.Open("sqlite", u.String())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(conns)
	db.SetMaxIdleConns(conns)
	return db, nil
}

// check looks for damage.
func check(ctx context.Context, db *sql.DB) error {
	var verdict string
	if err := db.QueryRowContext(ctx, "PRAGMA quick_check(1)").Scan(&verdict); err != nil {
		return err
	}
	if verdict != "ok" {
		return activation.Errorf(activation.CodeCorrupt, "the check found: %s", verdict)
	}
	return nil
}

// migrate brings the schema up to date; each migration is a transaction.
func migrate(ctx context.Context, db *sql.DB) error {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(goose.DialectSQLite3, db, files, goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger()))
	if err != nil {
		return err
	}
	have, want, err := p.GetVersions(ctx)
	if err != nil {
		return err
	}
	if have > want {
		return activation.Errorf(activation.CodeNewerData, "its schema has version %d, this program knows up to %d", have, want)
	}
	_, err = p.Up(ctx)
	return err
}

// Writer is the one connection that writes, for a queue that enqueues in this store's transactions. Whoever takes it
// keeps everybody else from writing: never hold it, or a transaction of it, across other I/O or a call back into the
// store.
func (s *Store) Writer() *sql.DB { return s.writer }

// View implements store.Store.
func (s *Store) View(ctx context.Context, f func(store.Reader) error) error {
	tx, err := s.reader.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return translate(ctx, "begin to read", err)
	}
	defer func() { _ = tx.Rollback() }()
	return f(&reader{sqlcgen.New(tx)})
}

// Update implements store.Store. f must not call Update itself: it would wait for its own end.
func (s *Store) Update(ctx context.Context, f func(store.Tx) error) error {
	tx, err := s.writer.BeginTx(ctx, nil)
	if err != nil {
		return translate(ctx, "begin to write", err)
	}
	defer func() { _ = tx.Rollback() }() // does nothing after a commit
	if err := f(&txn{reader: reader{sqlcgen.New(tx)}, tx: tx, enqueue: s.cfg.Enqueue}); err != nil {
		return err
	}
	return translate(ctx, "commit", tx.Commit())
}

// Scrub implements store.Store. What is deleted is overwritten in its page (secure_delete), but pages as they were before lie in
// the log until it is cut; the file is written anew for what moving rows between pages may have left.
func (s *Store) Scrub(ctx context.Context) error {
	for _, statement := range []string{"VACUUM", "PRAGMA wal_checkpoint(TRUNCATE)"} {
		if err := s.scrub(ctx, statement); err != nil {
			return translate(ctx, "scrub", err)
		}
	}
	return nil
}

// scrub works one statement, which a checkpoint answers with a row: whether a reader was in its way, and what is in the log.
func (s *Store) scrub(ctx context.Context, statement string) error {
	rows, err := s.writer.QueryContext(ctx, statement)
	if err != nil {
		return err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var busy, pages, done int64
		if err := rows.Scan(&busy, &pages, &done); err != nil {
			return err
		}
		if busy != 0 {
			return activation.Errorf(activation.CodeLocked, "the control store is being read, its log cannot be cut now").WithRemedy("It is tried again")
		}
	}
	return rows.Err()
}

// Close implements store.Store; the queue that shares the writer must have stopped.
func (s *Store) Close() error {
	var errs []error
	for _, db := range []*sql.DB{s.reader, s.writer} { // the last one to close merges the log into the file
		if db != nil {
			errs = append(errs, db.Close())
		}
	}
	return errors.Join(errs...)
}
