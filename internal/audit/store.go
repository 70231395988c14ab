package audit

import (
	"context"
	"strconv"
	"time"

	"segue/internal/activation"
	"segue/internal/store"
)

// Store is a control store that writes the audit log: every change made under activation.WithActing becomes an entry
// in the same transaction. What Segue does by itself, such as the steps of a run, leaves none.
type Store struct {
	store.Store
	log *Log
}

// Wrap returns s with l written beside every change.
func Wrap(s store.Store, l *Log) *Store { return &Store{Store: s, log: l} }

// Update implements store.Store.
func (s *Store) Update(ctx context.Context, f func(store.Tx) error) error {
	acting, ok := activation.ActingOf(ctx)
	if !ok {
		return s.Store.Update(ctx, f)
	}
	written := 0
	err := s.Store.Update(ctx, func(tx store.Tx) error {
		r := &recorder{Tx: tx, log: s.log, acting: acting}
		err := f(r)
		written = r.written
		return err
	})
	if err == nil && acting.Written != nil {
		*acting.Written += written
	}
	return err
}

// recorder is a transaction whose changes leave entries.
type recorder struct {
	store.Tx
	log     *Log
	acting  activation.Acting
	written int
}

// record makes a change and writes its entry. was and is are nil where there is nothing before or after.
func (r *recorder) record(ctx context.Context, kind, id string, was, is *picture, change func() error) error {
	if err := change(); err != nil {
		return err
	}
	e := activation.AuditEntry{Actor: r.acting.Actor, Action: r.acting.Action, Outcome: activation.AuditDone, Kind: kind, ID: id}
	var err error
	if e.Before, err = was.json(); err != nil {
		return err
	}
	if e.After, err = is.json(); err != nil {
		return err
	}
	if was != nil && is != nil {
		e.Changed = changed(*was, *is)
	}
	r.written++
	return r.log.append(ctx, r.Tx, e)
}

// before reads what a change is about to replace; what is missing is told by the change itself.
func before[T any](load func() (T, error), draw func(T) picture) (*picture, error) {
	v, err := load()
	switch activation.CodeOf(err) {
	case "":
		p := draw(v)
		return &p, nil
	case activation.CodeNotFound:
		return nil, nil
	}
	return nil, err
}

// replace records a change of something that load reads; what it is now is nil where it is deleted.
func replace[T any](ctx context.Context, r *recorder, kind, id string, load func() (T, error), draw func(T) picture, is *T, change func() error) error {
	was, err := before(load, draw)
	if err != nil {
		return err
	}
	var after *picture
	if is != nil {
		p := draw(*is)
		after = &p
	}
	return r.record(ctx, kind, id, was, after, change)
}

func create[T any](ctx context.Context, r *recorder, kind, id string, draw func(T) picture, is T, change func() error) error {
	p := draw(is)
	return r.record(ctx, kind, id, nil, &p, change)
}

// CreateSource implements store.Tx.
func (r *recorder) CreateSource(ctx context.Context, s activation.Source) error {
	return create(ctx, r, "source", string(s.ID), drawSource, s, func() error { return r.Tx.CreateSource(ctx, s) })
}

// UpdateSource implements store.Tx.
func (r *recorder) UpdateSource(ctx context.Context, s activation.Source) error {
	return replace(ctx, r, "source", string(s.ID), func() (activation.Source, error) { return r.Source(ctx, s.ID) }, drawSource, &s,
		func() error { return r.Tx.UpdateSource(ctx, s) })
}

// SetIngest implements store.Tx.
func (r *recorder) SetIngest(ctx context.Context, id activation.SourceID, in activation.Ingest) error {
	return create(ctx, r, "source", string(id), drawIngest, in, func() error { return r.Tx.SetIngest(ctx, id, in) })
}

// DeleteSource implements store.Tx.
func (r *recorder) DeleteSource(ctx context.Context, id activation.SourceID) error {
	return replace(ctx, r, "source", string(id), func() (activation.Source, error) { return r.Source(ctx, id) }, drawSource, nil,
		func() error { return r.Tx.DeleteSource(ctx, id) })
}

// PutProfile implements store.Tx.
func (r *recorder) PutProfile(ctx context.Context, d activation.ProfileDefinition) error {
	return replace(ctx, r, "profile", "", func() (activation.ProfileDefinition, error) { return r.Profile(ctx) }, drawProfile, &d,
		func() error { return r.Tx.PutProfile(ctx, d) })
}

// SetBuild implements store.Tx.
func (r *recorder) SetBuild(ctx context.Context, b activation.ProfileBuild) error {
	return create(ctx, r, "profile", "", drawBuild, b, func() error { return r.Tx.SetBuild(ctx, b) })
}

// CreateSegment implements store.Tx.
func (r *recorder) CreateSegment(ctx context.Context, s activation.Segment) error {
	return create(ctx, r, "segment", string(s.ID), drawSegment, s, func() error { return r.Tx.CreateSegment(ctx, s) })
}

// UpdateSegment implements store.Tx.
func (r *recorder) UpdateSegment(ctx context.Context, s activation.Segment) error {
	return replace(ctx, r, "segment", string(s.ID), func() (activation.Segment, error) { return r.Segment(ctx, s.ID) }, drawSegment, &s,
		func() error { return r.Tx.UpdateSegment(ctx, s) })
}

// DeleteSegment implements store.Tx.
func (r *recorder) DeleteSegment(ctx context.Context, id activation.SegmentID) error {
	return replace(ctx, r, "segment", string(id), func() (activation.Segment, error) { return r.Segment(ctx, id) }, drawSegment, nil,
		func() error { return r.Tx.DeleteSegment(ctx, id) })
}

// CreateRelationship implements store.Tx.
func (r *recorder) CreateRelationship(ctx context.Context, rel activation.Relationship) error {
	return create(ctx, r, "relationship", string(rel.ID), drawRelationship, rel, func() error { return r.Tx.CreateRelationship(ctx, rel) })
}

// DeleteRelationship implements store.Tx.
func (r *recorder) DeleteRelationship(ctx context.Context, id activation.RelationshipID) error {
	load := func() (activation.Relationship, error) {
		list, err := r.Relationships(ctx)
		for _, rel := range list {
			if rel.ID == id {
				return rel, nil
			}
		}
		if err == nil {
			err = activation.Errorf(activation.CodeNotFound, "there is no such relationship")
		}
		return activation.Relationship{}, err
	}
	return replace(ctx, r, "relationship", string(id), load, drawRelationship, nil, func() error { return r.Tx.DeleteRelationship(ctx, id) })
}

// CreateConnection implements store.Tx.
func (r *recorder) CreateConnection(ctx context.Context, c activation.Connection) error {
	return create(ctx, r, "connection", string(c.ID), drawConnection, c, func() error { return r.Tx.CreateConnection(ctx, c) })
}

// UpdateConnection implements store.Tx.
func (r *recorder) UpdateConnection(ctx context.Context, c activation.Connection) error {
	return replace(ctx, r, "connection", string(c.ID), func() (activation.Connection, error) { return r.Connection(ctx, c.ID) }, drawConnection, &c,
		func() error { return r.Tx.UpdateConnection(ctx, c) })
}

// DeleteConnection implements store.Tx.
func (r *recorder) DeleteConnection(ctx context.Context, id activation.ConnectionID) error {
	return replace(ctx, r, "connection", string(id), func() (activation.Connection, error) { return r.Connection(ctx, id) }, drawConnection, nil,
		func() error { return r.Tx.DeleteConnection(ctx, id) })
}

// CreateExport implements store.Tx.
func (r *recorder) CreateExport(ctx context.Context, e activation.Export) error {
	return create(ctx, r, "export", string(e.ID), drawExport, e, func() error { return r.Tx.CreateExport(ctx, e) })
}

// UpdateExport implements store.Tx.
func (r *recorder) UpdateExport(ctx context.Context, e activation.Export) error {
	return replace(ctx, r, "export", string(e.ID), func() (activation.Export, error) { return r.Export(ctx, e.ID) }, drawExport, &e,
		func() error { return r.Tx.UpdateExport(ctx, e) })
}

// DeleteExport implements store.Tx.
func (r *recorder) DeleteExport(ctx context.Context, id activation.ExportID) error {
	return replace(ctx, r, "export", string(id), func() (activation.Export, error) { return r.Export(ctx, id) }, drawExport, nil,
		func() error { return r.Tx.DeleteExport(ctx, id) })
}

// RemoveExport implements store.Tx.
func (r *recorder) RemoveExport(ctx context.Context, ended activation.Run) error {
	return replace(ctx, r, "export", string(ended.Export), func() (activation.Export, error) { return r.Export(ctx, ended.Export) }, drawExport, nil,
		func() error { return r.Tx.RemoveExport(ctx, ended) })
}

// CreateRun implements store.Tx.
func (r *recorder) CreateRun(ctx context.Context, run activation.Run, key string) error {
	return create(ctx, r, "run", string(run.ID), drawRun, run, func() error { return r.Tx.CreateRun(ctx, run, key) })
}

// UpdateRun implements store.Tx.
func (r *recorder) UpdateRun(ctx context.Context, run activation.Run) error {
	return replace(ctx, r, "run", string(run.ID), func() (activation.Run, error) { return r.Run(ctx, run.ID) }, drawRun, &run,
		func() error { return r.Tx.UpdateRun(ctx, run) })
}

// CreatePerson implements store.Tx.
func (r *recorder) CreatePerson(ctx context.Context, p activation.Person) error {
	return create(ctx, r, "person", string(p.ID), drawPerson, p, func() error { return r.Tx.CreatePerson(ctx, p) })
}

// UpdatePerson implements store.Tx.
func (r *recorder) UpdatePerson(ctx context.Context, p activation.Person) error {
	return replace(ctx, r, "person", string(p.ID), func() (activation.Person, error) { return r.Person(ctx, p.ID) }, drawPerson, &p,
		func() error { return r.Tx.UpdatePerson(ctx, p) })
}

// CreateSession implements store.Tx.
func (r *recorder) CreateSession(ctx context.Context, s activation.Session) error {
	return create(ctx, r, "session", string(s.ID), drawSession, s, func() error { return r.Tx.CreateSession(ctx, s) })
}

// DeleteSession implements store.Tx.
func (r *recorder) DeleteSession(ctx context.Context, id activation.SessionID, person activation.PersonID) error {
	return r.record(ctx, "session", string(id), nil, nil, func() error { return r.Tx.DeleteSession(ctx, id, person) })
}

// DeleteSessions implements store.Tx.
func (r *recorder) DeleteSessions(ctx context.Context, person activation.PersonID, but activation.SessionID) error {
	list, err := r.Sessions(ctx, person)
	if err != nil {
		return err
	}
	ended := picture{shown: map[string]any{"sessions_ended": strconv.Itoa(len(list))}}
	return r.record(ctx, "person", string(person), nil, &ended, func() error { return r.Tx.DeleteSessions(ctx, person, but) })
}

// CreateToken implements store.Tx.
func (r *recorder) CreateToken(ctx context.Context, t activation.APIToken) error {
	return create(ctx, r, "token", string(t.ID), drawToken, t, func() error { return r.Tx.CreateToken(ctx, t) })
}

// DeleteToken implements store.Tx.
func (r *recorder) DeleteToken(ctx context.Context, id activation.TokenID, person activation.PersonID) error {
	return r.record(ctx, "token", string(id), nil, nil, func() error { return r.Tx.DeleteToken(ctx, id, person) })
}

// DeleteTokens implements store.Tx.
func (r *recorder) DeleteTokens(ctx context.Context, person activation.PersonID) error {
	deleted := picture{shown: map[string]any{"tokens_deleted": "all"}}
	return r.record(ctx, "person", string(person), nil, &deleted, func() error { return r.Tx.DeleteTokens(ctx, person) })
}

// PutRefreshSchedule implements store.Tx.
func (r *recorder) PutRefreshSchedule(ctx context.Context, s activation.RefreshSchedule, version int64, at time.Time) error {
	load := func() (activation.RefreshSchedule, error) {
		was, _, err := r.RefreshSchedule(ctx)
		return was, err
	}
	return replace(ctx, r, "refresh_schedule", "", load, drawRefreshSchedule, &s, func() error { return r.Tx.PutRefreshSchedule(ctx, s, version, at) })
}

// CreateRefresh implements store.Tx.
func (r *recorder) CreateRefresh(ctx context.Context, f activation.Refresh) error {
	return create(ctx, r, "refresh", string(f.ID), drawRefresh, f, func() error { return r.Tx.CreateRefresh(ctx, f) })
}

// UpdateRefresh implements store.Tx.
func (r *recorder) UpdateRefresh(ctx context.Context, f activation.Refresh) error {
	return replace(ctx, r, "refresh", string(f.ID), func() (activation.Refresh, error) { return r.Refresh(ctx, f.ID) }, drawRefresh, &f,
		func() error { return r.Tx.UpdateRefresh(ctx, f) })
}

// SetFreshness implements store.Tx.
func (r *recorder) SetFreshness(ctx context.Context, id activation.ExportID, within time.Duration, version int64, at time.Time) error {
	is, err := r.Export(ctx, id)
	if err != nil {
		return err
	}
	is.Freshness = within
	return replace(ctx, r, "export", string(id), func() (activation.Export, error) { return r.Export(ctx, id) }, drawExport, &is,
		func() error { return r.Tx.SetFreshness(ctx, id, within, version, at) })
}

// PutNoticeSettings implements store.Tx.
func (r *recorder) PutNoticeSettings(ctx context.Context, s activation.NoticeSettings) error {
	load := func() (activation.NoticeSettings, error) { return r.NoticeSettings(ctx) }
	return replace(ctx, r, "notice_settings", "", load, drawNoticeSettings, &s, func() error { return r.Tx.PutNoticeSettings(ctx, s) })
}

// SetNoticeChoice implements store.Tx.
func (r *recorder) SetNoticeChoice(ctx context.Context, id activation.PersonID, choice activation.NoticeChoice) error {
	is, err := r.Person(ctx, id)
	if err != nil {
		return err
	}
	is.Notices = choice
	return replace(ctx, r, "person", string(id), func() (activation.Person, error) { return r.Person(ctx, id) }, drawPerson, &is,
		func() error { return r.Tx.SetNoticeChoice(ctx, id, choice) })
}

// SetSegmentSchedule implements store.Tx.
func (r *recorder) SetSegmentSchedule(ctx context.Context, id activation.SegmentID, s activation.SegmentSchedule, version int64, at time.Time) error {
	is, err := r.Segment(ctx, id)
	if err != nil {
		return err
	}
	is.Schedule = s
	return replace(ctx, r, "segment", string(id), func() (activation.Segment, error) { return r.Segment(ctx, id) }, drawSegment, &is,
		func() error { return r.Tx.SetSegmentSchedule(ctx, id, s, version, at) })
}

// PutMatchPair implements store.Tx.
func (r *recorder) PutMatchPair(ctx context.Context, p activation.MatchPair) error {
	return replace(ctx, r, "pair", "", func() (activation.MatchPair, error) { return r.MatchPair(ctx, p.A, p.B) }, drawPair, &p,
		func() error { return r.Tx.PutMatchPair(ctx, p) })
}

// DeleteMatchPair implements store.Tx.
func (r *recorder) DeleteMatchPair(ctx context.Context, a, b activation.RowRef) error {
	return replace(ctx, r, "pair", "", func() (activation.MatchPair, error) { return r.MatchPair(ctx, a, b) }, drawPair, nil,
		func() error { return r.Tx.DeleteMatchPair(ctx, a, b) })
}
