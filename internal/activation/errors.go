package activation

import (
	"errors"
	"fmt"
	"time"
)

// Code is the stable name of a kind of failure. Surfaces translate it, programs may compare it; it never changes
// its meaning. The table that turns codes into HTTP statuses and exit codes lives in httpapi and cmd.
type Code string

// The codes. A code says what a caller can do about it, not which part failed.
const (
	CodeInvalid          Code = "invalid"           // the request itself is wrong; mend it
	CodeNotFound         Code = "not_found"         // no such thing
	CodeConflict         Code = "conflict"          // somebody changed it meanwhile, or the name is taken
	CodeInUse            Code = "in_use"            // other things still need it
	CodeUnauthenticated  Code = "unauthenticated"   // no valid sign-in or token
	CodeForbidden        Code = "forbidden"         // signed in, but not allowed
	CodeNeedsCode        Code = "code_needed"       // the password was right; a one-time code is needed as well
	CodeNotProved        Code = "proof_needed"      // signed in, but this asks for the password again
	CodeTooMany          Code = "too_many"          // too many failed tries; wait
	CodeUnavailable      Code = "unavailable"       // a part that is needed does not answer; try later
	CodeInternal         Code = "internal"          // a defect of Segue
	CodeLocked           Code = "locked"            // the data folder or file is in use by another process
	CodeNewerData        Code = "newer_data"        // the data folder was written by a newer Segue
	CodeCorrupt          Code = "corrupt"           // a file of the data folder cannot be read
	CodeStorageFull      Code = "storage_full"      // the disk is full
	CodeSourceRefused    Code = "source_refused"    // a source's rows cannot be taken over
	CodeNotReady         Code = "not_ready"         // something has to be done first, the message says what
	CodeCannotEvaluate   Code = "cannot_evaluate"   // a segment has no answer (SEMANTICS S27)
	CodeBadCredentials   Code = "bad_credentials"   // the destination refuses the key
	CodeKeyMissing       Code = "key_missing"       // the destination saw no key
	CodeAddressRefused   Code = "ip_not_authorised" // the destination refuses this server's IP address
	CodeWrongAccount     Code = "wrong_account"     // the key is of another account (S1)
	CodeListMissing      Code = "list_missing"      // the list does not exist at the destination
	CodeAttributeMissing Code = "attribute_missing" // the account lacks a mapped attribute
	CodeAttributeTaken   Code = "attribute_taken"   // another export feeds the attribute from another field (S21)
	CodeProofFailed      Code = "proof_failed"      // what was read back differs from what was sent (S13)
	CodeReceiptMismatch  Code = "receipt_mismatch"  // a receipt that does not add up (S11)
	CodeRefused          Code = "refused"           // the destination refused the request
	CodeHeld             Code = "held"              // waits for a person's release (S26)
	CodeNoConnection     Code = "no_connection"     // the export was detached from its connection
	CodeNeedsExportUser  Code = "needs_export_user" // nobody valid is on record on whose behalf the connection's exports run
)

// Error is the one error type of Segue. Message says what went wrong and where; Remedy says how to mend it.
// Neither ever contains a secret or a person's data. Adapters translate foreign errors at their border.
type Error struct {
	Code    Code
	Message string
	// Remedy is what a person can do, empty if nothing is known.
	Remedy string
	// Field is the path of the offending input, such as "mapping.attributes[2].field"; empty if none.
	Field string
	// RetryAfter is how long to wait before trying again, zero if nothing is known.
	RetryAfter time.Duration
	// Err is the cause, for logs and errors.Is; it may be nil.
	Err error
}

// Error implements error; the remedy is appended so that a plain print is enough to act on.
func (e *Error) Error() string {
	s := e.Message
	if e.Field != "" {
		s = e.Field + ": " + s
	}
	if e.Remedy != "" {
		s += ". " + e.Remedy
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// Errorf makes an Error; a %w in the format becomes its cause.
func Errorf(code Code, format string, args ...any) *Error {
	err := fmt.Errorf(format, args...)
	return &Error{Code: code, Message: err.Error(), Err: errors.Unwrap(err)}
}

// WithRemedy returns a copy of e that says how to mend it.
func (e *Error) WithRemedy(remedy string) *Error {
	c := *e
	c.Remedy = remedy
	return &c
}

// WithField returns a copy of e that names the offending input.
func (e *Error) WithField(field string) *Error {
	c := *e
	c.Field = field
	return &c
}

// CodeOf returns the code of the first Error in err's chain, CodeInternal for any other error and "" for nil.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return CodeInternal
}
