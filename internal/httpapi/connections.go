package httpapi

import (
	"context"
	"net/http"
	"slices"

	"segue/internal/access"
	"segue/internal/activation"
	"segue/internal/connection"
	"segue/internal/httpapi/wire"
	"segue/internal/store"
)

// destinationCodes are what a destination can answer, by way of a connection.
func destinationCodes(more ...activation.Code) []activation.Code {
	return append([]activation.Code{
		activation.CodeBadCredentials, activation.CodeKeyMissing, activation.CodeAddressRefused, activation.CodeRefused,
		activation.CodeUnavailable,
	}, more...)
}

func (a *api) connectionOperations() {
	const tag = "connections"
	register(a, endpoint{
		id: "list-connections", method: http.MethodGet, path: "/connections", tag: tag, summary: "List connections",
		description: "Connections by age, with the account as it was when last checked. Contributors see those that are shared with them, by name and type.",
	}, a.listConnections)
	register(a, endpoint{
		id: "create-connection", method: http.MethodPost, path: "/connections", tag: tag, status: http.StatusCreated, summary: "Add a connection",
		description: "Asks the destination who the key belongs to, seals the key and stores the connection. Agreement to the data privacy statement is required and recorded; without it, " +
			"if a draft is asked for, exports can be made over the connection and none of them runs before agree-connection.",
		errors: destinationCodes(activation.CodeConflict),
	}, a.createConnection)
	register(a, endpoint{
		id: "check-connection", method: http.MethodPost, path: "/connections/check", tag: tag, reads: true, summary: "Ask who a key belongs to",
		description: "Asks the destination for the account of a key, without storing anything (Connect).",
		errors:      destinationCodes(),
	}, a.checkConnection)
	register(a, endpoint{
		id: "get-connection", method: http.MethodGet, path: "/connections/{id}", tag: tag, summary: "Get a connection",
		description: "One connection, with the account as it was when last checked. Of the key only the last four characters are shown.",
		errors:      []activation.Code{activation.CodeNotFound},
	}, a.getConnection)
	register(a, endpoint{
		id: "update-connection", method: http.MethodPatch, path: "/connections/{id}", tag: tag, summary: "Change a connection",
		description: "Changes what is given: the name, the key, which must be of the same account, and how the connection is used.",
		errors:      destinationCodes(activation.CodeNotFound, activation.CodeConflict, activation.CodeWrongAccount),
	}, a.updateConnection)
	register(a, endpoint{
		id: "delete-connection", method: http.MethodDelete, path: "/connections/{id}", tag: tag, summary: "Remove a connection",
		description: "Removes the connection and destroys its key; refused while an export uses it: remove-connection says what becomes of those.",
		errors:      []activation.Code{activation.CodeNotFound, activation.CodeInUse, activation.CodeConflict},
	}, a.deleteConnection)
	register(a, endpoint{
		id: "test-connection", method: http.MethodPost, path: "/connections/{id}/test", tag: tag, summary: "Test a connection",
		description: "Asks the destination again who the key belongs to, and stores what it says. Another account than before is refused.",
		errors:      destinationCodes(activation.CodeNotFound, activation.CodeWrongAccount, activation.CodeCorrupt, activation.CodeConflict),
	}, a.testConnection)
	a.linkOperations()
}

func (a *api) listConnections(ctx context.Context, in *Named) (*body[wire.List[wire.Connection]], error) {
	var list []activation.Connection
	var next string
	err := a.cfg.Services.Store.View(ctx, func(r store.Reader) (err error) {
		list, next, err = pageOf(ctx, in, r.ConnectionByName, r.Connections)
		return err
	})
	if err != nil {
		return nil, err
	}
	c := callerOf(ctx)
	if !c.Has(access.RightAdminister) {
		list = slices.DeleteFunc(list, func(k activation.Connection) bool { return !c.MayUse(k) || k.Usable() != nil })
	}
	return listOf(list, next, func(k activation.Connection) wire.Connection { return shownConnection(c, k) }), nil
}

// shownConnection is what a caller may know of a connection: all of it, or name and type.
func shownConnection(c access.Caller, k activation.Connection) wire.Connection {
	if c.Has(access.RightAdminister) {
		return wire.FromConnection(k)
	}
	return wire.Connection{ID: string(k.ID), Name: k.Name, Type: string(k.Type), Shared: k.Shared, Draft: k.Draft(), CreatedAt: k.CreatedAt.UTC(), UpdatedAt: k.UpdatedAt.UTC(), Version: k.Version}
}

func (a *api) createConnection(ctx context.Context, in *input[wire.ConnectionInput]) (*made[wire.Connection], error) {
	c, err := a.cfg.Services.Connections.Create(ctx, connection.NewConnection{
		Name: in.Body.Name, Type: activation.DestinationType(in.Body.Type), BaseURL: in.Body.BaseURL, Key: in.Body.APIKey,
		Agree: in.Body.Agree, By: caller(ctx), Shared: in.Body.Shared, ContactLimit: in.Body.ContactLimit, ExportUser: a.atOnce(ctx), Draft: in.Body.Draft,
	})
	if err != nil {
		return nil, err
	}
	return &made[wire.Connection]{Location: Prefix + "/connections/" + string(c.ID), Body: wire.FromConnection(c)}, nil
}

func (a *api) checkConnection(ctx context.Context, in *input[wire.ConnectionCheck]) (*body[wire.Account], error) {
	d, err := a.cfg.Services.Connections.Check(ctx, activation.DestinationType(in.Body.Type), in.Body.BaseURL, in.Body.APIKey)
	if err != nil {
		return nil, err
	}
	return answer(wire.FromAccount(d)), nil
}

func oneConnection(c activation.Connection, err error) (*body[wire.Connection], error) {
	if err != nil {
		return nil, err
	}
	return answer(wire.FromConnection(c)), nil
}

func (a *api) getConnection(ctx context.Context, in *ByID) (*body[wire.Connection], error) {
	k, err := a.cfg.Services.Connections.Get(ctx, activation.ConnectionID(in.ID))
	if err != nil {
		return nil, err
	}
	return answer(shownConnection(callerOf(ctx), k)), nil
}

func (a *api) updateConnection(ctx context.Context, in *change[wire.ConnectionChange]) (*body[wire.Connection], error) {
	var off *bool
	if in.Body.Mirror != nil {
		is := *in.Body.Mirror == "off"
		off = &is
	}
	return oneConnection(a.cfg.Services.Connections.Update(ctx, activation.ConnectionID(in.ID), connection.Change{
		Name: in.Body.Name, Key: in.Body.APIKey, Shared: in.Body.Shared, ClearEmpty: in.Body.ClearEmpty, MirrorOff: off, ContactLimit: in.Body.ContactLimit, Version: in.Body.Version,
	}))
}

func (a *api) deleteConnection(ctx context.Context, in *ByID) (*nothing, error) {
	_, err := a.cfg.Services.Exports.RemoveConnection(ctx, activation.ConnectionID(in.ID), nil, caller(ctx))
	return nil, err
}

func (a *api) testConnection(ctx context.Context, in *ByID) (*body[wire.Connection], error) {
	return oneConnection(a.cfg.Services.Connections.Test(ctx, activation.ConnectionID(in.ID)))
}
