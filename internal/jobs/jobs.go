// Package jobs is the port for work that outlives a request: the kinds of job and their arguments. It knows
// neither how jobs are stored nor what their handlers do.
//
// A job is one short, idempotent step. Waiting is a snooze, never a sleeping job. A job that is left running by a
// crash is made available again at the next start. Every engine passes package jobstest.
package jobs

import (
	"context"
	"time"

	"segue/internal/activation"
)

// Args are the arguments of a job; Kind is stable, it is stored.
type Args interface {
	Kind() string
	// Key makes a job unique among the unfinished jobs of its kind. Enqueuing it again adds no second job but never
	// gets lost: a waiting job becomes workable at the earlier of the two times, whatever it waits for; a job that is
	// being worked is worked once more afterwards. So whoever changes something and enqueues in one transaction can
	// rely on a handler that sees the change.
	Key() string
}

// StepRun takes a run one or more steps further.
type StepRun struct {
	Run activation.RunID `json:"run"`
}

// Kind implements Args.
func (StepRun) Kind() string { return "step_run" }

// Key implements Args.
func (a StepRun) Key() string { return string(a.Run) }

// StepRefresh takes a refresh one step further.
type StepRefresh struct {
	Refresh activation.RefreshID `json:"refresh"`
}

// Kind implements Args.
func (StepRefresh) Kind() string { return "step_refresh" }

// Key implements Args.
func (a StepRefresh) Key() string { return string(a.Refresh) }

// RemoveConnection takes the removal of a connection to its end: runs stop, then its key is destroyed.
type RemoveConnection struct {
	Connection activation.ConnectionID `json:"connection"`
}

// Kind implements Args.
func (RemoveConnection) Kind() string { return "remove_connection" }

// Key implements Args.
func (a RemoveConnection) Key() string { return string(a.Connection) }

// Result says what becomes of a job that was worked.
type Result struct {
	// Snooze is how long to wait before working it again; zero means it is done, unless Again is set.
	Snooze time.Duration
	// Again asks for another go at once, after other jobs had their turn.
	Again bool
}

// Handlers works each kind of job. An error or a panic is retried for ever, with back-off, by the queue; a handler that
// knows better returns a snooze. The context of a handler ends when the worker is to stop; the job is then worked
// again by the next one, unless the handler returned that it is done. It also ends when the handler takes too long without
// a sign of life (Alive). No job is worked by two handlers at once, jobs
// of different keys are.
type Handlers struct {
	StepRun func(ctx context.Context, a StepRun) (Result, error)
	// StepRefresh may be nil: then no refresh can be enqueued.
	StepRefresh func(ctx context.Context, a StepRefresh) (Result, error)
	// RemoveConnection may be nil: then none can be enqueued.
	RemoveConnection func(ctx context.Context, a RemoveConnection) (Result, error)
}

type aliveKey struct{}

// WithAlive returns a context in which Alive calls f; an engine makes it for each job.
func WithAlive(ctx context.Context, f func()) context.Context {
	return context.WithValue(ctx, aliveKey{}, f)
}

// Alive says that the job at work gets on, so that its time begins anew: a handler that reads millions of people page by page
// takes longer than a job may without a sign of life.
func Alive(ctx context.Context) {
	if f, ok := ctx.Value(aliveKey{}).(func()); ok {
		f()
	}
}

// Worker works jobs until its context ends.
type Worker interface {
	// Run makes jobs left running by a crash available, works jobs, and returns nil once ctx has ended and the jobs
	// in hand have come to a stop. Only one worker may run on a store, and Run not twice at once.
	Run(ctx context.Context) error
}
