package httpapi

import (
	"context"
	"net/http"

	"segue/internal/access"
	"segue/internal/activation"
	"segue/internal/connection"
	"segue/internal/export"
	"segue/internal/httpapi/wire"
	"segue/internal/store"
)

// linkOperations are about what hangs on a connection: its export user, the exports that use it, its contract, its end.
func (a *api) linkOperations() {
	const tag = "connections"
	register(a, endpoint{
		id: "set-export-user", method: http.MethodPut, path: "/connections/{id}/export-user", tag: tag, summary: "Become the export user",
		description: "Makes whoever calls the export user: exports over the connection run on their behalf. Asks for a fresh proof of who they are; whoever was it before is replaced. " +
			"The token of the server's machine needs no proof; a token of a person will not do.",
		errors: []activation.Code{activation.CodeNotFound, activation.CodeConflict, activation.CodeNotProved},
	}, a.setExportUser)
	register(a, endpoint{
		id: "agree-connection", method: http.MethodPost, path: "/connections/{id}/agreement", tag: tag, summary: "Agree to the statement of a draft",
		description: "Records that whoever calls agreed to the data privacy statement of GET /api/v1/settings, and makes them the export user: then exports over the connection can run. " +
			"Asks for a fresh proof of who they are, as set-export-user does.",
		errors: []activation.Code{activation.CodeNotFound, activation.CodeConflict, activation.CodeNotProved},
	}, a.agreeConnection)
	register(a, endpoint{
		id: "list-uses", method: http.MethodGet, path: "/connections/{id}/exports", tag: tag, summary: "List where a connection is used",
		description: "The exports that use the connection, with their status.", errors: []activation.Code{activation.CodeNotFound},
	}, a.listUses)
	register(a, endpoint{
		id: "check-contract", method: http.MethodGet, path: "/connections/{id}/contract", tag: tag, summary: "Compare with the contract",
		description: "Counts segments and says which are larger than what the account's contract allows, as somebody entered it.",
		errors:      []activation.Code{activation.CodeNotFound, activation.CodeNotReady, activation.CodeCannotEvaluate},
	}, a.checkContract)
	register(a, endpoint{
		id: "remove-connection", method: http.MethodPost, path: "/connections/{id}/removal", tag: tag, summary: "Remove a connection and say what becomes of its exports",
		description: "For each export that uses the connection it has to be said whether it is removed or detached; else nothing is done. Runs stop before their next batch; " +
			"an import in flight is followed for at most 15 minutes. Then the stored key is destroyed.",
		errors: []activation.Code{activation.CodeNotFound, activation.CodeInUse, activation.CodeConflict},
	}, a.removeConnection)
}

// machine reports whether the server's machine calls.
func machine(ctx context.Context) bool { return callerOf(ctx).Actor.Kind == activation.ActorMachine }

// atOnce is the export user of a connection that is being added: the server's machine is it at once, a person has to confirm.
func (a *api) atOnce(ctx context.Context) activation.ExportUser {
	if machine(ctx) {
		return activation.MachineExportUser(a.cfg.Clock().UTC())
	}
	return activation.ExportUser{}
}

// becoming is whoever calls as export user, who has to prove who they are.
func (a *api) becoming(ctx context.Context) (activation.ExportUser, error) {
	if machine(ctx) {
		return a.atOnce(ctx), nil
	}
	p, _, err := a.proved(ctx)
	if err != nil {
		return activation.ExportUser{}, err
	}
	return activation.ExportUser{Kind: activation.ExportUserPerson, Person: p.ID, Name: p.Name}, nil
}

func (a *api) agreeConnection(ctx context.Context, in *change[wire.Agreement]) (*body[wire.Connection], error) {
	if !in.Body.Agree {
		return nil, activation.Errorf(activation.CodeInvalid, "the data privacy statement was not agreed to").WithField("agree").
			WithRemedy("Read the statement and agree to it: " + activation.ConsentStatement)
	}
	user, err := a.becoming(ctx)
	if err != nil {
		return nil, err
	}
	return oneConnection(a.cfg.Services.Connections.Update(ctx, activation.ConnectionID(in.ID), connection.Change{
		ExportUser: &user, Agree: &connection.Agreement{By: caller(ctx), Statement: in.Body.Statement},
	}))
}

func (a *api) setExportUser(ctx context.Context, in *ByID) (*body[wire.Connection], error) {
	user, err := a.becoming(ctx)
	if err != nil {
		return nil, err
	}
	return oneConnection(a.cfg.Services.Connections.Update(ctx, activation.ConnectionID(in.ID), connection.Change{ExportUser: &user}))
}

func (a *api) listUses(ctx context.Context, in *ByID) (*body[wire.List[wire.Export]], error) {
	out := wire.List[wire.Export]{Items: []wire.Export{}}
	err := a.cfg.Services.Store.View(ctx, func(r store.Reader) error {
		if _, err := r.Connection(ctx, activation.ConnectionID(in.ID)); err != nil {
			return err
		}
		list, err := r.ExportsOf(ctx, activation.ConnectionID(in.ID))
		if err != nil {
			return err
		}
		steps := store.NewSteps(r)
		for _, e := range list {
			shown, err := shownExport(ctx, r, steps, e, a.cfg.Clock())
			if err != nil {
				return err
			}
			out.Items = append(out.Items, shown)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return answer(out), nil
}

// contractInput names the segments to compare.
type contractInput struct {
	ByID
	Segments []string `query:"segment_id,explode" maxItems:"50" doc:"Segments to count"`
}

func (a *api) checkContract(ctx context.Context, in *contractInput) (*body[wire.Contract], error) {
	k, err := a.cfg.Services.Connections.Get(ctx, activation.ConnectionID(in.ID))
	if err != nil {
		return nil, err
	}
	out := wire.Contract{Segments: []wire.ContractSegment{}}
	if callerOf(ctx).Has(access.RightAdminister) {
		out.Limit, out.Contacts = k.ContactLimit, k.Details.Contacts
	}
	for _, id := range in.Segments {
		g, err := a.cfg.Services.Segments.Get(ctx, activation.SegmentID(id))
		if err != nil {
			return nil, err
		}
		n, err := a.cfg.Services.Segments.Count(ctx, g)
		if err != nil {
			return nil, err
		}
		out.Segments = append(out.Segments, wire.ContractSegment{
			SegmentID: id, Name: g.Name, Members: n.Members, Larger: k.ContactLimit > 0 && n.Members > k.ContactLimit,
		})
	}
	return answer(out), nil
}

func (a *api) removeConnection(ctx context.Context, in *change[wire.RemovalInput]) (*body[wire.Removal], error) {
	choices := map[activation.ExportID]export.UseChoice{}
	for _, e := range in.Body.Exports {
		id := activation.ExportID(e.ExportID)
		if _, twice := choices[id]; twice {
			return nil, activation.Errorf(activation.CodeInvalid, "the export %q is named twice", e.ExportID).WithField("exports")
		}
		choices[id] = export.UseChoice(e.Do)
	}
	r, err := a.cfg.Services.Exports.RemoveConnection(ctx, activation.ConnectionID(in.ID), choices, caller(ctx))
	if err != nil {
		return nil, err
	}
	out := wire.Removal{KeyDestroyed: r.Destroyed, RunIDs: []string{}}
	if !r.Destroyed {
		out.KeyUntil = r.KeyUntil
	}
	for _, id := range r.Runs {
		out.RunIDs = append(out.RunIDs, string(id))
	}
	return answer(out), nil
}
