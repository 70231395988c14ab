package sqlite

import (
	"context"
	"database/sql"
	"time"

	"segue/internal/jobs"
	"segue/internal/store/sqlite/sqlcgen"
)

// reader reads within a transaction.
type reader struct{ q *sqlcgen.Queries }

// txn reads and writes within a transaction.
type txn struct {
	reader
	tx      *sql.Tx
	enqueue func(ctx context.Context, tx *sql.Tx, a jobs.Args, at time.Time) error
}

// Enqueue implements store.Tx.
func (t *txn) Enqueue(ctx context.Context, a jobs.Args, at time.Time) error {
	return translate(ctx, "enqueue "+a.Kind(), t.enqueue(ctx, t.tx, a, at))
}
