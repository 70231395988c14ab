package httpapi

import (
	"context"
	"net/http"

	"segue/internal/activation"
	"segue/internal/httpapi/wire"
	"segue/internal/ledger"
	"segue/internal/warehouse"
)

// activityRows is how many rows of the past are shown of a person.
const activityRows = 200

func (a *api) personOperations() {
	const tag = "profile"
	register(a, endpoint{
		id: "list-profiles", method: http.MethodGet, path: "/profiles", tag: tag, summary: "List customers",
		description: "The customers of the unified profile, ordered by id.",
		errors:      []activation.Code{activation.CodeNotReady},
	}, a.listProfiles)
	register(a, endpoint{
		id: "search-profiles", method: http.MethodPost, path: "/profiles/search", tag: tag, reads: true, summary: "Search customers",
		description: "Finds customers whose id or text fields hold the text, ordered by id. What is searched for travels in the body, " +
			"so that no address of a person shows up in a URL.",
		errors: []activation.Code{activation.CodeNotReady},
	}, a.searchProfiles)
	register(a, endpoint{
		id: "get-customer", method: http.MethodGet, path: "/profiles/{id}", tag: tag, summary: "Explain a customer",
		description: "One customer with all fields, the segments they are in now, where their address stands at each list, and what runs did with it.",
		errors:      []activation.Code{activation.CodeNotFound, activation.CodeNotReady},
	}, a.getPerson)
}

func (a *api) listProfiles(ctx context.Context, in *Page) (*body[wire.List[wire.Profile]], error) {
	return profilePage(in.Limit, func(limit int) ([]warehouse.Profile, error) {
		return a.cfg.Services.Profiles.Profiles(ctx, "", in.After, limit)
	})
}

func (a *api) searchProfiles(ctx context.Context, in *input[wire.ProfileSearch]) (*body[wire.List[wire.Profile]], error) {
	return profilePage(in.Body.Limit, func(limit int) ([]warehouse.Profile, error) {
		return a.cfg.Services.Profiles.Profiles(ctx, in.Body.Search, in.Body.After, limit)
	})
}

// profilePage reads one customer more than the page holds, to know whether there is another page.
func profilePage(limit int, read func(limit int) ([]warehouse.Profile, error)) (*body[wire.List[wire.Profile]], error) {
	list, err := read(limit + 1)
	if err != nil {
		return nil, err
	}
	next := ""
	if len(list) > limit {
		list, next = list[:limit], list[limit-1].ID
	}
	return listOf(list, next, wire.FromProfile), nil
}

// personInput names a customer; profile ids are the customers' own.
type personInput struct {
	ID string `path:"id" maxLength:"1000" doc:"The profile's id"`
}

func (a *api) getPerson(ctx context.Context, in *personInput) (*body[wire.ProfileDetails], error) {
	p, err := a.cfg.Services.Profiles.Profile(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	d, err := a.cfg.Services.Sources.Profile(ctx)
	if err != nil {
		return nil, err
	}
	out := wire.ProfileDetails{Profile: wire.FromProfile(p), Standings: []wire.Standing{}, Activity: []wire.RunRow{}}
	for _, address := range addresses(d, p) {
		standings, err := a.cfg.Services.Ledger.Standings(ctx, address)
		if err != nil {
			return nil, err
		}
		rows, err := a.cfg.Services.Ledger.AddressRows(ctx, address, activityRows)
		if err != nil {
			return nil, err
		}
		out.Standings = append(out.Standings, wire.NewList(standings, "", wire.FromStanding).Items...)
		out.Activity = append(out.Activity, wire.NewList(rows, "", func(r ledger.RunRow) wire.RunRow { return wire.FromRunRow(r) }).Items...)
	}
	memberships, err := a.cfg.Services.Segments.Holding(ctx, p.ID)
	if err != nil {
		return nil, err
	}
	out.Segments = wire.FromMemberships(memberships)
	return answer(out), nil
}

// addresses returns the usable addresses of a customer, each once: any e-mail field can be the one of an export.
func addresses(d activation.ProfileDefinition, p warehouse.Profile) []activation.Email {
	var out []activation.Email
	seen := map[activation.Email]bool{}
	for i, name := range p.Fields {
		f, ok := d.FieldNamed(name)
		if !ok || f.Semantic != activation.SemanticEmail || i >= len(p.Values) {
			continue
		}
		if e, problem := activation.ParseEmail(p.Values[i]); problem == "" && !seen[e] {
			seen[e] = true
			out = append(out, e)
		}
	}
	return out
}
