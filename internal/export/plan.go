package export

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"segue/internal/activation"
	"segue/internal/destination"
	"segue/internal/jobs"
	"segue/internal/ledger"
	"segue/internal/store"
	"segue/internal/warehouse"
)

// plan takes a run from nothing to a stored plan: who is behind the key, what the account looks like, who is a member,
// and how that differs from what was acknowledged.
func (s *Service) plan(ctx context.Context, w *work) error {
	if err := s.running(ctx, w, activation.StepPlan); err != nil {
		return err
	}
	if err := s.identify(ctx, w); err != nil {
		return err
	}
	if err := s.adopt(w); err != nil {
		return err
	}
	if err := s.stillDefined(ctx, w); err != nil {
		return err
	}
	list, err := checkList(ctx, w.dest, w.export.List)
	if err != nil {
		return err
	}
	if err := s.mirror(ctx, w); err != nil {
		return err
	}
	noted, err := s.cfg.Ledger.ListNoted(ctx, w.acct, w.export.List, w.export.ID)
	if err != nil {
		return err
	}
	before, err := s.noteList(ctx, w, list)
	if err != nil {
		return err
	}
	s.cfg.FailPoint("plan.before-members")
	h, def, err := s.members(ctx, w)
	if err != nil {
		return err
	}
	if err := s.stillDefined(ctx, w); err != nil {
		return err
	}
	s.cfg.FailPoint("plan.before-ledger")
	summary, err := s.compare(ctx, w, h, def, clears(w))
	if err != nil {
		return err
	}
	s.cfg.FailPoint("plan.after-ledger")
	summary.ThereBefore = max(summary.ThereBefore, before)
	if noted { // else it was read just now
		if summary.ReconcileAdvised, err = s.advise(ctx, w, list.Size); err != nil {
			return err
		}
	}
	return s.project(ctx, w, func(r *activation.Run) {
		r.Step, r.Plan, r.Attempt = activation.StepCheck, &summary, 0
	})
}

// identify holds that the key still leads to the account that the connection was made for (S1).
func (s *Service) identify(ctx context.Context, w *work) error {
	d, err := w.dest.Account(ctx)
	if err != nil {
		return err
	}
	if d.OrganizationID != w.account().OrganizationID {
		return activation.Errorf(activation.CodeWrongAccount, "the key of the connection %q leads to another account now", w.conn.Name).
			WithRemedy("Enter a key of the account that the connection was made for")
	}
	return nil
}

// reads reports whether a run may read the account's contacts: not where the mirror is switched off, unless it was asked to.
func reads(w *work) bool { return !w.conn.MirrorOff || w.run.RefreshMirror }

// mirror brings the account mirror up to date when it is older than MirrorAge, or than a run that was asked to read it (S2).
func (s *Service) mirror(ctx context.Context, w *work) error {
	if !reads(w) {
		return nil
	}
	st, err := s.cfg.Ledger.Mirror(ctx, w.acct)
	if err != nil {
		return err
	}
	if w.run.RefreshMirror && st.AsOf.Before(w.run.CreatedAt) {
		return s.readMirror(ctx, w)
	}
	// A clock that was wrong once must not keep the mirror from being read for years.
	if now := s.cfg.Clock(); !st.AsOf.IsZero() && !st.AsOf.After(now) && now.Sub(st.AsOf) < s.cfg.MirrorAge {
		return nil
	}
	return s.readMirror(ctx, w)
}

// readMirror reads what changed of the account's contacts, or everything the first time (S2).
func (s *Service) readMirror(ctx context.Context, w *work) error {
	st, err := s.cfg.Ledger.Mirror(ctx, w.acct)
	if err != nil {
		return err
	}
	now := s.cfg.Clock().UTC()
	since, newest := mirrorSince(st, now), st.Newest
	round, batch := now.UnixMicro(), make([]ledger.MirrorContact, 0, 1000)
	put := func() error {
		jobs.Alive(ctx)
		if err := s.cfg.Ledger.PutMirror(ctx, w.acct, round, batch); err != nil {
			return err
		}
		batch = batch[:0]
		return s.stopReading(ctx, w)
	}
	for c, err := range w.dest.Contacts(ctx, since) {
		if err != nil {
			return err
		}
		if c.ModifiedAt.After(newest) {
			newest = c.ModifiedAt
		}
		batch = append(batch, mirrored(c))
		if len(batch) == cap(batch) {
			if err := put(); err != nil {
				return err
			}
		}
	}
	if err := put(); err != nil {
		return err
	}
	return s.cfg.Ledger.FinishMirror(ctx, w.acct, round, since.IsZero(), now, newest)
}

// mirrorSince is since when changes are asked for; zero for everything. A reading names the moment before it began, and the next one
// goes back a little further. A clock here that is ahead would leave out what was changed in between: so it goes back as well to the
// latest change that was seen, which is told by the account's own clock.
func mirrorSince(st ledger.MirrorState, now time.Time) time.Time {
	if st.AsOf.IsZero() || st.AsOf.After(now) || (st.Newest.IsZero() && st.Contacts == 0) { // the clock was wrong, or nothing was there
		return time.Time{}
	}
	since := st.AsOf.Add(-5 * time.Minute)
	if seen := st.Newest.Add(-time.Minute); !st.Newest.IsZero() && seen.Before(since) {
		return seen
	}
	return since
}

// stopReading ends a run that reads for long and is to stop: nothing of it is in flight.
func (s *Service) stopReading(ctx context.Context, w *work) error {
	if err := s.canceled(ctx, w); err != nil || !w.run.Stops() {
		return err
	}
	return s.abort(ctx, w, activation.ReasonCanceled, nil)
}

func mirrored(c destination.Contact) ledger.MirrorContact {
	return ledger.MirrorContact{Contact: c.ID, Address: c.Address, Written: c.Written, OptedOut: c.Blocklisted || len(c.Unsubscribed) > 0, Lists: c.Lists, Identifiers: c.Identifiers}
}

// noteList notes who was on the list before the export's first write to it (S19). A dry run only counts.
func (s *Service) noteList(ctx context.Context, w *work, list destination.List) (int64, error) {
	noted, err := s.cfg.Ledger.ListNoted(ctx, w.acct, w.export.List, w.export.ID)
	if err == nil && noted && w.run.Kind != activation.RunDry {
		// Of a list that nothing was written to yet it may be out of date.
		noted, err = s.cfg.Ledger.KeepNote(ctx, w.acct, w.export.List, w.export.ID)
	}
	if err != nil || noted {
		return 0, err
	}
	if w.run.Kind == activation.RunDry {
		return list.Size, nil
	}
	members := func(yield func(activation.Email, error) bool) {
		for c, err := range w.dest.ListContacts(ctx, w.export.List) {
			jobs.Alive(ctx)
			if err == nil && c.Address == "" {
				continue
			}
			if !yield(c.Address, err) {
				return
			}
		}
	}
	return s.cfg.Ledger.NoteList(ctx, w.acct, w.export.List, w.export.ID, w.export.TakeOver, members, s.cfg.Clock().UTC())
}

// noteAgain notes the list of a run that was released, unless it was written to: people may have come to it meanwhile (S19).
func (s *Service) noteAgain(ctx context.Context, w *work) error {
	if err := s.adopt(w); err != nil {
		return err
	}
	_, err := s.noteList(ctx, w, destination.List{})
	return err
}

// snapshot is what a run fixes when it plans (S25), kept beside the hand-over so that planning again uses the same: the
// columns of the hand-over are those of this definition, whatever became of the export meanwhile.
type snapshot struct {
	Export     activation.Export
	HandOver   warehouse.HandOver
	Joining    []string // addresses that other exports want on the list (S20)
	AsOf       time.Time
	Nth        int64 // tells newer data from older ones (S7)
	Definition string
	// Basis is what the people are found by; nil in one of before that was noted.
	Basis *activation.Basis
}

func (s *Service) snapshotFile(run activation.RunID) string {
	return filepath.Join(s.cfg.HandOverDir, string(run)+".snapshot")
}

// adopt takes the export as it was when the run wrote its hand-over, if it has.
func (s *Service) adopt(w *work) error {
	h, err := s.readSnapshot(w.run.ID)
	if err == nil {
		w.export = h.Export
	} else if errors.Is(err, os.ErrNotExist) {
		err = nil
	}
	return err
}

// members lets the warehouse write the hand-over, or finds the one that the run wrote before.
func (s *Service) members(ctx context.Context, w *work) (snapshot, []activation.AttributeSpec, error) {
	if err := s.adopt(w); err != nil {
		return snapshot{}, nil, err
	}
	specs, err := attributeSpecs(ctx, w.dest, w.export.Mapping)
	if activation.CodeOf(err) == activation.CodeAttributeMissing {
		if derr := s.doubt(ctx, w); derr != nil {
			return snapshot{}, nil, derr
		}
	}
	if err != nil {
		return snapshot{}, nil, err
	}
	if h, err := s.readSnapshot(w.run.ID); err == nil {
		return h, specs, nil
	} else if !errors.Is(err, os.ErrNotExist) {
		return h, nil, err
	}
	var segments []activation.Segment
	var model activation.Model
	var basis activation.Basis
	err = s.cfg.Store.View(ctx, func(r store.Reader) error {
		p, err := r.Profile(ctx)
		if err != nil {
			return noProfile(err)
		}
		if p.Build == nil || p.Build.Snapshot == 0 {
			return activation.Errorf(activation.CodeNotReady, "the unified profiles are not built yet").
				WithRemedy("Ingest the source and build them: segue source ingest, segue profile build")
		}
		if p.Build.At.Before(p.UpdatedAt) {
			return activation.Errorf(activation.CodeNotReady, "the definition of the profile was changed since the profiles were built").
				WithRemedy("Build them again: segue profile build")
		}
		for _, id := range w.export.Segments {
			seg, err := r.Segment(ctx, id)
			if err != nil {
				return err
			}
			segments = append(segments, seg)
		}
		if model, err = store.Model(ctx, r, p, segments...); err != nil {
			return err
		}
		for _, seg := range segments {
			if err := seg.Validate(model); err != nil {
				return activation.Errorf(activation.CodeCannotEvaluate, "the segment %q cannot be evaluated: %w", seg.Name, err).
					WithRemedy("Mend the segment or the profile; nothing was sent (an answer that is missing is never \"nobody\")")
			}
		}
		if basis, err = store.NewSteps(r).Basis(ctx, w.export); err != nil {
			return err
		}
		return w.export.Mapping.Validate(p)
	})
	if err != nil {
		return snapshot{}, nil, err
	}
	h := snapshot{
		Export: w.export, AsOf: s.cfg.Clock().UTC().Truncate(time.Microsecond), Definition: definitionHash(w.export, segments, model.Scope), Basis: &basis,
	}
	if h.Nth, err = s.cfg.Ledger.Nth(ctx); err != nil {
		return snapshot{}, nil, err
	}
	h.HandOver, err = s.cfg.Warehouse.WriteMembers(ctx, warehouse.MembersRequest{
		Segments: segments, Scope: model.Scope, AsOf: h.AsOf, Zone: w.export.TimeZone, Mapping: w.export.Mapping, Dir: s.cfg.HandOverDir, Name: string(w.run.ID),
	})
	if err != nil {
		return snapshot{}, nil, s.soonEvaluated(ctx, append(segments, model.Named()...), err)
	}
	basis.Snapshot, basis.Evaluated = h.HandOver.Snapshot, h.HandOver.Evaluated
	if h.Joining, err = s.joining(ctx, w, h.AsOf); err != nil {
		return snapshot{}, nil, err
	}
	if err := s.writeSnapshot(w.run.ID, h); err != nil {
		return snapshot{}, nil, err
	}
	s.cfg.FailPoint("plan.after-snapshot")
	return h, specs, nil
}

// stillDefined lets a run that is not planned begin again if its export was changed since it read it: until its hand-over was written
// nobody could see what it would send, so that an attribute may be another export's by now (S21).
func (s *Service) stillDefined(ctx context.Context, w *work) error {
	now, err := s.Get(ctx, w.export.ID)
	if err != nil || now.Version == w.export.Version {
		return err
	}
	if err := s.tidy(ctx, w.run); err != nil {
		return err
	}
	return wait{d: 200 * time.Millisecond, status: w.run.Status}
}

// doubt has everybody sent again by whom an attribute is fed that the account lacks: with it went what it held, and it may be there
// again, and empty, when they run next (S12).
func (s *Service) doubt(ctx context.Context, w *work) error {
	have, err := w.dest.Attributes(ctx)
	if err != nil {
		return err
	}
	lacks := func(m activation.AttributeMapping) bool {
		return !slices.ContainsFunc(have, func(h destination.Attribute) bool { return strings.EqualFold(h.Name, m.Attribute) })
	}
	var feed []activation.ExportID
	err = s.cfg.Store.View(ctx, func(r store.Reader) error {
		return eachExport(ctx, r, func(o activation.Export) error {
			home, err := homeOf(ctx, r, o) // one that is detached goes on with its ledger when it is attached again
			if err == nil && home == w.account() && slices.ContainsFunc(o.Mapping.Attributes, lacks) {
				feed = append(feed, o.ID)
			}
			return err
		})
	})
	if err != nil || len(feed) == 0 {
		return err
	}
	return s.cfg.Ledger.Doubt(ctx, w.acct, feed)
}

// soonEvaluated lets a run wait for members that are being stored for the first time; lost ones, which nobody stores, stop it (S27).
func (s *Service) soonEvaluated(ctx context.Context, segments []activation.Segment, why error) error {
	if activation.CodeOf(why) != activation.CodeCannotEvaluate {
		return why
	}
	err := s.cfg.Store.View(ctx, func(r store.Reader) error {
		for _, g := range segments {
			if !g.Schedule.Stored() {
				continue
			}
			newest, err := r.Evaluations(ctx, g.ID, 1)
			if err != nil {
				return err
			}
			if len(newest) == 1 && !newest[0].Status.Final() {
				return activation.Errorf(activation.CodeUnavailable, "the segment %q is being evaluated", g.Name).WithRemedy("The run goes on by itself")
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	return why
}

func (s *Service) readSnapshot(run activation.RunID) (h snapshot, err error) {
	b, err := os.ReadFile(s.snapshotFile(run))
	if err != nil {
		return h, err
	}
	if err := json.Unmarshal(b, &h); err != nil {
		return h, fmt.Errorf("read the snapshot of run %s: %w", run, err)
	}
	return h, nil
}

func (s *Service) writeSnapshot(run activation.RunID, h snapshot) error {
	b, err := json.Marshal(h)
	if err != nil {
		return err
	}
	path := s.snapshotFile(run)
	if err := os.WriteFile(path+".new", b, 0o600); err != nil {
		return fmt.Errorf("write the snapshot of run %s: %w", run, err)
	}
	return os.Rename(path+".new", path)
}

// definitionHash covers what decides who is a member and which values are sent; the brake asks whether it changed (S26).
func definitionHash(e activation.Export, segments []activation.Segment, in activation.Scope) string {
	h := sha256.New()
	enc := json.NewEncoder(h)
	_ = enc.Encode(e.Mapping) // a hash takes everything
	if e.TimeZone != "" && e.TimeZone != "UTC" {
		_ = enc.Encode(e.TimeZone) // what day a moment is (S25)
	}
	for _, s := range segments {
		_ = enc.Encode(s.Rules)
		_ = enc.Encode(s.TimeZone)
		if digest := in.Digest(s); digest != "" {
			_ = enc.Encode(digest)
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

// compare stores the plan in the ledger and adds what it will cost.
func (s *Service) compare(ctx context.Context, w *work, h snapshot, specs []activation.AttributeSpec, clear bool) (activation.PlanSummary, error) {
	yes, no := w.dest.BooleanLiterals()
	limits := w.dest.Limits()
	definition := h.Definition
	if clear { // it was decided that who has an empty value is updated
		definition += " clear"
	}
	sum, err := s.cfg.Ledger.Plan(ctx, ledger.PlanRequest{
		Run: w.run.ID, Account: w.acct, Export: w.export.ID, List: w.export.List,
		MembersPath: h.HandOver.MembersPath, AddressesPath: h.HandOver.AddressesPath, RefusalsPath: h.HandOver.RefusalsPath, JoiningPaths: h.Joining,
		Attributes: specs, True: yes, False: no, Zone: w.export.TimeZone, Clear: clear, Leavers: w.export.Leavers, Limits: limits,
		At: s.cfg.Clock().UTC(), AsOf: h.AsOf, DataAt: h.HandOver.DataAt, Nth: h.Nth, Brake: s.cfg.Brake, DefinitionHash: definition, Released: w.released,
	})
	if err != nil {
		return sum, err
	}
	sum.Basis = h.Basis
	err = s.cost(ctx, w, &sum)
	return sum, err
}

// cost adds to a plan what it will take.
func (s *Service) cost(ctx context.Context, w *work, sum *activation.PlanSummary) error {
	batches, err := s.cfg.Ledger.BatchesOf(ctx, w.run.ID)
	if err != nil {
		return err
	}
	var removals, imports int64
	for _, b := range batches {
		if b.Kind == ledger.BatchImport {
			imports++
		} else {
			removals++
		}
	}
	sum.Calls = map[string]int64{"removal": removals, "import": imports}
	// Calls at four fifths of ten a second, imports one after the other, with what a process of a batch is known to take
	// at the least: a first look and a settle.
	sum.ExpectedSeconds = removals/8 + imports*int64(s.cfg.FirstLook/time.Second+1) + (sum.Add+sum.Update)/2000
	return nil
}
