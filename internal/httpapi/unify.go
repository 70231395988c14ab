package httpapi

import (
	"context"
	"net/http"

	"segue/internal/activation"
	"segue/internal/httpapi/wire"
	"segue/internal/store"
	"segue/internal/warehouse"
)

// unification is what the API needs of package unify.
type unification interface {
	Get(ctx context.Context) (activation.ProfileDefinition, error)
	Put(ctx context.Context, d activation.ProfileDefinition) (activation.ProfileDefinition, error)
	Suggest(ctx context.Context, first activation.ProfileDefinition, further []activation.SourceID) (activation.ProfileDefinition, error)
	Preview(ctx context.Context, d activation.ProfileDefinition, samples int) (warehouse.UnifyPreview, error)
	Clusters(ctx context.Context, q warehouse.ClusterQuery) ([]warehouse.Cluster, error)
	Explain(ctx context.Context, a, b activation.RowRef) (warehouse.Explanation, error)
	Pairs(ctx context.Context, p store.Page) ([]activation.MatchPair, string, error)
	PutPair(ctx context.Context, p activation.MatchPair) (activation.MatchPair, error)
	DeletePair(ctx context.Context, a, b activation.RowRef) error
	Separate(ctx context.Context, profile string, row activation.RowRef, by string) ([]activation.MatchPair, error)
	Changes(ctx context.Context, p store.Page) ([]activation.ProfileChange, string, error)
}

func (a *api) unifyOperations() {
	const tag = "profile"
	source := []activation.Code{activation.CodeNotFound, activation.CodeNotReady, activation.CodeSourceRefused}
	register(a, endpoint{
		id: "get-unification", method: http.MethodGet, path: "/profile/unification", tag: tag, summary: "Get how tables are unified",
		description: "The whole definition of the profile, also where it has one table: then there are no rules, and keys are ids.",
		errors:      []activation.Code{activation.CodeNotFound},
	}, a.getUnification)
	register(a, endpoint{
		id: "put-unification", method: http.MethodPut, path: "/profile/unification", tag: tag, summary: "Set how tables are unified",
		description: "Stores the whole definition of the profile after checking it against the tables. One table without rules is no unification: its keys are the ids. The profiles change with the next build.",
		errors:      []activation.Code{activation.CodeConflict, activation.CodeNotReady},
	}, a.putUnification)
	register(a, endpoint{
		id: "suggest-unification", method: http.MethodPost, path: "/profile/unification/suggestion", tag: tag, summary: "Suggest how tables are unified",
		description: "Maps the columns of tables by what was found out about them, and proposes rules; ready to be looked at and stored.",
		errors:      source, reads: true,
	}, a.suggestUnification)
	register(a, endpoint{
		id: "preview-unification", method: http.MethodPost, path: "/profile/unification/preview", tag: tag, summary: "Preview a unification",
		description: "Tells what a definition would make of the tables as they are now, with the largest clusters. Nothing is stored or replaced.",
		errors:      append(source, activation.CodeStorageFull), reads: true,
	}, a.previewUnification)
	register(a, endpoint{
		id: "list-clusters", method: http.MethodPost, path: "/profile/clusters", tag: tag, summary: "List profiles of several rows",
		description: "The rows of profiles as they were last built, and the rule of each join, ordered by id. The values are those of the tables now.",
		errors:      []activation.Code{activation.CodeNotFound, activation.CodeNotReady}, reads: true,
	}, a.listClusters)
	register(a, endpoint{
		id: "explain-rows", method: http.MethodPost, path: "/profile/explanation", tag: tag, summary: "Explain why two rows match or do not",
		description: "Compares two rows by every rule, and tells what the last build did with them.",
		errors:      source, reads: true,
	}, a.explainRows)
	register(a, endpoint{
		id: "list-pairs", method: http.MethodGet, path: "/profile/pairs", tag: tag, summary: "List always and never pairs",
		description: "What people said of pairs of rows, the oldest first.",
	}, a.listPairs)
	register(a, endpoint{
		id: "put-pair", method: http.MethodPost, path: "/profile/pairs", tag: tag, summary: "Say that two rows are always or never one person",
		description: "Takes the place of what was said of the two before. It holds from the next build on.",
		errors:      []activation.Code{activation.CodeNotFound, activation.CodeNotReady},
	}, a.putPair)
	register(a, endpoint{
		id: "delete-pair", method: http.MethodPost, path: "/profile/pairs/removal", tag: tag, summary: "Forget what was said of two rows",
		description: "Keys of customers stand in no address, so that the rows travel in the body.", status: http.StatusNoContent,
		errors: []activation.Code{activation.CodeNotFound},
	}, a.deletePair)
	register(a, endpoint{
		id: "separate-row", method: http.MethodPost, path: "/profile/separation", tag: tag, summary: "Take a row out of its profile",
		description: "Says that the row is never one person with each of the other rows of the profile. It holds from the next build on.",
		errors:      []activation.Code{activation.CodeNotFound, activation.CodeNotReady},
	}, a.separateRow)
	register(a, endpoint{
		id: "list-profile-changes", method: http.MethodGet, path: "/profile/changes", tag: tag, summary: "List merged and split profiles",
		description: "Which ids were given up for an older one, and which have rows in several profiles since; newest first.",
	}, a.listProfileChanges)
}

func unifiedAs(d activation.ProfileDefinition, err error) (*body[wire.Unification], error) {
	if err != nil {
		return nil, err
	}
	return answer(wire.FromUnification(d)), nil
}

func (a *api) getUnification(ctx context.Context, _ *nothing) (*body[wire.Unification], error) {
	return unifiedAs(a.cfg.Services.Unify.Get(ctx))
}

func (a *api) putUnification(ctx context.Context, in *input[wire.UnificationInput]) (*body[wire.Unification], error) {
	return unifiedAs(a.cfg.Services.Unify.Put(ctx, in.Body.Domain()))
}

func (a *api) suggestUnification(ctx context.Context, in *input[wire.SuggestTables]) (*body[wire.UnificationInput], error) {
	ids := in.Body.IDs()
	now, err := a.cfg.Services.Unify.Get(ctx)
	if err != nil && activation.CodeOf(err) != activation.CodeNotFound {
		return nil, err
	}
	first := now
	if err != nil || now.Source != ids[0] || now.Unify != nil {
		if first, err = a.cfg.Services.Sources.SuggestProfile(ctx, ids[0]); err != nil {
			return nil, err
		}
	}
	d, err := a.cfg.Services.Unify.Suggest(ctx, first, ids[1:])
	if err != nil {
		return nil, err
	}
	d.Version = now.Version
	return answer(wire.UnificationInputFrom(d)), nil
}

func (a *api) previewUnification(ctx context.Context, in *input[wire.PreviewTables]) (*body[wire.UnifyPreview], error) {
	p, err := a.cfg.Services.Unify.Preview(ctx, in.Body.Domain(), in.Body.Samples)
	if err != nil {
		return nil, err
	}
	return answer(wire.FromUnifyPreview(p)), nil
}

func (a *api) listClusters(ctx context.Context, in *input[wire.ClusterQuery]) (*body[wire.List[wire.Cluster]], error) {
	q := in.Body.Domain()
	q.Limit++
	list, err := a.cfg.Services.Unify.Clusters(ctx, q)
	if err != nil {
		return nil, err
	}
	next := ""
	if q.Limit--; len(list) > q.Limit {
		list = list[:q.Limit]
		next = list[q.Limit-1].Profile
	}
	return listOf(list, next, wire.FromCluster), nil
}

func (a *api) explainRows(ctx context.Context, in *input[wire.RowPair]) (*body[wire.Explanation], error) {
	x, err := a.cfg.Services.Unify.Explain(ctx, in.Body.A.Domain(), in.Body.B.Domain())
	if err != nil {
		return nil, err
	}
	return answer(wire.FromExplanation(x)), nil
}

func (a *api) listPairs(ctx context.Context, in *Page) (*body[wire.List[wire.MatchPair]], error) {
	list, next, err := a.cfg.Services.Unify.Pairs(ctx, store.Page{After: in.After, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	return listOf(list, next, wire.FromMatchPair), nil
}

func (a *api) putPair(ctx context.Context, in *input[wire.MatchPairInput]) (*body[wire.MatchPair], error) {
	p, err := a.cfg.Services.Unify.PutPair(ctx, activation.MatchPair{
		A: in.Body.A.Domain(), B: in.Body.B.Domain(), Kind: activation.PairKind(in.Body.Kind), By: caller(ctx),
	})
	if err != nil {
		return nil, err
	}
	return answer(wire.FromMatchPair(p)), nil
}

func (a *api) deletePair(ctx context.Context, in *input[wire.RowPair]) (*nothing, error) {
	return nil, a.cfg.Services.Unify.DeletePair(ctx, in.Body.A.Domain(), in.Body.B.Domain())
}

func (a *api) separateRow(ctx context.Context, in *input[wire.Separation]) (*body[wire.List[wire.MatchPair]], error) {
	list, err := a.cfg.Services.Unify.Separate(ctx, in.Body.Profile, in.Body.Row.Domain(), caller(ctx))
	if err != nil {
		return nil, err
	}
	return listOf(list, "", wire.FromMatchPair), nil
}

func (a *api) listProfileChanges(ctx context.Context, in *Page) (*body[wire.List[wire.ProfileChange]], error) {
	list, next, err := a.cfg.Services.Unify.Changes(ctx, store.Page{After: in.After, Limit: in.Limit})
	if err != nil {
		return nil, err
	}
	return listOf(list, next, wire.FromProfileChange), nil
}
