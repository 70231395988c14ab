package duckdb

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"segue/internal/activation"
	"segue/internal/warehouse"
)

// history is what is kept of a segment's past.
type history struct {
	number int64
	ids    string
	began  time.Time
}

func (h history) table() string { return fmt.Sprintf("seen_%d", h.number) }

func (s session) pastOf(id activation.SegmentID) (h history, ok bool, err error) {
	err = s.row("SELECT number, ids, began FROM history WHERE segment = ?", []any{string(id)}, &h.number, &h.ids, &h.began)
	if errors.Is(err, sql.ErrNoRows) {
		return h, false, nil
	}
	h.began = h.began.UTC()
	return h, err == nil, err
}

// ids names what makes a profile's id: the same id by another key is somebody else.
func (b build) ids() string {
	h := sha256.New()
	_ = json.NewEncoder(h).Encode([]any{b.def.Source, b.def.Key, b.def.Unify != nil}) // a hash takes everything
	return hex.EncodeToString(h.Sum(nil))
}

// Observe implements warehouse.Warehouse.
func (w *Warehouse) Observe(ctx context.Context, e warehouse.Evaluation) (members int64, err error) {
	err = w.update(ctx, func(s session) error {
		b, err := s.built()
		if err != nil {
			return err
		}
		x, err := s.selection(b, e.Scope, e.AsOf, e.Zone)
		if err != nil {
			return err
		}
		m, err := x.member(e.Segment)
		if err != nil {
			return err
		}
		stmt, args := x.statement("p.profile_id", b.table(), m.SQL, m.Args...)
		if err := s.exec("CREATE TEMP TABLE observed AS "+stmt, args...); err != nil {
			return x.told(err)
		}
		if err := s.row("SELECT count(*) FROM observed", nil, &members); err != nil {
			return err
		}
		if err := w.remember(s, b, e, "observed", members); err != nil {
			return err
		}
		if err := x.drop(); err != nil {
			return err
		}
		return s.exec("DROP TABLE observed")
	})
	if err != nil {
		return 0, fmt.Errorf("evaluate the segment %q: %w", e.Segment.Name, err)
	}
	return members, nil
}

// remember keeps that the members in a table were found as of a moment.
func (w *Warehouse) remember(s session, b build, e warehouse.Evaluation, found string, members int64) error {
	id, at := string(e.Segment.ID), e.AsOf.UTC()
	var last sql.NullTime
	if err := s.row("SELECT max(seen_at) FROM observation WHERE segment = ?", []any{id}, &last); err != nil {
		return err
	}
	if last.Valid && !at.After(last.Time.UTC()) { // a clock that was set back: order is what counts
		at = last.Time.UTC().Add(time.Microsecond)
	}
	h, known, err := s.pastOf(e.Segment.ID)
	if err != nil {
		return err
	}
	if known && h.ids != b.ids() {
		if err := s.forgetChanges(e.Segment.ID, h); err != nil {
			return err
		}
		known = false
	}
	if !known {
		err = s.beginHistory(id, history{ids: b.ids(), began: at}, found)
	} else {
		err = s.changed(id, at, h, found)
	}
	if err != nil {
		return err
	}
	err = s.exec("INSERT INTO observation VALUES (?, ?, ?, ?, ?)", id, at, b.dataAt, members, e.Segment.Definition(b.def, e.Scope))
	if err != nil {
		return err
	}
	return s.thin(id, at, w.cfg.MaxChanges)
}

func (s session) beginHistory(id string, h history, found string) error {
	if err := s.row("SELECT nextval('seen_number')", nil, &h.number); err != nil {
		return err
	}
	if err := s.exec("CREATE TABLE " + h.table() + " AS SELECT profile_id FROM " + found); err != nil {
		return err
	}
	return s.exec("INSERT INTO history VALUES (?, ?, ?, ?)", id, h.number, h.ids, h.began)
}

// changed keeps who entered and left since the members were last seen.
func (s session) changed(id string, at time.Time, h history, found string) error {
	var before, after int64
	const many = "SELECT count(*) FROM membership_change WHERE segment = ?"
	if err := s.row(many, []any{id}, &before); err != nil {
		return err
	}
	for _, c := range []struct {
		entered  bool
		in, gone string
	}{{true, found, h.table()}, {false, h.table(), found}} {
		err := s.exec(fmt.Sprintf("INSERT INTO membership_change SELECT ?::VARCHAR, ?::TIMESTAMP, n.profile_id, ?::BOOLEAN FROM %s n ANTI JOIN %s o ON o.profile_id = n.profile_id", c.in, c.gone),
			id, at, c.entered)
		if err != nil {
			return err
		}
	}
	if err := s.row(many, []any{id}, &after); err != nil || after == before {
		return err
	}
	if err := s.exec("DROP TABLE " + h.table()); err != nil {
		return err
	}
	return s.exec("CREATE TABLE " + h.table() + " AS SELECT profile_id FROM " + found)
}

// thin keeps the history of a segment within its bounds.
func (s session) thin(id string, now time.Time, most int64) error {
	full, whole, kept := now.Add(-warehouse.ObservedFully), now.Add(-warehouse.ObservedAtAll), now.Add(-warehouse.ChangesKept)
	for _, step := range []struct {
		sql  string
		args []any
	}{
		{`DELETE FROM observation WHERE segment = ? AND (seen_at < ? OR seen_at < ? AND seen_at NOT IN (SELECT max(seen_at) FROM observation WHERE segment = ? GROUP BY seen_at::DATE))`, []any{id, whole, full, id}},
		{`DELETE FROM observation WHERE segment = ? AND seen_at < (SELECT min(seen_at) FROM (SELECT seen_at FROM observation WHERE segment = ? ORDER BY seen_at DESC LIMIT ?))`, []any{id, id, warehouse.MaxObservations}},
	} {
		if err := s.exec(step.sql, step.args...); err != nil {
			return err
		}
	}
	// Whole evaluations go, the oldest first: half of one would tell of a state that never was.
	var last sql.NullTime
	if err := s.row("SELECT max(seen_at) FROM (SELECT seen_at FROM membership_change WHERE segment = ? ORDER BY seen_at DESC OFFSET ?)", []any{id, most}, &last); err != nil {
		return err
	}
	if last.Valid && last.Time.UTC().After(kept) {
		kept = last.Time.UTC()
	}
	if err := s.exec("DELETE FROM membership_change WHERE segment = ? AND seen_at <= ?", id, kept); err != nil {
		return err
	}
	return s.exec("UPDATE history SET began = ? WHERE segment = ? AND began < ?", kept, id, kept)
}

func (s session) forgetChanges(id activation.SegmentID, h history) error {
	for _, t := range []string{"history", "membership_change"} {
		if err := s.exec("DELETE FROM "+t+" WHERE segment = ?", string(id)); err != nil {
			return err
		}
	}
	return s.exec("DROP TABLE " + h.table())
}

// ForgetHistory implements warehouse.Warehouse.
func (w *Warehouse) ForgetHistory(ctx context.Context, id activation.SegmentID) error {
	err := w.update(ctx, func(s session) error {
		if err := s.exec("DELETE FROM observation WHERE segment = ?", string(id)); err != nil {
			return err
		}
		h, ok, err := s.pastOf(id)
		if err != nil || !ok {
			return err
		}
		return s.forgetChanges(id, h)
	})
	if err != nil {
		return fmt.Errorf("forget the history of a segment: %w", err)
	}
	return nil
}

// Trend implements warehouse.Warehouse.
func (w *Warehouse) Trend(ctx context.Context, id activation.SegmentID, since time.Time) (list []warehouse.Observation, err error) {
	err = w.read(ctx, func(s session) error {
		return s.rows(`SELECT seen_at, data_at, members, changed FROM (SELECT *, coalesce(definition <> lag(definition) OVER (ORDER BY seen_at), false) AS changed FROM observation WHERE segment = ?)
			WHERE seen_at >= ? ORDER BY seen_at`, []any{string(id), since.UTC()}, func(scan func(...any) error) error {
			var o warehouse.Observation
			err := scan(&o.At, &o.DataAt, &o.Members, &o.DefinitionChanged)
			o.At, o.DataAt = o.At.UTC(), o.DataAt.UTC()
			list = append(list, o)
			return err
		})
	})
	if err != nil {
		return nil, fmt.Errorf("trend of a segment: %w", err)
	}
	return list, nil
}

// movers are those whose membership is another than it was, with the evaluation that found it.
const movers = `(SELECT profile_id, sum(CASE WHEN entered THEN 1 ELSE -1 END) > 0 AS entered, max(seen_at) AS seen_at FROM membership_change
	WHERE segment = ? AND seen_at > ? GROUP BY profile_id HAVING sum(CASE WHEN entered THEN 1 ELSE -1 END) <> 0)`

// Changes implements warehouse.Warehouse.
func (w *Warehouse) Changes(ctx context.Context, r warehouse.ChangesRequest) (c warehouse.Changes, err error) {
	err = w.read(ctx, func(s session) error {
		h, ok, err := s.pastOf(r.Segment)
		if err == nil && !ok {
			err = activation.Errorf(activation.CodeNotReady, "nothing is known of the segment's past: its history begins when it is evaluated for the first time").
				WithRemedy("Refresh, or evaluate it: segue refresh start, segue segment evaluate")
		}
		if err != nil {
			return err
		}
		id := string(r.Segment)
		c.Began, c.Since, c.Complete = h.began, r.Since.UTC(), !r.Since.Before(h.began)
		if !c.Complete {
			c.Since = h.began
		}
		if err := s.row("SELECT max(seen_at) FROM observation WHERE segment = ?", []any{id}, &c.Until); err != nil {
			return err
		}
		c.Until = c.Until.UTC()
		if err := s.row(`SELECT count(DISTINCT definition) > 1 FROM observation WHERE segment = ?
			AND seen_at >= coalesce((SELECT max(seen_at) FROM observation WHERE segment = ? AND seen_at <= ?), ?)`, []any{id, id, c.Since, c.Since}, &c.DefinitionChanged); err != nil {
			return err
		}
		if err := s.row("SELECT count(*) FILTER (entered), count(*) FILTER (NOT entered) FROM "+movers, []any{id, c.Since}, &c.Entered, &c.Left); err != nil {
			return err
		}
		where, args := "profile_id > ?::VARCHAR", []any{id, c.Since, r.After}
		if r.Only != "" {
			where, args = where+" AND entered = ?", append(args, r.Only == warehouse.Entered)
		}
		return s.rows("SELECT profile_id, entered, seen_at FROM "+movers+" WHERE "+where+" ORDER BY profile_id LIMIT ?", append(args, max(r.Limit, 0)), func(scan func(...any) error) error {
			m, entered := warehouse.Mover{Change: warehouse.Left}, false
			err := scan(&m.ID, &entered, &m.At)
			if entered {
				m.Change = warehouse.Entered
			}
			m.At = m.At.UTC()
			c.List = append(c.List, m)
			return err
		})
	})
	if err != nil {
		return warehouse.Changes{}, fmt.Errorf("changes of a segment: %w", err)
	}
	return c, nil
}
