package cli

import (
	"io"
	"strings"

	"segue/client"
	"segue/cmd/segue/internal/table"
)

type personCmd struct {
	Add           personAdd           `cmd:"" help:"Add somebody who may sign in."`
	List          personList          `cmd:"" help:"List who may sign in."`
	Show          personShow          `cmd:"" help:"Show a person."`
	Change        personChange        `cmd:"" help:"Change name, address or role of a person, or switch them on or off."`
	ResetPassword personResetPassword `cmd:"" help:"Set a person's password; on the server's machine also that of an administrator who has lost theirs."`
}

// passwordFlags say where a password comes from; it is never an argument, which other users of the machine could see.
type passwordFlags struct {
	PasswordFile string `placeholder:"FILE" help:"File with the password; - is standard input. Without it SEGUE_PASSWORD is used, else it is asked for."`
}

func (f passwordFlags) password(inv *invocation) (string, error) {
	p, err := inv.secret("password", f.PasswordFile, "--password-file", "SEGUE_PASSWORD")
	if f.PasswordFile != "" {
		p = strings.TrimRight(p, "\r\n") // the end of the file's line
	}
	return p, err
}

type personAdd struct {
	Name        string `arg:"" help:"Name of the person, for records and screens."`
	Email       string `required:"" placeholder:"ADDRESS" help:"What the person signs in with."`
	Role        string `enum:"viewer,contributor,administrator" default:"viewer" help:"What the person may do: ${enum}. Defaults to ${default}."`
	SeesPersons bool   `help:"Let a viewer see customers."`
	passwordFlags
}

// Run works the command.
func (a *personAdd) Run(inv *invocation) error {
	c, err := inv.api()
	if err != nil {
		return err
	}
	password, err := a.password(inv)
	if err != nil {
		return err
	}
	p, err := client.Decode[client.Person](c.CreatePerson(inv.ctx, client.PersonInput{
		Name: a.Name, Email: a.Email, Role: client.PersonInputRole(a.Role), SeesPersons: a.SeesPersons, Password: password,
	}))
	if err != nil {
		return err
	}
	return inv.show(p, func(io.Writer) error {
		inv.say("%s may sign in, as %s.", p.Name, p.Role)
		return nil
	})
}

type personList struct{}

// Run works the command.
func (*personList) Run(inv *invocation) error {
	c, err := inv.api()
	if err != nil {
		return err
	}
	items, err := people(inv, c)
	if err != nil {
		return err
	}
	return list(inv, items, "Nobody may sign in yet. Add somebody: segue person add",
		[]table.Column{table.Text("name"), table.Text("address"), table.Text("role"), table.Text("sees customers"), table.Text("state"), table.Text("id")},
		func(p client.Person) []string {
			return []string{p.Name, p.Email, string(p.Role), yesNo(p.SeesPersons), onOff(p), p.ID}
		})
}

func people(inv *invocation, c *client.Client) ([]client.Person, error) {
	return collect(0, func(after *string) ([]client.Person, string, error) {
		l, err := client.Decode[client.PersonList](c.ListPeople(inv.ctx, &client.ListPeopleParams{After: after, Limit: pageSize(0)}))
		return l.Items, l.NextCursor, err
	})
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}

func onOff(p client.Person) string {
	if p.Off {
		return "switched off"
	}
	return "on"
}

type personName struct {
	Person string `arg:"" help:"Address, name or id of the person."`
}

// one finds a person by id, address or name.
func (n personName) one(inv *invocation) (*client.Client, client.Person, error) {
	c, err := inv.api()
	if err != nil {
		return nil, client.Person{}, err
	}
	all, err := people(inv, c)
	if err != nil {
		return nil, client.Person{}, err
	}
	var found []client.Person
	for _, p := range all {
		if p.ID == n.Person || strings.EqualFold(p.Email, strings.TrimSpace(n.Person)) {
			return c, p, nil
		}
		if strings.EqualFold(p.Name, n.Person) {
			found = append(found, p)
		}
	}
	switch len(found) {
	case 1:
		return c, found[0], nil
	case 0:
		return nil, client.Person{}, &client.Error{Code: "not_found", Message: "there is no such person", Remedy: "See who there is: segue person list"}
	}
	return nil, client.Person{}, usagef("several people have that name").withRemedy("Use the address or the id: segue person list")
}

type personShow struct{ personName }

// Run works the command.
func (s *personShow) Run(inv *invocation) error {
	_, p, err := s.one(inv)
	if err != nil {
		return err
	}
	return inv.show(p, func(w io.Writer) error {
		return table.Pairs(w, [2]string{"Person", p.Name}, [2]string{"Id", p.ID}, [2]string{"Address", p.Email}, [2]string{"Role", string(p.Role)},
			[2]string{"Sees customers", yesNo(p.SeesPersons)}, [2]string{"State", onOff(p)}, [2]string{"Password", yesNo(p.HasPassword)},
			[2]string{"One-time codes", yesNo(p.HasOneTimeCodes)}, [2]string{"Single sign-on", yesNo(p.HasSingleSignOn)}, [2]string{"Added", inv.when(p.CreatedAt)})
	})
}

type personChange struct {
	personName
	Name        string `placeholder:"NAME" help:"New name."`
	Email       string `placeholder:"ADDRESS" help:"New address."`
	Role        string `enum:",viewer,contributor,administrator" default:"" placeholder:"ROLE" help:"New role: viewer, contributor or administrator."`
	SeesPersons *bool  `negatable:"" help:"Whether a viewer may see customers."`
	Off         *bool  `negatable:"" help:"Switch the person off: signed out everywhere, tokens deleted. --no-off switches them on again."`
	SSOSubject  string `name:"sso-subject" xor:"sso" placeholder:"SUBJECT" help:"Link the person with the one whom the single sign-on provider knows by this subject."`
	RemoveSSO   bool   `name:"remove-sso" xor:"sso" help:"Unlink the person from single sign-on."`
}

// Run works the command.
func (ch *personChange) Run(inv *invocation) error {
	if ch.Name == "" && ch.Email == "" && ch.Role == "" && ch.SeesPersons == nil && ch.Off == nil && ch.SSOSubject == "" && !ch.RemoveSSO {
		return usagef("nothing is to be changed").withRemedy("Use --name, --email, --role, --sees-persons, --off, --sso-subject or --remove-sso")
	}
	c, p, err := ch.one(inv)
	if err != nil {
		return err
	}
	change := client.PersonChange{
		Name: ch.Name, Email: ch.Email, Role: client.PersonChangeRole(ch.Role), SeesPersons: ch.SeesPersons, Off: ch.Off, SingleSignOnSubject: ch.SSOSubject, RemoveSingleSignOn: &ch.RemoveSSO, Version: p.Version,
	}
	if p, err = client.Decode[client.Person](c.UpdatePerson(inv.ctx, p.ID, change)); err != nil {
		return err
	}
	return inv.show(p, func(io.Writer) error {
		inv.say("%s: %s, %s.", p.Name, p.Role, onOff(p))
		return nil
	})
}

type personResetPassword struct {
	personName
	RemoveCodes bool `help:"Switch the person's one-time codes off as well."`
	passwordFlags
}

// Run works the command.
func (r *personResetPassword) Run(inv *invocation) error {
	c, p, err := r.one(inv)
	if err != nil {
		return err
	}
	password, err := r.password(inv)
	if err != nil {
		return err
	}
	if err := client.Done(c.ResetPassword(inv.ctx, p.ID, client.PasswordReset{Password: password, RemoveOneTimeCodes: r.RemoveCodes})); err != nil {
		return err
	}
	inv.say("%s has a new password and is signed out everywhere.", p.Name)
	return nil
}
