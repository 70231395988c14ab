package httpapi

import (
	"context"
	"net/http"

	"segue/internal/activation"
	"segue/internal/httpapi/wire"
)

func (a *api) profileOperations() {
	const tag = "profile"
	register(a, endpoint{
		id: "get-profile", method: http.MethodGet, path: "/profile", tag: tag, summary: "Get the profile's definition",
		description: "How the unified customer profile table is made, with the outcome of its last build; not_found before there is one.",
		errors:      []activation.Code{activation.CodeNotFound},
	}, a.getProfile)
	register(a, endpoint{
		id: "put-profile", method: http.MethodPut, path: "/profile", tag: tag, summary: "Set the profile's definition",
		description: "Stores the definition after checking it against the source's table. The profiles change with the next build.",
		errors:      []activation.Code{activation.CodeConflict, activation.CodeNotReady},
	}, a.putProfile)
	register(a, endpoint{
		id: "suggest-profile", method: http.MethodGet, path: "/profile/suggestion", tag: tag, summary: "Suggest a definition",
		description: "Makes a definition from what was found out about a source's columns, ready to be looked at and stored.",
		errors:      []activation.Code{activation.CodeNotFound, activation.CodeNotReady},
	}, a.suggestProfile)
	register(a, endpoint{
		id: "build-profile", method: http.MethodPost, path: "/profile/build", tag: tag, summary: "Build the profiles",
		description: "Makes the profile table anew from the source's table. Answers when that is done; if it fails the old profiles stay.",
		errors: []activation.Code{
			activation.CodeNotReady, activation.CodeConflict, activation.CodeSourceRefused, activation.CodeStorageFull, activation.CodeUnavailable,
		},
	}, a.buildProfile)
	register(a, endpoint{
		id: "get-field-stats", method: http.MethodGet, path: "/profile/field-stats", tag: tag, summary: "Describe the values of a field",
		description: "How many profiles have no value, how many values differ, and the most frequent ones.",
		errors:      []activation.Code{activation.CodeNotFound, activation.CodeNotReady},
	}, a.fieldStats)
}

func (a *api) getProfile(ctx context.Context, _ *nothing) (*body[wire.ProfileDefinition], error) {
	return definition(a.cfg.Services.Sources.Profile(ctx))
}

func definition(d activation.ProfileDefinition, err error) (*body[wire.ProfileDefinition], error) {
	if err != nil {
		return nil, err
	}
	return answer(wire.FromProfileDefinition(d)), nil
}

func (a *api) putProfile(ctx context.Context, in *input[wire.ProfileInput]) (*body[wire.ProfileDefinition], error) {
	return definition(a.cfg.Services.Sources.PutProfile(ctx, in.Body.Domain()))
}

// suggestInput names the source that a definition is suggested for.
type suggestInput struct {
	SourceID string `query:"source_id" required:"true" maxLength:"200" doc:"The source whose table holds the customers"`
}

func (a *api) suggestProfile(ctx context.Context, in *suggestInput) (*body[wire.ProfileInput], error) {
	d, err := a.cfg.Services.Sources.SuggestProfile(ctx, activation.SourceID(in.SourceID))
	if err != nil {
		return nil, err
	}
	now, err := a.cfg.Services.Sources.Profile(ctx)
	if err != nil && activation.CodeOf(err) != activation.CodeNotFound {
		return nil, err
	}
	return answer(wire.ProfileInputFrom(d, now.Version)), nil
}

func (a *api) buildProfile(ctx context.Context, _ *nothing) (*body[wire.ProfileDefinition], error) {
	return definition(a.cfg.Services.Sources.Build(ctx))
}

// statsInput names a field.
type statsInput struct {
	Field string `query:"field" required:"true" maxLength:"480" doc:"The name of the profile field"`
	Top   int    `query:"top" minimum:"0" maximum:"100" default:"10" doc:"How many of the most frequent values to show"`
}

func (a *api) fieldStats(ctx context.Context, in *statsInput) (*body[wire.FieldStats], error) {
	s, err := a.cfg.Services.Profiles.FieldStats(ctx, in.Field, in.Top)
	if err != nil {
		return nil, err
	}
	return answer(wire.FromFieldStats(in.Field, s)), nil
}
