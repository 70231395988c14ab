// Package export_test runs exports against a small account and a small warehouse that behave, on the real control store, the
// real ledger and real keys. Time is a clock that jumps to when the next step is due.
package export_test

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

	"segue/internal/activation"
	"segue/internal/connection"
	"segue/internal/destination"
	"segue/internal/export"
	"segue/internal/jobs"
	"segue/internal/ledger"
	"segue/internal/ledger/duckdb"
	"segue/internal/ledger/ledgertest"
	"segue/internal/newfile"
	"segue/internal/secret/tink"
	"segue/internal/store"
	"segue/internal/store/sqlite"
)

var day = time.Date(2026, 11, 24, 8, 0, 0, 0, time.UTC)

type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

func (c *clock) reach(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if t.After(c.at) {
		c.at = t
	}
}

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

// Keys of two accounts.
const (
	keyA = "xkeysib-made-up-for-tests-aaaa"
	keyB = "xkeysib-made-up-for-tests-bbbb"
)

// world is everything that an export runs in.
type world struct {
	testing.TB
	*people
	clock    *clock
	a, b     *brevo // two accounts
	byKey    map[string]*brevo
	keys     *tink.Keys
	store    *sqlite.Store
	ledger   ledger.Ledger
	conns    *connection.Service
	svc      *export.Service
	out      string // the hand-over folder
	dir      string
	log      *syncBuffer
	queue    queue
	ids      atomic.Int64
	points   []string // fail-points passed
	crash    map[string]int
	stopAt   string // the fail-point at which the step under way is told to stop
	stopStep context.CancelFunc
	brake    ledger.Brake
	// giveUpAfter is how long an import may take before it may be given up; 0 is the default.
	giveUpAfter time.Duration
	// maxLookStep is the longest step between looks; 0 is the default. What takes a day is looked at 1440 times by it, which is most
	// of the time of a test that is about something else.
	maxLookStep time.Duration
}

func newWorld(t *testing.T) *world {
	t.Helper()
	dir := t.TempDir()
	c := &clock{at: day}
	w := &world{
		TB: t, people: &people{t: t, pen: ledgertest.NewPen(t)}, clock: c, a: newBrevo(c, "org-a"), b: newBrevo(c, "org-b"), dir: dir,
		out: filepath.Join(dir, "hand-over"), log: &syncBuffer{}, queue: queue{due: map[activation.RunID]time.Time{}}, crash: map[string]int{},
	}
	w.byKey = map[string]*brevo{keyA: w.a, keyB: w.b}
	require.NoError(t, os.MkdirAll(w.out, 0o700))
	var err error
	w.keys, err = tink.Open(tink.Config{Path: filepath.Join(dir, "keys.json"), MayCreate: true})
	require.NoError(t, err)
	newfile.Store(t, filepath.Join(dir, "segue.db"))
	newfile.Ledger(t, filepath.Join(dir, "ledger.duckdb"))
	w.store, err = sqlite.Open(t.Context(), sqlite.Config{Path: filepath.Join(dir, "segue.db"), Enqueue: w.enqueue})
	require.NoError(t, err)
	w.openLedger()
	t.Cleanup(func() {
		_ = w.ledger.Close()
		require.NoError(t, w.store.Close())
		for _, b := range []*brevo{w.a, w.b} {
			require.Empty(t, b.breaches)
		}
		for _, secret := range []string{"@example.com", "38591", "xkeysib", "Tajna"} {
			require.NotContains(t, w.log.b.String(), secret, "nobody's data and no key in logs")
		}
	})
	w.restart()
	w.define()
	return w
}

func (w *world) openLedger() {
	l, err := duckdb.Open(w.Context(), duckdb.Config{
		Path: filepath.Join(w.dir, "ledger.duckdb"), HandOverDir: w.out, Hasher: w.keys, MemoryLimit: "256MB", Threads: 1,
	})
	require.NoError(w, err)
	w.ledger = l
}

// restart makes new services on the same store and ledger, as a new process does.
func (w *world) restart() {
	w.Helper()
	// Without the time: its digits can look like a phone number.
	log := slog.New(slog.NewJSONHandler(w.log, &slog.HandlerOptions{ReplaceAttr: func(groups []string, a slog.Attr) slog.Attr {
		if len(groups) == 0 && a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}))
	var err error
	w.conns, err = connection.New(connection.Config{
		Store: w.store, Box: w.keys, Clock: w.clock.now, IDs: w.id, Log: log,
		Dialers: map[activation.DestinationType]connection.Dialer{
			activation.DestinationBrevo: func(r connection.DialRequest) (destination.Destination, error) { return w.byKey[r.Key].login(), nil },
		},
		DefaultURL: map[activation.DestinationType]string{activation.DestinationBrevo: "https://api.example.com/v3"},
	})
	require.NoError(w, err)
	w.svc, err = export.New(export.Config{
		Store: w.store, Warehouse: w.people, Ledger: w.ledger, Connections: w.conns, Clock: w.clock.now, IDs: w.id, Log: log,
		HandOverDir: w.out, FailPoint: w.failPoint, Brake: w.brake, GiveUpAfter: w.giveUpAfter, MaxLookStep: w.maxLookStep,
	})
	require.NoError(w, err)
	require.NoError(w, w.svc.Recover(w.Context()))
}

func (w *world) id() string {
	return fmt.Sprintf("id-%06d", w.ids.Add(1))
}

// define stores a source, the profile, segments s1 to s4 and connections to both accounts.
func (w *world) define() {
	w.Helper()
	require.NoError(w, w.store.Update(w.Context(), func(tx store.Tx) error {
		src := activation.Source{ID: "src", Name: "Customers", Kind: activation.SourceCSV, Path: "customers.csv", CreatedAt: day, UpdatedAt: day, Version: 1}
		if err := tx.CreateSource(w.Context(), src); err != nil {
			return err
		}
		if err := tx.PutProfile(w.Context(), activation.ProfileDefinition{Source: "src", Key: "id", UpdatedAt: day, Fields: []activation.Field{
			{Name: "Mail", Column: "mail", Type: activation.TypeText, Semantic: activation.SemanticEmail},
			{Name: "First", Column: "first", Type: activation.TypeText}, {Name: "Last", Column: "last", Type: activation.TypeText},
			{Name: "Phone", Column: "phone", Type: activation.TypeText, Semantic: activation.SemanticPhone},
			{Name: "Points", Column: "points", Type: activation.TypeNumber},
		}}); err != nil {
			return err
		}
		for _, id := range []string{"s1", "s2", "s3", "s4"} {
			g := activation.Segment{
				ID: activation.SegmentID(id), Name: id, CreatedAt: day, UpdatedAt: day, Version: 1,
				Rules: []activation.SegmentRule{{Rule: activation.Rule{Field: "First", Operator: activation.OpEquals, Values: []string{id}}}},
			}
			if err := tx.CreateSegment(w.Context(), g); err != nil {
				return err
			}
		}
		return tx.SetBuild(w.Context(), activation.ProfileBuild{At: day, Profiles: 1, Snapshot: 1})
	}))
}

// connect makes a connection.
func (w *world) connect(name, key string) activation.ConnectionID {
	w.Helper()
	c, err := w.conns.Create(w.Context(), connection.NewConnection{Name: name, Type: activation.DestinationBrevo, Key: key, Agree: true, By: "ana", ExportUser: activation.MachineExportUser(day)})
	require.NoError(w, err)
	return c.ID
}

// export makes an export of a segment to a list over a connection, FIRSTNAME and SMS mapped.
func (w *world) export(name string, over activation.ConnectionID, list activation.ListID, segments ...activation.SegmentID) activation.Export {
	w.Helper()
	e, err := w.svc.Create(w.Context(), activation.Export{
		Name: name, Connection: over, List: list, Segments: segments, Leavers: activation.LeaversRemove,
		Mapping: activation.Mapping{Email: "Mail", Attributes: []activation.AttributeMapping{{Attribute: "FIRSTNAME", Field: "First"}, {Attribute: "SMS", Field: "Phone"}}},
	})
	require.NoError(w, err)
	return e
}

// removalPrefix marks removals of connections in the queue.
const removalPrefix = "removal/"

// queue keeps when runs are due, as the job queue does: over restarts.
type queue struct {
	mu  sync.Mutex
	due map[activation.RunID]time.Time
}

func (w *world) enqueue(_ context.Context, _ *sql.Tx, a jobs.Args, at time.Time) error {
	run := activation.RunID(removalPrefix + a.Key())
	if step, ok := a.(jobs.StepRun); ok {
		run = step.Run
	}
	w.queue.mu.Lock()
	defer w.queue.mu.Unlock()
	now := w.clock.now()
	if at.Before(now) {
		at = now
	}
	if old, ok := w.queue.due[run]; !ok || at.Before(old) {
		w.queue.due[run] = at
	}
	return nil
}
