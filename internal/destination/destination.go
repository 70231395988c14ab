// Package destination is the port to a place that keeps contact lists: what such a place can do, as small abilities.
// It knows no run, no ledger and no segment. Brevo is the first adapter.
//
// Every method makes the calls it needs and obeys the destination's limits; only calls that change nothing are
// retried quickly. An *Error says what is known afterwards.
package destination

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"segue/internal/activation"
)

// Outcome says what is known after a failed call.
type Outcome int

// The outcomes.
const (
	// Refused: the destination definitely did nothing and will not, until a person mends something (S28).
	Refused Outcome = iota + 1
	// NotDone: the destination definitely did nothing; trying later may help (429, no connection made).
	NotDone
	// Unknown: it may or may not have been done (time-out, reset, 5xx); look before sending again (S30).
	Unknown
)

// Error is a failed call. The text holds no key and no person's data.
type Error struct {
	Outcome Outcome
	// Code is the domain's name for it: bad_credentials, key_missing, ip_not_authorised, list_missing, refused, unavailable ...
	Code activation.Code
	// Status is the HTTP status, 0 if there was no answer; Kind the kind of call, such as import.
	Status int
	Kind   string
	// RetryAfter is how long the destination asked to wait; 0 if it did not say.
	RetryAfter time.Duration
	Message    string
	Remedy     string
	Err        error
}

// Error implements error.
func (e *Error) Error() string {
	if e.Status > 0 {
		return fmt.Sprintf("%s: %s (HTTP %d)", e.Kind, e.Message, e.Status)
	}
	return fmt.Sprintf("%s: %s", e.Kind, e.Message)
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// ErrNoneUsable is the cause of an import that was refused because the destination takes none of its addresses for one; there may
// be stricter rules there than S3.
var ErrNoneUsable = errors.New("none of the addresses is usable")

// OutcomeOf returns what is known after err: Unknown for errors that are no *Error, 0 for nil.
func OutcomeOf(err error) Outcome {
	if err == nil {
		return 0
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Outcome
	}
	return Unknown
}

// Translate turns an *Error into the domain's error, code and remedy kept; other errors pass, nil stays nil.
func Translate(err error) error {
	var e *Error
	if !errors.As(err, &e) {
		return err
	}
	return &activation.Error{Code: e.Code, Message: e.Error(), Remedy: e.Remedy, Err: err}
}

// Destination is one account, reached with one set of credentials. Everything an export needs at the least.
type Destination interface {
	// Account asks who the credentials belong to (S1).
	Account(ctx context.Context) (activation.AccountDetails, error)

	// List returns one list; CodeListMissing if there is none.
	List(ctx context.Context, id activation.ListID) (List, error)
	// Lists returns all lists, in the order of their ids.
	Lists(ctx context.Context) ([]List, error)
	// Attributes returns the account's attributes, built-in identifiers included.
	Attributes(ctx context.Context) ([]Attribute, error)

	// Limits says how rows must be cut into calls, BooleanLiterals how a boolean attribute is written (JSON texts).
	Limits() activation.CallLimits
	BooleanLiterals() (yes, no string)
	// Import adds people to a list and updates their attributes: never removes, never un-blocklists (S32). It
	// returns the process that does the work. It is never retried here.
	Import(ctx context.Context, list activation.ListID, rows []activation.Row) (activation.ProcessID, error)
	// Processes returns the newest processes, newest first, at most limit of them from offset on.
	Processes(ctx context.Context, offset, limit int) ([]Process, error)
	// Report streams the lines of one report of a process (S33). An error means the report was not read whole.
	Report(ctx context.Context, r Report) iter.Seq2[ReportLine, error]

	// Remove takes addresses off a list, at most Limits().MaxRemovals a call. People whom it did not know or who were
	// not on the list count as removed (S18); a list that is gone yields an *Error with CodeListMissing.
	Remove(ctx context.Context, list activation.ListID, addresses []activation.Email) error

	// Contact returns one contact by its address; CodeNotFound if there is none.
	Contact(ctx context.Context, address activation.Email) (Contact, error)
	// Contacts streams contacts of the account that changed since the time given (zero: all), oldest first (S2).
	Contacts(ctx context.Context, since time.Time) iter.Seq2[Contact, error]
	// ListContacts streams the contacts of a list, oldest first (S19, S23).
	ListContacts(ctx context.Context, list activation.ListID) iter.Seq2[Contact, error]

	// Calls returns how many calls were made so far, by kind.
	Calls() map[string]int64
}

// ListCreator is the ability to make lists.
type ListCreator interface {
	// CreateList makes a list in a folder; folder 0 means the first folder, made if there is none. It is never
	// retried here.
	CreateList(ctx context.Context, name string, folder int64) (List, error)
	// Folders returns all folders.
	Folders(ctx context.Context) ([]Folder, error)
}

// Clearer is the ability to empty values.
type Clearer interface {
	// ImportClearing is Import, but a value that a row names and leaves empty is emptied (S16). What it does to values that
	// a row does not name is to be proved before it is used.
	ImportClearing(ctx context.Context, list activation.ListID, rows []activation.Row) (activation.ProcessID, error)
}

// ContactCounter is the ability to say how many contacts an account holds.
type ContactCounter interface {
	CountContacts(ctx context.Context) (int64, error)
}

// AttributeCreator is the ability to make attributes.
type AttributeCreator interface {
	// CreateAttribute makes an attribute; one of the same name and type that is already there is fine.
	CreateAttribute(ctx context.Context, a Attribute) error
}

// List is a contact list. Size is how many people it holds, as the destination says; it may lag.
type List struct {
	ID     activation.ListID
	Name   string
	Folder string
	Size   int64
}

// Folder is a folder of lists.
type Folder struct {
	ID   int64
	Name string
}

// Attribute is an attribute of an account's contacts. Options are those of categories and multiple choices.
type Attribute struct {
	Name    string
	Type    activation.AttributeType
	Options []string
	// ReadOnly says that it cannot be written (calculated ones).
	ReadOnly bool
}

// ProcessState is how far a process is.
type ProcessState string

// The states. An unknown word is taken for Running by adapters until it has stayed for a grace period.
const (
	ProcessRunning   ProcessState = "running"
	ProcessCompleted ProcessState = "completed"
	ProcessFailed    ProcessState = "failed"
)

// Process is asynchronous work at the destination.
type Process struct {
	ID activation.ProcessID
	// Import says that it is an import (of anybody).
	Import  bool
	State   ProcessState
	Reports []Report
}

// Report is a link to lines about rows of an import. Kind is the destination's name for it, such as invalid_emails.
type Report struct {
	Kind string
	URL  string
}

// ReportLine is one line of a report: the row it is about and why.
type ReportLine struct {
	// Address is the normalised address, empty if the line names none that can be read.
	Address activation.Email
	// Others are further identifying values that the line names, if it names no address.
	Others []Identifier
	Reason string
}

// Identifier is a value that identifies a contact besides the address, and of which attribute it is: one value may be a phone of one
// person and the EXT_ID of another.
type Identifier struct {
	// Attribute is one of activation's identifying attributes, or AnyPhone.
	Attribute string
	// Value is as it was sent; of a phone, its digits.
	Value string
}

// AnyPhone stands for a phone of which it is not said whether it is the one for SMS, for WhatsApp or the landline.
const AnyPhone = ""

// Contact is a contact as the destination has it.
type Contact struct {
	ID          int64
	Address     activation.Email // empty if it has none, or one that Segue cannot use
	Written     string           // the address as the account writes it; empty if there is no Address
	Blocklisted bool             // e-mail blocklisted
	Lists       []activation.ListID
	// Unsubscribed are the lists that the person unsubscribed from.
	Unsubscribed []activation.ListID
	// Identifiers are SMS, WHATSAPP, LANDLINE_NUMBER as digits, EXT_ID as it is; absent ones have no entry.
	Identifiers map[string]string
	// Attributes are the others, as canonical text (see warehouse.MembersRequest); multiple choices joined by "\x1f" in sorted order.
	Attributes map[string]string
	ModifiedAt time.Time
}
