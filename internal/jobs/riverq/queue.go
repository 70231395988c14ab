package riverq

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"github.com/riverqueue/river"
	"github.com/riverqueue/river/riverdriver/riversqlite"
	"github.com/riverqueue/river/rivertype"

	"segue/internal/jobs"
)

var _ jobs.Worker = (*Queue)(nil)

// Config is what a Queue needs. DB, Handlers (all of them), Clock and Log are required.
type Config struct {
	// DB is the connection that writes the control store (sqlite.Store.Writer).
	DB       *sql.DB
	Handlers jobs.Handlers
	// Clock gives the real time; River reads the same clock by itself.
	Clock func() time.Time
	Log   *slog.Logger
	// Workers is how many jobs are worked at once. Defaults to 4.
	Workers int
	// PollInterval is how often the queue looks for workable jobs. Defaults to 100 ms.
	PollInterval time.Duration
	// JobTimeout is how long a handler may take without a sign of life (jobs.Alive) before its context ends. Defaults to 10 minutes.
	JobTimeout time.Duration
	// FirstBackOff is the wait after a first failure; it doubles with each further one up to MaxBackOff. Default to 1 s
	// and 5 minutes.
	FirstBackOff, MaxBackOff time.Duration
	// KeepFinished is how long finished jobs are kept. Defaults to 1 h.
	KeepFinished time.Duration
}

// Queue keeps and works jobs. It is safe for concurrent use.
type Queue struct {
	cfg    Config
	client *river.Client[*sql.Tx]
	// wrap makes River's arguments, by kind.
	wrap map[string]func(jobs.Args) (river.JobArgs, error)

	running  atomic.Bool // Run is at work
	stopping atomic.Bool // and is to stop

	mu     sync.Mutex
	inHand map[int64]bool // jobs whose handler is at work
}

// Open brings River's tables up to date. It fails with CodeNewerData if a newer Segue wrote them.
func Open(ctx context.Context, cfg Config) (*Queue, error) {
	if cfg.DB == nil || cfg.Handlers.StepRun == nil || cfg.Clock == nil || cfg.Log == nil {
		return nil, errors.New("queue: the configuration is incomplete")
	}
	setDefault(&cfg.Workers, 4)
	setDefault(&cfg.PollInterval, 100*time.Millisecond)
	setDefault(&cfg.JobTimeout, 10*time.Minute)
	setDefault(&cfg.FirstBackOff, time.Second)
	setDefault(&cfg.MaxBackOff, 5*time.Minute)
	setDefault(&cfg.KeepFinished, time.Hour)
	q := &Queue{cfg: cfg, wrap: map[string]func(jobs.Args) (river.JobArgs, error){}, inHand: map[int64]bool{}}
	if err := q.open(ctx); err != nil {
		return nil, fmt.Errorf("open the queue: %w", err)
	}
	return q, nil
}

func (q *Queue) open(ctx context.Context) (err error) {
	workers := river.NewWorkers()
	if err := register(q, workers, q.cfg.Handlers.StepRun); err != nil {
		return err
	}
	if q.cfg.Handlers.StepRefresh != nil {
		if err := register(q, workers, q.cfg.Handlers.StepRefresh); err != nil {
			return err
		}
	}
	if q.cfg.Handlers.RemoveConnection != nil {
		if err := register(q, workers, q.cfg.Handlers.RemoveConnection); err != nil {
			return err
		}
	}
	driver := riversqlite.New(q.cfg.DB)
	log := slog.New(quiet{q.cfg.Log.Handler()})
	if err := migrate(ctx, q.cfg.DB, driver, log); err != nil {
		return err
	}
	q.client, err = river.NewClient(driver, &river.Config{
		ID:                          "segue", // one process works here at a time
		Logger:                      log,
		Workers:                     workers,
		Queues:                      map[string]river.QueueConfig{river.QueueDefault: {MaxWorkers: q.cfg.Workers}},
		PollOnly:                    true, // notifications would be polled for too, on the same connection
		FetchPollInterval:           q.cfg.PollInterval,
		FetchCooldown:               min(q.cfg.PollInterval, river.FetchCooldownDefault),
		FetchOnlyKnownKinds:         true, // a job of a newer version waits for it
		JobTimeout:                  q.cfg.JobTimeout,
		RescueStuckJobsAfter:        q.cfg.JobTimeout + 5*time.Minute,
		MaxAttempts:                 math.MaxInt16,
		RetryPolicy:                 retryPolicy{q},
		CompletedJobRetentionPeriod: q.cfg.KeepFinished,
		CancelledJobRetentionPeriod: q.cfg.KeepFinished,
		DiscardedJobRetentionPeriod: q.cfg.KeepFinished,
		ReindexerIndexNames:         []string{}, // nothing to gain in a file this small
	})
	return err
}

func setDefault[T comparable](v *T, to T) {
	var zero T
	if *v == zero {
		*v = to
	}
}

// Run implements jobs.Worker.
func (q *Queue) Run(ctx context.Context) error {
	if !q.running.CompareAndSwap(false, true) {
		return errors.New("queue: it is running already")
	}
	defer q.running.Store(false)
	if ctx.Err() != nil {
		return nil
	}
	q.stopping.Store(false)
	if err := q.recover(ctx); err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return fmt.Errorf("recover jobs: %w", err)
	}
	// River gets no context that ends: it would cut off its own statements, not only the handlers.
	if err := q.client.Start(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("start the queue: %w", err)
	}
	<-ctx.Done()
	q.stopping.Store(true)
	if err := q.client.StopAndCancel(context.WithoutCancel(ctx)); err != nil {
		return fmt.Errorf("stop the queue: %w", err)
	}
	return nil
}

// retryPolicy is for what River itself finds wrong with a job; handlers' errors never get that far.
type retryPolicy struct{ q *Queue }

// NextRetry implements river.ClientRetryPolicy.
func (p retryPolicy) NextRetry(job *rivertype.JobRow) time.Time {
	return p.q.cfg.Clock().Add(p.q.backOff(len(job.Errors) + 1))
}

// backOff is how long to wait after so many failures in a row.
func (q *Queue) backOff(failures int) time.Duration {
	d := q.cfg.FirstBackOff
	for i := 1; i < failures && d < q.cfg.MaxBackOff; i++ {
		d *= 2
	}
	return min(d, q.cfg.MaxBackOff)
}
