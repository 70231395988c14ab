// Package apitest puts the services on a stage for tests of what stands before them: real services on a real control store
// and a real key file, with a small warehouse, a small destination and a small ledger that behave. It knows no HTTP.
package apitest

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"segue/internal/access"
	"segue/internal/activation"
	"segue/internal/audit"
	"segue/internal/connection"
	"segue/internal/destination"
	"segue/internal/export"
	"segue/internal/ingest"
	"segue/internal/jobs"
	"segue/internal/newfile"
	"segue/internal/notify"
	"segue/internal/refresh"
	"segue/internal/secret/tink"
	"segue/internal/segment"
	"segue/internal/store/sqlite"
	"segue/internal/unify"
	"segue/internal/warehouse"
)

// BaseURL is where the destination is said to be.
const BaseURL = "https://api.example.com/v3"

// Stage is the services and what they stand on.
type Stage struct {
	Store       *sqlite.Store
	Engine      *Engine
	Account     *Account
	Book        *Book
	Sources     *ingest.Service
	Unify       *unify.Service
	Segments    *segment.Service
	Connections *connection.Service
	Exports     *export.Service
	Access      *access.Service
	Audit       *audit.Log
	Refresh     *refresh.Service
	Notify      *notify.Service
	// Outbox is what was sent to people.
	Outbox *Outbox
	// Dialled are the databases that were opened.
	Dialled []ingest.Database
	// Files is a source folder, Uploads where uploads go.
	Files, Uploads string
	// Log is what was logged, by Logger.
	Log    *Log
	Logger *slog.Logger
	// IDs makes ids; Clock begins on 2026-11-24 and moves on by a millisecond each time it is read.
	IDs   func() string
	Clock func() time.Time
}

// Log keeps what was logged.
type Log struct {
	mu sync.Mutex
	b  bytes.Buffer
}

// Write implements io.Writer.
func (l *Log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

// String returns all that was logged.
func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// New sets the stage; it is taken down with the test.
func New(t testing.TB) *Stage {
	t.Helper()
	dir := t.TempDir()
	data := filepath.Join(dir, "data")
	s := &Stage{Engine: &Engine{}, Account: newAccount(), Book: &Book{}, Outbox: &Outbox{}, Log: &Log{}, Uploads: filepath.Join(data, "uploads"), Files: filepath.Join(dir, "files")}
	require.NoError(t, os.MkdirAll(s.Uploads, 0o700))
	require.NoError(t, os.MkdirAll(s.Files, 0o700))
	var id, tick atomic.Int64
	s.IDs = func() string { return fmt.Sprintf("id-%06d", id.Add(1)) }
	s.Clock = func() time.Time {
		return time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC).Add(time.Duration(tick.Add(1)) * time.Millisecond)
	}
	s.Logger = slog.New(slog.NewJSONHandler(s.Log, nil))
	var err error
	newfile.Store(t, filepath.Join(data, "segue.db"))
	s.Store, err = sqlite.Open(t.Context(), sqlite.Config{
		Path:    filepath.Join(data, "segue.db"),
		Enqueue: func(context.Context, *sql.Tx, jobs.Args, time.Time) error { return nil },
	})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Store.Close()) })
	s.serve(t, dir, data)
	return s
}

func (s *Stage) serve(t testing.TB, dir, data string) {
	t.Helper()
	keys, err := tink.Open(tink.Config{Path: filepath.Join(data, "keys.json"), MayCreate: true})
	require.NoError(t, err)
	s.Audit, err = audit.NewLog(s.Store, s.Clock)
	require.NoError(t, err)
	control := audit.Wrap(s.Store, s.Audit)
	s.Access, err = access.New(access.Config{Store: control, Box: keys, Clock: s.Clock, IDs: s.IDs, Log: s.Logger})
	require.NoError(t, err)
	s.Sources, err = ingest.New(ingest.Config{
		Store: control, Warehouse: s.Engine, SourceDirs: []string{s.Files}, UploadDir: s.Uploads, DataDir: data,
		MaxUpload: 1 << 20, Clock: s.Clock, IDs: s.IDs, Log: s.Logger, Box: keys,
		Databases: func(d ingest.Database) (warehouse.Feed, error) {
			s.Dialled = append(s.Dialled, d)
			return Feed{}, nil
		},
	})
	require.NoError(t, err)
	s.Unify, err = unify.New(unify.Config{Store: control, Warehouse: s.Engine, Clock: s.Clock})
	require.NoError(t, err)
	s.Segments, err = segment.New(segment.Config{Store: control, Warehouse: s.Engine, Clock: s.Clock, IDs: s.IDs})
	require.NoError(t, err)
	s.Connections, err = connection.New(connection.Config{
		Store: control, Box: keys, Clock: s.Clock, IDs: s.IDs, Log: s.Logger,
		Dialers: map[activation.DestinationType]connection.Dialer{
			activation.DestinationBrevo: func(r connection.DialRequest) (destination.Destination, error) { return s.Account.dial(r.Key), nil },
		},
		DefaultURL: map[activation.DestinationType]string{activation.DestinationBrevo: BaseURL},
	})
	require.NoError(t, err)
	s.Exports, err = export.New(export.Config{
		Store: control, Warehouse: s.Engine, Ledger: s.Book, Connections: s.Connections, Clock: s.Clock, IDs: s.IDs, Log: s.Logger, HandOverDir: dir,
	})
	require.NoError(t, err)
	s.Refresh, err = refresh.New(refresh.Config{
		Store: control, Sources: s.Sources, Segments: s.Segments, Exports: s.Exports, Clock: s.Clock, IDs: s.IDs, Log: s.Logger,
	})
	require.NoError(t, err)
	s.Notify, err = notify.New(notify.Config{
		Store: control, Box: keys, Mailer: s.Outbox, Poster: s.Outbox, Clock: s.Clock, IDs: s.IDs, Log: s.Logger,
	})
	require.NoError(t, err)
}
