package httpapi

import (
	"context"
	"net/http"

	"segue/internal/activation"
	"segue/internal/httpapi/wire"
	"segue/internal/segment"
)

func (a *api) relationshipOperations() {
	const tag = "relationships"
	register(a, endpoint{
		id: "list-relationships", method: http.MethodGet, path: "/relationships", tag: tag, summary: "List relationships",
		description: "How the rows of tables belong to profiles or to rows of other tables, by age, with the segments that follow each.",
	}, a.listRelationships)
	register(a, endpoint{
		id: "create-relationship", method: http.MethodPost, path: "/relationships", tag: tag, status: http.StatusCreated, summary: "Add a relationship",
		description: "Checks the columns against the tables as they were taken over, refuses circles, and stores the relationship, which never changes.",
		errors:      []activation.Code{activation.CodeConflict},
	}, a.createRelationship)
	register(a, endpoint{
		id: "delete-relationship", method: http.MethodDelete, path: "/relationships/{id}", tag: tag, summary: "Remove a relationship",
		description: "Removes it; refused while a segment follows it.",
		errors:      []activation.Code{activation.CodeNotFound, activation.CodeInUse},
	}, a.deleteRelationship)
	register(a, endpoint{
		id: "list-segment-uses", method: http.MethodGet, path: "/segments/{id}/uses", tag: "segments", summary: "List what uses a segment",
		description: "The segments that name it in their rules, then the exports of it.",
		errors:      []activation.Code{activation.CodeNotFound},
	}, a.segmentUses)
}

func (a *api) listRelationships(ctx context.Context, _ *nothing) (*body[wire.List[wire.Relationship]], error) {
	list, err := a.cfg.Services.Segments.Relationships(ctx)
	if err != nil {
		return nil, err
	}
	return listOf(list, "", wire.FromRelationship), nil
}

func (a *api) createRelationship(ctx context.Context, in *input[wire.RelationshipInput]) (*made[wire.Relationship], error) {
	r, err := a.cfg.Services.Segments.Relate(ctx, in.Body.Domain())
	if err != nil {
		return nil, err
	}
	return &made[wire.Relationship]{Location: Prefix + "/relationships", Body: wire.FromRelationship(segment.Related{Relationship: r})}, nil
}

func (a *api) deleteRelationship(ctx context.Context, in *ByID) (*nothing, error) {
	return nil, a.cfg.Services.Segments.Unrelate(ctx, activation.RelationshipID(in.ID))
}

func (a *api) segmentUses(ctx context.Context, in *ByID) (*body[wire.List[wire.Use]], error) {
	uses, err := a.cfg.Services.Segments.Uses(ctx, activation.SegmentID(in.ID))
	if err != nil {
		return nil, err
	}
	return listOf(uses, "", wire.FromUse), nil
}
