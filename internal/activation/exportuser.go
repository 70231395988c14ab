package activation

import "time"

// ExportUserKind says what an export user is.
type ExportUserKind string

// The kinds. The zero value is nobody.
const (
	ExportUserPerson  ExportUserKind = "person"
	ExportUserMachine ExportUserKind = "machine" // whoever can read the data folder: the server's machine
)

// ExportUser is on whose behalf the exports over a connection run.
type ExportUser struct {
	Kind ExportUserKind `json:"kind,omitempty"`
	// Person is set for a person only.
	Person PersonID `json:"person,omitempty"`
	// Name is how records name the export user: what the person was called when they confirmed.
	Name string `json:"name,omitempty"`
	// At is when they confirmed.
	At time.Time `json:"at,omitzero"`
}

// MachineExportUser is the server's machine as export user.
func MachineExportUser(at time.Time) ExportUser {
	return ExportUser{Kind: ExportUserMachine, Name: "the server's machine", At: at}
}

// MayRun fails with CodeNeedsExportUser, saying why, unless exports over the connection may run: it is no draft, and its export
// user is the server's machine, or somebody who is an administrator and not switched off. load reads a person.
func (c Connection) MayRun(load func(PersonID) (Person, error)) error {
	if c.Draft() {
		return Errorf(CodeNeedsExportUser, "the connection \"%s\" is a draft: nobody has agreed to the data privacy statement and become its export user", c.Name).
			WithRemedy("An administrator has to read the statement, agree to it and become export user: segue connection agree")
	}
	var why string
	switch c.ExportUser.Kind {
	case ExportUserMachine:
		return nil
	case ExportUserPerson:
		p, err := load(c.ExportUser.Person)
		switch {
		case CodeOf(err) == CodeNotFound:
			why = "is gone"
		case err != nil:
			return err
		case p.Off:
			why = "is switched off"
		case p.Role != RoleAdministrator:
			why = "is no administrator any more"
		default:
			return nil
		}
		why = "the export user of the connection \"" + c.Name + "\" " + why
	default:
		why = "the connection \"" + c.Name + "\" has no export user"
	}
	return Errorf(CodeNeedsExportUser, "%s", why).
		WithRemedy("An administrator has to take over as export user of the connection: segue connection export-user")
}

// NoConnection is the error of what a detached export cannot do.
func (e Export) NoConnection() error {
	return Errorf(CodeNoConnection, "the export %q has no connection", e.Name).WithRemedy("Attach it to a connection: segue export attach")
}

// Usable fails with CodeConflict if the connection is being removed.
func (c Connection) Usable() error {
	if c.RemovingAt.IsZero() {
		return nil
	}
	return Errorf(CodeConflict, "the connection %q is being removed", c.Name).WithRemedy("Use another connection, or add a new one")
}
