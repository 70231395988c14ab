package httpapi

import (
	"context"
	"net/http"
	"strings"

	"segue/internal/activation"
	"segue/internal/destination"
	"segue/internal/httpapi/wire"
)

// accountOperations are those on the account behind a connection; they ask the destination each time.
func (a *api) accountOperations() {
	const tag = "connections"
	codes := destinationCodes(activation.CodeNotFound, activation.CodeCorrupt)
	register(a, endpoint{
		id: "list-lists", method: http.MethodGet, path: "/connections/{id}/lists", tag: tag, summary: "List the account's contact lists",
		description: "All contact lists of the account as they are now, in the order of their numbers.", errors: codes,
	}, a.listLists)
	register(a, endpoint{
		id: "create-list", method: http.MethodPost, path: "/connections/{id}/lists", tag: tag, status: http.StatusCreated, summary: "Add a contact list to the account",
		description: "Makes a list in a folder of the account. It is not retried: after an unavailable answer look whether it is there.", errors: codes,
	}, a.createList)
	register(a, endpoint{
		id: "list-attributes", method: http.MethodGet, path: "/connections/{id}/attributes", tag: tag, summary: "List the account's attributes",
		description: "The attributes of the account's contacts as they are now, built-in identifiers included.", errors: codes,
	}, a.listAttributes)
	register(a, endpoint{
		id: "create-attribute", method: http.MethodPost, path: "/connections/{id}/attributes", tag: tag, status: http.StatusCreated,
		summary: "Add an attribute to the account", description: "Makes an attribute; one of the same name and type that is already there is fine.", errors: codes,
	}, a.createAttribute)
}

func (a *api) listLists(ctx context.Context, in *ByID) (*body[wire.List[wire.ContactList]], error) {
	l, err := a.cfg.Services.Connections.Lists(ctx, activation.ConnectionID(in.ID))
	if err != nil {
		return nil, err
	}
	return listOf(l, "", wire.FromList), nil
}

func (a *api) createList(ctx context.Context, in *change[wire.ContactListInput]) (*body[wire.ContactList], error) {
	l, err := a.cfg.Services.Connections.CreateList(ctx, activation.ConnectionID(in.ID), in.Body.Name, in.Body.FolderID)
	if err != nil {
		return nil, err
	}
	return answer(wire.FromList(l)), a.noted(ctx, "connection", in.ID, map[string]any{"list": l.Name, "list_id": l.ID})
}

func (a *api) listAttributes(ctx context.Context, in *ByID) (*body[wire.List[wire.Attribute]], error) {
	l, err := a.cfg.Services.Connections.Attributes(ctx, activation.ConnectionID(in.ID))
	if err != nil {
		return nil, err
	}
	return listOf(l, "", wire.FromAttribute), nil
}

func (a *api) createAttribute(ctx context.Context, in *change[wire.AttributeInput]) (*body[wire.Attribute], error) {
	attr := destination.Attribute{
		Name: strings.ToUpper(in.Body.Name), Type: activation.AttributeType(in.Body.Type), Options: in.Body.Options,
	}
	if err := a.cfg.Services.Connections.CreateAttribute(ctx, activation.ConnectionID(in.ID), attr); err != nil {
		return nil, err
	}
	return answer(wire.FromAttribute(attr)), a.noted(ctx, "connection", in.ID, map[string]any{"attribute": attr.Name, "type": attr.Type})
}
