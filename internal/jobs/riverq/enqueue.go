package riverq

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/rivertype"

	"segue/internal/jobs"
)

// stored is how a job lies in River's table.
type stored[A jobs.Args] struct {
	Key  string `json:"key" river:"unique"`
	Args A      `json:"args"`
}

// Kind implements river.JobArgs.
func (s stored[A]) Kind() string { return s.Args.Kind() }

// unfinished are the states in which a key is taken.
func unfinished() []rivertype.JobState {
	return []rivertype.JobState{
		rivertype.JobStateAvailable, rivertype.JobStatePending, rivertype.JobStateRetryable, rivertype.JobStateRunning, rivertype.JobStateScheduled,
	}
}

// Enqueue adds a job in the transaction given, workable from the time given on (zero: at once) and not before the
// commit. If there is an unfinished job of its kind and key, that one is hastened, or marked to be worked once more if it
// is being worked. Enqueue is what sqlite.Config.Enqueue wants.
func (q *Queue) Enqueue(ctx context.Context, tx *sql.Tx, a jobs.Args, at time.Time) error {
	wrap, ok := q.wrap[a.Kind()]
	if !ok {
		return fmt.Errorf("enqueue: nobody works jobs of kind %q", a.Kind())
	}
	args, err := wrap(a)
	if err != nil {
		return err
	}
	if at.IsZero() {
		at = q.cfg.Clock()
	}
	r, err := q.client.InsertTx(ctx, tx, args, &river.InsertOpts{
		ScheduledAt: at, UniqueOpts: river.UniqueOpts{ByArgs: true, ByState: unfinished()},
	})
	if err != nil {
		return fmt.Errorf("enqueue %s: %w", a.Kind(), err)
	}
	// One of the two meets the job, whether it is new or was there.
	for _, statement := range []string{hasten, markAgain} {
		if _, err := tx.ExecContext(ctx, statement, sql.Named("id", r.Job.ID), sql.Named("at", stamp(at))); err != nil {
			return fmt.Errorf("enqueue %s: %w", a.Kind(), err)
		}
	}
	return nil
}

// stamp writes a time as River does, so that texts compare.
func stamp(t time.Time) string {
	return t.UTC().Round(time.Millisecond).Format("2006-01-02 15:04:05.000")
}
