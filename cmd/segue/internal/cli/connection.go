package cli

import (
	"fmt"
	"io"
	"strings"

	"segue/client"
	"segue/cmd/segue/internal/table"
)

type connectionCmd struct {
	Add             connectionAdd             `cmd:"" help:"Add a connection."`
	Check           connectionCheck           `cmd:"" help:"Ask who a key belongs to, without storing anything."`
	List            connectionList            `cmd:"" help:"List connections."`
	Show            connectionShow            `cmd:"" help:"Show a connection."`
	Test            connectionTest            `cmd:"" help:"Ask the destination again who the key belongs to."`
	Lists           connectionLists           `cmd:"" help:"List the account's contact lists."`
	Attributes      connectionAttributes      `cmd:"" help:"List the account's attributes."`
	CreateList      connectionCreateList      `cmd:"" help:"Add a contact list to the account."`
	CreateAttribute connectionCreateAttribute `cmd:"" help:"Add an attribute to the account."`
	RotateKey       connectionRotateKey       `cmd:"" help:"Replace the key by another of the same account."`
	Rename          connectionRename          `cmd:"" help:"Rename a connection."`
	Share           connectionShare           `cmd:"" help:"Let contributors use a connection."`
	Unshare         connectionUnshare         `cmd:"" help:"Keep a connection to administrators; exports over it stay as they are."`
	ClearEmpty      connectionClearEmpty      `cmd:"" help:"Let values that are missing empty what the account has, once a run has proved it, or end that."`
	Mirror          connectionMirror          `cmd:"" help:"Let runs read the account's contacts, or not, which is risky."`
	ExportUser      connectionExportUser      `cmd:"" help:"Become the export user of a connection: its exports run on your behalf."`
	Agree           connectionAgree           `cmd:"" help:"Agree to the data privacy statement of a draft, and become its export user: then its exports can run."`
	WhereUsed       connectionWhereUsed       `cmd:"" help:"List the exports that use a connection."`
	Limit           connectionLimit           `cmd:"" help:"Enter how many contacts the account's contract allows."`
	Remove          connectionRemove          `cmd:"" help:"Remove a connection and destroy its key."`
}

type connectionName struct {
	Name string `arg:"" help:"Name or id of the connection."`
}

// keyFlags say where the API key comes from; it is never an argument, which other users of the machine could see.
type keyFlags struct {
	APIKeyFile string `name:"api-key-file" placeholder:"FILE" help:"File with the API key; - is standard input. Without it SEGUE_API_KEY is used, else the key is asked for."`
}

// key returns the API key.
func (f keyFlags) key(inv *invocation) (string, error) {
	k, err := inv.secret("API key", f.APIKeyFile, "--api-key-file", "SEGUE_API_KEY")
	if err != nil {
		return "", err
	}
	return notEmpty(k)
}

// secret reads what must not be an argument, which other users of the machine could see: from a file (- is standard input), else
// from a variable, else by asking for it.
func (inv *invocation) secret(what, file, flag, variable string) (string, error) {
	if file != "" {
		b, err := inv.readInput(file)
		return string(b), err
	}
	if s := inv.Env(variable); s != "" {
		return s, nil
	}
	if inv.Terminal.ReadSecret == nil {
		return "", usagef("the %s is missing", what).withRemedy("Use " + flag + " or " + variable)
	}
	s, err := inv.unlessInterrupted(func() (string, error) {
		return inv.Terminal.ReadSecret(strings.ToUpper(what[:1]) + what[1:] + ": ")
	})
	if inv.ctx.Err() != nil {
		return "", inv.ctx.Err()
	}
	if err != nil {
		return "", usagef("the %s cannot be read: %v", what, err)
	}
	return s, nil
}

func notEmpty(key string) (string, error) {
	if key = strings.TrimSpace(key); key == "" {
		return "", usagef("the API key is empty")
	}
	return key, nil
}

type connectionAdd struct {
	Name  string `arg:"" help:"Name of the connection."`
	URL   string `name:"url" placeholder:"URL" help:"Address of the destination, such as that of a sandbox. Defaults to Brevo's own."`
	Share bool   `help:"Let contributors use it, and not only administrators."`
	Agree bool   `help:"Agree to the data privacy statement; without it you are asked."`
	keyFlags
}

// Run works the command.
func (a *connectionAdd) Run(inv *invocation) error {
	c, err := inv.api()
	if err != nil {
		return err
	}
	if !a.Agree {
		s, err := client.Decode[client.Settings](c.GetSettings(inv.ctx))
		if err != nil {
			return err
		}
		_, _ = fmt.Fprintln(inv.Terminal.Err, table.Clean(s.ConsentStatement.Text))
		if err := inv.confirm(false, "Do you agree to the data privacy statement?", "--agree"); err != nil {
			return err
		}
	}
	key, err := a.key(inv)
	if err != nil {
		return err
	}
	n, err := client.Decode[client.Connection](c.CreateConnection(inv.ctx, client.ConnectionInput{Name: a.Name, BaseURL: a.URL, APIKey: key, Agree: true, Shared: a.Share}))
	if err != nil {
		return err
	}
	return inv.show(n, func(io.Writer) error {
		inv.say("Connection %q to the account of %s is added.", n.Name, n.Account.Company)
		inv.sayExportUser(n)
		return nil
	})
}

type connectionCheck struct {
	URL string `name:"url" placeholder:"URL" help:"Address of the destination. Defaults to Brevo's own."`
	keyFlags
}

// Run works the command.
func (k *connectionCheck) Run(inv *invocation) error {
	c, err := inv.api()
	if err != nil {
		return err
	}
	key, err := k.key(inv)
	if err != nil {
		return err
	}
	a, err := client.Decode[client.Account](c.CheckConnection(inv.ctx, client.ConnectionCheck{BaseURL: k.URL, APIKey: key}))
	if err != nil {
		return err
	}
	return inv.show(a, func(w io.Writer) error { return table.Pairs(w, accountPairs(a)...) })
}

func accountPairs(a client.Account) [][2]string {
	return [][2]string{{"Company", a.Company}, {"Plan", a.Plan}, {"Credits", a.Credits}, {"Owner", a.Email}, {"Account", a.OrganizationID}, {"Address", a.BaseURL}}
}

type connectionList struct{}

// Run works the command.
func (*connectionList) Run(inv *invocation) error {
	c, err := inv.api()
	if err != nil {
		return err
	}
	items, err := collect(0, func(after *string) ([]client.Connection, string, error) {
		l, err := client.Decode[client.ConnectionList](c.ListConnections(inv.ctx, &client.ListConnectionsParams{After: after, Limit: pageSize(0)}))
		return l.Items, l.NextCursor, err
	})
	if err != nil {
		return err
	}
	return list(inv, items, "There is no connection that you may use. An administrator adds one (segue connection add) or shares one with contributors (segue connection share)",
		[]table.Column{table.Text("name"), table.Text("type"), table.Text("company"), table.Text("plan"), table.Text("key"), table.Text("checked")},
		func(n client.Connection) []string {
			return []string{n.Name, string(n.Type), n.Account.Company, n.Account.Plan, keyTail(n.KeyTail), inv.when(n.CheckedAt)}
		})
}

func keyTail(tail string) string {
	if tail == "" {
		return ""
	}
	return "..." + tail
}

// one reads a connection and lets the command go on with it.
func (k connectionName) one(inv *invocation) (*client.Client, client.Connection, error) {
	c, err := inv.api()
	if err != nil {
		return nil, client.Connection{}, err
	}
	n, err := inv.connection(c, k.Name)
	return c, n, err
}

func (inv *invocation) writeConnection(w io.Writer, n client.Connection) error {
	pairs := append([][2]string{{"Connection", n.Name}, {"Id", n.ID}, {"Type", string(n.Type)}, {"Key", keyTail(n.KeyTail)}}, accountPairs(n.Account)...)
	if n.Mirror != "" {
		pairs = append(pairs, [2]string{"Contacts", mirrorWords(n)})
	}
	if n.ClearEmpty != "" {
		pairs = append(pairs, [2]string{"Missing values", clearWords(n)})
	}
	pairs = append(pairs, linkPairs(inv, n)...)
	pairs = append(pairs, [2]string{"Checked", inv.when(n.CheckedAt)})
	if n.Draft {
		return table.Pairs(w, append(pairs, [2]string{"Agreed", "nobody yet; it is a draft, whose exports do not run: segue connection agree " + shellWord(n.Name)})...)
	}
	pairs = append(pairs, [2]string{"Agreed", fmt.Sprintf("%s by %s (statement of %s)", inv.when(n.Consent.At), n.Consent.By, n.Consent.Version)})
	return table.Pairs(w, pairs...)
}

type connectionShow struct{ connectionName }

// Run works the command.
func (k *connectionShow) Run(inv *invocation) error {
	_, n, err := k.one(inv)
	if err != nil {
		return err
	}
	return inv.show(n, func(w io.Writer) error { return inv.writeConnection(w, n) })
}

type connectionTest struct{ connectionName }

// Run works the command.
func (k *connectionTest) Run(inv *invocation) error {
	c, n, err := k.one(inv)
	if err != nil {
		return err
	}
	if n, err = client.Decode[client.Connection](c.TestConnection(inv.ctx, n.ID)); err != nil {
		return err
	}
	return inv.show(n, func(w io.Writer) error {
		inv.say("The connection works.")
		return inv.writeConnection(w, n)
	})
}

type connectionLists struct{ connectionName }

// Run works the command.
func (k *connectionLists) Run(inv *invocation) error {
	c, n, err := k.one(inv)
	if err != nil {
		return err
	}
	l, err := client.Decode[client.ContactLists](c.ListLists(inv.ctx, n.ID))
	if err != nil {
		return err
	}
	return list(inv, l.Items, "The account has no list yet. Add one: segue connection create-list "+shellWord(n.Name)+" LIST",
		[]table.Column{table.Number("id"), table.Text("name"), table.Text("folder"), table.Number("people")},
		func(l client.ContactList) []string { return []string{fmt.Sprint(l.ID), l.Name, l.Folder, num(l.Size)} })
}

type connectionAttributes struct{ connectionName }

// Run works the command.
func (k *connectionAttributes) Run(inv *invocation) error {
	c, n, err := k.one(inv)
	if err != nil {
		return err
	}
	l, err := client.Decode[client.AttributeList](c.ListAttributes(inv.ctx, n.ID))
	if err != nil {
		return err
	}
	return list(inv, l.Items, "The account has no attribute.", []table.Column{table.Text("name"), table.Text("type"), table.Text("can hold")},
		func(a client.Attribute) []string {
			hold := strings.Join(a.Options, ", ")
			if a.ReadOnly {
				hold = "cannot be written"
			}
			return []string{a.Name, strings.ReplaceAll(string(a.Type), "_", " "), hold}
		})
}

type connectionCreateList struct {
	connectionName
	List   string `arg:"" help:"Name of the list."`
	Folder int64  `placeholder:"ID" help:"Number of the folder. Defaults to the first one."`
}

// Run works the command.
func (k *connectionCreateList) Run(inv *invocation) error {
	c, n, err := k.one(inv)
	if err != nil {
		return err
	}
	l, err := client.Decode[client.ContactList](c.CreateList(inv.ctx, n.ID, client.ContactListInput{Name: k.List, FolderID: k.Folder}))
	if err != nil {
		return err
	}
	return inv.show(l, func(io.Writer) error {
		inv.say("List %d (%s) is added.", l.ID, l.Name)
		return nil
	})
}

type connectionCreateAttribute struct {
	connectionName
	Attribute string   `arg:"" help:"Name of the attribute."`
	Type      string   `arg:"" enum:"text,number,date,boolean,category,multiple_choice" help:"Type: ${enum}."`
	Option    []string `sep:"none" placeholder:"VALUE" help:"What a category or multiple choice can hold. May be given several times."`
}

// Run works the command.
func (k *connectionCreateAttribute) Run(inv *invocation) error {
	c, n, err := k.one(inv)
	if err != nil {
		return err
	}
	a, err := client.Decode[client.Attribute](c.CreateAttribute(inv.ctx, n.ID, client.AttributeInput{
		Name: k.Attribute, Type: client.AttributeInputType(k.Type), Options: k.Option,
	}))
	if err != nil {
		return err
	}
	return inv.show(a, func(io.Writer) error {
		inv.say("Attribute %s is added.", a.Name)
		return nil
	})
}

type connectionRotateKey struct {
	connectionName
	keyFlags
}

// Run works the command.
func (k *connectionRotateKey) Run(inv *invocation) error {
	c, n, err := k.one(inv)
	if err != nil {
		return err
	}
	key, err := k.key(inv)
	if err != nil {
		return err
	}
	if n, err = client.Decode[client.Connection](c.UpdateConnection(inv.ctx, n.ID, client.ConnectionChange{APIKey: key, Version: n.Version})); err != nil {
		return err
	}
	return inv.show(n, func(io.Writer) error {
		inv.say("Connection %q uses the new key now. Delete the old one at the destination.", n.Name)
		return nil
	})
}

type connectionRename struct {
	connectionName
	To string `arg:"" help:"New name."`
}

// Run works the command.
func (k *connectionRename) Run(inv *invocation) error {
	c, n, err := k.one(inv)
	if err != nil {
		return err
	}
	if n, err = client.Decode[client.Connection](c.UpdateConnection(inv.ctx, n.ID, client.ConnectionChange{Name: k.To, Version: n.Version})); err != nil {
		return err
	}
	return inv.show(n, func(io.Writer) error {
		inv.say("The connection is called %q now.", n.Name)
		return nil
	})
}

type connectionShare struct{ connectionName }

// Run works the command.
func (k *connectionShare) Run(inv *invocation) error { return k.share(inv, true) }

type connectionUnshare struct{ connectionName }

// Run works the command.
func (k *connectionUnshare) Run(inv *invocation) error { return k.share(inv, false) }

func (k connectionName) share(inv *invocation, shared bool) error {
	c, n, err := k.one(inv)
	if err != nil {
		return err
	}
	if n, err = client.Decode[client.Connection](c.UpdateConnection(inv.ctx, n.ID, client.ConnectionChange{Shared: &shared, Version: n.Version})); err != nil {
		return err
	}
	return inv.show(n, func(io.Writer) error {
		if n.Shared {
			inv.say("Contributors may use the connection %q.", n.Name)
		} else {
			inv.say("Only administrators may use the connection %q; contributors look at its exports only.", n.Name)
		}
		return nil
	})
}

type connectionClearEmpty struct {
	connectionName
	Switch string `arg:"" enum:"on,off" help:"on or off."`
}

// Run works the command.
func (k *connectionClearEmpty) Run(inv *invocation) error {
	c, n, err := k.one(inv)
	if err != nil {
		return err
	}
	ask := k.Switch == "on"
	if n, err = client.Decode[client.Connection](c.UpdateConnection(inv.ctx, n.ID, client.ConnectionChange{ClearEmpty: &ask, Version: n.Version})); err != nil {
		return err
	}
	return inv.show(n, func(io.Writer) error {
		inv.say("%s", clearWords(n))
		return nil
	})
}

func clearWords(n client.Connection) string {
	switch n.ClearEmpty {
	case client.ConnectionClearEmptyAsked:
		return "The next run that writes proves on at most five contacts that nothing else is emptied; then values that are missing empty what the account has."
	case client.ConnectionClearEmptyOn:
		return "Values that are missing empty what the account has."
	}
	return "Values that are missing leave what the account has."
}

type connectionMirror struct {
	connectionName
	Switch string `arg:"" enum:"on,off" help:"on or off."`
}

// Run works the command.
func (k *connectionMirror) Run(inv *invocation) error {
	c, n, err := k.one(inv)
	if err != nil {
		return err
	}
	to := client.ConnectionChangeMirror(k.Switch)
	if n, err = client.Decode[client.Connection](c.UpdateConnection(inv.ctx, n.ID, client.ConnectionChange{Mirror: to, Version: n.Version})); err != nil {
		return err
	}
	return inv.show(n, func(io.Writer) error {
		inv.say("%s", mirrorWords(n))
		return nil
	})
}

func mirrorWords(n client.Connection) string {
	if n.MirrorRisk != "" {
		return n.MirrorRisk
	}
	return "Runs read the account's contacts: who opted out, and which identifiers they have."
}
