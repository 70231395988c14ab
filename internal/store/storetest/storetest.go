// Package storetest is the conformance suite of the control store: what every engine behind store.Store must do. It
// drives the port alone and knows no engine.
package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/store"
)

// Enqueued is a job that a committed transaction left behind.
type Enqueued struct {
	Kind, Key string
	At        time.Time // zero: at once
}

// Bundle is an empty store of the engine under test.
type Bundle struct {
	Store store.Store
	// Enqueued lists the jobs of committed transactions, oldest first.
	Enqueued func(t *testing.T) []Enqueued
	// Reopen closes the store and opens it again from what it kept.
	Reopen func(t *testing.T) store.Store
}

// Run holds an engine to the port. open is called once for each test and cleans up after itself.
func Run(t *testing.T, open func(t *testing.T) Bundle) {
	t.Helper()
	for name, test := range map[string]func(*testing.T, Bundle){
		"transactions": testTransactions,
		"sources":      testSources,
		"profile":      testProfile,
		"unification":  testUnification,
		"segments":     testSegments,
		"connections":  testConnections,
		"exports":      testExports,
		"runs":         testRuns,
		"list sizes":   testListSizes,
		"jobs":         testJobs,
		"people":       testPeople,
		"sign-ins":     testSessions,
		"tokens":       testTokens,
		"audit log":    testAudit,

		"relationships": testRelationships,

		"settings of notices":         testNoticeSettings,
		"changed settings of notices": testChangedNoticeSettings,
		"states of tasks":             testTaskStates,
		"ended runs":                  testEndedRuns,
		"notices":                     testNotices,
		"evaluations":                 testEvaluations,
		"own methods":                 testOwnMethods,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open(t))
		})
	}
	for name, test := range map[string]func(*testing.T, func(*testing.T) Bundle){
		"named sources":     func(t *testing.T, open func(*testing.T) Bundle) { testNamed(t, open, sources()) },
		"named segments":    func(t *testing.T, open func(*testing.T) Bundle) { testNamed(t, open, segments()) },
		"named connections": func(t *testing.T, open func(*testing.T) Bundle) { testNamed(t, open, connections()) },
		"named exports":     func(t *testing.T, open func(*testing.T) Bundle) { testNamed(t, open, exports()) },
		"run details":       testRunDetails,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test(t, open)
		})
	}
}

// start is when everything in the tests began; the odd microsecond must survive.
func start() time.Time { return time.Date(2026, 11, 24, 9, 0, 0, 123_456_000, time.UTC) }

func update(t *testing.T, s store.Store, f func(tx store.Tx) error) {
	t.Helper()
	require.NoError(t, s.Update(t.Context(), f))
}

func view(t *testing.T, s store.Store, f func(r store.Reader) error) {
	t.Helper()
	require.NoError(t, s.View(t.Context(), f))
}

// refused runs f in a transaction that must fail with the code, and returns the error.
func refused(t *testing.T, s store.Store, code activation.Code, f func(tx store.Tx) error) *activation.Error {
	t.Helper()
	err := s.Update(t.Context(), f)
	require.Error(t, err)
	require.Equal(t, code, activation.CodeOf(err), "error: %v", err)
	var e *activation.Error
	require.ErrorAs(t, err, &e)
	return e
}

func same[T any](t *testing.T, want, got T) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Fatalf("want (-), got (+):\n%s", diff)
	}
}

// seed fills a store with a source "so1", two segments "se1" and "se2", a connection "co1" and an export "ex1".
func seed(t *testing.T, s store.Store) {
	t.Helper()
	ctx := t.Context()
	update(t, s, func(tx store.Tx) error {
		for _, f := range []func() error{
			func() error { return tx.CreateSource(ctx, source("so1", "customers")) },
			func() error { return tx.CreateSegment(ctx, segment("se1", "Everybody")) },
			func() error { return tx.CreateSegment(ctx, segment("se2", "Loyal")) },
			func() error { return tx.CreateConnection(ctx, connection("co1", "Brevo main")) },
			func() error { return tx.CreateExport(ctx, export("ex1", "Newsletter")) },
		} {
			if err := f(); err != nil {
				return err
			}
		}
		return nil
	})
}

// createRun stores a run of an export in a transaction of its own.
func createRun(t *testing.T, s store.Store, r activation.Run, key string) {
	t.Helper()
	ctx := t.Context()
	update(t, s, func(tx store.Tx) error { return tx.CreateRun(ctx, r, key) })
}

// load reads one thing in a transaction of its own.
func load[T any](t *testing.T, s store.Store, f func(ctx context.Context, r store.Reader) (T, error)) T {
	t.Helper()
	ctx := t.Context()
	var v T
	view(t, s, func(r store.Reader) (err error) {
		v, err = f(ctx, r)
		return err
	})
	return v
}
