package export

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"time"

	"segue/internal/activation"
	"segue/internal/destination"
	"segue/internal/jobs"
	"segue/internal/ledger"
	"segue/internal/store"
)

// work is what one step has at hand.
type work struct {
	run    activation.Run
	export activation.Export
	conn   activation.Connection
	dest   destination.Destination
	acct   ledger.AccountID
	// released says that the plan which is being made takes the place of a released one.
	released bool
}

func (w *work) account() activation.Account { return w.conn.Details.Account }

// wait asks for a pause in a run; status says why. A run that waits for its turn keeps its place in the line; any other
// gives its turn away, unless an import of it is in flight.
type wait struct {
	d      time.Duration
	status activation.RunStatus
	inLine bool
}

var errEnded = errors.New("the run has ended")

// Error implements error, so that a pause travels up like a failure.
func (w wait) Error() string { return "wait " + w.d.String() }

// Step takes a run as far as it can go now. It is a job's handler: short, idempotent, repeated after a crash.
func (s *Service) Step(ctx context.Context, a jobs.StepRun) (jobs.Result, error) {
	r, err := s.Run(ctx, a.Run)
	if activation.CodeOf(err) == activation.CodeNotFound {
		s.turns.leave(a.Run)
		return jobs.Result{}, nil
	}
	if err != nil {
		return jobs.Result{}, err
	}
	if r.Status.Final() {
		s.turns.leave(a.Run)
		return jobs.Result{}, s.afterEnd(ctx, r)
	}
	w := &work{run: r}
	err = s.advance(ctx, w)
	if !errors.Is(err, errEnded) {
		s.calls.add(w)
	}
	if ctx.Err() != nil {
		return jobs.Result{Again: true}, nil
	}
	var pause wait
	switch {
	case err == nil:
		return jobs.Result{Again: true}, nil
	case errors.Is(err, errEnded):
		s.turns.leave(a.Run)
		return jobs.Result{}, nil
	case errors.As(err, &pause):
		if !pause.inLine {
			s.yield(ctx, w, pause.d)
		}
		return jobs.Result{Snooze: pause.d}, errors.Join(s.rest(ctx, w, pause), s.tellLate(ctx, w, pause))
	default:
		res, err := s.trouble(ctx, w, err)
		s.yield(ctx, w, res.Snooze)
		return res, err
	}
}

// advance does one turn's worth of work; nil means there is more to do at once.
func (s *Service) advance(ctx context.Context, w *work) error {
	if w.run.Status == activation.StatusHeld {
		if !w.run.Stops() {
			return errEnded // nothing to do until a person decides
		}
		return s.abort(ctx, w, activation.ReasonCanceled, nil)
	}
	err := s.open(ctx, w)
	if w.run.Stop != "" && activation.CodeOf(err) == activation.CodeNoConnection {
		return s.abort(ctx, w, activation.ReasonCanceled, nil) // its key is destroyed
	}
	if err != nil {
		return err
	}
	if w.run.Stop == activation.StopRemoved && s.cfg.Clock().Sub(w.conn.RemovingAt) >= followRemoved {
		return s.abort(ctx, w, activation.ReasonCanceled, nil) // what is in flight is left there (S29)
	}
	if w.run.Stops() {
		if err := s.stopReady(ctx, w); err != nil {
			return err
		}
	} else if err := s.mayRun(ctx, w); err != nil {
		if stop, serr := s.stopsNow(ctx, w); serr != nil || stop {
			return cmp.Or(serr, err)
		}
	}
	if ok, err := s.turn(ctx, w); err != nil {
		return err
	} else if !ok {
		d := min(max(s.turns.paused(w.account(), s.cfg.Clock()), 0), time.Minute) + 500*time.Millisecond
		return wait{d: d, status: w.run.Status, inLine: true}
	}
	if w.run.Kind == activation.RunReconcile {
		return s.reconcile(ctx, w)
	}
	if err := s.reconciledFirst(ctx, w); err != nil {
		return err
	}
	state, err := s.cfg.Ledger.RunState(ctx, w.run.ID)
	if activation.CodeOf(err) == activation.CodeNotFound {
		s.tryLookAfter(ctx, w)
		plan := s.plan
		if w.run.Kind.OnlyRemoves() {
			plan = s.planRemoval
		}
		if err := plan(ctx, w); err != nil {
			return err
		}
		state, err = s.cfg.Ledger.RunState(ctx, w.run.ID)
	}
	if err != nil {
		return err
	}
	if state.Ended || w.run.Kind == activation.RunDry {
		return s.finish(ctx, w)
	}
	begun, err := s.begun(ctx, state)
	if err != nil {
		return err
	}
	if w.run.Released && !begun && !w.run.Kind.OnlyRemoves() {
		// While it was held the mirror may have grown old; what it shows now is compared with every batch (S2, S25).
		if err := s.mirror(ctx, w); err != nil {
			return err
		}
		if err := s.noteAgain(ctx, w); err != nil {
			return err
		}
	}
	if err := s.hold(ctx, w, state); err != nil {
		return err
	}
	s.turns.remains(w.account(), w.run.ID, onlyRemovals(state))
	return s.batches(ctx, w)
}

// turn takes the account's turn, or a place in the line for it: ahead of imports if it is known that only removals are left.
func (s *Service) turn(ctx context.Context, w *work) (bool, error) {
	removals := w.run.Kind.OnlyRemoves()
	if w.run.Kind == activation.RunReal && !s.turns.waits(w.account(), w.run.ID) {
		st, err := s.cfg.Ledger.RunState(ctx, w.run.ID)
		if err != nil && activation.CodeOf(err) != activation.CodeNotFound {
			return false, err
		}
		removals = err == nil && onlyRemovals(st) && (len(st.Summary.Held) == 0 || w.run.Released)
	}
	return s.turns.take(w.account(), w.run.ID, removals), nil
}

// onlyRemovals reports whether removals are all that is left of a planned run.
func onlyRemovals(st ledger.RunState) bool {
	return st.Progress.ImportsDone == st.Progress.Imports && st.Progress.RemovalsDone < st.Progress.Removals
}

// batches works batch after batch. Between two of them, when no import is in flight, the turn is given back if others
// wait (S24, S30).
func (s *Service) batches(ctx context.Context, w *work) error {
	began := s.cfg.Clock()
	for first := true; first || s.cfg.Clock().Sub(began) < s.cfg.StepTime; first = false {
		b, ok, err := s.cfg.Ledger.NextBatch(ctx, w.run.ID)
		if err != nil {
			return err
		}
		if !ok {
			if more, err := s.letGoMeanwhile(ctx, w); err != nil || more {
				return err
			}
			return s.finish(ctx, w)
		}
		if !first && !inFlight(b) && s.turns.pass(w.account(), w.run.ID) {
			return wait{d: 200 * time.Millisecond, status: activation.StatusRunning, inLine: true}
		}
		if !inFlight(b) {
			s.tryLookAfter(ctx, w)
		}
		if err := s.batch(ctx, w, b); err != nil {
			return err
		}
	}
	return nil
}

// inFlight reports whether the batch is an import that may be under way: nothing else is imported into its account until it
// is known what became of it (S17, S30).
func inFlight(b ledger.Batch) bool {
	return b.Kind == ledger.BatchImport && b.State != ledger.BatchReady && b.State != ledger.BatchEnded
}

// yield gives the turn of a run that pauses to others, unless an import of it is in flight. If the ledger cannot say, it is
// kept.
func (s *Service) yield(ctx context.Context, w *work, pause time.Duration) {
	b, ok, err := s.cfg.Ledger.NextBatch(ctx, w.run.ID)
	if err == nil && (!ok || !inFlight(b)) {
		s.turns.leave(w.run.ID)
		return
	}
	s.turns.pause(w.account(), w.run.ID, s.cfg.Clock().Add(pause))
}

// stopsNow reports whether a run that may not go on can be stopped now: not while an import of it is in flight, which is
// followed first (S29), nor when there is nothing left of it to send.
func (s *Service) stopsNow(ctx context.Context, w *work) (bool, error) {
	_, err := s.cfg.Ledger.RunState(ctx, w.run.ID)
	if activation.CodeOf(err) == activation.CodeNotFound {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	b, ok, err := s.cfg.Ledger.NextBatch(ctx, w.run.ID)
	return ok && !inFlight(b), err
}

// stopReady ends a canceled run that has nothing in flight without waiting for its turn (S29).
func (s *Service) stopReady(ctx context.Context, w *work) error {
	b, ok, err := s.cfg.Ledger.NextBatch(ctx, w.run.ID)
	if err != nil {
		return err
	}
	_, err = s.cfg.Ledger.RunState(ctx, w.run.ID)
	unplanned := activation.CodeOf(err) == activation.CodeNotFound
	if unplanned || (ok && !inFlight(b)) {
		return s.abort(ctx, w, activation.ReasonCanceled, nil)
	}
	if err != nil {
		return err
	}
	return nil // what is in flight is followed, what has ended is finished
}

// open loads what the run is about and opens its destination.
func (s *Service) open(ctx context.Context, w *work) (err error) {
	err = s.cfg.Store.View(ctx, func(r store.Reader) error {
		w.export, err = r.Export(ctx, w.run.Export)
		return err
	})
	if err != nil {
		return err
	}
	over := cmp.Or(w.run.Connection, w.export.Connection)
	w.dest, w.conn, err = s.cfg.Connections.Open(ctx, over)
	if activation.CodeOf(err) == activation.CodeNotFound && w.run.Status.Final() && w.export.Connection != "" {
		w.dest, w.conn, err = s.cfg.Connections.Open(ctx, w.export.Connection) // what it left in flight is looked after over another one
	}
	if activation.CodeOf(err) == activation.CodeNotFound {
		if d := w.export.Detached; d != nil && d.Account.OrganizationID != "" {
			w.conn = activation.Connection{ID: over, Details: activation.AccountDetails{Account: d.Account}}
			if w.acct, err = s.cfg.Ledger.Account(ctx, d.Account); err != nil {
				return err
			}
		}
		return w.export.NoConnection()
	}
	if err != nil {
		return err
	}
	w.acct, err = s.cfg.Ledger.Account(ctx, w.account())
	return err
}

// project writes how the run stands to the store.
func (s *Service) project(ctx context.Context, w *work, f func(*activation.Run)) error {
	r, err := s.change(ctx, w.run.ID, func(r *activation.Run) error {
		f(r)
		return nil
	}, false)
	if err == nil {
		w.run = r
	}
	return err
}

// running marks the run as running at a step, unless it is already.
func (s *Service) running(ctx context.Context, w *work, step activation.RunStep) error {
	if w.run.Status == activation.StatusRunning && w.run.Step == step && w.run.Error == "" {
		return nil
	}
	return s.project(ctx, w, func(r *activation.Run) {
		r.Status, r.Step = activation.StatusRunning, step
		if r.StartedAt.IsZero() {
			r.StartedAt = s.cfg.Clock().UTC()
		}
		r.Error, r.ErrorCode, r.Remedy = "", "", ""
	})
}

// rest shows why a run pauses, if that changed.
func (s *Service) rest(ctx context.Context, w *work, p wait) error {
	if w.run.Status == p.status || p.status == activation.StatusQueued {
		return nil
	}
	return s.project(ctx, w, func(r *activation.Run) { r.Status = p.status })
}

// definite are the answers that stop a run until a person mends something (S28).
func definite(c activation.Code) bool {
	return slices.Contains([]activation.Code{
		activation.CodeInvalid, activation.CodeNotFound, activation.CodeForbidden, activation.CodeNotReady, activation.CodeCannotEvaluate,
		activation.CodeBadCredentials, activation.CodeKeyMissing, activation.CodeAddressRefused, activation.CodeWrongAccount,
		activation.CodeListMissing, activation.CodeAttributeMissing, activation.CodeAttributeTaken, activation.CodeProofFailed,
		activation.CodeReceiptMismatch, activation.CodeRefused, activation.CodeCorrupt, activation.CodeNoConnection, activation.CodeNeedsExportUser,
	}, c)
}

// trouble decides what becomes of a run that met an error: it ends for good, or tries again later (S28).
func (s *Service) trouble(ctx context.Context, w *work, err error) (jobs.Result, error) {
	err = destination.Translate(err)
	code := activation.CodeOf(err)
	if definite(code) {
		s.cfg.Log.ErrorContext(ctx, "run failed", "run", w.run.ID, "export", w.run.Export, "code", code, "error", err)
		// Why is noted first: after a crash while it is stopped nobody would know any more.
		if perr := s.project(ctx, w, func(r *activation.Run) { r.ErrorCode, r.Error, r.Remedy = describe(err) }); perr != nil {
			return jobs.Result{}, perr
		}
		if err := s.abort(ctx, w, activation.ReasonStopped, err); !errors.Is(err, errEnded) {
			return jobs.Result{Snooze: time.Second}, err
		}
		s.turns.leave(w.run.ID)
		return jobs.Result{}, nil
	}
	status := activation.StatusRetrying
	var de *destination.Error
	pause := backOff(w.run.Attempt, s.cfg.MaxBackOff)
	if errors.As(err, &de) {
		status = activation.StatusWaiting
		pause = max(pause, de.RetryAfter)
	}
	s.cfg.Log.WarnContext(ctx, "run will be tried again", "run", w.run.ID, "code", code, "attempt", w.run.Attempt+1, "in", pause, "error", err)
	perr := s.project(ctx, w, func(r *activation.Run) {
		r.Status = status
		if r.StartedAt.IsZero() {
			r.StartedAt = s.cfg.Clock().UTC()
		}
		r.Attempt++
		r.ErrorCode, r.Error, r.Remedy = describe(err)
	})
	return jobs.Result{Snooze: pause}, perr
}

func backOff(attempt int, most time.Duration) time.Duration {
	d := time.Second
	for i := 0; i < attempt && d < most; i++ {
		d *= 2
	}
	return min(d, most)
}

func describe(err error) (activation.Code, string, string) {
	var e *activation.Error
	if errors.As(err, &e) {
		return e.Code, e.Message, e.Remedy
	}
	return activation.CodeInternal, err.Error(), ""
}

// files are the hand-over files of a run.
func (s *Service) files(run activation.RunID) []string {
	list, _ := filepath.Glob(filepath.Join(s.cfg.HandOverDir, string(run)+".*"))
	return list
}

// tidy deletes the hand-over files of a run that needs them no more (S35), and what it had read of its list.
func (s *Service) tidy(ctx context.Context, r activation.Run) error {
	if r.Kind == activation.RunReconcile {
		if err := s.cfg.Ledger.ForgetReading(ctx, r.ID); err != nil {
			return err
		}
	}
	for _, f := range s.files(r.ID) {
		if err := os.Remove(f); err != nil && !errors.Is(err, os.ErrNotExist) {
			return fmt.Errorf("delete the hand-over of run %s: %w", r.ID, err)
		}
	}
	return nil
}

// afterEnd does what is left to do for a run that has ended in the store, whatever was done already.
func (s *Service) afterEnd(ctx context.Context, r activation.Run) error {
	if r.Status == activation.StatusCanceled && r.Receipt == nil && r.Kind.Writes() {
		return s.forget(ctx, r.ID) // the program was killed while it was refused or replaced
	}
	return errors.Join(s.recallDecision(ctx, r), s.tidy(ctx, r))
}

// forget drops a run that was held. If refusals of it were carried out (S26) it is ended instead, with a receipt.
func (s *Service) forget(ctx context.Context, id activation.RunID) error {
	s.turns.leave(id)
	s.cfg.FailPoint("refuse.before-ledger")
	st, err := s.cfg.Ledger.RunState(ctx, id)
	if activation.CodeOf(err) == activation.CodeNotFound {
		return s.tidy(ctx, activation.Run{ID: id})
	}
	if err != nil {
		return err
	}
	if err := s.endHeld(ctx, st); err != nil {
		return fmt.Errorf("end run %s: %w", id, err)
	}
	return s.tidy(ctx, activation.Run{ID: id})
}

// endHeld ends in the ledger a run that has ended in the store, and lets the store show its receipt.
func (s *Service) endHeld(ctx context.Context, st ledger.RunState) error {
	if st.Progress.ImportsSent+st.Progress.RemovalsDone == 0 && s.cfg.Ledger.Discard(ctx, st.Run) == nil {
		return nil
	}
	if err := s.cfg.Ledger.Abort(ctx, st.Run, activation.ReasonCanceled); err != nil {
		return err
	}
	receipt, err := s.cfg.Ledger.Finish(ctx, st.Run, s.cfg.Clock().UTC())
	if err != nil {
		return err
	}
	s.cfg.FailPoint("refuse.after-ledger")
	_, err = s.change(ctx, st.Run, func(r *activation.Run) error {
		if r.Receipt == nil {
			receipt.ListSize = -1
			r.Receipt = &receipt
		}
		return nil
	}, false)
	return err
}
