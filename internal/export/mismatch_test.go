package export_test

import (
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"segue/internal/activation"
	"segue/internal/ledger"
)

func TestS23AfterAReceiptThatDoesNotAddUpTheListCanBeReconciled(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	e := w.export("vip", w.connect("one", keyA), 7, "s1")
	w.are(person("p1", "Ana", "s1"))
	run := w.start(e)
	w.drive(w.state(run, ledger.BatchAccepted))
	w.pen.Write(t, filepath.Join(w.out, string(run)+".members.parquet"), "profile_id, address, problem, winner",
		[][]string{{"p1", "ana@example.com", "", "p1"}, {"p9", "nobody@example.com", "", "p9"}})
	w.drive(w.ended(run))
	r := w.run(run)
	require.Equal(t, []any{activation.StatusFailed, activation.CodeReceiptMismatch}, []any{r.Status, r.ErrorCode}, r.Error)
	for range 2 {
		rec := w.reconciled(e)
		_, err := w.svc.Decide(t.Context(), rec.ID, activation.ReconcileChoice{}, "iva")
		require.NoError(t, err)
		_, err = w.svc.Adopt(t.Context(), e.ID, "iva")
		require.NoError(t, err)
		w.restart()
	}
	open, err := w.ledger.OpenRuns(t.Context())
	require.NoError(t, err)
	require.Empty(t, open)
	require.EqualValues(t, 1, w.ok(w.do(e)).Unchanged)
}
