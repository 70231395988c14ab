package wire

import (
	"time"

	"segue/internal/activation"
	"segue/internal/destination"
)

// Connection is an account at a destination with the credentials to use it. Of the key only the tail is ever shown.
type Connection struct {
	ID      string  `json:"id"`
	Name    string  `json:"name" doc:"Unique"`
	Type    string  `json:"type" enum:"brevo"`
	BaseURL string  `json:"base_url,omitempty"`
	KeyTail string  `json:"key_tail,omitempty" doc:"The last four characters of the API key"`
	Account Account `json:"account" doc:"Empty for contributors"`
	Shared  bool    `json:"shared" doc:"Contributors may use it, and not only administrators"`
	Draft   bool    `json:"draft,omitempty" doc:"Nobody has agreed to the data privacy statement yet, so that its exports do not run: agree-connection"`
	// ClearEmpty is absent for contributors.
	ClearEmpty string `json:"clear_empty,omitempty" enum:"off,asked,on" doc:"Whether values that are missing empty what the destination has. asked: the next run that writes proves on at most five contacts that nothing else is emptied, and switches it on, or off"`
	// Mirror and MirrorRisk are absent for contributors.
	Mirror     string `json:"mirror,omitempty" enum:"on,off" doc:"Whether runs read the account's contacts: who opted out, and which identifiers they have"`
	MirrorRisk string `json:"mirror_risk,omitempty" doc:"What it means that the mirror is off"`
	// ExportUser, ContactLimit and RemovingAt are absent for contributors.
	ExportUser   *ExportUser `json:"export_user,omitempty" doc:"On whose behalf its exports run"`
	ContactLimit int64       `json:"contact_limit,omitempty" doc:"How many contacts the account's contract allows, as somebody entered it"`
	RemovingAt   time.Time   `json:"removing_at,omitzero" doc:"When it was removed; its key is destroyed once its runs have stopped, 15 minutes later at the latest"`
	CheckedAt    time.Time   `json:"checked_at,omitzero" doc:"When the destination last said who the key belongs to"`
	Consent      Consent     `json:"consent" doc:"Empty for contributors"`
	CreatedAt    time.Time   `json:"created_at"`
	UpdatedAt    time.Time   `json:"updated_at"`
	Version      int64       `json:"version"`
}

// Account describes an account at a destination.
type Account struct {
	BaseURL        string `json:"base_url"`
	OrganizationID string `json:"organization_id"`
	Company        string `json:"company"`
	Email          string `json:"email,omitempty" doc:"The address of the account's owner"`
	Plan           string `json:"plan,omitempty"`
	Credits        string `json:"credits,omitempty"`
	Contacts       *int64 `json:"contacts,omitempty" doc:"How many contacts it holds"`
}

// Consent says who agreed to the data privacy statement, and when.
type Consent struct {
	At      time.Time `json:"at,omitzero"`
	By      string    `json:"by"`
	Version string    `json:"version" doc:"The version of the statement"`
}

// ConnectionInput describes a connection to be made.
type ConnectionInput struct {
	Name         string `json:"name" maxLength:"480"`
	Type         string `json:"type,omitempty" enum:"brevo" default:"brevo"`
	BaseURL      string `json:"base_url,omitempty" maxLength:"500" doc:"Defaults to the destination's own address"`
	APIKey       string `json:"api_key" maxLength:"4096" writeOnly:"true" doc:"Stored encrypted and never shown again"`
	Agree        bool   `json:"agree" doc:"Agreement to the data privacy statement of GET /api/v1/settings; required to be true unless a draft is made"`
	Draft        bool   `json:"draft,omitempty" doc:"Make a draft, which nobody has agreed to and nobody is export user of: its exports do not run before somebody does and is"`
	Shared       bool   `json:"shared,omitempty" doc:"Contributors may use it, and not only administrators"`
	ContactLimit int64  `json:"contact_limit,omitempty" minimum:"0" doc:"How many contacts the account's contract allows"`
}

// ConnectionChange changes a connection; what is left out stays.
type ConnectionChange struct {
	Name         *string `json:"name,omitempty" maxLength:"480"`
	APIKey       *string `json:"api_key,omitempty" maxLength:"4096" writeOnly:"true" doc:"A new key of the same account"`
	Shared       *bool   `json:"shared,omitempty" doc:"Whether contributors may use it; existing exports stay as they are"`
	ClearEmpty   *bool   `json:"clear_empty,omitempty" doc:"Asks for values that are missing to empty what the destination has, once a run has proved it; or ends that"`
	Mirror       *string `json:"mirror,omitempty" enum:"on,off" doc:"Whether runs read the account's contacts; the answer says what switching it off risks"`
	ContactLimit *int64  `json:"contact_limit,omitempty" minimum:"0" doc:"How many contacts the account's contract allows; 0 for not known"`
	Version      int64   `json:"version" minimum:"1" doc:"The version that was read"`
}

// Agreement is agreement to the data privacy statement, for a draft.
type Agreement struct {
	Agree     bool   `json:"agree" doc:"Required to be true"`
	Statement string `json:"statement" maxLength:"100" doc:"The version of the statement that was read"`
}

// ConnectionCheck asks who a key belongs to, without storing anything.
type ConnectionCheck struct {
	Type    string `json:"type,omitempty" enum:"brevo" default:"brevo"`
	BaseURL string `json:"base_url,omitempty" maxLength:"500"`
	APIKey  string `json:"api_key" maxLength:"4096" writeOnly:"true"`
}

// ContactList is a contact list of an account.
type ContactList struct {
	ID     int64  `json:"id"`
	Name   string `json:"name"`
	Folder string `json:"folder,omitempty"`
	Size   int64  `json:"size" doc:"How many people it holds, as the destination says; it may lag"`
}

// ContactListInput describes a list to be made.
type ContactListInput struct {
	Name     string `json:"name" maxLength:"480"`
	FolderID int64  `json:"folder_id,omitempty" minimum:"0" doc:"The folder's number; the first folder if absent"`
}

// Attribute is an attribute of an account's contacts.
type Attribute struct {
	Name     string        `json:"name"`
	Type     AttributeType `json:"type"`
	Options  []string      `json:"options,omitempty" nullable:"false" doc:"What a category or multiple choice can hold"`
	ReadOnly bool          `json:"read_only,omitempty" doc:"It cannot be written"`
}

// AttributeInput describes an attribute to be made.
type AttributeInput struct {
	Name    string   `json:"name" maxLength:"50" pattern:"^[A-Za-z][A-Za-z0-9_]*$" doc:"Written in capitals"`
	Type    string   `json:"type" enum:"text,number,date,boolean,category,multiple_choice"`
	Options []string `json:"options,omitempty" nullable:"false" maxItems:"1000"`
}

// FromConnection makes the JSON of a connection.
func FromConnection(c activation.Connection) Connection {
	w := Connection{
		ID: string(c.ID), Name: c.Name, Type: string(c.Type), BaseURL: c.BaseURL, KeyTail: c.KeyTail, Account: FromAccount(c.Details), Shared: c.Shared, Draft: c.Draft(),
		ClearEmpty: clearState(c.ClearEmpty), CheckedAt: utc(c.CheckedAt), Consent: Consent{At: utc(c.ConsentAt), By: c.ConsentBy, Version: c.ConsentVersion},
		ExportUser: fromExportUser(c.ExportUser), ContactLimit: c.ContactLimit, RemovingAt: utc(c.RemovingAt),
		CreatedAt: utc(c.CreatedAt), UpdatedAt: utc(c.UpdatedAt), Version: c.Version,
	}
	if w.Mirror = "on"; c.MirrorOff {
		w.Mirror, w.MirrorRisk = "off", activation.MirrorRisk
	}
	return w
}

func clearState(s activation.ClearState) string {
	if s == activation.ClearOff {
		return "off"
	}
	return string(s)
}

// FromAccount makes the JSON of an account.
func FromAccount(a activation.AccountDetails) Account {
	return Account{
		BaseURL: a.BaseURL, OrganizationID: a.OrganizationID, Company: a.Company, Email: a.Email, Plan: a.Plan, Credits: a.Credits, Contacts: a.Contacts,
	}
}

// FromList makes the JSON of a contact list.
func FromList(l destination.List) ContactList {
	return ContactList{ID: int64(l.ID), Name: l.Name, Folder: l.Folder, Size: l.Size}
}

// FromAttribute makes the JSON of an attribute.
func FromAttribute(a destination.Attribute) Attribute {
	return Attribute{Name: a.Name, Type: AttributeType(a.Type), Options: a.Options, ReadOnly: a.ReadOnly}
}
