package httpapi

import (
	"context"
	"net/http"

	"segue/internal/access"
	"segue/internal/activation"
	"segue/internal/httpapi/wire"
	"segue/internal/store"
)

func (a *api) peopleOperations() {
	const tag = "people"
	register(a, endpoint{
		id: "list-people", method: http.MethodGet, path: "/people", tag: tag, summary: "List who may sign in", description: "People by age.",
	}, a.listPeople)
	register(a, endpoint{
		id: "create-person", method: http.MethodPost, path: "/people", tag: tag, status: http.StatusCreated, summary: "Add a person",
		description: "Adds somebody who may sign in. Weak passwords, and those known from breaches, are refused.",
		errors:      []activation.Code{activation.CodeConflict},
	}, a.createPerson)
	register(a, endpoint{
		id: "get-person", method: http.MethodGet, path: "/people/{id}", tag: tag, summary: "Get a person", description: "One person.",
		errors: []activation.Code{activation.CodeNotFound},
	}, a.getPersonByID)
	register(a, endpoint{
		id: "update-person", method: http.MethodPatch, path: "/people/{id}", tag: tag, summary: "Change a person",
		description: "Changes what is given; it holds from the person's next request on. The last administrator can neither be switched off nor lose the role.",
		errors:      []activation.Code{activation.CodeNotFound, activation.CodeConflict, activation.CodeNotReady},
	}, a.updatePerson)
	register(a, endpoint{
		id: "reset-password", method: http.MethodPost, path: "/people/{id}/password", tag: tag, summary: "Set a person's password",
		description: "Sets somebody's password for them, signs them out everywhere and deletes their tokens.",
		errors:      []activation.Code{activation.CodeNotFound, activation.CodeConflict},
	}, a.resetPassword)
}

func (a *api) listPeople(ctx context.Context, in *Page) (*body[wire.List[wire.Person]], error) {
	var list []activation.Person
	var next string
	err := a.cfg.Services.Store.View(ctx, func(r store.Reader) (err error) {
		list, next, err = r.People(ctx, store.Page{After: in.After, Limit: in.Limit})
		return err
	})
	if err != nil {
		return nil, err
	}
	return listOf(list, next, wire.FromPerson), nil
}

func (a *api) createPerson(ctx context.Context, in *input[wire.PersonInput]) (*made[wire.Person], error) {
	p, err := a.cfg.Services.Access.Create(ctx, access.NewPerson{
		Name: in.Body.Name, Email: in.Body.Email, Role: activation.Role(in.Body.Role), SeesPersons: in.Body.SeesPersons, Password: in.Body.Password,
	})
	if err != nil {
		return nil, err
	}
	return &made[wire.Person]{Location: Prefix + "/people/" + string(p.ID), Body: wire.FromPerson(p)}, nil
}

func onePerson(p activation.Person, err error) (*body[wire.Person], error) {
	if err != nil {
		return nil, err
	}
	return answer(wire.FromPerson(p)), nil
}

func (a *api) getPersonByID(ctx context.Context, in *ByID) (*body[wire.Person], error) {
	return onePerson(a.cfg.Services.Access.Get(ctx, activation.PersonID(in.ID)))
}

func (a *api) updatePerson(ctx context.Context, in *change[wire.PersonChange]) (*body[wire.Person], error) {
	ch := access.Change{Name: in.Body.Name, Email: in.Body.Email, SeesPersons: in.Body.SeesPersons, Off: in.Body.Off, Subject: in.Body.Subject, Unlink: in.Body.Unlink, Version: in.Body.Version}
	if in.Body.Role != nil {
		role := activation.Role(*in.Body.Role)
		ch.Role = &role
	}
	return onePerson(a.cfg.Services.Access.Update(ctx, activation.PersonID(in.ID), ch))
}

func (a *api) resetPassword(ctx context.Context, in *change[wire.PasswordReset]) (*nothing, error) {
	return nil, a.cfg.Services.Access.ResetPassword(ctx, activation.PersonID(in.ID), in.Body.Password, in.Body.RemoveCodes)
}
