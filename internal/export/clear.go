package export

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"time"

	"segue/internal/activation"
	"segue/internal/destination"
	"segue/internal/jobs"
	"segue/internal/ledger"
	"segue/internal/store"
)

// probeRows is the most people that clearing is proved on (S16).
const probeRows = 5

// clears reports whether a plan sends what is missing as empty: it is on for the connection, or asked for, and then nothing is
// sent that empties anything before it was proved (S16).
func clears(w *work) bool {
	_, can := w.dest.(destination.Clearer)
	return can && w.conn.ClearEmpty != activation.ClearOff
}

// importRows sends the rows of a batch, which empty what is stored if the batch was planned so.
func (s *Service) importRows(ctx context.Context, w *work, b ledger.Batch, rows []activation.Row) (activation.ProcessID, error) {
	if !b.Clear {
		return w.dest.Import(ctx, b.List, rows)
	}
	c, can := w.dest.(destination.Clearer)
	if !can {
		return 0, activation.Errorf(activation.CodeInternal, "this destination cannot empty values")
	}
	return c.ImportClearing(ctx, b.List, rows)
}

// mayClear looks at a batch that would empty values before it is sent. While clearing is only asked for it goes out if it is the
// one to prove it on; that one is made here, or, if nobody is found for it, the run is planned again without clearing. false
// means that another batch comes first.
func (s *Service) mayClear(ctx context.Context, w *work, b ledger.Batch) (bool, error) {
	if !b.Clear {
		return true, nil
	}
	err := s.cfg.Store.View(ctx, func(r store.Reader) (err error) {
		w.conn, err = r.Connection(ctx, w.conn.ID)
		return err
	})
	switch {
	case err != nil:
		return false, err
	case w.conn.ClearEmpty == activation.ClearOn, w.conn.ClearEmpty == activation.ClearAsked && b.Probe:
		return true, nil
	case w.conn.ClearEmpty == activation.ClearOff:
		return false, s.planAgain(ctx, w, false, false)
	}
	people, err := s.probe(ctx, w, b.Run)
	if err != nil {
		return false, err
	}
	if len(people) == 0 {
		s.cfg.Log.InfoContext(ctx, "nobody was found on whom clearing could be proved", "run", w.run.ID, "connection", w.conn.ID)
		return false, s.planAgain(ctx, w, false, true)
	}
	if err := s.cfg.Ledger.Carve(ctx, b.Run, people); err != nil {
		return false, err
	}
	s.cfg.FailPoint("clear.after-carve")
	return false, nil
}

// probe reads contacts of people with an empty value, and finds some who have something that their row does not name: those
// first of whom something is stored that is to be emptied. What they have is what must survive.
func (s *Service) probe(ctx context.Context, w *work, run activation.RunID) (people []ledger.Before, err error) {
	attributes, err := w.dest.Attributes(ctx)
	if err != nil {
		return nil, err
	}
	rows, err := s.cfg.Ledger.ClearCandidates(ctx, run, s.cfg.ProbeReads)
	if err != nil {
		return nil, err
	}
	var others []ledger.Before
	for _, r := range rows {
		jobs.Alive(ctx)
		c, err := w.dest.Contact(ctx, r.Address)
		var de *destination.Error
		if errors.As(err, &de) && de.Code == activation.CodeNotFound {
			continue
		}
		if err != nil {
			return nil, err
		}
		before, err := unnamed(r, c, attributes)
		switch {
		case err != nil:
			return nil, err
		case !before.Shows(), c.Blocklisted, len(c.Unsubscribed) > 0:
		case before.Stale:
			people = append(people, before)
		default:
			others = append(others, before)
		}
		if len(people) == probeRows {
			return people, nil
		}
	}
	return append(people, others[:min(len(others), probeRows-len(people))]...), nil
}

// unnamed is what a contact has that a row does not name: but for what nobody can write, which changes by itself.
func unnamed(r activation.Row, c destination.Contact, attributes []destination.Attribute) (ledger.Before, error) {
	b := ledger.Before{Address: r.Address, ModifiedAt: c.ModifiedAt, Values: map[string]string{}}
	dec := json.NewDecoder(bytes.NewReader(r.Attributes))
	dec.UseNumber()
	named := map[string]any{}
	if err := dec.Decode(&named); err != nil {
		return b, activation.Errorf(activation.CodeInternal, "a row that is to be sent cannot be read")
	}
	for _, has := range []map[string]string{c.Attributes, c.Identifiers} {
		for name, value := range has {
			sent, isNamed := named[name]
			switch {
			case value == "":
			case !isNamed:
				b.Values[name] = value
			case sent == "":
				b.Stale = true
			}
		}
	}
	for _, a := range attributes {
		if a.ReadOnly {
			delete(b.Values, a.Name)
		}
	}
	return b, nil
}

// survived compares a contact of the batch on which clearing is proved with what it was: what its row does not name must be there
// still. landed reports whether it can be seen that the batch was carried out.
func (s *Service) survived(ctx context.Context, b ledger.Batch, r activation.Row, c destination.Contact) (diff *activation.Error, landed bool, err error) {
	now, err := unnamed(r, c, nil)
	if err != nil {
		return nil, false, err
	}
	name, landed, err := s.cfg.Ledger.Compared(ctx, b.ID, now)
	if err != nil || name == "" {
		return nil, landed, err
	}
	return activation.Errorf(activation.CodeProofFailed, "the import that empties values also changed %s, which it does not name", name), landed, nil
}

// proved switches clearing on after its proof.
func (s *Service) proved(ctx context.Context, w *work) error {
	return s.switchClear(ctx, w, activation.ClearAsked, activation.ClearOn)
}

// notProved switches clearing off, and says so beside the difference.
func (s *Service) notProved(ctx context.Context, w *work, diff *activation.Error) (*activation.Error, error) {
	if err := s.switchClear(ctx, w, activation.ClearAsked, activation.ClearOff); err != nil {
		return nil, err
	}
	return activation.Errorf(activation.CodeProofFailed, "%s; emptying values is switched off for the connection", diff.Message).
		WithRemedy("Look at the attribute of at most five contacts in Brevo, and mend it there; without emptying values the export can run again"), nil
}

// switchClear lets the connection go from one state to another, unless somebody has decided otherwise meanwhile.
func (s *Service) switchClear(ctx context.Context, w *work, from, to activation.ClearState) error {
	switched := false
	err := s.cfg.Store.Update(ctx, func(tx store.Tx) error {
		c, err := tx.Connection(ctx, w.conn.ID)
		if err != nil {
			return err
		}
		if w.conn = c; c.ClearEmpty != from {
			return nil
		}
		c.ClearEmpty, c.UpdatedAt = to, s.cfg.Clock().UTC().Truncate(time.Microsecond)
		w.conn, switched = c, true
		return tx.UpdateConnection(ctx, c)
	})
	if err != nil {
		return err
	}
	if switched {
		s.cfg.Log.InfoContext(ctx, "clearing was judged by its proof", "run", w.run.ID, "connection", w.conn.ID, "on", to == activation.ClearOn)
	}
	s.cfg.FailPoint("clear.after-switch")
	return nil
}
