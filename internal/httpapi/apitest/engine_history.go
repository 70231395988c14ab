package apitest

import (
	"context"
	"slices"
	"time"

	"segue/internal/activation"
	"segue/internal/warehouse"
)

// seen is what a segment was found to hold.
type seen struct {
	warehouse.Observation
	ids []string
}

// remember keeps what the segment holds; the lock is not held.
func (e *Engine) remember(ev warehouse.Evaluation) int64 {
	members := e.matching("", 1000, selects(ev.Segment))
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.past == nil {
		e.past = map[activation.SegmentID][]seen{}
	}
	now := seen{Observation: warehouse.Observation{At: ev.AsOf, DataAt: ev.AsOf, Members: int64(len(members))}}
	for _, p := range members {
		now.ids = append(now.ids, p.ID)
	}
	e.past[ev.Segment.ID] = append(e.past[ev.Segment.ID], now)
	return now.Members
}

// Observe implements warehouse.Warehouse.
func (e *Engine) Observe(_ context.Context, ev warehouse.Evaluation) (int64, error) {
	if e.Fail != nil {
		return 0, e.Fail
	}
	return e.remember(ev), nil
}

// Trend implements warehouse.Warehouse.
func (e *Engine) Trend(_ context.Context, id activation.SegmentID, since time.Time) (list []warehouse.Observation, err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, s := range e.past[id] {
		if !s.At.Before(since) {
			list = append(list, s.Observation)
		}
	}
	return list, nil
}

// Changes implements warehouse.Warehouse.
func (e *Engine) Changes(_ context.Context, r warehouse.ChangesRequest) (c warehouse.Changes, err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	past := e.past[r.Segment]
	if len(past) == 0 {
		return c, activation.Errorf(activation.CodeNotReady, "nothing is known of the segment's past")
	}
	then, now := past[0], past[len(past)-1]
	for _, s := range past {
		if !s.At.After(r.Since) {
			then = s
		}
	}
	c = warehouse.Changes{Since: r.Since, Began: past[0].At, Complete: !r.Since.Before(past[0].At), Until: now.At}
	if !c.Complete {
		c.Since = c.Began
	}
	add := func(ids, others []string, n *int64, change warehouse.MembershipChange) {
		for _, id := range ids {
			if slices.Contains(others, id) {
				continue
			}
			*n++
			if id > r.After && len(c.List) < r.Limit && (r.Only == "" || r.Only == change) {
				c.List = append(c.List, warehouse.Mover{ID: id, Change: change, At: now.At})
			}
		}
	}
	add(now.ids, then.ids, &c.Entered, warehouse.Entered)
	add(then.ids, now.ids, &c.Left, warehouse.Left)
	return c, nil
}

// ForgetHistory implements warehouse.Warehouse.
func (e *Engine) ForgetHistory(_ context.Context, id activation.SegmentID) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.past, id)
	return nil
}
