package activation

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
)

// LeaversPolicy says what happens to people who leave an export's segments.
type LeaversPolicy string

// The policies. Refusals (SEMANTICS S7) are removed under either.
const (
	LeaversRemove LeaversPolicy = "remove"
	LeaversKeep   LeaversPolicy = "keep"
)

// AttributeType is the type of an attribute at the destination.
type AttributeType string

// The attribute types. AttributeIdentifier is one that identifies a contact besides the address: Brevo merges
// contacts that share its value (SEMANTICS S10).
const (
	AttributeText           AttributeType = "text"
	AttributeNumber         AttributeType = "number"
	AttributeDate           AttributeType = "date"
	AttributeBoolean        AttributeType = "boolean"
	AttributeCategory       AttributeType = "category"
	AttributeMultipleChoice AttributeType = "multiple_choice"
	AttributeIdentifier     AttributeType = "identifier"
)

// Mapping says which profile fields go where.
type Mapping struct {
	// Email is the field that holds the address; its semantic type must be email.
	Email string `json:"email"`
	// Attributes are the others, in the order in which people see them.
	Attributes []AttributeMapping `json:"attributes,omitempty"`
}

// AttributeMapping feeds one attribute of the account from one profile field.
type AttributeMapping struct {
	// Attribute is the name at the destination, in capitals, such as FIRSTNAME.
	Attribute string `json:"attribute"`
	Field     string `json:"field"`
}

// identifierAttributes are Brevo's built-in identifiers besides the e-mail address.
var identifierAttributes = [...]string{"SMS", "WHATSAPP", "LANDLINE_NUMBER", "EXT_ID"}

// IsIdentifier reports whether the attribute identifies contacts (S10).
func (m AttributeMapping) IsIdentifier() bool {
	return slices.Contains(identifierAttributes[:], m.Attribute)
}

// IsPhone reports whether the attribute takes a phone number, which is sent in E.164 (S9).
func (m AttributeMapping) IsPhone() bool { return m.IsIdentifier() && m.Attribute != "EXT_ID" }

var attributeName = regexp.MustCompile(`^[A-Z][A-Z0-9_]{0,49}$`)

// Export says which segments go over which connection, to which list, with which fields.
type Export struct {
	ID   ExportID
	Name string // unique, case-insensitively
	// Connection is empty for a detached export, which does not run.
	Connection ConnectionID
	// Detached says since when it has no connection and which account it went to; nil while it has one.
	Detached *Detachment
	// Removing says that it is removed as soon as its runs have ended.
	Removing bool
	List     ListID
	// ListName is the list's name when it was chosen, for people; never used to find it.
	ListName string
	Segments []SegmentID
	Mapping  Mapping
	Leavers  LeaversPolicy
	// TakeOver says that people who were on the list before count as sent by this export (S19).
	TakeOver bool
	// TimeZone is the IANA zone of the export's relative dates and schedule (S25). Defaults to UTC.
	TimeZone string
	// Schedule says when it runs by itself.
	Schedule ExportSchedule
	// Freshness is within which time a run must have succeeded; 0 asks for nothing. It is changed by a method of its own.
	Freshness time.Duration

	CreatedAt time.Time
	UpdatedAt time.Time
	Version   int64
}

// Detachment is what is known of the connection that an export no longer has. What the export owns on lists stays its own
// (SEMANTICS S20).
type Detachment struct {
	At time.Time `json:"at"`
	By string    `json:"by,omitempty"`
	// Connection and Name are those of the connection.
	Connection ConnectionID `json:"connection"`
	Name       string       `json:"name"`
	// Account is where its ledger is (S1); empty once what it owned there was orphaned. Company names it for people.
	Account Account `json:"account"`
	Company string  `json:"company,omitempty"`
}

// Detach takes the export off its connection.
func (e *Export) Detach(c Connection, by string, at time.Time) {
	e.Connection, e.UpdatedAt = "", at
	e.Detached = &Detachment{At: at, By: by, Connection: c.ID, Name: c.Name, Account: c.Details.Account, Company: c.Details.Company}
}

// Validate checks e against the profile; segments, connection, list and attributes are checked where they are known.
func (e Export) Validate(d ProfileDefinition) error {
	if err := ValidateName("name", e.Name); err != nil {
		return err
	}
	if e.Connection == "" {
		return Errorf(CodeInvalid, "the connection is missing").WithField("connection")
	}
	if e.List <= 0 {
		return Errorf(CodeInvalid, "the list is missing").WithField("list_id")
	}
	if len(e.Segments) == 0 {
		return Errorf(CodeInvalid, "at least one segment is needed").WithField("segments")
	}
	for i, s := range e.Segments {
		if slices.Contains(e.Segments[:i], s) {
			return Errorf(CodeInvalid, "the segment is named twice").WithField(fmt.Sprintf("segments[%d]", i))
		}
	}
	if e.Leavers != LeaversRemove && e.Leavers != LeaversKeep {
		return Errorf(CodeInvalid, "must be remove or keep").WithField("leavers")
	}
	if _, err := LoadZone(e.TimeZone); err != nil {
		return err
	}
	if err := e.Schedule.Validate(); err != nil {
		return within("schedule", err)
	}
	return e.Mapping.Validate(d)
}

// Validate checks m against the fields of the profile.
func (m Mapping) Validate(d ProfileDefinition) error {
	f, ok := d.FieldNamed(m.Email)
	if !ok {
		return d.noField(m.Email, "mapping.email")
	}
	if f.Semantic != SemanticEmail {
		return Errorf(CodeInvalid, "the field %q does not mean e-mail", m.Email).WithField("mapping.email").
			WithRemedy("Choose a field whose semantic type is email, or change the field's semantic type")
	}
	return m.ValidateAttributes(d)
}

// ValidateAttributes checks the attributes of m against the fields of the profile.
func (m Mapping) ValidateAttributes(d ProfileDefinition) error {
	seen := map[string]bool{}
	for i, a := range m.Attributes {
		at := fmt.Sprintf("mapping.attributes[%d]", i)
		if !attributeName.MatchString(a.Attribute) {
			return Errorf(CodeInvalid, "%q is not an attribute name: capitals, digits and _, beginning with a letter, at most 50", a.Attribute).
				WithField(at + ".attribute")
		}
		if a.Attribute == "EMAIL" {
			return Errorf(CodeInvalid, "the address is mapped by mapping.email").WithField(at + ".attribute")
		}
		if seen[a.Attribute] {
			return Errorf(CodeInvalid, "the attribute %s is mapped twice", a.Attribute).WithField(at + ".attribute")
		}
		seen[a.Attribute] = true
		f, ok := d.FieldNamed(a.Field)
		if !ok {
			return d.noField(a.Field, at+".field")
		}
		if a.IsPhone() && f.Semantic != SemanticPhone {
			return Errorf(CodeInvalid, "the field %q does not mean phone", a.Field).WithField(at + ".field").
				WithRemedy("Choose a field whose semantic type is phone, or change the field's semantic type")
		}
	}
	return nil
}

// noField tells of a field that there is not, and of the one whose name differs only in small and capital letters.
func (d ProfileDefinition) noField(name, at string) error {
	e := Errorf(CodeInvalid, "the profile has no field %q", name).WithField(at)
	for _, f := range d.Fields {
		if strings.EqualFold(f.Name, name) {
			return e.WithRemedy(fmt.Sprintf("Did you mean %q?", f.Name))
		}
	}
	return e
}

// within names the part of an input that an error speaks of.
func within(part string, err error) error {
	var e *Error
	if !errors.As(err, &e) {
		return err
	}
	if e.Field == "" {
		return e.WithField(part)
	}
	return e.WithField(part + "." + e.Field)
}
