package apitest

import (
	"context"

	"segue/internal/activation"
	"segue/internal/warehouse"
)

// Unified is what the engine says of unifications: it joins nothing itself.
type Unified struct {
	Numbers   activation.UnifyNumbers
	Changes   []activation.ProfileChange
	Clusters  []warehouse.Cluster
	Explained warehouse.Explanation
	// Asked is the last request.
	Asked warehouse.UnifyRequest
}

// Unify implements warehouse.Unifier.
func (e *Engine) Unify(_ context.Context, r warehouse.UnifyRequest) (warehouse.Unified, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.Fail != nil {
		return warehouse.Unified{}, e.Fail
	}
	e.Unified.Asked, e.def = r, r.Definition
	n := e.Unified.Numbers
	return warehouse.Unified{Build: activation.ProfileBuild{At: r.At, Profiles: n.Profiles, Snapshot: 2, DurationMS: 1, Unified: &n}, Changes: e.Unified.Changes}, nil
}

// PreviewUnify implements warehouse.Unifier.
func (e *Engine) PreviewUnify(_ context.Context, r warehouse.UnifyRequest, samples int) (warehouse.UnifyPreview, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.Unified.Asked = r
	return warehouse.UnifyPreview{Numbers: e.Unified.Numbers, Clusters: e.Unified.Clusters[:min(samples, len(e.Unified.Clusters))]}, e.Fail
}

// Clusters implements warehouse.Unifier.
func (e *Engine) Clusters(_ context.Context, q warehouse.ClusterQuery) (list []warehouse.Cluster, err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, c := range e.Unified.Clusters {
		if c.Profile > q.After && (q.Profile == "" || q.Profile == c.Profile) && len(list) < q.Limit {
			list = append(list, c)
		}
	}
	return list, nil
}

// Explain implements warehouse.Unifier.
func (e *Engine) Explain(_ context.Context, r warehouse.UnifyRequest, a, b activation.RowRef) (warehouse.Explanation, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	x := e.Unified.Explained
	if b.Key == "nobody" {
		return x, activation.Errorf(activation.CodeNotFound, "the table has no row with that key").WithField("b.key")
	}
	for _, p := range r.Pairs {
		if p.A == a && p.B == b || p.A == b && p.B == a {
			x.Pair = p.Kind
		}
	}
	return x, nil
}
