package export_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/destination"
	"segue/internal/ledger"
)

// takeOff takes people off a list by hand.
func (b *brevo) takeOff(list activation.ListID, people ...string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, a := range people {
		delete(b.lists[list], activation.Email(a))
	}
}

// reconcile starts a reconciliation of the export's list.
func (w *world) reconcile(e activation.Export) activation.RunID {
	w.Helper()
	r, _, err := w.svc.Start(w.Context(), e.ID, activation.RunReconcile, "ana", "")
	require.NoError(w, err)
	return r.ID
}

// reconciled reconciles the export's list to the end.
func (w *world) reconciled(e activation.Export) activation.Run {
	w.Helper()
	id := w.reconcile(e)
	w.drive(w.ended(id))
	r := w.run(id)
	require.Equal(w, activation.StatusSuccessful, r.Status, "%s %s", r.ErrorCode, r.Error)
	require.NotNil(w, r.Reconciliation)
	require.NoError(w, r.Reconciliation.Check())
	require.Empty(w, filesOf(w.out), "the hand-over is gone (S35)")
	return r
}

func TestS23AListThatSomebodyChangedByHandIsMended(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.a.put(7, "before@example.com")
	e := w.export("vip", w.connect("one", keyA), 7, "s1")
	all := []customer{person("p1", "Ana", "s1"), person("p2", "Ivo", "s1"), person("p3", "Eva", "s1"), person("p4", "Mia"), person("p5", "Tin", "s1")}
	w.are(all...)
	w.ok(w.do(e))
	w.are(all[0], all[1], person("p3", "Eva"), all[3], all[4])
	w.ok(w.do(e))
	writes := len(w.a.did())
	w.a.takeOff(7, "ivo@example.com")
	w.a.put(7, "eva@example.com", "mia@example.com", "stranger@example.com")

	require.EqualValues(t, 3, w.ok(w.do(e)).Unchanged, "a run does not see it")
	r := w.reconciled(e)
	rec := *r.Reconciliation
	require.EqualValues(t, []int64{6, 3, 1, 1, 1, 1}, []int64{rec.Listed, rec.InStep, rec.Missing, rec.ExtraSent, rec.ExtraProfile, rec.ExtraUnknown})
	require.EqualValues(t, []int64{6, 6}, []int64{r.Progress.Read, r.Progress.ToRead})
	require.Len(t, w.a.did(), writes, "it never sends anything")
	require.Nil(t, r.Receipt)
	rows, err := w.ledger.Rows(t.Context(), r.ID, ledger.RowFilter{Bucket: activation.BucketMissing})
	require.NoError(t, err)
	require.Len(t, rows, 1)
	require.EqualValues(t, "ivo@example.com", rows[0].Address)

	choice := activation.ReconcileChoice{Missing: activation.MissingResend, ExtraSent: activation.ExtraOwn, ExtraProfile: activation.ExtraThereBefore}
	decided, err := w.svc.Decide(t.Context(), r.ID, choice, "iva")
	require.NoError(t, err)
	require.Equal(t, "iva", decided.Reconciliation.Decision.By)
	require.Equal(t, activation.ExtraLeave, decided.Reconciliation.Decision.ExtraUnknown)
	again, err := w.svc.Decide(t.Context(), r.ID, choice, "ana")
	require.NoError(t, err)
	require.Equal(t, "iva", again.Reconciliation.Decision.By, "the same again changes nothing")
	_, err = w.svc.Decide(t.Context(), r.ID, activation.ReconcileChoice{}, "ana")
	require.Equal(t, activation.CodeConflict, activation.CodeOf(err))

	mended := w.ok(w.do(e))
	require.EqualValues(t, []int64{2, 1, 1, 1}, []int64{mended.Unchanged, mended.Updated, mended.Leavers, mended.Removed})
	require.Equal(t, []string{"ana@example.com", "before@example.com", "ivo@example.com", "mia@example.com", "stranger@example.com", "tin@example.com"}, w.a.on(7))
	rec = *w.reconciled(e).Reconciliation
	require.EqualValues(t, []int64{0, 0, 0, 1}, []int64{rec.Missing, rec.ExtraSent, rec.ExtraProfile, rec.ExtraUnknown}, "the stranger was left")
}

func TestS23WhoOptedOutMeanwhileIsNotSentAgain(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.export("vip", w.connect("one", keyA), 7, "s1")
	w.are(person("p1", "Ana", "s1"), person("p2", "Ivo", "s1"))
	w.ok(w.do(e))
	w.a.takeOff(7, "ivo@example.com")
	w.a.change("ivo@example.com", func(c *destination.Contact) { c.Unsubscribed = []activation.ListID{7} })
	r := w.reconciled(e)
	require.EqualValues(t, 1, r.Reconciliation.Missing)
	_, err := w.svc.Decide(t.Context(), r.ID, activation.ReconcileChoice{Missing: activation.MissingResend}, "iva")
	require.NoError(t, err)
	mended := w.do(e)
	require.EqualValues(t, 1, mended.Receipt.Rejected, "the mirror is younger than a day, and yet knows")
	require.Equal(t, []string{"ana@example.com"}, w.a.on(7))
}

func TestS23AReconciliationThatIsNoLongerTrueIsRefused(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.export("vip", w.connect("one", keyA), 7, "s1")
	w.are(person("p1", "Ana", "s1"), person("p2", "Ivo", "s1"))
	sent := w.do(e)
	w.ok(sent)
	refused := func(id activation.RunID) {
		t.Helper()
		_, err := w.svc.Decide(t.Context(), id, activation.ReconcileChoice{Missing: activation.MissingResend}, "iva")
		require.Equal(t, activation.CodeConflict, activation.CodeOf(err))
		var e *activation.Error
		require.ErrorAs(t, err, &e)
		require.NotEmpty(t, e.Remedy)
	}
	_, err := w.svc.Decide(t.Context(), sent.ID, activation.ReconcileChoice{}, "iva")
	require.Equal(t, activation.CodeConflict, activation.CodeOf(err), "a run that sent has nothing to decide")
	_, err = w.svc.Decide(t.Context(), sent.ID, activation.ReconcileChoice{ExtraUnknown: activation.ExtraOwn}, "iva")
	require.Equal(t, activation.CodeInvalid, activation.CodeOf(err))
	r := w.reconciled(e)
	id := w.start(e)
	w.are(person("p1", "Ana", "s1"), person("p2", "Ivo", "s1"), person("p3", "Eva", "s1"))
	w.drive(w.state(id, ledger.BatchAccepted))
	_, err = w.svc.Decide(t.Context(), r.ID, activation.ReconcileChoice{}, "iva")
	require.Equal(t, activation.CodeConflict, activation.CodeOf(err), "a run is under way")
	w.drive()
	_, err = w.svc.Decide(t.Context(), r.ID, activation.ReconcileChoice{}, "iva")
	require.Equal(t, activation.CodeConflict, activation.CodeOf(err), "the ledger moved")
	r = w.reconciled(e)
	e.List = 9
	_, err = w.svc.Update(t.Context(), e)
	require.NoError(t, err)
	refused(r.ID)
}

func TestS23AReconciliationKilledAnywhereEndsAsIfNothingHadHappened(t *testing.T) {
	t.Parallel()
	for _, point := range []string{"reconcile.page", "reconcile.before-ledger", "reconcile.after-ledger", "decide.before-ledger", "decide.after-ledger"} {
		t.Run(point, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			e := w.export("vip", w.connect("one", keyA), 7, "s1")
			list, addresses := crowd(700, "s1")
			w.are(list...)
			w.ok(w.do(e))
			w.a.takeOff(7, addresses[5])
			w.crash[point] = 1
			r := w.reconciled(e)
			require.EqualValues(t, []int64{699, 699, 1}, []int64{r.Reconciliation.Listed, r.Reconciliation.InStep, r.Reconciliation.Missing})
			choice := activation.ReconcileChoice{Missing: activation.MissingResend}
			if _, still := w.crash[point]; still {
				func() {
					defer func() { require.Equal(t, errCrash, recover()) }()
					_, _ = w.svc.Decide(t.Context(), r.ID, choice, "iva")
				}()
				w.restart()
				w.drive()
				require.Equal(t, point == "decide.after-ledger", w.run(r.ID).Reconciliation.Decision != nil, "what was recorded shows by itself")
			}
			decided, err := w.svc.Decide(t.Context(), r.ID, choice, "iva")
			require.NoError(t, err)
			require.NotNil(t, decided.Reconciliation.Decision)
			require.EqualValues(t, 1, w.ok(w.do(e)).Updated)
			require.Len(t, w.a.on(7), 700)
			require.Empty(t, filesOf(w.out))
		})
	}
}

func TestS23AReconciliationTakesItsTurnAndCanBeCanceled(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.export("vip", w.connect("one", keyA), 7, "s1")
	list, _ := crowd(1200, "s1")
	w.are(list...)
	sending := w.start(e)
	w.drive(w.state(sending, ledger.BatchAccepted))
	id := w.reconcile(e)
	_, _, err := w.svc.Start(t.Context(), e.ID, activation.RunReconcile, "ana", "")
	require.Equal(t, activation.CodeConflict, activation.CodeOf(err), "one at a time")
	w.drive(w.ended(sending))
	require.Zero(t, w.a.count("list_contacts")-1, "it is noted once; nothing is read back while an import is in flight")
	w.drive()
	require.EqualValues(t, 1200, w.run(id).Reconciliation.InStep)

	id = w.reconcile(e)
	_, err = w.svc.Cancel(t.Context(), id)
	require.NoError(t, err)
	w.drive()
	require.Equal(t, activation.StatusCanceled, w.run(id).Status)
	require.Nil(t, w.run(id).Reconciliation)

	// Trouble half-way: it begins anew, and counts nobody twice.
	w.a.fail("list_contacts", fault{outcome: destination.Unknown})
	r := w.reconciled(e)
	require.EqualValues(t, []int64{1200, 1200}, []int64{r.Reconciliation.Listed, r.Reconciliation.InStep})
}

func TestS23WithoutProfilesNothingIsCompared(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.export("vip", w.connect("one", keyA), 7, "s1")
	w.are(person("p1", "Ana", "s1"))
	w.ok(w.do(e))
	w.fails = []error{activation.Errorf(activation.CodeNotReady, "the unified profiles are not built yet")}
	id := w.reconcile(e)
	w.drive()
	require.Equal(t, activation.CodeNotReady, w.run(id).ErrorCode)
	require.Nil(t, w.run(id).Reconciliation)
}

func TestS23ARunAsksForAReconciliationWhenTheListsSizeIsOff(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.export("vip", w.connect("one", keyA), 7, "s1")
	list, addresses := crowd(100, "s1")
	w.are(list...)
	for i := range 5 {
		w.a.put(7, fmt.Sprintf("before-%d@example.com", i))
	}
	first := w.do(e)
	require.Nil(t, first.Plan.ReconcileAdvised, "it was read just now")
	second := w.do(e)
	require.Nil(t, second.Plan.ReconcileAdvised)
	w.a.takeOff(7, addresses[:10]...)
	require.Nil(t, w.do(e).Plan.ReconcileAdvised, "ten are not enough")
	w.a.takeOff(7, addresses[:11]...)
	r := w.do(e)
	require.Equal(t, activation.StatusSuccessful, r.Status, "the run goes on")
	require.Equal(t, &activation.ReconcileAdvice{ListSize: 94, Expected: 105}, r.Plan.ReconcileAdvised)
	dry, _, err := w.svc.Start(t.Context(), e.ID, activation.RunDry, "ana", "")
	require.NoError(t, err)
	w.drive()
	require.Nil(t, w.run(dry.ID).Plan.ReconcileAdvised)

	_, err = w.svc.Decide(t.Context(), w.reconciled(e).ID, activation.ReconcileChoice{}, "iva")
	require.NoError(t, err)
	require.Nil(t, w.do(e).Plan.ReconcileAdvised, "what a person left is not asked for again")
	for i := range 12 {
		w.a.put(7, fmt.Sprintf("by-hand-%d@example.com", i))
	}
	require.Equal(t, &activation.ReconcileAdvice{ListSize: 106, Expected: 94}, w.do(e).Plan.ReconcileAdvised)
}

func TestS23AfterARestoreExportsPauseUntilTheirListIsReconciled(t *testing.T) {
	t.Parallel()
	for name, restore := range map[string]func(w *world){
		"somebody says so": func(w *world) { require.NoError(w, w.svc.Restored(w.Context())) },
		"the ledger is older than the control store": func(w *world) {
			require.NoError(w, w.ledger.Close())
			for _, end := range []string{"", ".wal"} {
				_ = os.Remove(filepath.Join(w.dir, "ledger.duckdb"+end))
				if b, err := os.ReadFile(filepath.Join(w.dir, "copy"+end)); err == nil {
					require.NoError(w, os.WriteFile(filepath.Join(w.dir, "ledger.duckdb"+end), b, 0o600))
				}
			}
			w.openLedger()
			w.restart()
		},
		"the ledger is gone": func(w *world) {
			require.NoError(w, w.ledger.Close())
			require.NoError(w, os.Remove(filepath.Join(w.dir, "ledger.duckdb")))
			_ = os.Remove(filepath.Join(w.dir, "ledger.duckdb.wal"))
			w.openLedger()
			w.restart()
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			e := w.export("vip", w.connect("one", keyA), 7, "s1")
			ana, ivo, eva := person("p1", "Ana", "s1"), person("p2", "Ivo", "s1"), person("p3", "Eva", "s1")
			w.are(ana, ivo)
			w.ok(w.do(e))
			require.NoError(t, w.ledger.Close())
			for _, end := range []string{"", ".wal"} {
				if b, err := os.ReadFile(filepath.Join(w.dir, "ledger.duckdb"+end)); err == nil {
					require.NoError(t, os.WriteFile(filepath.Join(w.dir, "copy"+end), b, 0o600))
				}
			}
			w.openLedger()
			w.restart()
			w.are(ana, ivo, eva)
			w.ok(w.do(e))
			w.restart()
			w.ok(w.do(e))
			restore(w)

			calls := len(w.a.did())
			r := w.do(e)
			require.Equal(t, []any{activation.StatusFailed, activation.CodeNotReady}, []any{r.Status, r.ErrorCode})
			require.Contains(t, r.Remedy, "segue export reconcile")
			require.Len(t, w.a.did(), calls, "nothing was written")
			rec, created, err := w.svc.Start(t.Context(), e.ID, activation.RunReconcile, "ana", "")
			require.NoError(t, err)
			require.True(t, created)
			w.drive()
			found := w.run(rec.ID).Reconciliation
			require.NotNil(t, found)
			if found.ExtraProfile+found.ExtraSent > 0 {
				require.Equal(t, activation.CodeNotReady, w.do(e).ErrorCode, "reading it is not enough: somebody decides")
				_, err = w.svc.Decide(t.Context(), rec.ID, activation.ReconcileChoice{ExtraProfile: activation.ExtraOwn, ExtraSent: activation.ExtraOwn}, "ana")
				require.NoError(t, err)
			}
			w.restart()
			w.ok(w.do(e))
			require.Equal(t, []string{"ana@example.com", "eva@example.com", "ivo@example.com"}, w.a.on(7))
			w.are(ana, ivo)
			require.EqualValues(t, 1, w.ok(w.do(e)).Removed, "who was sent after the copy was made is known again")
		})
	}
}

func TestS23AfterARestoreNobodyIsTakenOffAFormerListThatWasNotReconciled(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.export("vip", w.connect("one", keyA), 7, "s1")
	w.are(person("p1", "Ana", "s1"), person("p2", "Ivo", "s1"))
	w.ok(w.do(e))
	require.NoError(t, w.svc.Restored(t.Context()))
	e.List = 9
	e, err := w.svc.Update(t.Context(), e)
	require.NoError(t, err)
	calls := len(w.a.did())
	r := w.do(e)
	require.Equal(t, []any{activation.StatusFailed, activation.CodeNotReady}, []any{r.Status, r.ErrorCode})
	require.Contains(t, r.Remedy, "7")
	require.Len(t, w.a.did(), calls, "nothing was written")
	e.List = 7
	e, err = w.svc.Update(t.Context(), e)
	require.NoError(t, err)
	w.reconciled(e)
	e.List = 9
	e, err = w.svc.Update(t.Context(), e)
	require.NoError(t, err)
	require.Equal(t, activation.StatusHeld, w.do(e).Status)
}
